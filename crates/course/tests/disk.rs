//! The course is read as it lies on disk, and what is wrong with it says where.

use std::{fs, path::Path};

use course::{Backend, BackendKind, Layout, Session, load_all, load_dir};
use trace_shape::Code;

const SETTINGS: &str = r#"
title = "Work that leaves the task"
part = 2
minutes = 20
fails_with = ["lost-context"]
look_at = "Which region is slowest?"
question = "What would you speed up first?"

[predict]
question = "Which hop keeps its parent?"
answers = ["spawn", "none"]
right = 1
because = "A new task starts empty."

[[hints]]
nudge = "Which thread runs the photos?"
[[hints]]
api = "`tracing::Instrument`"
docs = "https://docs.rs/tracing"
[[hints]]
shape = "Take the span before the hop."

[gaps."05.1"]
what = "where the task is spawned"
spans = ["ask dealers"]
read = "what-a-task-carries"

[gaps."05.2"]
what = "where its kind is set"
spans = ["ask dealers"]
service = "search"
codes = ["wrong-kind", "unexpected-span"]
read_for = { wrong-kind = "decided-when-it-is-made" }
"#;

fn exercise(root: &Path, folder: &str, settings: &str) {
    let dir = root.join("exercises").join(folder);
    fs::create_dir_all(&dir).expect("a folder in a temporary folder");
    fs::write(dir.join("exercise.toml"), settings).expect("a file in it");
}

#[test]
fn exercises_come_in_the_order_of_their_numbers_and_know_their_names() {
    let root = tempfile::tempdir().unwrap();
    exercise(root.path(), "11_http_both_ways", SETTINGS);
    exercise(root.path(), "05_tasks", SETTINGS);
    let layout = Layout::at(root.path());
    let all = load_all(&layout.exercises()).unwrap();
    let slugs: Vec<_> = all.iter().map(|exercise| exercise.slug.as_str()).collect();
    assert_eq!(slugs, ["tasks", "http-both-ways"]);
    assert_eq!(all[1].folder(), "11_http_both_ways");
    assert_eq!(all[0].page(), "part2/05-tasks.html");
    let gap_of = |service, code| {
        all[0]
            .gaps_of(service, "ask dealers", code)
            .first()
            .map(|(id, _)| *id)
    };
    assert_eq!(gap_of("search", Code::LostContext), Some("05.1"));
    assert_eq!(gap_of("search", Code::WrongKind), Some("05.2"));
    assert_eq!(
        gap_of("dealers", Code::WrongKind),
        Some("05.1"),
        "not of this service"
    );
    let extra = |code| {
        let gaps = all[0].gaps_of("search", "lock connection", code);
        gaps.first().map(|(id, _)| *id)
    };
    assert_eq!(extra(Code::UnexpectedSpan), Some("05.2"));
    assert_eq!(
        extra(Code::WrongKind),
        None,
        "a span that some gap could name"
    );
    let gaps = &all[0].settings.gaps;
    let read = |gap: &str, code| gaps.get(gap).and_then(|gap| gap.read(code));
    assert_eq!(read("05.1", Code::WrongKind), Some("what-a-task-carries"));
    assert_eq!(
        read("05.2", Code::WrongKind),
        Some("decided-when-it-is-made")
    );
    assert_eq!(read("05.2", Code::UnexpectedSpan), None);
    assert_eq!(all[0].settings.hints[1].text(), "`tracing::Instrument`");
    assert_eq!(
        (all[0].settings.processes, all[0].settings.limit_seconds),
        (1, 10)
    );
}

#[test]
fn a_field_that_nobody_reads_a_code_that_nobody_knows_and_a_bad_folder_are_refused() {
    let root = tempfile::tempdir().unwrap();
    exercise(root.path(), "05_tasks", &format!("colour = 1\n{SETTINGS}"));
    exercise(
        root.path(),
        "06_more",
        &SETTINGS.replace("lost-context", "lost-contxt"),
    );
    exercise(root.path(), "tasks", SETTINGS);
    let why = |folder: &str| {
        load_dir(&root.path().join("exercises").join(folder))
            .unwrap_err()
            .to_string()
    };
    assert!(why("05_tasks").contains("colour"), "{}", why("05_tasks"));
    assert!(why("06_more").contains("lost-contxt"), "{}", why("06_more"));
    assert!(why("tasks").contains("NN_slug"), "{}", why("tasks"));
    assert!(
        why("07_absent").contains("exercise.toml"),
        "{}",
        why("07_absent")
    );
}

#[test]
fn the_checkout_is_found_from_any_folder_below_it() {
    let root = tempfile::tempdir().unwrap();
    exercise(root.path(), "05_tasks", SETTINGS);
    fs::write(root.path().join("Cargo.toml"), "").unwrap();
    let below = root.path().join("exercises/05_tasks");
    assert_eq!(Layout::around(&below), Some(Layout::at(root.path())));
}

#[test]
fn a_session_is_read_back_and_a_missing_or_broken_one_means_the_usual_addresses() {
    let root = tempfile::tempdir().unwrap();
    let layout = Layout::at(root.path());
    assert_eq!(Session::load(&layout).web(), "http://127.0.0.1:16686");
    let mut backend = Backend::usual(BackendKind::Jaeger);
    backend.web = "http://127.0.0.1:4000".into();
    let session = Session {
        pid: 7,
        backend: Some(backend),
        book: "http://127.0.0.1:3001".into(),
    };
    session.save(&layout).unwrap();
    assert_eq!(Session::load(&layout), session);
    fs::write(layout.session(), "{").unwrap();
    assert_eq!(Session::load(&layout).book, "");
}
