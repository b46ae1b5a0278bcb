//! A small course whose tests write their records themselves, so that the runner is tested and not
//! the compiler; and the real `workshop` binary in it.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each test uses a part"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

pub const RIGHT: &str = "pub fn answer() -> u32 {\n    42\n}\n";
pub const WRONG: &str = "pub fn answer() -> u32 {\n    41\n}\n";
/// Traces of the fixture's runs.
pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

const VERIFY: &str = include_str!("verify.rs.txt");
const LAB: &str = include_str!("lab.rs.txt");
const BOOK: &str = include_str!("book.rs.txt");
const BROWSE: &str = include_str!("browse.rs.txt");

pub struct Course {
    folder: TempDir,
    pub target: PathBuf,
}

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Course {
    /// Two exercises in a folder with spaces and umlauts in its name.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let course = Self { folder, target };
        course.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/trace-lab\", \"crates/course-book\", \"exercises/*\", \"solutions/*\"]\n\
             [workspace.package]\nedition = \"2024\"\n[workspace.dependencies]\n",
        );
        course.exercise("01", "one", WRONG);
        course.exercise("02", "two-words", WRONG);
        let browse = BROWSE.replace("CRATE", "one");
        course.write("exercises/01_one/examples/browse.rs", &browse);
        course.package("crates/trace-lab", "trace-lab", &[("src/main.rs", LAB)]);
        course.package(
            "crates/course-book",
            "course-book",
            &[("src/main.rs", BOOK)],
        );
        course.regenerate();
        course
    }

    fn exercise(&self, number: &str, slug: &str, source: &str) {
        let name = slug.replace('-', "_");
        let settings = format!(
            "title = \"Title of {slug}\"\npart = 1\nminutes = 5\nlimit_seconds = 2\nfails_with = [\"wrong-answer\"]\n\
             look_at = \"Look at the bars.\"\nquestion = \"Which is longest?\"\n\
             [predict]\nquestion = \"?\"\nanswers = [\"a\", \"b\"]\nright = 0\nbecause = \"it is\"\n\
             [[hints]]\nnudge = \"first hint\"\n[[hints]]\napi = \"second hint\"\n\
             [[hints]]\nshape = \"third hint\"\n[gaps]\n"
        );
        let verify = VERIFY.replace("SLUG", slug).replace("CRATE", &name);
        let dir = format!("exercises/{number}_{name}");
        let files = [
            ("exercise.toml", settings.as_str()),
            ("expected.shape", "search internal \"work\"\n"),
            ("src/lib.rs", source),
            ("tests/verify.rs", &verify),
        ];
        self.package(&dir, slug, &files);
        self.write(&format!("{dir}/mistakes/wrong.rs"), WRONG);
        self.write(&format!("{dir}/alternatives/other.rs"), RIGHT);
        let files = [
            ("src/lib.rs", RIGHT),
            (
                "tests/verify.rs",
                &*verify.replace(&format!("{name}::"), &format!("{name}_solution::")),
            ),
        ];
        self.package(
            &format!("solutions/{number}_{name}"),
            &format!("{slug}-solution"),
            &files,
        );
    }

    fn package(&self, dir: &str, name: &str, files: &[(&str, &str)]) {
        let manifest =
            format!("[package]\nname = \"{name}\"\nedition.workspace = true\n[profile]\n");
        self.write(
            &format!("{dir}/Cargo.toml"),
            manifest.trim_end_matches("[profile]\n"),
        );
        for (file, text) in files {
            self.write(&format!("{dir}/{file}"), text);
        }
    }

    /// What `cargo author regen` does for the starters.
    pub fn regenerate(&self) {
        let starters = workshop::starters::collect(&self.root()).unwrap();
        self.write(
            workshop::starters::PATH,
            &workshop::starters::to_text(&starters).unwrap(),
        );
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("Kurs mit Ümläuten")
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Saves the first exercise's code.
    pub fn save(&self, text: &str) {
        self.write("exercises/01_one/src/lib.rs", text);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_in(&self.root(), arguments)
    }

    pub fn command_in(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workshop"));
        command
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null());
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }

    /// Neither a port nor a backend of this machine matters.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("CARGO_TARGET_DIR", self.target.display().to_string()),
            ("CARGO_NET_OFFLINE", "true".to_owned()),
            ("WORKSHOP_BOOK_PORT", "0".to_owned()),
            ("WORKSHOP_VIEWER", "http://127.0.0.1:9".to_owned()),
            ("WORKSHOP_OTLP", String::new()),
            ("BROWSER", "true".to_owned()),
        ]
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The verdict of `check --json - EXERCISE` and its exit code.
    pub fn verdict(&self, exercise: &str) -> (i32, String) {
        let ran = self.run(&["check", exercise, "--json", "-"]);
        let value: serde_json::Value = serde_json::from_str(&ran.out)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", ran.out, ran.err));
        let verdict = value["results"][0]["verdict"].as_str().unwrap_or("none");
        (ran.code, verdict.to_owned())
    }

    pub fn is_solved(&self, slug: &str) -> bool {
        let text = fs::read_to_string(self.path(".workshop/progress.json")).unwrap_or_default();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        value["solved"].get(slug).is_some()
    }
}

/// Every file below, with its content.
pub fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(content(&path)),
            false => found.push((path.clone(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}
