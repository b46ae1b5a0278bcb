//! A component that is missing: a visible skip, or a failure where it is required.

use std::{
    env,
    io::{self, Write},
};

/// A component that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its name in `WORKSHOP_REQUIRE`.
    pub component: &'static str,
    /// What was tried and how it failed.
    pub why: String,
    /// The command that brings it.
    pub repair: String,
}

/// What was found; or none, after saying why `test` is skipped.
///
/// # Panics
/// When the component is missing and `WORKSHOP_REQUIRE` names it.
pub fn or_skip<T>(test: &str, found: Result<T, Missing>) -> Option<T> {
    let required = env::var("WORKSHOP_REQUIRE").unwrap_or_default();
    match found {
        Ok(found) => Some(found),
        Err(missing) if names(&required, missing.component) => {
            panic!("{test} needs {}", said(&missing))
        }
        Err(missing) => {
            // Not `eprintln!`: the test runner would keep that to itself.
            let line = format!("skipped: {test} needs {}\n", said(&missing));
            let _unseen = io::stderr().write_all(line.as_bytes());
            None
        }
    }
}

fn said(missing: &Missing) -> String {
    let Missing {
        component,
        why,
        repair,
    } = missing;
    format!("{component}: {why}\n    to have it: {repair}")
}

fn names(required: &str, component: &str) -> bool {
    required.split(',').any(|name| name.trim() == component)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_its_components() {
        assert!(names("docker, jaeger", "jaeger"));
        assert!(!names("dockerfile", "docker"));
        assert!(!names("", "docker"));
    }

    #[test]
    fn a_missing_component_is_said_with_the_command_that_brings_it() {
        let missing = Missing {
            component: "docker",
            why: "no engine answers".to_owned(),
            repair: "apt-get install docker.io".to_owned(),
        };
        assert_eq!(
            said(&missing),
            "docker: no engine answers\n    to have it: apt-get install docker.io"
        );
    }
}
