//! The call of exercise 16 over NATS request and reply: what its caller is told when it comes to
//! nothing. `cargo run -p nats-call` prints a table for the book.

#![forbid(unsafe_code)]

mod carrier;
mod inventory;

use std::{env, process::ExitCode, time::Duration};

use async_nats::{Client, ConnectOptions, HeaderMap, Request, RequestError, RequestErrorKind};
use broker::{Broker, StartError};
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt, TraceState},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use rustix::process::Signal;
use tokio::time::{self, Instant};

use carrier::Outgoing;
use inventory::{Inventory, Outcome, SUBJECT, is_right, serve};

/// How long the caller waits.
const PATIENCE: Duration = Duration::from_millis(600);
/// When something dies that dies meanwhile.
const MEANWHILE: Duration = Duration::from_millis(20);
/// The exit code where a component is missing.
const SKIPPED: u8 = 3;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match env::args().nth(1) {
        Some(broker) => serve(&broker).await,
        None => table().await,
    };
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    eprintln!("{error}");
    let missing = matches!(error.downcast_ref(), Some(StartError::Missing));
    let required = env::var("WORKSHOP_REQUIRE").is_ok_and(|list| list.contains("nats"));
    ExitCode::from(if missing && !required { SKIPPED } else { 1 })
}

async fn table() -> Outcome<()> {
    println!("<!-- ANCHOR: failures -->");
    println!("| the other side | `client.send_request(…)` |\n|---|---|");
    for (what, state) in [
        ("answers", State::Well),
        ("is stopped (SIGSTOP)", State::Stopped),
        ("is killed while it works", State::Killed),
        ("was killed before", State::Dead),
        ("lives, and the broker is killed meanwhile", State::NoBroker),
    ] {
        println!("| {what} | {} |", told(state).await?);
    }
    println!(
        "| may not connect: a wrong password | {} |",
        refused().await?
    );
    println!("<!-- ANCHOR_END: failures -->");
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Well,
    Stopped,
    Killed,
    Dead,
    NoBroker,
}

/// What a caller is told, and when.
async fn told(state: State) -> Outcome<String> {
    let mut broker = Broker::start()?;
    let inventory = Inventory::start(broker.address())?;
    let client = async_nats::connect(broker.address()).await?;
    let caller = caller();
    match state {
        State::Well => {}
        State::Stopped | State::Killed | State::NoBroker => inventory.stop()?,
        State::Dead => {
            inventory.signal(Signal::KILL)?;
            // The broker finds out by itself, and soon.
            while !matches!(call(&client, &caller).await, Err(error) if is_nobody(&error)) {}
        }
    }
    let meanwhile = async {
        time::sleep(MEANWHILE).await;
        match state {
            State::Killed => inventory.signal(Signal::KILL),
            State::NoBroker => {
                broker.kill();
                Ok(())
            }
            _ => Ok(()),
        }
    };
    let began = Instant::now();
    let asked = async { (call(&client, &caller).await, began.elapsed()) };
    let ((answer, took), done) = tokio::join!(asked, meanwhile);
    done?;
    let when = match took < PATIENCE {
        true => "before its patience ends",
        false => "when its patience ends",
    };
    Ok(match answer {
        Ok(answer) if is_right(&answer, &caller) => format!("the price, {when}"),
        Ok(other) => return Err(format!("{other} is no answer to this question").into()),
        Err(error) => format!("`{:?}`, {when}", error.kind()),
    })
}

fn is_nobody(error: &RequestError) -> bool {
    error.kind() == RequestErrorKind::NoResponders
}

// ANCHOR: call
async fn call(client: &Client, caller: &Context) -> Result<String, RequestError> {
    let mut headers = HeaderMap::new();
    let carrier = &mut Outgoing(&mut headers);
    TraceContextPropagator::new().inject_context(caller, carrier);
    let request = Request::new().headers(headers).timeout(Some(PATIENCE));
    let answer = client.send_request(SUBJECT, request).await?;
    Ok(String::from_utf8_lossy(&answer.payload).into_owned())
}
// ANCHOR_END: call

/// The context of a CLIENT span.
fn caller() -> Context {
    let (trace, span) = (TraceId::from(0x4bf9_2f35), SpanId::from(0x00f0_67aa));
    let state = TraceState::default();
    let span = SpanContext::new(trace, span, TraceFlags::SAMPLED, false, state);
    Context::new().with_remote_span_context(span)
}

/// What somebody is told who has a wrong password.
async fn refused() -> Outcome<String> {
    let broker = Broker::start_with(&["--user", "search", "--pass", "k-16"])?;
    let options = ConnectOptions::with_user_and_password("search".to_owned(), "another".to_owned());
    match options.connect(broker.address()).await {
        Ok(_) => Err("a wrong password is accepted".into()),
        Err(error) => Ok(format!("`{:?}`, told to whoever connects", error.kind())),
    }
}
