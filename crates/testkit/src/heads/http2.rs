//! HTTP/2 framing and header blocks (RFC 9113, sections 4 and 6; RFC 7541), as far as requests need it.

use loona_hpack::Decoder;
use trace_shape::Crossing;

use super::{Frames, LONGEST_HEAD, Step};

/// What each client sends first (RFC 9113, section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const FRAME_HEAD: usize = 9;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;

/// The requests of one connection.
#[derive(Default)]
pub(super) struct Http2 {
    greeted: bool,
    /// A header block that is not complete.
    block: Vec<u8>,
    /// Each block is read, also those of no interest: they share a table.
    decoder: Decoder<'static>,
}

impl Frames for Http2 {
    fn step(&mut self, unread: &[u8]) -> Step {
        if !self.greeted {
            self.greeted = true;
            return Step::Used(PREFACE.len(), None);
        }
        let Some(frame) = Frame::read(unread) else {
            return Step::More;
        };
        let Some(payload) = unread.get(FRAME_HEAD..FRAME_HEAD + frame.length) else {
            // The longest frame has 16 MiB; one with a head in it is never that long.
            let too_long = frame.has_head() && frame.length > LONGEST_HEAD;
            return if too_long { Step::Unknown } else { Step::More };
        };
        let used = FRAME_HEAD + payload.len();
        match self.take(&frame, payload) {
            Ok(head) => Step::Used(used, head),
            Err(Unreadable) => Step::Unknown,
        }
    }
}

/// A frame that is none.
struct Unreadable;

impl Http2 {
    fn take(&mut self, frame: &Frame, payload: &[u8]) -> Result<Option<Crossing>, Unreadable> {
        if !frame.has_head() {
            return Ok(None);
        }
        let fragment = frame.fragment(payload).ok_or(Unreadable)?;
        self.block.extend_from_slice(fragment);
        if self.block.len() > LONGEST_HEAD {
            return Err(Unreadable);
        }
        if frame.flags & END_HEADERS == 0 {
            return Ok(None);
        }
        let block = std::mem::take(&mut self.block);
        let fields = self.decoder.decode(&block).map_err(|_| Unreadable)?;
        Ok(crossing(fields))
    }
}

/// The head of a frame.
struct Frame {
    length: usize,
    kind: u8,
    flags: u8,
}

impl Frame {
    fn read(unread: &[u8]) -> Option<Self> {
        let [a, b, c, kind, flags, _, _, _, _] = *unread.first_chunk::<FRAME_HEAD>()?;
        Some(Self {
            length: usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c),
            kind,
            flags,
        })
    }

    fn has_head(&self) -> bool {
        matches!(self.kind, HEADERS | CONTINUATION)
    }

    /// The piece of a header block, without padding and priority.
    fn fragment<'a>(&self, payload: &'a [u8]) -> Option<&'a [u8]> {
        if self.kind == CONTINUATION {
            return Some(payload);
        }
        let (padding, mut rest) = match self.flags & PADDED {
            0 => (0, payload),
            _ => payload
                .split_first()
                .map(|(&padding, rest)| (usize::from(padding), rest))?,
        };
        if self.flags & PRIORITY != 0 {
            rest = rest.get(5..)?;
        }
        rest.get(..rest.len().checked_sub(padding)?)
    }
}

/// The request of these fields; none where they are trailers.
fn crossing(fields: Vec<(Vec<u8>, Vec<u8>)>) -> Option<Crossing> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let fields = fields
        .into_iter()
        .map(|(name, value)| (text(name), text(value)));
    let (pseudo, headers): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| name.starts_with(':'));
    let value = |wanted| {
        let field = pseudo.iter().find(|(name, _)| name == wanted);
        field.map(|(_, value)| value.clone())
    };
    Some(Crossing {
        request: format!(
            "{} {}",
            value(":method")?,
            value(":path").unwrap_or_default()
        ),
        headers,
        ..Crossing::default()
    })
}

impl std::fmt::Debug for Http2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http2")
            .field("greeted", &self.greeted)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use loona_hpack::Encoder;

    use crate::heads::Heads;

    use super::*;

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let [_, _, _, _, _, a, b, c] = (payload.len() as u64).to_be_bytes();
        let mut frame = vec![a, b, c, kind, flags, 0, 0, 0, 1];
        frame.extend_from_slice(payload);
        frame
    }

    /// Two requests over one connection; the second one is told with the table of the first.
    fn conversation() -> Vec<u8> {
        let mut encoder = Encoder::new();
        let mut block = |path: &'static str| {
            let fields: [(&[u8], &[u8]); 4] = [
                (b":method", b"POST"),
                (b":path", path.as_bytes()),
                (b"traceparent", b"00-aa-bb-01"),
                (b"te", b"trailers"),
            ];
            encoder.encode(fields)
        };
        let (first, second) = (block("/quotes/Watch"), block("/quotes/Haggle"));
        let mut padded = vec![3, 0, 0, 0, 0, 16];
        padded.extend_from_slice(&first[..5]);
        padded.extend_from_slice(&[0; 3]);
        let mut bytes = PREFACE.to_vec();
        bytes.extend(frame(4, 0, &[0, 1, 0, 0, 16, 0]));
        bytes.extend(frame(HEADERS, PADDED | PRIORITY, &padded));
        bytes.extend(frame(CONTINUATION, END_HEADERS, &first[5..]));
        bytes.extend(frame(0, 0, b"PRI * HTTP/2.0"));
        bytes.extend(frame(HEADERS, END_HEADERS, &second));
        bytes
    }

    #[test]
    fn requests_are_found_however_the_bytes_arrive() {
        let bytes = conversation();
        for piece in [1, 2, 7, 64, bytes.len()] {
            let mut heads = Heads::default();
            let found: Vec<_> = bytes
                .chunks(piece)
                .flat_map(|piece| heads.feed(piece))
                .collect();
            let requests: Vec<_> = found.iter().map(|head| &*head.request).collect();
            assert_eq!(
                requests,
                ["POST /quotes/Watch", "POST /quotes/Haggle"],
                "{piece}"
            );
            assert_eq!(found[1].header("traceparent"), Some("00-aa-bb-01"));
            assert_eq!(found[1].header(":path"), None);
        }
    }

    #[test]
    fn trailers_are_no_request_and_nonsense_is_let_through() {
        let mut heads = Heads::default();
        let trailers = Encoder::new().encode([(&b"grpc-status"[..], &b"0"[..])]);
        assert_eq!(heads.feed(PREFACE), []);
        assert_eq!(heads.feed(&frame(HEADERS, END_HEADERS, &trailers)), []);
        assert_eq!(
            heads.feed(&frame(HEADERS, END_HEADERS | PADDED, &[200, 1])),
            []
        );
        assert_eq!(heads.feed(&conversation()), [], "nor anything after it");
    }
}
