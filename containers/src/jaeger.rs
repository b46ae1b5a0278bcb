//! A Jaeger in a container, on ports of its own.

use std::{collections::HashMap, fs, io, path::PathBuf, time::Duration};

use testcontainers::{
    Container, GenericImage, ImageExt, TestcontainersError,
    bollard::models::{HostConfig, PortBinding},
    core::{IntoContainerPort, WaitFor},
    runners::SyncRunner,
};
use trace_lab::client::Client;

use crate::{Keeper, Missing, engine, image};

const OTLP_HTTP: u16 = 4318;
const WEB: u16 = 16686;
const READY: &str = "Everything is ready";
const CONFIGURATION: &str = "/etc/jaeger/config.yaml";

/// The image, `name:tag`, that `docker-compose.yml` gives its service `jaeger`.
///
/// # Errors
/// When the file cannot be read or names no image.
pub fn compose_image() -> io::Result<String> {
    let text = fs::read_to_string(root().join("docker-compose.yml"))?;
    let named = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("image:"));
    let missing = || io::Error::other("docker-compose.yml names no image");
    Ok(named.ok_or_else(missing)?.trim().to_owned())
}

/// The image to test, when engine and image are here.
///
/// # Errors
/// What is missing.
///
/// # Panics
/// When `docker-compose.yml` names no image.
pub fn image_to_test() -> Result<String, Missing> {
    let name = compose_image().unwrap_or_else(|error| panic!("{error}"));
    engine()?;
    image(
        "jaeger",
        &name,
        "docker compose pull (or build it: infra/jaeger/README.md)",
    )?;
    Ok(name)
}

/// A running Jaeger; removed when dropped, or when the process is gone.
#[derive(Debug)]
pub struct Jaeger {
    // Dropped in this order: the container by whoever started it, then the keeper, who would.
    container: Container<GenericImage>,
    _keeper: Keeper,
}

impl Jaeger {
    /// Starts `image` with `infra/jaeger/config.yaml`, its ports published on 127.0.0.1 only.
    ///
    /// # Errors
    /// When the engine refuses, or Jaeger is not ready within half a minute.
    pub fn start(image: &str) -> Result<Self, TestcontainersError> {
        let keeper = Keeper::start()?;
        let (name, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
        let container = GenericImage::new(name, tag)
            .with_wait_for(WaitFor::message_on_stderr(READY))
            .with_exposed_port(OTLP_HTTP.tcp())
            .with_exposed_port(WEB.tcp())
            .with_cmd(["--config", CONFIGURATION])
            .with_env_var("JAEGER_LISTEN_HOST", "0.0.0.0")
            .with_copy_to(CONFIGURATION, root().join("infra/jaeger/config.yaml"))
            .with_labels(keeper.labels())
            .with_startup_timeout(Duration::from_secs(30))
            .with_host_config_modifier(publish_on_loopback)
            .start()?;
        Ok(Self {
            container,
            _keeper: keeper,
        })
    }

    /// The container's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.container.id()
    }

    /// A client of it.
    ///
    /// # Errors
    /// When the engine does not say which ports it gave.
    pub fn client(&self) -> Result<Client, TestcontainersError> {
        let address = |port: u16| -> Result<String, TestcontainersError> {
            let published = self.container.get_host_port_ipv4(port.tcp())?;
            Ok(format!("http://127.0.0.1:{published}"))
        };
        Ok(Client::new(&address(WEB)?, &address(OTLP_HTTP)?))
    }
}

/// Left to itself the engine publishes on every address of the machine.
fn publish_on_loopback(host: &mut HostConfig) {
    let free_port_on_loopback = || PortBinding {
        host_ip: Some("127.0.0.1".to_owned()),
        host_port: Some("0".to_owned()),
    };
    let bindings: HashMap<_, _> = [OTLP_HTTP, WEB]
        .into_iter()
        .map(|port| (format!("{port}/tcp"), Some(vec![free_port_on_loopback()])))
        .collect();
    host.publish_all_ports = Some(false);
    host.port_bindings = Some(bindings);
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compose_file_names_a_tag() {
        let image = compose_image().expect("an image");
        assert!(image.starts_with("jaegertracing/jaeger:2."), "{image}");
    }
}
