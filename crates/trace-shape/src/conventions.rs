//! What the semantic conventions say about the types of values.

/// Keys whose value is a whole number (registry of the semantic conventions, version 1.42). As a text it
/// can be neither counted nor compared, and a backend that keeps types does not find it.
const WHOLE_NUMBERS: [&str; 11] = [
    "client.port",
    "code.line.number",
    "http.request.body.size",
    "http.request.resend_count",
    "http.response.body.size",
    "http.response.status_code",
    "messaging.batch.message_count",
    "messaging.message.body.size",
    "network.peer.port",
    "server.port",
    "url.port",
];

/// Whether the conventions want a whole number for `key`.
pub(crate) fn is_whole_number(key: &str) -> bool {
    WHOLE_NUMBERS.contains(&key)
}
