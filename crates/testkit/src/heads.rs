//! Finds what carries a context in what crosses the wire: the heads of requests, whatever the protocol.
//! The bytes themselves are read on the side and never changed.

mod carried;
mod cluster;
mod erlang;
mod http1;
mod http2;
mod nats;

use std::fmt;

use trace_shape::Crossing;

use cluster::Cluster;
use erlang::Erlang;
use http1::Http1;
use http2::Http2;
use nats::Nats;

/// A head longer than this is not read, nor is anything after it.
const LONGEST_HEAD: usize = 64 * 1024;

/// Reads one direction of a connection.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    unread: Vec<u8>,
    protocol: Option<Box<dyn Frames>>,
    /// Something that is none of the protocols, or no longer.
    unknown: bool,
}

/// The framing of a protocol.
trait Frames: fmt::Debug + Send {
    /// Whether either side may send something with a head.
    fn both_ways(&self) -> bool {
        false
    }

    /// Takes the next part off the bytes that were not read yet.
    fn step(&mut self, unread: &[u8]) -> Step;
}

/// What the next part is.
enum Step {
    /// So many bytes, with a head among them or without one (`from` and `to` are not known here).
    Used(usize, Option<Crossing>),
    /// Not complete.
    More,
    /// Nothing that can be read, and nothing after it can.
    Unknown,
}

impl Heads {
    /// Whether what comes back is to be read as well; false while the protocol is not known.
    pub(crate) fn both_ways(&self) -> bool {
        let protocol = self.protocol.as_ref();
        protocol.is_some_and(|protocol| protocol.both_ways())
    }

    /// Takes the next bytes; returns the heads that they complete, without `from` and `to`.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Crossing> {
        let mut found = Vec::new();
        if self.unknown {
            return found;
        }
        self.unread.extend_from_slice(bytes);
        loop {
            let Some(protocol) = &mut self.protocol else {
                match recognised(&self.unread) {
                    Some(protocol) => self.protocol = Some(protocol),
                    None => return found,
                }
                continue;
            };
            match protocol.step(&self.unread) {
                Step::Used(used, head) => {
                    self.unread.drain(..used);
                    found.extend(head);
                    if self.unread.is_empty() {
                        return found;
                    }
                }
                Step::More => return found,
                Step::Unknown => {
                    (self.unread, self.unknown) = (Vec::new(), true);
                    return found;
                }
            }
        }
    }
}

/// The protocol of a connection that begins like this; none while it may still be one of several.
fn recognised(begin: &[u8]) -> Option<Box<dyn Frames>> {
    let length = begin.len().min(http2::PREFACE.len());
    match begin.first()? {
        // A length, and never one of HTTP's letters.
        0 => match erlang::begins(begin.first_chunk()?) {
            true => Some(Box::<Erlang>::default()),
            false => Some(Box::<Cluster>::default()),
        },
        _ if nats::begins(begin)? => Some(Box::<Nats>::default()),
        _ if begin[..length] != http2::PREFACE[..length] => Some(Box::<Http1>::default()),
        _ if length == http2::PREFACE.len() => Some(Box::<Http2>::default()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_of_the_protocols_is_let_through_unread() {
        let mut heads = Heads::default();
        assert_eq!(heads.feed(b"\x16\x03\x01\x02"), []);
        assert!(heads.unread.is_empty());
        let mut heads = Heads::default();
        let long = vec![b'x'; 2 * LONGEST_HEAD];
        heads.feed(b"GET /");
        assert_eq!(heads.feed(&long), []);
        assert!(heads.unread.is_empty());
        assert_eq!(
            heads.feed(b"GET /a HTTP/1.1\r\n\r\n"),
            [],
            "nor anything after it"
        );
    }
}
