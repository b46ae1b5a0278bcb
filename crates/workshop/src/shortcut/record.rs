//! cargo starts this program in the place of the compiler, and so tells how it compiles an exercise.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs, io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use serde::{Deserialize, Serialize};

use crate::files;

/// Where to record, for the program that cargo starts.
const FOLDER: &str = "WORKSHOP_RECORD";

/// One start of the compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Compile {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    /// What cargo tells about the package, for `env!`.
    pub(super) variables: BTreeMap<String, String>,
    pub(super) folder: PathBuf,
}

impl Compile {
    /// Reads what was recorded; none where nothing was, or nothing that can be read.
    pub(super) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(&self.variables)
            .current_dir(&self.folder);
        command
    }

    /// The value of an option that stands as a word of its own, such as `--out-dir`.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let mut pairs = self.arguments.windows(2);
        pairs
            .find(|pair| pair[0] == name)
            .map(|pair| pair[1].as_str())
    }

    fn this(mut words: impl Iterator<Item = OsString>) -> Option<Self> {
        let text = |word: OsString| word.into_string().ok();
        let variables = env::vars().filter(|(name, _)| name.starts_with("CARGO"));
        Some(Self {
            program: words.next().and_then(text)?,
            arguments: words.map(text).collect::<Option<_>>()?,
            variables: variables.collect(),
            folder: env::current_dir().ok()?,
        })
    }
}

/// Has cargo record how it compiles the packages that it was asked for: one file a crate, in `folder`.
/// Whoever wraps the compiler already goes on with that, and nothing is recorded.
pub(crate) fn ask(command: &mut Command, folder: &Path) {
    let program = env::current_exe().ok();
    if let Some(program) = program.filter(|_| env::var_os("RUSTC_WRAPPER").is_none()) {
        command.env("RUSTC_WRAPPER", program).env(FOLDER, folder);
    }
}

/// Where cargo has started this program as the compiler: records that, and becomes the compiler.
pub(crate) fn if_asked() -> Option<ExitCode> {
    let folder = PathBuf::from(env::var_os(FOLDER)?);
    // The compilers that cargo starts only to ask them something tell of no package.
    if env::var_os("CARGO_PRIMARY_PACKAGE").is_some() {
        // Nothing recorded is only slower.
        let _ = Compile::this(env::args_os().skip(1)).map(|compile| keep(&compile, &folder));
    }
    let mut words = env::args_os().skip(1);
    let error = match words.next() {
        Some(program) => Command::new(program).args(words).env_remove(FOLDER).exec(),
        None => io::Error::other("no compiler was named"),
    };
    eprintln!("the compiler could not be started: {error}");
    Some(ExitCode::from(2))
}

fn keep(compile: &Compile, folder: &Path) {
    let name = compile.option("--crate-name");
    let text = serde_json::to_vec(compile);
    if let (Some(name), Ok(text)) = (name, text) {
        // As above.
        let _ = files::write(&folder.join(format!("{name}.json")), &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let words = ["rustc", "--crate-name", "verify", "--out-dir", "a folder"];
        let compile = Compile::this(words.iter().map(OsString::from)).unwrap();
        keep(&compile, folder.path());
        let read = Compile::read(&folder.path().join("verify.json")).unwrap();
        assert_eq!(read, compile);
        assert_eq!(read.option("--out-dir"), Some("a folder"));
        assert_eq!(read.option("--other"), None);
        assert_eq!(read.command().get_program(), "rustc");
        assert_eq!(Compile::read(&folder.path().join("other.json")), None);
    }
}
