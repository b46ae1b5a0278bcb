//! Places in a tree that is given as a list of depths, parents first.

/// Levels of a tree that are drawn before a name: a chain of ten thousand spans is a valid trace,
/// and no reader follows that many lines.
const DRAWN: usize = 24;

/// Where one row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Depth from 0, never more than one below the row before.
    pub depth: usize,
    /// Position among its siblings, from 1.
    pub position: usize,
    /// How many siblings there are, itself included.
    pub siblings: usize,
    /// Whether rows hang below it.
    pub has_children: bool,
    /// The lines that draw the tree before its name: `│  ├─ `.
    pub branch: String,
}

/// The places of rows with these depths.
pub(crate) fn places(depths: impl IntoIterator<Item = usize>) -> Vec<Place> {
    let depths = without_gaps(depths);
    let mut places: Vec<Place> = depths.iter().map(|depth| empty(*depth)).collect();
    number(&mut places);
    for index in 1..places.len() {
        let deeper = places[index].depth > places[index - 1].depth;
        places[index - 1].has_children = deeper;
    }
    draw(&mut places);
    places
}

fn empty(depth: usize) -> Place {
    Place {
        depth,
        position: 0,
        siblings: 0,
        has_children: false,
        branch: String::new(),
    }
}

/// A report may come from a file: a jump in depth must not become a jump in the drawing.
fn without_gaps(depths: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut limit = 0;
    let close = |depth: usize| {
        let depth = depth.min(limit);
        limit = depth + 1;
        depth
    };
    depths.into_iter().map(close).collect()
}

fn number(places: &mut [Place]) {
    let mut open: Vec<Vec<usize>> = Vec::new();
    for index in 0..places.len() {
        let depth = places[index].depth;
        while open.len() > depth + 1 {
            settle(places, open.pop());
        }
        if open.len() == depth {
            open.push(Vec::new());
        }
        open[depth].push(index);
    }
    while let Some(group) = open.pop() {
        settle(places, Some(group));
    }
}

fn settle(places: &mut [Place], group: Option<Vec<usize>>) {
    let group = group.unwrap_or_default();
    for (position, index) in group.iter().enumerate() {
        places[*index].position = position + 1;
        places[*index].siblings = group.len();
    }
}

fn draw(places: &mut [Place]) {
    let mut last: Vec<bool> = Vec::new();
    for place in places {
        last.truncate(place.depth);
        let is_last = place.position == place.siblings;
        if place.depth > 0 {
            let above = last.get(1..).unwrap_or_default();
            let far = above.len().saturating_sub(DRAWN);
            let start = if far > 0 { "…  " } else { "" };
            let lines = above[far..]
                .iter()
                .map(|last| if *last { "   " } else { "│  " });
            let own = if is_last { "└─ " } else { "├─ " };
            place.branch = std::iter::once(start).chain(lines).chain([own]).collect();
        }
        last.push(is_last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_are_drawn_to_the_last_sibling() {
        let branches: Vec<String> = places([0, 1, 2, 1, 2, 0])
            .into_iter()
            .map(|place| place.branch)
            .collect();
        assert_eq!(branches, ["", "├─ ", "│  └─ ", "└─ ", "   └─ ", ""]);
    }

    #[test]
    fn positions_and_children_are_counted() {
        let places = places([0, 1, 1, 2, 1, 0]);
        let counted: Vec<_> = places
            .iter()
            .map(|p| (p.position, p.siblings, p.has_children))
            .collect();
        assert_eq!(
            counted,
            [
                (1, 2, true),
                (1, 3, false),
                (2, 3, true),
                (1, 1, false),
                (3, 3, false),
                (2, 2, false)
            ]
        );
    }

    #[test]
    fn a_long_chain_is_drawn_at_its_near_end() {
        let last = places(0..10_000).pop().unwrap();
        assert_eq!(last.depth, 9_999);
        assert_eq!(last.branch, format!("…  {}└─ ", "   ".repeat(DRAWN)));
    }

    #[test]
    fn a_jump_in_depth_is_closed() {
        let depths: Vec<_> = places([7, usize::MAX, 0])
            .iter()
            .map(|place| place.depth)
            .collect();
        assert_eq!(depths, [0, 1, 0]);
    }
}
