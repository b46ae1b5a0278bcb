//! OTLP JSON to spans.

use std::{fmt, sync::Arc};

use base64::Engine as _;
use serde::{Deserialize, Deserializer, de};

use crate::{
    Attributes, Event, Kind, Link, Resource, Scope, Span, SpanId, Status, StatusCode, TraceId,
    Value,
};

/// What a text held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// The spans, in the order of the text.
    pub spans: Vec<Span>,
    /// Why each span that was left out was left out.
    pub rejected: Vec<String>,
}

/// Why a text is not OTLP JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// What is wrong.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; 0 where only the line is known.
    pub column: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

impl std::error::Error for DecodeError {}

/// Reads spans from one OTLP JSON object, or from one a line.
///
/// # Errors
/// When the text is not JSON, is nested too deeply, holds no object, or an object has neither
/// `resourceSpans` nor a `result` with it.
pub fn read(text: &str) -> Result<Decoded, DecodeError> {
    // Editors on Windows put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut decoded = Decoded::default();
    let (mut line, mut counted) = (1, 0);
    let mut objects = serde_json::Deserializer::from_str(text).into_iter::<Document>();
    let mut any = false;
    loop {
        let rest = text[objects.byte_offset()..].trim_start();
        let begins = text.len() - rest.len();
        line += text[counted..begins].matches('\n').count();
        counted = begins;
        let Some(object) = objects.next() else { break };
        any = true;
        let document = object.map_err(|error| at(&error))?;
        let Some(groups) = document.groups() else {
            let message = "this JSON has no `resourceSpans`: is it a trace?".to_owned();
            return Err(DecodeError {
                message,
                line,
                column: 0,
            });
        };
        groups
            .into_iter()
            .for_each(|group| group.read_into(&mut decoded));
    }
    if any {
        return Ok(decoded);
    }
    Err(DecodeError {
        message: "there is nothing here".to_owned(),
        line: 1,
        column: 1,
    })
}

fn at(error: &serde_json::Error) -> DecodeError {
    let (line, column) = (error.line(), error.column());
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
    DecodeError {
        message,
        line,
        column,
    }
}

/// A list that may be `null`, as protobuf's JSON mapping allows.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(alias = "resource_spans")]
    resource_spans: Option<Vec<ResourceSpans>>,
    result: Option<Box<Document>>,
}

impl Document {
    fn groups(self) -> Option<Vec<ResourceSpans>> {
        self.resource_spans.or_else(|| self.result?.groups())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans {
    resource: Option<AttributesJson>,
    #[serde(default, alias = "scope_spans", deserialize_with = "list")]
    scope_spans: Vec<ScopeSpans>,
}

impl ResourceSpans {
    fn read_into(self, decoded: &mut Decoded) {
        let attributes = self.resource.unwrap_or_default().into_attributes();
        let resource = Arc::new(Resource { attributes });
        for group in self.scope_spans {
            let scope = group.scope.unwrap_or_default();
            let scope = Arc::new(Scope {
                name: scope.name,
                version: scope.version,
            });
            for span in group.spans {
                match span.into_span(&resource, &scope) {
                    Ok(span) => decoded.spans.push(span),
                    Err(why) => decoded.rejected.push(why),
                }
            }
        }
    }
}

#[derive(Default, Deserialize)]
struct AttributesJson {
    #[serde(default, deserialize_with = "list")]
    attributes: Vec<KeyValue>,
}

impl AttributesJson {
    fn into_attributes(self) -> Attributes {
        to_attributes(self.attributes)
    }
}

fn to_attributes(pairs: Vec<KeyValue>) -> Attributes {
    pairs
        .into_iter()
        .map(|pair| (pair.key, pair.value.map_or(Value::Empty, Value::from)))
        .collect()
}

#[derive(Deserialize)]
struct ScopeSpans {
    scope: Option<ScopeJson>,
    #[serde(default, deserialize_with = "list")]
    spans: Vec<SpanJson>,
}

#[derive(Default, Deserialize)]
struct ScopeJson {
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct SpanJson {
    #[serde(alias = "trace_id")]
    trace_id: String,
    #[serde(alias = "span_id")]
    span_id: String,
    #[serde(alias = "parent_span_id")]
    parent_span_id: String,
    #[serde(alias = "trace_state")]
    trace_state: String,
    flags: u32,
    name: String,
    #[serde(deserialize_with = "enumeration")]
    kind: i64,
    #[serde(alias = "start_time_unix_nano", deserialize_with = "number")]
    start_time_unix_nano: u64,
    #[serde(alias = "end_time_unix_nano", deserialize_with = "number")]
    end_time_unix_nano: u64,
    #[serde(deserialize_with = "list")]
    attributes: Vec<KeyValue>,
    #[serde(deserialize_with = "list")]
    events: Vec<EventJson>,
    #[serde(deserialize_with = "list")]
    links: Vec<LinkJson>,
    status: Option<StatusJson>,
}

impl SpanJson {
    fn into_span(self, resource: &Arc<Resource>, scope: &Arc<Scope>) -> Result<Span, String> {
        let refuse = |what: &str, why| format!("span {:?} was left out: {what}: {why}", self.name);
        let trace_id: TraceId = self
            .trace_id
            .parse()
            .map_err(|why| refuse("trace id", why))?;
        let span_id: SpanId = self.span_id.parse().map_err(|why| refuse("span id", why))?;
        let parent_span_id =
            parent(&self.parent_span_id).map_err(|why| refuse("parent id", why))?;
        let links: Result<Vec<Link>, _> = self.links.into_iter().map(LinkJson::into_link).collect();
        let links =
            links.map_err(|why| format!("span {:?} was left out: link: {why}", self.name))?;
        Ok(Span {
            trace_id,
            span_id,
            parent_span_id,
            trace_state: self.trace_state,
            flags: self.flags,
            name: self.name,
            kind: Kind::from_otlp(self.kind),
            start_unix_nano: self.start_time_unix_nano,
            end_unix_nano: self.end_time_unix_nano,
            attributes: to_attributes(self.attributes),
            events: self.events.into_iter().map(EventJson::into_event).collect(),
            links,
            status: self.status.unwrap_or_default().into_status(),
            resource: resource.clone(),
            scope: scope.clone(),
        })
    }
}

fn parent(text: &str) -> Result<Option<SpanId>, crate::InvalidId> {
    // Some writers spell "no parent" as an id of zeros.
    if text.bytes().all(|byte| byte == b'0') {
        Ok(None)
    } else {
        text.parse().map(Some)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventJson {
    #[serde(default)]
    name: String,
    #[serde(default, alias = "time_unix_nano", deserialize_with = "number")]
    time_unix_nano: u64,
    #[serde(flatten)]
    attributes: AttributesJson,
}

impl EventJson {
    fn into_event(self) -> Event {
        let attributes = self.attributes.into_attributes();
        Event {
            name: self.name,
            time_unix_nano: self.time_unix_nano,
            attributes,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct LinkJson {
    #[serde(alias = "trace_id")]
    trace_id: String,
    #[serde(alias = "span_id")]
    span_id: String,
    #[serde(alias = "trace_state")]
    trace_state: String,
    #[serde(deserialize_with = "list")]
    attributes: Vec<KeyValue>,
}

impl LinkJson {
    fn into_link(self) -> Result<Link, crate::InvalidId> {
        Ok(Link {
            trace_id: self.trace_id.parse()?,
            span_id: self.span_id.parse()?,
            trace_state: self.trace_state,
            attributes: to_attributes(self.attributes),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StatusJson {
    #[serde(deserialize_with = "enumeration")]
    code: i64,
    message: String,
}

impl StatusJson {
    fn into_status(self) -> Status {
        let code = match self.code {
            1 => StatusCode::Ok,
            2 => StatusCode::Error,
            _ => StatusCode::Unset,
        };
        Status {
            code,
            message: self.message,
        }
    }
}

#[derive(Deserialize)]
struct KeyValue {
    key: String,
    value: Option<AnyValue>,
}

/// OTLP's one-of: at most one field is set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct AnyValue {
    #[serde(alias = "string_value")]
    string_value: Option<String>,
    #[serde(alias = "bool_value")]
    bool_value: Option<bool>,
    #[serde(alias = "int_value")]
    int_value: Option<Number<i64>>,
    #[serde(alias = "double_value")]
    double_value: Option<Number<f64>>,
    #[serde(alias = "bytes_value")]
    bytes_value: Option<String>,
    #[serde(alias = "array_value")]
    array_value: Option<Values<AnyValue>>,
    #[serde(alias = "kvlist_value")]
    kvlist_value: Option<Values<KeyValue>>,
}

#[derive(Deserialize)]
struct Values<T> {
    #[serde(default = "Vec::new")]
    values: Vec<T>,
}

impl From<AnyValue> for Value {
    fn from(any: AnyValue) -> Self {
        if let Some(text) = any.string_value {
            Self::String(text)
        } else if let Some(value) = any.bool_value {
            Self::Bool(value)
        } else if let Some(Number(value)) = any.int_value {
            Self::Int(value)
        } else if let Some(Number(value)) = any.double_value {
            Self::Double(value)
        } else if let Some(text) = any.bytes_value {
            Self::Bytes(
                base64::prelude::BASE64_STANDARD
                    .decode(text)
                    .unwrap_or_default(),
            )
        } else if let Some(list) = any.array_value {
            Self::Array(list.values.into_iter().map(Self::from).collect())
        } else if let Some(list) = any.kvlist_value {
            Self::Map(to_attributes(list.values))
        } else {
            Self::Empty
        }
    }
}

/// A number that may be written as a string.
struct Number<T>(T);

impl<'de, T: Deserialize<'de> + std::str::FromStr> Deserialize<'de> for Number<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either<T> {
            Number(T),
            Text(String),
        }
        match Either::deserialize(from)? {
            Either::Number(number) => Ok(Self(number)),
            Either::Text(text) => text
                .parse()
                .map(Self)
                .map_err(|_| de::Error::custom(format!("{text:?} is not a number that fits here"))),
        }
    }
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    Ok(Option::<Number<u64>>::deserialize(from)?.map_or(0, |number| number.0))
}

/// An enum by number, or by the name that protobuf gives it.
fn enumeration<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Name(String),
    }
    Ok(match Option::<Either>::deserialize(from)? {
        None => 0,
        Some(Either::Number(number)) => number,
        Some(Either::Name(name)) => match name.as_str() {
            "SPAN_KIND_INTERNAL" | "STATUS_CODE_OK" => 1,
            "SPAN_KIND_SERVER" | "STATUS_CODE_ERROR" => 2,
            "SPAN_KIND_CLIENT" => 3,
            "SPAN_KIND_PRODUCER" => 4,
            "SPAN_KIND_CONSUMER" => 5,
            _ => 0,
        },
    })
}
