//! Facts that no shape can say, for [`crate::Run::fact`].

use trace_model::Span;
use trace_shape::{Code, Diagnosis, SpanRef};

use crate::Seen;

mod lengths;

pub use lengths::{begins_after, closed_during, covered, covers_children, ends_by, took};

/// A fact that holds, or what is wrong.
pub type Fact = Result<(), Box<Diagnosis>>;

/// A diagnosis about one span, with service, name and ids.
#[must_use]
pub fn about_span(code: Code, span: &Span, message: impl Into<String>) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(code, message);
    diagnosis.service = Some(span.service().to_owned());
    diagnosis.span = Some(span.name.clone());
    diagnosis.spans = vec![SpanRef {
        trace_id: span.trace_id,
        span_id: span.span_id,
    }];
    diagnosis
}

/// Before the id of a gap, in `look_at` of a diagnosis that is not complete.
pub(crate) const IN_GAP: &str = "gap ";

/// The diagnosis of a fact that knows in which gap its cause is, such as `03.3`, where several gaps
/// are about one span.
#[must_use]
pub fn in_gap(mut diagnosis: Diagnosis, gap: &str) -> Diagnosis {
    diagnosis.look_at = Some(format!("{IN_GAP}{gap}"));
    diagnosis
}

/// Adds what facts have found. Where the shape has found the same of a span, it is no second cause: a fact
/// that knows the gap says where to look.
pub(crate) fn add(facts: Vec<Diagnosis>, to: &mut Vec<Diagnosis>) {
    let about = |of: &Diagnosis| (of.code, of.service.clone(), of.span.clone());
    for fact in facts {
        let known = to.iter_mut().find(|known| about(known) == about(&fact));
        match known.filter(|_| fact.look_at.is_some() && fact.span.is_some()) {
            Some(known) => {
                known.look_at = fact.look_at;
                known.actual = fact.actual.or(known.actual.take());
            }
            None => to.push(fact),
        }
    }
}

/// No span of that name has a link.
///
/// # Errors
/// `wrong-link`, for the first one that has.
pub fn links_to_nothing(seen: &Seen, name: &str, why: &str) -> Fact {
    let spans = seen.named(name);
    let Some(linked) = spans.iter().find(|span| !span.links.is_empty()) else {
        return Ok(());
    };
    let message = format!("`{name}` has a link: {why}");
    Err(Box::new(about_span(Code::WrongLink, linked, message)))
}

/// No span of that name tells of a failure: a class in `error.type`, or an event `exception`. Its status
/// is for the shape.
///
/// # Errors
/// `wrong-attribute` or `wrong-count`, for the first one that does.
pub fn tells_no_failure(seen: &Seen, name: &str, why: &str) -> Fact {
    let spans = seen.named(name);
    let told = |span: &&&Span| span.attributes.get("error.type").is_some();
    let thrown = |span: &&&Span| span.events.iter().any(|event| event.name == "exception");
    let told = spans
        .iter()
        .find(told)
        .map(|span| (span, Code::WrongAttribute, "`error.type`"));
    let thrown = || {
        spans
            .iter()
            .find(thrown)
            .map(|span| (span, Code::WrongCount, "an `exception`"))
    };
    let Some((span, code, what)) = told.or_else(thrown) else {
        return Ok(());
    };
    let message = format!("`{name}` has {what}: {why}");
    Err(Box::new(about_span(code, span, message)))
}

/// No span of that name has a link beside its parent: a caller is the one or the other. Where one is a
/// root, the shape has more to say.
///
/// # Errors
/// `wrong-link`, for the first one that has.
pub fn parent_or_link(seen: &Seen, name: &str) -> Fact {
    let both = |span: &&Span| span.parent_span_id.is_some() && !span.links.is_empty();
    let spans = seen.named(name);
    let Some(span) = spans.into_iter().find(both) else {
        return Ok(());
    };
    let message =
        format!("`{name}` has a link beside its parent, which says already whose work it is");
    Err(Box::new(about_span(Code::WrongLink, span, message)))
}

/// The root span of that name was current only while its own future was polled. `left` is what
/// [`crate::watched`] saw. Where one of that name is no root, the shape has more to say.
///
/// # Errors
/// `false-join`, for the first span of that name where one was left behind.
pub fn left_nothing(seen: &Seen, name: &str, left: bool) -> Fact {
    let spans = seen.named(name);
    let roots = spans.iter().all(|span| span.parent_span_id.is_none());
    match spans.first() {
        Some(span) if left && roots => {
            let why = format!(
                "`{name}` waits and stays current on its thread: whoever runs there next becomes \
                 its child"
            );
            Err(Box::new(about_span(Code::FalseJoin, span, why)))
        }
        _ => Ok(()),
    }
}

/// Every sampled span that was seen to end was received.
///
/// # Errors
/// `dropped-spans`, with both counts.
pub fn all_arrived(seen: &Seen) -> Fact {
    let ended = seen.witnessed().iter().filter(|span| span.ended).count();
    let arrived = seen.spans().len();
    if arrived >= ended {
        return Ok(());
    }
    let lost = ended - arrived;
    let message = format!("{lost} of {ended} spans ended and never arrived");
    let mut diagnosis = Diagnosis::new(Code::DroppedSpans, message);
    diagnosis.expected = Some(format!("{ended} spans"));
    diagnosis.actual = Some(format!("{arrived} spans"));
    diagnosis.count = lost;
    Err(Box::new(diagnosis))
}

/// The service printed `text` (within its last 8 KiB).
///
/// # Errors
/// `wrong-answer`, with `why`.
pub fn printed(seen: &Seen, service: &str, text: &str, why: &str) -> Fact {
    if seen.output(service).contains(text) {
        return Ok(());
    }
    let mut diagnosis = Diagnosis::new(Code::WrongAnswer, why);
    diagnosis.service = Some(service.to_owned());
    diagnosis.expected = Some(format!("`{text}` in what {service} prints"));
    diagnosis.actual = Some("not there".to_owned());
    Err(Box::new(diagnosis))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use trace_model::{Forest, Link, SpanId, TraceId};
    use trace_shape::Evidence;

    use super::*;

    pub(super) fn span(name: &str, start: u64, end: u64) -> Span {
        let trace = TraceId::from_bytes(&[7; 16]).expect("an id");
        let id = SpanId::from_bytes(&[7; 8]).expect("an id");
        let mut span = Span::new(trace, id, "search", name);
        (span.start_unix_nano, span.end_unix_nano) = (start, end);
        span
    }

    pub(super) fn seen(spans: Vec<Span>) -> Seen {
        Seen {
            forest: Forest::new(spans),
            unsampled: crate::unsampled::Unsampled::default(),
            evidence: Evidence::default(),
            outputs: BTreeMap::new(),
            cut_off: BTreeSet::new(),
            flushed: false,
        }
    }

    #[test]
    fn a_failure_where_nothing_failed_is_wrong() {
        let right = span("restart", 1, 2);
        let (mut classed, mut thrown) = (right.clone(), right.clone());
        classed.attributes.set("error.type", "panic");
        thrown.events.push(trace_model::Event {
            name: "exception".to_owned(),
            time_unix_nano: 1,
            attributes: trace_model::Attributes::default(),
        });
        let told = |span| tells_no_failure(&seen(vec![span]), "restart", "it went well");
        assert!(told(right).is_ok());
        let codes = [classed, thrown].map(|span| told(span).expect_err("a failure").code);
        assert_eq!(codes, [Code::WrongAttribute, Code::WrongCount]);
    }

    #[test]
    fn a_fact_that_knows_the_gap_of_what_the_shape_has_found_says_where_to_look() {
        let found = |code| about_span(code, &span("GET", 1, 2), "found");
        let mut all = vec![found(Code::LostContext)];
        let mut known = in_gap(found(Code::LostContext), "23.1");
        known.actual = Some("no tag".to_owned());
        add(
            vec![known, found(Code::WrongLink), found(Code::LostContext)],
            &mut all,
        );
        let codes: Vec<Code> = all.iter().map(|one| one.code).collect();
        assert_eq!(
            codes,
            [Code::LostContext, Code::WrongLink, Code::LostContext]
        );
        let told = [&all[0].look_at, &all[0].actual].map(Option::as_deref);
        assert_eq!(told, [Some("gap 23.1"), Some("no tag")]);
    }

    #[test]
    fn a_link_where_none_belongs_is_wrong() {
        let alone = span("tick", 1, 2);
        let mut linked = alone.clone();
        linked.links.push(Link {
            trace_id: alone.trace_id,
            span_id: alone.span_id,
            trace_state: String::new(),
            attributes: trace_model::Attributes::default(),
        });
        let seen = |span| seen(vec![span]);
        assert!(links_to_nothing(&seen(alone), "tick", "-").is_ok());
        let mut child = linked.clone();
        child.parent_span_id = Some(child.span_id);
        assert!(
            parent_or_link(&seen(linked.clone()), "tick").is_ok(),
            "a root"
        );
        let both = parent_or_link(&seen(child), "tick").expect_err("a parent and a link");
        assert_eq!(both.code, Code::WrongLink);
        let seen = seen(linked);
        let wrong = links_to_nothing(&seen, "tick", "nobody sent it").expect_err("a link");
        assert_eq!(wrong.code, Code::WrongLink);
        assert!(links_to_nothing(&seen, "other", "-").is_ok());
    }
}
