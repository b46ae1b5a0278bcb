//! A copy of the spans for the backend that the learner looks at.

use std::{
    env,
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

use course::{Backend, BackendKind, Layout, Session};
use trace_lab::client::Client;
use trace_model::Span;

use crate::{record::RUN, site::Site};

/// Where copies go, or `off`.
const OTLP: &str = "WORKSHOP_OTLP";
/// Nobody waits longer for a backend that is not there.
const CONNECT_LIMIT: Duration = Duration::from_millis(200);
/// Nor for one that accepts and does not answer.
const SEND_LIMIT: Duration = Duration::from_secs(1);

/// Sends `spans` to the backend unless a runner does it; silent where nobody listens, for the copy
/// has no part in the verdict.
pub(crate) fn copy(layout: &Layout, site: &Site, spans: &[Span]) {
    let Some(address) = address(layout, site).filter(|address| listens(address)) else {
        return;
    };
    let spans = spans.to_vec();
    let (done, sent) = mpsc::channel();
    thread::spawn(move || {
        let _ = Client::new(&address, &address).send(&spans);
        // Nobody waits any more where it took too long.
        let _ = done.send(());
    });
    let _ = sent.recv_timeout(SEND_LIMIT);
}

fn address(layout: &Layout, site: &Site) -> Option<String> {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    match (set(RUN), set(OTLP)) {
        (Some(_), _) => None,
        (None, Some(off)) if off == "off" => None,
        (None, Some(address)) => Some(address),
        (None, None) if !site.is_learners() => None,
        (None, None) => {
            let backend = Session::load(layout).backend;
            Some(
                backend
                    .unwrap_or_else(|| Backend::usual(BackendKind::Lab))
                    .otlp_http,
            )
        }
    }
}

/// Whether somebody accepts connections there. A name instead of a number is left to the client.
fn listens(address: &str) -> bool {
    let host = address.strip_prefix("http://").unwrap_or(address);
    match host.trim_end_matches('/').parse::<SocketAddr>() {
        Ok(address) => TcpStream::connect_timeout(&address, CONNECT_LIMIT).is_ok(),
        Err(_) => true,
    }
}
