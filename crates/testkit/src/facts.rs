//! Facts that no shape can say, for [`crate::Run::fact`].

use std::{ops::RangeInclusive, time::Duration};

use trace_model::Span;
use trace_shape::{Code, Diagnosis, SpanRef};

use crate::Seen;

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

/// For each piece of work one of these spans is open from its beginning to its end, both in
/// nanoseconds since the Unix epoch. Where there is no such span at all, the shape has more to say.
///
/// # Errors
/// `missing-span`, where each of them begins too late or ends too early for some work.
pub fn covered(spans: &[&Span], work: &[(u64, u64)]) -> Fact {
    let covers =
        |span: &Span, (start, end)| span.start_unix_nano <= start && end <= span.end_unix_nano;
    let is_covered = |&piece: &(u64, u64)| spans.iter().any(|span| covers(span, piece));
    match spans.first() {
        Some(first) if !work.iter().all(is_covered) => {
            let message = format!("`{}` was not open while its work was done", first.name);
            Err(about_span(Code::MissingSpan, first, message).into())
        }
        _ => Ok(()),
    }
}

/// The attribute says how long something took, in seconds: within these bounds, in nanoseconds. Where
/// it is missing, the shape has more to say.
///
/// # Errors
/// `wrong-attribute`, with the bounds and the value.
pub fn took(span: &Span, key: &str, bounds: RangeInclusive<u64>) -> Fact {
    let Some(told) = span.attributes.get(key).map(ToString::to_string) else {
        return Ok(());
    };
    let [least, most] = [bounds.start(), bounds.end()].map(|nanos| *nanos as f64 / 1e9);
    let is_right = |seconds: f64| (least..=most).contains(&seconds);
    if told.parse().is_ok_and(is_right) {
        return Ok(());
    }
    let message = format!(
        "`{}` has a `{key}` that is not the time that passed",
        span.name
    );
    let mut diagnosis = about_span(Code::WrongAttribute, span, message);
    diagnosis.expected = Some(format!("{key} from {least:.6} to {most:.6} (seconds)"));
    diagnosis.actual = Some(format!("{key}={told}"));
    Err(Box::new(diagnosis))
}

/// Each of these spans has ended at `unix_nano`, in nanoseconds since the Unix epoch: when whoever
/// waited had the answer, as the test itself saw it.
///
/// Where work that outlives an answer begins after that time, this holds or fails in each run alike,
/// which a comparison of two durations does not.
///
/// # Errors
/// `stretched`, for the first span that ends later.
pub fn ends_by(spans: &[&Span], unix_nano: u64, why: &str) -> Fact {
    let mut late = spans.iter().filter(|span| span.end_unix_nano > unix_nano);
    let Some(first) = late.next() else {
        return Ok(());
    };
    let waited = Duration::from_nanos(unix_nano.saturating_sub(first.start_unix_nano));
    let lasted = Duration::from_nanos(first.duration_nano());
    let message = format!("`{}` {why}", first.name);
    let mut diagnosis = about_span(Code::Stretched, first, message);
    diagnosis.expected = Some(format!("at most {waited:.1?}"));
    diagnosis.actual = Some(format!("{lasted:.1?}"));
    diagnosis.count = 1 + late.count();
    Err(Box::new(diagnosis))
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

    fn span(name: &str, start: u64, end: u64) -> Span {
        let trace = TraceId::from_bytes(&[7; 16]).expect("an id");
        let id = SpanId::from_bytes(&[7; 8]).expect("an id");
        let mut span = Span::new(trace, id, "search", name);
        (span.start_unix_nano, span.end_unix_nano) = (start, end);
        span
    }

    #[test]
    fn work_outside_of_all_its_spans_is_not_shown() {
        let spans = [span("a", 10, 20), span("a", 30, 40)];
        let spans: Vec<&Span> = spans.iter().collect();
        assert!(covered(&spans, &[(10, 20), (31, 39)]).is_ok());
        assert!(covered(&[], &[(1, 2)]).is_ok());
        for outside in [(9, 20), (30, 41), (15, 35), (21, 22)] {
            let missing = covered(&spans, &[(10, 20), outside]).expect_err("no span is open then");
            assert_eq!(missing.code, Code::MissingSpan);
        }
    }

    #[test]
    fn a_time_that_did_not_pass_is_told() {
        let mut span = span("a", 10, 20);
        assert!(took(&span, "wait", 0..=1).is_ok(), "absent");
        for (value, right) in [(0.25, true), (0.5, true), (0.75, false), (0.0, false)] {
            span.attributes
                .set("wait", trace_model::Value::Double(value));
            let told = took(&span, "wait", 250_000_000..=500_000_000);
            assert_eq!(told.is_ok(), right, "{value}");
        }
        span.attributes
            .set("wait", trace_model::Value::from("long"));
        let wrong = took(&span, "wait", 0..=1).expect_err("not a number");
        assert_eq!(wrong.actual.as_deref(), Some("wait=long"));
    }

    #[test]
    fn what_ends_after_the_answer_is_stretched() {
        let spans = [span("a", 10, 20), span("a", 12, 21), span("a", 14, 30)];
        let spans: Vec<&Span> = spans.iter().collect();
        assert!(ends_by(&spans, 30, "goes on").is_ok());
        let late = ends_by(&spans, 20, "goes on").expect_err("two are late");
        assert_eq!((late.code, late.count), (Code::Stretched, 2));
        assert_eq!(late.expected.as_deref(), Some("at most 8.0ns"));
        assert_eq!(late.actual.as_deref(), Some("9.0ns"));
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
        let seen = |span| Seen {
            forest: Forest::new(vec![span]),
            evidence: Evidence::default(),
            unsampled: crate::unsampled::Unsampled::default(),
            outputs: BTreeMap::new(),
            cut_off: BTreeSet::new(),
        };
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
