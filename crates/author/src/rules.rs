//! The course's rules that only read. Those that compile and run are in [`crate::runs`].

use crate::{Finding, Input};

mod book;
mod habits;
mod manifests;
mod regions;
mod rooms;
mod settings;
mod sizes;
mod source;
mod triple;
mod words;

/// One rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, for lists of tests.
    pub name: &'static str,
    /// What breaks it.
    pub check: fn(&Input) -> Vec<Finding>,
}

/// Every rule, the ones that explain most first.
pub const ALL: &[Rule] = &[
    Rule {
        name: "every_exercise_is_whole",
        check: triple::check,
    },
    Rule {
        name: "starter_and_solution_differ_in_the_gaps_only",
        check: regions::check,
    },
    Rule {
        name: "every_exercise_says_what_it_must",
        check: settings::check,
    },
    Rule {
        name: "rooms_import_only_what_they_may",
        check: rooms::check,
    },
    Rule {
        name: "every_package_opts_in_to_the_lints",
        check: manifests::check,
    },
    Rule {
        name: "functions_and_files_keep_their_size",
        check: sizes::check,
    },
    Rule {
        name: "tests_wait_without_sleeping",
        check: habits::check,
    },
    Rule {
        name: "the_book_leads_nobody_astray",
        check: book::check,
    },
    Rule {
        name: "texts_avoid_the_banned_words",
        check: words::check,
    },
];
