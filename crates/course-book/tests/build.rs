//! Pages: ours and those of a plain `mdbook build` are the same.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use common::Checkout;
use mdbook_driver::MDBook;

const PICTURES: &str = "{{#task demo}}\n\n{{#trace demo solved}}\n\n{{#diff demo}}\n\n\
    {{#report demo}}\n\n```rust\n{{#slice exercises/01_demo/src/lib.rs:visit}}\n```\n";

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().display().to_string();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_plain_mdbook_build_gives_the_same_pages() {
    let checkout = Checkout::new();
    checkout.chapter(PICTURES);
    let ours = checkout.path("ours");
    assert_eq!(course_book::build(checkout.root(), &ours).unwrap(), []);

    // What `mdbook build book` does, with our binary where book.toml says `cargo run`.
    let command = format!("{} preprocess", env!("CARGO_BIN_EXE_course-book"));
    let config = fs::read_to_string(checkout.path("book/book.toml")).unwrap();
    let config = config.replace("cargo run -q -p course-book -- preprocess", &command);
    assert!(
        config.contains(&command),
        "book.toml names the command: {config}"
    );
    checkout.book("book.toml", &config);
    MDBook::load(checkout.path("book"))
        .unwrap()
        .build()
        .unwrap();

    let (ours, plain) = (files(&ours), files(&checkout.path("book/book")));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&plain));
    for (name, content) in &ours {
        assert!(content == &plain[name], "{name} differs");
    }
}

#[test]
fn pictures_are_real_tables_and_names_are_not_directives() {
    let checkout = Checkout::new();
    checkout.chapter(PICTURES);
    let out = checkout.path("out");
    course_book::build(checkout.root(), &out).unwrap();
    let page = fs::read_to_string(out.join("part1/01-demo.html")).unwrap();
    for part in [
        "<table role=\"treegrid\"",
        "class=\"task-card\"",
        "cargo workshop check 01",
        "not yet, 1 problem",
        "<code class=\"language-rust\">// TODO(01.1): make a span\npub fn visit()",
    ] {
        assert!(page.contains(part), "{part} is not in the page: {page}");
    }
    assert!(
        !page.contains("<p><trace-view"),
        "a paragraph cannot hold a table"
    );
    assert!(
        page.contains("visit {{#include SUMMARY.md}}"),
        "a span's name stays what it is"
    );
    assert!(
        page.contains("theme/trace-view"),
        "style and script are loaded"
    );
}

#[test]
fn what_is_missing_is_said_on_the_page_and_in_the_exit_code() {
    let checkout = Checkout::new();
    checkout.chapter("{{#carrier pigeon}}");
    let out = checkout.path("out");
    let run = Command::new(env!("CARGO_BIN_EXE_course-book"))
        .args([
            "--root".as_ref(),
            checkout.root(),
            "build".as_ref(),
            "--dest".as_ref(),
            &out,
        ])
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
    let told = String::from_utf8(run.stderr).unwrap();
    assert!(told.contains("book/src/part1/01-demo.md:7"), "{told}");
    let page = fs::read_to_string(out.join("part1/01-demo.html")).unwrap();
    assert!(page.contains("This part of the page is missing"), "{page}");
}

#[test]
fn every_code_has_its_section_with_what_it_means() {
    let checkout = Checkout::new();
    checkout.chapter("{{#codes}}");
    let out = checkout.path("out");
    course_book::build(checkout.root(), &out).unwrap();
    let page = fs::read_to_string(out.join("part1/01-demo.html")).unwrap();
    for code in trace_shape::Code::ALL {
        assert!(
            page.contains(&format!("<h2 id=\"{code}\">")),
            "{code} has no section"
        );
    }
    assert_eq!(
        page.matches("Usual causes:").count(),
        trace_shape::Code::ALL.len()
    );
    assert!(
        page.contains("You meet it in: <a href=\"part1/01-demo.html\">A demo</a>"),
        "{page}"
    );
}

#[test]
fn the_preprocessor_is_for_pages_only() {
    let supports = |renderer: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_course-book"));
        command
            .args(["preprocess", "supports", renderer])
            .status()
            .unwrap()
            .success()
    };
    assert!(supports("html"));
    assert!(!supports("epub"));
}

#[test]
fn assets_that_are_right_are_not_written_again() {
    let checkout = Checkout::new();
    course_book::assets(checkout.root()).unwrap();
    let path = checkout.path("book/theme/trace-view.css");
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    course_book::assets(checkout.root()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
    assert_eq!(fs::read_to_string(&path).unwrap(), trace_view::CSS);
}
