//! `cargo workshop judge`.

use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::Path,
    time::Instant,
};

use course::{RECORD_SCHEMA, TestRecord, Verdict};
use trace_model::{Forest, Span, otlp_json};
use trace_shape::{Evidence, Shape, judge as judge_forest};
use trace_view::{Links, text};

use crate::{
    Outcome, Problem,
    cli::{End, Judge, print},
    commands::check::write_json,
    watch::screen,
};

/// Holds the traces, all together, against the shape.
pub(crate) fn judge(arguments: &Judge) -> Result<End, Problem> {
    let start = Instant::now();
    let shape = read_shape(&arguments.shape)?;
    let mut spans = Vec::new();
    for path in &arguments.traces {
        spans.extend(read_spans(path)?);
    }
    let report = judge_forest(&shape, &Forest::new(spans), &Evidence::default());
    let name = arguments.shape.display().to_string();
    if !arguments.machine.takes_stdout() {
        let style = screen::style(io::stdout().is_terminal());
        print(&text::report(&name, &report, &Links::default(), &style));
    }
    let mut outcome = Outcome::new(&name, Verdict::Passed);
    let verdict = if report.passed() {
        Verdict::Passed
    } else {
        Verdict::Failed
    };
    let seconds = start.elapsed().as_secs_f64();
    outcome.merge(vec![TestRecord {
        schema: RECORD_SCHEMA,
        exercise: name,
        test: "judge".to_owned(),
        line: 0,
        verdict,
        skipped_for: None,
        trace_ids: report.trace_ids.clone(),
        report,
        crossings: Vec::new(),
        exits: Vec::new(),
        seconds,
    }]);
    outcome.seconds.run = seconds;
    write_json(&arguments.machine, &[outcome])?;
    Ok(if verdict == Verdict::Passed {
        End::Passed
    } else {
        End::NotYet
    })
}

fn read_shape(path: &Path) -> Result<Shape, Problem> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let malformed =
        |why: String| Problem::new(format!("{}: {why}", path.display()), "correct the shape");
    Shape::parse(&text).map_err(|why| malformed(why.to_string()))
}

/// A trace that is only half understood would be judged unjustly, so one bad span refuses it.
fn read_spans(path: &Path) -> Result<Vec<Span>, Problem> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    let text = text.map_err(|error| unreadable(path, &error))?;
    let malformed = |why: String| {
        let remedy = "give OTLP JSON: what /api/v3/traces/{id} of the lab or of Jaeger answers, \
                      or what a Collector's file exporter writes";
        Problem::new(format!("{}: {why}", path.display()), remedy)
    };
    let decoded = otlp_json::read(&text).map_err(|why| malformed(why.to_string()))?;
    match decoded.rejected.into_iter().next() {
        Some(why) => Err(malformed(why.to_string())),
        None => Ok(decoded.spans),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let what = format!("cannot read {}: {error}", path.display());
    Problem::new(what, "name a file that is there and that you may read")
}
