//! The distribution protocol of Erlang: a handshake, then frames with a control message and, for some,
//! a message (ERTS, "Distribution Protocol"; external term format).

use trace_shape::Crossing;

use super::{Frames, LONGEST_HEAD, Step, carried};

/// Frames without headers of the distribution: the only ones between nodes that cache no atoms.
const PASS_THROUGH: u8 = 112;
const VERSION: u8 = 131;
const REG_SEND: u8 = 6;
const REG_SEND_TT: u8 = 16;

/// The messages to named processes, in one direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Erlang {
    shaken: bool,
    /// Bytes of a frame that is too long to be read.
    left: usize,
}

/// Whether a connection begins with the name of a node.
pub(super) fn begins(begin: &[u8; 3]) -> bool {
    begin[0] == 0 && matches!(begin[2], b'N' | b'n')
}

impl Frames for Erlang {
    fn both_ways(&self) -> bool {
        true
    }

    fn step(&mut self, unread: &[u8]) -> Step {
        if self.left > 0 {
            let used = self.left.min(unread.len());
            self.left -= used;
            return Step::Used(used, None);
        }
        if !self.shaken {
            return self.greet(unread);
        }
        let Some(length) = unread.first_chunk::<4>() else {
            return Step::More;
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > LONGEST_HEAD {
            self.left = length;
            return Step::Used(4, None);
        }
        match unread.get(4..4 + length) {
            Some(frame) => Step::Used(4 + length, sent(frame)),
            None => Step::More,
        }
    }
}

impl Erlang {
    /// A part of the handshake; each side is done with its answer to the other one's challenge.
    fn greet(&mut self, unread: &[u8]) -> Step {
        let Some(length) = unread.first_chunk::<2>() else {
            return Step::More;
        };
        let length = usize::from(u16::from_be_bytes(*length));
        let Some(part) = unread.get(2..2 + length) else {
            return Step::More;
        };
        self.shaken = matches!(part.first(), Some(b'r' | b'a'));
        Step::Used(2 + length, None)
    }
}

/// What was sent to a name; none for anything else, such as replies, monitors and ticks.
fn sent(frame: &[u8]) -> Option<Crossing> {
    let control = frame.strip_prefix(&[PASS_THROUGH, VERSION])?;
    let [SMALL_TUPLE, _, SMALL_INTEGER, operation, rest @ ..] = control else {
        return None;
    };
    if !matches!(*operation, REG_SEND | REG_SEND_TT) {
        return None;
    }
    let rest = skip(skip(rest)?)?;
    let (name, mut rest) = atom(rest)?;
    let mut headers = Vec::new();
    if *operation == REG_SEND_TT {
        let token = rest;
        rest = skip(rest)?;
        let token = &token[..token.len() - rest.len()];
        let label = carried::traceparent(token).unwrap_or_else(|| "without a carrier".to_owned());
        headers.push(("a sequence token".to_owned(), label));
    }
    let message = rest.strip_prefix(&[VERSION])?;
    if let Some(value) = carried::traceparent(message) {
        headers.push(("traceparent".to_owned(), value));
    }
    let is = |mark: &str| {
        message
            .windows(mark.len())
            .take(32)
            .any(|at| at == mark.as_bytes())
    };
    let how = match (is("$gen_call"), is("$gen_cast")) {
        (true, _) => "call",
        (_, true) => "cast",
        _ => "send",
    };
    Some(Crossing {
        request: format!("{how} {}", String::from_utf8_lossy(name)),
        headers,
        ..Crossing::default()
    })
}

const FLOAT: u8 = 70;
const SMALL_INTEGER: u8 = 97;
const INTEGER: u8 = 98;
const ATOM: u8 = 100;
const ATOM_UTF8: u8 = 118;
const SMALL_ATOM: u8 = 115;
const SMALL_ATOM_UTF8: u8 = 119;
const NEW_PID: u8 = 88;
const NEWER_REFERENCE: u8 = 90;
const SMALL_TUPLE: u8 = 104;
const NIL: u8 = 106;
const STRING: u8 = 107;
const LIST: u8 = 108;
const BINARY: u8 = 109;
const MAP: u8 = 116;

/// The name of an atom, and what is after it.
fn atom(term: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match term {
        [ATOM | ATOM_UTF8, a, b, rest @ ..] => (usize::from(u16::from_be_bytes([*a, *b])), rest),
        [SMALL_ATOM | SMALL_ATOM_UTF8, length, rest @ ..] => (usize::from(*length), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// What is after a term.
fn skip(term: &[u8]) -> Option<&[u8]> {
    let (mut rest, mut terms) = (term, 1_usize);
    while terms > 0 {
        let (after, within) = head(rest)?;
        rest = after;
        terms = (terms - 1).checked_add(within)?;
    }
    Some(rest)
}

/// What is after the beginning of a term, and how many terms of it follow there; none for kinds that
/// nobody sends as a label (functions, ports, big numbers).
fn head(term: &[u8]) -> Option<(&[u8], usize)> {
    let short = |a: u8, b: u8| usize::from(u16::from_be_bytes([a, b]));
    let long = |a, b, c, d| u32::from_be_bytes([a, b, c, d]) as usize;
    match term {
        [SMALL_INTEGER, rest @ ..] => Some((rest.get(1..)?, 0)),
        [INTEGER, rest @ ..] => Some((rest.get(4..)?, 0)),
        [FLOAT, rest @ ..] => Some((rest.get(8..)?, 0)),
        [NIL, rest @ ..] => Some((rest, 0)),
        [NEW_PID, rest @ ..] => Some((atom(rest)?.1.get(12..)?, 0)),
        [NEWER_REFERENCE, a, b, rest @ ..] => {
            Some((atom(rest)?.1.get(4 + 4 * short(*a, *b)..)?, 0))
        }
        [SMALL_TUPLE, arity, rest @ ..] => Some((rest, usize::from(*arity))),
        [LIST, a, b, c, d, rest @ ..] => Some((rest, long(*a, *b, *c, *d).checked_add(1)?)),
        [MAP, a, b, c, d, rest @ ..] => Some((rest, long(*a, *b, *c, *d).checked_mul(2)?)),
        [STRING, a, b, rest @ ..] => Some((rest.get(short(*a, *b)..)?, 0)),
        [BINARY, a, b, c, d, rest @ ..] => Some((rest.get(long(*a, *b, *c, *d)..)?, 0)),
        _ => atom(term).map(|(_, rest)| (rest, 0)),
    }
}

#[cfg(test)]
mod tests {
    use crate::heads::Heads;

    use super::*;

    const VALUE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn small_atom(name: &str) -> Vec<u8> {
        [&[SMALL_ATOM_UTF8, name.len() as u8], name.as_bytes()].concat()
    }

    fn binary(text: &str) -> Vec<u8> {
        [&[BINARY, 0, 0, 0, text.len() as u8], text.as_bytes()].concat()
    }

    fn tuple(parts: &[Vec<u8>]) -> Vec<u8> {
        [vec![SMALL_TUPLE, parts.len() as u8], parts.concat()].concat()
    }

    fn frame(control: &[Vec<u8>], message: &[u8]) -> Vec<u8> {
        let control = tuple(control);
        let frame = [&[PASS_THROUGH, VERSION], &*control, &[VERSION], message].concat();
        [(frame.len() as u32).to_be_bytes().as_slice(), &frame].concat()
    }

    /// A handshake, a tick, a call with a carrier, a reply, and a plain message with a token.
    fn conversation() -> Vec<u8> {
        let pid = || [vec![NEW_PID], small_atom("rust@127.0.0.1"), vec![0; 12]].concat();
        let to = |operation, more: &[Vec<u8>]| {
            let parts = [
                vec![SMALL_INTEGER, operation],
                pid(),
                small_atom(""),
                small_atom("stock"),
            ];
            [&parts, more].concat()
        };
        let call = tuple(&[small_atom("$gen_call"), pid(), binary(VALUE)]);
        let token = tuple(&[
            vec![SMALL_INTEGER, 1],
            binary(VALUE),
            vec![INTEGER, 0, 0, 0, 1],
        ]);
        [
            b"\0\x04Nabc".to_vec(),
            b"\0\x02rx".to_vec(),
            vec![0; 4],
            frame(&to(REG_SEND, &[]), &call),
            frame(
                &[vec![SMALL_INTEGER, 2], small_atom(""), pid()],
                &binary(VALUE),
            ),
            frame(&to(REG_SEND_TT, &[token]), &small_atom("hello")),
        ]
        .concat()
    }

    #[test]
    fn messages_to_names_are_found_however_the_bytes_arrive() {
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
                ["call stock", "send stock"],
                "in pieces of {piece}"
            );
            assert_eq!(found[0].header("traceparent"), Some(VALUE));
            assert_eq!(found[1].header("traceparent"), None, "it is in the token");
            assert_eq!(found[1].header("a sequence token"), Some(VALUE));
            assert!(heads.both_ways());
        }
    }

    #[test]
    fn what_is_after_a_term_is_found_however_deep_it_is() {
        let map = [
            vec![MAP, 0, 0, 0, 1],
            binary("traceparent"),
            tuple(&[small_atom("a"), vec![FLOAT; 9]]),
        ];
        let list = [
            vec![LIST, 0, 0, 0, 1],
            map.concat(),
            vec![NIL],
            vec![1, 2, 3],
        ];
        assert_eq!(skip(&list.concat()), Some(&[1, 2, 3][..]));
        let deep: Vec<u8> = [SMALL_TUPLE, 1].repeat(100_000);
        assert_eq!(skip(&deep), None, "it has no end");
        assert_eq!(skip(&[MAP, 255, 255, 255, 255, NIL]), None);
    }
}
