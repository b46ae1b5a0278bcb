//! The ways in which a pipeline can be traced, or not.

use traced_envelope::Relation;

/// How an event goes through the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// As it is.
    Plain,
    /// In an envelope, and nobody makes a span.
    Carried,
    /// Each stage makes a span, below that of the stage before.
    Children { sampled: bool },
    /// Each stage makes a span of its own trace, with a link to that of the stage before.
    Links { sampled: bool },
}

impl Way {
    pub(crate) const ALL: [Self; 6] = [
        Self::Plain,
        Self::Carried,
        Self::Children { sampled: false },
        Self::Links { sampled: false },
        Self::Children { sampled: true },
        Self::Links { sampled: true },
    ];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Carried => "carried",
            Self::Children { sampled: true } => "children",
            Self::Children { sampled: false } => "children-unsampled",
            Self::Links { sampled: true } => "links",
            Self::Links { sampled: false } => "links-unsampled",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// What it is, in words.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Plain => "plain, untraced",
            Self::Carried => "each event carries a context, and nobody makes a span",
            Self::Children { sampled: false } => "a child span a stage, unsampled",
            Self::Links { sampled: false } => "a span with a link a stage, unsampled",
            Self::Children { sampled: true } => "a child span a stage, recorded",
            Self::Links { sampled: true } => "a span with a link a stage, recorded",
        }
    }

    /// What a stage's span is to that of the stage before.
    pub(crate) fn relation(self) -> Relation {
        match self {
            Self::Links { .. } => Relation::Link,
            _ => Relation::Child,
        }
    }

    /// Whether the dealer's context, with which all begins, is sampled.
    pub(crate) fn is_sampled(self) -> bool {
        !matches!(
            self,
            Self::Children { sampled: false } | Self::Links { sampled: false }
        )
    }

    /// How many spans are recorded of so many events.
    pub(crate) fn recorded(self, events: u64, stages: u64) -> u64 {
        match self {
            Self::Children { sampled: true } | Self::Links { sampled: true } => events * stages,
            _ => 0,
        }
    }
}
