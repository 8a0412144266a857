//! The reference model of one session: what its client sent, and what must come back.

use serde_json::{Value, json};

use super::stage::{client_of, on_stage};
use super::watch::MAY_WAIT;

/// What answers a request, unless it is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// A success reply that names the request's tag.
    Return,
    /// The same, or, when the actor that runs the command is gone, an error reply that says so.
    ReturnOrGone,
    /// `qmp_capabilities` succeeded.
    Negotiated,
    /// An error reply with this description.
    Error(String),
    /// None: the command has no success reply.
    Nothing,
}

/// Between what its answer keeps its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The parser's, before negotiation: in order with all.
    All,
    /// In order with those in-band. A malformed one may come early when the queue is full.
    InBand { malformed: bool },
    /// In order with those out-of-band.
    OutOfBand,
}

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) tag: String,
    pub(super) has_id: bool,
    pub(super) reply: Reply,
    pub(super) order: Order,
    pub(super) droppable: bool,
    /// Where it finds the queue full it can't be dropped, since that could not be told without an id; so it is refused.
    pub(super) refusable: bool,
    pub(super) done: bool,
    /// Its handler is run, unless it is dropped or never begun.
    pub(super) runs: bool,
    pub(super) dropped: bool,
}

impl Expected {
    /// Its handler ran once if it was answered, and never if it was refused or dropped.
    fn is_run_as_often_as_due(&self) -> bool {
        let (times, refused) = (self.handler_ran(), !self.runs || self.dropped);
        times <= usize::from(!refused) && (times == 1 || refused || !self.done)
    }

    /// Its handler ran, if it is to be.
    pub(super) fn has_run(&self) -> bool {
        !self.runs || self.handler_ran() > 0
    }

    fn handler_ran(&self) -> usize {
        on_stage(|stage| stage.started.get(&self.tag).copied().unwrap_or_default())
    }

    fn is_owed(&self) -> bool {
        match self.reply {
            Reply::Nothing => !self.done && self.handler_ran() == 0,
            Reply::Return | Reply::ReturnOrGone | Reply::Negotiated | Reply::Error(_) => !self.done,
        }
    }
}

/// One session.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) client: usize,
    pub(super) requests: Vec<Expected>,
    greeted: bool,
    pub(super) command_mode: bool,
    last_event: Option<u64>,
    last_tick: u64,
    /// The last event and the last throttled one before everybody knew that the session takes events: all later ones are for it.
    takes_from: Option<(u64, u64)>,
    /// Answers that came before their turn, and drops: each needs a request that found the queue full.
    early: u64,
    /// Requests that did.
    overfull: u64,
}

impl Model {
    pub(super) fn new(client: usize) -> Self {
        Self { client, ..Self::default() }
    }

    /// Requests without an answer.
    pub(super) fn owed(&self) -> Vec<&str> {
        self.requests.iter().filter(|request| request.is_owed()).map(|request| request.tag.as_str()).collect()
    }

    /// Takes in one message of the monitor, of whose requests so many found the queue full up to now.
    ///
    /// # Errors
    /// Says what is wrong about it.
    pub(super) fn take(&mut self, line: &str, overfull: u64) -> Result<(), String> {
        self.overfull = overfull;
        let message: Value = serde_json::from_str(line).map_err(|error| format!("not JSON ({error}): {line}"))?;
        if message.get("QMP").is_some() {
            return if std::mem::replace(&mut self.greeted, true) { Err("greeted twice".into()) } else { Ok(()) };
        }
        if !self.greeted {
            return Err(format!("before the greeting: {line}"));
        }
        let outcome = match message.get("event").and_then(Value::as_str) {
            Some("COMMAND_DROPPED") => self.dropped(&message["data"]),
            Some(name) => self.event(name, &message["data"]),
            None => self.reply(&message),
        };
        outcome.map_err(|why| format!("{why}: {line}"))
    }

    /// Everybody knows that the session takes events, of which these were the last.
    pub(super) fn takes_events_after(&mut self, event: u64, tick: u64) {
        self.takes_from.get_or_insert((event, tick));
    }

    /// The last events came, if they had to.
    ///
    /// # Errors
    /// Says what is missing.
    pub(super) fn check_last_events(&self, event: u64, tick: u64) -> Result<(), String> {
        let Some((from, tick_from)) = self.takes_from else { return Ok(()) };
        if self.last_event.unwrap_or(from) != event && event > from {
            return Err(format!("the last event is {event}, but the last that came is {:?}", self.last_event));
        }
        if tick > tick_from && self.last_tick != tick {
            return Err(format!("the last throttled event is {tick}, but the last that came is {}", self.last_tick));
        }
        Ok(())
    }

    /// Each handler ran as often as it should.
    ///
    /// # Errors
    /// Says which did not.
    pub(super) fn check_handlers(&self) -> Result<(), String> {
        match self.requests.iter().find(|request| !request.is_run_as_often_as_due()) {
            Some(wrong) => Err(format!("the handler of {} ran {} times", wrong.tag, wrong.handler_ran())),
            None => Ok(()),
        }
    }

    fn event(&mut self, name: &str, data: &Value) -> Result<(), String> {
        let n = data["n"].as_u64().unwrap_or_default();
        if !self.command_mode {
            return Err("an event before negotiation".into());
        }
        if name == "TICK" {
            let later = n > self.last_tick;
            self.last_tick = n;
            return if later { Ok(()) } else { Err("a throttled event once more".into()) };
        }
        let follows = match (self.last_event, self.takes_from) {
            (Some(last), _) => n == last + 1,
            (None, Some((from, _))) => n <= from + 1,
            (None, None) => true,
        };
        let last = self.last_event.replace(n);
        if follows { Ok(()) } else { Err(format!("event {n} came after event {last:?}")) }
    }

    fn find(&self, message: &Value) -> Option<usize> {
        if let Some(id) = message.get("id") {
            return self.requests.iter().position(|request| request.has_id && id.as_str() == Some(&request.tag));
        }
        let answers = |request: &Expected| {
            let same = match &request.reply {
                Reply::Return | Reply::ReturnOrGone => message["return"]["tag"].as_str() == Some(&request.tag),
                Reply::Error(text) => message["error"]["desc"].as_str() == Some(text),
                Reply::Negotiated | Reply::Nothing => false,
            };
            !request.has_id && !request.done && same
        };
        let is_refused = |request: &Expected| request.refusable && !request.done && message["error"] == id_required();
        self.requests.iter().position(answers).or_else(|| self.requests.iter().position(is_refused))
    }

    fn take_request(&mut self, place: Option<usize>, said: &Value) -> Result<(usize, Expected), String> {
        let Some(place) = place else {
            let of = said.as_str().and_then(client_of).filter(|&client| client != self.client);
            return Err(of.map_or("nobody asked".to_owned(), |other| format!("this is for client {other}")));
        };
        let request = &mut self.requests[place];
        if std::mem::replace(&mut request.done, true) {
            return Err(format!("{} has its answer already", request.tag));
        }
        Ok((place, request.clone()))
    }

    /// Requests in-band before this one that have not been answered.
    fn in_band_before(&self, place: usize) -> impl Iterator<Item = &Expected> {
        self.requests[..place].iter().filter(|request| request.order != Order::OutOfBand && request.is_owed())
    }

    /// A queue that was full is the only excuse for a drop, or an answer before its turn. Where mailboxes are full as well, a
    /// request may overtake the news that others were taken, be it that they are answered by now.
    fn is_excused(&mut self, place: usize) -> bool {
        self.early += 1;
        let was_full_without_the_news = || self.in_band_before(place).count() + NEWS_UNDER_WAY >= MAY_WAIT;
        self.early <= self.overfull || on_stage(|stage| stage.mailboxes_are_small) && was_full_without_the_news()
    }

    fn dropped(&mut self, data: &Value) -> Result<(), String> {
        let id = &data["id"];
        let place = self.requests.iter().position(|request| request.has_id && id.as_str() == Some(&request.tag));
        let (place, request) = self.take_request(place, id)?;
        if !request.droppable || !self.is_excused(place) {
            return Err("dropped though there was room".into());
        }
        self.requests[place].dropped = true;
        Ok(())
    }

    fn reply(&mut self, message: &Value) -> Result<(), String> {
        let said = message.get("id").cloned().unwrap_or_else(|| message["return"]["tag"].clone());
        let (place, request) = self.take_request(self.find(message), &said)?;
        if request.refusable && message["error"] == id_required() {
            self.requests[place].dropped = true;
            return if self.is_excused(place) { Ok(()) } else { Err("refused though there was room".into()) };
        }
        let right = match &request.reply {
            Reply::ReturnOrGone if message.get("error").is_some() => {
                self.requests[place].runs = false;
                on_stage(|stage| stage.performer_gone) && message["error"]["desc"] == GONE
            }
            Reply::Return | Reply::ReturnOrGone => {
                message["return"]["tag"].as_str() == Some(&request.tag) && request.handler_ran() == 1
            }
            Reply::Negotiated => message["return"] == json!({}),
            Reply::Error(text) => message["error"] == json!({"class": class_of(text), "desc": text}),
            Reply::Nothing => false,
        };
        let members = message.as_object().map(serde_json::Map::len);
        if !right || members != Some(1 + usize::from(request.has_id)) {
            return Err(format!("expected {:?}", request.reply));
        }
        self.command_mode |= request.reply == Reply::Negotiated;
        self.check_order(place, request.order)?;
        let emitted = on_stage(|stage| stage.emitted.get(&request.tag).copied());
        if emitted > self.last_event {
            return Err("the reply came before the event".into());
        }
        Ok(())
    }

    fn check_order(&mut self, place: usize, order: Order) -> Result<(), String> {
        let early = match order {
            Order::InBand { .. } => self.in_band_before(place).next(),
            Order::All => self.requests[..place].iter().find(|request| request.is_owed()),
            Order::OutOfBand => {
                let in_order = |request: &&Expected| !matches!(request.order, Order::InBand { .. });
                self.requests[..place].iter().filter(in_order).find(|request| request.is_owed())
            }
        };
        let early = early.map(|early| early.tag.clone());
        match early {
            Some(early) if order != (Order::InBand { malformed: true }) || !self.is_excused(place) => {
                Err(format!("answered before {early}"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

pub(super) const ID_REQUIRED: &str = "Out-Of-Band capability requires that every command contains an 'id' field";

fn id_required() -> Value {
    json!({"class": "GenericError", "desc": ID_REQUIRED})
}

/// Requests that were taken while nobody told the queue, where mailboxes are full: the dispatcher begins no other meanwhile.
const NEWS_UNDER_WAY: usize = 2;

const GONE: &str = "The handler of command 'sim-actor' is gone: its actor has stopped or panicked";

/// The class that the protocol gives to an error with this description.
fn class_of(desc: &str) -> &'static str {
    let is_not_found =
        desc.ends_with(" has not been found") || desc.to_lowercase().contains("capabilities negotiation");
    if is_not_found { "CommandNotFound" } else { "GenericError" }
}
