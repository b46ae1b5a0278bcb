//! `cargo workshop` at work, without a terminal.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a module of several tests"
)]

use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::{common::Course, screen::Screen};

pub struct Runner {
    pub child: Child,
    pub screen: Screen,
}

impl Runner {
    pub fn start(course: &Course) -> Self {
        Self::of(course, &[])
    }

    pub fn of(course: &Course, arguments: &[&str]) -> Self {
        Self::by(course.command(arguments))
    }

    pub fn by(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let screen = Screen::default();
        screen.read(child.stdout.take().unwrap());
        let progress = Screen::default();
        progress.read(child.stderr.take().unwrap());
        Self { child, screen }
    }

    pub fn expect(&self, text: &str) -> String {
        self.screen.expect(text)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    pub fn end(mut self, signal: Signal) -> Option<i32> {
        self.signal(signal);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
