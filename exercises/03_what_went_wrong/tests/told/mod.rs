//! Whether a span tells what went wrong, and nothing where nothing did.

use testkit::{Code, Diagnosis, Event, Fact, Span, about_span, facts::in_gap};

/// Where something goes wrong, its class, and what people are told about it.
const TROUBLE: [(&str, &str, &str); 4] = [
    ("/cars/13", "damaged", "is damaged"),
    ("/cars/8", "panic", "no mileage"),
    ("/cars/9", "timeout", "too long"),
    ("/cars/11/photo", "cancelled", "went away"),
];

/// What a span says went wrong is what went wrong; how many failed is for the shape.
pub(crate) fn rightly(span: &Span) -> Fact {
    let path = span.attributes.text("url.path").unwrap_or_default();
    let is_error = span.status.code.as_str() == "error";
    // The status itself is for the shape.
    let wrong = match TROUBLE.iter().find(|(at, ..)| *at == path) {
        Some((_, class, words)) if is_error => failure(span, path, class, words),
        None if !is_error => answer(span, path),
        _ => None,
    };
    wrong.map_or(Ok(()), |wrong| Err(Box::new(wrong)))
}

fn failure(span: &Span, path: &str, class: &str, words: &str) -> Option<Diagnosis> {
    let events = exceptions(span);
    let is_silent = |event: &&Event| {
        let said = event.attributes.text("exception.message");
        said.is_none_or(|said| !said.contains(words))
    };
    let (code, what, right) = match span.attributes.text("error.type") {
        _ if !span.status.message.contains(words) => (Code::WrongStatus, "the description", words),
        told if told != Some(class) => (Code::WrongAttribute, "`error.type`", class),
        _ if events.iter().any(is_silent) => (Code::MissingEvent, "`exception.message`", words),
        _ if events.len() > 1 => {
            let message = format!("`{path}` failed once, and has {} exceptions", events.len());
            return Some(in_gap(about_span(Code::WrongCount, span, message), "03.2"));
        }
        _ => return None,
    };
    let message = format!("{what} does not tell what went wrong at `{path}`: it needs `{right}`");
    Some(in_gap(about_span(code, span, message), "03.3"))
}

/// Where nothing went wrong, no count of errors has it, and nothing was thrown.
fn answer(span: &Span, path: &str) -> Option<Diagnosis> {
    let (code, what) = if span.attributes.get("error.type").is_some() {
        (Code::WrongAttribute, "`error.type`")
    } else if !exceptions(span).is_empty() {
        (Code::WrongCount, "an event `exception`")
    } else {
        return None;
    };
    let message = format!("`{path}` is an answer, and has {what} as if it had failed");
    Some(in_gap(about_span(code, span, message), "03.2"))
}

fn exceptions(span: &Span) -> Vec<&Event> {
    let thrown = |event: &&Event| event.name == "exception";
    span.events.iter().filter(thrown).collect()
}
