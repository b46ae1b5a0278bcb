//! A waterfall.

use trace_model::{Forest, NodeId};

use super::{foreign, table};
use crate::{label, tree};

/// `<trace-view>`: every tree of the forest with its bars on one common clock.
#[must_use]
pub fn forest(forest: &Forest, caption: &str) -> String {
    let nodes: Vec<(NodeId, usize)> = forest
        .roots()
        .iter()
        .flat_map(|root| forest.walk(*root))
        .collect();
    let places = tree::places(nodes.iter().map(|(_, depth)| *depth));
    let rows: String = nodes
        .iter()
        .zip(&places)
        .map(|((id, _), place)| line(forest, *id, place))
        .collect();
    table::treegrid("trace-view", caption, &["Span", "Duration"], &rows)
}

fn line(forest: &Forest, id: NodeId, place: &tree::Place) -> String {
    let row = table::row(place, "tv-row");
    match forest.span(id) {
        Some(span) => format!(
            "{row}<td class=\"tv-name\">{} {}</td><td>{}</td></tr>",
            foreign(span.service()),
            foreign(&span.name),
            label::duration(span.duration_nano()),
        ),
        None => format!(
            "{row}<td class=\"tv-name\">{} never received</td><td></td></tr>",
            forest.node(id).span_id
        ),
    }
}
