//! HTTP/1.1 framing (RFC 9112, sections 2 to 7).

use trace_shape::Crossing;

use super::{Frames, LONGEST_HEAD, Step};

const MOST_HEADERS: usize = 128;

/// The requests of one connection.
#[derive(Debug, Default)]
pub(super) struct Http1 {
    expected: Part,
}

/// What comes next on the connection.
#[derive(Debug, Default)]
enum Part {
    #[default]
    Head,
    Body(u64),
    ChunkSize,
    /// A chunk and the line end after it.
    Chunk(u64),
    Trailers,
    /// Something that is not HTTP/1.1, or no longer.
    Unknown,
}

impl Frames for Http1 {
    fn step(&mut self, unread: &[u8]) -> Step {
        let mut crossing = None;
        let (used, next) = match &self.expected {
            Part::Head => match head(unread) {
                Some((used, head, next)) => {
                    crossing = head;
                    (used, next)
                }
                None => return Step::More,
            },
            Part::Body(left) => skip(unread, *left, Part::Body, Part::Head),
            Part::Chunk(left) => skip(unread, *left, Part::Chunk, Part::ChunkSize),
            Part::ChunkSize => match httparse::parse_chunk_size(unread) {
                Ok(httparse::Status::Complete((used, 0))) => (used, Part::Trailers),
                Ok(httparse::Status::Complete((used, size))) => {
                    (used, Part::Chunk(size.saturating_add(2)))
                }
                Ok(httparse::Status::Partial) => return Step::More,
                Err(_) => return Step::Unknown,
            },
            Part::Trailers => match trailers(unread) {
                Some(parsed) => parsed,
                None => return Step::More,
            },
            Part::Unknown => return Step::Unknown,
        };
        self.expected = next;
        Step::Used(used, crossing)
    }
}

/// Goes over up to `left` bytes.
fn skip(unread: &[u8], left: u64, more: fn(u64) -> Part, after: Part) -> (usize, Part) {
    let used = usize::try_from(left)
        .unwrap_or(usize::MAX)
        .min(unread.len());
    match left - used as u64 {
        0 => (used, after),
        left => (used, more(left)),
    }
}

/// Length, head and what follows it; none while it is not complete.
fn head(unread: &[u8]) -> Option<(usize, Option<Crossing>, Part)> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(unread) {
        Ok(httparse::Status::Complete(used)) => {
            let crossing = crossing(&request);
            let next = after(&crossing, request.method);
            Some((used, Some(crossing), next))
        }
        Ok(httparse::Status::Partial) if unread.len() < LONGEST_HEAD => None,
        _ => Some((0, None, Part::Unknown)),
    }
}

fn crossing(request: &httparse::Request<'_, '_>) -> Crossing {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let header = |header: &httparse::Header<'_>| {
        let value = String::from_utf8_lossy(header.value).into_owned();
        (header.name.to_lowercase(), value)
    };
    Crossing {
        request: format!("{} {}", text(request.method), text(request.path)),
        headers: request.headers.iter().map(header).collect(),
        ..Crossing::default()
    }
}

/// The framing of the body (RFC 9112, section 6.3).
fn after(head: &Crossing, method: Option<&str>) -> Part {
    if method == Some("CONNECT") || head.header("upgrade").is_some() {
        return Part::Unknown;
    }
    if let Some(coding) = head.header("transfer-encoding") {
        let chunked = coding.to_lowercase().contains("chunked");
        return if chunked {
            Part::ChunkSize
        } else {
            Part::Unknown
        };
    }
    match head
        .header("content-length")
        .map(|length| length.trim().parse())
    {
        None => Part::Head,
        Some(Ok(length)) => Part::Body(length),
        Some(Err(_)) => Part::Unknown,
    }
}

fn trailers(unread: &[u8]) -> Option<(usize, Part)> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    match httparse::parse_headers(unread, &mut headers) {
        Ok(httparse::Status::Complete((used, _))) => Some((used, Part::Head)),
        Ok(httparse::Status::Partial) if unread.len() < LONGEST_HEAD => None,
        _ => Some((0, Part::Unknown)),
    }
}

#[cfg(test)]
mod tests {
    use crate::heads::Heads;

    const CONVERSATION: &str = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
        5;ext=1\r\nGET /\r\n3\r\n\r\n\r\r\n0\r\nTrailer: t\r\n\r\n\
        POST /b HTTP/1.1\r\nB: 2\r\nA: 1\r\nb: 3\r\nContent-Length: 16\r\n\r\nGET / HTTP/1.1\r\n\
        GET /c HTTP/1.1\r\n\r\n\
        POST /d HTTP/1.1\r\nContent-Length: 0\r\n\r\n\
        GET /e HTTP/1.1\r\nUpgrade: websocket\r\n\r\n\
        GET /not-http HTTP/1.1\r\n\r\n";

    fn requests(piece: usize) -> Vec<String> {
        let mut heads = Heads::default();
        let pieces = CONVERSATION.as_bytes().chunks(piece);
        let found = pieces.flat_map(|bytes| heads.feed(bytes));
        found.map(|crossing| crossing.request).collect()
    }

    #[test]
    fn bodies_are_never_taken_for_heads_however_the_bytes_arrive() {
        let expected = ["POST /a", "POST /b", "GET /c", "POST /d", "GET /e"];
        for piece in [1, 2, 3, 7, 64, CONVERSATION.len()] {
            assert_eq!(requests(piece), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn headers_keep_their_order_and_their_doubles() {
        let mut heads = Heads::default();
        let found = heads.feed(CONVERSATION.as_bytes());
        let names: Vec<&str> = found[1].headers.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["b", "a", "b", "content-length"]);
    }
}
