//! Facts that no shape can say, for [`crate::Run::fact`].

use std::time::Duration;

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

/// Every span of that name lasts at most as long as what it stands for.
///
/// `truth` is a measured time or one that the harness chose, never a guess of how fast a machine is.
///
/// # Errors
/// `stretched`, for the first span that lasts longer.
pub fn lasts_at_most(seen: &Seen, name: &str, truth: Duration, why: &str) -> Fact {
    let too_long = |span: &&Span| Duration::from_nanos(span.duration_nano()) > truth;
    let stretched: Vec<&Span> = seen.named(name).into_iter().filter(too_long).collect();
    let Some(first) = stretched.first() else {
        return Ok(());
    };
    let lasted = Duration::from_nanos(first.duration_nano());
    let mut diagnosis = about_span(Code::Stretched, first, format!("`{name}` {why}"));
    diagnosis.expected = Some(format!("at most {truth:.1?}"));
    diagnosis.actual = Some(format!("{lasted:.1?}"));
    diagnosis.count = stretched.len();
    Err(Box::new(diagnosis))
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
