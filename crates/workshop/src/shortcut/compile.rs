//! A start of the compiler, changed: elsewhere, quieter, with another root.

use std::{io, path::Path, process::Stdio};

use super::record::Compile;
use crate::{Cancel, process::Group};

impl Compile {
    /// Compiles, in silence: whether it did.
    ///
    /// # Errors
    /// When the compiler cannot be started or waited for.
    pub(super) fn run(&self, cancel: &Cancel) -> io::Result<bool> {
        let mut command = self.command();
        command.stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Group::start(&mut command, cancel)?
            .wait()
            .map(|status| status.success())
    }

    /// What cargo adds to the names of files.
    pub(super) fn suffix(&self) -> Option<&str> {
        let mut words = self.arguments.iter();
        words.find_map(|word| word.strip_prefix("extra-filename="))
    }

    /// The file that is compiled.
    pub(super) fn source(&self) -> Option<&str> {
        let mut words = self.arguments.iter();
        words.find(|word| is_source(word)).map(String::as_str)
    }

    /// The same, to be changed.
    pub(super) fn source_mut(&mut self) -> Option<&mut String> {
        self.arguments.iter_mut().find(|word| is_source(word))
    }

    /// The value of an option that stands as a word of its own, to be changed.
    pub(super) fn option_mut(&mut self, name: &str) -> Option<&mut String> {
        let place = self.arguments.iter().position(|word| word == name)? + 1;
        self.arguments.get_mut(place)
    }

    /// The same, with all that it writes in `folder`.
    pub(super) fn elsewhere(&self, folder: &Path) -> Option<Self> {
        let folder = folder.to_str()?;
        let mut compile = self.clone();
        folder.clone_into(compile.option_mut("--out-dir")?);
        for word in &mut compile.arguments {
            if word.starts_with("incremental=") {
                *word = format!("incremental={folder}/incremental");
            }
        }
        Some(compile)
    }

    /// The same without a program: only what a check writes.
    pub(super) fn only_checked(mut self) -> Self {
        for word in &mut self.arguments {
            if word.starts_with("--emit=") {
                "--emit=metadata".clone_into(word);
            }
        }
        self
    }

    /// Without a word about style.
    pub(super) fn silence(&mut self) {
        let quiet = ["--cap-lints", "allow"];
        self.arguments.extend(quiet.map(str::to_owned));
    }

    /// Takes the crate `name` from that file.
    pub(super) fn replace_external(&mut self, name: &str, file: &Path) -> Option<()> {
        let place = self.external(name)?;
        self.arguments[place] = format!("{name}={}", file.to_str()?);
        Some(())
    }

    /// Takes the crate `name` from nowhere.
    pub(super) fn forget_external(&mut self, name: &str) -> Option<()> {
        let place = self.external(name)?;
        self.arguments.drain(place - 1..=place);
        Some(())
    }

    /// Where the file of a crate is named.
    fn external(&self, name: &str) -> Option<usize> {
        let mut pairs = self.arguments.windows(2);
        let is_it = |pair: &[String]| {
            pair[0] == "--extern" && pair[1].split_once('=').is_some_and(|(own, _)| own == name)
        };
        pairs.position(is_it).map(|first| first + 1)
    }
}

fn is_source(word: &str) -> bool {
    word.ends_with(".rs") && !word.starts_with('-')
}
