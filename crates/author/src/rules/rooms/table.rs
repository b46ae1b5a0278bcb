//! The table of `ARCHITECTURE.md`, as data.

use std::collections::{BTreeMap, BTreeSet};

/// What a room may import.
#[derive(Debug, Default)]
struct Row {
    everything: bool,
    always: BTreeSet<String>,
    for_tests: BTreeSet<String>,
}

/// Room by room, what it may import; exercises and solutions are a row each.
#[derive(Debug, Default)]
pub(super) struct Table(BTreeMap<String, Row>);

impl Table {
    /// Reads the rows `| rooms | imports |` below the heading "Who may import whom".
    pub(super) fn read(markdown: &str) -> Self {
        let section = markdown.split("## Who may import whom").nth(1);
        let rows = section
            .unwrap_or_default()
            .lines()
            .take_while(|line| !line.starts_with("## "));
        let cells: Vec<_> = rows.filter_map(two_cells).collect();
        let rooms: Vec<_> = cells.iter().flat_map(|(left, _)| names(left)).collect();
        let mut table = Self::default();
        for (left, right) in &cells {
            for room in names(left) {
                table.0.insert(room, row(right, &rooms));
            }
        }
        table
    }

    /// Whether there is a row for a room.
    pub(super) fn has(&self, room: &str) -> bool {
        self.0.contains_key(room)
    }

    /// Whether `room` may import `other`, for its tests only or always.
    pub(super) fn allows(&self, room: &str, other: &str, for_tests: bool) -> bool {
        self.0.get(room).is_some_and(|row| {
            // The test kit is nothing to build on, whatever "all" says.
            let all = row.everything && (other != "testkit" || for_tests);
            all || row.always.contains(other) || (for_tests && row.for_tests.contains(other))
        })
    }
}

fn two_cells(line: &str) -> Option<(&str, &str)> {
    let (left, right) = line.strip_prefix('|')?.strip_suffix('|')?.split_once('|')?;
    Some((left.trim(), right.trim()))
}

/// The rooms of a left cell: names in backticks, or the plain words for two folders.
fn names(cell: &str) -> Vec<String> {
    if cell.contains('`') {
        return quoted(cell);
    }
    ["exercises", "solutions"]
        .into_iter()
        .filter(|word| cell.contains(word))
        .map(str::to_owned)
        .collect()
}

fn quoted(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn row(cell: &str, rooms: &[String]) -> Row {
    let mut row = Row {
        everything: cell.contains("all of the above"),
        ..Row::default()
    };
    for part in cell.split(';') {
        let list = match part.contains("for their tests") {
            true => &mut row.for_tests,
            false => &mut row.always,
        };
        for name in quoted(part) {
            match name.strip_suffix('*') {
                Some(start) => {
                    list.extend(rooms.iter().filter(|room| room.starts_with(start)).cloned());
                }
                None => {
                    list.insert(name);
                }
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARCHITECTURE: &str = "## Who may import whom\n\n| room | may import |\n|---|---|\n\
        | `trace-model` | nothing of ours |\n| `trace-lab` | `trace-model` |\n\
        | `kit`, `book` | `trace-*`; nothing else |\n| `author` | all of the above |\n\
        | exercises, solutions | `telemetry`; `testkit` for their tests |\n\n## Next\n| `no` | `row` |\n";

    #[test]
    fn the_table_says_who_may_import_whom() {
        let table = Table::read(ARCHITECTURE);
        assert!(table.allows("trace-lab", "trace-model", false));
        assert!(!table.allows("trace-model", "trace-lab", false));
        assert!(table.allows("book", "trace-lab", false));
        assert!(table.allows("author", "kit", false));
        assert!(!table.has("no"));
    }

    #[test]
    fn the_test_kit_is_for_tests() {
        let table = Table::read(ARCHITECTURE);
        assert!(table.allows("exercises", "testkit", true));
        assert!(!table.allows("solutions", "testkit", false));
        assert!(!table.allows("author", "testkit", false));
        assert!(table.allows("author", "testkit", true));
    }
}
