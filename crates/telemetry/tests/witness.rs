//! The witness sees starts and ends outside of the pipeline, whatever becomes of the process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use common::{is_inner, start};

#[test]
fn it_tells_open_spans_from_ended_ones_when_the_process_dies() {
    const TEST: &str = "it_tells_open_spans_from_ended_ones_when_the_process_dies";
    if is_inner() {
        let telemetry = telemetry::init("shop").unwrap();
        let _open = tracing::info_span!("open").entered();
        tracing::info_span!("a \"name\"\nof two lines").in_scope(|| {});
        assert_eq!(telemetry::open_spans(), 1);
        std::mem::forget(telemetry);
        std::process::abort();
    }
    let file = std::env::temp_dir().join(format!("witness-{}.jsonl", std::process::id()));
    let path = file.display().to_string();
    let process = start(TEST, &[(telemetry::WITNESS_VARIABLE, &path)]);
    assert!(!process.wait_with_output().unwrap().status.success());
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seen: Vec<_> = lines
        .iter()
        .map(|line| (&line["event"], &line["name"]))
        .collect();
    let name = "a \"name\"\nof two lines";
    assert_eq!(
        seen,
        [
            (&"start".into(), &"open".into()),
            (&"start".into(), &name.into()),
            (&"end".into(), &name.into()),
        ]
    );
    assert_eq!(lines[0]["service"], "shop");
    assert_eq!(lines[0]["parent"], serde_json::Value::Null);
    assert_eq!(lines[1]["parent"], lines[0]["span"]);
    assert_eq!(lines[1]["trace"], lines[0]["trace"]);
}
