//! A caller that is not sampled: nobody may record what is done for it.

use std::{collections::HashSet, ops::RangeInclusive};

use trace_model::{Forest, Kind, Span, SpanId, TraceId};
use trace_shape::{Code, Crossing, Diagnosis, Evidence};

use crate::about_span;

/// The trace that nobody records.
const TRACE: &str = "7e577e577e577e577e577e577e577e57";
/// What such a caller sends.
pub(crate) const TRACEPARENT: &str = "00-7e577e577e577e577e577e577e577e57-7e577e577e577e57-00";

/// A span, by its trace and its own id.
type Id = (TraceId, SpanId);

fn id(span: &Span) -> Id {
    (span.trace_id, span.span_id)
}

/// What was recorded all the same. It belongs to no line of a shape, and is not judged by one.
#[derive(Debug, Default)]
pub(crate) struct Unsampled {
    /// In the trace of the caller.
    recorded: Vec<Span>,
    /// Wherever services have put it while they worked for the caller.
    strays: Vec<Span>,
}

impl Unsampled {
    /// Takes it out of what was received. `calls` are the times of the requests, in which nothing else
    /// was asked for.
    pub(crate) fn take(
        spans: Vec<Span>,
        evidence: &mut Evidence,
        calls: &[RangeInclusive<u64>],
    ) -> (Self, Forest) {
        let (recorded, others): (Vec<_>, Vec<_>) = spans.into_iter().partition(is_theirs);
        let strays = begun_for_them(&others, calls);
        let (strays, others): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|span| strays.contains(&id(span)));
        let taken = recorded.iter().chain(&strays);
        let taken: HashSet<Id> = taken.map(id).collect();
        if let Some(witnessed) = &mut evidence.witnessed {
            witnessed.retain(|span| !taken.contains(&(span.trace_id, span.span_id)));
        }
        (Self { recorded, strays }, Forest::new(others))
    }

    /// Who does not do as the caller has decided; `alone` says that nothing else is wrong.
    pub(crate) fn wrong(&self, crossings: &[Crossing], alone: bool) -> Option<Diagnosis> {
        let resent = crossings.iter().find_map(told_otherwise);
        let stray = || self.strays.first().filter(|_| alone).map(stray);
        // A context that is lost for everybody is lost for this caller as well.
        resent.or_else(|| self.recorded()).or_else(stray)
    }

    fn recorded(&self) -> Option<Diagnosis> {
        let first = self.recorded.first()?;
        let message = format!(
            "`{}` of {} is recorded, and whoever began its trace has decided that nobody records it: \
             the `traceparent` of its request ended with `-00`",
            first.name,
            first.service()
        );
        let mut wrong = about_span(Code::TooExpensive, first, message);
        wrong.expected = Some("no span of this trace".to_owned());
        wrong.actual = Some(match self.recorded.len() {
            1 => "one span".to_owned(),
            many => format!("{many} spans"),
        });
        Some(wrong)
    }
}

fn is_theirs(span: &Span) -> bool {
    span.trace_id.to_string() == TRACE
}

/// What was begun during one of the calls by those who served meanwhile, with all below it; not where more
/// was added later.
fn begun_for_them(spans: &[Span], calls: &[RangeInclusive<u64>]) -> HashSet<Id> {
    let during = |span: &Span| {
        calls
            .iter()
            .any(|call| call.contains(&span.start_unix_nano))
    };
    let of_kind = |kind: Kind| {
        let spans = spans.iter().filter(|span| during(span));
        spans.filter(move |span| span.kind == kind)
    };
    let serves =
        |client: &&Span| of_kind(Kind::Server).any(|server| server.service() == client.service());
    // What has lost its caller as well may ask others in a trace of its own.
    let tops = of_kind(Kind::Server).chain(of_kind(Kind::Client).filter(serves));
    let mut begun = HashSet::new();
    for top in tops {
        let below = with_all_below(top, spans);
        if below.iter().all(|span| during(span)) {
            begun.extend(below.into_iter().map(id));
        }
    }
    begun
}

fn with_all_below<'s>(top: &'s Span, spans: &'s [Span]) -> Vec<&'s Span> {
    let (mut found, mut next) = (vec![top], 0);
    // An id that is there twice would lead round in a circle.
    let mut known = HashSet::from([id(top)]);
    while let Some(&above) = found.get(next) {
        let below = spans.iter().filter(|span| {
            let parent = span.parent_span_id.map(|parent| (span.trace_id, parent));
            parent == Some(id(above)) && known.insert(id(span))
        });
        found.extend(below);
        next += 1;
    }
    found
}

/// A request in the caller's trace that says the contrary.
fn told_otherwise(sent: &Crossing) -> Option<Diagnosis> {
    let sampled = |value: &&str| flags(value).is_some_and(|flags| flags & 1 == 1);
    let values = sent.headers.iter().map(|(_, value)| value.as_str());
    let value = values.into_iter().find(sampled)?;
    let message = format!(
        "{} says `-01` with `{}`, and was asked with `-00`: whoever began this trace has decided that \
         nobody records it. The last two digits are that decision, and go on as they came",
        sent.from, sent.request
    );
    let mut wrong = Diagnosis::new(Code::TooExpensive, message);
    wrong.service = Some(sent.from.clone());
    wrong.expected = Some("a `traceparent` that ends with `-00`".to_owned());
    wrong.actual = Some(value.to_owned());
    Some(wrong)
}

/// The flags of a `traceparent` of the caller's trace, wherever in the text it is.
fn flags(value: &str) -> Option<u8> {
    let (_, rest) = value.split_once(TRACE)?;
    u8::from_str_radix(rest.get(18..20)?, 16).ok()
}

fn stray(first: &Span) -> Diagnosis {
    let message = format!(
        "`{}` of {} is recorded in another trace where its caller is not sampled. The caller's ids are to \
         be handed on all the same, with flags that end with `-00`",
        first.name,
        first.service()
    );
    let mut wrong = about_span(Code::LostContext, first, message);
    wrong.expected = Some("no span".to_owned());
    wrong.actual = Some("a span of another trace".to_owned());
    wrong
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    /// Its id is made of when it starts.
    fn span(trace: TraceId, start: u8, parent: Option<u8>) -> Span {
        let id = |byte| SpanId::from_bytes(&[byte; 8]).expect("an id");
        let mut span = Span::new(trace, id(start), "inventory", "find");
        let start = start.into();
        (span.start_unix_nano, span.kind) = (start, Kind::Server);
        span.parent_span_id = parent.map(id);
        span
    }

    fn of(byte: u8) -> TraceId {
        TraceId::from_bytes(&[byte; 16]).expect("an id")
    }

    fn theirs() -> TraceId {
        TRACE.parse().expect("an id")
    }

    fn taken(spans: Vec<Span>) -> (Unsampled, Forest) {
        Unsampled::take(spans, &mut Evidence::default(), &[10..=20])
    }

    #[test]
    fn what_is_recorded_of_the_caller_is_wrong_and_is_no_matter_of_the_shape() {
        let (unsampled, rest) = taken(vec![span(theirs(), 30, Some(2)), span(of(1), 30, None)]);
        let wrong = unsampled.wrong(&[], false).expect("it is recorded");
        assert_eq!(wrong.code, Code::TooExpensive);
        assert_eq!(rest.trace_ids(), [of(1)]);
    }

    #[test]
    fn a_lost_context_is_told_where_nobody_else_has_lost_it() {
        let (unsampled, rest) = taken(vec![span(of(1), 15, None), span(of(2), 25, None)]);
        assert_eq!(rest.trace_ids(), [of(2)]);
        assert!(unsampled.wrong(&[], false).is_none());
        let wrong = unsampled.wrong(&[], true).expect("a trace of its own");
        assert_eq!(wrong.code, Code::LostContext);
    }

    #[test]
    fn a_trace_that_others_belong_to_stays_with_the_shape() {
        let (unsampled, rest) = taken(vec![span(of(1), 15, None), span(of(1), 25, Some(15))]);
        assert_eq!(rest.spans().len(), 2);
        assert!(unsampled.wrong(&[], true).is_none());
    }

    #[test]
    fn what_was_done_for_the_caller_in_a_trace_of_somebody_else_is_taken_out_of_it() {
        let somebody = span(of(1), 5, None);
        let theirs = [span(of(1), 12, Some(5)), span(of(1), 13, Some(12))];
        let (unsampled, rest) = taken([slice::from_ref(&somebody), &theirs[..]].concat());
        assert_eq!(rest.spans(), [somebody]);
        assert!(unsampled.wrong(&[], true).is_some());
    }

    #[test]
    fn a_sender_that_always_says_sampled_is_found_on_the_wire() {
        let sent = |header: &str, flags: &str| Crossing {
            from: "search".to_owned(),
            headers: vec![(
                header.to_owned(),
                format!("00-{TRACE}-{}-{flags}", "5".repeat(16)),
            )],
            ..Crossing::default()
        };
        let none = Unsampled::default();
        assert!(none.wrong(&[sent("traceparent", "00")], true).is_none());
        assert!(none.wrong(&[sent("traceparent", "02")], true).is_none());
        for header in ["traceparent", "a sequence token"] {
            let wrong = none
                .wrong(&[sent(header, "01")], false)
                .expect("it says 01");
            assert_eq!(wrong.service.as_deref(), Some("search"));
        }
    }
}
