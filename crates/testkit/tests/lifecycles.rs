//! A span that never ended, one that was never exported and one that never was are told apart, in
//! real processes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use common::judged;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use testkit::{Exercise, expect_eq, facts::left_nothing, watched};
use tokio::{runtime::Handle, task::yield_now};
use trace_shape::{Code, Diagnosis};
use tracing::info_span;

const SHAPE: &str = "search internal \"search cars\"\n  search internal \"read photos\"\n";

/// The one diagnosis.
fn only(run: &common::Judged, code: Code) -> &Diagnosis {
    assert_eq!(run.codes(), [code], "{}", run.printed);
    &run.record.report.diagnoses[0]
}

/// A provider of the code's own, which the subscriber uses.
fn provider() -> SdkTracerProvider {
    let provider = SdkTracerProvider::builder()
        .with_resource(telemetry::resource("search"))
        .with_span_processor(telemetry::witness())
        .with_batch_exporter(telemetry::exporter().unwrap())
        .build();
    telemetry::subscribe(&provider).unwrap();
    provider
}

#[test]
fn a_span_that_is_leaked_never_ended() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .call("search", || {
                let search = info_span!("search cars");
                search.in_scope(|| info_span!("read photos").in_scope(|| {}));
                std::mem::forget(search);
            })
            .verdict(SHAPE);
    }) else {
        return;
    };
    let diagnosis = only(&run, Code::NeverEnded);
    assert_eq!(diagnosis.span.as_deref(), Some("search cars"));
    let look_at = diagnosis.look_at.as_deref();
    assert_eq!(
        look_at,
        Some("exercises/07_fixture/src/lib.rs:4"),
        "where its gap is"
    );
}

#[test]
fn a_span_that_ended_in_a_pipeline_that_was_never_flushed_was_never_exported() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .program("search", || {
                let provider = provider();
                info_span!("search cars").in_scope(|| info_span!("read photos").in_scope(|| {}));
                std::mem::forget(provider);
            })
            .verdict(SHAPE);
    }) else {
        return;
    };
    assert!(!run.codes().is_empty(), "{}", run.printed);
    assert!(
        run.codes().iter().all(|code| *code == Code::NeverExported),
        "{}",
        run.printed
    );
}

#[test]
fn a_span_that_never_was_is_missing() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .call("search", || info_span!("search cars").in_scope(|| {}))
            .verdict(SHAPE);
    }) else {
        return;
    };
    let diagnosis = only(&run, Code::MissingSpan);
    assert_eq!(diagnosis.span.as_deref(), Some("read photos"));
    let place = "where the photos are read";
    assert_eq!(
        diagnosis.look_at.as_deref(),
        Some(place),
        "its gap has no marker any more"
    );
}

#[test]
fn a_span_that_is_open_when_its_provider_is_shut_down_is_told_so() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .program("search", || {
                let provider = provider();
                let search = info_span!("search cars").entered();
                info_span!("read photos").in_scope(|| {});
                provider.shutdown().unwrap();
                drop(search);
            })
            .verdict(SHAPE);
    }) else {
        return;
    };
    let diagnosis = only(&run, Code::NeverEnded);
    assert_eq!(diagnosis.span.as_deref(), Some("search cars"));
    let actual = diagnosis.actual.as_deref().unwrap_or_default();
    assert!(
        actual.contains("when the tracer provider was shut down"),
        "{actual}"
    );
    let look_at = diagnosis.look_at.as_deref();
    assert_eq!(look_at, Some("exercises/07_fixture/src/lib.rs:4"));
    let chapter = diagnosis.chapter.as_deref();
    assert_eq!(chapter, Some("part1/07-fixture.html#what-a-span-is"));
}

#[test]
fn a_program_that_shuts_its_own_pipeline_down_in_time_passes() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .program("search", || {
                let provider = provider();
                info_span!("search cars").in_scope(|| info_span!("read photos").in_scope(|| {}));
                provider.shutdown().unwrap();
            })
            .verdict(SHAPE);
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
}

#[test]
fn work_that_is_left_behind_and_ends_soon_is_seen() {
    left_behind(here!(), |exercise| exercise);
}

#[test]
fn work_that_is_left_behind_on_the_only_thread_is_seen_too() {
    left_behind(here!(), Exercise::current_thread);
}

fn left_behind(here: &'static str, flavour: impl FnOnce(Exercise) -> Exercise) {
    let Some(run) = judged(here, |exercise| {
        flavour(exercise)
            .call_async("search", || async {
                use tracing::Instrument;
                let search = info_span!("search cars").entered();
                let photos = info_span!("read photos");
                tokio::spawn(tokio::time::sleep(PHOTOS).instrument(photos));
                drop(search);
            })
            .verdict(SHAPE);
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
}

/// How long the work goes on after the answer, far below what is waited for.
const PHOTOS: std::time::Duration = std::time::Duration::from_millis(30);

#[test]
fn a_span_by_the_api_counts_as_well() {
    use opentelemetry::trace::Tracer;
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .program("search", || {
                let provider = provider();
                let tracer = provider.tracer("search");
                tracer.in_span("search cars", |_| tracer.in_span("read photos", |_| {}));
                provider.shutdown().unwrap();
            })
            .verdict(SHAPE);
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
}

#[test]
#[expect(clippy::await_holding_invalid_type, reason = "that is what is refused")]
fn a_guard_that_is_held_while_its_future_waits_joins_what_is_next() {
    let Some(run) = judged(here!(), |exercise| {
        let shape = "search internal \"search cars\"";
        exercise
            .threads(3)
            .call_async("search", async || {
                let held = async {
                    let span = info_span!("search cars");
                    let _current = span.enter();
                    yield_now().await;
                };
                let workers = Handle::current().metrics().num_workers();
                (watched(held).await, workers)
            })
            .expect(|(held, workers)| {
                expect_eq((held, *workers), (&((), true), 3), "what was watched")
            })
            .fact(|seen| left_nothing(seen, "search cars", true))
            .verdict(shape);
    }) else {
        return;
    };
    let diagnosis = only(&run, Code::FalseJoin);
    assert_eq!(diagnosis.span.as_deref(), Some("search cars"));
}
