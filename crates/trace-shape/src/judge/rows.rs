//! The aligned trees, line by line.

use std::collections::HashMap;

use super::{
    findings::{Case, Place, Shown},
    tree::Item,
};
use crate::{Actual, Code, Diagnosis, Expected, Line, Mark, Row, SpanRef};

/// One row for each line of the shape, then one for each span that no line asks for. A whole trace that
/// may be there and is not has none: nobody misses it.
pub(super) fn rows(case: &Case<'_, '_>, shown: &[Shown], diagnoses: &[Diagnosis]) -> Vec<Row> {
    let mut by_line: HashMap<usize, Vec<&Shown>> = HashMap::new();
    let mut by_item: HashMap<usize, &Shown> = HashMap::new();
    for one in shown {
        match (one.line, one.item) {
            (Some(line), _) => by_line.entry(line).or_default().push(one),
            (None, Some(item)) => drop(by_item.entry(item).or_insert(one)),
            (None, None) => {}
        }
    }
    let extras = extra_rows(case, &by_item);
    let mut rows = insert(case, line_rows(case, &by_line, diagnoses), extras);
    let mut is_missed = true;
    rows.retain(|row| {
        if row.depth == 0 {
            is_missed = row.mark != Mark::Absent;
        }
        is_missed
    });
    rows
}

/// Extra rows by the line below whose span they hang; none for those without one.
type Extras = HashMap<Option<usize>, Vec<Row>>;

/// Puts what hangs below the span of a line behind all that is expected below it.
fn insert(case: &Case<'_, '_>, lines: Vec<Row>, mut extras: Extras) -> Vec<Row> {
    let mut rows = Vec::with_capacity(lines.len());
    let mut open: Vec<usize> = Vec::new();
    let shape = case.expected.shape.lines();
    for (index, row) in lines.into_iter().enumerate() {
        while open
            .last()
            .is_some_and(|above| shape[index].parent != Some(*above))
        {
            let closed = open.pop();
            rows.extend(extras.remove(&closed).unwrap_or_default());
        }
        open.push(index);
        rows.push(row);
    }
    while let Some(closed) = open.pop() {
        rows.extend(extras.remove(&Some(closed)).unwrap_or_default());
    }
    rows.extend(extras.remove(&None).unwrap_or_default());
    rows
}

fn line_rows(
    case: &Case<'_, '_>,
    by_line: &HashMap<usize, Vec<&Shown>>,
    diagnoses: &[Diagnosis],
) -> Vec<Row> {
    let shape = case.expected.shape;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); shape.lines().len()];
    for (index, instance) in case.alignment.live() {
        members[instance.line].push(index);
    }
    let mut surplus: HashMap<usize, Vec<usize>> = HashMap::new();
    for (item, line) in &case.alignment.surplus {
        surplus.entry(*line).or_default().push(*item);
    }
    let depths = shape.depths();
    let mut broken: Vec<bool> = Vec::with_capacity(shape.lines().len());
    let mut rows: Vec<Row> = Vec::with_capacity(shape.lines().len());
    for (index, line) in shape.lines().iter().enumerate() {
        let shown = by_line.get(&index).map_or(&[][..], Vec::as_slice);
        let above = line.parent.is_some_and(|parent| broken[parent]);
        let mut items: Vec<usize> = members[index]
            .iter()
            .filter_map(|at| case.instance(*at).item)
            .collect();
        items.extend(surplus.remove(&index).unwrap_or_default());
        let row = Row {
            depth: depths[index],
            expected: Some(expected(line)),
            actual: actual(case, items, shown),
            mark: mark(case, line, &members[index], shown, above),
            note: note(shown),
            diagnosis: shown.first().map(|shown| shown.diagnosis),
        };
        let breaks = |shown: &&Shown| breaks_apart(diagnoses[shown.diagnosis].code);
        broken.push(above || shown.iter().any(breaks));
        rows.push(row);
    }
    rows
}

/// Whether what hangs below a span with this is affected.
fn breaks_apart(code: Code) -> bool {
    use Code as C;
    matches!(
        code,
        C::LostContext
            | C::WrongParent
            | C::LinkInsteadOfParent
            | C::ParentInsteadOfLink
            | C::FalseJoin
            | C::MissingSpan
            | C::NeverExported
            | C::NeverEnded
            | C::ForgedParent
    )
}

fn mark(
    case: &Case<'_, '_>,
    line: &Line,
    members: &[usize],
    shown: &[&Shown],
    below_broken: bool,
) -> Mark {
    if !shown.is_empty() {
        return Mark::Wrong;
    }
    let none = members.iter().all(|at| case.instance(*at).item.is_none());
    let follows = members.iter().any(|at| case.places[*at] == Place::Follows);
    match (none, line.min, below_broken || follows) {
        (_, _, true) => Mark::Follows,
        (true, 0, _) => Mark::Absent,
        // Below something optional that is absent, or below a parent of which there is none.
        (true, _, _) if members.is_empty() => Mark::Absent,
        (true, _, _) => Mark::Follows,
        (false, _, _) => Mark::Right,
    }
}

fn note(shown: &[&Shown]) -> String {
    let mut notes: Vec<&str> = Vec::new();
    for one in shown {
        if !notes.contains(&one.note.as_str()) && notes.len() < 3 {
            notes.push(&one.note);
        }
    }
    notes.join("; ")
}

fn expected(line: &Line) -> Expected {
    let or_any = |text: &Option<String>| text.clone().unwrap_or_else(|| "*".to_owned());
    Expected {
        service: or_any(&line.service),
        name: or_any(&line.name),
        kind: line.kind.map_or("*", |kind| kind.as_str()).to_owned(),
        min: line.min,
        max: line.max,
        links: line.links.clone(),
        label: line.label.clone(),
        line: line.number,
    }
}

/// The wrong ones first: they are what the row is about.
fn actual(case: &Case<'_, '_>, mut items: Vec<usize>, shown: &[&Shown]) -> Vec<Actual> {
    let wrong: std::collections::HashSet<SpanRef> = shown
        .iter()
        .flat_map(|shown| shown.spans.iter().copied())
        .collect();
    items.sort_by_key(|item| (!wrong.contains(&case.tree.items[*item].reference()), *item));
    items
        .into_iter()
        .map(|item| actual_of(&case.tree.items[item]))
        .collect()
}

fn actual_of(item: &Item<'_>) -> Actual {
    let span = item.span;
    Actual {
        span: item.reference(),
        service: item.service().to_owned(),
        name: item.name().to_owned(),
        kind: span.map_or_else(String::new, |span| span.kind.to_string()),
        start_unix_nano: item.start(),
        end_unix_nano: span.map_or(0, |span| span.end_unix_nano),
        phantom: item.is_phantom(),
    }
}

/// What no line asks for, with what hangs below it.
fn extra_rows(case: &Case<'_, '_>, by_item: &HashMap<usize, &Shown>) -> Extras {
    let alignment = &case.alignment;
    let depths = case.expected.shape.depths();
    let mut places: Vec<(Option<usize>, usize)> = Vec::with_capacity(case.tree.items.len());
    let mut rows = Extras::new();
    for (index, item) in case.tree.items.iter().enumerate() {
        let own = alignment.of_item[index].map(|at| case.instance(at).line);
        let (line, depth) = match (own, item.parent) {
            (Some(line), _) => (Some(line), depths[line]),
            (None, Some(parent)) => (places[parent].0, places[parent].1 + 1),
            (None, None) => (None, 0),
        };
        places.push((line, depth));
        let hidden = alignment.allowed[index] && !by_item.contains_key(&index);
        if !alignment.is_extra(index) || alignment.surplus.contains_key(&index) || hidden {
            continue;
        }
        let shown = by_item.get(&index);
        rows.entry(line).or_default().push(Row {
            depth,
            expected: None,
            actual: vec![actual_of(item)],
            mark: Mark::Extra,
            note: shown.map_or_else(String::new, |shown| shown.note.clone()),
            diagnosis: shown.map(|shown| shown.diagnosis),
        });
    }
    rows
}
