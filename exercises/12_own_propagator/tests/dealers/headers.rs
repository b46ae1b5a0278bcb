//! What a propagator makes of headers, sensible or not.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt, TraceState},
};
use testkit::{Code, Diagnosis, Fact};

const SEED: u64 = 20_261_123;
/// How a complaint about what was written, and not read, begins.
const WRITTEN: &str = "written:";
/// How one ends about a span context that is not remote.
const OF_THIS_PROCESS: &str = ", of this process";

/// A header that was misread: what it means, and what was read; none is no span at all.
pub(crate) type Complaint = (String, Option<String>, Option<String>);

/// Which headers the propagator misreads; none is best.
pub(crate) fn complaints(propagator: &dyn TextMapPropagator) -> Vec<Complaint> {
    println!("seed {SEED}");
    let mut found = Vec::new();
    found.extend(written(propagator));
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

/// What is written for no span, and for one of each kind. Where nothing is written at all, the shape has
/// more to say.
fn written(propagator: &dyn TextMapPropagator) -> Vec<Complaint> {
    let write = |context: &Context| {
        let mut carrier = HashMap::new();
        propagator.inject_context(context, &mut carrier);
        carrier.remove("dealer-context")
    };
    let for_nobody = write(&Context::new());
    let for_nobody =
        for_nobody.map(|header| (header, None, Some(format!("{WRITTEN} for no span"))));
    let for_somebody = [0, 1].into_iter().filter_map(|flags| {
        let good: Vec<u8> = (1..=25).chain([flags]).collect();
        let trace = TraceId::from_bytes(*good[1..].first_chunk()?);
        let span = SpanId::from_bytes(*good[17..].first_chunk()?);
        let state = TraceState::default();
        let span = SpanContext::new(trace, span, TraceFlags::new(flags), true, state);
        let header = write(&Context::new().with_remote_span_context(span))?;
        let right = URL_SAFE_NO_PAD.encode(&good);
        let told = |header: &str| Some(format!("{WRITTEN} {}: {header}", described(header)));
        // The flags, which are in the last three digits, are seen where nobody may record.
        let digits = right.len() - 3;
        let differ = header.len() != right.len() || header.get(..digits) != right.get(..digits);
        differ.then(|| (header.clone(), told(&right), told(&header)))
    });
    for_nobody.into_iter().chain(for_somebody).collect()
}

/// What a header says of itself.
fn described(header: &str) -> String {
    match URL_SAFE_NO_PAD.decode(header).as_deref() {
        Ok([version, rest @ ..]) => format!("version {version}, {} bytes", 1 + rest.len()),
        Ok([]) => "no byte".to_owned(),
        Err(_) => "no base64".to_owned(),
    }
}

/// The worst of them as a diagnosis.
pub(crate) fn first(complaints: &[Complaint]) -> Fact {
    let invented = |complaint: &&Complaint| complaint.1.is_none();
    let Some(worst) = complaints.iter().find(invented).or(complaints.first()) else {
        return Ok(());
    };
    let (header, means, read) = worst;
    let told = |ids: &Option<String>| ids.clone().unwrap_or("no span".to_owned());
    let (code, how) = match (means, read.as_deref()) {
        (None, _) => (
            Code::ForgedParent,
            "is believed to say whose trace a request is",
        ),
        (_, None) => (
            Code::LostContext,
            "says whose trace a request is, and is not understood",
        ),
        (_, Some(read)) if read.starts_with(WRITTEN) => {
            (Code::LostContext, "is not what old dealers understand")
        }
        (_, Some(read)) if read.ends_with(OF_THIS_PROCESS) => (
            Code::LostContext,
            "is taken for a span of this process, and comes from another one",
        ),
        _ => (Code::LostContext, "is misread, in its ids or in its flags"),
    };
    let message = format!("`dealer-context: {header}` ({}) {how}", described(header));
    let mut diagnosis = Diagnosis::new(code, message);
    let (service, span) = match read
        .as_deref()
        .is_some_and(|read| read.starts_with(WRITTEN))
    {
        true => ("dealer-old", "GET /photos/{id}"),
        false => ("inventory", "GET /dealers/{dealer}/cars/{id}"),
    };
    (diagnosis.service, diagnosis.span) = (Some(service.to_owned()), Some(span.to_owned()));
    (diagnosis.expected, diagnosis.actual) = (Some(told(means)), Some(told(read)));
    diagnosis.count = complaints.len();
    Err(Box::new(diagnosis))
}

/// Trace, span and flags of another process; none where no span was found.
fn read(propagator: &dyn TextMapPropagator, headers: &[(&str, &str)]) -> Option<String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let carrier: HashMap<_, _> = headers.iter().map(owned).collect();
    let context = propagator.extract_with_context(&Context::new(), &carrier);
    let span = context.span();
    let span = span.span_context();
    let whose = if span.is_remote() {
        ""
    } else {
        OF_THIS_PROCESS
    };
    context.has_active_span().then(|| {
        let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags().to_u8());
        format!("{trace}-{id}, flags {flags:02x}{whose}")
    })
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
    // Of the flags, one bit is kept.
    there.then(|| {
        let (trace, span, flags) = (hex(&bytes[1..17]), hex(&bytes[17..25]), bytes[25] & 1);
        format!("{trace}-{span}, flags {flags:02x}")
    })
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
