//! The frame of every page, and small pieces of markup.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use trace_model::Forest;
use trace_view::{clean, html::escape};

use crate::{rfc3339, web::App};

/// How many colours trace-view.css has for services.
const HUES: usize = 6;

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

/// Colours of services, given out in order of first appearance on a page, as the waterfall does.
#[derive(Debug, Default)]
pub(super) struct Colours(Vec<String>);

impl Colours {
    /// The colours that the waterfall of `forest` has.
    pub(super) fn of(forest: &Forest) -> Self {
        let mut colours = Self::default();
        for span in forest.ids().filter_map(|id| forest.span(id)) {
            colours.number(span.service());
        }
        colours
    }

    /// The services in order of appearance.
    pub(super) fn services(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    fn number(&mut self, service: &str) -> usize {
        let known = self.0.iter().position(|known| known == service);
        known.unwrap_or_else(|| {
            self.0.push(service.to_owned());
            self.0.len() - 1
        })
    }

    /// A service's name with its colour, which it gets where it has none yet.
    pub(super) fn service(&mut self, name: &str) -> String {
        coloured(name, self.number(name))
    }

    /// A service's name with its colour; grey where it has none.
    pub(super) fn known(&self, name: &str) -> String {
        match self.0.iter().position(|known| known == name) {
            Some(number) => coloured(name, number),
            None => format!("<span class=\"service\">{}</span>", shown_service(name)),
        }
    }
}

fn coloured(name: &str, number: usize) -> String {
    let (hue, name) = (number % HUES, shown_service(name));
    format!("<span class=\"service hue{hue}\">{name}</span>")
}

fn shown_service(name: &str) -> String {
    if name.is_empty() {
        "(no service)".to_owned()
    } else {
        foreign(name)
    }
}

/// A moment to the millisecond, the rest as a tooltip.
pub(super) fn moment(unix_nano: u64) -> String {
    let full = rfc3339::format(unix_nano);
    let short = full[..23].replace('T', " ");
    format!("<time datetime=\"{full}\" title=\"{full}\">{short} UTC</time>")
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
