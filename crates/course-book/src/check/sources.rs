//! Chapters as they are written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Course, Problem,
    directive::between,
    expand::{Fence, directive_of, expand},
};

/// One Markdown file.
pub(super) struct Chapter {
    /// Below the root of the checkout.
    pub(super) file: PathBuf,
    /// Below the source folder.
    pub(super) name: PathBuf,
    /// Where it lies.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// All Markdown files of the book, and its summary.
pub(super) struct Chapters {
    chapters: Vec<Chapter>,
    summary: String,
    root: PathBuf,
}

impl Chapters {
    pub(super) fn read(root: &Path, problems: &mut Vec<Problem>) -> Self {
        let source = root.join("book/src");
        let mut chapters = Vec::new();
        for path in files(&source, "md") {
            let name = path.strip_prefix(&source).unwrap_or(&path).to_owned();
            let file = path.strip_prefix(root).unwrap_or(&path).to_owned();
            match fs::read_to_string(&path) {
                Ok(text) => chapters.push(Chapter {
                    file,
                    name,
                    path,
                    text,
                }),
                Err(error) => {
                    let what = format!("cannot be read: {error}");
                    problems.push(Problem::new(file, 0, what, "save it as UTF-8 text"));
                }
            }
        }
        let is_summary = |chapter: &Chapter| chapter.name == Path::new("SUMMARY.md");
        let summary = chapters
            .iter()
            .position(is_summary)
            .map(|at| chapters.remove(at).text);
        let summary = summary.unwrap_or_default();
        Self {
            chapters,
            summary,
            root: root.to_owned(),
        }
    }

    pub(super) fn all(&self) -> &[Chapter] {
        &self.chapters
    }

    /// The chapter behind a page, by the page's name below the output folder.
    pub(super) fn of_page(&self, page: &Path) -> Option<&Chapter> {
        let written = page.with_extension("md");
        let readme = page.with_file_name("README.md");
        let index = page.file_name().is_some_and(|name| name == "index.html");
        let is_it = |chapter: &&Chapter| chapter.name == written || index && chapter.name == readme;
        self.chapters.iter().find(is_it)
    }

    pub(super) fn not_in_summary(&self) -> Vec<Problem> {
        let links = |chapter: &&Chapter| {
            let name = chapter.name.to_string_lossy().replace('\\', "/");
            !self.summary.contains(&format!("({name})"))
                && !self.summary.contains(&format!("(./{name})"))
        };
        let repair = "link it in book/src/SUMMARY.md, or remove it";
        let found = self.chapters.iter().filter(links);
        found
            .map(|chapter| Problem::new(&chapter.file, 0, "no reader finds it", repair))
            .collect()
    }

    /// Style sheets of ours that would ask another host.
    pub(super) fn styles_from_outside(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for path in files(&self.root.join("book/theme"), "css") {
            let file = path.strip_prefix(&self.root).unwrap_or(&path);
            let text = fs::read_to_string(&path).unwrap_or_default();
            let outside = |line: &str| {
                line.contains("@import") || line.contains("url(http") || line.contains("url(//")
            };
            for (index, _) in text.lines().enumerate().filter(|(_, line)| outside(line)) {
                let what = "the style asks another host";
                problems.push(Problem::new(
                    file,
                    index + 1,
                    what,
                    "copy what it needs into theme",
                ));
            }
        }
        problems
    }
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for path in fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
        {
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|found| found == extension) => {
                    found.push(path)
                }
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// Directives that cannot be replaced, and includes that mdBook would replace by nothing.
pub(super) fn check(course: &Course, chapter: &Chapter) -> Vec<Problem> {
    let mut problems = expand(course, &chapter.file, &chapter.text).problems;
    for (index, line) in chapter.text.lines().enumerate() {
        for (name, target) in includes(line) {
            if let Err((what, repair)) = resolve(chapter, name, target) {
                problems.push(Problem::new(&chapter.file, index + 1, what, repair));
            }
        }
    }
    problems
}

/// mdBook's own includes in a line: name and target.
fn includes(line: &str) -> Vec<(&str, &str)> {
    let known = ["include", "rustdoc_include", "playground"];
    let starts = line
        .match_indices("{{#")
        .filter(|(at, _)| !line[..*at].ends_with('\\'));
    let inside = starts.filter_map(|(at, mark)| line[at + mark.len()..].split_once("}}"));
    let split = inside.filter_map(|(inside, _)| inside.split_once(char::is_whitespace));
    split
        .filter(|(name, _)| known.contains(name))
        .map(|(name, target)| (name, target.trim()))
        .collect()
}

/// Whether an include finds its file and its anchor.
fn resolve(chapter: &Chapter, name: &str, target: &str) -> Result<(), (String, String)> {
    let target = target.split_whitespace().next().unwrap_or_default();
    let (path, anchor) = target.split_once(':').unwrap_or((target, ""));
    let full = chapter.path.parent().unwrap_or(Path::new("")).join(path);
    let text = fs::read_to_string(&full).map_err(|error| {
        let what = format!("`{name}` cannot read {path}: {error}");
        (
            what,
            "mdBook would leave nothing in its place: name a file that is there".to_owned(),
        )
    })?;
    let is_lines = anchor
        .split(':')
        .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if is_lines || between(&text, anchor).is_some() {
        return Ok(());
    }
    let what = format!("`{name}` finds no anchor `{anchor}` in {path}");
    Err((
        what,
        format!("put `ANCHOR: {anchor}` and `ANCHOR_END: {anchor}` there"),
    ))
}

/// The lines of a chapter with their numbers and whether they are code; directives left out.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, bool, &str)> {
    let mut fence = Fence::default();
    let lines = text
        .lines()
        .enumerate()
        .map(move |(index, line)| (index + 1, fence.pass(line), line));
    lines.filter(|(_, _, line)| directive_of(line).is_none())
}
