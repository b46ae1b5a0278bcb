//! The critical path: which part of which span the whole tree waited for.

use trace_model::{Forest, NodeId};

/// For each node, by [`NodeId::index`], the stretches of time in which nothing else held its tree
/// up, latest first.
///
/// From the end of a root backwards: the child that finished last, at or before the moment in
/// question, is what was waited for; before it started, its parent was busy itself. A child that
/// outlives its parent counts up to the parent's end.
pub(crate) fn critical_path(forest: &Forest) -> Vec<Vec<(u64, u64)>> {
    let mut parts = vec![Vec::new(); forest.len()];
    for top in forest.roots().iter().flat_map(|root| tops(forest, *root)) {
        let end = forest.span(top).map(|span| span.end_unix_nano);
        // A stack instead of recursion: a chain of ten thousand spans is a valid trace.
        let mut open = Vec::from_iter(end.map(|end| (top, end)));
        while let Some((node, until)) = open.pop() {
            follow(forest, node, until, &mut parts, &mut open);
        }
    }
    parts
}

/// The root, or where it was never received the spans that name it as their parent.
fn tops(forest: &Forest, root: NodeId) -> Vec<NodeId> {
    let node = forest.node(root);
    if node.is_phantom() {
        node.children.clone()
    } else {
        vec![root]
    }
}

fn follow(
    forest: &Forest,
    node: NodeId,
    until: u64,
    parts: &mut [Vec<(u64, u64)>],
    open: &mut Vec<(NodeId, u64)>,
) {
    let Some(span) = forest.span(node) else {
        return;
    };
    let start = span.start_unix_nano;
    let mut cursor = until.min(span.end_unix_nano);
    let mut by_end: Vec<(u64, u64, NodeId)> = forest
        .node(node)
        .children
        .iter()
        .filter_map(|child| forest.span(*child).map(|span| (span, *child)))
        .map(|(child, id)| (child.end_unix_nano.min(cursor), child.start_unix_nano, id))
        .filter(|(end, begin, _)| *begin >= start && begin < end)
        .collect();
    by_end.sort_unstable_by(|a, b| b.cmp(a));
    for (end, begin, child) in by_end {
        if end > cursor {
            continue;
        }
        if end < cursor {
            parts[node.index()].push((end, cursor));
        }
        open.push((child, end));
        cursor = begin;
    }
    if start < cursor {
        parts[node.index()].push((start, cursor));
    }
}

/// Nanoseconds of a span during which none of its children ran.
pub(crate) fn self_time(forest: &Forest, node: NodeId) -> u64 {
    let Some(span) = forest.span(node) else {
        return 0;
    };
    let (start, end) = (
        span.start_unix_nano,
        span.end_unix_nano.max(span.start_unix_nano),
    );
    let clip = |time: u64| time.clamp(start, end);
    let mut covered_to = start;
    let mut covered = 0;
    // Children are in order of start time, so one sweep joins those that overlap.
    for child in forest
        .node(node)
        .children
        .iter()
        .filter_map(|child| forest.span(*child))
    {
        let from = clip(child.start_unix_nano).max(covered_to);
        let to = clip(child.end_unix_nano);
        covered += to.saturating_sub(from);
        covered_to = covered_to.max(to);
    }
    end - start - covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace_model::{Span, SpanId, TraceId};

    fn span(id: u8, parent: Option<u8>, start: u64, end: u64) -> Span {
        let span_id = |id: u8| SpanId::from_bytes(&[id; 8]).unwrap();
        let trace = TraceId::from_bytes(&[1; 16]).unwrap();
        let mut span = Span::new(trace, span_id(id), "s", "n");
        span.parent_span_id = parent.map(span_id);
        (span.start_unix_nano, span.end_unix_nano) = (start, end);
        span
    }

    fn path_of(spans: Vec<Span>) -> Vec<(u8, Vec<(u64, u64)>)> {
        let forest = Forest::new(spans);
        let parts = critical_path(&forest);
        let ids = forest
            .ids()
            .map(|id| (forest.node(id).span_id.to_bytes()[0], id.index()));
        ids.map(|(id, index)| (id, parts[index].clone())).collect()
    }

    #[test]
    fn of_two_children_side_by_side_the_longer_one_is_waited_for() {
        let path = path_of(vec![
            span(1, None, 1, 100),
            span(2, Some(1), 10, 60),
            span(3, Some(1), 10, 90),
        ]);
        assert_eq!(
            path,
            [
                (1, vec![(90, 100), (1, 10)]),
                (2, vec![]),
                (3, vec![(10, 90)])
            ]
        );
    }

    #[test]
    fn a_child_that_ends_where_the_next_begins_is_on_the_path() {
        let path = path_of(vec![
            span(1, None, 1, 50),
            span(2, Some(1), 1, 20),
            span(3, Some(1), 20, 50),
        ]);
        assert_eq!(path, [(1, vec![]), (2, vec![(1, 20)]), (3, vec![(20, 50)])]);
    }

    #[test]
    fn a_child_that_outlives_its_parent_counts_up_to_the_parents_end() {
        let path = path_of(vec![span(1, None, 1, 50), span(2, Some(1), 10, 500)]);
        assert_eq!(path, [(1, vec![(1, 10)]), (2, vec![(10, 50)])]);
    }

    #[test]
    fn overlapping_children_are_not_counted_twice() {
        let forest = Forest::new(vec![
            span(1, None, 100, 200),
            span(2, Some(1), 110, 150),
            span(3, Some(1), 120, 160),
            span(4, Some(1), 190, 900),
        ]);
        assert_eq!(self_time(&forest, forest.roots()[0]), 40);
    }
}
