//! The debugging pipe: commands and their answers, and what the browser tells by itself.

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{Error, messages::Messages};

/// How long anything is waited for. A browser takes half a second to start; under load, much longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// Both ends of messages that end with a zero.
#[derive(Debug)]
pub(crate) struct Pipe {
    writer: Mutex<Writer>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Writer {
    stream: UnixStream,
    last_id: u64,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// What was heard.
#[derive(Debug, Default)]
pub(crate) struct State {
    answers: HashMap<u64, Value>,
    sessions: HashMap<String, Session>,
    closed: bool,
}

/// What was heard of one page.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) messages: Messages,
    /// The documents that are complete, by the browser's id of their loading.
    pub(crate) loaded: HashSet<String>,
    /// The page is gone.
    pub(crate) gone: bool,
}

impl Pipe {
    pub(crate) fn new(stream: UnixStream) -> Result<Self, Error> {
        let shared = Arc::<Shared>::default();
        let (reader, heard) = (BufReader::new(stream.try_clone()?), shared.clone());
        thread::spawn(move || heard.listen(reader));
        let writer = Mutex::new(Writer { stream, last_id: 0 });
        Ok(Self { writer, shared })
    }

    /// Sends a command, to a page or to the browser, and waits for its answer.
    pub(crate) fn ask(
        &self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, Error> {
        let id = self.send(session, method, parameters)?;
        let answer = self.wait(method, |state| state.answers.remove(&id))?;
        match answer["error"]["message"].as_str() {
            Some(why) => Err(Error::Refused(method.to_owned(), why.to_owned())),
            None => Ok(answer["result"].clone()),
        }
    }

    fn send(&self, session: Option<&str>, method: &str, parameters: Value) -> Result<u64, Error> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.last_id += 1;
        let mut command = json!({"id": writer.last_id, "method": method, "params": parameters});
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        // One that is gone is noticed by whoever waits for its answer.
        let _ = writer.stream.write_all(format!("{command}\0").as_bytes());
        Ok(writer.last_id)
    }

    /// Waits until there is something in what was heard; `what` is for whoever waits too long.
    pub(crate) fn wait<T>(
        &self,
        what: &str,
        mut find: impl FnMut(&mut State) -> Option<T>,
    ) -> Result<T, Error> {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.shared.state();
        loop {
            if let Some(found) = find(&mut state) {
                return Ok(found);
            }
            if state.closed {
                return Err(Error::Ended(format!("{what} is without an answer")));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Late(what.to_owned(), PATIENCE));
            }
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for anything to be heard, for a moment.
    pub(crate) fn doze(&self, moment: Duration) {
        let waited = self
            .shared
            .changed
            .wait_timeout(self.shared.state(), moment);
        drop(waited);
    }

    /// What was heard of a page.
    pub(crate) fn of<T>(&self, session: &str, look: impl FnOnce(&Session) -> T) -> T {
        look(self.shared.state().session(session))
    }
}

impl State {
    pub(crate) fn session(&mut self, id: &str) -> &mut Session {
        self.sessions.entry(id.to_owned()).or_default()
    }

    fn take(&mut self, heard: Value) {
        if let Some(id) = heard["id"].as_u64() {
            self.answers.insert(id, heard);
            return;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (event, of) = (text(&heard["method"]), &heard["params"]);
        let session = text(&heard["sessionId"]);
        match &*event {
            "Target.detachedFromTarget" => self.session(&text(&of["sessionId"])).gone = true,
            "Page.lifecycleEvent" if of["name"] == "load" => {
                let loader = text(&of["loaderId"]);
                self.session(&session).loaded.insert(loader);
            }
            _ => self.session(&session).messages.read(&event, of),
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, reader: impl BufRead) {
        for message in reader.split(0) {
            let Ok(message) = message else { break };
            if let Ok(heard) = serde_json::from_slice(&message) {
                self.state().take(heard);
                self.changed.notify_all();
            }
        }
        self.state().closed = true;
        self.changed.notify_all();
    }
}
