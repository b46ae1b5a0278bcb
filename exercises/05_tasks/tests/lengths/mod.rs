//! Whether each span is as long as its work.

use std::collections::BTreeMap;

use marketplace::Journal;
use testkit::{Code, Fact, Seen, Span, about_span};

/// What was really done, for each query.
pub(crate) type Done = BTreeMap<&'static str, Journal>;

/// Each child of a search is held against what was done for that search.
pub(crate) fn of_children(seen: &Seen, done: &Done) -> Fact {
    for span in seen.spans() {
        let is_parent = |root: &&Span| Some(root.span_id) == span.parent_span_id;
        let parent = seen.spans().iter().find(is_parent);
        let query = parent.and_then(|root| root.attributes.text("workshop.query"));
        if let Some(done) = query.and_then(|query| done.get(query)) {
            length(seen, span, done)?;
        }
    }
    Ok(())
}

/// A span covers its work and no more: the sources end before the merge, scoring begins after it.
fn length(seen: &Seen, span: &Span, done: &Journal) -> Fact {
    let mut alike = seen.named(&span.name);
    alike.retain(|other| other.parent_span_id == span.parent_span_id);
    if alike.len() != done.of(&span.name).count() {
        return Ok(()); // The shape says what is wrong.
    }
    let (start, end) = (span.start_unix_nano, span.end_unix_nano);
    let covers = done.of(&span.name).any(|work| work.is_within(start, end));
    let beyond = done.of("merge").any(|merge| match span.name.as_str() {
        "score cars" => start < merge.end_unix_nano,
        _ => end > merge.start_unix_nano,
    });
    let (code, how) = match (covers, beyond) {
        (true, false) => return Ok(()),
        (true, true) => (Code::Stretched, "lasts longer than its work"),
        (false, _) => (Code::MissingSpan, "was not open while its work was done"),
    };
    Err(about_span(code, span, format!("`{}` {how}", span.name)).into())
}
