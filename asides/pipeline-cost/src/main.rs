//! What it costs to trace a pipeline, event by event.
//!
//! `cargo author bench-pipeline` prints it. A source and three stages, with bounded channels between them
//! and one thread for all, hand on events for which there is nothing to do: what is left is the way. Each
//! way runs in a process of its own, several times in turn; the median counts.

mod memory;
mod pipeline;
mod way;

use std::{env, error::Error, process::Command, time::Duration};

use pipeline::{Run, STAGES};
use way::Way;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How often each way is measured.
const ROUNDS: usize = 3;
const MILLION: u64 = 1_000_000;

fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.as_slice() {
        [] => table(MILLION),
        [events] => table(events.parse()?),
        [events, way] => {
            let way = Way::named(way).ok_or("no such way")?;
            println!("{}", pipeline::run(way, events.parse()?)?);
            Ok(())
        }
        _ => Err("arguments: [EVENTS [WAY]]".into()),
    }
}

/// Measures each way and prints the table.
fn table(events: u64) -> Outcome<()> {
    let mut runs: Vec<Vec<Run>> = Way::ALL.map(|_| Vec::new()).into();
    for _ in 0..ROUNDS {
        for (way, runs) in Way::ALL.into_iter().zip(&mut runs) {
            runs.push(in_a_process(way, events)?);
        }
    }
    let medians: Vec<Run> = runs.into_iter().filter_map(median).collect();
    let plain = medians.first().ok_or("nothing was measured")?.took;
    println!("{events} events through {STAGES} stages, the median of {ROUNDS} runs:\n");
    println!(
        "<!-- ANCHOR: ways -->\n| the pipeline | an event | to plain | more memory in the last nine tenths |"
    );
    println!("|---|---:|---:|---:|");
    for (way, run) in Way::ALL.into_iter().zip(&medians) {
        println!(
            "| {} | {} | {} | {} |",
            way.says(),
            each(run.took, events),
            ratio(run.took, plain),
            run.grown()
        );
    }
    println!("<!-- ANCHOR_END: ways -->");
    Ok(())
}

/// This program again, for one way.
fn in_a_process(way: Way, events: u64) -> Outcome<Run> {
    let output = Command::new(env::current_exe()?)
        .args([&events.to_string(), way.name()])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let said = String::from_utf8(output.stdout)?;
    Run::read(&said).ok_or_else(|| format!("{said} is no run").into())
}

/// The run in the middle, by its time.
fn median(mut runs: Vec<Run>) -> Option<Run> {
    runs.sort_by_key(|run| run.took);
    let middle = runs.len() / 2;
    runs.into_iter().nth(middle)
}

fn each(took: Duration, events: u64) -> String {
    let nanos = took.as_nanos() / u128::from(events.max(1));
    format!("{}.{:02} µs", nanos / 1000, nanos % 1000 / 10)
}

fn ratio(took: Duration, plain: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() / plain.as_secs_f64())
}
