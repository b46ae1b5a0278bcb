//! What a service answered the harness.

use serde::de::DeserializeOwned;
use ureq::http;

/// A service's answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Header names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Reply {
    pub(crate) fn of(response: http::Response<ureq::Body>) -> Result<Self, ureq::Error> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = response.headers().iter();
        Ok(Self {
            status: response.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: text(&response.into_body().read_to_vec()?),
        })
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// What is wrong with it, for `expect`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_str(&self.body)
            .map_err(|error| format!("the body is not what was expected: {error}: {}", self.body))
    }
}
