//! What a child process does: it is one service of the test, and ends when that is done.

use std::{
    env, fs, io,
    io::{BufRead, BufReader},
    mem,
    os::{fd::AsFd, unix::net::UnixStream},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    path::{Path, PathBuf},
    pin::Pin,
    process,
    sync::{OnceLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Signal, kill_current_process_group};
use serde::Serialize;
use telemetry::{Telemetry, TracerProviderBuilder};

use crate::{
    control::{Panic, STOP, Teller, Told},
    folder,
    place::{Outcome, Place},
};

/// How long spans that are still open are waited for once the code has answered: work that it left
/// behind may end a moment later, and the verdict must not hang on that moment.
const SETTLE: Duration = Duration::from_millis(300);

/// This process as a child.
#[derive(Debug)]
pub(crate) struct Me {
    pub(crate) teller: Teller,
    /// Told when the test asks for the end.
    stop: mpsc::Receiver<()>,
}

/// Which runtime async code gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// As many worker threads as the machine has cores, as with `#[tokio::main]`.
    #[default]
    MultiThread,
    /// So many worker threads.
    Threads(usize),
    /// One thread for everything.
    CurrentThread,
}

/// What a service says of its provider.
type Configure<'a> = Box<dyn FnOnce(TracerProviderBuilder) -> TracerProviderBuilder + 'a>;

/// A service at work.
type Service = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

impl Me {
    /// Takes the line to the test from standard input, which is then empty for the code under test:
    /// whatever it does to its standard input disturbs nobody.
    pub(crate) fn take_over() -> io::Result<Self> {
        let stdin = io::stdin();
        let line = UnixStream::from(stdin.as_fd().try_clone_to_owned()?);
        // Before anybody listens whether the test is gone, so that it is removed then.
        witnesses().map_or(Ok(()), |folder| folder::make(&folder))?;
        rustix::stdio::dup2_stdin(fs::File::open("/dev/null")?)?;
        let teller = Teller::new(line.try_clone()?);
        report_panics(teller.clone());
        let (stopped, stop) = mpsc::channel();
        thread::Builder::new()
            .name("workshop-line".to_owned())
            .spawn(move || attend(line, &stopped))?;
        Ok(Self { teller, stop })
    }

    /// Ends the process, with everything said.
    fn leave(&self) -> ! {
        self.teller.tell(&Told::Done);
        process::exit(0)
    }

    /// Runs `code` as a service that answers once; never returns.
    pub(crate) fn answer<T: Serialize>(
        &self,
        pipeline: Option<&str>,
        code: impl FnOnce() -> T,
    ) -> ! {
        let telemetry = pipeline.and_then(|service| self.set_up(telemetry::init(service)));
        match panic::catch_unwind(AssertUnwindSafe(code)) {
            Ok(answer) => self.tell_answer(&answer),
            Err(_) => self.teller.tell(&Told::Unwound),
        }
        settle();
        self.shut_down(telemetry);
        self.leave()
    }

    fn tell_answer<T: Serialize>(&self, answer: &T) {
        let told = match serde_json::to_value(answer) {
            Ok(value) => Told::Answer(value),
            Err(error) => Told::Pipeline(format!("the answer cannot be written down: {error}")),
        };
        self.teller.tell(&told);
    }

    /// Runs `service` until the test asks for the end; never returns.
    pub(crate) fn serve<F>(
        &self,
        name: &str,
        configure: impl FnOnce(TracerProviderBuilder) -> TracerProviderBuilder,
        service: impl FnOnce(Place) -> F,
    ) -> !
    where
        F: Future + Send + 'static,
        F::Output: Outcome,
    {
        let start = |place| -> Service {
            let service = service(place);
            Box::pin(async move { service.await.outcome() })
        };
        self.serve_boxed(name, Box::new(configure), Box::new(start))
    }

    /// What does not depend on the service is compiled here, and not in each test anew.
    fn serve_boxed(
        &self,
        name: &str,
        configure: Configure<'_>,
        start: Box<dyn FnOnce(Place) -> Service + '_>,
    ) -> ! {
        let telemetry = self.set_up(telemetry::init_with(name, configure));
        let runtime = runtime(Flavour::MultiThread);
        let place = Place::new(self.teller.clone());
        let started = panic::catch_unwind(AssertUnwindSafe(|| {
            let _inside = runtime.enter();
            start(place)
        }));
        match started {
            Ok(service) => {
                let teller = self.teller.clone();
                let service = runtime.spawn(service);
                runtime.spawn(async move {
                    let told = service.await.map(|outcome| Told::Returned(outcome.err()));
                    teller.tell(&told.unwrap_or(Told::Unwound));
                });
                // The other end hangs up only together with the process.
                let _ = self.stop.recv();
            }
            Err(_) => self.teller.tell(&Told::Unwound),
        }
        settle();
        self.shut_down(telemetry);
        self.leave()
    }

    fn set_up(&self, pipeline: Result<Telemetry, telemetry::Error>) -> Option<Telemetry> {
        match pipeline {
            Ok(telemetry) => Some(telemetry),
            Err(error) => {
                self.teller.tell(&Told::Pipeline(error.to_string()));
                None
            }
        }
    }

    fn shut_down(&self, telemetry: Option<Telemetry>) {
        if let Some(Err(error)) = telemetry.map(Telemetry::shutdown) {
            self.teller.tell(&Told::Pipeline(error.to_string()));
        }
    }
}

/// Whether spans are still open and worth waiting for: [`SETTLE`] in all, however often it is asked.
fn unsettled() -> bool {
    static DEADLINE: OnceLock<Instant> = OnceLock::new();
    let deadline = DEADLINE.get_or_init(|| Instant::now() + SETTLE);
    telemetry::open_spans() > 0 && Instant::now() < *deadline
}

/// Waits until every span has ended, for a moment.
fn settle() {
    while unsettled() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Runs a future to its end, and lets what it left behind go on while its spans are open.
pub(crate) fn block_on<F: Future>(flavour: Flavour, code: impl FnOnce() -> F) -> F::Output {
    let mut answer = None;
    block_on_boxed(flavour, Box::pin(async { answer = Some(code().await) }));
    answer.unwrap_or_else(|| unreachable!("the future has ended"))
}

/// What does not depend on the future is compiled here, and not in each test anew.
fn block_on_boxed(flavour: Flavour, work: Pin<Box<dyn Future<Output = ()> + '_>>) {
    let runtime = runtime(flavour);
    runtime.block_on(work);
    runtime.block_on(async {
        while unsettled() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    // Dropping it would end the spans of tasks that never end; the process ends soon.
    mem::forget(runtime);
}

fn runtime(flavour: Flavour) -> tokio::runtime::Runtime {
    let mut builder = match flavour {
        Flavour::MultiThread | Flavour::Threads(_) => tokio::runtime::Builder::new_multi_thread(),
        Flavour::CurrentThread => tokio::runtime::Builder::new_current_thread(),
    };
    if let Flavour::Threads(number) = flavour {
        builder.worker_threads(number);
    }
    match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("the system gives no runtime: {error}"),
    }
}

/// Tells of every panic, on whatever thread, before it is printed as usual.
fn report_panics(teller: Teller) {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        teller.tell(&Told::Panicked(describe(info)));
        usual(info);
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> Panic {
    let message = info.payload_as_str().unwrap_or("no message").to_owned();
    let place = info
        .location()
        .map(|place| format!("{}:{}", place.file(), place.line()));
    Panic { message, place }
}

/// The folder of the test's files.
fn witnesses() -> Option<PathBuf> {
    let witness = env::var_os(telemetry::WITNESS_VARIABLE)?;
    Some(Path::new(&witness).parent()?.to_owned())
}

/// Listens to the test. When the line closes without a word the test is gone: then this process,
/// and everything that it started, goes as well.
fn attend(line: UnixStream, stopped: &mpsc::Sender<()>) {
    let mut lines = BufReader::new(line).lines();
    while let Some(Ok(word)) = lines.next() {
        if word == STOP {
            // Nobody waits where the code answers once.
            let _ = stopped.send(());
        }
    }
    if let Some(folder) = witnesses() {
        folder::give_back(&folder);
    }
    let _ = kill_current_process_group(Signal::KILL);
    process::abort()
}
