//! How an exercise is compiled without cargo: as cargo did it, but into a folder of its own, and with
//! one library in the place of all crates that it stands on.

use std::{
    collections::BTreeMap,
    env::consts::DLL_EXTENSION,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::record::Compile;
use crate::{Cancel, process::Group};

/// The crate that links them all.
const KIT: &str = "workshop_kit";

/// What is compiled, in this order.
#[derive(Debug)]
pub(super) struct Plan {
    /// The crates that stay, linked once.
    pub(super) kit: Compile,
    /// The exercise.
    pub(super) library: Compile,
    /// Its test, which is what is run.
    pub(super) test: Compile,
    pub(super) executable: PathBuf,
    /// The files of the crates that stay.
    pub(super) crates: Vec<PathBuf>,
}

impl Plan {
    /// Reads what cargo did for the library and its test, and writes what is compiled beside them.
    /// None where it was not done in the expected way, or `folder` cannot be written.
    pub(super) fn new(library: &Compile, test: &Compile, folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).ok()?;
        let own = library.option("--crate-name")?;
        let mut crates = stays(library, own);
        crates.append(&mut stays(test, own));
        let made = folder.join(format!("lib{own}{}.rlib", suffix(library)?));
        Some(Self {
            kit: kit(test, &crates, folder)?,
            library: elsewhere(library, folder)?,
            test: linked(elsewhere(test, folder)?, own, &made, folder)?,
            executable: folder.join(format!("verify{}", suffix(test)?)),
            crates: crates.into_values().collect(),
        })
    }
}

impl Compile {
    /// Compiles, in silence: whether it did.
    pub(super) fn run(&self, cancel: &Cancel) -> io::Result<bool> {
        let mut command = self.command();
        command.stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Group::start(&mut command, cancel)?
            .wait()
            .map(|status| status.success())
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

/// What cargo adds to the names of files.
fn suffix(compile: &Compile) -> Option<&str> {
    let mut words = compile.arguments.iter();
    words.find_map(|word| word.strip_prefix("extra-filename="))
}

/// The same, into `folder`, and without a word about style.
fn elsewhere(compile: &Compile, folder: &Path) -> Option<Compile> {
    let folder = folder.to_str()?;
    let mut compile = compile.clone();
    let place = compile
        .arguments
        .iter()
        .position(|word| word == "--out-dir")?
        + 1;
    folder.clone_into(compile.arguments.get_mut(place)?);
    for word in &mut compile.arguments {
        if word.starts_with("incremental=") {
            *word = format!("incremental={folder}/incremental");
        }
    }
    let quiet = ["--cap-lints", "allow"];
    compile.arguments.extend(quiet.map(str::to_owned));
    Some(compile)
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

/// The test, below a root of ours that asks for the kit; `made` is the exercise that it tests.
fn linked(mut test: Compile, own: &str, made: &Path, folder: &Path) -> Option<Compile> {
    let is_source = |word: &String| word.ends_with(".rs") && !word.starts_with('-');
    let place = test.arguments.iter().position(is_source)?;
    let source = test.folder.join(&test.arguments[place]);
    let root = folder.join("verify.rs");
    let lines = format!(
        "extern crate {KIT} as _;\n#[path = {:?}]\nmod verify;\n",
        source.to_str()?
    );
    fs::write(&root, lines).ok()?;
    root.to_str()?.clone_into(&mut test.arguments[place]);
    let of_own = format!("{own}=");
    for word in &mut test.arguments {
        if word.starts_with(&of_own) {
            *word = format!("{of_own}{}", made.to_str()?);
        }
    }
    let kit = folder.join(format!(
        "{}{KIT}.{DLL_EXTENSION}",
        std::env::consts::DLL_PREFIX
    ));
    let found_at = |folder: &str| format!("-Clink-arg=-Wl,-rpath,{folder}");
    let more = [
        "-Cprefer-dynamic".to_owned(),
        format!("--extern={KIT}={}", kit.to_str()?),
        found_at(folder.to_str()?),
        found_at(&standard_library(&test)?),
    ];
    test.arguments.extend(more);
    Some(test)
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
