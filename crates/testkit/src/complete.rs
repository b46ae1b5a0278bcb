//! Completes diagnoses: where to look, and where to read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use course::{Exercise, Layout};
use trace_model::{Forest, Span};
use trace_shape::{Code, Crossing, Diagnosis, HARNESS, STRANGER};

/// What is known of the sources that are judged.
pub(crate) struct Sources<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) exercise: &'a Exercise,
    pub(crate) forest: &'a Forest,
    pub(crate) crossings: &'a [Crossing],
    /// The `src` folder of the package under test.
    pub(crate) folder: PathBuf,
}

impl Sources<'_> {
    /// Sets `look_at` and `chapter` of a diagnosis; `parent` is the name of the span that the
    /// diagnosed one should be a child of.
    pub(crate) fn complete(&self, diagnosis: &mut Diagnosis, parent: Option<&str>) {
        let sender = parent.filter(|_| self.nothing_was_sent(diagnosis));
        let gap = [sender, diagnosis.span.as_deref()]
            .into_iter()
            .flatten()
            .find_map(|span| self.exercise.gap_of(span));
        let marker = gap
            .map(|(id, _)| id)
            .or_else(|| self.only_gap(diagnosis))
            .and_then(|id| self.marker(id));
        let found = marker
            .or_else(|| self.own_place(diagnosis))
            .or_else(|| gap.map(|(_, gap)| gap.what.clone()));
        // Where a panic happened is nearer than any gap.
        let known = diagnosis.look_at.take();
        diagnosis.look_at = match diagnosis.code {
            Code::Panicked => known.map(|place| self.tidy(&place)).or(found),
            _ => found.or(known),
        };
        let heading = gap.and_then(|(_, gap)| gap.read.as_deref());
        let page = self.exercise.page();
        diagnosis.chapter = Some(match heading {
            Some(heading) => format!("{page}#{heading}"),
            None => page,
        });
    }

    /// Whether a context is lost because the caller sent none: then the place to look at is the
    /// caller's.
    fn nothing_was_sent(&self, diagnosis: &Diagnosis) -> bool {
        let service = diagnosis.service.as_deref().unwrap_or_default();
        let mut requests = self.crossings.iter().filter(|crossing| {
            crossing.to == service && crossing.from != HARNESS && crossing.from != STRANGER
        });
        diagnosis.code == Code::LostContext
            && requests.any(|crossing| crossing.header("traceparent").is_none())
    }

    /// The one gap of an exercise that has one, for what is about no span.
    fn only_gap(&self, diagnosis: &Diagnosis) -> Option<&str> {
        let gaps = &self.exercise.settings.gaps;
        let (id, _) = gaps.first_key_value()?;
        (diagnosis.span.is_none() && gaps.len() == 1).then_some(id)
    }

    /// File and line of `TODO(gap)`, while it is there.
    fn marker(&self, gap: &str) -> Option<String> {
        let marker = format!("TODO({gap})");
        let mut files = Vec::new();
        rust_files(&self.folder, &mut files);
        files.sort();
        files.iter().find_map(|file| {
            let text = fs::read_to_string(file).ok()?;
            let line = text.lines().position(|line| line.contains(&marker))?;
            Some(self.tidy(&format!("{}:{}", file.display(), line + 1)))
        })
    }

    /// Where the first span of the diagnosis says that it was made.
    fn own_place(&self, diagnosis: &Diagnosis) -> Option<String> {
        let span = diagnosis.spans.first()?;
        let node = self.forest.find(span.trace_id, span.span_id)?;
        self.forest.span(node).and_then(|span| self.place_of(span))
    }

    fn place_of(&self, span: &Span) -> Option<String> {
        let file = span.attributes.text(telemetry::names::CODE_FILE_PATH)?;
        let line = span.attributes.get(telemetry::names::CODE_LINE_NUMBER);
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        Some(self.tidy(&format!("{file}{line}")))
    }

    /// A path as seen from the root of the checkout.
    fn tidy(&self, place: &str) -> String {
        let inside = Path::new(place).strip_prefix(self.layout.root());
        inside.map_or_else(|_| place.to_owned(), |path| path.display().to_string())
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
