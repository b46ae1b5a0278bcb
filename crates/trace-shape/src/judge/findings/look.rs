//! Where to look: the line of code that a span names, otherwise a place in words.

use trace_model::Span;

use crate::judge::tree::Item;

/// `src/lib.rs:24`, from a span's own attributes in their present or former spelling.
fn line_of_code(span: &Span) -> Option<String> {
    let get = |now: &str, before: &str| {
        span.attributes
            .get(now)
            .or_else(|| span.attributes.get(before))
            .map(ToString::to_string)
    };
    let file = get("code.file.path", "code.filepath")?;
    let line = get("code.line.number", "code.lineno")?;
    Some(format!("{file}:{line}"))
}

/// The code of the span, or else of the other, or else a place in words.
pub(super) fn span(item: &Item<'_>, other: &Item<'_>, words: &str) -> String {
    let mut spans = [item, other].into_iter().filter_map(|item| item.span);
    let place = spans.find_map(line_of_code);
    let service = item.service();
    match place {
        Some(place) => format!("{place} ({words})"),
        None if service.is_empty() => words.to_owned(),
        None => format!("{words}, in {service}"),
    }
}

/// Where a context may get lost between two spans.
pub(super) fn lost(item: &Item<'_>, parent: &Item<'_>) -> String {
    if item.service() == parent.service() {
        let words = format!(
            "where `{}` starts the work of `{}`",
            parent.name(),
            item.name()
        );
        return span(parent, item, &words);
    }
    let words = format!(
        "where {} writes its context into the request, and where {} reads it from there",
        parent.service(),
        item.service()
    );
    let mut spans = [item, parent].into_iter().filter_map(|item| item.span);
    spans
        .find_map(line_of_code)
        .map_or(words.clone(), |place| format!("{place} ({words})"))
}
