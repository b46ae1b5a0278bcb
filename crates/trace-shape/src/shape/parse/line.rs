//! Reads one line: prefixes, service, kind, name, then its parts in any order.

use std::mem;

use trace_model::{Kind, StatusCode};

use super::cursor::Cursor;
use crate::shape::{AttributeRule, EventRule, Line, Pattern, ShapeError, StatusRule, Want};

const MAX_COUNT: usize = 10_000;
const FORM: &str = "a line is `service kind \"name\"`";

pub(super) fn read(cursor: &mut Cursor<'_>, number: usize) -> Result<Line, ShapeError> {
    let mut line = Line::new(number);
    let optional = read_prefixes(cursor, &mut line)?;
    line.service = read_service(cursor)?;
    line.kind = read_kind(cursor)?;
    line.name = read_name(cursor)?;
    let mut seen = Seen::default();
    loop {
        let before = cursor.clone();
        cursor.skip_space();
        if cursor.at_end() {
            break;
        }
        read_part(cursor, &mut line, &mut seen, &before)?;
    }
    if optional {
        line.min = 0;
    }
    Ok(line)
}

/// Parts that may stand once on a line.
#[derive(Default)]
struct Seen {
    count: bool,
    /// Whether a block of attributes would belong to an event.
    event: bool,
}

fn read_prefixes(cursor: &mut Cursor<'_>, line: &mut Line) -> Result<bool, ShapeError> {
    let mut optional = false;
    loop {
        cursor.skip_space();
        let before = cursor.clone();
        let flag = match (cursor.takes("?"), cursor.takes(">>")) {
            (true, _) => &mut optional,
            (_, true) => &mut line.deep,
            _ => return Ok(optional),
        };
        if std::mem::replace(flag, true) {
            return Err(before.error("this stands here already: write it once"));
        }
    }
}

fn read_service(cursor: &mut Cursor<'_>) -> Result<Option<String>, ShapeError> {
    if cursor.takes("*") {
        return Ok(None);
    }
    if cursor.peek() == Some('"') {
        return cursor.quoted().map(Some);
    }
    let before = cursor.clone();
    match cursor.word() {
        "" => Err(before.error(format!(
            "`{}` is no service: {FORM}, with `*` for any service",
            before.glimpse()
        ))),
        word => Ok(Some(word.to_owned())),
    }
}

fn read_kind(cursor: &mut Cursor<'_>) -> Result<Option<Kind>, ShapeError> {
    cursor.skip_space();
    if cursor.takes("*") {
        return Ok(None);
    }
    let before = cursor.clone();
    let word = cursor.word();
    if word == "unspecified" {
        return Ok(Some(Kind::Unspecified));
    }
    word.parse().map(Some).map_err(|()| {
        before.error(format!(
            "`{}` is no kind: write `internal`, `server`, `client`, `producer`, `consumer`, or `*` \
             for any ({FORM})",
            before.glimpse()
        ))
    })
}

fn read_name(cursor: &mut Cursor<'_>) -> Result<Option<String>, ShapeError> {
    cursor.skip_space();
    match cursor.peek() {
        Some('"') => cursor.quoted().map(Some),
        Some('*') => {
            cursor.next();
            Ok(None)
        }
        _ => Err(cursor.error(format!(
            "the name is missing here: {FORM}, the name in quotes, or `*` for any"
        ))),
    }
}

fn read_part(
    cursor: &mut Cursor<'_>,
    line: &mut Line,
    seen: &mut Seen,
    before: &Cursor<'_>,
) -> Result<(), ShapeError> {
    let place = cursor.clone();
    if cursor.takes("{") {
        let rules = read_attributes(cursor, &place)?;
        let own = &mut line.attributes;
        let all = if seen.event {
            line.events
                .last_mut()
                .map_or(own, |event| &mut event.attributes)
        } else {
            own
        };
        return add_rules(all, rules);
    }
    let spaced = before.peek().is_some_and(char::is_whitespace);
    if !spaced {
        return Err(place.error("a space is missing here"));
    }
    seen.event = false;
    if cursor.takes("~>") {
        cursor.skip_space();
        if cursor.takes("...") {
            line.open_links = true;
        } else {
            let label = read_label(cursor, "the label that it links to")?;
            line.links.push(label);
        }
    } else if cursor.takes("!") {
        read_status(cursor, line, &place)?;
    } else if cursor.takes("*") {
        let (name, attributes) = (cursor.word_or_quoted("the event's name")?, Vec::new());
        line.events.push(EventRule { name, attributes });
        seen.event = true;
    } else if cursor.takes_word("as") {
        cursor.skip_space();
        let label = read_label(cursor, "the label")?;
        if line.label.replace(label).is_some() {
            return Err(place.error("a line has one label: remove one `as`"));
        }
    } else if cursor.takes_word("seq") {
        line.ordered = true;
    } else {
        read_count(cursor, line, seen, &place)?;
    }
    Ok(())
}

fn read_label(cursor: &mut Cursor<'_>, what: &str) -> Result<String, ShapeError> {
    match cursor.word() {
        "" => Err(cursor.error(format!(
            "{what} is missing here: write a word, as in `as sent`"
        ))),
        word => Ok(word.to_owned()),
    }
}

fn read_status(
    cursor: &mut Cursor<'_>,
    line: &mut Line,
    place: &Cursor<'_>,
) -> Result<(), ShapeError> {
    let status = match cursor.word() {
        "error" => StatusRule::Is(StatusCode::Error),
        "ok" => StatusRule::Is(StatusCode::Ok),
        "unset" => StatusRule::Is(StatusCode::Unset),
        "any" => StatusRule::Any,
        _ => return Err(place.error("a status is `!error`, `!ok`, `!unset` or `!any`")),
    };
    match mem::replace(&mut line.status, status) {
        StatusRule::NoError => Ok(()),
        _ => Err(place.error("a line has one status: remove one")),
    }
}

fn read_count(
    cursor: &mut Cursor<'_>,
    line: &mut Line,
    seen: &mut Seen,
    place: &Cursor<'_>,
) -> Result<(), ShapeError> {
    let unknown = || {
        place.error(format!(
            "`{}` means nothing here: after the name stand `x2`, `{{key=value}}`, `!error`, \
             `*event`, `seq`, `as label` and `~> label`",
            place.glimpse()
        ))
    };
    let word = cursor.word();
    let count = word.strip_prefix('x').ok_or_else(unknown)?;
    let (min, max) = match count.split_once("..") {
        None => (number(count), Some(number(count))),
        Some((min, "")) if cursor.takes("*") => (number(min), None),
        Some((min, max)) => (number(min), Some(number(max))),
    };
    let bounded = |number: Option<usize>| number.filter(|number| *number <= MAX_COUNT);
    let (Some(min), Some(max)) = (
        bounded(min),
        max.map_or(Some(None), |max| bounded(max).map(Some)),
    ) else {
        return Err(place.error(format!(
            "`{}` is no count: write `x2`, `x1..3` or `x1..*`, up to {MAX_COUNT}",
            place.glimpse()
        )));
    };
    if max.is_some_and(|max| max < min || max == 0) {
        return Err(place.error("this count allows nothing: write the smaller number first"));
    }
    if std::mem::replace(&mut seen.count, true) {
        return Err(place.error("a line has one count: remove one"));
    }
    (line.min, line.max) = (min, max);
    Ok(())
}

fn number(digits: &str) -> Option<usize> {
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| digits.parse().ok()).flatten()
}

fn read_attributes(
    cursor: &mut Cursor<'_>,
    start: &Cursor<'_>,
) -> Result<Vec<(AttributeRule, ShapeError)>, ShapeError> {
    let mut rules = Vec::new();
    loop {
        cursor.skip_space();
        let twice = cursor.error("this key stands twice: write it once");
        let key = cursor.word_or_quoted("an attribute's key")?;
        cursor.skip_space();
        let want = read_want(cursor, &key)?;
        rules.push((AttributeRule { key, want }, twice));
        cursor.skip_space();
        let place = cursor.clone();
        match cursor.next() {
            Some(',') => {}
            Some('}') => return Ok(rules),
            Some(_) => {
                let message = "write `=value`, `~/pattern/`, a comma or `}` after an attribute";
                return Err(place.error(message));
            }
            None => return Err(start.error("these attributes are never closed: write `}`")),
        }
    }
}

fn read_want(cursor: &mut Cursor<'_>, key: &str) -> Result<Want, ShapeError> {
    if cursor.takes("~") {
        return read_pattern(cursor);
    }
    if !cursor.takes("=") {
        return Ok(Want::Present);
    }
    cursor.skip_space();
    match cursor.peek() {
        Some('"') => cursor.quoted().map(Want::Text),
        Some('$') => {
            cursor.next();
            read_label(cursor, "the name after `$`").map(Want::Same)
        }
        _ => match cursor.bare_value() {
            "" => {
                Err(cursor.error("a value is missing here: write one, or `\"\"` for an empty text"))
            }
            value => Ok(Want::value_of(key, value)),
        },
    }
}

fn read_pattern(cursor: &mut Cursor<'_>) -> Result<Want, ShapeError> {
    let place = cursor.clone();
    if !cursor.takes("/") {
        return Err(place.error("a pattern stands between slashes: `{key~/pattern/}`"));
    }
    let source = cursor.pattern()?;
    cursor.skip_space();
    let example = if !cursor.takes("e.g.") {
        None
    } else {
        cursor.skip_space();
        Some(match cursor.peek() {
            Some('"') => cursor.quoted()?,
            _ => cursor.bare_value().to_owned(),
        })
    };
    let pattern = Pattern::new(source, example.as_deref());
    pattern
        .map(Want::Match)
        .map_err(|message| place.error(message))
}

fn add_rules(
    all: &mut Vec<AttributeRule>,
    rules: Vec<(AttributeRule, ShapeError)>,
) -> Result<(), ShapeError> {
    for (rule, twice) in rules {
        if all.iter().any(|other| other.key == rule.key) {
            return Err(twice);
        }
        all.push(rule);
    }
    Ok(())
}
