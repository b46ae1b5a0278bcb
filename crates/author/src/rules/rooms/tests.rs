use super::*;
use crate::fixture::Fixture;

const ARCHITECTURE: &str = "## Who may import whom\n\n| room | may import |\n|---|---|\n\
    | `telemetry` | nothing of ours |\n| `testkit` | `telemetry` |\n\
    | exercises, solutions | `telemetry`; `testkit` for their tests |\n";

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
}

/// A workspace of two rooms, an exercise and its solution, whose edges are allowed.
fn workspace() -> Fixture {
    let fixture = Fixture::good();
    let members = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\", \"exercises/*\", \"solutions/*\"]\n";
    fixture.write("Cargo.toml", members);
    fixture.write("ARCHITECTURE.md", ARCHITECTURE);
    for (path, name, rest) in [
        ("crates/telemetry", "telemetry", ""),
        (
            "crates/testkit",
            "testkit",
            "[dependencies]\ntelemetry = { path = \"../telemetry\" }\n",
        ),
        (
            "exercises/01_sample",
            "sample",
            "[dev-dependencies]\ntestkit = { path = \"../../crates/testkit\" }\n",
        ),
        ("solutions/01_sample", "sample-solution", ""),
    ] {
        fixture.write(&format!("{path}/Cargo.toml"), &manifest(name, rest));
        fixture.write(&format!("{path}/src/lib.rs"), "");
    }
    fixture
}

#[test]
fn a_good_workspace_has_only_allowed_edges() {
    assert_eq!(check(&workspace().input()), []);
}

#[test]
fn a_package_may_turn_its_own_features_on_for_its_tests() {
    let fixture = workspace();
    let rest = "[features]\nall = []\n[dev-dependencies]\ntelemetry = { path = \".\", features = [\"all\"] }\n";
    fixture.write("crates/telemetry/Cargo.toml", &manifest("telemetry", rest));
    assert_eq!(check(&fixture.input()), []);
}

#[test]
fn a_forbidden_edge_is_named_at_its_line() {
    let fixture = workspace();
    let rest = "[dependencies]\ntestkit = { path = \"../testkit\" }\n";
    fixture.write("crates/telemetry/Cargo.toml", &manifest("telemetry", rest));
    fixture.write("crates/testkit/Cargo.toml", &manifest("testkit", ""));
    assert_eq!(fixture.paths(check), ["crates/telemetry/Cargo.toml:6"]);
}

#[test]
fn nothing_imports_an_exercise_and_the_test_kit_is_for_tests() {
    let fixture = workspace();
    let rest = "[dependencies]\nsample = { path = \"../../exercises/01_sample\" }\n\
        testkit = { path = \"../../crates/testkit\" }\n";
    fixture.write(
        "solutions/01_sample/Cargo.toml",
        &manifest("sample-solution", rest),
    );
    assert_eq!(
        fixture.paths(check),
        [
            "solutions/01_sample/Cargo.toml:6",
            "solutions/01_sample/Cargo.toml:7"
        ]
    );
}

#[test]
fn a_room_that_the_table_does_not_know_is_named() {
    let fixture = workspace();
    fixture.write("crates/attic/Cargo.toml", &manifest("attic", ""));
    fixture.write("crates/attic/src/lib.rs", "");
    assert_eq!(fixture.paths(check), ["ARCHITECTURE.md"]);
}

#[test]
fn what_is_heavy_is_named_on_the_way_to_the_first_verdict() {
    let fixture = workspace();
    fixture.write("crates/tonic/Cargo.toml", &manifest("tonic", ""));
    fixture.write("crates/tonic/src/lib.rs", "");
    fixture.write(
        "ARCHITECTURE.md",
        &ARCHITECTURE.replace(
            "| `testkit` | ",
            "| `tonic` | nothing |\n| `testkit` | `tonic`, ",
        ),
    );
    let rest = "[dependencies]\ntonic = { path = \"../tonic\" }\n";
    fixture.write("crates/testkit/Cargo.toml", &manifest("testkit", rest));
    assert_eq!(fixture.paths(check), ["exercises/01_sample/Cargo.toml"]);
    let settings = "exercises/01_sample/exercise.toml";
    fixture.replace(settings, "minutes", "brings = [\"tonic\"]\nminutes");
    assert_eq!(fixture.paths(check), [""; 0], "an exercise about it");
}

#[test]
fn a_second_version_is_named() {
    let lock = "[[package]]\nname = \"tracing\"\nversion = \"0.1.1\"\n\n\
        [[package]]\nname = \"syn\"\nversion = \"2.0.0\"\n\n\
        [[package]]\nname = \"syn\"\nversion = \"3.0.0\"\n\n\
        [[package]]\nname = \"tracing\"\nversion = \"0.2.0\"\n";
    let found = versions(lock);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].what, "`tracing` is there as 0.1.1 and 0.2.0");
}
