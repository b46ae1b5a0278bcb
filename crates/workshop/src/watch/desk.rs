//! The watcher's state, and what it does with each event.

mod services;
mod verdicts;

use std::{
    io::IsTerminal,
    path::PathBuf,
    sync::{Arc, mpsc::Sender},
    thread,
};

use course::{Exercise, Session};
use trace_view::Style;

use super::{
    Next,
    event::Event,
    files,
    screen::{self, StatusLine, Ticking},
};
use crate::{
    Cancel, Checker, Outcome, Problem, Subject,
    commands::{check, compare, hint, list, open},
    report::text,
    room::Room,
    services::{Services, browse::Browse},
    shortcut::Shortcut,
};

const KEYS: &str =
    "n next · p previous · h hint · l list · r run · o open · c compare · ? help · q quit";
/// Where an exercise has a page.
const BROWSE: &str = "b try it in your own browser";
const HELP: &str = "   n  next exercise            p  previous exercise
   h  one hint more            l  list of exercises
   r  run again                o  open page and trace in a browser
   c  compare with reference   b  try a page in your own browser
   q  quit
   Save a file of the exercise, and there is a new verdict.
";

/// What is going on, in one place: only the watcher's own thread touches it.
pub(super) struct Desk {
    room: Room,
    /// The exercise that is being worked on, as an index into the room's.
    at: usize,
    /// What the last check began with.
    seen: u64,
    /// The number of the last check; results of earlier ones no longer matter.
    number: u64,
    cancel: Cancel,
    shortcut: Option<Arc<Shortcut>>,
    /// Ends the shortcut's preparation.
    preparing: Cancel,
    solved: bool,
    /// Runs that no backend has yet.
    undelivered: Vec<PathBuf>,
    session: Session,
    /// Whether the session file is this runner's.
    owns_session: bool,
    services: Option<Services>,
    /// The exercise's page, where the learner wants to see it.
    browse: Option<Browse>,
    /// What the last check found, unless another one runs.
    outcome: Option<Outcome>,
    building: Option<Ticking>,
    interactive: bool,
    style: Style,
    status: StatusLine,
    events: Sender<Event>,
}

impl Desk {
    /// Takes a place at the current exercise. Nothing runs before [`Desk::begin`].
    pub(super) fn new(
        room: Room,
        interactive: bool,
        events: Sender<Event>,
    ) -> Result<Self, Problem> {
        let slug = check::current(&room)?.slug.clone();
        let at = room
            .exercises
            .iter()
            .position(|exercise| exercise.slug == slug);
        let session = Session {
            pid: std::process::id(),
            backend: None,
            book: "http://127.0.0.1:3000".to_owned(),
        };
        Ok(Self {
            at: at.unwrap_or(0),
            seen: 0,
            number: 0,
            cancel: Cancel::default(),
            shortcut: None,
            preparing: Cancel::default(),
            solved: false,
            undelivered: Vec::new(),
            session,
            owns_session: false,
            services: None,
            browse: None,
            outcome: None,
            building: None,
            interactive,
            style: screen::style(std::io::stdout().is_terminal()),
            status: StatusLine::new(std::io::stderr().is_terminal()),
            events,
            room,
        })
    }

    pub(super) fn say(&self, text: &str) {
        self.status.print(text);
    }

    fn problem(&self, problem: &Problem) {
        self.say(&text::problem(problem));
    }

    /// Says what is there, and gives the first verdict.
    pub(super) fn begin(&mut self) {
        for broken in &self.room.broken {
            self.problem(&broken.problem);
        }
        self.prepare();
        self.check();
    }

    /// Ends what runs. The session file goes with the session.
    pub(super) fn end(&mut self) {
        self.cancel.cancel();
        self.preparing.cancel();
        self.building = None;
        self.browse = None;
        self.services = None;
        if self.owns_session {
            let _ = std::fs::remove_file(self.room.layout.session());
        }
        self.status.clear();
        self.say("Your progress is kept. Until next time.\n");
    }

    fn exercise(&self) -> Option<&Exercise> {
        self.room.exercises.get(self.at)
    }

    /// Something was saved: a new verdict, where it makes a difference.
    pub(super) fn look(&mut self) {
        let changed = self
            .exercise()
            .map(|exercise| files::fingerprint(&exercise.dir));
        if changed.is_some_and(|now| now != self.seen) {
            // Its settings may have been saved as well.
            if let Err(problem) = self.room.reread(self.at) {
                self.problem(&problem);
            }
            self.check();
        }
    }

    /// Ends the check that runs, and begins one.
    fn check(&mut self) {
        let Some(exercise) = self.exercise().cloned() else {
            return;
        };
        self.cancel.cancel();
        self.services.iter().for_each(Services::pause);
        self.browse.iter().for_each(Browse::pause);
        self.outcome = None;
        self.building = None;
        self.cancel = Cancel::default();
        self.number += 1;
        self.seen = files::fingerprint(&exercise.dir);
        self.solved = false;
        let (number, cancel, events) = (self.number, self.cancel.clone(), self.events.clone());
        let mut checker = Checker::new(self.room.layout.clone()).coloured(self.style.colour);
        checker = checker.by(self.shortcut(&exercise));
        let mut status = self.status.clone();
        thread::spawn(move || {
            let result = {
                let line = status.ticking();
                checker.check(&exercise, &Subject::Yours, &cancel, &mut |step| {
                    line.show(&step)
                })
            };
            // Nobody listens any more when the runner is on its way out.
            let _ = events.send(Event::Checked(number, Box::new(result)));
        });
    }

    /// The way to this exercise's verdicts; it is lost with the exercise.
    fn shortcut(&mut self, exercise: &Exercise) -> Arc<Shortcut> {
        match &self.shortcut {
            Some(shortcut) if shortcut.is_for(exercise) => Arc::clone(shortcut),
            _ => {
                self.preparing.cancel();
                self.preparing = Cancel::default();
                let shortcut = Shortcut::new(self.room.layout.clone(), exercise.clone());
                Arc::clone(self.shortcut.insert(Arc::new(shortcut)))
            }
        }
    }

    /// The next save is to have its verdict sooner.
    fn prepare_shortcut(&self) {
        if let Some(shortcut) = self.shortcut.clone() {
            let cancel = self.preparing.clone();
            thread::spawn(move || shortcut.prepare(&cancel));
        }
    }

    pub(super) fn take(&mut self, event: Event) -> Next {
        match event {
            Event::Stop | Event::Key('q' | 'Q') => return Next::Stop,
            Event::Key(key) => self.press(key),
            Event::Checked(number, result) => self.checked(number, *result),
            Event::Service(told) => self.hear(told),
            Event::Say(text) => self.say(&text),
            Event::Delivered(Err(problem)) => self.problem(&problem),
            Event::Delivered(Ok(_)) | Event::Touched | Event::Continued => {}
        }
        Next::Go
    }

    fn press(&mut self, key: char) {
        match key.to_ascii_lowercase() {
            'n' => self.go(self.at + 1),
            'p' => self.go(self.at.wrapping_sub(1)),
            'r' => self.check(),
            'h' => self.show(|room, exercise| hint::next(room, exercise, &self.style)),
            'l' => self.show(|room, exercise| list::listing(room, Some(&exercise.slug))),
            'o' => self.show(|room, exercise| Ok(open::show(room, exercise))),
            'c' => self.aside(compare::show),
            'b' => self.browse(),
            '?' => self.say(HELP),
            _ => self.say(&format!("   {KEYS}\n")),
        }
    }

    fn go(&mut self, to: usize) {
        if to < self.room.exercises.len() {
            self.browse = None;
            self.at = to;
            self.check();
        } else if to == self.room.exercises.len() {
            self.say("   This is the last exercise.\n");
        } else {
            self.say("   This is the first exercise.\n");
        }
    }

    fn show(&self, page: impl Fn(&Room, &Exercise) -> Result<String, Problem>) {
        let Some(exercise) = self.exercise() else {
            return;
        };
        match page(&self.room, exercise) {
            Ok(page) => self.say(&page),
            Err(problem) => self.problem(&problem),
        }
    }

    /// For what asks a backend, which may take its time.
    fn aside(&self, page: fn(&Room, &Exercise, &Style) -> Result<String, Problem>) {
        let Some(exercise) = self.exercise().cloned() else {
            return;
        };
        let (room, style, events) = (self.room.clone(), self.style, self.events.clone());
        thread::spawn(move || {
            let page = page(&room, &exercise, &style);
            let text = page.unwrap_or_else(|problem| text::problem(&problem));
            let _ = events.send(Event::Say(text));
        });
    }
}
