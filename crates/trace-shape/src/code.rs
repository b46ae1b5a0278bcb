//! The closed list of what can be wrong.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What is wrong with a trace, or with the code that made it. The names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name, such as `lost-context`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    /// Expected under a parent, found as the root of another trace.
    LostContext = "lost-context",
    /// In the right trace, under another parent.
    WrongParent = "wrong-parent",
    /// A root of its own that links to the span that should be its parent.
    LinkInsteadOfParent = "link-instead-of-parent",
    /// A child of the span that it should only link to.
    ParentInsteadOfLink = "parent-instead-of-link",
    /// The link is absent.
    MissingLink = "missing-link",
    /// The link goes to another span.
    WrongLink = "wrong-link",
    /// The link is there twice.
    DuplicateLink = "duplicate-link",
    /// What should be separate traces is one.
    FalseJoin = "false-join",
    /// A span lasts longer than what it stands for.
    Stretched = "stretched",
    /// Nothing like it was received, and no child names it as parent.
    MissingSpan = "missing-span",
    /// Others name it as their parent, or it was seen to end, but it was not received.
    NeverExported = "never-exported",
    /// Seen to start, not to end.
    NeverEnded = "never-ended",
    /// Received, not in the shape, and no moved member of it.
    UnexpectedSpan = "unexpected-span",
    /// Too few or too many of a multiplicity.
    WrongCount = "wrong-count",
    /// Siblings of a `seq` not in start order.
    WrongOrder = "wrong-order",
    /// The right span with another name.
    WrongName = "wrong-name",
    /// An id, or another unbounded value, in a span name.
    IdInName = "id-in-name",
    /// The right span from another service.
    WrongService = "wrong-service",
    /// The right span of another kind.
    WrongKind = "wrong-kind",
    /// The right span with another status.
    WrongStatus = "wrong-status",
    /// The right span with an attribute absent or of another value.
    WrongAttribute = "wrong-attribute",
    /// The right span without an event that it must have.
    MissingEvent = "missing-event",
    /// The same span id twice with other content.
    DuplicateSpan = "duplicate-span",
    /// The pipeline lost spans.
    DroppedSpans = "dropped-spans",
    /// Baggage or ids went where they must not.
    LeakedBaggage = "leaked-baggage",
    /// An untrusted parent was believed.
    ForgedParent = "forged-parent",
    /// Over the overhead budget.
    TooExpensive = "too-expensive",
    /// The code answered wrongly, whatever its trace.
    WrongAnswer = "wrong-answer",
    /// The code panicked, aborted or ended its process.
    Panicked = "panicked",
    /// The code did not finish within the limit.
    TimedOut = "timed-out",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no [`Code`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCode(pub String);

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no diagnosis code `{}`", self.0)
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.iter().find(|code| code.as_str() == name);
        found.copied().ok_or_else(|| UnknownCode(name.to_owned()))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
