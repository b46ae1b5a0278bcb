//! Serves a router on a listener, with limits that `axum::serve` does not have.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

/// How many connections are open at the same time; further ones wait in the system's queue.
const CONNECTIONS: usize = 256;
/// How long a peer may take to send the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// Serves HTTP/1.1 until it is dropped.
pub(crate) async fn http(listener: TcpListener, router: Router) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT);
    run(listener, router, builder).await;
}

/// Serves HTTP/2 without TLS, which gRPC speaks, until it is dropped.
#[cfg(feature = "server")]
pub(crate) async fn http2(listener: TcpListener, router: Router) {
    let mut builder = Builder::new(TokioExecutor::new()).http2_only();
    builder
        .http2()
        .timer(TokioTimer::new())
        // A peer that is gone gives its place back.
        .keep_alive_interval(Some(HEAD_LIMIT))
        .keep_alive_timeout(HEAD_LIMIT)
        .max_concurrent_streams(32);
    run(listener, router, builder).await;
}

async fn run(listener: TcpListener, router: Router, builder: Builder<TokioExecutor>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = room.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let (router, builder) = (router.clone(), builder.clone());
                tokio::spawn(async move {
                    connection(stream, router, builder).await;
                    drop(place);
                });
            }
            // Out of file handles, or a peer that went away before it was served: neither is
            // helped by trying again at once.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, router: Router, builder: Builder<TokioExecutor>) {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    // An error here is a peer that left or spoke no HTTP: it has been told, or is gone.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
