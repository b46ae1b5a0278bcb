//! What asks a process to stop: two signals, and the end of whoever started it.

use std::{
    fmt,
    io::{self, Read},
    thread,
};

use tokio::sync::oneshot;

/// What asked the process to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// Ctrl-C, which is SIGINT.
    Interrupt,
    /// SIGTERM, which orchestrators and `kill` send.
    Terminate,
}

impl fmt::Display for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        })
    }
}

/// Waits until the process is asked to stop, by either signal. A process that handles neither ends
/// at once and takes the spans in its queue with it.
///
/// ```no_run
/// # async fn serve() {}
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = telemetry::init("inventory")?;
/// tokio::select! {
///     () = serve() => {}
///     signal = telemetry::stop_signal() => eprintln!("{} received", signal?),
/// }
/// tokio::task::spawn_blocking(|| telemetry.shutdown()).await??;
/// # Ok(()) }
/// ```
///
/// # Errors
/// When the system refuses a handler.
///
/// # Panics
/// Outside of a tokio runtime with I/O enabled.
pub async fn stop_signal() -> io::Result<StopSignal> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(tokio::select! {
        _ = interrupt.recv() => StopSignal::Interrupt,
        _ = terminate.recv() => StopSignal::Terminate,
    })
}

/// Waits until standard input closes, as it does when a process that holds its other end is gone,
/// however that came.
pub async fn input_end() {
    let (ended, end) = oneshot::channel();
    // A thread of its own: one of the runtime's would keep that from ending.
    thread::spawn(|| {
        // An input that cannot be read is at its end.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        ended.send(())
    });
    let _ = end.await;
}
