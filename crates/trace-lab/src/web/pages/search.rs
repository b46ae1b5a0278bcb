//! Search: a form and the traces that fit.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use trace_model::Span;

use super::layout::{self, Colours, count, duration, foreign, problem};
use crate::{
    rfc3339,
    store::{Search, Trace},
    web::{
        App,
        params::{self, Params},
    },
};

const LIMITS: [usize; 4] = [20, 50, 100, 500];

/// `/` and `/search`.
pub(super) async fn page(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.as_deref());
    let search = match read(&params) {
        Ok(search) => search,
        Err(why) => {
            return problem(
                &app,
                StatusCode::BAD_REQUEST,
                "This search cannot be read",
                &why,
            );
        }
    };
    let found = app.store.search(&search);
    let main = format!(
        "<h1>Traces</h1><div class=\"columns\">{}<section class=\"results\">{}</section></div>",
        form(&app, &params, search.limit),
        results(&app, &found)
    );
    layout::page(&app, "Traces", &main).into_response()
}

fn read(params: &Params) -> Result<Search, String> {
    let owned = |name| params.get(&[name]).map(str::to_owned);
    let time = |name| match params.get(&[name]) {
        None => Ok(None),
        Some(text) => params::duration(text)
            .map(Some)
            .ok_or_else(|| format!("`{text}` is not a duration; write 1.5s, 200ms or 50us")),
    };
    let limit = params.get(&["limit"]).and_then(|text| text.parse().ok());
    Ok(Search {
        service: owned("service"),
        operation: owned("operation"),
        attributes: params::tags(params.get(&["tags"]).unwrap_or_default())?,
        duration_min: time("min")?,
        duration_max: time("max")?,
        limit: limit.unwrap_or(LIMITS[0]).clamp(1, LIMITS[3]),
        ..Search::default()
    })
}

fn form(app: &App, params: &Params, limit: usize) -> String {
    let value = |name: &str| foreign(params.get(&[name]).unwrap_or_default());
    let field = |name: &str, label: &str, hint: &str, list: &str| {
        format!(
            "<label>{label}<input name=\"{name}\" value=\"{}\" placeholder=\"{hint}\"{list}></label>",
            value(name)
        )
    };
    let operations = app
        .store
        .operations(params.get(&["service"]).unwrap_or_default(), None);
    let options: String = operations
        .iter()
        .map(|operation| format!("<option value=\"{}\">", foreign(&operation.name)))
        .collect();
    format!(
        "<form class=\"search\" action=\"/search\">{}{}<datalist id=\"operations\">{options}</datalist>\
         {}{}{}{}<button>Find traces</button></form>",
        services(app, params.get(&["service"])),
        field("operation", "Operation", "any", " list=\"operations\""),
        field("tags", "Attributes", "error=true http.route=/cars", ""),
        field("min", "Longer than", "200ms", ""),
        field("max", "Shorter than", "1.5s", ""),
        select(
            "limit",
            "At most",
            LIMITS.map(|number| (number.to_string(), number == limit))
        ),
    )
}

fn services(app: &App, chosen: Option<&str>) -> String {
    let names = app
        .store
        .services()
        .into_iter()
        .filter(|name| !name.is_empty());
    let options: String = names
        .map(|name| {
            let selected = if chosen == Some(&*name) {
                " selected"
            } else {
                ""
            };
            let name = foreign(&name);
            format!("<option value=\"{name}\"{selected}>{name}</option>")
        })
        .collect();
    format!(
        "<label>Service<select name=\"service\"><option value=\"\">all</option>{options}</select></label>"
    )
}

fn select<const N: usize>(name: &str, label: &str, options: [(String, bool); N]) -> String {
    let options: String = options
        .map(|(value, chosen)| {
            let selected = if chosen { " selected" } else { "" };
            format!("<option{selected}>{value}</option>")
        })
        .concat();
    format!("<label>{label}<select name=\"{name}\">{options}</select></label>")
}

fn results(app: &App, found: &[Arc<Trace>]) -> String {
    if found.is_empty() {
        return empty(app);
    }
    let longest = found
        .iter()
        .map(|trace| length(trace))
        .max()
        .unwrap_or(0)
        .max(1);
    let mut colours = Colours::default();
    let rows: String = found
        .iter()
        .map(|trace| row(app, trace, longest, &mut colours))
        .collect();
    format!(
        "<form action=\"/compare\"><div class=\"head\"><h2>{}</h2>\
         <button>Compare A with B</button></div><ol class=\"traces\">{rows}</ol></form>{}",
        count(found.len(), "trace"),
        clear(app)
    )
}

fn empty(app: &App) -> String {
    if app.store.usage().traces == 0 {
        "<h2>Nothing here yet</h2><p>Run an exercise, or send spans over OTLP to port 4318 (HTTP) \
         or 4317 (gRPC); then load this page again.</p>"
            .to_owned()
    } else {
        "<h2>No trace fits</h2><p>Leave fields empty to find more: all fields must hold for one \
         and the same span. <a href=\"/search\">Show all traces</a></p>"
            .to_owned()
    }
}

fn clear(app: &App) -> String {
    format!(
        "<form class=\"clear\" method=\"post\" action=\"/lab/clear\">\
         <input type=\"hidden\" name=\"token\" value=\"{}\">\
         <button>Remove all traces</button></form>",
        app.token
    )
}

fn length(trace: &Trace) -> u64 {
    let (start, end) = trace.extent();
    end.saturating_sub(start)
}

fn row(app: &App, trace: &Trace, longest: u64, colours: &mut Colours) -> String {
    let id = trace.id;
    let top = trace.top();
    let choice = |name: &str| {
        let side = name.to_uppercase();
        format!(
            "<label class=\"pick\"><input type=\"radio\" name=\"{name}\" value=\"{id}\" required>{side}</label>"
        )
    };
    let errors = match trace.errors() {
        0 => String::new(),
        errors => format!("<span class=\"errors\">✗ {}</span>", count(errors, "error")),
    };
    let pinned = if app.store.is_pinned(id) {
        "<span class=\"chip\">pinned</span>"
    } else {
        ""
    };
    let top_service = colours.service(top.map_or("", Span::service));
    let services: String = trace
        .services()
        .into_iter()
        .map(|name| colours.service(name))
        .collect();
    format!(
        "<li><div class=\"line\"><a href=\"/trace/{id}\">{} <b>{}</b></a>\
         <span class=\"duration\">{}</span></div>\
         <meter min=\"0\" max=\"{longest}\" value=\"{}\">{}</meter>\
         <div class=\"line facts\"><span>{}</span>{errors}{pinned}{services}\
         <code>{}</code><span class=\"when\">{}</span><span class=\"picks\">{}{}</span></div></li>",
        top_service,
        name(top),
        duration(length(trace)),
        length(trace),
        duration(length(trace)),
        count(trace.spans.len(), "span"),
        &id.to_string()[..8],
        when(trace.extent().0),
        choice("a"),
        choice("b"),
    )
}

fn name(top: Option<&Span>) -> String {
    match top.map_or("", |span| &span.name) {
        "" => "(no name)".to_owned(),
        name => foreign(name),
    }
}

/// How long ago; the full time as a tooltip.
fn when(start: u64) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let ago = (now.as_secs()).saturating_sub(start / 1_000_000_000);
    let text = match ago {
        0..2 => "now".to_owned(),
        2..120 => format!("{ago} s ago"),
        120..7_200 => format!("{} min ago", ago / 60),
        7_200..172_800 => format!("{} h ago", ago / 3_600),
        _ => rfc3339::format(start)[..10].to_owned(),
    };
    format!("<time title=\"{}\">{text}</time>", rfc3339::format(start))
}
