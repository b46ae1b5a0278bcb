//! The whole lab: three ports, one store.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use tokio::runtime::Runtime;
use trace_view::Links;

use crate::{
    grpc,
    guard::Guard,
    ingest, ports, serve,
    store::{Limits, Store},
    web::{self, App},
};

/// How a lab is started. The default is all on 127.0.0.1, on free ports.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on. Anything but loopback lets other machines in.
    pub host: IpAddr,
    /// The port for OTLP over HTTP; 0 for a free one.
    pub otlp_http: u16,
    /// The port for OTLP over gRPC; 0 for a free one.
    pub otlp_grpc: u16,
    /// The port for pages and the query API; 0 for a free one.
    pub web: u16,
    /// Whether to take a free port where the one asked for is taken.
    pub port_fallback: bool,
    /// What the store may hold.
    pub limits: Limits,
    /// Host names by which others reach this machine, beside those of loopback.
    pub hosts: Vec<String>,
    /// Origins of pages that may send spans, such as `http://127.0.0.1:3000`.
    pub origins: Vec<String>,
    /// The book's address without a slash at the end, for links from comparisons; empty for none.
    pub book: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            otlp_http: 0,
            otlp_grpc: 0,
            web: 0,
            port_fallback: false,
            limits: Limits::default(),
            hosts: Vec::new(),
            origins: Vec::new(),
            book: String::new(),
        }
    }
}

/// Why a lab did not start.
#[derive(Debug)]
pub enum StartError {
    /// The port is not to be had; with its holder, where the system tells.
    Port(u16, Option<ports::Holder>, io::Error),
    /// Something else that the system refused.
    System(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(port, Some(holder), _) => write!(
                f,
                "port {port} is held by {holder}; end it yourself, choose another port, or add \
                 --port-fallback"
            ),
            Self::Port(port, None, why) => write!(
                f,
                "port {port} cannot be had ({why}); choose another port, or add --port-fallback"
            ),
            Self::System(why) => write!(f, "the system refused to start the lab: {why}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(why: io::Error) -> Self {
        Self::System(why)
    }
}

/// A running lab; it ends, and gives its ports back, when it is dropped.
///
/// Not to be dropped on a thread that drives an async runtime.
#[derive(Debug)]
pub struct Lab {
    web: SocketAddr,
    otlp_http: SocketAddr,
    otlp_grpc: SocketAddr,
    notes: Vec<String>,
    store: Arc<Store>,
    runtime: Option<Runtime>,
}

impl Lab {
    /// Starts a lab on threads of its own.
    ///
    /// # Errors
    /// [`StartError::Port`] for a port that is taken where no fallback is allowed,
    /// [`StartError::System`] for anything else.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        let mut notes = Vec::new();
        let http = bind(options, options.otlp_http, &mut notes)?;
        let grpc = bind(options, options.otlp_grpc, &mut notes)?;
        let web = bind(options, options.web, &mut notes)?;
        let store = Arc::new(Store::new(options.limits));
        let runtime = runtime()?;
        let mut lab = Self {
            web: web.local_addr()?,
            otlp_http: http.local_addr()?,
            otlp_grpc: grpc.local_addr()?,
            notes,
            store: store.clone(),
            runtime: None,
        };
        let (hosts, origins) = (options.hosts.clone(), options.origins.clone());
        let pages = Guard {
            origins: own_origins(lab.web, &hosts),
            hosts: hosts.clone(),
        };
        let senders = Guard { hosts, origins };
        let links = Links {
            book: options.book.clone(),
            web: lab.web(),
        };
        let app = Arc::new(App::new(store.clone(), links)?);
        let inside = runtime.enter();
        let routes = senders.clone().protect(ingest::router(store.clone()));
        runtime.spawn(serve::http(listen(http)?, routes));
        let routes = senders.protect(grpc::router(store));
        runtime.spawn(serve::http2(listen(grpc)?, routes));
        runtime.spawn(serve::http(listen(web)?, pages.protect(web::router(app))));
        drop(inside);
        lab.runtime = Some(runtime);
        Ok(lab)
    }

    /// Pages and query API: `http://127.0.0.1:16686`.
    #[must_use]
    pub fn web(&self) -> String {
        format!("http://{}", self.web)
    }

    /// OTLP over HTTP, without `/v1/traces`: `http://127.0.0.1:4318`.
    #[must_use]
    pub fn otlp_http(&self) -> String {
        format!("http://{}", self.otlp_http)
    }

    /// OTLP over gRPC: `http://127.0.0.1:4317`.
    #[must_use]
    pub fn otlp_grpc(&self) -> String {
        format!("http://{}", self.otlp_grpc)
    }

    /// What whoever started it should know, such as a port that was taken.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What it holds.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }
}

/// Two threads: one can decode a large request while the other serves a page.
fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("trace-lab")
        .enable_all()
        .build()
}

fn listen(listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(2));
        }
    }
}

/// Takes a port; where it is taken, says by whom, and takes another if that is allowed.
fn bind(options: &Options, port: u16, notes: &mut Vec<String>) -> Result<TcpListener, StartError> {
    let why = match TcpListener::bind((options.host, port)) {
        Ok(listener) => return Ok(listener),
        Err(why) => why,
    };
    let holder = ports::holder(port);
    if !options.port_fallback {
        return Err(StartError::Port(port, holder, why));
    }
    let listener = TcpListener::bind((options.host, 0))?;
    let instead = listener.local_addr()?.port();
    let who = holder.map_or_else(
        || format!("cannot be had ({why})"),
        |who| format!("is held by {who}"),
    );
    notes.push(format!("port {port} {who}; using {instead}"));
    Ok(listener)
}

/// The addresses under which a browser shows the lab's own pages.
fn own_origins(web: SocketAddr, hosts: &[String]) -> Vec<String> {
    let port = web.port();
    let local = ["127.0.0.1", "localhost", "[::1]"].into_iter();
    let names = local.chain(hosts.iter().map(String::as_str));
    names.map(|name| format!("http://{name}:{port}")).collect()
}
