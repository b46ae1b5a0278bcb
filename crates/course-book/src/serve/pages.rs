//! Files as answers, and who may ask for them.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, Response, StatusCode, header},
    middleware::{self, Next},
    response::IntoResponse,
};
use tokio::task;

use super::Shown;

/// What pages may load: everything from here, nothing from outside. mdBook's pages hold small
/// inline scripts and the trace tables `style` attributes.
const POLICY: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn router(shown: Shown, port: u16) -> Router {
    let host = middleware::from_fn(move |request: Request, next: Next| async move {
        if is_ours(&request, port) {
            next.run(request).await
        } else {
            foreign_host()
        }
    });
    Router::new().fallback(page).with_state(shown).layer(host)
}

/// A page of another site can make its own name point here (DNS rebinding): its requests then
/// carry that name.
fn is_ours(request: &Request, port: u16) -> bool {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let names = ["127.0.0.1", "localhost", "[::1]"];
    host.is_some_and(|host| names.iter().any(|name| host == format!("{name}:{port}")))
}

fn foreign_host() -> Response<Body> {
    let text = "This book is served to 127.0.0.1 only; open it by that address.\n";
    (StatusCode::FORBIDDEN, text).into_response()
}

async fn page(State(shown): State<Shown>, request: Request) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().to_owned();
    let read = task::spawn_blocking(move || {
        let dir = shown
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .clone();
        let file = file_of(&path)?;
        fs::read(dir.join(&file))
            .ok()
            .map(|content| (file, content))
            .or_else(|| {
                fs::read(dir.join("404.html"))
                    .ok()
                    .map(|content| ("404.html".into(), content))
            })
    });
    match read.await {
        Ok(Some((file, content))) => answer(&file, content),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The file behind a path; none for one that leads out of the folder.
fn file_of(path: &str) -> Option<PathBuf> {
    let path = path.trim_start_matches('/');
    let path = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    };
    let path = PathBuf::from(path);
    let inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    inside.then_some(path)
}

fn answer(file: &Path, content: Vec<u8>) -> Response<Body> {
    let found = if file == Path::new("404.html") {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    let mut response = (found, content).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(content_type(file)),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::file_of;

    #[test]
    fn paths_stay_in_the_folder() {
        let file = |path| file_of(path).map(|file| file.display().to_string());
        assert_eq!(file("/"), Some("index.html".into()));
        assert_eq!(file("/part2/"), Some("part2/index.html".into()));
        assert_eq!(file("/a.html"), Some("a.html".into()));
        for outside in ["/../secret", "/a/../../b", "//../etc/passwd"] {
            assert_eq!(file(outside), None, "{outside} leads out");
        }
    }
}
