//! A request's body, bounded in size and time, compressed or not.

use std::{io::Read, time::Duration};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, Request, header},
};
use flate2::read::MultiGzDecoder;
use tokio::time::timeout;

use super::Problem;

/// The greatest body, in bytes after decompression.
pub const MAX_BODY: usize = 20 << 20;
/// How long a sender may take to hand over a body.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// The decompressed body.
pub(super) async fn read(request: Request<Body>) -> Result<Bytes, Problem> {
    let gzip = is_gzip(request.headers())?;
    let body = request.into_body();
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(Problem::TooLarge);
    }
    let bytes = timeout(READ_LIMIT, collect(body)).await;
    let bytes = bytes.map_err(|_| Problem::Slow)??;
    if gzip {
        gunzip(&bytes).map(Bytes::from)
    } else {
        Ok(bytes)
    }
}

async fn collect(body: Body) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, MAX_BODY).await.map_err(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        match source.as_deref() {
            Some("length limit exceeded") => Problem::TooLarge,
            _ => Problem::Undecodable(format!("the body ended early: {error}")),
        }
    })
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    match headers
        .get(header::CONTENT_ENCODING)
        .map(|value| value.as_bytes())
    {
        None => Ok(false),
        Some(name) if name.eq_ignore_ascii_case(b"identity") => Ok(false),
        Some(name) if name.eq_ignore_ascii_case(b"gzip") => Ok(true),
        Some(name) => {
            let name = String::from_utf8_lossy(name).into_owned();
            Err(Problem::Unsupported(format!(
                "Content-Encoding `{name}` is not understood here; send gzip or none"
            )))
        }
    }
}

/// Decompresses gzip; memory never grows past [`MAX_BODY`], whatever the input promises.
///
/// # Errors
/// [`Problem::TooLarge`] past the limit, [`Problem::Undecodable`] for corrupt input.
pub fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut plain = Vec::new();
    let mut limited = MultiGzDecoder::new(bytes).take(MAX_BODY as u64 + 1);
    let read = limited.read_to_end(&mut plain);
    read.map_err(|error| Problem::Undecodable(format!("the gzip is corrupt: {error}")))?;
    if plain.len() > MAX_BODY {
        return Err(Problem::TooLarge);
    }
    Ok(plain)
}
