//! Where browsers are.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// The command that installs what is needed.
pub const INSTALL: &str = "apt-get install chromium";

/// The variable that names the program to start instead of the first one that is found.
pub const PROGRAM: &str = "WORKSHOP_BROWSER";

/// What Chromium and those that are made of it are called, in the order in which they are looked for.
const NAMES: [&str; 7] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
];

/// Where they are although no `PATH` says so: Linux packages, macOS for all users and for one.
const PLACES: [&str; 8] = [
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/opt/microsoft/msedge/msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "~/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// Packages of this kind see neither our folder for profiles nor what they would inherit.
const SANDBOXED: &str = "/snap/";

/// Whether Chromium, Chrome or Edge is installed.
#[must_use]
pub fn is_installed() -> bool {
    program().is_some()
}

pub(crate) fn program() -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let path = variable("PATH").unwrap_or_default();
    let home = variable("HOME").unwrap_or_default();
    match variable(PROGRAM) {
        Some(named) => Some(PathBuf::from(named)).filter(|file| file.is_file()),
        None => candidates(&path, &home).find(|file| is_ours(file)),
    }
}

/// Every name in every folder of the path, and then the usual places.
fn candidates(path: &OsStr, home: &OsStr) -> impl Iterator<Item = PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(path).collect();
    let on_path = NAMES.into_iter().flat_map(move |name| {
        let named = |folder: &PathBuf| folder.join(name);
        folders.iter().map(named).collect::<Vec<_>>()
    });
    let home = PathBuf::from(home);
    let usual = PLACES
        .into_iter()
        .map(move |place| match place.strip_prefix("~/") {
            Some(below) => home.join(below),
            None => PathBuf::from(place),
        });
    on_path.chain(usual)
}

fn is_ours(file: &Path) -> bool {
    file.is_file() && !file.to_string_lossy().contains(SANDBOXED)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_name_that_comes_first_wins_over_a_folder_that_does() {
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let [first, second] = folders.each_ref().map(|folder| folder.path());
        fs::write(first.join("google-chrome"), "").expect("a file");
        fs::write(second.join("chromium"), "").expect("a file");
        let path = env::join_paths([first, second]).expect("a path");
        let found = candidates(&path, OsStr::new("/nobody")).find(|file| is_ours(file));
        assert_eq!(found, Some(second.join("chromium")));
    }

    #[test]
    fn a_home_has_applications_too_and_a_snap_is_none_of_ours() {
        let usual: Vec<PathBuf> = candidates(OsStr::new(""), OsStr::new("/home/a")).collect();
        let below = "/home/a/Applications/Chromium.app/Contents/MacOS/Chromium";
        assert!(usual.contains(&PathBuf::from(below)));
        assert!(!is_ours(Path::new("/snap/bin/chromium")));
    }
}
