//! What is in the carriers of messages.

use testkit::{
    Code, Diagnosis, Fact, Seen, about_span,
    facts::{in_gap, links_to_nothing},
};

/// The gap in which a carrier is written.
const SEALED: &str = "10.1";

/// What is sent, and linked to in this process, names its sender as the W3C says.
pub(crate) fn cross_nodes(seen: &Seen, sent: &[String]) -> Fact {
    links_to_nothing(seen, "count visit", "its envelope says `None`")?;
    let indexed = seen.named("index price");
    let linked = indexed.iter().all(|span| !span.links.is_empty());
    if !linked {
        return are_not_empty(seen, sent);
    }
    for span in [seen.named("publish price"), seen.named("send valuation")].concat() {
        let header = format!("00-{}-{}-01", span.trace_id, span.span_id);
        if !sent.iter().any(|line| line.contains(&header)) {
            let message = format!("what another node receives has no traceparent `{header}`");
            let lost = about_span(Code::LostContext, span, message);
            return Err(in_gap(lost, SEALED).into());
        }
    }
    Ok(())
}

/// Where calls lose their callers and links their senders, something was sent of both.
fn are_not_empty(seen: &Seen, sent: &[String]) -> Fact {
    let called = seen.named("price car");
    let lost = called.iter().any(|span| span.parent_span_id.is_none());
    if lost && !sent.iter().any(|line| line.contains("traceparent")) {
        let message = "the carriers are empty: no message says in which context it was sent";
        let empty = Diagnosis::new(Code::LostContext, message);
        return Err(in_gap(empty, SEALED).into());
    }
    Ok(())
}
