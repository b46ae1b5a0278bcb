//! Lab and book, as the watcher sees them.

use course::{Backend, BackendKind, Session, Verdict};
use trace_view::{Links, Style};

use super::Desk;
use crate::{
    backend,
    commands::open,
    report::text,
    services::{
        Services, Told,
        browse::{Browse, Said, has_page},
        waiting::Waiting,
    },
    watch::screen::words,
};

/// How many columns a report has beside a page.
const BESIDE: usize = 80;

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
        self.tell_page();
        self.deliver();
    }

    /// Serves the exercise's page and opens it, the verdict beside it.
    pub(super) fn browse(&mut self) {
        let Some(exercise) = self.exercise().filter(|exercise| has_page(exercise)) else {
            self.say("   This exercise has no page to look at.\n");
            return;
        };
        if self.browse.is_none() {
            let layout = self.room.layout.clone();
            match Browse::start(layout, exercise, self.events.clone()) {
                Ok(browse) => self.browse = Some(browse),
                Err(problem) => return self.problem(&problem),
            }
            self.tell_page();
        }
        if let Some(browse) = &self.browse {
            self.say(&open::page(&browse.address()));
        }
    }

    /// What stands beside the page is the last verdict.
    pub(super) fn tell_page(&self) {
        let (Some(browse), Some(outcome)) = (&self.browse, &self.outcome) else {
            return;
        };
        let Some(exercise) = self.exercise() else {
            return;
        };
        let compiles = outcome.verdict != Verdict::CompileError;
        let plain = Style {
            colour: false,
            width: BESIDE,
        };
        let report = match compiles {
            true => text::outcome(exercise, outcome, &self.links(), &plain),
            false => "It does not compile: the terminal says why.".to_owned(),
        };
        let said = Said {
            word: text::word(outcome.verdict),
            passed: outcome.passed(),
            report,
            compiles,
            backend: self.session.backend.clone(),
        };
        browse.tell(self.number, said);
    }
}

fn name(package: &'static str) -> &'static str {
    match package {
        "trace-lab" => "trace viewer",
        "course-book" => "book",
        other => other,
    }
}
