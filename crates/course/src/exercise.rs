//! `exercise.toml`, and the exercise around it.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use trace_shape::Code;

/// What `exercise.toml` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The heading of chapter and report.
    pub title: String,
    /// The part of the book, from 1.
    pub part: u32,
    /// Minutes that a learner needs.
    pub minutes: u32,
    /// Components beyond Rust that the test starts, such as `nats`.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Heavy crates, by the beginning of their names, that nobody compiles before this exercise.
    #[serde(default)]
    pub brings: Vec<String>,
    /// Packages below `asides` that print a table for its chapter.
    #[serde(default)]
    pub asides: Vec<String>,
    /// How many processes of the learner's code the test runs at a time (its time budget hangs on it).
    #[serde(default = "one")]
    pub processes: u32,
    /// How long one test may take, in seconds.
    #[serde(default = "limit")]
    pub limit_seconds: u32,
    /// Exactly the codes that the starter must get.
    pub fails_with: Vec<Code>,
    /// What to look at in the trace once it is right.
    pub look_at: String,
    /// The question to think about once it is right.
    pub question: String,
    /// The chapter's prediction question.
    pub predict: Prediction,
    /// Three rungs: a nudge, the API with its documentation, the shape of the answer.
    pub hints: Vec<Hint>,
    /// The gaps by name (`05.1`).
    pub gaps: BTreeMap<String, Gap>,
}

fn one() -> u32 {
    1
}

fn limit() -> u32 {
    10
}

/// A question that the reader answers before the first run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// What is asked.
    pub question: String,
    /// Two to four answers.
    pub answers: Vec<String>,
    /// The index of the right one.
    pub right: usize,
    /// Why it is right.
    pub because: String,
}

/// One rung of the ladder of hints; exactly one of the three texts is set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hint {
    /// A question or remark that points.
    pub nudge: Option<String>,
    /// What to use.
    pub api: Option<String>,
    /// The documentation of what to use.
    pub docs: Option<String>,
    /// The shape of the answer.
    pub shape: Option<String>,
}

impl Hint {
    /// The text, whichever rung it is.
    #[must_use]
    pub fn text(&self) -> &str {
        let texts = [&self.nudge, &self.api, &self.shape];
        texts
            .into_iter()
            .flatten()
            .next()
            .map_or("", String::as_str)
    }
}

/// A place that the learner fills in, marked `TODO(05.1)` in the source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// What is to be done there, in a few words: `where the task is spawned`.
    pub what: String,
    /// The names of the spans that come right with it.
    #[serde(default)]
    pub spans: Vec<String>,
    /// The service that makes them, where another one has spans of these names as well.
    #[serde(default)]
    pub service: Option<String>,
    /// The diagnosis codes that it is about, where several gaps are about one span; none for all.
    #[serde(default)]
    pub codes: Vec<Code>,
    /// The heading of the chapter that explains it, as its fragment: `what-a-task-carries`.
    #[serde(default)]
    pub read: Option<String>,
    /// The headings for single diagnosis codes, where another one explains them better.
    #[serde(default)]
    pub read_for: BTreeMap<Code, String>,
}

impl Gap {
    /// The heading that explains what is wrong there, for a diagnosis code.
    #[must_use]
    pub fn read(&self, code: Code) -> Option<&str> {
        let heading = self.read_for.get(&code).or(self.read.as_ref());
        heading.map(String::as_str)
    }
}

/// An exercise on disk.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Two digits, from the name of its folder.
    pub number: String,
    /// Its stable name, with dashes; also the name of its package.
    pub slug: String,
    /// Its folder.
    pub dir: PathBuf,
    /// What its `exercise.toml` says.
    pub settings: Settings,
}

impl Exercise {
    /// The name of its folder: `05_tasks`.
    #[must_use]
    pub fn folder(&self) -> String {
        format!("{}_{}", self.number, self.slug.replace('-', "_"))
    }

    /// Its chapter, below `book/src`: `part2/05-tasks.md`.
    #[must_use]
    pub fn chapter_source(&self) -> String {
        format!(
            "part{}/{}-{}.md",
            self.settings.part, self.number, self.slug
        )
    }

    /// Its page, below the book's address: `part2/05-tasks.html`.
    #[must_use]
    pub fn page(&self) -> String {
        format!(
            "part{}/{}-{}.html",
            self.settings.part, self.number, self.slug
        )
    }

    /// The package of its reference solution.
    #[must_use]
    pub fn solution_package(&self) -> String {
        format!("{}-solution", self.slug)
    }

    /// The gaps that a span of the service comes right with: those that name the code of what is wrong
    /// with it, else all that name the span. A span that nobody expects is named by none: then those
    /// that name the code.
    #[must_use]
    pub fn gaps_of(&self, service: &str, span: &str, code: Code) -> Vec<(&str, &Gap)> {
        let about = |gap: &Gap| {
            let here = gap.service.as_deref().is_none_or(|of| of == service);
            here && gap.spans.iter().any(|name| name == span)
        };
        let gaps = self.settings.gaps.iter().filter(|(_, gap)| about(gap));
        let gaps: Vec<_> = gaps.map(|(id, gap)| (id.as_str(), gap)).collect();
        let exact = gaps.iter().filter(|(_, gap)| gap.codes.contains(&code));
        let exact: Vec<_> = exact.copied().collect();
        match code {
            _ if !exact.is_empty() => exact,
            Code::UnexpectedSpan if gaps.is_empty() => {
                let all = self.settings.gaps.iter();
                let of_code = all.filter(|(_, gap)| gap.codes.contains(&code));
                of_code.map(|(id, gap)| (id.as_str(), gap)).collect()
            }
            _ => gaps,
        }
    }
}

/// Why the course could not be read.
#[derive(Debug)]
pub enum CourseError {
    /// A file or folder could not be read.
    Unreadable(PathBuf, io::Error),
    /// An `exercise.toml` is not what it should be.
    Malformed(PathBuf, String),
    /// A folder of `exercises` that is not named `NN_slug`.
    Misnamed(PathBuf),
}

impl fmt::Display for CourseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Malformed(path, why) => write!(f, "{}: {why}", path.display()),
            Self::Misnamed(path) => {
                write!(
                    f,
                    "{}: an exercise's folder is named NN_slug",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for CourseError {}

/// All exercises below a folder, by number.
///
/// # Errors
/// The first folder or `exercise.toml` that cannot be read or understood.
pub fn load_all(exercises: &Path) -> Result<Vec<Exercise>, CourseError> {
    let unreadable = |error| CourseError::Unreadable(exercises.to_owned(), error);
    let mut found = Vec::new();
    for entry in fs::read_dir(exercises).map_err(unreadable)? {
        let dir = entry.map_err(unreadable)?.path();
        if dir.is_dir() {
            found.push(load_dir(&dir)?);
        }
    }
    found.sort_by(|a, b| a.number.cmp(&b.number));
    Ok(found)
}

/// The exercise in one folder.
///
/// # Errors
/// When the folder is not named `NN_slug`, or its `exercise.toml` cannot be read or understood.
pub fn load_dir(dir: &Path) -> Result<Exercise, CourseError> {
    let name = dir
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let (number, slug) = name
        .split_once('_')
        .ok_or_else(|| CourseError::Misnamed(dir.to_owned()))?;
    if number.len() != 2 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CourseError::Misnamed(dir.to_owned()));
    }
    let file = dir.join("exercise.toml");
    let text =
        fs::read_to_string(&file).map_err(|error| CourseError::Unreadable(file.clone(), error))?;
    let settings =
        toml::from_str(&text).map_err(|error| CourseError::Malformed(file, error.to_string()))?;
    Ok(Exercise {
        number: number.to_owned(),
        slug: slug.replace('_', "-"),
        dir: dir.to_owned(),
        settings,
    })
}
