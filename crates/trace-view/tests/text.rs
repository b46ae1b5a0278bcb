//! What a terminal shows, at the widths that people use.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use trace_shape::Report;
use trace_view::{Links, Style, text};
use unicode_width::UnicodeWidthStr;

const HEADING: &str = "05 tasks · Work that leaves the task";

fn links() -> Links {
    Links {
        book: "http://127.0.0.1:3000".into(),
        web: "http://127.0.0.1:16686".into(),
    }
}

fn plain(width: usize) -> Style {
    Style {
        colour: false,
        width,
    }
}

fn printed(report: &Report, width: usize) -> String {
    text::report(HEADING, report, &links(), &plain(width))
}

#[test]
fn one_cause_at_100_columns() {
    insta::assert_snapshot!(printed(&common::tasks(), 100));
}

#[test]
fn one_cause_at_60_columns() {
    insta::assert_snapshot!(printed(&common::tasks(), 60));
}

#[test]
fn one_cause_in_colour() {
    let style = Style {
        colour: true,
        width: 100,
    };
    let text = text::report(HEADING, &common::tasks(), &links(), &style);
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
}

#[test]
fn two_services_and_every_mark() {
    insta::assert_snapshot!(printed(&common::checkout(), 100));
}

#[test]
fn two_services_at_40_columns() {
    insta::assert_snapshot!(printed(&common::checkout(), 40));
}

#[test]
fn spans_of_one_row_in_several_traces_are_counted() {
    let mut report = common::tasks();
    report.rows[2].actual[1].span.trace_id = common::trace_id("beef");
    assert!(
        printed(&report, 100).contains("7f3a +1  ask region ×3"),
        "beside"
    );
    report.rows[2].mark = trace_shape::Mark::Wrong;
    assert!(
        printed(&report, 60).contains("→ 7f3a +1 ask region ×3"),
        "below"
    );
}

#[test]
fn a_passed_report() {
    let mut report = common::tasks();
    report.diagnoses.clear();
    report.rows.truncate(1);
    insta::assert_snapshot!(printed(&report, 80));
}

#[test]
fn a_waterfall_in_characters() {
    insta::assert_snapshot!(text::forest(&common::shop(), &plain(90)));
}

#[test]
fn no_line_is_wider_than_the_terminal_but_for_what_is_copied() {
    for width in [40, 60, 72, 80, 100, 160] {
        for report in [
            common::tasks(),
            common::checkout(),
            common::hostile("車 and a long name"),
        ] {
            for line in printed(&report, width)
                .lines()
                .filter(|line| !line.contains("http"))
            {
                assert!(
                    line.width() <= width,
                    "{width} columns, but {}: {line}",
                    line.width()
                );
            }
        }
        for line in text::forest(&common::shop(), &plain(width)).lines() {
            assert!(
                line.width() <= width,
                "{width} columns, but {}: {line}",
                line.width()
            );
        }
    }
}

#[test]
fn hostile_names_bring_no_control_and_no_line_of_their_own() {
    let lines = printed(&common::hostile("plain"), 100).lines().count();
    for name in common::HOSTILE {
        let text = printed(&common::hostile(name), 160);
        let bad = |char: char| char.is_control() && char != '\n' || matches!(char, '\u{202e}');
        assert!(!text.contains(bad), "{name:?} got through: {text:?}");
        assert!(text.lines().count() <= lines, "{name:?} made lines: {text}");
    }
}

#[test]
fn without_a_book_or_a_viewer_there_is_no_dead_address() {
    let text = text::report(HEADING, &common::tasks(), &Links::default(), &plain(100));
    assert!(!text.contains("http"), "{text}");
    assert!(
        text.contains("book/src/part2/05-tasks.md"),
        "the chapter is still named: {text}"
    );
}
