//! The book on loopback.
//!
//! mdBook empties its output folder before it writes. Two folders therefore take turns: a reader
//! sees the old pages until the new ones are complete, and never a 404 in between.

mod pages;
mod watch;

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    thread,
};

use anyhow::{Context as _, Result};
use serde_json::json;
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::build;

/// How many ports after the one asked for are tried.
const NEXT_PORTS: u16 = 20;

/// The folder whose pages are shown now.
pub(crate) type Shown = Arc<RwLock<PathBuf>>;

/// Builds the book of the checkout at `root` and serves it on 127.0.0.1, at `port` or the next
/// free one; 0 takes any. Prints one line of JSON when it is ready, builds again when a chapter or
/// an exercise changes, and returns on SIGINT, on SIGTERM, or when standard input closes if that
/// was asked for.
///
/// # Errors
/// When the first build fails or no port is free. A later build that fails is told on standard
/// error, and the pages stay as they were.
pub fn serve(root: &Path, port: u16, until_stdin_closes: bool) -> Result<()> {
    // Removed with everything in it when the server ends, also while a build is going on.
    let dir = tempfile::Builder::new().prefix("course-book-").tempdir();
    let dir = dir.context("cannot make a folder for the pages")?;
    let mut builder = Builder::new(root, dir.path());
    let shown: Shown = Arc::new(RwLock::new(builder.build()?));
    match watch::watch(root) {
        Ok(changes) => rebuild_on(changes, builder, Arc::clone(&shown)),
        Err(error) => eprintln!("course-book: the pages stay as they are: {error:#}"),
    }
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = bind(port).await?;
        let address = listener.local_addr()?;
        announce(address)?;
        let pages = pages::router(shown, address.port());
        let served = axum::serve(listener, pages).into_future();
        tokio::select! {
            served = served => served.context("the server ended"),
            () = asked_to_end(until_stdin_closes) => Ok(()),
        }
    })
}

fn rebuild_on(changes: watch::Changes, mut builder: Builder, shown: Shown) {
    thread::spawn(move || {
        while watch::next_change(&changes) {
            match builder.build() {
                Ok(dir) => *shown.write().unwrap_or_else(PoisonError::into_inner) = dir,
                Err(error) => eprintln!("course-book: the pages stay as they were: {error:#}"),
            }
        }
    });
}

/// Builds into two folders in turn.
struct Builder {
    root: PathBuf,
    dir: PathBuf,
    second: bool,
}

impl Builder {
    fn new(root: &Path, dir: &Path) -> Self {
        Self {
            root: root.to_owned(),
            dir: dir.to_owned(),
            second: true,
        }
    }

    fn build(&mut self) -> Result<PathBuf> {
        let other = !self.second;
        let dest = self.dir.join(if other { "second" } else { "first" });
        for problem in build(&self.root, &dest)? {
            eprintln!("course-book: {problem}");
        }
        self.second = other;
        Ok(dest)
    }
}

async fn bind(port: u16) -> Result<TcpListener> {
    let last = if port == 0 {
        0
    } else {
        port.saturating_add(NEXT_PORTS)
    };
    let mut refused = None;
    for port in port..=last {
        match TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
            Ok(listener) => return Ok(listener),
            Err(error) => refused = Some(error),
        }
    }
    let why = refused.map_or(String::new(), |error| error.to_string());
    anyhow::bail!("no port from {port} to {last} is free on 127.0.0.1: {why}")
}

fn announce(address: SocketAddr) -> Result<()> {
    let line = json!({"kind": "book", "address": format!("http://{address}")});
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .context("nobody reads the address")
}

async fn asked_to_end(until_stdin_closes: bool) {
    let (closed, closes) = oneshot::channel::<()>();
    if until_stdin_closes {
        thread::spawn(move || {
            // Nothing is ever sent: what counts is the end.
            let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
            drop(closed);
        });
        tokio::select! { _ = closes => {}, () = signal() => {} }
    } else {
        signal().await;
    }
}

async fn signal() {
    use tokio::signal::unix;
    match unix::signal(unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = terminate.recv() => {}, _ = tokio::signal::ctrl_c() => {} }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
