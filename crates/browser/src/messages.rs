//! What a page says of itself: its console, its exceptions, its requests that failed.

use std::{collections::HashMap, fmt};

use serde_json::Value;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Written to the console, for whoever looks.
    Note,
    /// Something went wrong: an exception, `console.error`, a request without an answer or with one
    /// from 400 on.
    Error,
}

/// One thing that a page said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How bad it is.
    pub level: Level,
    /// One line.
    pub text: String,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads the events of one page.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    pub(crate) all: Vec<Message>,
    /// What was requested, by the browser's id of it.
    requests: HashMap<String, String>,
}

impl Messages {
    pub(crate) fn read(&mut self, event: &str, of: &Value) {
        match event {
            "Runtime.consoleAPICalled" => self.console(of),
            "Runtime.exceptionThrown" => self.error(exception(&of["exceptionDetails"])),
            "Log.entryAdded" => self.log(&of["entry"]),
            "Network.requestWillBeSent" => self.requested(of),
            "Network.loadingFailed" => self.failed(of),
            _ => {}
        }
    }

    fn error(&mut self, text: String) {
        self.add(Level::Error, &text);
    }

    fn add(&mut self, level: Level, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.all.push(Message { level, text });
    }

    fn console(&mut self, of: &Value) {
        let kind = text(&of["type"]);
        let arguments = of["args"].as_array().into_iter().flatten();
        let said: Vec<String> = arguments.map(shown).collect();
        let level = match kind {
            "error" | "assert" => Level::Error,
            _ => Level::Note,
        };
        self.add(level, &format!("console.{kind}: {}", said.join(" ")));
    }

    /// What the browser itself writes into the console: answers from 400 on, refused origins.
    fn log(&mut self, entry: &Value) {
        // Those without an answer are told with a better reason.
        if text(&entry["level"]) == "error" && !text(&entry["text"]).contains("net::ERR_") {
            let [said, url] = ["text", "url"].map(|field| text(&entry[field]));
            self.error(format!("{said} {url}"));
        }
    }

    fn requested(&mut self, of: &Value) {
        let request = &of["request"];
        let what = format!("{} {}", text(&request["method"]), text(&request["url"]));
        self.requests
            .insert(text(&of["requestId"]).to_owned(), what);
    }

    fn failed(&mut self, of: &Value) {
        let what = self.requests.get(text(&of["requestId"]));
        let what = what.map_or("a request", String::as_str);
        let why = text(&of["errorText"]);
        let refused = of["corsErrorStatus"]["corsError"].as_str();
        let refused = refused.map_or_else(String::new, |cors| {
            let name = text(&of["corsErrorStatus"]["failedParameter"]);
            format!(" ({cors} {name})")
        });
        // Whoever leaves a page cancels what it still waits for.
        if of["canceled"] != Value::Bool(true) {
            self.error(format!("{what} failed: {why}{refused}"));
        }
    }
}

/// What was thrown, and where: code that cannot be read has no stack to tell.
pub(crate) fn exception(details: &Value) -> String {
    let thrown = &details["exception"];
    let described = thrown["description"].as_str();
    let described = described.or_else(|| thrown["value"].as_str());
    let described = described.unwrap_or(text(&details["text"]));
    match (text(&details["url"]), details["lineNumber"].as_u64()) {
        (url, Some(line)) if !url.is_empty() && !described.contains(url) => {
            format!("{described} ({url}:{})", line + 1)
        }
        _ => described.to_owned(),
    }
}

fn shown(argument: &Value) -> String {
    match (&argument["value"], argument["description"].as_str()) {
        (Value::String(text), _) => text.clone(),
        (Value::Null, Some(described)) => described.to_owned(),
        (Value::Null, None) => text(&argument["type"]).to_owned(),
        (value, _) => value.to_string(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
