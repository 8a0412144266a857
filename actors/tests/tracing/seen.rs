//! A subscriber that tells the test all it sees, and that can itself emit events of the monitors.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use actix_qmp::EventEmitter;
use serde::Serialize;
use tokio::sync::{Mutex, MutexGuard, mpsc, watch};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// How a field is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// As text: whoever writes it sees to what is in it.
    AsString,
    /// As it shows itself: it is written as it is.
    AsShown,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(BTreeMap<&'static str, (Recorded, String)>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), (Recorded::AsShown, format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), (Recorded::AsString, value.to_owned()));
    }
}

impl Fields {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |(_, text)| text)
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = (Recorded, &str)> {
        self.0.values().map(|(recorded, text)| (*recorded, text.as_str()))
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.get(name).parse().unwrap_or_else(|_| panic!("no number '{name}' in {self:?}"))
    }
}

/// What a subscriber sees.
#[derive(Debug)]
pub(crate) enum Seen {
    /// A span that was closed, with all that was ever recorded.
    Span { name: &'static str, level: Level, fields: Fields },
    /// An event, with the fields of its span at that time.
    Event { name: String, level: Level, fields: Fields, span: Fields },
}

impl Seen {
    pub(crate) fn level(&self) -> Level {
        match self {
            Self::Span { level, .. } | Self::Event { level, .. } => *level,
        }
    }

    /// Its own fields and those of its span.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Fields> {
        let (fields, span) = match self {
            Self::Span { fields, .. } => (fields, None),
            Self::Event { fields, span, .. } => (fields, Some(span)),
        };
        std::iter::once(fields).chain(span)
    }

    /// The monitor that it is about: 0 is the rig's neighbour, 1 the test's.
    fn monitor(&self) -> &str {
        match self {
            Self::Span { fields, .. } => fields.get("monitor"),
            Self::Event { fields, span, .. } if fields.get("monitor").is_empty() => span.get("monitor"),
            Self::Event { fields, .. } => fields.get("monitor"),
        }
    }
}

/// The subscriber.
struct Tell(mpsc::UnboundedSender<Seen>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Tell {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        context.span(id).expect("a new span").extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).expect("a span");
        values.record(span.extensions_mut().get_mut::<Fields>().expect("its fields"));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let span = context.event_span(event).and_then(|span| span.extensions().get::<Fields>().cloned());
        let name = fields.get("message").to_owned();
        emit_because_of(event.metadata(), &name);
        self.tell(
            event.metadata(),
            Seen::Event { name, level: *event.metadata().level(), fields, span: span.unwrap_or_default() },
        );
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).expect("a span");
        let fields = span.extensions().get::<Fields>().cloned().unwrap_or_default();
        let metadata = span.metadata();
        self.tell(metadata, Seen::Span { name: metadata.name(), level: *metadata.level(), fields });
    }
}

/// What is emitted because of what is logged, while it is.
#[derive(Debug, Serialize)]
pub(crate) struct Logged {
    name: String,
}

impl actix_qmp::Event for Logged {
    const NAME: &'static str = "LOGGED";
}

/// Because of which events of the log something is emitted, once [`emit_of_the_log`] has said where.
const EMITTED_OF: [&str; 3] = ["session_closed", "client_takes_no_output", "write_failed"];

static EMITTER: LazyLock<watch::Sender<Option<EventEmitter>>> = LazyLock::new(|| watch::channel(None).0);

/// Emits [`Logged`] there until this is called again; `None`: nowhere.
pub(crate) fn emit_of_the_log(events: Option<EventEmitter>) {
    EMITTER.send_replace(events);
}

fn emit_because_of(metadata: &tracing::Metadata<'_>, name: &str) {
    if !metadata.target().starts_with("actix_qmp") || !EMITTED_OF.contains(&name) {
        return;
    }
    let events = EMITTER.borrow().clone();
    if let Some(events) = events {
        // Refused at the end of the monitors.
        let _ = events.emit(Logged { name: name.to_owned() });
    }
}

impl Tell {
    fn tell(&self, metadata: &tracing::Metadata<'_>, seen: Seen) {
        if metadata.target().starts_with("actix_qmp") {
            // Refused at the end of the process.
            let _ = self.0.send(seen);
        }
    }
}

/// Everything that is traced in this process; its lock makes the tests take turns.
static SEEN: LazyLock<Mutex<mpsc::UnboundedReceiver<Seen>>> = LazyLock::new(|| {
    let (tell, seen) = mpsc::unbounded_channel();
    let subscriber = tracing_subscriber::registry().with(Tell(tell));
    tracing::subscriber::set_global_default(subscriber).expect("no other subscriber");
    Mutex::new(seen)
});

pub(crate) async fn begin() -> MutexGuard<'static, mpsc::UnboundedReceiver<Seen>> {
    let mut seen = SEEN.lock().await;
    while seen.try_recv().is_ok() {}
    seen
}

/// What was seen of the test's monitor; call it when the monitors have ended.
pub(crate) fn all(seen: &mut mpsc::UnboundedReceiver<Seen>) -> Vec<Seen> {
    std::iter::from_fn(|| seen.try_recv().ok()).filter(|seen| seen.monitor() != "0").collect()
}

/// The `request` spans in order of their sequence.
pub(crate) fn requests(seen: &[Seen]) -> Vec<&Fields> {
    let mut requests: Vec<_> = seen
        .iter()
        .filter_map(|seen| match seen {
            Seen::Span { name: "request", fields, .. } if fields.get("monitor") == "1" => Some(fields),
            Seen::Span { .. } | Seen::Event { .. } => None,
        })
        .collect();
    requests.sort_by_key(|fields| fields.number("sequence"));
    requests
}

/// Level, fields and span of the events of this name.
pub(crate) fn events<'a>(seen: &'a [Seen], wanted: &str) -> Vec<(Level, &'a Fields, &'a Fields)> {
    seen.iter()
        .filter_map(|seen| match seen {
            Seen::Event { name, level, fields, span } if name == wanted => Some((*level, fields, span)),
            Seen::Span { .. } | Seen::Event { .. } => None,
        })
        .collect()
}

/// What is seen up to the first event of this name.
pub(crate) async fn until(seen: &mut mpsc::UnboundedReceiver<Seen>, name: &str) -> Vec<Seen> {
    let mut before = Vec::new();
    while events(&before, name).is_empty() {
        before.push(seen.recv().await.expect("a subscriber"));
    }
    before
}

pub(crate) fn sequences(events: &[(Level, &Fields, &Fields)]) -> Vec<u64> {
    events.iter().map(|(_, _, span)| span.number("sequence")).collect()
}
