//! Components that a test needs: one that is missing is a skip that can be seen, or, where
//! `WORKSHOP_REQUIRE` names it, a failure.

use std::{
    env,
    io::{self, Write},
};

/// The variable that names the components that must be there, separated by commas.
pub const REQUIRE: &str = "WORKSHOP_REQUIRE";

/// Whether `component` is there, as `probe` says. Where it is not, the line that says so and how to
/// install it goes past libtest's capture: a skip that nobody sees is a lie.
///
/// ```
/// let probe = || std::process::Command::new("true").status().is_ok();
/// if !testkit::need("true", "apt-get install coreutils", probe) {
///     return;
/// }
/// ```
///
/// # Panics
/// When it is missing and `WORKSHOP_REQUIRE` names it.
#[must_use]
pub fn need(component: &str, install: &str, probe: impl FnOnce() -> bool) -> bool {
    let Err(missing) = check(component, install, probe) else {
        return true;
    };
    let _ = writeln!(io::stderr(), "skipped: {missing}");
    false
}

/// The line about a missing component.
pub(crate) fn check(
    component: &str,
    install: &str,
    probe: impl FnOnce() -> bool,
) -> Result<(), String> {
    if probe() {
        return Ok(());
    }
    let required = env::var(REQUIRE).unwrap_or_default();
    assert!(
        !names(&required, component),
        "{component} is missing, and {REQUIRE} demands it: {install}"
    );
    Err(format!("{component} is missing: {install}"))
}

fn names(list: &str, component: &str) -> bool {
    list.split(',').any(|name| name.trim() == component)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_list_names_whole_components() {
        assert!(names("docker, nats", "nats"));
        assert!(!names("nats-server", "nats"));
        assert!(!names("", "nats"));
    }
}
