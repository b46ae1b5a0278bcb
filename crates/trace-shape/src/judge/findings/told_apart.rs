//! How a report names one of several lines that have the same name: the labels are known to nobody who
//! has not read the shape.

use super::Case;
use crate::{Line, Want};

/// The line of a label, in a note: `` `tell view` (url.path=/cars/7) ``.
pub(super) fn labelled(case: &Case<'_, '_>, label: &str) -> String {
    let lines = case.expected.shape.lines();
    let Some(line) = lines
        .iter()
        .find(|line| line.label.as_deref() == Some(label))
    else {
        return format!("`{label}`");
    };
    let name = line
        .name
        .as_ref()
        .map_or("a span".to_owned(), |name| format!("`{name}`"));
    let is_namesake = |other: &&Line| other.label.is_some() && other.name == line.name;
    let namesakes: Vec<&Line> = lines.iter().filter(is_namesake).collect();
    if namesakes.len() < 2 {
        return name;
    }
    let mut told = told(lines, line);
    let is_its_own = |rule: &String| {
        let has_it = |other: &&&Line| self::told(lines, other).contains(rule);
        namesakes.iter().filter(has_it).count() == 1
    };
    match told.drain(..).find(is_its_own) {
        Some(rule) => format!("{name} ({rule})"),
        None => name,
    }
}

/// What a line and those above it say of attributes, the nearest first.
fn told(lines: &[Line], line: &Line) -> Vec<String> {
    let mut told = Vec::new();
    let mut next = Some(line);
    while let Some(line) = next {
        for rule in &line.attributes {
            if let Want::Text(value) = &rule.want {
                told.push(format!("{}={value}", rule.key));
            }
        }
        next = line.parent.and_then(|parent| lines.get(parent));
    }
    told
}
