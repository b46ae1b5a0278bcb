//! The preprocessor, within our own build and behind a plain `mdbook build`.

use std::{
    io::{Read, Write},
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::{Context as _, Result, bail};
use mdbook_preprocessor::{
    Preprocessor, PreprocessorContext,
    book::{Book, BookItem, Chapter},
    parse_input,
};

use crate::{Course, Problem, assets, expand::expand};

/// Replaces the directives of every chapter. What could not be replaced is collected, and said on
/// the page in its place.
#[derive(Clone, Debug, Default)]
pub struct CoursePreprocessor {
    problems: Arc<Mutex<Vec<Problem>>>,
}

impl CoursePreprocessor {
    /// What went wrong so far.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.problems
            .lock()
            .map(|problems| problems.clone())
            .unwrap_or_default()
    }

    fn expand(&self, course: &Course, source: &Path, chapter: &mut Chapter) {
        let Some(path) = &chapter.source_path else {
            return;
        };
        let file = course.below_root(&source.join(path));
        let expanded = expand(course, &file, &chapter.content);
        chapter.content = expanded.text;
        if let Ok(mut problems) = self.problems.lock() {
            problems.extend(expanded.problems);
        }
    }
}

impl Preprocessor for CoursePreprocessor {
    fn name(&self) -> &str {
        "course"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let root = context
            .root
            .parent()
            .context("the book lies in no checkout")?;
        assets(root)?;
        let course = Course::load(root);
        let source = context.root.join(&context.config.book.src);
        book.for_each_mut(|item| {
            if let BookItem::Chapter(chapter) = item {
                self.expand(&course, &source, chapter);
            }
        });
        Ok(book)
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}

/// One preprocessing as mdBook asks for it: context and book come in as JSON, the book goes out.
///
/// # Errors
/// When the input is not mdBook's, or a directive could not be replaced: whoever builds the book
/// by hand is its author.
pub fn preprocess(input: impl Read, output: impl Write) -> Result<()> {
    let (context, book) = parse_input(input)?;
    let preprocessor = CoursePreprocessor::default();
    let book = preprocessor.run(&context, book)?;
    let problems = preprocessor.problems();
    if !problems.is_empty() {
        let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
        bail!("{}", lines.join("\n"));
    }
    serde_json::to_writer(output, &book)?;
    Ok(())
}
