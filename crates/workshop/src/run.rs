//! Runs a compiled test and reads what it leaves behind.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use course::{RECORD_SCHEMA, TestRecord};

use crate::{Cancel, Problem, clock, process::Group};

/// How many runs of an exercise are kept.
const KEPT: usize = 5;
/// What a test may need beyond its own limit to end its processes and to write its record.
const GRACE: Duration = Duration::from_secs(15);
/// How much of the output of a test is shown.
const OUTPUT: u64 = 8 << 10;

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) records: Vec<TestRecord>,
    /// The tests that it holds and that left no record.
    pub(crate) silent: Vec<String>,
    /// How it ended; none when it was ended at the limit.
    pub(crate) status: Option<ExitStatus>,
    /// The end of what it printed.
    pub(crate) output: String,
}

/// A new folder for the records of one run. Folders of older runs go.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn folder(runs: &Path) -> Result<PathBuf, Problem> {
    let made = fs::create_dir_all(runs).and_then(|()| make(runs));
    let made = made.map_err(|error| Problem::file("make a folder below", runs, &error))?;
    forget_old(runs);
    Ok(made)
}

fn make(runs: &Path) -> io::Result<PathBuf> {
    let mut millis = clock::since_epoch().as_millis();
    loop {
        let folder = runs.join(format!("{millis:013}-{}", std::process::id()));
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => millis += 1,
            made => return made.map(|()| folder),
        }
    }
}

/// The folders of an exercise's runs, oldest first: their names begin with the time.
pub(crate) fn folders(runs: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(runs).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn forget_old(runs: &Path) {
    let folders = folders(runs);
    for old in &folders[..folders.len().saturating_sub(KEPT)] {
        // A run that another runner removes as well is gone either way.
        let _ = fs::remove_dir_all(old);
    }
}

/// Runs the test with its records in `folder`, and reads them.
///
/// # Errors
/// When it cannot be started, or its folder not be used.
pub(crate) fn run(
    executable: &Path,
    package: &Path,
    folder: &Path,
    limit: Duration,
    cancel: &Cancel,
) -> Result<Ran, Problem> {
    let names = list(executable, package)?;
    let limit = limit * u32::try_from(names.len().max(1)).unwrap_or(u32::MAX) + GRACE;
    let path = folder.join("output.txt");
    let output = File::create(&path).map_err(|error| Problem::file("write", &path, &error))?;
    let again = output
        .try_clone()
        .map_err(|error| Problem::file("write", &path, &error))?;
    let mut command = test(executable, package);
    command
        .env("WORKSHOP_RUN", folder)
        .stdout(output)
        .stderr(again);
    let mut group = Group::start(&mut command, cancel)
        .map_err(|error| Problem::file("run", executable, &error))?;
    let status = group
        .wait_for(limit)
        .map_err(|error| Problem::file("run", executable, &error))?;
    let records = records(folder);
    let reported: BTreeSet<&str> = records.iter().map(|record| record.test.as_str()).collect();
    let silent = names
        .into_iter()
        .filter(|name| !reported.contains(last(name)))
        .collect();
    Ok(Ran {
        silent,
        records,
        status,
        output: tail(&path),
    })
}

fn test(executable: &Path, package: &Path) -> Command {
    let mut command = Command::new(executable);
    command
        .current_dir(package)
        .env("RUST_BACKTRACE", "0")
        .env_remove("WORKSHOP_CHILD")
        .stdin(Stdio::null());
    command
}

/// The tests that an executable holds, as it says itself.
fn list(executable: &Path, package: &Path) -> Result<Vec<String>, Problem> {
    let mut command = test(executable, package);
    let listed = command.args(["--list", "--format", "terse"]).output();
    let listed = listed.map_err(|error| Problem::file("run", executable, &error))?;
    let text = String::from_utf8_lossy(&listed.stdout);
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    Ok(names.map(str::to_owned).collect())
}

fn last(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// The records in a run's folder, in the order in which their tests are written.
pub(crate) fn records(folder: &Path) -> Vec<TestRecord> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_record = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".json") && !name.ends_with(".otlp.json")
    };
    let read = |path: PathBuf| serde_json::from_slice::<TestRecord>(&fs::read(path).ok()?).ok();
    let paths = entries.map(|entry| entry.path()).filter(is_record);
    let mut records: Vec<TestRecord> = paths.filter_map(read).collect();
    records.retain(|record| record.schema == RECORD_SCHEMA);
    records.sort_by(|a, b| (a.line, &a.test).cmp(&(b.line, &b.test)));
    records
}

fn tail(path: &Path) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(OUTPUT)))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        Ok(end)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_in_the_order_in_which_their_tests_are_written() {
        let folder = tempfile::tempdir().expect("a folder");
        for (test, line) in [("a_flood", 30), ("a_quiet_night", 20), ("the_first", 20)] {
            let text = format!(
                r#"{{"schema":{RECORD_SCHEMA},"exercise":"e","test":"{test}","line":{line},"verdict":"passed","skipped_for":null,"report":{{"diagnoses":[],"rows":[],"trace_ids":[]}},"trace_ids":[],"crossings":[],"exits":[],"seconds":0.0}}"#
            );
            let path = folder.path().join(format!("{test}.json"));
            fs::write(path, text).expect("a file");
        }
        let read = records(folder.path());
        let tests: Vec<&str> = read.iter().map(|record| &*record.test).collect();
        assert_eq!(tests, ["a_quiet_night", "the_first", "a_flood"]);
    }
}
