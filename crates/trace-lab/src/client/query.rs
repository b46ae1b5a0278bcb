//! What to search for.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use trace_model::Span;

use crate::{matching::has_attribute, rfc3339};

/// A search for traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The service that took part; Jaeger requires one.
    pub service: String,
    /// The name of one of its spans.
    pub operation: Option<String>,
    /// Attributes that one of its spans has, as text.
    pub attributes: Vec<(String, String)>,
    /// The earliest start, in nanoseconds since the Unix epoch.
    pub start_min_unix_nano: u64,
    /// The latest start, in nanoseconds since the Unix epoch.
    pub start_max_unix_nano: u64,
    /// The shortest span.
    pub duration_min: Option<Duration>,
    /// The longest span.
    pub duration_max: Option<Duration>,
    /// The greatest number of traces.
    pub limit: u32,
}

impl Query {
    /// The latest 20 traces of `service` within the last hour.
    #[must_use]
    pub fn recent(service: &str) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        Self {
            service: service.to_owned(),
            operation: None,
            attributes: Vec::new(),
            start_min_unix_nano: now.saturating_sub(3_600_000_000_000),
            // A span may have been stamped by a clock that is a little ahead.
            start_max_unix_nano: now.saturating_add(60_000_000_000),
            duration_min: None,
            duration_max: None,
            limit: 20,
        }
    }

    /// Whether a span is of the service and operation, and has all attributes.
    pub(super) fn fits(&self, span: &Span) -> bool {
        span.service() == self.service
            && self
                .operation
                .as_ref()
                .is_none_or(|name| *name == span.name)
            && self
                .attributes
                .iter()
                .all(|(key, value)| has_attribute(span, key, value))
    }

    /// Every parameter in both spellings: Jaeger 2.13 reads `query.service_name`, 2.20 reads
    /// `query.serviceName`, and each ignores the other.
    pub(super) fn parameters(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        let mut add = |snake: &str, camel: &str, value: &str| {
            text.append_pair(&format!("query.{snake}"), value);
            if camel != snake {
                text.append_pair(&format!("query.{camel}"), value);
            }
        };
        add("service_name", "serviceName", &self.service);
        if let Some(operation) = &self.operation {
            add("operation_name", "operationName", operation);
        }
        add(
            "start_time_min",
            "startTimeMin",
            &rfc3339::format(self.start_min_unix_nano),
        );
        add(
            "start_time_max",
            "startTimeMax",
            &rfc3339::format(self.start_max_unix_nano),
        );
        add("search_depth", "searchDepth", &self.limit.to_string());
        // 2.13 has a third name for the limit, and refuses a query without it.
        add("num_traces", "num_traces", &self.limit.to_string());
        let go = |duration: Duration| format!("{}ns", duration.as_nanos());
        if let Some(least) = self.duration_min {
            add("duration_min", "durationMin", &go(least));
        }
        if let Some(most) = self.duration_max {
            add("duration_max", "durationMax", &go(most));
        }
        if !self.attributes.is_empty() {
            let pairs = self.attributes.iter();
            let map: serde_json::Map<_, _> = pairs
                .map(|(key, value)| (key.clone(), value.as_str().into()))
                .collect();
            let json = serde_json::Value::Object(map).to_string();
            add("attributes", "attributes", &json);
        }
        text.finish()
    }
}
