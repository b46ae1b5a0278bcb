//! What a test leaves behind: its record, and its spans beside it.

use std::{
    collections::HashMap,
    env, fs, io,
    path::{Path, PathBuf},
    process,
    sync::{Arc, OnceLock},
    time::{SystemTime, UNIX_EPOCH},
};

use course::{Layout, TestRecord};
use serde_json::to_vec_pretty;
use telemetry::names::{WORKSHOP_EXERCISE, WORKSHOP_RUN_ID};
use trace_model::{Resource, Span, otlp_json};

use crate::site::Site;

/// How many runs of an exercise are kept.
const KEPT: usize = 5;
/// The variable by which the runner says where records go.
pub(crate) const RUN: &str = "WORKSHOP_RUN";

/// The folder for this run's records: the runner's, or a new one below `.workshop`; none for a
/// solution that no runner started.
pub(crate) fn folder(layout: &Layout, site: &Site) -> Option<PathBuf> {
    match env::var_os(RUN).filter(|path| !path.is_empty()) {
        Some(path) => Some(PathBuf::from(path)),
        None => site
            .is_learners()
            .then(|| layout.runs(site.slug()).join(run_id())),
    }
}

/// The id of this run, the same for all tests of the process: the folder's name where a runner gave
/// one, otherwise time and process.
pub(crate) fn run_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let given = env::var_os(RUN).and_then(|path| {
            let name = Path::new(&path).file_name()?.to_str()?;
            Some(name.to_owned())
        });
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = now.map_or(0, |since| since.as_millis());
        given.unwrap_or_else(|| format!("{millis:013}-{}", process::id()))
    })
}

/// Writes record and spans, each whole or not at all, and lets the oldest runs go.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn write(folder: &Path, record: &TestRecord, spans: &[Span]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // The runner's folders are the runner's to keep.
    if env::var_os(RUN).is_none() {
        forget_old(folder);
    }
    let file = |suffix: &str| folder.join(format!("{}{suffix}", record.test));
    whole(&file(".otlp.json"), otlp_json::to_text(spans).as_bytes())?;
    whole(&file(".json"), &to_vec_pretty(record)?)
}

/// Writes a file that belongs to a record.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn keep(file: &Path, content: &[u8]) -> io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all)?;
    whole(file, content)
}

fn whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.new", process::id()));
    fs::write(&draft, content)?;
    fs::rename(draft, path)
}

/// Names begin with the time: the order of names is that of runs.
fn forget_old(folder: &Path) {
    let runs = folder.parent().map(fs::read_dir);
    let Some(Ok(entries)) = runs else { return };
    let mut runs: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    runs.sort();
    let old = runs.len().saturating_sub(KEPT);
    for run in &runs[..old] {
        // A run that another process is removing as well is gone either way.
        let _ = fs::remove_dir_all(run);
    }
}

/// The spans, with exercise and run on their resource.
pub(crate) fn stamped(spans: &[Span], exercise: &str) -> Vec<Span> {
    let mut stamped: HashMap<*const Resource, Arc<Resource>> = HashMap::new();
    let stamp = |span: &Span| {
        let mut span = span.clone();
        let resource = stamped
            .entry(Arc::as_ptr(&span.resource))
            .or_insert_with(|| {
                let mut resource = (*span.resource).clone();
                resource.attributes.set(WORKSHOP_EXERCISE, exercise);
                resource.attributes.set(WORKSHOP_RUN_ID, run_id());
                Arc::new(resource)
            });
        span.resource = resource.clone();
        span
    };
    spans.iter().map(stamp).collect()
}
