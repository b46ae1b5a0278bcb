//! Who takes the traces, and how a run gets there.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use course::{Backend, BackendKind};
use serde_json::Value;

use crate::{Problem, http, room::Room};

/// Who answers at the address of a viewer; none when nobody does, or somebody who is neither.
pub(crate) fn identify(web: &str) -> Option<BackendKind> {
    // Jaeger answers any path with its start page, so the content decides.
    let ask = |path: &str| {
        let answer = http::get(&format!("{web}{path}")).ok()?;
        serde_json::from_str::<Value>(&answer.body).ok()
    };
    let http::Answer { body, .. } = http::get(&format!("{web}/lab/health")).ok()?;
    let health: Value = serde_json::from_str(&body).unwrap_or_default();
    if health["kind"] == "lab" {
        return Some(BackendKind::Lab);
    }
    let services = ask("/api/v3/services")?;
    services
        .get("services")
        .is_some()
        .then_some(BackendKind::Jaeger)
}

/// The backend that is there: the one of the runner at work, or who answers at the usual address.
pub(crate) fn running(room: &Room) -> Option<Backend> {
    let known = room.session().and_then(|session| session.backend);
    known
        .filter(|backend| identify(&backend.web).is_some())
        .or_else(usual)
}

/// Who answers at the usual address, or at the one that `WORKSHOP_VIEWER` names.
pub(crate) fn usual() -> Option<Backend> {
    let mut backend = Backend::usual(BackendKind::Jaeger);
    if let Some(web) = env::var("WORKSHOP_VIEWER")
        .ok()
        .filter(|set| !set.is_empty())
    {
        backend.web = web.trim_end_matches('/').to_owned();
    }
    backend.kind = identify(&backend.web)?;
    Some(backend)
}

/// Where runs are delivered to: what `WORKSHOP_OTLP` names, or the running backend.
pub(crate) fn destination(room: &Room) -> Option<String> {
    match env::var("WORKSHOP_OTLP").ok().filter(|set| !set.is_empty()) {
        Some(off) if off == "off" => None,
        Some(address) => Some(address.trim_end_matches('/').to_owned()),
        None => running(room).map(|backend| backend.otlp_http),
    }
}

/// Sends the spans of a run, once for each run. Returns whether there was something to send.
///
/// # Errors
/// When the backend does not take them.
pub(crate) fn deliver(run: &Path, otlp_http: &str) -> Result<bool, Problem> {
    let mark = run.join("delivered");
    let spans = spans_of(run);
    if mark.exists() || spans.is_empty() {
        return Ok(false);
    }
    for path in spans {
        let text =
            fs::read_to_string(&path).map_err(|error| Problem::file("read", &path, &error))?;
        send(&text, otlp_http)?;
    }
    fs::write(&mark, otlp_http).map_err(|error| Problem::file("write", &mark, &error))?;
    Ok(true)
}

/// Sends spans as OTLP JSON.
///
/// # Errors
/// When the backend does not take them, or only a part.
pub(crate) fn send(otlp_json: &str, otlp_http: &str) -> Result<(), Problem> {
    let url = format!("{otlp_http}/v1/traces");
    let remedy = "`cargo workshop doctor` says who listens there; your verdict does not need it";
    let problem = |why: String| {
        Problem::new(
            format!("the trace could not be sent to {url}: {why}"),
            remedy,
        )
    };
    let answer = http::post_json(&url, otlp_json).map_err(|error| problem(error.to_string()))?;
    if !(200..300).contains(&answer.status) {
        let said: String = answer.body.chars().take(300).collect();
        return Err(problem(format!("it answered {} {said}", answer.status)));
    }
    let answer: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    match answer["partialSuccess"]["errorMessage"].as_str() {
        Some(message) if !message.is_empty() => Err(problem(message.to_owned())),
        _ => Ok(()),
    }
}

/// The files of spans in a run's folder, in order.
pub(crate) fn spans_of(run: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(run).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".otlp.json"));
    paths.sort();
    paths
}
