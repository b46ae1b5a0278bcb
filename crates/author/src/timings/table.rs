//! The table of `docs/loop.md`.

use std::{fmt::Write as _, time::Duration};

use super::machine::{Machine, load};

/// One measurement and what it may take.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) what: String,
    pub(super) took: Duration,
    pub(super) budget: Duration,
}

/// What was compiled for an exercise that none before it needed.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) exercise: String,
    pub(super) packages: usize,
    pub(super) took: Duration,
}

const BETWEEN: &str = "
What each exercise adds to what those before it have compiled. While you read a report, the runner \
compiles the next one at the lowest priority, so that you wait for the rest of it at most.

| exercise | packages | took |
|---|---:|---:|
";

const ABOVE: &str = "# How long you wait

Written by `cargo author loop`: a fresh clone with an empty target folder and a filled registry \
cache, then ten saves of each exercise while `cargo workshop` watches; the median counts, and \
rebuilding is part of it.
";

/// The page.
pub(super) fn markdown(rows: &[Row], compiles: &[Compiled], machine: &Machine) -> String {
    let mut page = format!("{ABOVE}\n| from → to | took | budget | |\n|---|---:|---:|---|\n");
    for row in rows {
        let sign = if row.took > row.budget {
            "**over**"
        } else {
            "✓"
        };
        let (took, budget) = (seconds(row.took), seconds(row.budget));
        let _infallible = writeln!(page, "| {} | {took} | {budget} | {sign} |", row.what);
    }
    page.push_str(BETWEEN);
    for Compiled {
        exercise,
        packages,
        took,
    } in compiles
    {
        let took = seconds(*took);
        let _infallible = writeln!(page, "| `{exercise}` | {packages} | {took} |");
    }
    let _infallible = writeln!(page, "\n{}", machine.measured(&load()));
    page
}

fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..10 => format!("{:.2} s", duration.as_secs_f64()),
        _ => format!("{:.0} s", duration.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_its_budget_shows_as_over() {
        let row = |took| Row {
            what: "a → b".to_owned(),
            took: Duration::from_millis(took),
            budget: Duration::from_millis(500),
        };
        let compiled = Compiled {
            exercise: "tasks".to_owned(),
            packages: 3,
            took: Duration::from_millis(2_500),
        };
        let page = markdown(&[row(420), row(12_345)], &[compiled], &Machine::now());
        assert!(page.contains("| `tasks` | 3 | 2.50 s |\n"), "{page}");
        assert!(page.contains("| a → b | 0.42 s | 0.50 s | ✓ |\n"), "{page}");
        assert!(
            page.contains("| a → b | 12 s | 0.50 s | **over** |\n"),
            "{page}"
        );
    }
}
