//! Pages from chapters.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use mdbook_driver::{MDBook, config::Config};
use mdbook_summary::{Summary, SummaryItem, parse_summary};

use crate::{CoursePreprocessor, Problem};

/// Builds the book of the checkout at `root` into `dest` and returns what readers will miss: a
/// directive that could not be replaced, a chapter that is not there.
///
/// # Errors
/// When there is no book to build, or its pages cannot be written.
pub fn build(root: &Path, dest: &Path) -> Result<Vec<Problem>> {
    let (mut book, mut problems) = load(root)?;
    let preprocessor = CoursePreprocessor::default();
    // The same name as the table in book.toml: it takes the place of the command there.
    book.with_preprocessor(preprocessor.clone());
    book.config.set("build.build-dir", dest)?;
    book.build().context("cannot write the book's pages")?;
    problems.extend(preprocessor.problems());
    Ok(problems)
}

fn load(root: &Path) -> Result<(MDBook, Vec<Problem>)> {
    let dir = root.join("book");
    let mut config = Config::from_disk(dir.join("book.toml")).context("cannot read book.toml")?;
    // Pages address each other relatively, so a book can be served from any place.
    config.set("output.html.site-url", "/")?;
    let source = dir.join(&config.book.src);
    let text = fs::read_to_string(source.join("SUMMARY.md")).context("cannot read SUMMARY.md")?;
    let mut summary = parse_summary(&text)?;
    let problems = leave_out_missing(&mut summary, root, &source, &text);
    assets(root)?;
    Ok((
        MDBook::load_with_config_and_summary(dir, config, summary)?,
        problems,
    ))
}

/// Chapters whose file is gone become headings without a page.
fn leave_out_missing(
    summary: &mut Summary,
    root: &Path,
    source: &Path,
    text: &str,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let parts = [
        &mut summary.prefix_chapters,
        &mut summary.numbered_chapters,
        &mut summary.suffix_chapters,
    ];
    let file = source.join("SUMMARY.md");
    let file = file.strip_prefix(root).unwrap_or(&file);
    for items in parts {
        each_location(items, &mut |location| {
            let Some(path) = location.take_if(|path| !source.join(path).is_file()) else {
                return;
            };
            let name = path.display().to_string();
            let line = text
                .lines()
                .position(|line| line.contains(&name))
                .map_or(0, |at| at + 1);
            let what = format!("the chapter {name} is not there");
            let repair = "write it, or bring it back with `git restore book`";
            problems.push(Problem::new(file, line, what, repair));
        });
    }
    problems
}

fn each_location(items: &mut [SummaryItem], visit: &mut impl FnMut(&mut Option<PathBuf>)) {
    for item in items {
        if let SummaryItem::Link(link) = item {
            visit(&mut link.location);
            each_location(&mut link.nested_items, visit);
        }
    }
}

/// Puts style and script of the trace tables beside the theme, where `book.toml` names them. They
/// belong to `trace-view`; a file that is already right is left alone, so that nothing watching
/// sees a change.
///
/// # Errors
/// When the theme's folder cannot be written.
pub fn assets(root: &Path) -> io::Result<()> {
    let dir = root.join("book/theme");
    fs::create_dir_all(&dir)?;
    let files = [
        ("trace-view.css", trace_view::CSS),
        ("trace-view.js", trace_view::JS),
    ];
    for (name, content) in files {
        let path = dir.join(name);
        if fs::read(&path).ok().as_deref() != Some(content.as_bytes()) {
            fs::write(&path, content)?;
        }
    }
    Ok(())
}
