//! The cheapest way to give each row a column of its own.

/// For each row the column that it gets, at the least total cost (Kuhn and Munkres, in the form of
/// Jonker and Volgenant with shortest augmenting paths). There are at least as many columns as
/// rows; `cost` is row by row.
pub(super) fn cheapest(rows: usize, columns: usize, cost: &[i64]) -> Vec<usize> {
    debug_assert!(rows <= columns && cost.len() == rows * columns);
    let mut state = State {
        columns,
        cost,
        row_price: vec![0; rows + 1],
        column_price: vec![0; columns + 1],
        row_of: vec![0; columns + 1],
    };
    for row in 1..=rows {
        state.augment(row);
    }
    let mut chosen = vec![0; rows];
    for column in 1..=columns {
        if state.row_of[column] > 0 {
            chosen[state.row_of[column] - 1] = column - 1;
        }
    }
    chosen
}

/// Rows and columns count from 1; 0 means none.
struct State<'c> {
    columns: usize,
    cost: &'c [i64],
    row_price: Vec<i64>,
    column_price: Vec<i64>,
    row_of: Vec<usize>,
}

impl State<'_> {
    fn augment(&mut self, row: usize) {
        let mut least = vec![i64::MAX; self.columns + 1];
        let mut from = vec![0; self.columns + 1];
        let mut done = vec![false; self.columns + 1];
        self.row_of[0] = row;
        let mut at = 0;
        while self.row_of[at] != 0 {
            done[at] = true;
            let (next, step) = self.nearest(at, &mut least, &mut from, &done);
            self.raise(step, &mut least, &done);
            at = next;
        }
        while at != 0 {
            let before = from[at];
            self.row_of[at] = self.row_of[before];
            at = before;
        }
    }

    /// The column that is cheapest to reach, and by how much.
    fn nearest(
        &self,
        at: usize,
        least: &mut [i64],
        from: &mut [usize],
        done: &[bool],
    ) -> (usize, i64) {
        let row = self.row_of[at];
        let costs = &self.cost[(row - 1) * self.columns..row * self.columns];
        let (mut next, mut step) = (0, i64::MAX);
        for column in (1..=self.columns).filter(|column| !done[*column]) {
            let reduced = costs[column - 1] - self.row_price[row] - self.column_price[column];
            if reduced < least[column] {
                (least[column], from[column]) = (reduced, at);
            }
            if least[column] < step {
                (next, step) = (column, least[column]);
            }
        }
        (next, step)
    }

    fn raise(&mut self, step: i64, least: &mut [i64], done: &[bool]) {
        for column in 0..=self.columns {
            if done[column] {
                self.row_price[self.row_of[column]] += step;
                self.column_price[column] -= step;
            } else if least[column] != i64::MAX {
                least[column] -= step;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cheapest;

    /// Every way to choose, for comparison.
    fn by_force(
        rows: usize,
        columns: usize,
        cost: &[i64],
        row: usize,
        used: &mut Vec<bool>,
    ) -> i64 {
        if row == rows {
            return 0;
        }
        let mut best = i64::MAX;
        for column in 0..columns {
            if !used[column] {
                used[column] = true;
                let rest = by_force(rows, columns, cost, row + 1, used);
                best = best.min(cost[row * columns + column] + rest);
                used[column] = false;
            }
        }
        best
    }

    proptest::proptest! {
        #[test]
        fn no_other_choice_is_cheaper(
            rows in 0_usize..5,
            more in 0_usize..3,
            numbers in proptest::collection::vec(-20_i64..20, 40),
        ) {
            let columns = rows + more;
            let cost = &numbers[..rows * columns];
            let chosen = cheapest(rows, columns, cost);
            let total: i64 = chosen.iter().enumerate().map(|(row, column)| cost[row * columns + column]).sum();
            let mut distinct = chosen.clone();
            distinct.sort_unstable();
            distinct.dedup();
            proptest::prop_assert_eq!(distinct.len(), rows);
            proptest::prop_assert_eq!(total, by_force(rows, columns, cost, 0, &mut vec![false; columns]));
        }
    }
}
