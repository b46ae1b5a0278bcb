//! Erlang terms: what messages are made of.

use std::collections::HashMap;

use erl_dist::term::{Atom, Binary, FixInteger, Map, Term, Tuple};

/// `name`.
#[must_use]
pub fn atom(name: &str) -> Term {
    Atom::from(name).into()
}

/// `<<"text">>`.
#[must_use]
pub fn binary(text: &str) -> Term {
    Binary::from(text.as_bytes()).into()
}

/// A number.
#[must_use]
pub fn integer(number: i32) -> Term {
    FixInteger::from(number).into()
}

/// `{A, B, …}`.
#[must_use]
pub fn tuple<const N: usize>(parts: [Term; N]) -> Term {
    Tuple::from(parts.to_vec()).into()
}

/// The parts of a tuple of that size.
#[must_use]
pub fn parts<const N: usize>(term: Term) -> Option<[Term; N]> {
    match term {
        Term::Tuple(tuple) => tuple.elements.try_into().ok(),
        _ => None,
    }
}

/// The text of a binary or an atom, and an integer in digits; empty for anything else.
#[must_use]
pub fn text(term: &Term) -> String {
    match term {
        Term::Binary(binary) => String::from_utf8_lossy(&binary.bytes).into_owned(),
        Term::Atom(atom) => atom.name.clone(),
        Term::FixInteger(number) => number.value.to_string(),
        _ => String::new(),
    }
}

/// A carrier as a map of binaries.
#[must_use]
pub fn carrier_term(carrier: &HashMap<String, String>) -> Term {
    let pairs = carrier.iter();
    let map = pairs
        .map(|(key, value)| (binary(key), binary(value)))
        .collect();
    Map { map }.into()
}

/// The carrier that a term is; whatever is no text is left out.
#[must_use]
pub fn carrier_from(term: &Term) -> HashMap<String, String> {
    let Term::Map(map) = term else {
        return HashMap::new();
    };
    let pairs = map.map.iter().map(|(key, value)| (text(key), text(value)));
    pairs
        .filter(|(key, value)| !key.is_empty() && !value.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_comes_back_as_it_was() {
        let carrier = HashMap::from([("traceparent".to_owned(), "00-aa-bb-01".to_owned())]);
        assert_eq!(carrier_from(&carrier_term(&carrier)), carrier);
    }

    #[test]
    fn what_is_no_carrier_is_an_empty_one() {
        assert!(carrier_from(&atom("undefined")).is_empty());
        let map = [(binary("a"), tuple([])), (tuple([]), binary("b"))];
        let odd = Map {
            map: map.into_iter().collect(),
        };
        assert!(carrier_from(&odd.into()).is_empty());
    }
}
