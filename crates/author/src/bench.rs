//! Runs the test of a package and reads what it leaves behind.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use course::{TestRecord, Verdict};
use trace_model::{Span, otlp_json};

/// One test as it came out.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its record.
    pub record: TestRecord,
    /// The spans that it received.
    pub spans: Vec<Span>,
}

/// A command that runs the cargo which runs us.
#[must_use]
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .env("NO_COLOR", "1")
        .env("WORKSHOP_OTLP", "off")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null());
    command
}

/// Runs `tests/verify.rs` of `package` and returns its records, in the order in which `verify`, the
/// source of that test, has its functions.
///
/// # Errors
/// When cargo cannot be run, the test does not compile, or it leaves no record.
pub fn run(root: &Path, package: &str, verify: &str) -> io::Result<Vec<Recorded>> {
    let folder = Scratch::new(package)?;
    let output = cargo(root)
        .args([
            "test",
            "--quiet",
            "--no-fail-fast",
            "--test",
            "verify",
            "--package",
            package,
        ])
        .env("WORKSHOP_RUN", &folder.0)
        .output()?;
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder.0)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".json") && !name.ends_with(".otlp.json") {
            found.push(read(&path)?);
        }
    }
    if found.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why = format!("the test of {package} leaves no record:\n{said}");
        return Err(io::Error::other(why));
    }
    found.sort_by_key(|test| verify.find(&format!("fn {}(", test.record.test)));
    Ok(found)
}

fn read(path: &Path) -> io::Result<Recorded> {
    let record: TestRecord = serde_json::from_str(&fs::read_to_string(path)?)?;
    let spans = fs::read_to_string(path.with_extension("otlp.json"))?;
    let decoded = otlp_json::read(&spans).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Recorded {
        record,
        spans: decoded.spans,
    })
}

/// The test that shows most: the first one that failed, otherwise the first one.
#[must_use]
pub fn most_telling(tests: Vec<Recorded>) -> Option<Recorded> {
    let failed = |test: &Recorded| test.record.verdict != Verdict::Passed;
    let index = tests.iter().position(failed).unwrap_or(0);
    tests.into_iter().nth(index)
}

/// A folder that is gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> io::Result<Self> {
        let path = env::temp_dir().join(format!("author-{}-{name}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _already_gone = fs::remove_dir_all(&self.0);
    }
}
