//! A client: what it has still to send, and what it made of what came.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, Waker};

use actix_qmp_chardev::MemoryStream;
use actix_qmp_messages::Oob;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::expectation::{Expected, ID_REQUIRED, Model, Order, Reply};
use super::script::{Ask, Naming, Setting};
use super::watch::{note, of_monitor};
use crate::options::IdRule;
use crate::queue::QueueFull;

/// What the client knows of its session's mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Negotiating,
    Command(Oob),
}

/// One connection, from its client's side.
pub(super) struct Client {
    pub(super) number: usize,
    pub(super) monitor: usize,
    /// The session it becomes.
    pub(super) session: u64,
    setting: Setting,
    mode: Mode,
    /// None once it was closed.
    stream: Option<MemoryStream>,
    outgoing: VecDeque<u8>,
    incoming: Vec<u8>,
    pub(super) half_closing: bool,
    pub(super) half_closed: bool,
    pub(super) reads: bool,
    pub(super) at_end: bool,
    pub(super) model: Model,
    /// Requests that were executed when the embedder ended the monitor: their answers go out.
    pub(super) promised: Vec<String>,
}

impl Client {
    pub(super) fn new(number: usize, monitor: usize, session: u64, setting: Setting, stream: MemoryStream) -> Self {
        Self {
            number,
            monitor,
            session,
            setting,
            mode: Mode::Negotiating,
            stream: Some(stream),
            outgoing: VecDeque::new(),
            incoming: Vec::new(),
            half_closing: false,
            half_closed: false,
            reads: true,
            at_end: false,
            model: Model::new(number),
            promised: Vec::new(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    pub(super) fn may_send(&self) -> bool {
        self.is_open() && !self.half_closing && !self.at_end
    }

    pub(super) fn has_output(&self) -> bool {
        !self.outgoing.is_empty()
    }

    pub(super) fn close(&mut self) {
        note(|| format!("client {} closes", self.number));
        self.stream = None;
    }

    /// Has a request to send.
    pub(super) fn ask(&mut self, ask: Ask, naming: Naming) {
        let marked = if matches!(ask, Ask::OutOfBand(_)) { "o" } else { "" };
        let tag = format!("c{}q{}{marked}", self.number, self.model.requests.len());
        let goes_without = ask == Ask::BadJson || naming == Naming::WithoutId && self.may_go_without_id(ask);
        let naming = if goes_without { Naming::WithoutId } else { Naming::WithId };
        let text = text_of(ask, &tag, naming);
        note(|| format!("client {} is to send {text}", self.number));
        self.outgoing.extend(text.as_bytes());
        let expected = self.expected(ask, tag, naming);
        self.model.requests.push(expected);
    }

    /// Whether it is refused without an id. In one session that is in one band only, and in-band only where nothing is
    /// answered before its turn, so that two such can be told apart.
    fn must_have_id(&self, ask: Ask) -> bool {
        let Setting { ids, queue_full, .. } = self.setting;
        let refused = match ask {
            Ask::OutOfBand(_) => ids == IdRule::WhereNeeded && queue_full == QueueFull::Drop,
            Ask::InBand(_) | Ask::Unknown | Ask::BadArguments => {
                ids == IdRule::Required && queue_full == QueueFull::Suspend
            }
            Ask::Negotiate(_) | Ask::BadMember | Ask::BadJson => false,
        };
        refused && self.mode == Mode::Command(Oob::Enabled)
    }

    /// Whether the answer could be told from others all the same.
    fn may_go_without_id(&self, ask: Ask) -> bool {
        // Refusals for want of an id look alike.
        let refusable = self.model.requests.iter().any(|request| request.refusable);
        if self.must_have_id(ask) {
            return !refusable;
        }
        let is_refused = |request: &Expected| request.reply == Reply::Error(ID_REQUIRED.into());
        let alone = !refusable && !self.model.requests.iter().any(is_refused);
        let free = self.setting.ids == IdRule::WhereNeeded && (self.setting.queue_full == QueueFull::Suspend || alone);
        match ask {
            Ask::BadJson | Ask::BadMember => true,
            Ask::InBand(name) => {
                let tells = ["sim-plain", "sim-big", "sim-slow", "sim-pause", "sim-fail", "sim-emit", "sim-oob"];
                matches!(self.mode, Mode::Command(_)) && free && tells.contains(&name)
            }
            Ask::Unknown | Ask::BadArguments => matches!(self.mode, Mode::Command(_)) && free,
            Ask::OutOfBand(_) | Ask::Negotiate(_) => false,
        }
    }

    fn expected(&mut self, ask: Ask, tag: String, naming: Naming) -> Expected {
        let (reply, order) = match self.mode {
            Mode::Negotiating => (self.answer_to_negotiation(ask, &tag), Order::All),
            Mode::Command(oob) => answer(ask, &tag, oob),
        };
        let (reply, order) = match (naming, order) {
            (Naming::WithoutId, Order::OutOfBand) if self.must_have_id(ask) => {
                (Reply::Error(ID_REQUIRED.into()), order)
            }
            (Naming::WithoutId, _) if self.must_have_id(ask) => {
                (Reply::Error(ID_REQUIRED.into()), Order::InBand { malformed: true })
            }
            (Naming::WithoutId | Naming::WithId, order) => (reply, order),
        };
        let runs = match ask {
            _ if reply == Reply::Error(ID_REQUIRED.into()) => false,
            Ask::InBand(_) => matches!(order, Order::InBand { .. }),
            Ask::OutOfBand(name) => order == Order::OutOfBand && name.starts_with("sim-oob"),
            Ask::Negotiate(_) | Ask::Unknown | Ask::BadArguments | Ask::BadMember | Ask::BadJson => false,
        };
        let well_formed = matches!(order, Order::InBand { malformed: false });
        let has_id = naming == Naming::WithId;
        let may_be_one_too_many = well_formed && self.setting.queue_full == QueueFull::Drop;
        let (droppable, refusable) = (may_be_one_too_many && has_id, may_be_one_too_many && !has_id);
        Expected { tag, has_id, reply, order, droppable, refusable, done: false, runs, dropped: false }
    }

    fn answer_to_negotiation(&mut self, ask: Ask, tag: &str) -> Reply {
        match ask {
            Ask::Negotiate(Oob::Enabled) if self.setting.offered == Oob::Disabled => {
                Reply::Error("Capability oob not available".into())
            }
            Ask::Negotiate(oob) => {
                self.mode = Mode::Command(oob);
                Reply::Negotiated
            }
            Ask::BadJson | Ask::BadMember | Ask::OutOfBand(_) => answer(ask, tag, Oob::Disabled).0,
            Ask::InBand(_) | Ask::Unknown | Ask::BadArguments => {
                Reply::Error("Expecting capabilities negotiation with 'qmp_capabilities'".into())
            }
        }
    }

    /// Sends at most so many bytes; when all is sent, ends its output if it wanted to.
    pub(super) fn write(&mut self, most: usize) -> bool {
        let Some(stream) = &mut self.stream else { return false };
        let mut task = TaskContext::from_waker(Waker::noop());
        let length = most.min(self.outgoing.as_slices().0.len());
        if length > 0 {
            let written = Pin::new(stream).poll_write(&mut task, &self.outgoing.as_slices().0[..length]);
            let Poll::Ready(Ok(written)) = written else { return false };
            note(|| format!("client {} sends {written} bytes", self.number));
            self.outgoing.drain(..written);
            return written > 0;
        }
        let ends = self.half_closing && !self.half_closed;
        if ends {
            note(|| format!("client {} ends its output", self.number));
            self.half_closed = true;
            // In memory this is done at once.
            let _: Poll<io::Result<()>> = Pin::new(stream).poll_shutdown(&mut task);
        }
        ends
    }

    /// Reads at most so many bytes and checks what is complete; says whether there were any.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn read(&mut self, most: usize) -> Result<bool, String> {
        let Some(stream) = self.stream.as_mut().filter(|_| !self.at_end) else { return Ok(false) };
        let mut room = vec![0; most];
        let mut buffer = ReadBuf::new(&mut room);
        let mut task = TaskContext::from_waker(Waker::noop());
        let Poll::Ready(read) = Pin::new(stream).poll_read(&mut task, &mut buffer) else { return Ok(false) };
        read.map_err(|error| format!("client {} can't read: {error}", self.number))?;
        let filled = buffer.filled();
        self.at_end = filled.is_empty();
        self.incoming.extend_from_slice(filled);
        if self.at_end {
            note(|| format!("client {} reads the end", self.number));
        }
        self.take_lines()?;
        Ok(true)
    }

    fn take_lines(&mut self) -> Result<(), String> {
        while let Some(end) = self.incoming.windows(2).position(|pair| pair == b"\r\n") {
            let line: Vec<u8> = self.incoming.drain(..end + 2).collect();
            let line = String::from_utf8_lossy(&line[..end]).into_owned();
            note(|| format!("client {} reads {line}", self.number));
            let overfull = of_monitor(self.monitor, |seen| seen.overfull.get(&self.session).copied());
            self.model
                .take(&line, overfull.unwrap_or_default())
                .map_err(|why| format!("client {}: {why}", self.number))?;
        }
        Ok(())
    }

    /// All that it wanted to send is on its way.
    pub(super) fn has_sent_all(&self) -> bool {
        self.is_open() && self.outgoing.is_empty()
    }

    pub(super) fn has_part_of_a_line(&self) -> bool {
        !self.incoming.is_empty()
    }
}

fn answer(ask: Ask, tag: &str, oob: Oob) -> (Reply, Order) {
    let malformed = Order::InBand { malformed: true };
    let error = |text: String| (Reply::Error(text), malformed);
    let panicked = |name| Reply::Error(format!("Internal error: the handler of command '{name}' panicked"));
    let run = |name| match name {
        "sim-panic" | "sim-oob-panic" => panicked(name),
        "sim-fail" => Reply::Error(format!("failed: {tag}")),
        "sim-silent" => Reply::Nothing,
        "sim-actor" => Reply::ReturnOrGone,
        _ => Reply::Return,
    };
    match (ask, oob) {
        (Ask::InBand(name), _) => (run(name), Order::InBand { malformed: false }),
        (Ask::OutOfBand(_), Oob::Disabled) => error("QMP input member 'exec-oob' is unexpected".into()),
        (Ask::OutOfBand(name), Oob::Enabled) => {
            let reply = match name {
                "sim-plain" => Reply::Error("The command sim-plain does not support OOB".into()),
                "sim-none" => Reply::Error("The command sim-none has not been found".into()),
                _ => run(name),
            };
            (reply, Order::OutOfBand)
        }
        (Ask::Negotiate(_), _) => error("Capabilities negotiation is already complete, command ignored".into()),
        (Ask::Unknown, _) => error(format!("The command x{tag} has not been found")),
        (Ask::BadArguments, _) => error(format!("Parameter 'x{tag}' is unexpected")),
        (Ask::BadMember, _) => error(format!("QMP input member 'x{tag}' is unexpected")),
        (Ask::BadJson, _) => error(format!("JSON parse error, invalid keyword '{}'", keyword(tag))),
    }
}

/// The tag in letters only.
fn keyword(tag: &str) -> String {
    tag.bytes().map(|byte| if byte.is_ascii_digit() { (byte - b'0' + b'a') as char } else { byte as char }).collect()
}

fn text_of(ask: Ask, tag: &str, naming: Naming) -> String {
    let id = if naming == Naming::WithId { format!(", \"id\": \"{tag}\"") } else { String::new() };
    match ask {
        Ask::Negotiate(Oob::Disabled) => format!("{{\"execute\": \"qmp_capabilities\"{id}}}\n"),
        Ask::Negotiate(Oob::Enabled) => {
            format!("{{\"execute\": \"qmp_capabilities\", \"arguments\": {{\"enable\": [\"oob\"]}}{id}}}")
        }
        Ask::InBand(name) => format!("{{\"execute\": \"{name}\", \"arguments\": {{\"tag\": \"{tag}\"}}{id}}}"),
        Ask::OutOfBand(name) => format!("{{\"exec-oob\": \"{name}\", \"arguments\": {{\"tag\": \"{tag}\"}}{id}}}\r\n"),
        Ask::Unknown => format!("{{\"execute\": \"x{tag}\"{id}}}"),
        Ask::BadArguments => {
            format!("{{\"execute\": \"sim-plain\", \"arguments\": {{\"tag\": \"{tag}\", \"x{tag}\": 1}}{id}}}")
        }
        Ask::BadMember => format!("{{\"execute\": \"sim-plain\", \"x{tag}\": 1{id}}}"),
        Ask::BadJson => format!("{{\"execute\": {}}}\n", keyword(tag)),
    }
}
