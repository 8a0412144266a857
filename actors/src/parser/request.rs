//! One frame as a request: its members, checked in the order and in the words that clients know.

use actix_qmp_messages::{Arguments, QmpError, RequestId, excerpt};
use serde_json::{Map, Value};

use super::framer::Frame;
use super::members::Members;

/// How a request asks to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Band {
    /// By the dispatcher, in its turn.
    InBand,
    /// By the parser, at once.
    OutOfBand(Marking),
}

/// How a request says that it is out-of-band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marking {
    /// `"exec-oob"` in place of `"execute"`.
    ExecOob,
    /// `"control": {"run-oob": true}` beside `"execute"`.
    RunOob,
}

/// A request as the client wrote it.
#[derive(Debug)]
pub(crate) struct Request {
    /// The command's name.
    pub(crate) command: String,
    /// Where it is to run.
    pub(crate) band: Band,
    /// Its arguments.
    pub(crate) arguments: Arguments,
}

/// What a frame turned out to be.
#[derive(Debug)]
pub(crate) struct ParsedRequest {
    /// The `id`, whenever it could be read: an error goes back with it, too.
    pub(crate) id: Option<RequestId>,
    /// The request, or what is wrong with it.
    pub(crate) request: Result<Request, QmpError>,
    /// Whether there was a member `exec-oob`, and none that no session understands.
    exec_oob: Presence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Absent,
    Present,
}

impl ParsedRequest {
    /// The same in a session that hasn't enabled out-of-band execution: neither marking is understood.
    pub(crate) fn without_oob(self) -> Self {
        let refused = |why: &'static str| Err(QmpError::generic(why));
        let request = match (self.exec_oob, self.request) {
            (Presence::Present, _) => refused("QMP input member 'exec-oob' is unexpected"),
            (Presence::Absent, Ok(Request { band: Band::OutOfBand(_), .. })) => {
                refused("Please enable Out-Of-Band first for the session during capabilities negotiation")
            }
            (Presence::Absent, request) => request,
        };
        Self { request, ..self }
    }
}

impl From<Frame> for ParsedRequest {
    fn from(frame: Frame) -> Self {
        match frame {
            Frame::Request(members) => members.into(),
            Frame::Error { error, id } => Self { id, request: Err(error.into()), exec_oob: Presence::Absent },
        }
    }
}

impl From<Members> for ParsedRequest {
    fn from(mut members: Members) -> Self {
        let is_marked = members.exec_oob.is_some() && members.unexpected.is_none();
        let exec_oob = if is_marked { Presence::Present } else { Presence::Absent };
        Self { id: members.id.take(), request: request(members).map_err(QmpError::generic), exec_oob }
    }
}

/// Checks the members: unexpected ones first, then types, then what goes together.
fn request(members: Members) -> Result<Request, String> {
    if let Some(name) = members.unexpected {
        return Err(format!("QMP input member '{}' is unexpected", excerpt(&name)));
    }
    let execute = members.execute.map(|value| string("execute", value)).transpose()?;
    let exec_oob = members.exec_oob.map(|value| string("exec-oob", value)).transpose()?;
    let arguments = members.arguments.map(|value| object("arguments", value)).transpose()?;
    let control = members.control.map(|value| object("control", value)).transpose()?;
    let controlled = control.as_ref().map(run_oob).transpose()?;
    let (command, band) = match (execute, exec_oob, controlled) {
        (Some(_), Some(_), _) => return Err("QMP input member 'execute' clashes with 'exec-oob'".into()),
        (None, Some(_), Some(_)) => return Err("QMP input member 'control' clashes with 'exec-oob'".into()),
        (None, None, _) => return Err("QMP input lacks member 'execute'".into()),
        (None, Some(command), None) => (command, Band::OutOfBand(Marking::ExecOob)),
        (Some(command), None, band) => (command, band.unwrap_or(Band::InBand)),
    };
    Ok(Request { command, band, arguments: Arguments::new(arguments.unwrap_or_default()) })
}

fn run_oob(control: &Map<String, Value>) -> Result<Band, String> {
    if let Some(name) = control.keys().find(|name| *name != "run-oob") {
        return Err(format!("QMP input member 'control.{}' is unexpected", excerpt(name)));
    }
    match control.get("run-oob").map(Value::as_bool) {
        Some(None) => Err("QMP input member 'control.run-oob' must be a boolean".into()),
        Some(Some(true)) => Ok(Band::OutOfBand(Marking::RunOob)),
        Some(Some(false)) | None => Ok(Band::InBand),
    }
}

fn string(name: &str, value: Value) -> Result<String, String> {
    if let Value::String(text) = value { Ok(text) } else { Err(format!("QMP input member '{name}' must be a string")) }
}

fn object(name: &str, value: Value) -> Result<Map<String, Value>, String> {
    if let Value::Object(map) = value { Ok(map) } else { Err(format!("QMP input member '{name}' must be an object")) }
}

#[cfg(test)]
mod tests;
