//! Whoever knows the price, in a process of its own.

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, Command, Stdio},
    thread,
};

use async_nats::Client;
use futures_util::StreamExt;
use opentelemetry::{Context, propagation::TextMapPropagator, trace::TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use crate::carrier::Incoming;

pub(crate) const SUBJECT: &str = "inventory.find";
const PRICE: &str = "17500";
const READY: &str = "ready";

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A running inventory, which is killed in the end.
pub(crate) struct Inventory(Child);

impl Inventory {
    /// Starts this program again, and waits until it can be asked.
    pub(crate) fn start(broker: &str) -> Outcome<Self> {
        let mut command = Command::new(env::current_exe()?);
        let command = command.arg(broker);
        let mut child = Self(
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()?,
        );
        let output = child.0.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.trim() == READY {
            Ok(child)
        } else {
            Err("the inventory does not start".into())
        }
    }

    pub(crate) fn signal(&self, signal: Signal) -> Outcome<()> {
        Ok(kill_process(Pid::from_child(&self.0), signal)?)
    }

    /// Stops it, and waits until it does nothing any more: the signal alone leaves it time to answer.
    pub(crate) fn stop(&self) -> Outcome<()> {
        self.signal(Signal::STOP)?;
        let seen = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(Pid::from_child(&self.0)), seen)?;
        Ok(())
    }
}

impl Drop for Inventory {
    fn drop(&mut self) {
        let _already_gone = (self.0.kill(), self.0.wait());
    }
}

/// What the process runs, until whoever started it is gone.
pub(crate) async fn serve(broker: &str) -> Outcome<()> {
    let client = async_nats::connect(broker).await?;
    thread::spawn(|| {
        let _ends = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    answer(client).await
}

// ANCHOR: answer
async fn answer(client: Client) -> Outcome<()> {
    let mut asked = client.subscribe(SUBJECT).await?;
    client.flush().await?;
    tell_ready()?;
    let propagator = TraceContextPropagator::new();
    while let Some(message) = asked.next().await {
        let headers = message.headers.unwrap_or_default();
        let carrier = Incoming(&headers);
        let caller = propagator.extract_with_context(&Context::new(), &carrier);
        let told = price(&caller);
        if let Some(reply) = message.reply {
            client.publish(reply, told.into()).await?;
        }
    }
    Ok(())
}
// ANCHOR_END: answer

/// The price, and whose trace the question is a part of.
fn price(caller: &Context) -> String {
    format!("{PRICE} {}", caller.span().span_context().trace_id())
}

/// Whether an answer is the price for that trace.
pub(crate) fn is_right(answer: &str, caller: &Context) -> bool {
    answer == price(caller)
}

fn tell_ready() -> io::Result<()> {
    println!("{READY}");
    io::stdout().flush()
}
