//! A request's body, bounded in size and time, compressed or not.

use std::{io::Read, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request, header},
};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::Problem;

/// The greatest body, in bytes after decompression.
pub const MAX_BODY: usize = 20 << 20;
/// How much of an oversized body is read to its end before the connection is closed on it.
const MAX_DRAINED: usize = 2 * MAX_BODY;
/// How long a sender may take to hand over a body.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// The decompressed body.
pub(super) async fn read(request: Request<Body>) -> Result<Bytes, Problem> {
    let gzip = is_gzip(request.headers())?;
    let bytes = collect_in_time(request.into_body(), MAX_BODY).await?;
    if gzip { gunzip(&bytes) } else { Ok(bytes) }.map(Bytes::from)
}

/// Reads a body of up to `limit` bytes.
pub(crate) async fn collect_in_time(body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let bytes = timeout(READ_LIMIT, collect(body, limit)).await;
    bytes.map_err(|_| Problem::Slow)?
}

/// What comes beyond the limit is read and dropped, within reason: a sender that is still writing when
/// the connection closes never sees the answer.
async fn collect(mut body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let (mut bytes, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let early = |error| Problem::Undecodable(format!("the body ended early: {error}"));
        let Ok(data) = frame.map_err(early)?.into_data() else {
            continue;
        };
        seen += data.len();
        if seen > MAX_DRAINED {
            break;
        } else if seen > limit {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&data);
        }
    }
    if seen > limit {
        Err(Problem::TooLarge)
    } else {
        Ok(bytes)
    }
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
