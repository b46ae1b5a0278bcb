//! On what, and beside what, something was measured.

use std::{fs, thread};

/// The machine and its load.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) load_before: String,
}

impl Machine {
    pub(super) fn now() -> Self {
        let described = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = described
            .lines()
            .find_map(|line| line.strip_prefix("model name"));
        let model = model.and_then(|rest| rest.split_once(':'));
        Self {
            processor: model.map_or("unknown", |(_, name)| name.trim()).to_owned(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            load_before: load(),
        }
    }

    /// The line below a table.
    pub(super) fn measured(&self, load_after: &str) -> String {
        let Self {
            processor,
            cores,
            load_before,
        } = self;
        format!(
            "Measured on {cores} cores ({processor}); load of the machine {load_before} before, \
             {load_after} after."
        )
    }
}

/// The mean number of runnable processes in the last minute, where the system tells.
pub(super) fn load() -> String {
    let said = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    said.split(' ')
        .next()
        .filter(|load| !load.is_empty())
        .unwrap_or("unknown")
        .to_owned()
}
