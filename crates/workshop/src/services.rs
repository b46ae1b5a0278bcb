//! Lab and book beside the learner: compiled behind the first verdict, started as children, ended
//! with the runner.

pub(crate) mod browse;
pub(crate) mod child;
mod door;
mod gate;
pub(crate) mod waiting;

use std::{
    path::PathBuf,
    sync::{Arc, mpsc::Sender},
    thread::{self, JoinHandle},
};

use course::{Backend, Layout};

use crate::{
    Problem,
    build::{self, Step},
    services::{child::Service, gate::Gate, waiting::Waiting},
};

/// The usual ports and what they are for.
pub(crate) const PORTS: [(u16, &str); 4] = [
    (3000, "the book"),
    (16686, "the viewer"),
    (4318, "OTLP/HTTP"),
    (4317, "OTLP/gRPC"),
];

/// What is compiled when lab and book are there.
const NEXT: &str = "next exercise";

/// What becomes of them.
#[derive(Debug)]
pub(crate) enum Told {
    /// How far the compiler is with which of them.
    Building(&'static str, Step),
    /// A service has ended before the runner did: the package, and what to say.
    Ended(&'static str, Problem),
    /// The lab answers; with what it says of its ports.
    Lab(Backend, Vec<String>),
    /// The book answers.
    Book(String),
    /// Nothing is left to compile for now.
    Ahead,
    /// One of them will not come.
    Failed(Problem),
}

/// The thread that builds and holds them.
pub(crate) struct Services {
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
}

impl Services {
    /// Begins once [`Services::resume`] lets it. Without `lab` only the book is wanted.
    pub(crate) fn start<E: From<Told> + Send + 'static>(
        layout: Layout,
        lab: bool,
        waiting: Waiting,
        events: Sender<E>,
    ) -> Self {
        let gate = Arc::new(Gate::default());
        let worker = Worker {
            layout,
            gate: gate.clone(),
            events,
        };
        let thread = thread::spawn(move || worker.work(lab, waiting));
        Self {
            gate,
            thread: Some(thread),
        }
    }

    /// A learner's verdict goes before: what is being compiled stops until [`Services::resume`].
    pub(crate) fn pause(&self) {
        self.gate.close();
    }

    /// Lets the compiler go on: with what is missing, then with `next`, the package of the exercise
    /// that comes next.
    pub(crate) fn resume(&self, next: Option<String>) {
        self.gate.want(next);
        self.gate.open();
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        self.gate.stop();
        if let Some(thread) = self.thread.take() {
            // A panic there was printed; the runner ends either way.
            let _ = thread.join();
        }
    }
}

struct Worker<E> {
    layout: Layout,
    gate: Arc<Gate>,
    events: Sender<E>,
}

impl<E: From<Told> + Send + 'static> Worker<E> {
    fn work(self, lab: bool, waiting: Waiting) {
        let mut running: Vec<Service> = Vec::new();
        if lab && let Some(program) = self.build("trace-lab") {
            running.extend(self.start_lab(&program));
        }
        let book = self.build("course-book");
        let port = waiting.port();
        if let Some(program) = book {
            // The page hands its port over; whoever has it open sees the book at its next look.
            drop(waiting);
            running.extend(self.start_book(&program, port));
            self.look_ahead();
        } else {
            self.look_ahead();
            drop(waiting);
        }
        running.iter_mut().for_each(Service::stop);
    }

    fn tell(&self, told: Told) {
        // Nobody listens any more when the runner is on its way out.
        let _ = self.events.send(told.into());
    }

    /// The program of a package, compiled as often as it takes to be left in peace.
    fn build(&self, package: &'static str) -> Option<PathBuf> {
        while let Some(cancel) = self.gate.pass() {
            let arguments = ["build", "-p", package, "--bin", package];
            let command = build::cargo(self.layout.root(), &arguments, false);
            let mut step = |step| self.tell(Told::Building(package, step));
            let built = build::build(command, &cancel, &mut step);
            if cancel.is_cancelled() {
                continue;
            }
            let failed = match built {
                Ok(built) => match built.executable(package) {
                    Some(program) => return Some(program.to_owned()),
                    None => build::failure(&format!("{package} could not be compiled"), &built),
                },
                Err(problem) => problem,
            };
            self.tell(Told::Failed(failed));
            return None;
        }
        None
    }

    /// Compiles what the next exercise stands on while the learner reads, until the runner ends.
    fn look_ahead(&self) {
        let mut done = Vec::new();
        while let Some((package, cancel)) = self.gate.pass_for_next(&done) {
            let arguments = ["test", "--no-run", "--test", "verify", "-p", &package];
            let command = build::cargo(self.layout.root(), &arguments, false);
            let mut step = |step| self.tell(Told::Building(NEXT, step));
            // Whatever fails is told when the learner is there.
            let _ = build::build_behind(command, &cancel, &mut step);
            if !cancel.is_cancelled() {
                done.push(package);
            }
            self.tell(Told::Ahead);
        }
    }

    fn start_lab(&self, program: &std::path::Path) -> Option<Service> {
        match child::start_lab(program, &self.layout) {
            Ok(mut lab) => {
                self.announce_end("trace-lab", &mut lab.process);
                self.tell(Told::Lab(lab.backend, lab.notes));
                Some(lab.process)
            }
            Err(problem) => {
                self.tell(Told::Failed(problem));
                None
            }
        }
    }

    /// Says so when a service ends before the runner does.
    fn announce_end(&self, package: &'static str, service: &mut Service) {
        let (gate, events) = (self.gate.clone(), self.events.clone());
        service.when_ended(move || {
            if gate.is_stopped() {
                return;
            }
            let what = format!("{package} has ended by itself");
            let remedy = "your verdicts do not need it; quit, and `cargo workshop` starts it again";
            let _ = events.send(Told::Ended(package, Problem::new(what, remedy)).into());
        });
    }

    fn start_book(&self, program: &std::path::Path, port: u16) -> Option<Service> {
        match child::start_book(program, &self.layout, port) {
            Ok((mut process, address)) => {
                self.announce_end("course-book", &mut process);
                self.tell(Told::Book(address));
                Some(process)
            }
            Err(problem) => {
                self.tell(Told::Failed(problem));
                None
            }
        }
    }
}
