//! Which test of which exercise this is.

use std::{fs, path::Path, path::PathBuf};

use course::{Exercise, Layout};

/// Where [`crate::exercise!`] stands. Made by the macro.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Site {
    /// The type name of a function inside the test function.
    pub here: &'static str,
    /// `CARGO_MANIFEST_DIR` of the test's package.
    pub manifest_dir: &'static str,
    /// `CARGO_PKG_NAME` of the test's package.
    pub package: &'static str,
    /// The line of the macro.
    pub line: u32,
}

impl Site {
    /// The path by which libtest knows the test: the type name of a function inside it, without the
    /// crate in front and the function (and closures) behind.
    pub(crate) fn test_path(&self) -> String {
        let mut parts: Vec<&str> = self.here.split("::").skip(1).collect();
        parts.pop();
        while parts.last().is_some_and(|part| part.starts_with('{')) {
            parts.pop();
        }
        parts.join("::")
    }

    /// The name of the test function.
    pub(crate) fn test_name(&self) -> String {
        let path = self.test_path();
        path.rsplit("::").next().unwrap_or_default().to_owned()
    }

    /// The exercise's slug, for its own package and for its solution's.
    pub(crate) fn slug(&self) -> &'static str {
        self.package
            .strip_suffix("-solution")
            .unwrap_or(self.package)
    }

    /// Whether this is the learner's package, not a solution's.
    pub(crate) fn is_learners(&self) -> bool {
        !self.package.ends_with("-solution")
    }

    /// The sources that are judged.
    pub(crate) fn sources(&self) -> PathBuf {
        Path::new(self.manifest_dir).join("src")
    }

    /// The checkout, and the exercise as its own folder describes it.
    pub(crate) fn load(&self) -> Result<(Layout, Exercise), String> {
        let dir = Path::new(self.manifest_dir);
        let layout = Layout::around(dir)
            .ok_or_else(|| format!("{} is not inside a checkout of the course", dir.display()))?;
        let folder = exercise_folder(&layout, self.slug())?;
        let exercise = course::load_dir(&folder).map_err(|error| error.to_string())?;
        Ok((layout, exercise))
    }
}

/// The folder `NN_slug`. Only names are read: another exercise that is broken is no matter here.
fn exercise_folder(layout: &Layout, slug: &str) -> Result<PathBuf, String> {
    let wanted = slug.replace('-', "_");
    let all = layout.exercises();
    let entries =
        fs::read_dir(&all).map_err(|error| format!("cannot read {}: {error}", all.display()))?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.and_then(|name| name.split_once('_'))
                .is_some_and(|(_, rest)| rest == wanted)
        })
        .ok_or_else(|| format!("there is no exercise `{slug}` in {}", all.display()))
}

#[cfg(test)]
mod tests {
    use super::Site;

    fn path(here: &'static str) -> String {
        let site = Site {
            here,
            manifest_dir: "",
            package: "tasks-solution",
            line: 1,
        };
        site.test_path()
    }

    #[test]
    fn the_test_is_found_by_the_function_around_it() {
        assert_eq!(path("verify::one_trace::here"), "one_trace");
        assert_eq!(path("verify::verify::one_trace::here"), "verify::one_trace");
        assert_eq!(
            path("verify::one_trace::{{closure}}::{{closure}}::here"),
            "one_trace"
        );
    }
}
