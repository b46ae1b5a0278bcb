//! What a caller is told of another node that does not answer: a table for the book.
//! `cargo run -p node-dies-solution --example failures` prints it.

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use node_dies_solution::{COOKIE, Stock, inventory};
use nodes::Node;
use ractor::{ActorRef, rpc::CallResult};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::time::{self, Instant};
use traced_nodes::Traced;

/// How long the caller waits.
const PATIENCE: Duration = Duration::from_millis(600);
/// When the node dies that dies meanwhile.
const MEANWHILE: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(5);

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    if let Some(cookie) = env::args().nth(1) {
        return serve(&cookie).await;
    }
    println!("<!-- ANCHOR: failures -->");
    println!("| the node | `call(…, Some(patience))` | `call(…, None)` and a clock of one's own |");
    println!("|---|---|---|");
    let here = Node::start("search", COOKIE).await?;
    for (what, state) in [
        ("answers", State::Well),
        ("is stopped (SIGSTOP)", State::Stopped),
        ("is killed while it works", State::Killed),
        ("was killed before", State::Dead),
    ] {
        let (child, stock) = other(&here).await?;
        let theirs = tell(&child, state, &stock, Some(PATIENCE)).await?;
        drop(child);
        let (child, stock) = other(&here).await?;
        let own = tell(&child, state, &stock, None).await?;
        println!("| {what} | {theirs} | {own} |");
    }
    let (stranger, address) = start("another")?;
    here.connect(&address).await?;
    let found = nodes::find::<Traced<Stock>>("stranger", PATIENCE).await;
    let found = if found.is_some() {
        "is found"
    } else {
        "is not found: there is nobody to call"
    };
    println!("| has another cookie | {found} | {found} |");
    println!("<!-- ANCHOR_END: failures -->");
    drop(stranger);
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Well,
    Stopped,
    Killed,
    Dead,
}

/// What a caller is told, and when.
async fn tell(
    node: &Running,
    state: State,
    stock: &ActorRef<Traced<Stock>>,
    patience: Option<Duration>,
) -> Outcome<String> {
    match state {
        State::Well => {}
        State::Stopped | State::Killed => node.stop()?,
        State::Dead => {
            node.signal(Signal::KILL)?;
            while nodes::find::<Traced<Stock>>("north", Duration::ZERO)
                .await
                .is_some()
            {
                time::sleep(Duration::from_millis(1)).await;
            }
        }
    }
    let kill = async {
        if state == State::Killed {
            time::sleep(MEANWHILE).await;
            return node.signal(Signal::KILL);
        }
        Ok(())
    };
    let began = Instant::now();
    let (mut answers, killed) = tokio::join!(call(stock, patience), kill);
    killed?;
    let when = match began.elapsed() < PATIENCE {
        true => "before its patience ends",
        false => "when its patience ends",
    };
    if state == State::Stopped && patience.is_some() {
        answers = by_chance(stock).await;
    }
    Ok(format!("{answers}, {when}"))
}

/// What is told by chance: it is asked until there are two answers, and not for ever.
async fn by_chance(stock: &ActorRef<Traced<Stock>>) -> String {
    let mut answers = BTreeSet::new();
    for _ in 0..200 {
        answers.insert(call(stock, Some(Duration::from_millis(10))).await);
        if answers.len() > 1 {
            break;
        }
    }
    Vec::from_iter(answers).join(" or ")
}

async fn call(stock: &ActorRef<Traced<Stock>>, patience: Option<Duration>) -> String {
    let asked = |reply| Traced::new(Stock::Find(7, reply));
    let limit = patience.map_or(PATIENCE, |patience| 2 * patience);
    let told = match time::timeout(limit, stock.call(asked, patience)).await {
        Ok(Ok(CallResult::Success(_))) => "`Success`",
        Ok(Ok(CallResult::Timeout)) => "`Timeout`",
        Ok(Ok(CallResult::SenderError)) => "`SenderError`",
        Ok(Err(_)) => "`Err`",
        Err(_) => "no result",
    };
    told.to_owned()
}

/// A child process, which is killed in the end.
struct Running(Child);

impl Running {
    fn signal(&self, signal: Signal) -> Outcome<()> {
        Ok(kill_process(Pid::from_child(&self.0), signal)?)
    }

    /// Stops it, and waits until it does nothing any more: the signal alone leaves it time to answer.
    fn stop(&self) -> Outcome<()> {
        self.signal(Signal::STOP)?;
        let seen = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(Pid::from_child(&self.0)), seen)?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

/// A node of another process, and its actor.
async fn other(here: &Node) -> Outcome<(Running, ActorRef<Traced<Stock>>)> {
    let (child, address) = start(COOKIE)?;
    here.connect(&address).await?;
    // The one before is forgotten as soon as its connection is.
    loop {
        let known = nodes::find::<Traced<Stock>>("north", LONG).await;
        let stock = known.ok_or("the node is not known")?;
        if call(&stock, None).await == "`Success`" {
            return Ok((child, stock));
        }
    }
}

/// Starts this program again, as a node.
fn start(cookie: &str) -> Outcome<(Running, String)> {
    let mut command = Command::new(env::current_exe()?);
    command
        .arg(cookie)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = Running(command.spawn()?);
    let output = child.0.stdout.take().ok_or("no output")?;
    let mut address = String::new();
    BufReader::new(output).read_line(&mut address)?;
    Ok((child, address.trim().to_owned()))
}

/// A node, until whoever started it is gone.
async fn serve(cookie: &str) -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    println!("{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let region = if cookie == COOKIE {
        "north"
    } else {
        "stranger"
    };
    inventory(region, cookie, listener).await
}
