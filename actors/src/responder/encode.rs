//! How a message looks on the wire (QMP specification, section 2 "Protocol Specification").

use std::time::{SystemTime, UNIX_EPOCH};

use actix_qmp_messages::schema::VersionInfo;
use actix_qmp_messages::{Event, Oob, QmpError, RequestId, Style, WireValue, write_json};
use serde::Serialize;

use crate::contained::{Panicked, caught};

/// One message under construction: an object, member by member, then CRLF.
struct MessageWriter<'a> {
    style: Style,
    out: &'a mut Vec<u8>,
    next_separator: &'static str,
}

impl<'a> MessageWriter<'a> {
    fn begin(style: Style, out: &'a mut Vec<u8>) -> Self {
        let next_separator = match style {
            Style::Compact => "{\"",
            Style::Pretty => "{\n    \"",
        };
        Self { style, out, next_separator }
    }

    fn name(&mut self, name: &str) {
        self.out.extend_from_slice(self.next_separator.as_bytes());
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\": ");
        self.next_separator = match self.style {
            Style::Compact => ", \"",
            Style::Pretty => ",\n    \"",
        };
    }

    fn value(&mut self, name: &str, value: &dyn WireValue) -> serde_json::Result<()> {
        self.name(name);
        value.write(self.style, 1, self.out)
    }

    fn plain<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.name(name);
        // Only for types of this crate, whose serialisation to memory has no way to fail.
        let written = write_json(value, self.style, 1, self.out);
        debug_assert!(written.is_ok(), "{name}: {written:?}");
    }

    fn id(&mut self, id: Option<&RequestId>) {
        if let Some(id) = id {
            self.name("id");
            self.out.extend_from_slice(id.as_str().as_bytes());
        }
    }

    fn end(self) {
        let end: &[u8] = match self.style {
            Style::Compact => b"}\r\n",
            Style::Pretty => b"\n}\r\n",
        };
        self.out.extend_from_slice(end);
    }
}

/// Writes messages in one style.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoder {
    pub(crate) style: Style,
}

impl Encoder {
    /// Greeting (section 2.2 "Server Greeting").
    pub(crate) fn greeting(self, version: &VersionInfo, oob: Oob, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct Greeting<'a> {
            version: &'a VersionInfo,
            capabilities: &'static [&'static str],
        }
        let capabilities: &[_] = match oob {
            Oob::Enabled => &["oob"],
            Oob::Disabled => &[],
        };
        let mut message = MessageWriter::begin(self.style, out);
        message.plain("QMP", &Greeting { version, capabilities });
        message.end();
    }

    /// Success (section 2.4.1). A value that can't be serialised, or panics while it is, becomes an error reply.
    pub(crate) fn success(self, value: &dyn WireValue, id: Option<&RequestId>, out: &mut Vec<u8>) {
        let start = out.len();
        let written = caught(|| {
            let mut message = MessageWriter::begin(self.style, out);
            message.value("return", value)?;
            message.id(id);
            message.end();
            serde_json::Result::Ok(())
        });
        let reason = match written {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(Panicked) => "it panicked".to_owned(),
        };
        out.truncate(start);
        tracing::error!(reason, "return_value_not_serialised");
        self.error(
            &QmpError::generic("The command was executed, but its return value could not be serialised"),
            id,
            out,
        );
    }

    /// Error (section 2.4.2).
    pub(crate) fn error(self, error: &QmpError, id: Option<&RequestId>, out: &mut Vec<u8>) {
        let mut message = MessageWriter::begin(self.style, out);
        message.id(id);
        message.plain("error", error);
        message.end();
    }

    /// Event (section 2.5).
    ///
    /// # Errors
    /// When the data's own `Serialize` fails or panics; nothing was written then.
    pub(crate) fn event(
        self,
        name: &str,
        data: Option<&dyn WireValue>,
        at: SystemTime,
        out: &mut Vec<u8>,
    ) -> Result<(), EventNotSerialised> {
        let start = out.len();
        let written = caught(|| {
            let mut message = MessageWriter::begin(self.style, out);
            message.plain("timestamp", &Timestamp::from(at));
            message.plain("event", name);
            data.map_or(Ok(()), |data| message.value("data", data))?;
            message.end();
            serde_json::Result::Ok(())
        });
        if matches!(written, Ok(Ok(()))) {
            return Ok(());
        }
        out.truncate(start);
        Err(EventNotSerialised)
    }
}

impl Encoder {
    /// An event of this crate's own, whose data has no way to fail.
    pub(crate) fn own_event<E: Event>(self, event: &E, at: SystemTime, out: &mut Vec<u8>) {
        let mut message = MessageWriter::begin(self.style, out);
        message.plain("timestamp", &Timestamp::from(at));
        message.plain("event", E::NAME);
        message.plain("data", event);
        message.end();
    }
}

/// An event's data could not be turned into text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventNotSerialised;

#[derive(Serialize)]
struct Timestamp {
    seconds: i64,
    microseconds: i64,
}

impl From<SystemTime> for Timestamp {
    /// Both are -1 when the clock stands before 1970 (section 2.5: "-1 if the host's clock fails").
    fn from(at: SystemTime) -> Self {
        let since = at.duration_since(UNIX_EPOCH).ok();
        let seconds = since.and_then(|since| i64::try_from(since.as_secs()).ok());
        match (since, seconds) {
            (Some(since), Some(seconds)) => Self { seconds, microseconds: i64::from(since.subsec_micros()) },
            _ => Self { seconds: -1, microseconds: -1 },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::Serializer;
    use serde::ser::Error;
    use serde_json::json;

    use super::*;

    const COMPACT: Encoder = Encoder { style: Style::Compact };

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn id(json: &str) -> RequestId {
        RequestId::from_normalised(json.into())
    }

    #[test]
    fn greeting_offers_oob_only_where_it_is_possible() {
        let version = VersionInfo::new("vmm 1.0");
        let line = text(|out| COMPACT.greeting(&version, Oob::Enabled, out));
        let expected = concat!(
            r#"{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": "vmm 1.0"}, "#,
            r#""capabilities": ["oob"]}}"#,
            "\r\n"
        );
        assert_eq!(line, expected);
        let line = text(|out| COMPACT.greeting(&version, Oob::Disabled, out));
        assert!(line.contains(r#""capabilities": []"#));
    }

    #[test]
    fn id_stands_where_there_was_one_and_nowhere_else() {
        let with = text(|out| COMPACT.success(&json!({}), Some(&id("1.0")), out));
        assert_eq!(with, "{\"return\": {}, \"id\": 1.0}\r\n");
        let without = text(|out| COMPACT.success(&json!([1]), None, out));
        assert_eq!(without, "{\"return\": [1]}\r\n");
        let error = text(|out| COMPACT.error(&QmpError::generic("no"), Some(&id("\"x\"")), out));
        assert_eq!(error, "{\"id\": \"x\", \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\r\n");
    }

    #[test]
    fn event_carries_microseconds_and_data_only_where_there_is_some() {
        let at = UNIX_EPOCH + Duration::new(7, 1_234_567);
        let line = text(|out| COMPACT.event("STOP", None, at, out).unwrap());
        assert_eq!(line, "{\"timestamp\": {\"seconds\": 7, \"microseconds\": 1234}, \"event\": \"STOP\"}\r\n");
        let line = text(|out| COMPACT.event("X", Some(&json!({"a": 1})), at, out).unwrap());
        assert!(line.ends_with(", \"event\": \"X\", \"data\": {\"a\": 1}}\r\n"), "{line}");
    }

    #[test]
    fn clock_before_1970_is_said_as_minus_one() {
        let at = UNIX_EPOCH - Duration::from_secs(1);
        let line = text(|out| COMPACT.event("STOP", None, at, out).unwrap());
        assert!(line.contains("{\"seconds\": -1, \"microseconds\": -1}"));
    }

    #[test]
    fn pretty_reads_back_as_the_same_message() {
        let pretty = text(|out| Encoder { style: Style::Pretty }.success(&json!({"a": [1]}), Some(&id("[1, 2]")), out));
        let expected =
            "{\n    \"return\": {\n        \"a\": [\n            1\n        ]\n    },\n    \"id\": [1, 2]\n}\r\n";
        assert_eq!(pretty, expected);
    }

    #[derive(Clone, Copy)]
    enum Hostile {
        Fails,
        Panics,
    }

    impl Serialize for Hostile {
        fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Fails => Err(S::Error::custom("no")),
                Self::Panics => panic!("a panic that the test provokes"),
            }
        }
    }

    #[test]
    fn return_value_that_cannot_be_serialised_is_an_error_reply_with_its_id() {
        for hostile in [Hostile::Fails, Hostile::Panics] {
            let mut out = b"before".to_vec();
            COMPACT.success(&hostile, Some(&id("3")), &mut out);
            let line = String::from_utf8(out).unwrap();
            assert!(line.starts_with("before{\"id\": 3, \"error\": {\"class\": \"GenericError\""), "{line}");
            let mut out = Vec::new();
            assert_eq!(COMPACT.event("X", Some(&hostile), UNIX_EPOCH, &mut out), Err(EventNotSerialised));
            assert!(out.is_empty());
        }
    }
}
