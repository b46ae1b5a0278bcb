//! `check`, `--once` and `list`: verdicts, exit codes, machine output.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod common;

use common::{Course, RIGHT, TRACE, WRONG, content};

#[test]
fn a_wrong_answer_is_reported_and_a_right_one_counts() {
    let course = Course::new();
    let ran = course.run(&["--once"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("01 one · Title of one"), "{}", ran.out);
    assert!(ran.out.contains("wrong-answer") && ran.out.contains("the answer is not 42"));
    assert!(ran.out.contains("book/src/part1/01-one.md"));
    assert!(!course.is_solved("one"));

    course.save(RIGHT);
    let ran = course.run(&["--once"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Look at the bars.") && ran.out.contains("Which is longest?"));
    assert!(course.is_solved("one"));
    let list = course.run(&["list"]).out;
    assert!(
        list.contains("✓ 01 one") && list.contains("> · 02 two-words"),
        "{list}"
    );
    assert!(list.contains("1 of 2 solved"));
}

#[test]
fn json_and_junit_say_the_same_and_nothing_else() {
    let course = Course::new();
    let ran = course.run(&["check", "--all", "--json", "-", "--junit", "report.xml"]);
    assert_eq!(ran.code, 1);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(value["schema"], 1);
    assert_eq!(value["results"].as_array().unwrap().len(), 2);
    let first = &value["results"][0];
    assert_eq!(first["exercise"], "one");
    assert_eq!(first["verdict"], "failed");
    assert_eq!(first["trace_ids"][0], TRACE);
    assert_eq!(first["diagnoses"][0]["code"], "wrong-answer");
    assert!(first["seconds"]["compile"].as_f64().unwrap() > 0.0);
    let xml = course.read("report.xml");
    assert!(
        xml.contains(r#"tests="2" failures="2" errors="0" skipped="0""#),
        "{xml}"
    );
}

#[test]
fn other_code_is_checked_without_touching_the_learners() {
    let course = Course::new();
    let before = content(&course.path("exercises"));
    let with = |path: &str| course.run(&["check", "one", "--with", path]);
    let right = with("exercises/01_one/alternatives/other.rs");
    assert_eq!(right.code, 0, "{}{}", right.out, right.err);
    course.write("over/src/lib.rs", "mod more;\npub use more::answer;\n");
    course.write("over/src/more.rs", RIGHT);
    let folder = with("over");
    assert_eq!(folder.code, 0, "{}{}", folder.out, folder.err);
    assert_eq!(with("exercises/01_one/mistakes/wrong.rs").code, 1);
    let absent = with("nowhere.rs");
    assert_eq!(absent.code, 2);
    assert!(
        absent.err.contains("nowhere.rs") && absent.err.contains("To do"),
        "{}",
        absent.err
    );
    assert_eq!(content(&course.path("exercises")), before);
    assert!(!course.is_solved("one"));
}

#[test]
fn the_solution_passes_and_solves_nothing() {
    let course = Course::new();
    let ran = course.run(&["check", "--solution", "--all"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(!course.is_solved("one"));
    let ran = course.run(&["solution", "1"]);
    assert!(ran.out.contains("solutions/01_one/src"), "{}", ran.out);
    assert!(ran.out.contains("-    41") && ran.out.contains("+    42"));
}

#[test]
fn names_hints_help_and_errors() {
    let course = Course::new();
    let unknown = course.run(&["check", "two-wrods"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.err.contains("did you mean `two-words`?"),
        "{}",
        unknown.err
    );
    for wanted in ["first hint", "second hint", "third hint", "third hint"] {
        let ran = course.run(&["hint", "tw"]);
        assert!(ran.out.contains(wanted) && ran.code == 0, "{}", ran.out);
    }
    assert!(!course.run(&["hint", "1"]).out.contains("second hint"));
    assert_eq!(course.run(&["--help"]).code, 0);
    assert!(
        course
            .run(&["--version"])
            .out
            .contains(env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(course.run(&["chekc"]).code, 2);
    let ran = course.run(&["compare", "one"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("has not been run yet"), "{}", ran.err);
}

#[test]
fn every_code_is_explained_and_a_misspelt_one_suggested() {
    let course = Course::new();
    for code in trace_shape::Code::ALL {
        let ran = course.run(&["explain", code.as_str()]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(
            ran.out.starts_with(code.as_str()) && ran.out.contains("What to do"),
            "{}",
            ran.out
        );
    }
    let ran = course.run(&["explain", "lost-contxt"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("did you mean `lost-context`?"),
        "{}",
        ran.err
    );
}

#[test]
fn reset_keeps_the_learners_version() {
    let course = Course::new();
    course.save(RIGHT);
    course.write("exercises/01_one/src/own.rs", "// my notes\n");
    assert_eq!(course.verdict("one"), (0, "passed".to_owned()));
    let ran = course.run(&["reset", "one"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(course.read("exercises/01_one/src/lib.rs"), WRONG);
    assert!(!course.is_solved("one"));
    let saved = content(&course.path(".workshop/saved/one"));
    let kept = |text: &str| saved.iter().any(|(_, content)| content == text.as_bytes());
    assert!(kept(RIGHT) && kept("// my notes\n"));
}

#[test]
fn what_grades_cannot_be_laid_over_and_no_code_is_no_answer() {
    let course = Course::new();
    let solution = course.read("solutions/01_one/src/lib.rs");
    course.write("mine/src/lib.rs", &solution);
    course.write(
        "mine/expected.shape",
        &course.read("exercises/01_one/expected.shape"),
    );
    assert_eq!(course.run(&["check", "one", "--with", "mine"]).code, 0);
    course.write(
        "mine/tests/verify.rs",
        "#[test]\nfn the_answer_is_right() {}\n",
    );
    let ran = course.run(&["check", "one", "--with", "mine"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("grades the exercise"), "{}", ran.err);
    for (content, why) in [(&b" \n"[..], "is empty"), (b"\xff\xfe", "valid UTF-8")] {
        std::fs::write(course.path("mine.rs"), content).unwrap();
        let ran = course.run(&["check", "one", "--with", "mine.rs"]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains(why), "{}", ran.err);
    }
}
