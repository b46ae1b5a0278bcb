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
    within(READ_LIMIT, collect(body, limit)).await
}

/// What `reading` comes to, or [`Problem::Slow`] when it takes longer than `patience`.
async fn within<T>(
    patience: Duration,
    reading: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let read = timeout(patience, reading).await;
    read.map_err(|_| Problem::Slow)?
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

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll},
    };

    use axum::body::HttpBody;
    use http_body_util::Full;
    use hyper::body::Frame;

    use super::*;

    /// A body whose sender never goes on.
    struct Stalled;

    impl HttpBody for Stalled {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn a_sender_that_never_goes_on_is_told_that_it_is_slow() {
        let stalled = collect(Body::new(Stalled), MAX_BODY);
        let read = within(Duration::from_millis(1), stalled).await;
        assert!(matches!(read, Err(Problem::Slow)));
    }

    #[tokio::test]
    async fn what_is_beyond_the_limit_is_read_to_its_end_and_refused() {
        let body = || Body::new(Full::new(Bytes::from_static(b"12345")));
        assert!(matches!(collect(body(), 4).await, Err(Problem::TooLarge)));
        assert_eq!(collect(body(), 5).await.ok(), Some(b"12345".to_vec()));
    }
}
