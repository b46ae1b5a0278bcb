//! What is wrong, found one by one and merged where it is one cause.

mod content;
mod counts;
mod joins;
mod links;
mod look;
mod order;
mod place;
mod told_apart;
mod twice;
mod wire;

use std::collections::HashMap;

use super::{
    align::{Alignment, Instance},
    expected::Expected,
    tree::{Item, Tree},
};
use crate::{Code, Diagnosis, Evidence, Line};

pub(super) use place::Place;

/// All that is known when the alignment is done.
pub(super) struct Case<'a, 'f> {
    pub(super) expected: &'a Expected<'a>,
    pub(super) tree: &'a Tree<'f>,
    pub(super) evidence: &'a Evidence,
    pub(super) alignment: Alignment,
    /// Where each instance hangs.
    pub(super) places: Vec<Place>,
    /// The instances of each label.
    labelled: HashMap<&'a str, Vec<usize>>,
    /// How many items stand for a line below one item, surplus included.
    counts: HashMap<(Option<usize>, usize), usize>,
}

impl<'a, 'f> Case<'a, 'f> {
    pub(super) fn new(
        expected: &'a Expected<'a>,
        tree: &'a Tree<'f>,
        evidence: &'a Evidence,
        alignment: Alignment,
    ) -> Self {
        let mut case = Self {
            expected,
            tree,
            evidence,
            alignment,
            places: Vec::new(),
            labelled: HashMap::new(),
            counts: HashMap::new(),
        };
        case.index();
        case.places = place::places(&case);
        case
    }

    fn index(&mut self) {
        let mut labelled: HashMap<&'a str, Vec<usize>> = HashMap::new();
        let mut counts: HashMap<(Option<usize>, usize), usize> = HashMap::new();
        for (index, instance) in self.alignment.live() {
            if let Some(label) = self.line_of(index).label.as_deref() {
                labelled.entry(label).or_default().push(index);
            }
            if let Some(item) = instance.item {
                let place = (self.tree.items[item].parent, instance.line);
                *counts.entry(place).or_default() += 1;
            }
        }
        for (item, line) in &self.alignment.surplus {
            *counts
                .entry((self.tree.items[*item].parent, *line))
                .or_default() += 1;
        }
        (self.labelled, self.counts) = (labelled, counts);
    }

    pub(super) fn instance(&self, index: usize) -> &Instance {
        &self.alignment.instances[index]
    }

    pub(super) fn line_of(&self, index: usize) -> &'a Line {
        self.expected.line(self.instance(index).line)
    }

    pub(super) fn item_of(&self, index: usize) -> Option<&'a Item<'f>> {
        self.instance(index).item.map(|item| &self.tree.items[item])
    }

    /// The item and index of every instance that a received span stands for.
    fn received(&self) -> impl Iterator<Item = (usize, &'a Item<'f>)> {
        let live = self.alignment.live();
        let items = live.filter_map(|(index, _)| Some((index, self.item_of(index)?)));
        items.filter(|(_, item)| !item.is_phantom())
    }
}

/// One thing that is wrong, before alike ones are merged.
pub(super) struct Finding {
    diagnosis: Diagnosis,
    /// Findings of one code and key are one diagnosis.
    key: String,
    /// The line whose row shows it.
    line: Option<usize>,
    /// The item whose row shows it, where no line does.
    item: Option<usize>,
    /// A few words for that row.
    note: String,
}

impl Finding {
    fn new(code: Code, message: String, key: String, note: impl Into<String>) -> Self {
        Self {
            diagnosis: Diagnosis::new(code, message),
            key,
            line: None,
            item: None,
            note: note.into(),
        }
    }

    /// About the item that stands for an instance.
    fn about(mut self, case: &Case<'_, '_>, index: usize) -> Self {
        let line = case.line_of(index);
        self.line = Some(case.instance(index).line);
        self.diagnosis.service.clone_from(&line.service);
        self.diagnosis.span.clone_from(&line.name);
        if let Some(item) = case.item_of(index) {
            self = self.on(item);
        }
        self
    }

    fn on(mut self, item: &Item<'_>) -> Self {
        self.diagnosis.spans.push(item.reference());
        if !item.is_phantom() {
            self.diagnosis.service = Some(item.service().to_owned());
            self.diagnosis.span = Some(item.name().to_owned());
        }
        self
    }

    fn between(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.diagnosis.expected = Some(expected.into());
        self.diagnosis.actual = Some(actual.into());
        self
    }

    fn look_at(mut self, place: String) -> Self {
        self.diagnosis.look_at = Some(place);
        self
    }

    fn times(mut self, count: usize) -> Self {
        self.diagnosis.count = count;
        self
    }
}

/// What one row shows: its diagnosis, and words.
pub(super) struct Shown {
    pub(super) line: Option<usize>,
    pub(super) item: Option<usize>,
    pub(super) diagnosis: usize,
    pub(super) note: String,
    /// The spans of this row that are wrong.
    pub(super) spans: Vec<crate::SpanRef>,
}

pub(super) fn all(case: &Case<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(place::findings(case));
    findings.extend(joins::findings(case));
    findings.extend(counts::findings(case));
    findings.extend(links::findings(case));
    findings.extend(order::findings(case));
    findings.extend(content::findings(case));
    findings.extend(twice::findings(case));
    findings.extend(wire::findings(case));
    findings
}

/// How telling a code is: what breaks a trace apart goes before what is wrong in one span.
fn rank(code: Code) -> usize {
    const ORDER: [Code; 24] = [
        Code::DuplicateSpan,
        Code::ForgedParent,
        Code::LeakedBaggage,
        Code::FalseJoin,
        Code::LostContext,
        Code::LinkInsteadOfParent,
        Code::ParentInsteadOfLink,
        Code::WrongParent,
        Code::NeverEnded,
        Code::NeverExported,
        Code::MissingSpan,
        Code::WrongCount,
        Code::UnexpectedSpan,
        Code::Stretched,
        Code::MissingLink,
        Code::WrongLink,
        Code::DuplicateLink,
        Code::WrongOrder,
        Code::WrongService,
        Code::IdInName,
        Code::WrongName,
        Code::WrongKind,
        Code::WrongStatus,
        Code::WrongAttribute,
    ];
    ORDER
        .iter()
        .position(|known| *known == code)
        .unwrap_or(ORDER.len())
}

/// Makes one diagnosis of findings that are alike.
pub(super) fn merge(mut findings: Vec<Finding>) -> (Vec<Diagnosis>, Vec<Shown>) {
    findings.sort_by_key(|finding| {
        let place = (finding.line.unwrap_or(usize::MAX), finding.item);
        (rank(finding.diagnosis.code), place)
    });
    let (mut diagnoses, mut shown): (Vec<Diagnosis>, Vec<Shown>) = (Vec::new(), Vec::new());
    let mut known: HashMap<(Code, String), usize> = HashMap::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for finding in findings {
        let key = (finding.diagnosis.code, finding.key);
        let alike = known.get(&key).copied();
        let elsewhere = || same_words(&diagnoses, &finding.diagnosis);
        let index = alike.or_else(elsewhere).unwrap_or(diagnoses.len());
        if known.insert(key, index).is_none() {
            *places.entry(index).or_default() += 1;
        }
        shown.push(Shown {
            line: finding.line,
            item: finding.item,
            diagnosis: index,
            note: finding.note,
            spans: finding.diagnosis.spans.clone(),
        });
        match diagnoses.get_mut(index) {
            None => diagnoses.push(finding.diagnosis),
            Some(first) => {
                first.count += finding.diagnosis.count;
                first.spans.extend(finding.diagnosis.spans);
            }
        }
    }
    for (index, diagnosis) in diagnoses.iter_mut().enumerate() {
        say_how_many(diagnosis, places.get(&index).copied().unwrap_or(1));
    }
    (diagnoses, shown)
}

/// The diagnosis that says the same of other spans: lines of a shape that are alike are wrong alike.
fn same_words(diagnoses: &[Diagnosis], new: &Diagnosis) -> Option<usize> {
    let says_the_same = |known: &Diagnosis| {
        let is_of_others = !known.spans.iter().any(|span| new.spans.contains(span));
        let is_the_same = match new.code {
            // One wrong value in several places has one cause, whatever is right in each of them.
            Code::WrongAttribute => attribute_of(known) == attribute_of(new),
            _ => known.message == new.message && known.expected == new.expected,
        };
        known.code == new.code && is_of_others && is_the_same && known.actual == new.actual
    };
    diagnoses.iter().position(says_the_same)
}

/// Whose attribute it is, and its key.
fn attribute_of(diagnosis: &Diagnosis) -> (&Option<String>, &Option<String>, &str) {
    let expected = diagnosis.expected.as_deref().unwrap_or_default();
    let key = expected.split_once('=').map_or("", |(key, _)| key);
    (&diagnosis.service, &diagnosis.span, key)
}

fn say_how_many(diagnosis: &mut Diagnosis, places: usize) {
    let counted = [
        Code::LeakedBaggage,
        Code::MissingSpan,
        Code::WrongCount,
        Code::NeverEnded,
        Code::NeverExported,
    ];
    match diagnosis.count {
        0 | 1 => {}
        _ if counted.contains(&diagnosis.code) && places > 1 => {
            let others = match places {
                2 => " The same is wrong in one more place.".to_owned(),
                more => format!(" The same is wrong in {} more places.", more - 1),
            };
            diagnosis.message.push_str(&others);
        }
        _ if counted.contains(&diagnosis.code) => {}
        2 => diagnosis
            .message
            .push_str(" One more span is wrong in the same way."),
        more => {
            let others = format!(" {} more spans are wrong in the same way.", more - 1);
            diagnosis.message.push_str(&others);
        }
    }
}

/// A span in a sentence: `` `ask dealers` of search ``.
fn named(item: &Item<'_>) -> String {
    match (item.name(), item.service()) {
        _ if item.is_phantom() => format!("the span {} that was never received", short(item)),
        (name, "") => format!("`{name}`"),
        (name, service) => format!("`{name}` of {service}"),
    }
}

/// A line in a sentence.
fn asked(line: &Line) -> String {
    let name = line
        .name
        .as_ref()
        .map_or("a span".to_owned(), |name| format!("`{name}`"));
    match &line.service {
        Some(service) => format!("{name} of {service}"),
        None => name,
    }
}

/// `one, two and three`.
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The first digits of an id.
fn short(item: &Item<'_>) -> String {
    shorten(&item.span_id.to_string())
}

fn shorten(id: &str) -> String {
    id.chars().take(4).collect()
}

/// The sentence with its first letter in upper case.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + rest.as_str()
}
