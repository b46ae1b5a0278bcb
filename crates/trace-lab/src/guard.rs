//! Who may talk to a server on localhost.
//!
//! A page of a foreign site can make a browser send requests to 127.0.0.1. Two checks on every
//! route keep it out: `Host` must be a name of this machine (a rebound DNS name is not), and
//! `Origin`, which browsers add, must be one that was allowed word for word.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};

/// Which hosts and origins are let in.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Host names beside those of loopback, without port, in lower case.
    pub hosts: Vec<String>,
    /// Origins such as `http://127.0.0.1:3000`; none lets no foreign page in.
    pub origins: Vec<String>,
}

impl Guard {
    /// Puts both checks in front of every route of `router`.
    pub fn protect(self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(Arc::new(self), check))
    }

    /// Why a request is refused, if it is.
    ///
    /// # Errors
    /// The sentence that the sender is told.
    pub fn admit(&self, authority: Option<&str>, headers: &HeaderMap) -> Result<(), String> {
        for host in hosts(authority, headers)? {
            if !self.knows(host) {
                return Err(format!(
                    "Host `{host}` is not a name of this machine; use 127.0.0.1 or localhost"
                ));
            }
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let foreign = origins.find(|origin| {
            let allowed = self
                .origins
                .iter()
                .any(|known| known.as_bytes() == origin.as_bytes());
            !allowed
        });
        foreign.map_or(Ok(()), |origin| {
            let origin = String::from_utf8_lossy(origin.as_bytes());
            Err(format!("Origin `{origin}` is not allowed here"))
        })
    }

    fn knows(&self, authority: &str) -> bool {
        let Some(host) = without_port(authority) else {
            return false;
        };
        let host = host.to_ascii_lowercase();
        let local = matches!(&*host, "localhost" | "127.0.0.1" | "[::1]");
        local || host.ends_with(".localhost") || self.hosts.contains(&host)
    }
}

/// The authority of the request line (HTTP/2's `:authority`) and every `Host`: all must be known.
fn hosts<'a>(authority: Option<&'a str>, headers: &'a HeaderMap) -> Result<Vec<&'a str>, String> {
    let mut found: Vec<&str> = authority.into_iter().collect();
    for host in headers.get_all(header::HOST) {
        found.push(host.to_str().map_err(|_| "Host is not text".to_owned())?);
    }
    if found.is_empty() {
        return Err("the request names no Host".to_owned());
    }
    Ok(found)
}

fn without_port(authority: &str) -> Option<&str> {
    let end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(end);
    let port = port.strip_prefix(':').unwrap_or(port);
    port.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(host)
}

async fn check(State(guard): State<Arc<Guard>>, request: Request<Body>, next: Next) -> Response {
    let authority = request
        .uri()
        .authority()
        .map(|authority| authority.as_str().to_owned());
    if let Err(why) = guard.admit(authority.as_deref(), request.headers()) {
        return (StatusCode::FORBIDDEN, format!("{why}\n")).into_response();
    }
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return next.run(request).await;
    };
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks {
        preflight()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// What a page of an allowed origin may send: spans, as its SDK writes them.
fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "content-type, content-encoding",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(guard: &Guard, pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, axum::http::HeaderValue::from_static(value));
        }
        guard.admit(None, &headers).is_ok()
    }

    #[test]
    fn only_names_of_this_machine_are_hosts() {
        let guard = Guard::default();
        for host in [
            "127.0.0.1:4318",
            "localhost",
            "LocalHost:1",
            "[::1]:80",
            "a.localhost:3",
        ] {
            assert!(admits(&guard, &[("host", host)]), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost:80@evil",
            "[::1",
            "",
        ] {
            assert!(!admits(&guard, &[("host", host)]), "{host}");
        }
        assert!(!admits(&guard, &[]), "no Host at all");
        assert!(!admits(
            &guard,
            &[("host", "localhost"), ("host", "evil.example")]
        ));
        assert!(
            guard
                .admit(Some("evil.example"), &HeaderMap::new())
                .is_err()
        );
    }

    #[test]
    fn an_origin_is_allowed_word_for_word() {
        let origins = vec!["http://127.0.0.1:16686".to_owned()];
        let guard = Guard {
            origins,
            ..Guard::default()
        };
        let with = |origin| admits(&guard, &[("host", "localhost"), ("origin", origin)]);
        assert!(with("http://127.0.0.1:16686"));
        for origin in [
            "http://127.0.0.1:1668",
            "http://127.0.0.1:16686.evil.example",
            "null",
        ] {
            assert!(!with(origin), "{origin}");
        }
    }
}
