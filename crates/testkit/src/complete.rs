//! Completes diagnoses: where to look, and where to read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use course::{Exercise, Gap, Layout};
use trace_model::{Forest, Span};
use trace_shape::{Code, Crossing, Diagnosis, HARNESS, STRANGER};

use crate::facts::IN_GAP;

/// In the header of a file that an exercise gives whole.
const NOTHING_TO_DO: &str = "Nothing to do in here";

/// What is known of the sources that are judged.
pub(crate) struct Sources<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) exercise: &'a Exercise,
    pub(crate) forest: &'a Forest,
    pub(crate) crossings: &'a [Crossing],
    /// The `src` folder of the package under test.
    pub(crate) folder: PathBuf,
}

/// A span, as far as a gap names it.
#[derive(Clone)]
pub(crate) struct Named {
    pub(crate) service: String,
    pub(crate) name: String,
}

impl Named {
    fn of(span: &Span) -> Self {
        Self {
            service: span.service().to_owned(),
            name: span.name.clone(),
        }
    }
}

impl Sources<'_> {
    /// Sets `look_at` and `chapter` of a diagnosis; `parent` is the span that the diagnosed one should
    /// be a child of.
    pub(crate) fn complete(&self, diagnosis: &mut Diagnosis, parent: Option<&Named>) {
        let service = diagnosis.service.clone().unwrap_or_default();
        let sender = parent.filter(|parent| parent.service != service);
        let sender = sender.filter(|_| self.nothing_was_sent(diagnosis));
        let renamed = diagnosis
            .expected
            .as_deref()
            .filter(|_| matches!(diagnosis.code, Code::WrongName | Code::IdInName));
        let renamed = renamed.map(|name| name.trim_matches('`'));
        let here = |name: &str| Named {
            service: service.clone(),
            name: name.to_owned(),
        };
        let gap_of = |span: Option<&Named>| {
            let span = span?;
            let gaps = self
                .exercise
                .gaps_of(&span.service, &span.name, diagnosis.code);
            let open = gaps.iter().find(|(id, _)| self.marker(id).is_some());
            open.or(gaps.first()).copied()
        };
        let joiner = self.span_above(diagnosis);
        let joiner = joiner.filter(|_| diagnosis.code == Code::FalseJoin);
        let joiner = gap_of(joiner.map(Named::of).as_ref());
        let (itself, renamed) = (diagnosis.span.as_deref().map(here), renamed.map(here));
        let own = [sender, itself.as_ref(), renamed.as_ref()]
            .into_iter()
            .find_map(gap_of)
            .or_else(|| self.gap_of_no_span(diagnosis));
        let told = self.told_gap(diagnosis);
        let own = told.or(own);
        let orphan = parent.filter(|_| diagnosis.code == Code::LostContext && own.is_none());
        // The span that is diagnosed does what it should; another one makes it go wrong.
        let other = joiner.or_else(|| gap_of(orphan));
        let own = other.or(own);
        let empty = self.empty_gap().filter(|_| is_of_the_trace(diagnosis.code));
        let place = own.and_then(|(id, _)| self.marker(id));
        let itself = other.is_none() && told.is_none();
        let place = place
            .or_else(|| self.own_place(diagnosis).filter(|_| itself))
            .or_else(|| own.map(|(_, gap)| gap.what.clone()));
        // Where a panic happened is nearer than any gap.
        let known = diagnosis.look_at.take().filter(|_| told.is_none());
        diagnosis.look_at = match (diagnosis.code, &empty) {
            (Code::Panicked, _) => known.map(|place| self.tidy(&place)).or(place),
            (_, Some((_, _, first))) => Some(after_the_empty_one(first, place)),
            _ => place.or(known),
        };
        let read = empty.map(|(_, gap, _)| gap).or(own.map(|(_, gap)| gap));
        let page = self.exercise.page();
        diagnosis.chapter = Some(match read.and_then(|gap| gap.read(diagnosis.code)) {
            Some(heading) => format!("{page}#{heading}"),
            None => page,
        });
    }

    /// The first gap that no span shows and in which there is no code, with its place: until it is
    /// filled, nothing that depends on it can come right.
    fn empty_gap(&self) -> Option<(&str, &Gap, String)> {
        let mut gaps = self.exercise.settings.gaps.iter();
        gaps.find_map(|(id, gap)| {
            let place = gap.spans.is_empty().then(|| self.empty_marker(id))??;
            Some((id.as_str(), gap, place))
        })
    }

    /// The gap that a fact has named with [`crate::facts::in_gap`].
    fn told_gap(&self, diagnosis: &Diagnosis) -> Option<(&str, &Gap)> {
        let gap = diagnosis.look_at.as_deref()?.strip_prefix(IN_GAP)?;
        let found = self.exercise.settings.gaps.get_key_value(gap);
        found.map(|(id, gap)| (id.as_str(), gap))
    }

    /// Whether a context is lost because the caller sent none: then the place to look at is the
    /// caller's.
    fn nothing_was_sent(&self, diagnosis: &Diagnosis) -> bool {
        let service = diagnosis.service.as_deref().unwrap_or_default();
        let span = diagnosis.span.as_deref().unwrap_or_default();
        let mut requests = self.crossings.iter().filter(|crossing| {
            crossing.to == service
                && crossing.from != HARNESS
                && crossing.from != STRANGER
                && crossing.may_be_answered_by(span)
        });
        diagnosis.code == Code::LostContext
            && requests.any(|crossing| crossing.header("traceparent").is_none())
    }

    /// For what is about no span: the gap that names the code (of the service; or, where none is named,
    /// about no span either, unless no trace shows the code), the one gap that is about none, or the only
    /// one.
    fn gap_of_no_span(&self, diagnosis: &Diagnosis) -> Option<(&str, &Gap)> {
        let gaps = &self.exercise.settings.gaps;
        let mut of_none = gaps.iter().filter(|(_, gap)| gap.spans.is_empty());
        let fits = |gap: &Gap| match &diagnosis.service {
            Some(service) => gap.service.as_ref().is_none_or(|of| of == service),
            None => gap.spans.is_empty() || !is_of_the_trace(diagnosis.code),
        };
        let mut named = gaps.iter();
        let named = named.find(|(_, gap)| gap.codes.contains(&diagnosis.code) && fits(gap));
        let found = match (gaps.len(), of_none.next(), of_none.next()) {
            _ if named.is_some() => named,
            (1, ..) => gaps.first_key_value(),
            (_, Some(one), None) => Some(one),
            _ => None,
        };
        let (id, gap) = found.filter(|_| diagnosis.span.is_none())?;
        Some((id, gap))
    }

    /// File and line of `TODO(gap)`, while it is there.
    fn marker(&self, gap: &str) -> Option<String> {
        self.find_marker(gap, |_| true)
    }

    /// The same where nothing but comments follows up to `END(gap)`.
    fn empty_marker(&self, gap: &str) -> Option<String> {
        let end = format!("END({gap})");
        self.find_marker(gap, |after| {
            let mut within = after.lines().take_while(|line| !line.contains(&end));
            after.contains(&end)
                && within
                    .all(|line| line.trim().is_empty() || course::whole_comment(line).is_some())
        })
    }

    /// File and line of `TODO(gap)` where what follows that line is as asked.
    fn find_marker(&self, gap: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
        let marker = format!("TODO({gap})");
        let mut files = Vec::new();
        source_files(&self.folder, &mut files);
        files.sort();
        files.iter().find_map(|file| {
            let text = fs::read_to_string(file).ok()?;
            let (before, from) = text.split_at(text.find(&marker)?);
            let after = from.split_once('\n').map_or("", |(_, after)| after);
            let line = before.matches('\n').count() + 1;
            fits(after).then(|| self.tidy(&format!("{}:{line}", file.display())))
        })
    }

    /// The span under which the first one of the diagnosis hangs. It took a span that
    /// does not belong to it as its parent: the one that was current and should not have been.
    fn span_above(&self, diagnosis: &Diagnosis) -> Option<&Span> {
        let span = diagnosis.spans.first()?;
        let node = self.forest.find(span.trace_id, span.span_id)?;
        self.forest.span(self.forest.node(node).parent?)
    }

    /// Where the first span of the diagnosis says that it was made, unless that is a file in which
    /// there is nothing to do.
    fn own_place(&self, diagnosis: &Diagnosis) -> Option<String> {
        let span = diagnosis.spans.first()?;
        let node = self.forest.find(span.trace_id, span.span_id)?;
        let place = self
            .forest
            .span(node)
            .and_then(|span| self.place_of(span))?;
        let file = place.split(':').next().unwrap_or_default();
        let text = fs::read_to_string(self.layout.root().join(file)).unwrap_or_default();
        let header = text.lines().take_while(|line| line.starts_with("//!"));
        let is_given = header.into_iter().any(|line| line.contains(NOTHING_TO_DO));
        (!is_given).then_some(place)
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

fn after_the_empty_one(first: &str, own: Option<String>) -> String {
    let own = own.map_or(String::new(), |own| format!(", then {own}"));
    format!("{first} (nothing is there yet){own}")
}

/// Whether the code says something about the trace, not about the run.
fn is_of_the_trace(code: Code) -> bool {
    !matches!(
        code,
        Code::Panicked | Code::TimedOut | Code::WrongAnswer | Code::TooExpensive
    )
}

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            source_files(&path, found);
        } else if course::is_source(&path) {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use trace_model::{SpanId, TraceId};

    use super::*;
    use crate::about_span;

    const SETTINGS: &str = r#"
title = "t"
part = 4
minutes = 1
fails_with = ["lost-context"]
look_at = "-"
question = "-"
[predict]
question = "-"
answers = ["-"]
right = 0
because = "-"
[[hints]]
nudge = "-"
[gaps."09.1"]
what = "where it is set up"
spans = []
read = "set-up"
[gaps."09.2"]
what = "where it is sent"
spans = ["GET"]
codes = ["too-expensive", "leaked-baggage"]
read = "send"
read_for = { wrong-attribute = "what-is-sent" }
"#;

    fn completed(code: &str, diagnosis: Diagnosis) -> Diagnosis {
        completed_with(code, diagnosis, Vec::new())
    }

    fn completed_with(code: &str, diagnosis: Diagnosis, spans: Vec<Span>) -> Diagnosis {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("exercises/09_fixture");
        fs::create_dir_all(folder.join("src")).expect("a folder");
        fs::write(folder.join("exercise.toml"), SETTINGS).expect("a file");
        fs::write(folder.join("src/lib.rs"), code).expect("a file");
        let sources = Sources {
            layout: &Layout::at(root.path()),
            exercise: &course::load_dir(&folder).expect("an exercise"),
            forest: &Forest::new(spans),
            crossings: &[],
            folder: folder.join("src"),
        };
        let mut diagnosis = diagnosis;
        sources.complete(&mut diagnosis, None);
        diagnosis
    }

    fn about(code: Code, span: Option<&str>) -> Diagnosis {
        let mut diagnosis = Diagnosis::new(code, "-");
        diagnosis.span = span.map(str::to_owned);
        diagnosis
    }

    const EMPTY: &str = "// TODO(09.1): set it up\n\n// END(09.1)\n// TODO(09.2): send\nsend();\n";
    const FILLED: &str = "// TODO(09.1): set it up\nset();\n// END(09.1)\n// TODO(09.2): send\n";

    #[test]
    fn a_gap_that_no_span_shows_goes_first_while_it_is_empty() {
        let lost = completed(EMPTY, about(Code::LostContext, Some("GET")));
        let look_at = "exercises/09_fixture/src/lib.rs:1 (nothing is there yet), then \
                       exercises/09_fixture/src/lib.rs:4";
        assert_eq!(lost.look_at.as_deref(), Some(look_at));
        assert_eq!(
            lost.chapter.as_deref(),
            Some("part4/09-fixture.html#set-up")
        );
        let lost = completed(FILLED, about(Code::LostContext, Some("GET")));
        let look_at = "exercises/09_fixture/src/lib.rs:4";
        assert_eq!(lost.look_at.as_deref(), Some(look_at));
        assert_eq!(lost.chapter.as_deref(), Some("part4/09-fixture.html#send"));
        let wrong = completed(FILLED, about(Code::WrongAttribute, Some("GET")));
        let heading = "part4/09-fixture.html#what-is-sent";
        assert_eq!(wrong.chapter.as_deref(), Some(heading));
    }

    #[test]
    fn a_fact_that_knows_its_gap_leads_there() {
        let told = |text| {
            let wrong = about(Code::WrongStatus, Some("GET"));
            completed(text, crate::facts::in_gap(wrong, "09.1"))
        };
        let marked = told(FILLED);
        let look_at = "exercises/09_fixture/src/lib.rs:1";
        assert_eq!(marked.look_at.as_deref(), Some(look_at));
        let heading = "part4/09-fixture.html#set-up";
        assert_eq!(marked.chapter.as_deref(), Some(heading));
        let look_at = told("").look_at;
        assert_eq!(look_at.as_deref(), Some("where it is set up"));
    }

    #[test]
    fn a_span_leads_to_where_it_was_made_unless_nothing_is_to_do_there() {
        let trace = TraceId::from_bytes(&[7; 16]).expect("an id");
        let id = SpanId::from_bytes(&[1; 8]).expect("an id");
        let mut made = Span::new(trace, id, "search", "made elsewhere");
        let file = "exercises/09_fixture/src/lib.rs";
        made.attributes.set(telemetry::names::CODE_FILE_PATH, file);
        let place = |text| {
            let diagnosis = about_span(Code::WrongName, &made, "-");
            completed_with(text, diagnosis, vec![made.clone()]).look_at
        };
        assert_eq!(place("//! A shop.\n").as_deref(), Some(file));
        assert_eq!(place("//! A shop.\n//! Nothing to do in here.\n"), None);
    }

    #[test]
    fn a_false_join_leads_to_the_span_that_should_not_have_been_current() {
        let trace = TraceId::from_bytes(&[7; 16]).expect("an id");
        let ids = [1, 2].map(|byte| SpanId::from_bytes(&[byte; 8]).expect("an id"));
        let above = Span::new(trace, ids[0], "search", "GET");
        let mut below = Span::new(trace, ids[1], "search", "of somebody else");
        below.parent_span_id = Some(above.span_id);
        let joined = |code, text| {
            let diagnosis = about_span(code, &below, "-");
            completed_with(text, diagnosis, vec![above.clone(), below.clone()]).look_at
        };
        let marked = Some("exercises/09_fixture/src/lib.rs:4".to_owned());
        assert_eq!(joined(Code::FalseJoin, FILLED), marked);
        let told = Some("where it is sent".to_owned());
        assert_eq!(joined(Code::FalseJoin, ""), told);
        assert_eq!(joined(Code::WrongParent, FILLED), None);
    }

    #[test]
    fn what_is_about_no_span_leads_to_the_gap_that_names_its_code() {
        let look_at = |code: Code, service: Option<&str>| {
            let mut wrong = about(code, None);
            wrong.service = service.map(str::to_owned);
            completed(FILLED, wrong).look_at
        };
        let send = Some("exercises/09_fixture/src/lib.rs:4".to_owned());
        for code in [Code::TooExpensive, Code::LeakedBaggage] {
            assert_eq!(look_at(code, Some("search")), send, "{code}");
        }
        let costly = look_at(Code::TooExpensive, None);
        assert_eq!(costly, send, "what no trace shows may be of no service");
        let leaked = look_at(Code::LeakedBaggage, None);
        assert_ne!(leaked, send, "that gap is about a span");
    }

    #[test]
    fn what_is_about_no_span_leads_to_the_gap_that_is_about_none() {
        let wrong = completed(EMPTY, about(Code::WrongAnswer, None));
        let look_at = "exercises/09_fixture/src/lib.rs:1";
        assert_eq!(wrong.look_at.as_deref(), Some(look_at));
        let dropped = completed(FILLED, about(Code::DroppedSpans, None));
        assert_eq!(dropped.look_at.as_deref(), Some(look_at));
    }
}
