//! The frames of ractor_cluster: a length of eight bytes, and a protobuf `NetworkMessage`
//! (`src/protocol` of that crate, version 0.16).

use trace_shape::Crossing;

use super::{Frames, LONGEST_HEAD, Step, carried};

const LENGTH: usize = 8;

/// The messages between actors, in one direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    /// Bytes of a frame that is too long to be read.
    left: usize,
}

impl Frames for Cluster {
    fn both_ways(&self) -> bool {
        true
    }

    fn step(&mut self, unread: &[u8]) -> Step {
        if self.left > 0 {
            let used = self.left.min(unread.len());
            self.left -= used;
            return Step::Used(used, None);
        }
        let Some(length) = unread.first_chunk::<LENGTH>() else {
            return Step::More;
        };
        let Ok(length) = usize::try_from(u64::from_be_bytes(*length)) else {
            return Step::Unknown;
        };
        if length > LONGEST_HEAD {
            self.left = length;
            return Step::Used(LENGTH, None);
        }
        match unread.get(LENGTH..LENGTH + length) {
            Some(frame) => Step::Used(LENGTH + length, message(frame)),
            None => Step::More,
        }
    }
}

/// The call or cast in a frame; none where it is anything else, such as a reply.
fn message(frame: &[u8]) -> Option<Crossing> {
    const NODE: u64 = 2;
    const CAST: u64 = 1;
    const CALL: u64 = 2;
    let node = field(frame, NODE)?;
    let (what, message, variant) = match (field(node, CAST), field(node, CALL)) {
        (Some(cast), _) => ("cast", cast, 3),
        (None, Some(call)) => ("call", call, 5),
        (None, None) => return None,
    };
    let name = String::from_utf8_lossy(field(message, variant)?);
    let (arguments, metadata) = (field(message, 2), field(message, 6));
    let mut headers = metadata.map(carried::metadata).unwrap_or_default();
    if let Some(value) = arguments.and_then(carried::traceparent) {
        headers.push(("a traceparent among its arguments".to_owned(), value));
    }
    Some(Crossing {
        request: format!("{what} {name}"),
        headers,
        ..Crossing::default()
    })
}

/// The bytes of the first field of that number (Protocol Buffers, encoding: records).
fn field(mut message: &[u8], wanted: u64) -> Option<&[u8]> {
    while !message.is_empty() {
        let tag = varint(&mut message)?;
        let length = match tag & 7 {
            0 => {
                varint(&mut message)?;
                0
            }
            1 => 8,
            2 => usize::try_from(varint(&mut message)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (bytes, rest) = message.split_at_checked(length)?;
        if tag >> 3 == wanted && tag & 7 == 2 {
            return Some(bytes);
        }
        message = rest;
    }
    None
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::heads::Heads;

    use super::*;

    const VALUE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn record(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut record = vec![number << 3 | 2];
        let mut length = bytes.len();
        while length >= 0x80 {
            record.push(length as u8 | 0x80);
            length >>= 7;
        }
        record.push(length as u8);
        record.extend_from_slice(bytes);
        record
    }

    fn frame(message: &[u8]) -> Vec<u8> {
        let mut frame = (message.len() as u64).to_be_bytes().to_vec();
        frame.extend_from_slice(message);
        frame
    }

    /// A greeting, a call with metadata, a cast without, a reply, and something long between them.
    fn conversation() -> Vec<u8> {
        let metadata = format!("{{\"traceparent\":\"{VALUE}\"}}");
        let call = [
            vec![1 << 3, 0x96, 1],
            record(2, &[7]),
            vec![3 << 3, 1],
            record(5, b"Find"),
            record(6, metadata.as_bytes()),
        ];
        let cast = [record(2, VALUE.as_bytes()), record(3, b"Viewed")];
        let node = |number, message: Vec<u8>| frame(&record(2, &record(number, &message)));
        [
            frame(&record(1, b"hello")),
            node(2, call.concat()),
            frame(&record(1, &vec![0; 2 * LONGEST_HEAD])),
            node(3, vec![2 << 3, 1]),
            node(1, cast.concat()),
        ]
        .concat()
    }

    #[test]
    fn calls_and_casts_are_found_however_the_bytes_arrive() {
        let bytes = conversation();
        for piece in [1, 3, 64, bytes.len()] {
            let mut heads = Heads::default();
            let found: Vec<_> = bytes
                .chunks(piece)
                .flat_map(|piece| heads.feed(piece))
                .collect();
            let requests: Vec<_> = found.iter().map(|head| &*head.request).collect();
            assert_eq!(
                requests,
                ["call Find", "cast Viewed"],
                "in pieces of {piece}"
            );
            assert_eq!(found[0].header("traceparent"), Some(VALUE));
            assert_eq!(found[1].header("traceparent"), None, "not in the metadata");
            assert_eq!(found[1].headers.len(), 1);
            assert!(heads.both_ways());
        }
    }
}
