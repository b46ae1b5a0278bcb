//! A shape as a value: lines that expect spans.

mod derive;
mod error;
mod parse;
mod print;
mod reference;
mod rules;

use trace_model::Kind;

pub use error::ShapeError;
pub(crate) use rules::unmet;
pub use rules::{AttributeRule, EventRule, Pattern, StatusRule, Want};

/// What a set of traces must look like: the content of an `expected.shape`.
///
/// [`Shape::parse`] reads one, `Display` prints its canonical text. Lines are closed for spans
/// (what no line allows is unexpected), for links and for failure, and open for attributes and events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    pub(crate) lines: Vec<Line>,
    pub(crate) roots: Vec<usize>,
    /// Whether other traces than the roots are allowed.
    pub(crate) open: bool,
    /// Whether the roots must start in order.
    pub(crate) ordered: bool,
}

/// One line: a span that is expected, or several alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The service; none for any.
    pub service: Option<String>,
    /// The kind; none for any.
    pub kind: Option<Kind>,
    /// The name; none for any.
    pub name: Option<String>,
    /// What the attributes must be; others are allowed.
    pub attributes: Vec<AttributeRule>,
    /// The status that it may have.
    pub status: StatusRule,
    /// Events that must be there; others are allowed.
    pub events: Vec<EventRule>,
    /// The least number of spans under one parent.
    pub min: usize,
    /// The greatest number of spans under one parent; none for no limit.
    pub max: Option<usize>,
    /// The name by which links refer to it.
    pub label: Option<String>,
    /// The labels that it links to; one that stands twice asks for two spans of that label.
    pub links: Vec<String>,
    /// Whether other links are allowed.
    pub open_links: bool,
    /// Whether other children are allowed.
    pub open: bool,
    /// Whether the children must start in the order of their lines.
    pub ordered: bool,
    /// Whether it may hang at any depth below its parent.
    pub deep: bool,
    /// The line above it, as an index into [`Shape::lines`].
    pub parent: Option<usize>,
    /// The lines below it, as indices into [`Shape::lines`].
    pub children: Vec<usize>,
    /// Its line in the text, from 1.
    pub number: usize,
}

impl Line {
    fn new(number: usize) -> Self {
        Self {
            service: None,
            kind: None,
            name: None,
            attributes: Vec::new(),
            status: StatusRule::default(),
            events: Vec::new(),
            min: 1,
            max: Some(1),
            label: None,
            links: Vec::new(),
            open_links: false,
            open: false,
            ordered: false,
            deep: false,
            parent: None,
            children: Vec::new(),
            number,
        }
    }
}

impl Shape {
    /// Reads a shape.
    ///
    /// ```text
    /// # A comment. An unindented line is the root of a trace of its own.
    /// web client "GET /checkout"
    ///   shop server "POST /checkout" {http.route=/checkout} !error *exception
    ///     shop client "SELECT stock" x2 {db.system.name=sqlite, db.rows~/^\d+$/}
    ///     ? shop internal "cache.lookup"
    ///     shop producer "orders publish" as pub
    ///     ...
    /// mail consumer "orders process" ~> pub ~> ...
    ///   >> mail client * !any
    /// ```
    ///
    /// # Errors
    /// [`ShapeError`] with line, column and what to write instead, for the first thing that
    /// cannot be read.
    pub fn parse(text: &str) -> Result<Self, ShapeError> {
        parse::parse(text)
    }

    /// All lines, parents before their children, in the order of the text.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The lines that begin a trace, as indices into [`Shape::lines`].
    #[must_use]
    pub fn roots(&self) -> &[usize] {
        &self.roots
    }

    /// How deep a line hangs; a root hangs at 0.
    pub(crate) fn depths(&self) -> Vec<usize> {
        let mut depths: Vec<usize> = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            depths.push(line.parent.map_or(0, |parent| depths[parent] + 1));
        }
        depths
    }

    /// The lines below `line`, or the roots.
    pub(crate) fn below(&self, line: Option<usize>) -> &[usize] {
        line.map_or(&self.roots, |line| &self.lines[line].children)
    }

    /// Hangs a line on the last one that is its parent.
    pub(crate) fn push(&mut self, line: Line) -> usize {
        let index = self.lines.len();
        match line.parent {
            Some(parent) => self.lines[parent].children.push(index),
            None => self.roots.push(index),
        }
        self.lines.push(line);
        index
    }
}
