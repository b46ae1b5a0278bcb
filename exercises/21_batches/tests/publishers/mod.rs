//! Whoever has published the messages of a batch, as its links say.

use std::collections::HashSet;

use testkit::{Code, Fact, Seen, TraceId, about_span};

/// A caller that is not sampled.
pub(crate) const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

/// No shape can say it: who is not sampled has published as well, and nobody else has a link.
pub(crate) fn are_those_of_the_batch(seen: &Seen) -> Fact {
    let mut batches = seen.named("process cars.offered");
    batches.sort_by_key(|batch| batch.start_unix_nano);
    // Where one is missing, the shape has more to say.
    let publishers: &[usize] = if batches.len() == 4 {
        &[6, 1, 1, 2]
    } else {
        &[]
    };
    for (batch, publishers) in batches.into_iter().zip(publishers) {
        let linked = batch.links.iter().map(|link| (link.trace_id, link.span_id));
        let linked: HashSet<_> = linked.collect();
        let is_unsampled = |(trace, _): &(TraceId, _)| UNSAMPLED.contains(&trace.to_string());
        let (code, message) = match (linked.len(), linked.iter().any(is_unsampled)) {
            (5, false) => (
                Code::MissingLink,
                "the batch has no link to the publisher that is not sampled: its car was indexed as well",
            ),
            (links, _) if links > *publishers => (
                Code::WrongLink,
                "the batch has a link to somebody who has published none of its messages",
            ),
            _ => continue,
        };
        let mut wrong = about_span(code, batch, message);
        wrong.expected = Some(format!("links: {publishers}"));
        wrong.actual = Some(format!("links: {}", linked.len()));
        return Err(wrong.into());
    }
    Ok(())
}
