//! What only the whole text shows: labels, and how much a shape asks for.

use std::collections::HashMap;

use crate::shape::{Line, Shape, ShapeError};

/// The smallest trace that fulfils a shape has at most so many spans.
const MAX_SPANS: usize = 100_000;

pub(super) fn check(shape: &Shape) -> Result<(), ShapeError> {
    let mut labels: HashMap<&str, &Line> = HashMap::new();
    for line in &shape.lines {
        let Some(label) = &line.label else { continue };
        if let Some(first) = labels.insert(label, line) {
            let message = format!(
                "the label `{label}` stands on line {} already: write another one",
                first.number
            );
            return Err(error(line, message));
        }
    }
    for line in &shape.lines {
        check_links(line, &labels)?;
    }
    check_size(shape)
}

fn check_links(line: &Line, labels: &HashMap<&str, &Line>) -> Result<(), ShapeError> {
    for label in &line.links {
        let Some(target) = labels.get(label.as_str()) else {
            let message = format!(
                "no line has the label `{label}`: write `as {label}` at the end of the line that \
                 this one links to"
            );
            return Err(error(line, message));
        };
        let asked = line.links.iter().filter(|other| *other == label).count();
        if target.max.is_some_and(|max| max < asked) && target.parent.is_none() {
            let message = format!(
                "this asks for {asked} links to `{label}`, and line {} allows fewer spans",
                target.number
            );
            return Err(error(line, message));
        }
    }
    Ok(())
}

fn check_size(shape: &Shape) -> Result<(), ShapeError> {
    let mut each: Vec<usize> = Vec::with_capacity(shape.lines.len());
    let mut total = 0_usize;
    for line in &shape.lines {
        let above = line.parent.map_or(1, |parent| each[parent]);
        let spans = above.saturating_mul(line.min);
        total = total.saturating_add(spans);
        if total > MAX_SPANS {
            let message = format!("with this line the shape asks for more than {MAX_SPANS} spans");
            return Err(error(line, message));
        }
        each.push(spans);
    }
    Ok(())
}

fn error(line: &Line, message: String) -> ShapeError {
    ShapeError {
        line: line.number,
        column: 1,
        message,
    }
}
