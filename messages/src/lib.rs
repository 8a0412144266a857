//! Messages between the actors of a QMP monitor: one file per edge, named `sender_to_receiver.rs`.
//!
//! An edge is one message type, an enum of all that may pass it, so that one mailbox keeps its order and a test can
//! put one probe there.
//!
//! A receiver is gone only while its monitor is taken down, or through a bug of ours.
//!
//! | sender → receiver | what passes | bound | when the mailbox is full | when the receiver is gone | when its session has ended |
//! |---|---|---|---|---|---|
//! | frontend → parser | [`FrontendToParser`]: connection, bytes | [`READ_WINDOW`] | kept, sent next turn | said in the log | not looked at |
//! | parser → frontend | [`ParserToFrontend`]: room to read | 2 | kept, sent next turn | said in the log | changes nothing |
//! | parser → queue | [`ParserToQueue`]: in-band requests | 1 request | kept, sent next turn | said in the log | not judged |
//! | queue → parser | [`QueueToParser`]: suspend, resume | 1 per request judged, 1 per change of the counter | kept, sent next turn | said in the log | changes nothing |
//! | queue → dispatcher | [`QueueToDispatcher`]: requests ready to run | [`DISPATCH_WINDOW`] per monitor | kept, sent next turn | said in the log; requests wait | discarded, and the queue told |
//! | dispatcher → queue | [`DispatcherToQueue`]: request taken | [`DISPATCH_WINDOW`] | kept, sent next turn | dropped: monitor is gone | counts for the window only |
//! | dispatcher → responder | [`DispatcherToResponder`]: results | 1 per request taken | kept, sent next turn | dropped: arbiter is gone | thrown away, and counted as answered |
//! | parser → responder | [`ParserToResponder`]: greeting, negotiation, OOB results | 1 per turn | kept, sent next turn | said in the log | thrown away |
//! | queue → responder | [`QueueToResponder`]: malformed, dropped, finished | 1 per request judged | kept, sent next turn | said in the log | thrown away |
//! | responder → queue | [`ResponderToQueue`]: answered, backlog | 1 per turn with answers, 1 per change of the backlog | kept, sent next turn | dropped: monitor is gone | changes nothing |
//! | responder → frontend | [`ResponderToFrontend`]: output, end | [`WRITE_WINDOW`] | kept, sent next turn | dropped: monitor is gone | thrown away |
//! | frontend → responder | [`FrontendToResponder`]: output taken | 2 | kept, sent next turn | said in the log | changes nothing |
//! | emitter → responder | [`EmitterToResponder`]: events | [`EVENT_CREDITS`] | `emit` refuses | `emit` refuses | is of none |
//! | embedder → queue | [`EmbedderToQueue`]: hold, release | 2 per guard, [`HOLDS`] guards | the guard is refused | nothing to hold | changes nothing |
//! | embedder → frontend | [`MonitorsToFrontend`]: close | 1 | closing says that it was not done in time | already closed | is of none |
//! | embedder → dispatcher | [`AddMonitorToDispatcher`], [`StopDispatching`] | 1 per monitor | adding is an error to the caller, stopping waits its turn | error to the caller | is of none |
//! | embedder → responder | [`AddMonitorToResponder`], [`FinishMonitor`] | 1 per monitor | adding is an error to the caller, closing says that it was not done in time | error to the caller | is of none |
#![forbid(unsafe_code)]

mod command;
mod dispatcher_to_queue;
mod dispatcher_to_responder;
mod embedder_to_queue;
mod emitter_to_responder;
mod error;
mod excerpt;
mod frontend_to_parser;
mod frontend_to_responder;
mod ids;
mod monitors_to_dispatcher;
mod monitors_to_frontend;
mod monitors_to_responder;
mod parser_to_frontend;
mod parser_to_queue;
mod parser_to_responder;
pub mod qapi;
mod queue_to_dispatcher;
mod queue_to_parser;
mod queue_to_responder;
mod request;
mod request_id;
mod responder_to_frontend;
mod responder_to_queue;
pub mod schema;
mod wire;

pub use command::{Command, Empty, Event};
pub use dispatcher_to_queue::DispatcherToQueue;
pub use dispatcher_to_responder::DispatcherToResponder;
pub use embedder_to_queue::{EmbedderToQueue, HOLDS, HoldId};
pub use emitter_to_responder::{EVENT_CREDITS, EmitterToResponder};
pub use error::{ErrorClass, QmpError};
pub use excerpt::{EXCERPT_CHARS, PATH_EXCERPT_CHARS, excerpt, path_excerpt};
pub use frontend_to_parser::{FrontendToParser, READ_WINDOW, ReadWindow};
pub use frontend_to_responder::FrontendToResponder;
pub use ids::{MonitorId, RequestKey, Sequence, SessionId, SessionKey};
pub use monitors_to_dispatcher::{AddMonitorToDispatcher, StopDispatching};
pub use monitors_to_frontend::MonitorsToFrontend;
pub use monitors_to_responder::{AddMonitorToResponder, FinishMonitor, OutputLimits};
pub use parser_to_frontend::ParserToFrontend;
pub use parser_to_queue::{Oob, ParserToQueue};
pub use parser_to_responder::ParserToResponder;
pub use qapi::{Arguments, Members, QapiEnum, QapiObject, QapiType};
pub use queue_to_dispatcher::{DISPATCH_WINDOW, QueueToDispatcher, ReadyRequest};
pub use queue_to_parser::QueueToParser;
pub use queue_to_responder::QueueToResponder;
pub use request::{CommandIndex, EventData, InBandRequest, Outcome, PreparedCommand, ReturnValue};
pub use request_id::RequestId;
pub use responder_to_frontend::{ResponderToFrontend, WRITE_WINDOW};
pub use responder_to_queue::ResponderToQueue;
pub use wire::{Style, WireValue, write_json};
