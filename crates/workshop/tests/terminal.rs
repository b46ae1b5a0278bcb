//! `cargo workshop` in a pseudo-terminal: each key, and the terminal as it was afterwards.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod common;
#[path = "common/screen.rs"]
mod screen;

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use common::{Course, RIGHT};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use screen::{Screen, eventually};

const KEYS: &str = "q quit";

struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Screen,
    before: String,
}

impl Terminal {
    fn start(course: &Course) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 100,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = modes(&*pair.master);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_workshop"));
        command.cwd(course.root());
        command.env("NO_COLOR", "1");
        for (name, value) in course.environment() {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Screen::default();
        screen.read(pair.master.try_clone_reader().unwrap());
        let keys = pair.master.take_writer().unwrap();
        Self {
            master: pair.master,
            keys,
            child,
            screen,
            before,
        }
    }

    /// With the page of the first exercise open, and the address where that stands beside its verdict.
    fn beside_a_page(course: &Course) -> (Self, String) {
        let mut terminal = Self::start(course);
        terminal.expect("b try it in your own browser");
        terminal.press("b");
        terminal.expect("opened ");
        let beside = terminal.expect("\n").trim().to_owned();
        (terminal, beside)
    }

    /// What a shell sets while it has the terminal: lines, with echo.
    fn as_a_shell_leaves_it(&self) {
        let name = self.master.tty_name().unwrap();
        let terminal = std::fs::File::open(name).unwrap();
        let mut modes = rustix::termios::tcgetattr(&terminal).unwrap();
        let lines = rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO;
        modes.local_modes |= lines;
        let now = rustix::termios::OptionalActions::Now;
        rustix::termios::tcsetattr(&terminal, now, &modes).unwrap();
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn expect(&self, text: &str) -> String {
        self.screen.expect(text)
    }

    /// Waits for the end; the terminal must be as it was.
    fn ended(mut self) {
        let status = self.child.wait().unwrap();
        assert_eq!(status.exit_code(), 0, "{status}");
        assert_eq!(modes(&*self.master), self.before);
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

#[test]
fn every_key_does_what_the_help_says() {
    let course = Course::new();
    let mut terminal = Terminal::start(&course);
    terminal.expect("the answer is not 42");
    terminal.expect(KEYS);
    assert_ne!(
        modes(&*terminal.master),
        terminal.before,
        "keys come without Enter"
    );
    terminal.expect("The book is at");
    terminal.press("?");
    terminal.expect("one hint more");
    terminal.press("h");
    terminal.expect("Hint 1/3  first hint");
    terminal.expect("press h");
    terminal.press("h");
    terminal.expect("Hint 2/3  second hint");
    terminal.press("x");
    terminal.expect(KEYS);
    terminal.press("l");
    terminal.expect("0 of 2 solved");
    terminal.press("r");
    terminal.expect(KEYS);
    terminal.press("n");
    terminal.expect("02 two-words");
    terminal.expect(KEYS);
    terminal.press("n");
    terminal.expect("This is the last exercise");
    terminal.press("p");
    terminal.expect("01 one");
    terminal.expect(KEYS);
    terminal.press("p");
    terminal.expect("This is the first exercise");
    terminal.press("o");
    terminal.expect("opened http://127.0.0.1:");
    terminal.expect("/trace/");
    terminal.press("c");
    terminal.expect("Compare ");
    course.save(RIGHT);
    terminal.expect("Press n for the next exercise");
    terminal.press("q");
    terminal.expect("Your progress is kept");
    terminal.ended();
    assert!(course.is_solved("one"));
}

/// What is answered at an address.
fn get(address: &str) -> Option<String> {
    let (host, path) = address.strip_prefix("http://")?.split_once('/')?;
    let mut stream = TcpStream::connect(host).ok()?;
    // In one piece: a server that does not read all of it resets the connection.
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    Some(body.to_owned())
}

/// What stands beside a page now.
fn now(beside: &str) -> Option<serde_json::Value> {
    serde_json::from_str(&get(&format!("{beside}/now"))?).ok()
}

#[test]
fn a_page_runs_with_its_verdict_beside_it() {
    let course = Course::new();
    let (mut terminal, beside) = Terminal::beside_a_page(&course);
    assert!(get(&format!("{beside}/")).is_some_and(|page| page.contains("<iframe")));
    let mut page = String::new();
    eventually("the page stands beside its verdict", || {
        let now = now(&beside).unwrap_or_default();
        page = now["page"].as_str().unwrap_or_default().to_owned();
        let verdict = now["verdict"].as_str().unwrap_or_default();
        verdict.contains("the answer is not 42") && now["passed"] == false && now["start"] == 1
    });
    assert_eq!(get(&page).as_deref(), Some("41"));

    course.save("this is no Rust\n");
    terminal.expect("does not compile");
    eventually("it says so beside the page, which stays", || {
        let now = now(&beside).unwrap_or_default();
        now["verdict"]
            .as_str()
            .is_some_and(|it| it.contains("does not compile"))
            && now["start"] == 1
    });
    assert_eq!(get(&page).as_deref(), Some("41"));

    course.save(RIGHT);
    eventually("the page begins anew where it was", || {
        let now = now(&beside).unwrap_or_default();
        now["passed"] == true && now["start"] == 2 && now["page"] == page.as_str()
    });
    assert_eq!(get(&page).as_deref(), Some("42"));

    terminal.press("n");
    terminal.expect("02 two-words");
    eventually("the page is gone", || {
        get(&page).is_none() && now(&beside).is_none()
    });
    terminal.press("b");
    terminal.expect("This exercise has no page");
    terminal.press("q");
    terminal.ended();
}

#[test]
fn a_page_ends_with_a_killed_runner() {
    let course = Course::new();
    let (mut terminal, beside) = Terminal::beside_a_page(&course);
    let mut page = String::new();
    eventually("the page is there", || {
        let now = now(&beside).unwrap_or_default();
        page = now["page"].as_str().unwrap_or_default().to_owned();
        get(&page).is_some()
    });
    let pid = i32::try_from(terminal.child.process_id().unwrap()).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    terminal.child.wait().unwrap();
    eventually("the page is gone", || get(&page).is_none());
}

#[test]
fn control_c_gives_the_terminal_back() {
    let course = Course::new();
    let mut terminal = Terminal::start(&course);
    terminal.expect(KEYS);
    terminal.press("\u{3}");
    terminal.expect("Your progress is kept");
    terminal.ended();
}

#[test]
fn a_signal_during_a_run_gives_the_terminal_back() {
    let course = Course::new();
    course.save("pub fn answer() -> u32 { loop { std::thread::park() } }\n");
    let terminal = Terminal::start(&course);
    // Shown after a second: something is under way.
    terminal.expect("running");
    let pid = i32::try_from(terminal.child.process_id().unwrap()).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    terminal.expect("Your progress is kept");
    terminal.ended();
}

#[test]
fn after_a_pause_the_keys_work_again() {
    let course = Course::new();
    let mut terminal = Terminal::start(&course);
    terminal.expect(KEYS);
    let keys = modes(&*terminal.master);
    let pid = i32::try_from(terminal.child.process_id().unwrap()).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    // Ctrl-Z, as far as the runner is concerned: without a shell above it, a terminal pauses nobody.
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    terminal.as_a_shell_leaves_it();
    assert_ne!(modes(&*terminal.master), keys);
    rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
    eventually("the terminal takes keys again", || {
        modes(&*terminal.master) == keys
    });
    terminal.press("?");
    terminal.expect("one hint more");
    terminal.press("q");
    terminal.expect("Your progress is kept");
    terminal.child.wait().unwrap();
}
