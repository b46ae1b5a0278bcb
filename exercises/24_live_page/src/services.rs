//! The service: it renders the page, and keeps it alive. Nothing to do in here.

use std::{io, net::TcpListener};

use axum::{
    Router,
    extract::{Path, State, WebSocketUpgrade},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{Html, IntoResponse, Response},
    routing::{get, put},
};
use marketplace::{Car, Market};
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use serde_json::json;
use tokio::sync::broadcast;
use traced_web::{Collect, collect, javascript, script};

use crate::{frames::Frame, page};

/// How many pushes a page may be late.
const LATE: usize = 64;

#[derive(Clone)]
struct Live {
    market: Market,
    /// To every page that has joined.
    pushes: broadcast::Sender<Frame>,
}

/// # Errors
/// When the listener fails.
pub async fn search(listener: TcpListener) -> io::Result<()> {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let live = Live {
        market: Market::open(),
        pushes: broadcast::Sender::new(LATE),
    };
    let routes = Router::new()
        .route("/cars", get(render))
        .route("/cars/{id}/price", put(change));
    let routes = traced_http::traced(routes.with_state(live.clone()))
        // A browser sets no headers of ours for a socket: a SERVER span of the upgrade would be a trace of
        // its own, and over before the page has joined.
        .route("/live", get(connect).with_state(live))
        .route(
            "/live.js",
            get(|| async { javascript(include_str!("live.js")) }),
        )
        .route(
            "/list.js",
            get(|| async { javascript(include_str!("list.js")) }),
        )
        .route("/traced-web.js", get(script))
        .merge(collect(Collect::from_env()));
    traced_http::serve_bare(listener, routes).await
}

/// The page as it is before it is alive: the dead render.
async fn render(State(live): State<Live>) -> impl IntoResponse {
    let cars = live.market.ask_dealers("golf").await;
    let row = |car: &Car| {
        let Car {
            id,
            model,
            year,
            price_eur,
            ..
        } = car;
        format!("<li data-car=\"{id}\">{model} of {year} <b>{price_eur} EUR</b> <i></i></li>")
    };
    let rows: String = cars.iter().map(row).collect();
    let page = include_str!("page.html").replace("<!-- head -->", &traced_web::meta());
    let page = page.replace("<!-- cars -->", &rows);
    ([(CACHE_CONTROL, "no-store")], Html(page))
}

/// A dealer has a new price for a car, which every page hears of. `push` is called once, and what it makes
/// goes to all of them.
async fn change(State(live): State<Live>, Path(id): Path<u32>, price: String) -> StatusCode {
    let Ok(price) = price.parse::<u32>() else {
        return StatusCode::BAD_REQUEST;
    };
    let frame = crate::push("price", json!({"car": id, "price": price}));
    // Nobody may be there.
    let _ = live.pushes.send(frame);
    StatusCode::NO_CONTENT
}

async fn connect(State(live): State<Live>, upgrade: WebSocketUpgrade) -> Response {
    let all = live.pushes.subscribe();
    upgrade.on_upgrade(|socket| page::serve(socket, live.market, all))
}
