//! Trace and span ids: bytes inside, lower-case hex outside.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidId {
    /// Not the number of hex digits that the id has (32 for a trace, 16 for a span).
    Length,
    /// Something other than a hex digit.
    Digit,
    /// All zero, which W3C Trace Context calls invalid (section 3.2.2).
    Zero,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "the id has the wrong length",
            Self::Digit => "the id holds something that is not a hex digit",
            Self::Zero => "the id is all zero",
        })
    }
}

impl std::error::Error for InvalidId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// An id from its bytes.
            ///
            /// # Errors
            /// [`InvalidId::Length`] for any other number of bytes, [`InvalidId::Zero`] when all
            /// of them are zero.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidId> {
                let bytes: [u8; $bytes] = bytes.try_into().map_err(|_| InvalidId::Length)?;
                if bytes == [0; $bytes] { Err(InvalidId::Zero) } else { Ok(Self(bytes)) }
            }

            /// The bytes, most significant first, as they cross the wire.
            #[must_use]
            pub fn to_bytes(self) -> [u8; $bytes] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Hex digits in either case.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let mut bytes = [0; $bytes];
                if text.len() != 2 * $bytes {
                    return Err(InvalidId::Length);
                }
                for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    *byte = digit(pair[0])? << 4 | digit(pair[1])?;
                }
                Self::from_bytes(&bytes)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(
    /// The id that all spans of one trace share: 16 bytes, never all zero.
    TraceId,
    16
);
id!(
    /// The id of one span within its trace: 8 bytes, never all zero.
    SpanId,
    8
);

fn digit(byte: u8) -> Result<u8, InvalidId> {
    (byte as char)
        .to_digit(16)
        .map(|digit| digit as u8)
        .ok_or(InvalidId::Digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_prints_what_it_was_parsed_from_in_lower_case() {
        let id: TraceId = "0AF7651916CD43DD8448EB211C80319C".parse().unwrap();
        assert_eq!(id.to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(TraceId::from_bytes(&id.to_bytes()), Ok(id));
    }

    #[test]
    fn what_is_no_id_is_refused_with_its_reason() {
        assert_eq!("00".parse::<SpanId>(), Err(InvalidId::Length));
        assert_eq!("zz".repeat(8).parse::<SpanId>(), Err(InvalidId::Digit));
        assert_eq!("00".repeat(8).parse::<SpanId>(), Err(InvalidId::Zero));
        assert_eq!("é".repeat(8).parse::<SpanId>(), Err(InvalidId::Digit));
        assert_eq!(SpanId::from_bytes(&[1; 16]), Err(InvalidId::Length));
    }
}
