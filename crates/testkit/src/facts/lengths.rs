//! Whether spans are open as long as what they stand for, and no longer.

use std::{ops::RangeInclusive, time::Duration};

use trace_model::Span;
use trace_shape::Code;

use super::{Fact, about_span};
use crate::Seen;

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

/// Root spans of that name are open while what is done below them is done: nothing begins before its
/// parent, and nothing ends after it. For spans that wait for all of their children. Where one of that
/// name is no root, the shape has more to say.
///
/// # Errors
/// `missing-span`, for the first one that has a child beyond its own time.
pub fn covers_children(seen: &Seen, name: &str) -> Fact {
    let spans = seen.named(name);
    let roots = spans.iter().all(|span| span.parent_span_id.is_none());
    let mut found = spans
        .iter()
        .filter_map(|span| Some((span, beyond(seen, span)?)));
    let Some((span, child)) = found.next().filter(|_| roots) else {
        return Ok(());
    };
    let message = format!("`{name}` was not open while its work was done");
    let mut diagnosis = about_span(Code::MissingSpan, span, message);
    let below = &child.name;
    diagnosis.expected = Some(format!("`{name}` is open as long as `{below}`, its child"));
    let [own, other] = [*span, child].map(|span| Duration::from_nanos(span.duration_nano()));
    let actual = if span.end_unix_nano <= child.start_unix_nano {
        format!("it lasts {own:.1?}, and ends before `{below}` begins")
    } else {
        format!("it lasts {own:.1?}, `{below}` {other:.1?}")
    };
    diagnosis.actual = Some(actual);
    Err(Box::new(diagnosis))
}

/// A child of this span that begins before it or ends after it.
fn beyond<'s>(seen: &'s Seen, parent: &Span) -> Option<&'s Span> {
    let is_child = |span: &Span| {
        (span.trace_id, span.parent_span_id) == (parent.trace_id, Some(parent.span_id))
    };
    let is_within = |span: &Span| {
        parent.start_unix_nano <= span.start_unix_nano && span.end_unix_nano <= parent.end_unix_nano
    };
    let mut spans = seen.spans().iter();
    spans.find(|span| is_child(span) && !is_within(span))
}

/// Every span of the name `then` begins when its siblings of the name `first` have ended: `seq` asks only
/// who starts first, which two at once may do in either order.
///
/// # Errors
/// `wrong-order`, for the first one that does not wait.
pub fn begins_after(seen: &Seen, then: &str, first: &str) -> Fact {
    let siblings = seen.named(first);
    let is_early = |span: &&Span| {
        let is_sibling = |other: &&&Span| {
            (other.trace_id, other.parent_span_id) == (span.trace_id, span.parent_span_id)
        };
        let mut before = siblings.iter().filter(is_sibling);
        before.any(|other| other.end_unix_nano > span.start_unix_nano)
    };
    let Some(early) = seen.named(then).into_iter().find(is_early) else {
        return Ok(());
    };
    let message = format!("`{then}` begins while `{first}` is not done");
    let mut diagnosis = about_span(Code::WrongOrder, early, message);
    diagnosis.expected = Some(format!("`{then}` after the end of `{first}`"));
    diagnosis.actual = Some("both at once".to_owned());
    Err(Box::new(diagnosis))
}

/// None of these spans is open while this other work is done: a name and from when to when, in
/// nanoseconds since the Unix epoch.
///
/// # Errors
/// `stretched`, for the first span that was.
pub fn closed_during(spans: &[&Span], work: &[(&str, (u64, u64))]) -> Fact {
    let is_open =
        |span: &Span, (start, end)| span.start_unix_nano < end && start < span.end_unix_nano;
    let met = |span: &&Span| work.iter().find(|(_, time)| is_open(span, *time)).copied();
    let found = spans.iter().find_map(|span| Some((span, met(span)?)));
    let Some((span, (other, _))) = found else {
        return Ok(());
    };
    let name = &span.name;
    let message = format!("`{name}` is open while `{other}` is done, which is no part of it");
    Err(Box::new(about_span(Code::Stretched, span, message)))
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

#[cfg(test)]
mod tests {
    use trace_model::SpanId;

    use super::{
        super::tests::{seen, span},
        *,
    };

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
    fn a_span_that_ends_before_its_child_begins_was_not_open() {
        let below = |start, end, id| {
            let mut child = span("b", start, end);
            child.parent_span_id = Some(child.span_id);
            child.span_id = SpanId::from_bytes(&[id; 8]).expect("an id");
            child
        };
        let seen = |children: Vec<Span>| seen([vec![span("a", 10, 20)], children].concat());
        assert!(covers_children(&seen(vec![below(10, 20, 1)]), "a").is_ok());
        assert!(
            covers_children(&seen(vec![below(10, 21, 1)]), "b").is_ok(),
            "no child of its own"
        );
        for (start, end, words) in [
            (20, 30, "it lasts 10.0ns, and ends before `b` begins"),
            (19, 21, "it lasts 10.0ns, `b` 2.0ns"),
            (9, 12, "it lasts 10.0ns, `b` 3.0ns"),
        ] {
            let seen = seen(vec![below(11, 19, 1), below(start, end, 2)]);
            let early = covers_children(&seen, "a").expect_err("it was not open then");
            assert_eq!(
                (early.code, early.actual.as_deref()),
                (Code::MissingSpan, Some(words))
            );
        }
    }

    #[test]
    fn what_begins_before_its_sibling_has_ended_does_not_wait() {
        let seen = |start| seen(vec![span("write", 10, 20), span("ack", start, 40)]);
        assert!(begins_after(&seen(20), "ack", "write").is_ok());
        let early = begins_after(&seen(19), "ack", "write").expect_err("at once");
        assert_eq!(early.code, Code::WrongOrder);
        assert!(
            begins_after(&seen(19), "ack", "read").is_ok(),
            "nobody to wait for"
        );
    }

    #[test]
    fn a_span_that_is_open_while_other_work_is_done_is_stretched() {
        let spans = [span("a", 10, 20), span("a", 30, 40)];
        let spans: Vec<&Span> = spans.iter().collect();
        let work = [
            ("before", (1, 10)),
            ("between", (20, 30)),
            ("after", (40, 41)),
        ];
        assert!(closed_during(&spans, &work).is_ok());
        let met = closed_during(&spans, &[("other", (39, 50))]).expect_err("the second is open");
        assert_eq!(met.code, Code::Stretched);
        assert_eq!(
            met.message,
            "`a` is open while `other` is done, which is no part of it"
        );
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
}
