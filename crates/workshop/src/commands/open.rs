//! `cargo workshop open`.

use std::{
    env,
    process::{Command, Stdio},
};

use course::Exercise;

use crate::{
    Problem,
    cli::{End, print},
    room::Room,
    run,
};

/// Opens the chapter and the last trace.
pub(crate) fn open(room: &Room, typed: &str) -> Result<End, Problem> {
    let exercise = room.pick(typed)?;
    print(&show(room, exercise));
    Ok(End::Passed)
}

/// Opens the addresses in a browser, and says them: there may be no browser here.
pub(crate) fn show(room: &Room, exercise: &Exercise) -> String {
    addresses(room, exercise)
        .iter()
        .map(|address| page(address))
        .collect()
}

/// Opens one address, and says it.
pub(crate) fn page(address: &str) -> String {
    let opened = browser().is_some_and(|browser| start(browser, address));
    let how = if opened {
        "opened"
    } else {
        "open it yourself:"
    };
    format!("   {how} {address}\n")
}

fn addresses(room: &Room, exercise: &Exercise) -> Vec<String> {
    let links = room.links();
    let mut addresses = vec![links.page(&exercise.page())];
    let runs = run::folders(&room.layout.runs(&exercise.slug));
    let records = runs
        .last()
        .map(|last| run::records(last))
        .unwrap_or_default();
    let trace = records.iter().find_map(|record| {
        let wrong = record
            .report
            .diagnoses
            .iter()
            .flat_map(|found| &found.spans);
        let mut wrong = wrong.map(|span| span.trace_id);
        wrong
            .find(|trace| record.trace_ids.contains(trace))
            .or(record.trace_ids.first().copied())
    });
    addresses.extend(trace.map(|id| format!("{}/trace/{id}", links.web)));
    addresses
}

fn browser() -> Option<String> {
    let set = env::var("BROWSER")
        .ok()
        .filter(|browser| !browser.is_empty());
    let usual = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    set.or_else(|| on_path(usual).then(|| usual.to_owned()))
}

/// Whether a program of that name can be found.
pub(crate) fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

fn start(browser: String, address: &str) -> bool {
    let mut command = Command::new(browser);
    command
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    // Reaped when it ends; a browser may run for days.
    std::thread::spawn(move || child.wait());
    true
}
