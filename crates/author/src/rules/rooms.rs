//! Who imports whom: `ARCHITECTURE.md`'s table against the manifests, and what must not be on the way
//! to the first verdict.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, Package};

use crate::{Finding, Input};

mod table;

use table::Table;

/// What a learner would wait for and does not need for a first verdict, by the beginning of its name.
const HEAVY: &[&str] = &[
    "mdbook",
    "tonic",
    "h2",
    "testcontainers",
    "bollard",
    "openssl-sys",
];

/// Crates of which there may be one version, by the beginning of their name: with two, extension
/// methods do nothing, in silence.
const ONE_VERSION: &[&str] = &["opentelemetry", "tracing"];

pub(super) fn check(input: &Input) -> Vec<Finding> {
    let root = input.layout.root();
    let architecture = match input.read(&root.join("ARCHITECTURE.md")) {
        Ok(text) => text,
        Err(finding) => return vec![finding],
    };
    let mut command = MetadataCommand::new();
    command.manifest_path(root.join("Cargo.toml")).no_deps();
    let metadata = match command.exec() {
        Ok(metadata) => metadata,
        Err(error) => return vec![unreadable(&error.to_string())],
    };
    let mut findings = edges(input, &metadata, &Table::read(&architecture));
    findings.extend(first_path(input, &metadata));
    let lock = input.read(&root.join("Cargo.lock")).unwrap_or_default();
    findings.extend(versions(&lock));
    findings
}

fn unreadable(why: &str) -> Finding {
    Finding::in_file(
        "Cargo.toml",
        format!("cargo metadata: {why}"),
        "repair the manifest",
    )
}

/// Where a package of the workspace lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Room,
    Exercise,
    Solution,
}

fn place(input: &Input, package: &Package) -> Place {
    let manifest = package.manifest_path.as_std_path();
    if manifest.starts_with(input.layout.exercises()) {
        Place::Exercise
    } else if manifest.starts_with(input.layout.solutions()) {
        Place::Solution
    } else {
        Place::Room
    }
}

fn edges(input: &Input, metadata: &Metadata, table: &Table) -> Vec<Finding> {
    let rooms: BTreeSet<&str> = metadata
        .packages
        .iter()
        .filter(|package| place(input, package) == Place::Room)
        .map(|package| package.name.as_str())
        .collect();
    let mut findings: Vec<_> = rooms
        .iter()
        .filter(|room| !table.has(room))
        .map(|room| {
            let what = format!("the room `{room}` is not in the table");
            Finding::in_file("ARCHITECTURE.md", what, "say what it may import")
        })
        .collect();
    for package in &metadata.packages {
        // Its own name is how a package turns its features on for its tests.
        let ours = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.path.is_some() && dependency.name != *package.name);
        findings.extend(ours.filter_map(|dependency| edge(input, package, dependency, table)));
    }
    findings
}

fn edge(
    input: &Input,
    package: &Package,
    dependency: &Dependency,
    table: &Table,
) -> Option<Finding> {
    let for_tests = dependency.kind == DependencyKind::Development;
    let manifest = package.manifest_path.as_std_path();
    let row = match place(input, package) {
        Place::Room => package.name.as_str(),
        Place::Exercise => "exercises",
        Place::Solution => "solutions",
    };
    let repair =
        "ARCHITECTURE.md says who may import whom: move the code, or decide otherwise there";
    let what = if table.allows(row, &dependency.name, for_tests) {
        return None;
    } else if dependency.name == "testkit" {
        format!(
            "`{}` imports `testkit`, which is a dev-dependency of exercises only",
            package.name
        )
    } else {
        format!("`{}` may not import `{}`", package.name, dependency.name)
    };
    let line = line_of_dependency(manifest, &dependency.name);
    Some(Finding::at(input.relative(manifest), line, what, repair))
}

fn line_of_dependency(manifest: &Path, name: &str) -> usize {
    let text = std::fs::read_to_string(manifest).unwrap_or_default();
    let is_it = |line: &str| {
        let rest = line.trim_start().strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with([' ', '=', '.']))
    };
    text.lines().position(is_it).map_or(0, |index| index + 1)
}

/// What is compiled before a first verdict holds nothing heavy.
fn first_path(input: &Input, metadata: &Metadata) -> Vec<Finding> {
    let slugs: BTreeSet<_> = input
        .exercises
        .iter()
        .map(|exercise| &*exercise.slug)
        .collect();
    let exercises = metadata
        .packages
        .iter()
        .filter(|package| slugs.contains(package.name.as_str()))
        .map(|package| (package, "normal,build,dev"));
    let runner = metadata
        .packages
        .iter()
        .filter(|package| package.name.as_str() == "workshop");
    runner
        .map(|package| (package, "normal,build"))
        .chain(exercises)
        .flat_map(|(package, kinds)| heavy(input, package, kinds))
        .collect()
}

fn heavy(input: &Input, package: &Package, kinds: &str) -> Vec<Finding> {
    let manifest = input.relative(package.manifest_path.as_std_path());
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "tree", "--prefix", "none", "--format", "{p}", "--edges", kinds,
        ])
        .arg("--package")
        .arg(package.name.as_str())
        .current_dir(input.layout.root())
        .output();
    let tree = match output {
        Ok(output) if output.status.success() => output.stdout,
        Ok(output) => return vec![unreadable(&String::from_utf8_lossy(&output.stderr))],
        Err(error) => return vec![unreadable(&error.to_string())],
    };
    let tree = String::from_utf8_lossy(&tree);
    let names: BTreeSet<_> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let mut exercises = input.exercises.iter();
    let exercise = exercises.find(|exercise| exercise.slug == package.name.as_str());
    let brought = exercise.map_or(&[][..], |exercise| &exercise.settings.brings);
    names
        .into_iter()
        .filter(|name| HEAVY.iter().any(|heavy| name.starts_with(heavy)))
        .filter(|name| !brought.iter().any(|brought| name.starts_with(&**brought)))
        .map(|name| {
            let what = format!(
                "`{name}` is on the way to the first verdict of `{}`",
                package.name
            );
            let repair = "put it behind a feature, or in a package that is compiled afterwards; an \
                          exercise that is about it says so: `brings` in its exercise.toml";
            Finding::in_file(&manifest, what, repair)
        })
        .collect()
}

fn versions(lock: &str) -> Vec<Finding> {
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut name = None;
    for line in lock.lines() {
        if let Some(value) = quoted(line, "name = ") {
            name = Some(value);
        } else if let (Some(name), Some(version)) = (name, quoted(line, "version = ")) {
            seen.entry(name).or_default().insert(version);
        }
    }
    seen.into_iter()
        .filter(|(name, versions)| {
            versions.len() > 1 && ONE_VERSION.iter().any(|one| name.starts_with(one))
        })
        .map(|(name, versions)| {
            let versions: Vec<_> = versions.into_iter().collect();
            let what = format!("`{name}` is there as {}", versions.join(" and "));
            let repair = "update whoever asks for the older one: `cargo tree --invert` names them";
            Finding::in_file("Cargo.lock", what, repair)
        })
        .collect()
}

fn quoted<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests;
