//! What comes of a check.

use std::thread;

use course::Verdict;

use super::{BROWSE, Desk, KEYS};
use crate::{
    Outcome, Problem, backend, progress, report::text, services::browse::has_page,
    watch::event::Event,
};

impl Desk {
    pub(super) fn checked(&mut self, number: u64, result: Result<Outcome, Problem>) {
        if number != self.number {
            return;
        }
        match result {
            Ok(outcome) => {
                self.show_outcome(&outcome);
                if outcome.verdict != Verdict::CompileError {
                    self.prepare_shortcut();
                }
                self.outcome = Some(outcome);
                self.tell_page();
            }
            Err(problem) => self.problem(&problem),
        }
        if self.interactive {
            let page = self.exercise().filter(|exercise| has_page(exercise));
            let page = page.map_or_else(String::new, |_| format!(" · {BROWSE}"));
            self.say(&format!("\n{KEYS}{page}\n"));
        }
        let next = self.room.exercises.get(self.at + 1);
        let next = next.map(|exercise| exercise.slug.clone());
        self.services
            .iter()
            .for_each(|services| services.resume(next.clone()));
    }

    fn show_outcome(&mut self, outcome: &Outcome) {
        let Some(exercise) = self.exercise() else {
            return;
        };
        let links = self.links();
        self.say(&format!(
            "\n{}",
            text::outcome(exercise, outcome, &links, &self.style)
        ));
        let slug = exercise.slug.clone();
        self.undelivered.extend(outcome.run.clone());
        self.deliver();
        if outcome.passed() {
            self.solve(&slug);
        }
    }

    fn solve(&mut self, slug: &str) {
        self.solved = true;
        match progress::update(&self.room.layout, |progress| progress.set_solved(slug)) {
            Err(problem) => self.problem(&problem),
            Ok(loaded) => {
                loaded
                    .note
                    .iter()
                    .for_each(|note| self.say(&format!("{note}\n")));
                let left = self.room.exercises.iter();
                let left = left
                    .filter(|exercise| !loaded.progress.is_solved(&exercise.slug))
                    .count();
                self.say(&match (left, self.interactive) {
                    (0, _) => "\n   You have solved every exercise.\n".to_owned(),
                    (_, true) => "\n   Solved. Press n for the next exercise.\n".to_owned(),
                    (_, false) => {
                        "\n   Solved. `cargo workshop` goes on with the next exercise.\n".to_owned()
                    }
                });
            }
        }
    }

    /// Sends what no backend has yet to the one that is there.
    pub(super) fn deliver(&mut self) {
        let own = std::env::var("WORKSHOP_OTLP").is_ok_and(|set| !set.is_empty());
        let room = self.room.clone();
        let known = self
            .session
            .backend
            .as_ref()
            .map(|backend| backend.otlp_http.clone());
        if !own && known.is_none() {
            return;
        }
        let runs = std::mem::take(&mut self.undelivered);
        let events = self.events.clone();
        thread::spawn(move || {
            let to = if own {
                backend::destination(&room)
            } else {
                known
            };
            for (run, to) in runs.iter().zip(std::iter::repeat(to).flatten()) {
                let _ = events.send(Event::Delivered(backend::deliver(run, &to)));
            }
        });
    }
}
