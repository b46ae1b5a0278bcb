//! OTLP JSON, read with tolerance and written by the book.
//!
//! Read are: one `{"resourceSpans": …}` object (an OTLP/HTTP request, or a Collector's file
//! exporter), one such object a line, and the same wrapped in `{"result": …}` (the v3 query API of
//! the lab and of Jaeger). Ids are hex in any case, enums are integers or their names, 64-bit
//! numbers are numbers or strings, unknown fields are ignored
//! (OTLP specification, "JSON Protobuf Encoding").

mod read;
mod write;

pub use read::{DecodeError, Decoded, read};
pub use write::{to_text, to_value};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attributes, Event, Kind, Link, Span, SpanId, Status, StatusCode, TraceId, Value};

    fn full() -> Span {
        let trace = TraceId::from_bytes(&[0xab; 16]).unwrap();
        let mut span = Span::new(
            trace,
            SpanId::from_bytes(&[1; 8]).unwrap(),
            "search",
            "GET /cars",
        );
        span.parent_span_id = SpanId::from_bytes(&[2; 8]).ok();
        span.kind = Kind::Server;
        span.start_unix_nano = u64::MAX - 1;
        span.status = Status {
            code: StatusCode::Error,
            message: "no cars".into(),
        };
        span.attributes = Attributes::from_iter([
            ("text", Value::from("golf")),
            ("int", Value::from(i64::MIN)),
            ("double", Value::from(0.5)),
            ("bool", Value::from(true)),
            ("bytes", Value::from(vec![0_u8, 255])),
            ("list", Value::Array(vec![Value::from(1_i64), Value::Empty])),
            ("map", Value::Map(Attributes::from_iter([("inner", "x")]))),
        ]);
        let (name, attributes) = (
            "exception".to_owned(),
            Attributes::from_iter([("exception.message", "no")]),
        );
        span.events = vec![Event {
            name,
            time_unix_nano: 7,
            attributes,
        }];
        let (trace_id, span_id) = (trace, SpanId::from_bytes(&[3; 8]).unwrap());
        span.links = vec![Link {
            trace_id,
            span_id,
            trace_state: "a=b".into(),
            attributes: Attributes::new(),
        }];
        span
    }

    #[test]
    fn what_is_written_is_read_back() {
        let spans = vec![
            full(),
            Span::new(full().trace_id, full().links[0].span_id, "web", "page"),
        ];
        let back = read(&to_text(&spans)).unwrap();
        assert_eq!(back.spans, spans);
        assert!(back.rejected.is_empty());
    }

    #[test]
    fn lines_a_result_envelope_and_other_spellings_are_read() {
        let one = to_text(&[full()]);
        assert_eq!(read(&format!("{one}\n{one}\n")).unwrap().spans.len(), 2);
        let marked = format!("\u{feff}{one}\r\n{one}\r\n");
        assert_eq!(read(&marked).unwrap().spans.len(), 2);
        let other = read(&format!("{one}\n{one}\n{{}}")).unwrap_err();
        assert_eq!(other.line, 3, "{other}");
        assert_eq!(
            read(&format!("{{\"result\":{one}}}")).unwrap().spans.len(),
            1
        );
        let spelt = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"ABABABABABABABABABABABABABABABAB",
            "spanId":"0101010101010101","kind":"SPAN_KIND_CLIENT","startTimeUnixNano":5,"status":{"code":"STATUS_CODE_ERROR"},"future":1}]}]}]}"#;
        let spans = read(spelt).unwrap().spans;
        assert_eq!((spans[0].kind, spans[0].start_unix_nano), (Kind::Client, 5));
        assert_eq!(spans[0].status.code, StatusCode::Error);
    }

    #[test]
    fn a_bad_id_costs_one_span_and_bad_json_says_where() {
        let text = to_text(&[full()]).replace(&"01".repeat(8), &"00".repeat(8));
        let decoded = read(&text).unwrap();
        assert!(decoded.spans.is_empty());
        assert_eq!(decoded.rejected.len(), 1);
        let error = read("{\n  \"resourceSpans\": [}").unwrap_err();
        assert_eq!((error.line, error.column), (2, 21));
        assert!(
            read("{}")
                .unwrap_err()
                .to_string()
                .contains("resourceSpans")
        );
        assert!(read("").is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
