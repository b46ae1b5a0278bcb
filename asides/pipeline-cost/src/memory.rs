//! How much memory a process has.

use std::fs;

/// What of this process is in memory, in KiB, where the system tells (Linux: `VmRSS`).
pub(crate) fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
