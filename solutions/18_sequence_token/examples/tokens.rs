//! What a process of the BEAM finds as its token of sequential tracing, as a table for the chapter.

use std::{error::Error, time::Duration};

use beam::{Erlang, Link, Source, atom, parts, text};

const NAME: &str = "tokens@127.0.0.1";
const COOKIE: &str = "k-18";
const PATIENCE: Duration = Duration::from_secs(5);
const SOURCE: Source = Source {
    name: "tokens.erl",
    text: include_str!("tokens.erl"),
};
const WAYS: [(&str, &str); 9] = [
    ("message", "a message (`!`, call, cast)"),
    ("reply", "the reply to a call"),
    ("spawn", "`spawn`: the new process"),
    ("exit", "the exit of a linked process"),
    ("without", "a message of a process without a token"),
    ("down", "`DOWN` of a monitored process"),
    ("timer", "`erlang:send_after`"),
    ("socket", "a packet from a socket"),
    ("table", "a row of an ETS table"),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let node = Erlang::start(NAME, COOKIE, &[SOURCE], "tokens:start()")?;
    let address = format!("127.0.0.1:{}", node.port());
    let (link, _inbox) = Link::connect(&address, NAME, "table@127.0.0.1", COOKIE).await?;
    println!("<!-- ANCHOR: tokens -->");
    println!("| what reaches a process | the token it has then |\n|---|---|");
    for (way, what) in WAYS {
        let told = link.call("tokens", atom(way), PATIENCE).await?;
        let [_, token] = parts(told).ok_or("an answer")?;
        let token = match text(&token).as_str() {
            "theirs" => "the one of whoever caused it",
            "before" => "the one it had before",
            _ => "none",
        };
        println!("| {what} | {token} |");
    }
    println!("<!-- ANCHOR_END: tokens -->");
    Ok(())
}
