//! A small checkout with one exercise and a book of two pages that has no problem.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use course_book::{Course, Problem, check};
use tempfile::TempDir;

pub const CHAPTER: &str = "src/part1/01-demo.md";

/// A folder that is removed with the value.
pub struct Checkout {
    dir: TempDir,
}

impl Checkout {
    pub fn new() -> Self {
        let checkout = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        checkout.write("Cargo.toml", "");
        checkout.write(
            "exercises/01_demo/exercise.toml",
            include_str!("exercise.toml"),
        );
        checkout.write(
            "exercises/01_demo/expected.shape",
            "shop internal \"visit\"\n",
        );
        checkout.write("exercises/01_demo/src/lib.rs", include_str!("lib.rs.txt"));
        checkout.book("book.toml", include_str!("../../../../book/book.toml"));
        checkout.book("theme/course.css", "");
        checkout.book(
            "carriers/http.toml",
            include_str!("../../../../book/carriers/http.toml"),
        );
        checkout.book("generated/demo/failing.json", include_str!("failing.json"));
        checkout.book(
            "generated/demo/failing.otlp.json",
            include_str!("run.otlp.json"),
        );
        checkout.book(
            "generated/demo/solved.otlp.json",
            include_str!("run.otlp.json"),
        );
        checkout.book(
            "src/SUMMARY.md",
            "# Summary\n\n[Welcome](README.md)\n\n- [Demo](part1/01-demo.md)\n",
        );
        checkout.book(
            "src/README.md",
            "# Welcome\n\nRead [the demo](part1/01-demo.md#one-idea).\n",
        );
        checkout.chapter("");
        checkout
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn book(&self, name: &str, content: &str) {
        self.write(&format!("book/{name}"), content);
    }

    /// Writes the chapter: long enough, with `extra` after its 6 first lines.
    pub fn chapter(&self, extra: &str) {
        let body = "A sentence of exactly seven short words. ".repeat(45);
        self.book(
            CHAPTER,
            &format!("# Demo\n\n## One idea\n\nBegin.\n\n{extra}\n\n{body}\n"),
        );
    }

    pub fn problems(&self) -> Vec<Problem> {
        check(&Course::load(self.root()))
    }

    /// Asserts that there is one problem, in this file and line, whose text holds `words`.
    #[track_caller]
    pub fn expect(&self, file: &str, line: usize, words: &str) {
        let problems = self.problems();
        let texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
        let [problem] = problems.as_slice() else {
            panic!("one problem was expected: {texts:#?}")
        };
        assert_eq!(
            (problem.file.to_string_lossy().as_ref(), problem.line),
            (file, line),
            "{texts:?}"
        );
        assert!(
            problem.what.contains(words),
            "`{words}` is not in {texts:?}"
        );
        assert!(
            !problem.repair.is_empty(),
            "it does not say how to repair it: {texts:?}"
        );
    }
}
