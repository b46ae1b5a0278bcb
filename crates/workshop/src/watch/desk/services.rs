//! Lab and book, as the watcher sees them.

use course::{Backend, BackendKind, Session};
use trace_view::Links;

use super::Desk;
use crate::{
    backend,
    services::{Services, Told, waiting::Waiting},
    watch::screen::words,
};

impl Desk {
    pub(super) fn links(&self) -> Links {
        Links {
            book: self.session.book.clone(),
            web: self.session.web().to_owned(),
        }
    }

    /// Finds out what runs already, and has the rest begun.
    pub(super) fn prepare(&mut self) {
        if let Some(other) = self.room.session() {
            self.join(other);
            return;
        }
        let recorded = Session::load(&self.room.layout).pid;
        if recorded != 0 {
            self.say(&format!(
                "The last runner (process {recorded}) was killed; nothing of yours was lost.\n"
            ));
        }
        self.find_backend();
        match Waiting::start() {
            Ok(waiting) => {
                self.session.book = waiting.address().to_owned();
                waiting
                    .note
                    .iter()
                    .for_each(|note| self.say(&format!("{note}\n")));
                let lab = self.session.backend.is_none();
                let layout = self.room.layout.clone();
                self.services = Some(Services::start(layout, lab, waiting, self.events.clone()));
            }
            Err(problem) => self.problem(&problem),
        }
        self.owns_session = true;
        self.save();
    }

    /// Another runner watches this checkout: its lab and book serve both.
    fn join(&mut self, other: Session) {
        self.say(&format!(
            "`cargo workshop` runs here already (process {}): its book and viewer are used.\n",
            other.pid
        ));
        self.session = other;
    }

    fn find_backend(&mut self) {
        self.session.backend = backend::usual();
        if let Some(backend) = &self.session.backend {
            let who = match backend.kind {
                BackendKind::Jaeger => "Jaeger",
                BackendKind::Lab => "A lab",
            };
            let web = &backend.web;
            self.say(&format!("{who} answers at {web} already and is used.\n"));
        }
    }

    fn save(&self) {
        if !self.owns_session {
            return;
        }
        if let Err(error) = self.session.save(&self.room.layout) {
            let path = self.room.layout.session();
            self.problem(&crate::Problem::file("write", &path, &error));
        }
    }

    pub(super) fn hear(&mut self, told: Told) {
        match told {
            Told::Building(what, step) => {
                let text = format!("{} in the background: {}", name(what), words(&step));
                let line = self.building.get_or_insert_with(|| self.status.ticking());
                line.say(&text);
            }
            Told::Ahead => self.building = None,
            Told::Lab(backend, notes) => self.use_lab(backend, &notes),
            Told::Book(address) => {
                self.building = None;
                // Whoever reads the line may look into the session.
                self.session.book.clone_from(&address);
                self.save();
                self.say(&format!("   The book is at {address}\n"));
            }
            Told::Ended(package, problem) => {
                match package {
                    "trace-lab" => self.session.backend = None,
                    _ => self.session.book.clear(),
                }
                self.save();
                self.problem(&problem);
            }
            Told::Failed(problem) => {
                self.building = None;
                self.problem(&problem);
            }
        }
    }

    fn use_lab(&mut self, backend: Backend, notes: &[String]) {
        self.building = None;
        let said = format!(
            "   The trace viewer is at {} (OTLP/HTTP {}, OTLP/gRPC {})\n",
            backend.web, backend.otlp_http, backend.otlp_grpc
        );
        self.session.backend = Some(backend);
        self.save();
        notes
            .iter()
            .for_each(|note| self.say(&format!("   {note}\n")));
        self.say(&said);
        self.deliver();
    }
}

fn name(package: &'static str) -> &'static str {
    match package {
        "trace-lab" => "trace viewer",
        "course-book" => "book",
        other => other,
    }
}
