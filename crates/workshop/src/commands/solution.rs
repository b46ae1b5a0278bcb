//! `cargo workshop solution`.

use std::fs;

use similar::TextDiff;

use crate::{
    Problem,
    cli::{End, print},
    files,
    room::Room,
};

/// Where the solution is, and how the learner's files differ from it.
pub(crate) fn solution(room: &Room, typed: &str) -> Result<End, Problem> {
    let exercise = room.pick(typed)?;
    let theirs = room.layout.solutions().join(exercise.folder()).join("src");
    let found = files::below(&theirs).map_err(|error| Problem::file("read", &theirs, &error))?;
    let mut page = format!("The solution is in solutions/{}/src\n", exercise.folder());
    for file in found {
        let yours = exercise.dir.join("src").join(&file);
        let reference = theirs.join(&file);
        let new = fs::read_to_string(&reference);
        let new = new.map_err(|error| Problem::file("read", &reference, &error))?;
        // What is not there yet differs in every line.
        let old = fs::read_to_string(&yours).unwrap_or_default();
        let names = (
            format!("yours/{}", file.display()),
            format!("solution/{}", file.display()),
        );
        let diff = TextDiff::from_lines(&old, &new);
        let text = diff
            .unified_diff()
            .context_radius(2)
            .header(&names.0, &names.1)
            .to_string();
        page.push_str(&text);
    }
    page.push_str(&format!(
        "Its verdict: cargo workshop check --solution {}\n",
        exercise.slug
    ));
    print(&page);
    Ok(End::Passed)
}
