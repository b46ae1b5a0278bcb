//! What the indexer records. Nothing to do in here.

use opentelemetry::{
    Context, KeyValue, TraceId,
    trace::{Link, SpanKind, TraceState},
};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, SamplingResult, ShouldSample};

/// A child is recorded if its parent is, and a root if anybody is whom it links to.
#[must_use]
pub fn as_its_publishers() -> Sampler {
    Sampler::ParentBased(Box::new(AnyLink))
}

// ANCHOR: sampler
/// Asked once, when a root begins; what is added later it never sees.
#[derive(Clone, Debug)]
struct AnyLink;

impl ShouldSample for AnyLink {
    fn should_sample(
        &self,
        _parent: Option<&Context>,
        _trace: TraceId,
        name: &str,
        _kind: &SpanKind,
        _attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let sampled = |link: &Link| link.span_context.is_sampled();
        let decision = match links.iter().any(sampled) {
            true => SamplingDecision::RecordAndSample,
            false => refuse(name, links.len()),
        };
        SamplingResult {
            decision,
            attributes: Vec::new(),
            trace_state: TraceState::NONE,
        }
    }
}
// ANCHOR_END: sampler

/// The report of a failed test shows what a service has printed.
fn refuse(name: &str, links: usize) -> SamplingDecision {
    eprintln!("sampler: `{name}` is not recorded: of {links} links at its start none is sampled");
    SamplingDecision::Drop
}
