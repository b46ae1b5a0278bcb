//! The header `traceparent`: version, trace id, span id and flags, in lower-case hexadecimal.

use opentelemetry::{
    SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceState},
};

/// The flags that version 00 knows: sampled, and (since level 2) a random trace id.
const KNOWN_FLAGS: TraceFlags = TraceFlags::new(0b11);
/// The length of a header of version 00.
const LENGTH: usize = 55;

/// Whose child a span becomes: ids that are valid, and flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Parent {
    trace: TraceId,
    span: SpanId,
    flags: TraceFlags,
}

impl Parent {
    /// The parent that a span context stands for; none if one of its ids is invalid.
    pub(crate) fn of(context: &SpanContext) -> Option<Self> {
        context.is_valid().then(|| Self {
            trace: context.trace_id(),
            span: context.span_id(),
            flags: context.trace_flags() & KNOWN_FLAGS,
        })
    }

    /// Reads a header; none if it is not exactly what the specification says.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let (fields, more) = header.as_bytes().split_first_chunk::<LENGTH>()?;
        let version = hex(&fields[..2])?;
        let dashes = [2, 35, 52].iter().all(|&at| fields[at] == b'-');
        // A later version may say more, behind another dash. Version ff is none.
        let ends = match version {
            0 => more.is_empty(),
            255 => false,
            _ => matches!(more, [] | [b'-', ..]),
        };
        let (trace, span, flags) = (
            hex(&fields[3..35])?,
            hex(&fields[36..52])?,
            hex(&fields[53..])?,
        );
        let context = SpanContext::new(
            TraceId::from(trace),
            SpanId::from(u64::try_from(span).ok()?),
            TraceFlags::new(u8::try_from(flags).ok()?),
            true,
            TraceState::NONE,
        );
        (dashes && ends).then(|| Self::of(&context)).flatten()
    }

    /// The header, in version 00.
    pub(crate) fn header(self) -> String {
        let Self { trace, span, flags } = self;
        format!("00-{trace}-{span}-{:02x}", flags.to_u8())
    }

    /// The span context of a span of somebody else.
    pub(crate) fn remote(self, state: TraceState) -> SpanContext {
        SpanContext::new(self.trace, self.span, self.flags, true, state)
    }

    pub(crate) fn is_sampled(self) -> bool {
        self.flags.is_sampled()
    }
}

/// A number of at most 32 digits; capital letters are not allowed.
fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn again(header: &str) -> Option<String> {
        Parent::parse(header).map(Parent::header)
    }

    #[test]
    fn a_header_comes_back_as_it_was() {
        assert_eq!(again(GOOD).as_deref(), Some(GOOD));
        let unsampled = GOOD.replace("-01", "-00");
        assert_eq!(again(&unsampled), Some(unsampled));
    }

    #[test]
    fn the_flag_of_a_random_trace_id_stays_and_unknown_flags_go() {
        let random = GOOD.replace("-01", "-03");
        assert_eq!(again(&random), Some(random.clone()));
        assert_eq!(again(&GOOD.replace("-01", "-ff")), Some(random));
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_is_known() {
        let later = GOOD.replacen("00", "cc", 1);
        assert_eq!(again(&later).as_deref(), Some(GOOD));
        assert_eq!(again(&format!("{later}-what-comes")).as_deref(), Some(GOOD));
        assert_eq!(again(&format!("{later}.what-comes")), None);
    }

    #[test]
    fn what_is_malformed_is_nobody() {
        let zero_trace = GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32));
        let zero_span = GOOD.replace("00f067aa0ba902b7", &"0".repeat(16));
        let malformed = [
            "",
            "00",
            "garbage",
            &GOOD[..54],
            &GOOD.to_uppercase(),
            &GOOD.replacen("00", "ff", 1),
            &GOOD.replace('-', "_"),
            &format!("{GOOD}-"),
            &format!(" {GOOD}"),
            &format!("{}\u{e9}", &GOOD[..53]),
            &zero_trace,
            &zero_span,
        ];
        for header in malformed {
            assert_eq!(again(header), None, "{header}");
        }
    }
}
