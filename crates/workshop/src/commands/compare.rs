//! `cargo workshop compare`.

use std::{
    collections::hash_map::RandomState,
    fs,
    hash::{BuildHasher, Hasher},
    io::IsTerminal,
    path::PathBuf,
};

use course::{Exercise, TestRecord};
use trace_model::{Span, TraceId, otlp_json};
use trace_shape::Shape;
use trace_view::{Style, text};

use crate::{
    Problem, backend,
    cli::{End, print},
    clock,
    room::{Room, heading},
    run,
    watch::screen,
};

/// The last run beside the reference.
pub(crate) fn compare(room: &Room, typed: &str) -> Result<End, Problem> {
    let exercise = room.pick(typed)?;
    let style = screen::style(std::io::stdout().is_terminal());
    print(&show(room, exercise, &style)?);
    Ok(End::Passed)
}

/// Sends both to the backend, and says where they are compared.
pub(crate) fn show(room: &Room, exercise: &Exercise, style: &Style) -> Result<String, Problem> {
    let (run, record) = last_run(room, exercise)?;
    let links = room.links();
    let mut page = text::report(&heading(exercise), &record.report, &links, style);
    let reference = send_reference(room, exercise, &run);
    match (reference, record.trace_ids.first()) {
        (Ok((web, Some(reference))), Some(yours)) => page.push_str(&format!(
            "\n   Compare   {web}/trace/{reference}...{yours}?cohort={reference}&cohort={yours}\n\
             \u{20}  Reference {web}/trace/{reference}\n"
        )),
        (Ok((web, reference)), _) => {
            page.push_str("\n   Your last run sent no trace to compare with.\n");
            let line = |id: TraceId| format!("   Reference {web}/trace/{id}\n");
            page.push_str(&reference.map_or(String::new(), line));
        }
        (Err(problem), _) => page.push_str(&crate::report::text::problem(&problem)),
    }
    Ok(page)
}

/// The last run that left spans, with the record that tells most.
fn last_run(room: &Room, exercise: &Exercise) -> Result<(PathBuf, TestRecord), Problem> {
    let runs = run::folders(&room.layout.runs(&exercise.slug));
    let found = runs.into_iter().rev().find_map(|run| {
        let mut records = run::records(&run);
        records.sort_by_key(|record| (record.report.passed(), record.trace_ids.is_empty()));
        Some((run, records.into_iter().next()?))
    });
    found.ok_or_else(|| {
        let what = format!("`{}` has not been run yet", exercise.slug);
        let remedy = format!("run it: cargo workshop check {}", exercise.slug);
        Problem::new(what, remedy)
    })
}

/// The viewer's address, and the id of the reference's first trace there.
fn send_reference(
    room: &Room,
    exercise: &Exercise,
    run: &std::path::Path,
) -> Result<(String, Option<TraceId>), Problem> {
    let backend = backend::running(room).ok_or_else(|| {
        let what = "no trace viewer is running, so there is no page to compare on";
        Problem::new(
            what,
            "start `cargo workshop` or `cargo workshop lab` in another terminal",
        )
    })?;
    let path = exercise.dir.join("expected.shape");
    let shape = fs::read_to_string(&path).map_err(|error| Problem::file("read", &path, &error))?;
    let shape = Shape::parse(&shape).map_err(|why| {
        let remedy = format!("cargo workshop reset {} --keep-src", exercise.slug);
        Problem::new(format!("{}: {why}", path.display()), remedy)
    })?;
    let mut spans = shape.reference(seed());
    move_to_now(&mut spans);
    backend::send(&otlp_json::to_text(&spans), &backend.otlp_http)?;
    backend::deliver(run, &backend.otlp_http)?;
    Ok((backend.web, spans.first().map(|span| span.trace_id)))
}

/// A reference has times of its own, and viewers list what is recent.
fn move_to_now(spans: &mut [Span]) {
    let now = u64::try_from(clock::since_epoch().as_nanos()).unwrap_or(u64::MAX);
    let first = spans.iter().map(|span| span.start_unix_nano).min();
    let ahead = now.saturating_sub(first.unwrap_or(now));
    for span in spans {
        span.start_unix_nano += ahead;
        span.end_unix_nano += ahead;
        let times = span
            .events
            .iter_mut()
            .map(|event| &mut event.time_unix_nano);
        times.for_each(|time| *time += ahead);
    }
}

/// Another one each time, so that the ids are fresh: the standard library seeds its hasher from
/// the system.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
