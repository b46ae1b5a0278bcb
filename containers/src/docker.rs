//! The engine, by its command.

use std::process::Command;

use crate::Missing;

/// What `docker` with these arguments prints.
///
/// # Errors
/// When there is no such command, or what it says on failure.
pub fn docker(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("docker").args(arguments).output();
    let output = output.map_err(|error| format!("the command docker: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// Whether an engine answers.
///
/// # Errors
/// That none does.
pub fn engine() -> Result<(), Missing> {
    let asked = docker(&["version", "--format", "{{.Server.Version}}"]);
    asked.map(drop).map_err(|why| Missing {
        component: "docker",
        why,
        repair: "apt-get install docker.io (or your system's Docker), then start it".to_owned(),
    })
}

/// Whether an image is here; none is ever pulled by a test.
///
/// # Errors
/// That the image, the part of `component`, is not here.
pub fn image(component: &'static str, name: &str, repair: &str) -> Result<(), Missing> {
    let asked = docker(&["image", "inspect", "--format", "{{.Id}}", name]);
    asked.map(drop).map_err(|why| Missing {
        component,
        why,
        repair: repair.to_owned(),
    })
}
