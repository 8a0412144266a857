//! Embedder → dispatcher: which monitors there are, and when to stop.
//!
//! Bound: one message per monitor, and the last one.

use actix::{Message, Recipient};

use crate::{DispatcherToQueue, DispatcherToResponder, MonitorId};

/// A monitor joins: where its requests come from and its answers go.
#[derive(Message)]
#[rtype(result = "()")]
pub struct AddMonitorToDispatcher {
    /// The monitor.
    pub monitor: MonitorId,
    /// Its queue.
    pub queue: Recipient<DispatcherToQueue>,
    /// The responder of its I/O arbiter.
    pub responder: Recipient<DispatcherToResponder>,
}

/// Take no command any more; resolves when the one that runs has ended.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct StopDispatching;
