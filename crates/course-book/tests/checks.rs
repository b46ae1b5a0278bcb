//! Each check, with a small book that breaks it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::Checkout;

const CHAPTER: &str = "book/src/part1/01-demo.md";

#[track_caller]
fn chapter_with(extra: &str, line: usize, words: &str) {
    let checkout = Checkout::new();
    checkout.chapter(extra);
    checkout.expect(CHAPTER, line, words);
}

#[test]
fn a_book_with_every_directive_has_no_problem() {
    let checkout = Checkout::new();
    let all = "{{#task demo}}\n\n{{#predict 01}}\n\n{{#hints 01_demo}}\n\n{{#look demo}}\n\n\
               {{#question demo}}\n\n{{#shape demo}}\n\n{{#trace demo failing}}\n\n\
               {{#trace demo solved}}\n\n{{#diff demo}}\n\n{{#report demo}}\n\n{{#carrier http}}\n\n\
               ```rust\n{{#slice exercises/01_demo/src/lib.rs:visit}}\n```\n";
    checkout.chapter(all);
    assert_eq!(checkout.problems(), []);
}

#[test]
fn an_unknown_exercise() {
    chapter_with("{{#task dema}}", 7, "no readable exercise `dema`");
}

#[test]
fn an_unknown_directive() {
    chapter_with("{{#tasks demo}}", 7, "no directive `tasks`");
}

#[test]
fn a_directive_among_other_words() {
    chapter_with("See {{#task demo}}.", 7, "shares its line");
}

#[test]
fn an_unknown_carrier() {
    chapter_with("{{#carrier pigeon}}", 7, "no carrier `pigeon`");
}

#[test]
fn a_slice_without_its_anchor() {
    chapter_with(
        "```rust\n{{#slice exercises/01_demo/src/lib.rs:vist}}\n```",
        8,
        "no anchor `vist`",
    );
}

#[test]
fn a_slice_of_a_file_that_is_gone() {
    chapter_with(
        "```rust\n{{#slice exercises/01_demo/src/gone.rs:a}}\n```",
        8,
        "cannot read",
    );
}

#[test]
fn an_include_that_mdbook_would_replace_by_nothing() {
    let include = "```rust\n{{#include ../../../exercises/01_demo/src/lib.rs:vist}}\n```";
    chapter_with(include, 8, "finds no anchor `vist`");
    chapter_with(
        "```rust\n{{#include gone.rs}}\n```",
        8,
        "cannot read gone.rs",
    );
}

#[test]
fn a_picture_that_was_not_generated() {
    let checkout = Checkout::new();
    checkout.chapter("{{#trace demo solved}}");
    std::fs::remove_file(checkout.path("book/generated/demo/solved.otlp.json")).unwrap();
    checkout.expect(CHAPTER, 7, "has not been generated");
}

#[test]
fn a_shape_that_cannot_be_read() {
    let checkout = Checkout::new();
    checkout.chapter("{{#shape demo}}");
    checkout.write(
        "exercises/01_demo/expected.shape",
        "shop sideways \"visit\"\n",
    );
    checkout.expect(CHAPTER, 7, "expected.shape");
}

#[test]
fn an_exercise_that_cannot_be_read_is_named_and_costs_no_other_page() {
    let checkout = Checkout::new();
    checkout.write("exercises/02_other/exercise.toml", "title = 7");
    checkout.expect("exercises/02_other/exercise.toml", 0, "exercise.toml");
}

#[test]
fn a_link_that_leads_nowhere() {
    chapter_with("[gone](02-gone.md)", 7, "`02-gone.html` leads nowhere");
}

#[test]
fn a_fragment_that_names_no_heading() {
    chapter_with("[up](#one-ides)", 7, "`#one-ides` names no heading");
    chapter_with(
        "[home](../index.html#nowhere)",
        7,
        "names no heading of index.html",
    );
}

#[test]
fn an_id_that_stands_twice() {
    chapter_with("<a id=\"one-idea\"></a>", 7, "`one-idea` stands twice");
}

#[test]
fn words_that_belittle() {
    chapter_with("You simply do it.", 7, "`simply` in prose");
    chapter_with("- It is\n  Obviously so.", 8, "`obviously` in prose");
    let checkout = Checkout::new();
    checkout.chapter("`just` is a program, and an adjustment is no offence.\n\n```text\njust\n```");
    assert_eq!(checkout.problems(), []);
}

#[test]
fn a_chapter_of_the_wrong_length() {
    let checkout = Checkout::new();
    checkout.book(common::CHAPTER, "# Demo\n\n## One idea\n\nShort.\n");
    checkout.expect(CHAPTER, 0, "too short");
    let checkout = Checkout::new();
    checkout.chapter(&"word ".repeat(700));
    checkout.expect(CHAPTER, 0, "too long");
}

#[test]
fn code_that_is_wider_than_the_page() {
    let wide = "x".repeat(86);
    chapter_with(&format!("```text\n{wide}\n```"), 8, "86 columns");
    let checkout = Checkout::new();
    checkout.chapter("```rust\n{{#slice exercises/01_demo/src/wide.rs}}\n```");
    checkout.write("exercises/01_demo/src/wide.rs", &wide);
    checkout.expect(CHAPTER, 8, "86 columns");
}

#[test]
fn a_page_that_no_reader_finds() {
    let checkout = Checkout::new();
    checkout.book("src/lost.md", "# Lost\n");
    checkout.expect("book/src/lost.md", 0, "no reader finds it");
}

#[test]
fn a_chapter_of_the_summary_that_is_not_there() {
    let checkout = Checkout::new();
    let summary =
        "# Summary\n\n[Welcome](README.md)\n\n- [Demo](part1/01-demo.md)\n- [Gone](gone.md)\n";
    checkout.book("src/SUMMARY.md", summary);
    checkout.expect("book/src/SUMMARY.md", 6, "gone.md is not there");
}

#[test]
fn an_image_without_a_text() {
    let checkout = Checkout::new();
    checkout.chapter("![](dot.svg)");
    checkout.book(
        "src/part1/dot.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    );
    checkout.expect(CHAPTER, 7, "`dot.svg` has no text");
}

#[test]
fn a_request_to_another_host() {
    let image = "![a dot](https://example.org/dot.svg)";
    chapter_with(
        image,
        7,
        "asks another host for `https://example.org/dot.svg`",
    );
    let checkout = Checkout::new();
    checkout.chapter("[a plain link](https://example.org/) is free");
    assert_eq!(checkout.problems(), []);
    checkout.book(
        "theme/course.css",
        "a {}\n@import url(https://example.org/x.css);\n",
    );
    checkout.expect("book/theme/course.css", 2, "asks another host");
}

#[test]
fn a_book_that_does_not_build() {
    let checkout = Checkout::new();
    checkout.book("book.toml", "[book\n");
    checkout.expect("book", 0, "does not build");
}
