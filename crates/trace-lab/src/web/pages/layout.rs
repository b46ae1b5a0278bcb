//! The frame of every page, and small pieces of markup.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use trace_view::{clean, html::escape};

use crate::web::App;

/// Text from a span, or from an address: cleaned of control and bidi characters, then escaped.
/// Whatever is not written in this program goes through here.
pub(super) fn foreign(text: &str) -> String {
    escape(&clean(text)).into_owned()
}

/// A whole page around `main`, which is markup; `title` is not.
pub(super) fn page(app: &App, title: &str, main: &str) -> Html<String> {
    let usage = app.store.usage();
    let title = foreign(title);
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Trace lab</title>\
         <link rel=\"stylesheet\" href=\"/lab/trace-view.css\">\
         <link rel=\"stylesheet\" href=\"/lab/lab.css\">\
         <script src=\"/lab/trace-view.js\" type=\"module\"></script></head>\
         <body><header class=\"bar\"><a class=\"brand\" href=\"/\">Trace lab</a>\
         <nav><a href=\"/search\">Search</a></nav>\
         <form class=\"go\" action=\"/compare\"><label><span class=\"hidden\">Trace id</span>\
         <input name=\"a\" placeholder=\"Go to a trace id\" required></label></form>\
         <p class=\"usage\">{} · {:.1} MiB</p></header><main>{main}</main></body></html>",
        count(usage.traces, "trace"),
        usage.bytes as f64 / f64::from(1 << 20),
    ))
}

/// A page that says what went wrong and what to do. `text` is not markup.
pub(super) fn problem(app: &App, status: StatusCode, title: &str, text: &str) -> Response {
    let main = format!(
        "<h1>{}</h1><p>{}</p><p><a href=\"/search\">Look for traces</a></p>",
        foreign(title),
        foreign(text)
    );
    (status, page(app, title, &main)).into_response()
}

/// `1 span`, `2 spans`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A duration with three significant digits: `1.24 s`, `18.0 ms`, `7 ns`.
pub(super) fn duration(nanos: u64) -> String {
    let (value, unit) = match nanos {
        0..1_000 => return format!("{nanos} ns"),
        1_000..1_000_000 => (nanos as f64 / 1e3, "µs"),
        1_000_000..1_000_000_000 => (nanos as f64 / 1e6, "ms"),
        _ => (nanos as f64 / 1e9, "s"),
    };
    let digits = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    format!("{value:.digits$} {unit}")
}

/// One of eight colours for a service, the same on every page.
pub(super) fn hue(service: &str) -> usize {
    service.bytes().fold(7_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    }) % 8
}

/// A service's name with its colour.
pub(super) fn service(name: &str) -> String {
    let shown = if name.is_empty() {
        "(no service)"
    } else {
        name
    };
    format!(
        "<span class=\"service hue{}\">{}</span>",
        hue(name),
        foreign(shown)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits() {
        let shown = [7, 1_240, 18_000_000, 123_456_789, 61_000_000_000].map(duration);
        assert_eq!(shown, ["7 ns", "1.24 µs", "18.0 ms", "123 ms", "61.0 s"]);
    }
}
