//! The protocol of NATS: lines, and after some of them a message, with headers or without (NATS client
//! protocol, `PUB`, `HPUB`, `MSG`, `HMSG`).

use trace_shape::Crossing;

use super::{Frames, LONGEST_HEAD, Step};

/// What either side of a connection begins with, the broker's side also behind its greeting.
const BEGINS: [&str; 5] = ["CONNECT {", "INFO {", "PONG\r\n", "PING\r\n", "+OK\r\n"];
/// Stands among the headers of what is published, where whoever publishes waits for an answer.
const REPLY_TO: &str = "reply-to";
const LINE_END: &[u8] = b"\r\n";

/// The messages in one direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Nats {
    /// Bytes of a body that nobody reads.
    left: usize,
}

/// Whether a connection begins like this; none while it may still do so.
pub(super) fn begins(begin: &[u8]) -> Option<bool> {
    let like = |word: &str| {
        let length = begin.len().min(word.len());
        (begin[..length] == word.as_bytes()[..length]).then_some(length == word.len())
    };
    let fits: Vec<bool> = BEGINS.iter().filter_map(|word| like(word)).collect();
    match fits.contains(&true) {
        true => Some(true),
        false => fits.is_empty().then_some(false),
    }
}

impl Frames for Nats {
    fn both_ways(&self) -> bool {
        true
    }

    fn step(&mut self, unread: &[u8]) -> Step {
        if self.left > 0 {
            let used = self.left.min(unread.len());
            self.left -= used;
            return Step::Used(used, None);
        }
        let line_end = unread.windows(2).position(|at| at == LINE_END);
        let Some(end) = line_end else {
            return match unread.len() < LONGEST_HEAD {
                true => Step::More,
                false => Step::Unknown,
            };
        };
        match std::str::from_utf8(&unread[..end]) {
            Ok(line) => self.after(line, &unread[end + 2..]),
            Err(_) => Step::Unknown,
        }
    }
}

impl Nats {
    /// A line, and what follows it.
    fn after(&mut self, line: &str, rest: &[u8]) -> Step {
        let used = line.len() + 2;
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let (operation, subject, with_headers) = match words.as_slice() {
            ["PUB" | "MSG", subject, ..] => (words[0], *subject, false),
            ["HPUB" | "HMSG", subject, ..] => (&words[0][1..], *subject, true),
            _ => return Step::Used(used, None),
        };
        let mut sizes = words.iter().rev().map(|word| word.parse::<usize>());
        let Some(Ok(all)) = sizes.next() else {
            return Step::Unknown;
        };
        let headers = match sizes.next() {
            Some(Ok(headers)) if with_headers => headers.min(all),
            _ if with_headers => return Step::Unknown,
            _ => 0,
        };
        if headers > LONGEST_HEAD {
            return Step::Unknown;
        }
        let Some(block) = rest.get(..headers) else {
            return Step::More;
        };
        let Some(left) = (all - headers).checked_add(2) else {
            return Step::Unknown;
        };
        self.left = left;
        let mut headers_read = fields(&String::from_utf8_lossy(block));
        // Behind the subject are one size or two, and before them whom an answer goes to.
        if operation == "PUB" && words.len() == if with_headers { 5 } else { 4 } {
            headers_read.push((REPLY_TO.to_owned(), words[2].to_owned()));
        }
        let crossing = Crossing {
            request: format!("{operation} {subject}"),
            headers: headers_read,
            ..Crossing::default()
        };
        Step::Used(used + headers, Some(crossing))
    }
}

/// Names as they are: NATS compares them letter by letter.
fn fields(block: &str) -> Vec<(String, String)> {
    let lines = block.lines().skip(1);
    let fields = lines.filter_map(|line| line.split_once(':'));
    let texts = fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    texts.collect()
}

#[cfg(test)]
mod tests {
    use crate::heads::Heads;

    const SENT: &str = "CONNECT {\"headers\":true}\r\nPING\r\n\
        HPUB cars.offered _INBOX.1 44 46\r\nNATS/1.0\r\nTraceparent: a\r\nNats-Msg-Id: 7\r\n\r\n20\r\n\
        PUB $JS.ACK.1 4\r\n+ACK\r\nSUB _INBOX.* 1\r\nPUB cars.offered _INBOX.2 2\r\nPU\r\n";

    fn found(bytes: &str, piece: usize) -> Vec<(String, Vec<String>)> {
        let mut heads = Heads::default();
        let pieces = bytes.as_bytes().chunks(piece);
        let found: Vec<_> = pieces.flat_map(|piece| heads.feed(piece)).collect();
        assert!(heads.both_ways());
        let names = |headers: Vec<(String, String)>| headers.into_iter().map(|(name, _)| name);
        let each = found.into_iter();
        each.map(|head| (head.request, names(head.headers).collect()))
            .collect()
    }

    #[test]
    fn messages_are_found_with_their_headers_as_they_were_written() {
        for piece in [1, 7, SENT.len()] {
            let names = ["Traceparent", "Nats-Msg-Id", "reply-to"].map(str::to_owned);
            let expected = [
                ("PUB cars.offered".to_owned(), names.to_vec()),
                ("PUB $JS.ACK.1".to_owned(), Vec::new()),
                ("PUB cars.offered".to_owned(), vec!["reply-to".to_owned()]),
            ];
            assert_eq!(found(SENT, piece), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn what_the_broker_sends_is_read_from_its_first_answer_on() {
        let sent = "PONG\r\nHMSG cars.offered 1 $JS.ACK.1 28 28\r\n\
            NATS/1.0\r\ntraceparent: a\r\n\r\n\r\nMSG _INBOX.1 2 2\r\n{}\r\n";
        let found = found(sent, 5);
        let requests: Vec<&str> = found.iter().map(|(request, _)| &**request).collect();
        assert_eq!(requests, ["MSG cars.offered", "MSG _INBOX.1"]);
    }

    #[test]
    fn sizes_that_cannot_be_are_not_read() {
        for line in ["HPUB a 9", "PUB a x", "HPUB a 99999999 99999999"] {
            let mut heads = Heads::default();
            let bytes = format!("PING\r\n{line}\r\nPUB a 0\r\n\r\n");
            assert_eq!(heads.feed(bytes.as_bytes()), [], "{line}");
        }
    }

    #[test]
    fn a_connect_to_a_proxy_is_http() {
        let mut heads = Heads::default();
        let found = heads.feed(b"CONNECT shop:80 HTTP/1.1\r\nHost: shop\r\n\r\n");
        assert_eq!(found[0].request, "CONNECT shop:80");
    }
}
