//! An exercise and its test as one crate: the compiler starts once, and sees what has changed in both.
//!
//! The exercise's sources are copied, and its root ends with the test as a module. One crate sees more
//! than two do: what is private, and what only tests may use. So beside it library and test are checked
//! as cargo compiles them, on the other core, and a program counts only when both are in order.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
};

use course::Exercise;

use super::record::Compile;
use crate::{Cancel, files};

/// Where the exercise's root is, below its folder and below the copy's.
const ROOT: &str = "src/lib.rs";
/// What a root has for its own tests only, and a test of the exercise must not run.
const OWN_TESTS: [&str; 2] = ["cfg(test)", "#[test]"];

/// How an exercise and its test become one program.
#[derive(Debug)]
pub(super) struct Joined {
    /// The exercise's folder.
    exercise: PathBuf,
    copy: PathBuf,
    /// What the root ends with.
    ending: String,
    program: Compile,
    library: Compile,
    test: Compile,
}

impl Joined {
    /// Plans it in `folder`, from what cargo did for the library and for its test; `kit` is a library
    /// that the program is linked against. None where cargo did something else than expected.
    pub(super) fn new(
        exercise: &Exercise,
        [library, test]: [&Compile; 2],
        folder: &Path,
        kit: &str,
    ) -> Option<Self> {
        let own = library.option("--crate-name")?;
        let checks = folder.join("check");
        fs::create_dir_all(&checks).ok()?;
        let source = test.folder.join(test.source()?);
        let metadata = checks.join(format!("lib{own}{}.rmeta", library.suffix()?));
        let mut tested = test.elsewhere(&checks)?.only_checked();
        tested.replace_external(own, &metadata)?;
        Some(Self {
            exercise: exercise.dir.clone(),
            copy: folder.to_owned(),
            ending: format!(
                "\nextern crate self as {own};\nextern crate {kit} as _;\n#[path = {:?}]\nmod verify;\n",
                source.to_str()?
            ),
            program: as_one(test, library, folder)?,
            library: library.elsewhere(&checks)?.only_checked(),
            test: tested,
        })
    }

    /// How the program is compiled, for what is to be linked to it.
    pub(super) fn program(&mut self) -> &mut Compile {
        &mut self.program
    }

    /// Compiles the program: whether that, and each of the two by itself, is in order.
    ///
    /// # Errors
    /// When a source cannot be copied or the compiler not be started.
    pub(super) fn run(&self, cancel: &Cancel) -> io::Result<bool> {
        if !self.copy_sources()? {
            return Ok(false);
        }
        thread::scope(|scope| {
            let checked = scope.spawn(|| Ok(self.library.run(cancel)? && self.test.run(cancel)?));
            let made = self.program.run(cancel)?;
            let checked = checked.join().map_err(|_| io::Error::other("a panic"))?;
            checked.map(|checked: bool| made && checked)
        })
    }

    /// Copies the sources as they are now; not where some are for tests of their own.
    fn copy_sources(&self) -> io::Result<bool> {
        let (from, to) = (self.exercise.join("src"), self.copy.join("src"));
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        for file in files::below(&from)? {
            let content = fs::read(from.join(&file))?;
            let text = String::from_utf8_lossy(&content);
            if OWN_TESTS.iter().any(|own| text.contains(own)) {
                return Ok(false);
            }
            let place = to.join(&file);
            fs::create_dir_all(place.parent().unwrap_or(&to))?;
            fs::write(place, content)?;
        }
        let root = self.copy.join(ROOT);
        let text = fs::read_to_string(&root)?;
        fs::write(root, text + &self.ending)?;
        Ok(true)
    }
}

/// The test's compile with the exercise's root, name and places.
fn as_one(test: &Compile, library: &Compile, folder: &Path) -> Option<Compile> {
    let own = library.option("--crate-name")?;
    let mut compile = test.elsewhere(folder)?;
    let (copied, root) = (folder.join("src"), folder.join(ROOT));
    let root = root.to_str()?.to_owned();
    *compile.source_mut()? = root;
    *compile.option_mut("--crate-name")? = own.to_owned();
    compile.forget_external(own)?;
    let known = Path::new(library.source()?).parent()?;
    // Spans and panics tell of the learner's files, not of the copies.
    let places = format!("{}={}", copied.to_str()?, known.to_str()?);
    compile
        .arguments
        .extend(["--remap-path-prefix".to_owned(), places]);
    compile.silence();
    let name = "CARGO_CRATE_NAME".to_owned();
    compile.variables.insert(name, own.to_owned());
    Some(compile)
}
