//! A NATS server in a container, on a port of its own.

use std::time::Duration;

use testcontainers::{
    Container, GenericImage, ImageExt, TestcontainersError,
    core::{IntoContainerPort, WaitFor},
    runners::SyncRunner,
};

use crate::{
    Keeper,
    compose::{name_and_tag, publish_on_loopback},
};

const CLIENTS: u16 = 4222;
const READY: &str = "Server is ready";

/// A running server with JetStream and no data; removed when dropped, or when the process is gone.
#[derive(Debug)]
pub struct Nats {
    // Dropped in this order: the container by whoever started it, then the keeper, who would.
    container: Container<GenericImage>,
    _keeper: Keeper,
}

impl Nats {
    /// Starts `image`, its port published on 127.0.0.1 only.
    ///
    /// # Errors
    /// When the engine refuses, or the server is not ready within half a minute.
    pub fn start(image: &str) -> Result<Self, TestcontainersError> {
        let keeper = Keeper::start()?;
        let (name, tag) = name_and_tag(image);
        let container = GenericImage::new(name, tag)
            .with_wait_for(WaitFor::message_on_stderr(READY))
            .with_exposed_port(CLIENTS.tcp())
            .with_cmd(["--jetstream", "--store_dir", "/data"])
            .with_labels(keeper.labels())
            .with_startup_timeout(Duration::from_secs(30))
            .with_host_config_modifier(publish_on_loopback(&[CLIENTS]))
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

    /// Where it listens: `127.0.0.1:40123`.
    ///
    /// # Errors
    /// When the engine does not say which port it gave.
    pub fn address(&self) -> Result<String, TestcontainersError> {
        let published = self.container.get_host_port_ipv4(CLIENTS.tcp())?;
        Ok(format!("127.0.0.1:{published}"))
    }
}
