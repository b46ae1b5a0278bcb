//! An exercise's page for a browser of the learner's own, with the verdict beside it.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::Sender},
    thread::{self, JoinHandle},
};

use course::{Backend, Exercise, Layout};
use serde::Serialize;

use super::{
    Told,
    child::{self, Service},
    door::{Answer, Door},
    gate::Gate,
};
use crate::{Problem, build};

/// The example that serves an exercise's page.
const EXAMPLE: &str = "browse";

const PAGE: &str = include_str!("beside.html");

/// Whether an exercise has a page to look at.
pub(crate) fn has_page(exercise: &Exercise) -> bool {
    exercise
        .dir
        .join("examples")
        .join(EXAMPLE)
        .with_extension("rs")
        .is_file()
}

/// What stands there now. The page asks for it again and again.
#[derive(Clone, Default, Serialize)]
struct Now {
    /// The verdict in a word.
    word: String,
    passed: bool,
    /// The whole report.
    verdict: String,
    /// Where a viewer has what visitors sent.
    viewer: Option<String>,
    /// Where the page's spans go; where they usually go without.
    #[serde(skip)]
    otlp: Option<String>,
    /// The exercise's page.
    page: String,
    /// How often that was started.
    start: u32,
}

/// A verdict, as it is shown beside the page.
pub(crate) struct Said {
    pub(crate) word: &'static str,
    pub(crate) passed: bool,
    pub(crate) report: String,
    /// Whether what was checked compiles, so that the page can begin anew.
    pub(crate) compiles: bool,
    /// What takes the page's spans, from its next start on.
    pub(crate) backend: Option<Backend>,
}

/// Runs until it is dropped.
pub(crate) struct Browse {
    door: Door,
    now: Arc<Mutex<Now>>,
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
}

impl Browse {
    /// Serves the page that shows both; what it shows comes with [`Browse::tell`].
    ///
    /// # Errors
    /// When no port can be had.
    pub(crate) fn start<E: From<Told> + Send + 'static>(
        layout: Layout,
        exercise: &Exercise,
        events: Sender<E>,
    ) -> Result<Self, Problem> {
        let now = Arc::new(Mutex::new(Now::default()));
        let shown = now.clone();
        let door = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| Door::open(listener, move |path| answer(path, &shown)));
        let door = door.map_err(|error| Problem::new(error.to_string(), "try again"))?;
        let gate = Arc::new(Gate::default());
        let worker = Worker {
            layout,
            package: exercise.slug.clone(),
            now: now.clone(),
            gate: gate.clone(),
            events,
        };
        let thread = Some(thread::spawn(move || worker.work()));
        Ok(Self {
            door,
            now,
            gate,
            thread,
        })
    }

    /// Without a slash at the end.
    pub(crate) fn address(&self) -> String {
        self.door.address()
    }

    /// A verdict goes before: what is being compiled stops until there is one.
    pub(crate) fn pause(&self) {
        self.gate.close();
    }

    /// There is a verdict, that of the check of this number.
    pub(crate) fn tell(&self, number: u64, said: Said) {
        let mut now = lock(&self.now);
        now.word = said.word.to_owned();
        now.passed = said.passed;
        now.verdict = said.report;
        let (viewer, otlp) = said.backend.map(|it| (it.web, it.otlp_http)).unzip();
        (now.viewer, now.otlp) = (viewer, otlp);
        if said.compiles {
            self.gate.want(Some(number.to_string()));
            self.gate.open();
        }
    }
}

impl Drop for Browse {
    fn drop(&mut self) {
        self.gate.stop();
        if let Some(thread) = self.thread.take() {
            // A panic there was printed; the runner goes on either way.
            let _ = thread.join();
        }
    }
}

fn lock(now: &Mutex<Now>) -> MutexGuard<'_, Now> {
    now.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(path: &str, now: &Mutex<Now>) -> Answer {
    match path {
        "/" => Answer::html("200 OK", PAGE),
        "/now" => Answer {
            status: "200 OK",
            kind: "application/json",
            body: serde_json::to_string(&*lock(now)).unwrap_or_default(),
        },
        _ => Answer::html("404 Not Found", "There is nothing here."),
    }
}

struct Worker<E> {
    layout: Layout,
    package: String,
    now: Arc<Mutex<Now>>,
    gate: Arc<Gate>,
    events: Sender<E>,
}

impl<E: From<Told>> Worker<E> {
    /// Each check that compiles is wanted once: compiled, and started where the one before stood.
    fn work(self) {
        let mut done = Vec::new();
        let mut running: Option<Service> = None;
        let mut port = 0;
        while let Some((number, cancel)) = self.gate.pass_for_next(&done) {
            let arguments = ["build", "-p", &self.package, "--example", EXAMPLE];
            let command = build::cargo(self.layout.root(), &arguments, false);
            let mut step = |step| self.say(Told::Building("page", step));
            let built = build::build(command, &cancel, &mut step);
            self.say(Told::Ahead);
            if cancel.is_cancelled() {
                continue;
            }
            done = vec![number];
            drop(running.take());
            let started = built.and_then(|built| match built.executable(EXAMPLE) {
                Some(program) => {
                    let otlp = lock(&self.now).otlp.clone();
                    child::start_page(program, &self.layout, port, otlp.as_deref())
                }
                None => Err(build::failure("the page could not be compiled", &built)),
            });
            match started {
                Ok((service, page)) => {
                    port = port_of(&page).unwrap_or(port);
                    running = Some(service);
                    let mut now = lock(&self.now);
                    now.page = page;
                    now.start += 1;
                }
                Err(problem) => self.say(Told::Failed(problem)),
            }
        }
    }

    fn say(&self, told: Told) {
        // Nobody listens any more when the runner is on its way out.
        let _ = self.events.send(told.into());
    }
}

/// The port in `http://127.0.0.1:4080/cars`.
fn port_of(address: &str) -> Option<u16> {
    let authority = address.strip_prefix("http://")?.split('/').next()?;
    authority.rsplit_once(':')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::port_of;

    #[test]
    fn a_port_stands_after_the_host() {
        assert_eq!(port_of("http://127.0.0.1:4080/cars"), Some(4080));
        assert_eq!(port_of("http://127.0.0.1:4080"), Some(4080));
        assert_eq!(port_of("nothing"), None);
    }
}
