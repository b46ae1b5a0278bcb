//! The token of sequential tracing: what the BEAM hands on from message to message by itself.

use erl_dist::term::{FixInteger, Term};

use crate::{integer, parts, tuple};

/// A token of sequential tracing (`seq_trace`): whatever is sent because of a message with one carries
/// one, with the same label.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    flags: i32,
    label: Term,
    serial: i32,
    previous: i32,
}

/// The flag `send`: with no flag at all a node takes the token for none.
const SEND: i32 = 1;

impl Token {
    /// A token that begins with a message of ours.
    #[must_use]
    pub fn new(label: Term) -> Self {
        Self {
            flags: SEND,
            label,
            serial: 1,
            previous: 0,
        }
    }

    /// What it says; any term, since OTP 21.
    #[must_use]
    pub fn label(&self) -> &Term {
        &self.label
    }

    /// The token of a message that is sent because one with this token came in.
    #[must_use]
    pub fn next(&self) -> Self {
        Self {
            serial: self.serial.wrapping_add(1),
            previous: self.serial,
            ..self.clone()
        }
    }

    /// `{Flags, Label, Serial, From, Previous}`.
    pub(crate) fn read(term: Term) -> Option<Self> {
        let [flags, label, serial, _from, previous] = parts(term)?;
        Some(Self {
            flags: number(&flags)?,
            label,
            serial: number(&serial)?,
            previous: number(&previous)?,
        })
    }

    pub(crate) fn to_term(&self, from: Term) -> Term {
        let [flags, serial, previous] = [self.flags, self.serial, self.previous].map(integer);
        tuple([flags, self.label.clone(), serial, from, previous])
    }
}

fn number(term: &Term) -> Option<i32> {
    match term {
        Term::FixInteger(FixInteger { value }) => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atom;

    #[test]
    fn a_token_comes_back_as_it_was_and_counts_what_is_sent() {
        let token = Token::new(atom("label"));
        let read = Token::read(token.to_term(atom("me"))).expect("a token");
        assert_eq!(read, token);
        let next = read.next();
        assert_eq!((next.serial, next.previous), (2, 1));
        assert_eq!(next.label(), token.label());
    }

    #[test]
    fn what_is_no_token_is_none() {
        assert_eq!(Token::read(atom("undefined")), None);
        assert_eq!(Token::read(tuple([atom("a"), atom("b")])), None);
    }
}
