//! Every package opts in to the workspace's lints.

use crate::{Finding, Input};

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let manifests = input.files(&["Cargo.toml"]);
    let packages = manifests.iter().filter_map(|path| {
        let text = input.read(path).ok()?;
        let relative = input.relative(path);
        // Below a test lie packages that are input, not ours.
        let is_input = relative.iter().any(|part| part == "tests");
        (text.contains("[package]") && !is_input).then_some((relative, text))
    });
    packages
        .filter(|(_, text)| !opts_in(text))
        .map(|(path, _)| {
            let what = "does not opt in to the workspace's lints";
            Finding::in_file(
                path,
                what,
                "add `lints.workspace = true` above its first table",
            )
        })
        .collect()
}

/// Whether `workspace = true` stands in the table `lints`, in either spelling.
fn opts_in(manifest: &str) -> bool {
    let spaceless = |line: &str| line.replace(' ', "");
    let mut table = String::new();
    for line in manifest.lines().map(spaceless) {
        let key = match table.as_str() {
            "" => line.clone(),
            table => format!("{table}.{line}"),
        };
        if key == "lints.workspace=true" {
            return true;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            table = name.to_owned();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn a_package_without_the_lints_is_named() {
        let fixture = Fixture::good();
        fixture.write(
            "crates/a/Cargo.toml",
            "[package]\nname = \"a\"\n[lints]\nworkspace = true\n",
        );
        fixture.write(
            "crates/b/Cargo.toml",
            "lints.workspace = true\n[package]\nname = \"b\"\n",
        );
        fixture.write(
            "crates/c/Cargo.toml",
            "[package]\nname = \"c\"\nversion.workspace = true\n",
        );
        fixture.write("crates/c/tests/x/Cargo.toml", "[package]\nname = \"x\"\n");
        assert_eq!(fixture.paths(check), ["crates/c/Cargo.toml"]);
    }
}
