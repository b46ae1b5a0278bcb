//! `cargo workshop lab`.

use std::io::IsTerminal;

use course::{BackendKind, Session};
use signal_hook::{consts::TERM_SIGNALS, iterator::Signals};

use crate::{
    Cancel, Problem, backend, build,
    cli::{End, print},
    room::Room,
    services::child,
    watch::screen::StatusLine,
};

/// Runs the lab until a signal.
pub(crate) fn lab(room: &Room) -> Result<End, Problem> {
    if let Some(there) = backend::usual() {
        let who = match there.kind {
            BackendKind::Lab => "a lab",
            BackendKind::Jaeger => "Jaeger",
        };
        print(&format!(
            "{who} already answers at {}: use it.\n",
            there.web
        ));
        return Ok(End::Passed);
    }
    let signals = Signals::new(TERM_SIGNALS);
    let mut signals = signals.map_err(|error| Problem::new(error.to_string(), "try again"))?;
    let program = compile(room)?;
    let mut lab = child::start_lab(&program, &room.layout)?;
    let backend = lab.backend.clone();
    let own = room.session().is_none();
    if own {
        let session = Session {
            pid: std::process::id(),
            backend: Some(backend.clone()),
            book: String::new(),
        };
        let path = room.layout.session();
        session
            .save(&room.layout)
            .map_err(|error| Problem::file("write", &path, &error))?;
    }
    for note in &lab.notes {
        print(&format!("{note}\n"));
    }
    print(&format!(
        "Viewer    {}\nOTLP/HTTP {}\nOTLP/gRPC {}\nCtrl-C ends it.\n",
        backend.web, backend.otlp_http, backend.otlp_grpc
    ));
    signals.forever().next();
    lab.process.stop();
    if own {
        let _ = std::fs::remove_file(room.layout.session());
    }
    Ok(End::Passed)
}

fn compile(room: &Room) -> Result<std::path::PathBuf, Problem> {
    let command = build::cargo(
        room.layout.root(),
        &["build", "-p", "trace-lab", "--bin", "trace-lab"],
        false,
    );
    let mut status = StatusLine::new(std::io::stderr().is_terminal());
    let built = {
        let status = status.ticking();
        build::build(command, &Cancel::default(), &mut |step| status.show(&step))?
    };
    status.clear();
    let program = built.executable("trace-lab").map(Into::into);
    program.ok_or_else(|| build::failure("the lab could not be compiled", &built))
}
