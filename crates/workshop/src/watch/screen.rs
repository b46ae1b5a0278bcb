//! What is printed while something is under way. No second screen: reports and compiler errors
//! stay in the terminal's history.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use trace_view::{Style, clean};

use crate::build::Step;

/// What takes less needs no word.
const SILENT: Duration = Duration::from_secs(1);
/// How often the line is drawn anew on a terminal.
const REDRAW: Duration = Duration::from_millis(250);
/// How often a line is added where there is no terminal.
const REPEAT: Duration = Duration::from_secs(15);

/// How the terminal wants its text: its own width where `COLUMNS` does not say another.
pub(crate) fn style(is_terminal: bool) -> Style {
    let mut style = Style::from_env(is_terminal);
    let set = std::env::var_os("COLUMNS").is_some_and(|columns| !columns.is_empty());
    if let (false, Ok(size)) = (set, rustix::termios::tcgetwinsize(io::stdout())) {
        style.width = usize::from(size.ws_col).clamp(40, 160);
    }
    style
}

/// The last line: what is under way, for how long.
#[derive(Clone)]
pub(crate) struct StatusLine(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    terminal: bool,
}

#[derive(Default)]
struct State {
    /// How many things are under way; only the newest is shown.
    active: Option<Instant>,
    text: String,
    drawn: bool,
    said: Option<Instant>,
}

/// Something that is under way. It is shown once it takes longer than a second, until it is
/// dropped.
pub(crate) struct Ticking {
    line: StatusLine,
    thread: Option<JoinHandle<()>>,
}

impl StatusLine {
    pub(crate) fn new(terminal: bool) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            terminal,
        }))
    }

    /// Begins to show that something is under way.
    pub(crate) fn ticking(&mut self) -> Ticking {
        {
            let mut state = self.state();
            state.active = Some(Instant::now());
            state.text = "working".to_owned();
            state.said = None;
        }
        let line = self.clone();
        let thread = thread::spawn(move || line.tick());
        Ticking {
            line: self.clone(),
            thread: Some(thread),
        }
    }

    fn tick(&self) {
        let mut state = self.state();
        while state.active.is_some() {
            self.draw(&mut state);
            let waited = self.0.changed.wait_timeout(state, REDRAW);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn draw(&self, state: &mut State) {
        let Some(since) = state.active else { return };
        let elapsed = since.elapsed();
        if elapsed < SILENT {
            return;
        }
        let text = format!("… {} · {} s", state.text, elapsed.as_secs());
        let mut out = io::stderr().lock();
        // A terminal that is gone is noticed elsewhere.
        if self.0.terminal {
            let width = style(true).width;
            let text: String = text.chars().take(width.saturating_sub(1)).collect();
            let _ = write!(out, "\r\u{1b}[2K{text}");
            let _ = out.flush();
            state.drawn = true;
        } else if state.said.is_none_or(|said| said.elapsed() > REPEAT) {
            let _ = writeln!(out, "{text}");
            state.said = Some(Instant::now());
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&mut self) {
        let mut state = self.state();
        self.wipe(&mut state);
    }

    fn wipe(&self, state: &mut State) {
        if state.drawn {
            let mut out = io::stderr().lock();
            let _ = write!(out, "\r\u{1b}[2K");
            let _ = out.flush();
            state.drawn = false;
        }
    }

    /// Prints above the line.
    pub(crate) fn print(&self, text: &str) {
        let mut state = self.state();
        self.wipe(&mut state);
        crate::cli::print(text);
        let _ = io::stdout().flush();
        self.draw(&mut state);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticking {
    /// What is done at the moment.
    pub(crate) fn show(&self, step: &Step) {
        self.line.state().text = words(step);
    }

    pub(crate) fn say(&self, text: &str) {
        self.line.state().text = text.to_owned();
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        {
            let mut state = self.line.state();
            state.active = None;
            self.line.wipe(&mut state);
        }
        self.line.0.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A step in words.
pub(crate) fn words(step: &Step) -> String {
    match step {
        Step::Compiling(count, name) => format!("compiling {} (package {count})", clean(name)),
        Step::Waiting(why) => clean(why).into_owned(),
        Step::Running => "running".to_owned(),
    }
}
