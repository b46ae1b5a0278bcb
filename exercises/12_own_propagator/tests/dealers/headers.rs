//! What a propagator makes of headers, sensible or not.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use opentelemetry::{Context, propagation::TextMapPropagator, trace::TraceContextExt};
use testkit::{Code, Diagnosis, Fact};

const SEED: u64 = 20_261_123;

/// A header that was misread: what it means, and what was read; none is no span at all.
pub(crate) type Complaint = (String, Option<String>, Option<String>);

/// Which headers the propagator misreads; none is best.
pub(crate) fn complaints(propagator: &dyn TextMapPropagator) -> Vec<Complaint> {
    println!("seed {SEED}");
    let mut found = Vec::new();
    let mut written = HashMap::new();
    propagator.inject_context(&Context::new(), &mut written);
    if let Some(header) = written.remove("dealer-context") {
        found.push((header, None, Some("written for no span".to_owned())));
    }
    for bytes in many() {
        let (header, means) = (URL_SAFE_NO_PAD.encode(&bytes), meaning(&bytes));
        let alone = [("dealer-context", &*header)];
        let garbled = [("dealer-context", &*header), ("traceparent", "00-garbled")];
        for headers in [&alone[..], &garbled] {
            let read = read(propagator, headers);
            if read != means {
                found.push((header.clone(), means.clone(), read));
            }
        }
    }
    found
}

/// The worst of them as a diagnosis.
pub(crate) fn first(complaints: &[Complaint]) -> Fact {
    let invented = |complaint: &&Complaint| complaint.2.is_some();
    let Some(worst) = complaints.iter().find(invented).or(complaints.first()) else {
        return Ok(());
    };
    let (header, means, read) = worst;
    let (code, how) = match read {
        Some(_) => (
            Code::ForgedParent,
            "is believed to say whose trace a request is",
        ),
        None => (
            Code::LostContext,
            "says whose trace a request is, and is not understood",
        ),
    };
    let told = |ids: &Option<String>| ids.clone().unwrap_or("no span".to_owned());
    let mut diagnosis = Diagnosis::new(code, format!("`dealer-context: {header}` {how}"));
    (diagnosis.expected, diagnosis.actual) = (Some(told(means)), Some(told(read)));
    diagnosis.count = complaints.len();
    Err(Box::new(diagnosis))
}

/// Trace and span of another process; none where no span was found.
fn read(propagator: &dyn TextMapPropagator, headers: &[(&str, &str)]) -> Option<String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let carrier: HashMap<_, _> = headers.iter().map(owned).collect();
    let context = propagator.extract_with_context(&Context::new(), &carrier);
    let span = context.span();
    let span = span.span_context();
    let whose = if span.is_remote() {
        ""
    } else {
        ", of this process"
    };
    context
        .has_active_span()
        .then(|| format!("{}-{}{whose}", span.trace_id(), span.span_id()))
}

/// What the bytes of a header mean, as the chapter has it.
fn meaning(bytes: &[u8]) -> Option<String> {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let known = match bytes.first()? {
        0 | 255 => false,
        1 => bytes.len() == 26,
        _ => bytes.len() >= 26,
    };
    let there = known && bytes[1..17] != [0; 16] && bytes[17..25] != [0; 8];
    there.then(|| format!("{}-{}", hex(&bytes[1..17]), hex(&bytes[17..25])))
}

/// A good header in every version, of every length, with every byte changed; and noise.
fn many() -> Vec<Vec<u8>> {
    let good: Vec<u8> = (1..=26).collect();
    let versions = (0..=255).map(|version| [&[version], &good[1..]].concat());
    let lengths = (0..40).map(|length| good.iter().copied().cycle().take(length).collect());
    let newer = (20..40).map(|length| [&[2], &vec![7; length][..]].concat());
    let empty = [(1..17), (17..25), (1..25)].map(|range| {
        let mut bytes = good.clone();
        bytes[range].fill(0);
        bytes
    });
    let flags = (0..=255).map(|flags| [&good[..25], &[flags]].concat());
    let mut state = SEED;
    let mut noise = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    let random = (0..500).map(move |_| (0..noise() % 40).map(|_| noise()).collect());
    versions
        .chain(lengths)
        .chain(newer)
        .chain(empty)
        .chain(flags)
        .chain(random)
        .collect()
}
