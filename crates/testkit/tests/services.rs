//! Services are processes of their own; what crosses between them is seen as it is.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use common::{Judged, judged};
use opentelemetry_sdk::trace::Sampler;
use testkit::{Exercise, Place, expect_eq};
use trace_shape::{Code, Crossing, Diagnosis};

/// Anything: only what crossed is looked at.
const ANY: &str = "? search internal \"never\"\n";
const WITHIN: Duration = Duration::from_secs(4);

/// Answers each request on `listener` with what `answer` makes of its head; a thread a connection,
/// for the tests bring no HTTP library.
async fn serve(
    listener: TcpListener,
    answer: impl Fn(&[String], &mut dyn Read) -> String + Send + Sync + 'static,
) {
    listener.set_nonblocking(false).unwrap();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while converse(&mut reader, &stream, &*answer).is_some() {}
            });
        }
    });
    std::future::pending().await
}

/// One request and its answer; none when the client is done.
fn converse(
    reader: &mut BufReader<TcpStream>,
    mut stream: &TcpStream,
    answer: &dyn Fn(&[String], &mut dyn Read) -> String,
) -> Option<()> {
    let lines = reader.by_ref().lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    head.first()?;
    let body = answer(&head, reader);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .ok()
}

/// Sends `bytes` as they are and returns what comes back.
fn raw(url: &str, bytes: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap())?;
    stream.write_all(bytes.as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn between<'a>(run: &'a Judged, from: &str, to: &str) -> Vec<&'a Crossing> {
    let crossings = run.record.crossings.iter();
    crossings
        .filter(|crossing| crossing.from == from && crossing.to == to)
        .collect()
}

#[test]
fn headers_cross_as_the_client_sent_them() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                let url = place.url("inventory");
                serve(place.listener(), move |_, _| {
                    let bytes =
                        "GET /stock HTTP/1.1\r\nHost: i\r\nX-B: 1\r\nx-a: 2\r\nx-b: 3\r\n\r\n";
                    raw(&url, bytes).unwrap()
                })
            })
            .service("inventory", |place| {
                serve(place.listener(), |head, _| head.join("|"))
            })
            .drive(|client| {
                let request = client.request("GET", "search", "/cars/7");
                request.header("traceparent", "00-ab").tagged("r1").send()
            })
            .expect(|reply| {
                let seen = "GET /stock HTTP/1.1|Host: i|X-B: 1|x-a: 2|x-b: 3";
                expect_eq(
                    reply.body.ends_with(seen),
                    true,
                    "the tap must change nothing",
                )
            })
            .verdict(ANY);
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    let [request] = between(&run, "test", "search")[..] else {
        panic!("{}", run.printed)
    };
    assert_eq!(request.request, "GET /cars/7");
    assert_eq!(request.header("traceparent"), Some("00-ab"));
    assert_eq!(request.header("x-request-id"), Some("r1"));
    let [request] = between(&run, "search", "inventory")[..] else {
        panic!("{}", run.printed)
    };
    let headers = [("host", "i"), ("x-b", "1"), ("x-a", "2"), ("x-b", "3")];
    assert_eq!(
        request.headers,
        headers.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn bodies_stream_through_and_connections_stay_open() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                serve(place.listener(), |head, body| {
                    match head[0].starts_with("POST") {
                        false => String::new(),
                        true => {
                            let mut chunked = [0; 31];
                            body.read_exact(&mut chunked).unwrap();
                            String::from_utf8_lossy(&chunked).into_owned()
                        }
                    }
                })
            })
            .service("client", |place| {
                let url = place.url("search");
                serve(place.listener(), move |_, _| {
                    let post = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
                    let chunks = "10\r\nGET / HTTP/1.1\r\n\r\n0\r\n\r\n";
                    let rest = "\r\nGET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n";
                    raw(&url, &format!("{post}{chunks}{rest}")).unwrap()
                })
            })
            .drive(|client| client.get("client", "/").body.matches("200 OK").count())
            .verdict(ANY);
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
    let requests = between(&run, "client", "search");
    let requests: Vec<&str> = requests.iter().map(|crossing| &*crossing.request).collect();
    assert_eq!(requests, ["POST /a", "GET /b", "GET /c"]);
}

/// A run whose only diagnosis is `code`, within the limit.
fn fails(run: &Judged, code: Code, said: &str) {
    assert!(!run.succeeded);
    assert_eq!(run.codes(), [code], "{}", run.printed);
    assert!(run.printed.contains(said), "{}", run.printed);
    assert!(run.took < WITHIN, "took {:?}", run.took);
}

fn search(exercise: Exercise, code: impl FnOnce(testkit::Place) + Send + 'static) {
    exercise
        .service("search", |place| async { code(place) })
        .drive(|client| client.get("search", "/cars").status)
        .verdict(ANY);
}

#[test]
fn a_service_has_a_sampler_of_its_own() {
    let answer = |place: Place| {
        serve(place.listener(), |_, _| {
            tracing::info_span!("answer").in_scope(String::new)
        })
    };
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", answer)
            .service_with(
                "inventory",
                |provider| provider.with_sampler(Sampler::AlwaysOff),
                answer,
            )
            .drive(|client| ["search", "inventory"].map(|name| client.get(name, "/").status))
            .verdict("search internal \"answer\"\n");
    }) else {
        return;
    };
    assert!(run.succeeded, "{}", run.printed);
}

#[test]
fn a_service_that_returns_is_told_with_its_error() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                drop(place.listener());
                async { Err::<(), _>("no stock") }
            })
            .drive(|client| client.get("search", "/cars").status)
            .verdict(ANY);
    }) else {
        return;
    };
    fails(
        &run,
        Code::Panicked,
        "search returned while it was still needed: no stock",
    );
}

#[test]
fn a_service_that_never_listens_times_out() {
    let Some(run) = judged(here!(), |exercise| {
        search(exercise, |_| {
            loop {
                thread::park();
            }
        });
    }) else {
        return;
    };
    fails(&run, Code::TimedOut, "takes its listener");
}

#[test]
fn a_service_that_blocks_times_out_with_the_call() {
    let Some(run) = judged(here!(), |exercise| {
        search(exercise, |place| {
            let _listener = place.listener();
            let _open = tracing::info_span!("GET /cars").entered();
            loop {
                thread::park();
            }
        });
    }) else {
        return;
    };
    fails(&run, Code::TimedOut, "GET /cars of search got no answer");
    assert!(
        run.printed.contains("`GET /cars` of search"),
        "{}",
        run.printed
    );
}

#[test]
fn a_service_that_panics_before_it_serves_is_told() {
    let Some(run) = judged(here!(), |exercise| {
        search(exercise, |place| {
            drop(place.listener());
            panic!("no stock");
        });
    }) else {
        return;
    };
    fails(&run, Code::Panicked, "search panicked: no stock");
}

#[test]
fn a_handler_that_panics_is_the_cause_of_a_broken_call() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                serve(place.listener(), |_, _| panic!("no stock"))
            })
            .drive(|client| client.get("search", "/cars").status)
            .verdict(ANY);
    }) else {
        return;
    };
    fails(&run, Code::Panicked, "search panicked: no stock");
}

#[test]
fn a_service_that_ends_its_process_is_told() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                serve(place.listener(), |_, _| std::process::exit(3))
            })
            .drive(|client| client.get("search", "/cars").status)
            .verdict(ANY);
    }) else {
        return;
    };
    fails(&run, Code::Panicked, "search ended its process with code 3");
}

#[test]
fn a_call_that_the_test_does_not_like_is_a_wrong_answer() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                serve(place.listener(), |_, _| String::new())
            })
            .drive(|client| assert_eq!(client.get("search", "/cars").status, 404, "no such car"))
            .verdict(ANY);
    }) else {
        return;
    };
    fails(&run, Code::WrongAnswer, "no such car");
}

#[test]
fn whoever_drives_may_give_up_with_the_one_cause() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                serve(place.listener(), |_, _| String::new())
            })
            .drive(|client| -> u16 {
                client.get("search", "/cars");
                client.give_up(Diagnosis::new(Code::LeakedBaggage, "told to a stranger"))
            })
            .expect(|_| Err("no answer is there to be judged".to_owned()))
            .verdict("search server \"GET /cars\"");
    }) else {
        return;
    };
    fails(&run, Code::LeakedBaggage, "told to a stranger");
}

#[test]
fn a_guest_calls_through_taps_of_its_own_and_leaves_its_words_and_files() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .guest("web")
            .service("search", |place| {
                let own = place.url_for("web", "search");
                serve(place.listener(), move |_, _| own.clone())
            })
            .drive(|client| {
                let url = client.url("web", "search");
                let answer = raw(&url, "GET /page HTTP/1.1\r\n\r\n").unwrap();
                client.tell("web", "console.error: no price");
                client.tell("web", "console.error: no price");
                client.keep("web", "png", b"a picture".to_vec());
                let none = |spans: &[testkit::Span]| spans.is_empty();
                (answer.ends_with(&url), client.received(none))
            })
            .expect(|told| expect_eq(*told, (true, true), "a service knows its guest's address"))
            .verdict("search server \"GET /page\"");
    }) else {
        return;
    };
    assert_eq!(run.codes(), [Code::MissingSpan], "{}", run.printed);
    let [request] = between(&run, "web", "search")[..] else {
        panic!("{}", run.printed)
    };
    assert_eq!(request.request, "GET /page");
    let said = "web printed:\n     console.error: no price\n     kept: ";
    assert!(run.printed.contains(said), "{}", run.printed);
    let picture = run
        .folder
        .path()
        .join("a_guest_calls_through_taps_of_its_own_and_leaves_its_words_and_files.web.png");
    assert_eq!(std::fs::read(picture).unwrap(), b"a picture");
}
