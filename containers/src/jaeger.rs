//! A Jaeger in a container, on ports of its own.

use std::time::Duration;

use testcontainers::{
    Container, GenericImage, ImageExt, TestcontainersError,
    core::{IntoContainerPort, WaitFor},
    runners::SyncRunner,
};
use trace_lab::client::Client;

use crate::{
    Keeper,
    compose::{name_and_tag, publish_on_loopback, root},
};

const OTLP_HTTP: u16 = 4318;
const WEB: u16 = 16686;
const READY: &str = "Everything is ready";
const CONFIGURATION: &str = "/etc/jaeger/config.yaml";

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
        let (name, tag) = name_and_tag(image);
        let container = GenericImage::new(name, tag)
            .with_wait_for(WaitFor::message_on_stderr(READY))
            .with_exposed_port(OTLP_HTTP.tcp())
            .with_exposed_port(WEB.tcp())
            .with_cmd(["--config", CONFIGURATION])
            .with_env_var("JAEGER_LISTEN_HOST", "0.0.0.0")
            .with_copy_to(CONFIGURATION, root().join("infra/jaeger/config.yaml"))
            .with_labels(keeper.labels())
            .with_startup_timeout(Duration::from_secs(30))
            .with_host_config_modifier(publish_on_loopback(&[OTLP_HTTP, WEB]))
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
