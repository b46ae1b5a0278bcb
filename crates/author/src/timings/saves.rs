//! From a fresh clone to the first verdict, and from a save to the next one.

use std::{
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use course::{Exercise, Session as Addresses};

use super::{session::Clone, table::Row};

const FIRST: Duration = Duration::from_secs(60);
const EVERYTHING: Duration = Duration::from_secs(150);
const ONE_PROCESS: Duration = Duration::from_millis(500);
const SEVERAL: Duration = Duration::from_secs(1);
/// Half of it is the browser's.
const A_BROWSER: Duration = Duration::from_secs(2);
const SAVES: usize = 10;
/// When a measurement is given up: far over any budget.
const PATIENCE: Duration = Duration::from_secs(600);

/// Starts `cargo workshop` in a clone in which nothing is compiled.
pub(super) fn first_verdict(clone: &Clone) -> io::Result<[Row; 2]> {
    let session = clone.workshop()?;
    let verdict = session.line(session.started, PATIENCE, is_verdict)?;
    let up = everything_up(clone)?;
    let row = |what: &str, at: Instant, budget| Row {
        what: what.to_owned(),
        took: at - session.started,
        budget,
    };
    Ok([
        row("fresh clone → first verdict", verdict, FIRST),
        row("fresh clone → lab and book up", up, EVERYTHING),
    ])
}

fn everything_up(clone: &Clone) -> io::Result<Instant> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let addresses = Addresses::load(&clone.layout);
        if addresses.backend.is_some() && is_book(&addresses.book) {
            return Ok(Instant::now());
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err(io::Error::other("lab and book did not come up"))
}

/// Whether the book is served at this address; the page that waits for it answers with 503.
fn is_book(address: &str) -> bool {
    let page = get(address, "/index.html").unwrap_or_default();
    page.starts_with("HTTP/1.1 200") && page.contains("mdbook")
}

fn get(address: &str, path: &str) -> io::Result<String> {
    let host = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Saves the exercise ten times, each time with a change, then solves it for the next one.
pub(super) fn after_a_save(clone: &Clone, exercise: &Exercise) -> io::Result<Row> {
    let session = clone.workshop()?;
    session.line(session.started, PATIENCE, is_verdict)?;
    everything_up(clone)?;
    let file = clone
        .layout
        .exercises()
        .join(exercise.folder())
        .join("src/lib.rs");
    let starter = fs::read_to_string(&file)?;
    let mut took = Vec::new();
    for number in 0..SAVES {
        // A function more, so that the compiler has something to do.
        let text = format!("{starter}\n/// Save {number}.\npub fn save_{number}() {{}}\n");
        session.settle();
        let saved = Instant::now();
        fs::write(&file, text)?;
        took.push(session.line(saved, PATIENCE, is_verdict)? - saved);
    }
    took.sort();
    session.settle();
    let saved = Instant::now();
    solve(clone, exercise)?;
    session.line(saved, PATIENCE, |line| line.trim_end().ends_with("passed"))?;
    let settings = &exercise.settings;
    let budget = match settings.processes {
        _ if settings.needs.iter().any(|it| it == "chromium") => A_BROWSER,
        2.. => SEVERAL,
        _ => ONE_PROCESS,
    };
    Ok(Row {
        what: format!("save → verdict, `{}`", exercise.slug),
        took: took[took.len() / 2],
        budget,
    })
}

/// Whatever the learner edits becomes what it is in the solution.
fn solve(clone: &Clone, exercise: &Exercise) -> io::Result<()> {
    let theirs = clone.layout.exercises().join(exercise.folder()).join("src");
    let right = clone.layout.solutions().join(exercise.folder()).join("src");
    for file in fs::read_dir(right)? {
        let file = file?;
        if file.file_type()?.is_file() {
            fs::copy(file.path(), theirs.join(file.file_name()))?;
        }
    }
    Ok(())
}

/// The heading of a report ends in its verdict.
fn is_verdict(line: &str) -> bool {
    let line = line.trim_end();
    let failed =
        line.contains("not yet, ") && (line.ends_with("problem") || line.ends_with("problems"));
    failed || line.ends_with("  passed")
}

#[cfg(test)]
mod tests {
    use super::is_verdict;

    #[test]
    fn the_heading_of_a_report_is_its_verdict() {
        assert!(is_verdict(
            "05 tasks · Work that leaves the task      not yet, 1 problem"
        ));
        assert!(is_verdict(
            "05 tasks · Work that leaves the task      passed"
        ));
        assert!(!is_verdict("compiling tasks"));
    }
}
