//! Both directions, and what goes wrong, with a real Erlang node.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use beam::{
    CallError, ConnectError, Erlang, INSTALL, Inbox, Kind, Link, Source, StartError, Token, atom,
    binary, carrier_from, carrier_term, integer, is_installed, parts, text, tuple,
};

const STOCK: Source = Source {
    name: "stock.erl",
    text: include_str!("stock.erl"),
};
const LONG: Duration = Duration::from_secs(10);

/// Each test has nodes of its own names.
fn names() -> (String, String) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = |who: &str| format!("{who}{}x{number}@127.0.0.1", std::process::id());
    (name("stock"), name("rust"))
}

/// None where no Erlang is installed, which must not be where it is required.
fn start(name: &str) -> Option<Erlang> {
    testkit::need("erlang", INSTALL, is_installed)
        .then(|| Erlang::start(name, "secret", &[STOCK], "stock:start()").unwrap())
}

fn address(node: &Erlang) -> String {
    format!("127.0.0.1:{}", node.port())
}

async fn connected() -> Option<(Erlang, Link, Inbox, String)> {
    let (peer, me) = names();
    let node = start(&peer)?;
    let (link, inbox) = Link::connect(&address(&node), &peer, &me, "secret")
        .await
        .unwrap();
    Some((node, link, inbox, me))
}

#[tokio::test]
async fn terms_come_back_as_they_were() {
    let Some((_node, link, ..)) = connected().await else {
        return;
    };
    let carrier = HashMap::from([("traceparent".to_owned(), "00-aa-bb-01".to_owned())]);
    let sent = tuple([
        carrier_term(&carrier),
        integer(7),
        binary("golf"),
        atom("ok"),
    ]);
    let echo = tuple([atom("echo"), sent.clone()]);
    let back = link.call("stock", echo, LONG).await.unwrap();
    assert_eq!(back, sent);
    let [first, ..] = parts::<4>(back).unwrap();
    assert_eq!(carrier_from(&first), carrier);
}

#[tokio::test]
async fn a_call_that_comes_to_nothing_says_why() {
    let Some((mut_node, link, ..)) = connected().await else {
        return;
    };
    let nobody = link.call("nobody", atom("x"), LONG).await;
    assert_eq!(nobody, Err(CallError::NoProcess));
    let late = link
        .call("stock", atom("later"), Duration::from_millis(1))
        .await;
    assert_eq!(late, Err(CallError::Timeout));
    // The late answer comes before the next one, and is not taken for it.
    let answered = link.call("stock", atom("answer_all"), LONG).await;
    assert_eq!(answered, Ok(integer(1)));
    let crashed = link.call("stock", atom("crash"), LONG).await;
    assert_eq!(crashed, Err(CallError::Down("'boom'".to_owned())));
    drop(mut_node);
    let gone = link.call("stock", atom("x"), LONG).await;
    assert_eq!(gone, Err(CallError::NoConnection));
}

#[tokio::test]
async fn a_node_that_goes_down_ends_the_call_at_once() {
    let Some((node, link, ..)) = connected().await else {
        return;
    };
    let call = link.call("stock", atom("later"), LONG);
    let kill = async {
        // Another call is answered: so the first one has arrived.
        let echo = tuple([atom("echo"), integer(1)]);
        link.call("stock", echo, LONG).await.unwrap();
        drop(node);
    };
    let (gone, ()) = tokio::join!(call, kill);
    assert_eq!(gone, Err(CallError::NoConnection));
}

#[tokio::test]
async fn erlang_calls_and_casts_and_pings_us() {
    let Some((_node, link, mut inbox, me)) = connected().await else {
        return;
    };
    let ping = link.call("stock", atom("ping_back"), LONG).await;
    assert_eq!(ping, Ok(atom("pong")));
    let asked = link.call(
        "stock",
        tuple([atom("ask_back"), atom(&me), integer(7)]),
        LONG,
    );
    let answer = async {
        let asked = inbox.recv().await.unwrap();
        assert_eq!((&*asked.to, asked.message), ("price", integer(7)));
        let Kind::Call(from) = asked.kind else {
            panic!("no call")
        };
        link.reply(&from, integer(17_500), None);
    };
    let (answered, ()) = tokio::join!(asked, answer);
    assert_eq!(answered, Ok(integer(17_500)));
    link.cast("stock", tuple([atom("tell"), atom(&me), binary("hello")]));
    let told = inbox.recv().await.unwrap();
    assert!(matches!(told.kind, Kind::Cast));
    assert_eq!((&*told.to, &*text(&told.message)), ("audit", "hello"));
}

#[tokio::test]
async fn a_wrong_cookie_is_refused() {
    let (peer, me) = names();
    let Some(node) = start(&peer) else {
        return;
    };
    let refused = Link::connect(&address(&node), &peer, &me, "another").await;
    assert!(
        matches!(refused, Err(ConnectError::Refused(_))),
        "{refused:?}"
    );
    let (peer, me) = names();
    let nobody = Link::connect("127.0.0.1:1", &peer, &me, "secret").await;
    assert!(matches!(nobody, Err(ConnectError::Io(_))));
}

#[test]
fn what_does_not_compile_is_told_with_its_line() {
    if !testkit::need("erlang", INSTALL, is_installed) {
        return;
    }
    let broken = Source {
        name: "broken.erl",
        text: "-module(broken).\n-export([a/0]).\na() -> b(.\n",
    };
    let error = Erlang::start("broken@127.0.0.1", "secret", &[broken], "ok").unwrap_err();
    let StartError::Compiler(said) = error else {
        panic!("{error}")
    };
    assert!(said.starts_with("broken.erl:3:"), "{said}");
}

#[tokio::test]
async fn a_node_that_does_not_start_is_told() {
    let (peer, _) = names();
    if start(&peer).is_none() {
        return;
    }
    let ended = Erlang::start(&peer, "secret", &[STOCK], "exit(no)").unwrap_err();
    assert!(matches!(ended, StartError::Ended), "{ended}");
}

#[tokio::test]
async fn a_token_of_sequential_tracing_comes_back_with_its_label() {
    let Some((_node, link, mut inbox, me)) = connected().await else {
        return;
    };
    let label = binary("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let forward = tuple([atom("forward"), atom(&me), atom("hello")]);
    link.send("stock", forward, Some(Token::new(label.clone())));
    let told = inbox.recv().await.unwrap();
    let [_, there] = parts::<2>(told.message).unwrap();
    assert_eq!(
        there,
        tuple([atom("label"), label.clone()]),
        "in the process that was sent it"
    );
    let back = told.token.unwrap();
    assert_eq!(back.label(), &label, "in what that process sends");
}
