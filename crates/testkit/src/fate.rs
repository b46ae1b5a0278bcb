//! How the code itself came out, whatever its trace.

use std::any::Any;

use course::Exercise;
use rustix::process::Signal;
use serde::de::DeserializeOwned;
use trace_shape::{Code, Diagnosis};

use crate::{
    board::{End, State},
    control::{Panic, Told},
    drive::CallFailed,
    quiet,
    seen::Seen,
    witnessed,
};

/// What became of the code under test.
#[derive(Debug)]
pub(crate) struct Fate<T> {
    /// Its answer; none where something is fatal.
    pub(crate) answer: Option<T>,
    /// It did not answer: the one cause of all else.
    pub(crate) fatal: Option<Diagnosis>,
    /// The pipeline lost spans.
    pub(crate) lost: Option<Diagnosis>,
}

/// The fate of the one process that answers.
pub(crate) fn of_call<T: DeserializeOwned>(
    states: &[(String, State)],
    in_time: bool,
    seen: &Seen,
    exercise: &Exercise,
) -> Fate<T> {
    let fatal = states
        .iter()
        .find_map(|(service, state)| fatal(service, state, in_time, seen, exercise));
    let told = states.iter().find_map(|(_, state)| state.answer().cloned());
    let (answer, fatal) = match (fatal, told.map(serde_json::from_value)) {
        (None, Some(Ok(answer))) => (Some(answer), None),
        (None, Some(Err(error))) => {
            let message = format!("the answer does not come back as it was: {error}");
            (None, Some(Diagnosis::new(Code::WrongAnswer, message)))
        }
        (fatal, _) => (None, fatal),
    };
    Fate {
        answer,
        fatal,
        lost: lost(states),
    }
}

/// How the calls of a test with services came out.
#[derive(Debug)]
pub(crate) enum Driven<T> {
    /// All were answered.
    Answered(T),
    /// Not all services came to listen.
    NotListening,
    /// A call got no answer.
    Failed(CallFailed),
    /// Whoever makes the calls gave up, since this is wrong.
    GaveUp(Box<Diagnosis>),
    /// What makes the calls panicked with this message.
    Panicked(String),
}

impl<T> Driven<T> {
    /// Why the calls did not come to their end, by what they unwound with.
    pub(crate) fn unwound(payload: Box<dyn Any + Send>) -> Self {
        let payload = match payload.downcast::<CallFailed>() {
            Ok(failed) => return Self::Failed(*failed),
            Err(payload) => payload,
        };
        match payload.downcast::<Diagnosis>() {
            Ok(diagnosis) => Self::GaveUp(diagnosis),
            Err(payload) => Self::Panicked(quiet::message(payload.as_ref())),
        }
    }
}

/// The fate of services that were called.
pub(crate) fn of_drive<T>(
    states: &[(String, State)],
    driven: Driven<T>,
    in_time: bool,
    seen: &Seen,
    exercise: &Exercise,
) -> Fate<T> {
    let (answer, unanswered) = match driven {
        Driven::Answered(answer) => (Some(answer), None),
        Driven::NotListening => (None, Some(not_listening(states, seen, exercise))),
        Driven::Failed(failed) => (None, Some(unanswered(&failed, states, seen, exercise))),
        Driven::GaveUp(wrong) => (None, Some(*wrong)),
        Driven::Panicked(why) => (None, Some(Diagnosis::new(Code::WrongAnswer, why))),
    };
    let ended = || {
        let fatal = |(service, state): &(String, State)| {
            if state.killed {
                return None;
            }
            gone(service, state, in_time).or_else(|| {
                let stuck = !in_time && !state.has(&Told::Done);
                stuck.then(|| timed_out(service, seen, exercise))
            })
        };
        states.iter().find_map(fatal)
    };
    let fatal = ended().or(unanswered);
    Fate {
        answer: answer.filter(|_| fatal.is_none()),
        fatal,
        lost: lost(states),
    }
}

/// A service that ended by itself.
fn gone(service: &str, state: &State, in_time: bool) -> Option<Diagnosis> {
    let returned = state.told.iter().find_map(|told| match told {
        Told::Returned(why) => Some(why),
        _ => None,
    });
    if state.has(&Told::Unwound) {
        return Some(panicked(service, state.panics().next_back(), ""));
    }
    if let Some(why) = returned {
        let why = why.as_ref().map_or(String::new(), |why| format!(": {why}"));
        let message = format!("{service} returned while it was still needed{why}");
        return Some(about(service, Code::Panicked, message));
    }
    let end = state.ended.as_ref().filter(|_| !state.has(&Told::Done))?;
    // Past the limit it is the harness that kills.
    let killed = !in_time && *end == End::Signal(Signal::KILL.as_raw());
    (!killed).then(|| {
        let message = format!("{service} {end} while it was still needed");
        match state.panics().next_back() {
            Some(panic) => panicked(service, Some(panic), &format!(" and {end}")),
            None => about(service, Code::Panicked, message),
        }
    })
}

fn not_listening(states: &[(String, State)], seen: &Seen, exercise: &Exercise) -> Diagnosis {
    let silent = states.iter().find(|(_, state)| state.port().is_none());
    let service = silent.map_or("a service", |(service, _)| service);
    let mut diagnosis = timed_out(service, seen, exercise);
    diagnosis.expected = Some("a service that takes its listener and serves on it".to_owned());
    diagnosis
}

/// Why a call got no answer: a service that panicked, one that took too long, or neither.
fn unanswered(
    failed: &CallFailed,
    states: &[(String, State)],
    seen: &Seen,
    exercise: &Exercise,
) -> Diagnosis {
    let mut panics = states
        .iter()
        .filter_map(|(service, state)| Some((service, state.panics().next_back()?)));
    if let Some((service, panic)) = panics.next() {
        return panicked(service, Some(panic), "");
    }
    if failed.timed_out {
        let mut diagnosis = timed_out(&failed.service, seen, exercise);
        diagnosis.message = failed.why.clone();
        return diagnosis;
    }
    about(&failed.service, Code::WrongAnswer, failed.why.clone())
}

fn fatal(
    service: &str,
    state: &State,
    in_time: bool,
    seen: &Seen,
    exercise: &Exercise,
) -> Option<Diagnosis> {
    if state.has(&Told::Unwound) {
        return Some(panicked(service, state.panics().next_back(), ""));
    }
    if !in_time {
        return Some(timed_out(service, seen, exercise));
    }
    if state.has(&Told::Done) {
        return None;
    }
    let end = state.ended.as_ref().map(ToString::to_string);
    let end = end.unwrap_or_else(|| "did not end".to_owned());
    let when = match state.answer() {
        None => "before it answered",
        Some(_) => "after it answered, before its spans had left",
    };
    let how = format!("{end} {when}");
    Some(match state.panics().next_back() {
        Some(panic) => panicked(service, Some(panic), &format!(" and {how}")),
        None => about(service, Code::Panicked, format!("{service} {how}")),
    })
}

pub(crate) fn panicked(service: &str, panic: Option<&Panic>, more: &str) -> Diagnosis {
    let said = panic.map_or("without a message", |panic| &panic.message);
    let mut diagnosis = about(
        service,
        Code::Panicked,
        format!("{service} panicked{more}: {said}"),
    );
    diagnosis.look_at = panic.and_then(|panic| panic.place.clone());
    diagnosis
}

pub(crate) fn timed_out(service: &str, seen: &Seen, exercise: &Exercise) -> Diagnosis {
    let limit = exercise.settings.limit_seconds;
    let mut diagnosis = about(
        service,
        Code::TimedOut,
        format!("{service} had not finished after {limit} s, and was ended"),
    );
    diagnosis.expected = Some(format!("an answer within {limit} s"));
    diagnosis.actual = Some(match witnessed::open(seen.witnessed()) {
        Some(open) => format!("started and not ended: {open}"),
        None => "no span was open".to_owned(),
    });
    let innermost = seen.witnessed().iter().rfind(|span| !span.ended);
    diagnosis.span = innermost.map(|span| span.name.clone());
    diagnosis
}

/// What the harness's own pipeline said that it lost.
fn lost(states: &[(String, State)]) -> Option<Diagnosis> {
    let lost = |(service, state): &(String, State)| {
        let why = state.told.iter().find_map(|told| match told {
            Told::Pipeline(why) => Some(why),
            _ => None,
        })?;
        let message = format!("the pipeline of {service} lost spans: {why}");
        Some(about(service, Code::DroppedSpans, message))
    };
    states.iter().find_map(lost)
}

pub(crate) fn about(service: &str, code: Code, message: String) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(code, message);
    diagnosis.service = Some(service.to_owned());
    diagnosis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pipeline_says_that_it_lost_is_a_diagnosis() {
        let state = State {
            told: vec![Told::Pipeline("7 of 10 spans".to_owned()), Told::Done],
            ..State::default()
        };
        let lost = lost(&[("search".to_owned(), state)]);
        let diagnosis = lost.unwrap_or_else(|| panic!("nothing is lost"));
        assert_eq!(diagnosis.code, Code::DroppedSpans);
        assert!(
            diagnosis
                .message
                .ends_with("of search lost spans: 7 of 10 spans")
        );
    }
}
