//! A conversation goes on over the next socket, and spans wait until somebody takes them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use axum::{
    Router,
    extract::ws::{Message, WebSocket, WebSocketUpgrade},
    response::Html,
    routing::get,
};
use browser::Page;
use common::browser;
use serde_json::{Value, json};
use traced_web::script;

const PAGE: &str = "<link rel=icon href=data:,><script type=module>\
    import * as traced from '/traced-web.js'; window.traced = traced;</script>";
/// Joins, and asks at once. What happens is noted.
const CONVERSE: &str = "window.noted = [];
    const ask = traced.converse('/live', {
        join: () => ask({kind: 'join', name: 'join cars'}).then(
            () => noted.push('joined'),
            error => { noted.push(error.message); throw error; },
        ),
        pushed: ({name, payload}) => noted.push(`${name} ${payload}`),
        changed: now => noted.push(now),
    });
    ask({kind: 'event', name: 'filter cars', payload: 'golf', carrier: {traceparent: '00-a-b-01'}})
        .then(answer => noted.push(answer));";

/// What came over which socket, counted from 1.
type Heard = Arc<Mutex<Vec<(usize, Value)>>>;

/// The first socket ends at the join, the second at the event, and the third answers, before and after it
/// has news.
async fn live(mut socket: WebSocket, number: usize, heard: Heard) {
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Text(text) = message else {
            continue;
        };
        let frame: Value = serde_json::from_str(&text).unwrap();
        heard.lock().unwrap().push((number, frame.clone()));
        if number == 1 || (number == 2 && frame["kind"] == "event") {
            return;
        }
        let push = json!({"kind": "push", "name": "price", "payload": 9});
        let reply = json!({"kind": "reply", "ref": frame["ref"], "payload": "cars"});
        for frame in [push, reply] {
            let sent = socket.send(Message::text(frame.to_string())).await;
            sent.unwrap();
        }
    }
}

fn site(heard: &Heard) -> String {
    let (heard, sockets) = (heard.clone(), Arc::new(AtomicUsize::new(0)));
    let connect = async move |upgrade: WebSocketUpgrade| {
        let number = sockets.fetch_add(1, Ordering::SeqCst) + 1;
        upgrade.on_upgrade(move |socket| live(socket, number, heard))
    };
    let routes = Router::new()
        .route("/", get(|| async { Html(PAGE) }))
        .route("/live", get(connect))
        .route("/traced-web.js", get(script));
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(|| common::serve(listener, routes));
    url
}

fn noted(page: &Page) -> Value {
    page.eval("noted").unwrap()
}

#[test]
fn what_has_no_reply_is_sent_again_over_the_next_socket() {
    let Some(browser) = browser() else { return };
    let heard = Heard::default();
    let page = browser.visitor().unwrap().open(&site(&heard)).unwrap();
    page.eval(&format!("(() => {{ {CONVERSE} }})()")).unwrap();
    page.wait_for("noted.includes('cars')").unwrap();
    let third = json!([
        "closed", "price 9", "joined", true, false, "price 9", "joined", true, "price 9", "cars"
    ]);
    assert_eq!(noted(&page), third);
    let join = |number: u32| json!({"kind": "join", "name": "join cars", "ref": number});
    let event = json!({
        "kind": "event", "name": "filter cars", "payload": "golf", "ref": 1,
        "carrier": {"traceparent": "00-a-b-01"},
    });
    let expected = [
        (1, join(2)),
        (2, join(3)),
        (2, event.clone()),
        (3, join(4)),
        (3, event),
    ];
    assert_eq!(*heard.lock().unwrap(), expected);
}

#[test]
fn spans_that_nobody_takes_wait_up_to_a_number() {
    const ANSWERS: &str = "window.taken = [], window.answer = 0;
        window.fetch = async (to, {body}) => {
            if (answer === 0) throw new TypeError('nobody there');
            const {spans} = JSON.parse(body).resourceSpans[0].scopeSpans[0];
            if (answer === 200) taken.push(...spans.map(it => it.name));
            return {ok: answer === 200, status: answer};
        };
        window.tell = async (status, ...names) => {
            answer = status;
            for (const name of names) traced.startSpan(name).end();
            await traced.flush();
        };";
    let Some(browser) = browser() else { return };
    let page = browser.visitor().unwrap();
    let page = page.open(&site(&Heard::default())).unwrap();
    page.eval(ANSWERS).unwrap();
    let tell = |what: &str| page.eval(&format!("tell({what})")).unwrap();
    tell("503, 'first'");
    tell("0, 'second'");
    tell("400");
    assert_eq!(page.eval("taken").unwrap(), json!([]));
    tell("200, 'third'");
    assert_eq!(
        page.eval("taken").unwrap(),
        json!(["third"]),
        "400 is for good"
    );
    page.eval("traced.settings.kept = 2").unwrap();
    tell("0, 'fourth'");
    tell("429, 'fifth', 'sixth'");
    tell("200");
    let taken = page.eval("taken").unwrap();
    assert_eq!(
        taken,
        json!(["third", "fourth", "fifth"]),
        "the oldest stay"
    );
    let said: Vec<String> = page.messages().iter().map(ToString::to_string).collect();
    let lost = |number: u32, status: u32| {
        said.contains(&format!("console.warning: {number} spans lost: {status}"))
    };
    assert!(lost(2, 400) && lost(1, 429), "{said:?}");
}
