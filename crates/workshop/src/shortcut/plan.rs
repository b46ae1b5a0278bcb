//! How an exercise is compiled without cargo: as cargo did it, but into a folder of its own, and with
//! one library in the place of all crates that it stands on.

use std::{
    collections::BTreeMap,
    env::consts::{DLL_EXTENSION, DLL_PREFIX},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use course::Exercise;

use super::{joined::Joined, record::Compile};
use crate::Cancel;

/// The crate that links them all.
const KIT: &str = "workshop_kit";

/// What is compiled.
#[derive(Debug)]
pub(super) struct Plan {
    /// The crates that stay, linked once.
    pub(super) kit: Compile,
    /// The exercise with its test.
    pub(super) joined: Joined,
    pub(super) executable: PathBuf,
    /// The files of the crates that stay.
    pub(super) crates: Vec<PathBuf>,
}

impl Plan {
    /// Reads what cargo did for an exercise's library and its test, and plans all in `folder`.
    /// None where it was not done in the expected way, or `folder` cannot be written.
    pub(super) fn new(
        exercise: &Exercise,
        [library, test]: [&Compile; 2],
        folder: &Path,
    ) -> Option<Self> {
        fs::create_dir_all(folder).ok()?;
        let own = library.option("--crate-name")?;
        let mut crates = stays(library, own);
        crates.append(&mut stays(test, own));
        let mut joined = Joined::new(exercise, [library, test], folder, KIT)?;
        link(joined.program(), folder)?;
        Some(Self {
            kit: kit(test, &crates, folder)?,
            joined,
            executable: folder.join(format!("{own}{}", test.suffix()?)),
            crates: crates.into_values().collect(),
        })
    }

    /// Compiles the exercise against the kit as it is: whether it is in order.
    pub(super) fn build(&self, cancel: &Cancel) -> bool {
        self.joined.run(cancel).unwrap_or(false)
    }

    /// Links the kit, and compiles the exercise.
    pub(super) fn build_all(&self, cancel: &Cancel) -> bool {
        self.kit.run(cancel).unwrap_or(false) && self.build(cancel)
    }
}

/// The crates that a compile uses, without the exercise's own and without those that only the
/// compiler itself runs. For a library cargo names their metadata; the rest lies beside it.
fn stays(compile: &Compile, own: &str) -> BTreeMap<String, PathBuf> {
    let words = compile.arguments.windows(2);
    let named = words.filter(|pair| pair[0] == "--extern");
    let named = named.filter_map(|pair| pair[1].split_once('='));
    let found = named.filter(|(name, _)| *name != own);
    let found = found.map(|(name, path)| (name.to_owned(), Path::new(path).with_extension("rlib")));
    found.filter(|(_, path)| path.is_file()).collect()
}

/// One library out of all crates.
fn kit(test: &Compile, crates: &BTreeMap<String, PathBuf>, folder: &Path) -> Option<Compile> {
    let root = folder.join(format!("{KIT}.rs"));
    let lines = crates
        .keys()
        .map(|name| format!("pub extern crate {name};\n"));
    fs::write(&root, lines.collect::<String>()).ok()?;
    let words = [
        "--crate-name",
        KIT,
        "--crate-type=dylib",
        "--edition=2024",
        "-Cprefer-dynamic",
        "-Cstrip=symbols",
        "--cap-lints=allow",
        "--out-dir",
        folder.to_str()?,
        root.to_str()?,
    ];
    let mut arguments: Vec<String> = words.map(str::to_owned).into();
    if cfg!(target_os = "linux") {
        // Its functions call each other without a lookup: a program starts in 3 ms instead of 15.
        arguments.push("-Clink-arg=-Wl,-Bsymbolic-functions".to_owned());
    }
    let searched = test.arguments.windows(2).filter(|pair| pair[0] == "-L");
    arguments.extend(searched.flatten().cloned());
    for (name, path) in crates {
        arguments.extend(["--extern".to_owned(), format!("{name}={}", path.to_str()?)]);
    }
    Some(Compile {
        arguments,
        ..test.clone()
    })
}

/// Has the kit linked to a program, in the place of what is in it.
fn link(program: &mut Compile, folder: &Path) -> Option<()> {
    let kit = folder.join(format!("{DLL_PREFIX}{KIT}.{DLL_EXTENSION}"));
    let found_at = |folder: &str| format!("-Clink-arg=-Wl,-rpath,{folder}");
    let more = [
        "-Cprefer-dynamic".to_owned(),
        format!("--extern={KIT}={}", kit.to_str()?),
        found_at(folder.to_str()?),
        found_at(&standard_library(program)?),
    ];
    program.arguments.extend(more);
    Some(())
}

/// The folder of the standard library.
fn standard_library(compile: &Compile) -> Option<String> {
    let mut asked = Command::new(&compile.program);
    asked
        .args(["--print", "target-libdir"])
        .stdin(Stdio::null());
    let said = asked.output().ok()?.stdout;
    Some(String::from_utf8(said).ok()?.trim().to_owned())
}
