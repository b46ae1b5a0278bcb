//! What `docker-compose.yml` says, and what each container has in common.

use std::{collections::HashMap, fs, io, path::PathBuf};

use testcontainers::bollard::models::{HostConfig, PortBinding};

use crate::{Missing, engine, image};

/// The image, `name:tag`, that `docker-compose.yml` gives a service.
///
/// # Errors
/// When the file cannot be read or names no image for it.
fn compose_image(service: &str) -> io::Result<String> {
    let text = fs::read_to_string(root().join("docker-compose.yml"))?;
    let heading = format!("  {service}:");
    let below = text.lines().skip_while(|line| *line != heading).skip(1);
    let mut below = below.take_while(|line| line.is_empty() || line.starts_with("    "));
    let named = below.find_map(|line| line.trim().strip_prefix("image:"));
    let missing = || io::Error::other(format!("docker-compose.yml names no image for {service}"));
    Ok(named.ok_or_else(missing)?.trim().to_owned())
}

/// The image of a service, when engine and image are here.
///
/// # Errors
/// What is missing.
///
/// # Panics
/// When `docker-compose.yml` names no image for it.
pub fn image_to_test(service: &'static str) -> Result<String, Missing> {
    let name = compose_image(service).unwrap_or_else(|error| panic!("{error}"));
    engine()?;
    let repair = format!("docker compose pull {service} (or build it: infra/{service}/README.md)");
    image(service, &name, &repair)?;
    Ok(name)
}

/// Name and tag of an image.
pub(crate) fn name_and_tag(image: &str) -> (&str, &str) {
    image.rsplit_once(':').unwrap_or((image, "latest"))
}

/// Publishes these ports, each at a free one of 127.0.0.1: left to itself the engine publishes on every
/// address of the machine.
pub(crate) fn publish_on_loopback(
    ports: &[u16],
) -> impl Fn(&mut HostConfig) + Send + Sync + 'static {
    let free_port_on_loopback = || PortBinding {
        host_ip: Some("127.0.0.1".to_owned()),
        host_port: Some("0".to_owned()),
    };
    let bindings: HashMap<_, _> = ports
        .iter()
        .map(|port| (format!("{port}/tcp"), Some(vec![free_port_on_loopback()])))
        .collect();
    move |host| {
        host.publish_all_ports = Some(false);
        host.port_bindings = Some(bindings.clone());
    }
}

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compose_file_names_a_tag_for_each_service() {
        for (service, begin) in [("jaeger", "jaegertracing/jaeger:2."), ("nats", "nats:2.")] {
            let image = compose_image(service).expect("an image");
            assert!(image.starts_with(begin), "{image}");
        }
        assert!(compose_image("image").is_err());
    }
}
