//! A chardev at work: it produces connections, one after another.

use crate::Connection;
use crate::dialer::Dialer;
use crate::listener::Listener;
use crate::memory::MemoryListener;
use std::task::{Context, Poll};

/// A source of connections, registered with a tokio runtime.
///
/// Dropping it stops listening and removes its socket file; the connections that it produced live on.
#[derive(Debug)]
pub struct Chardev {
    name: String,
    source: Source,
}

#[derive(Debug)]
pub(crate) enum Source {
    Listener(Listener),
    Dialer(Dialer),
    /// None when it was taken, or when listening was stopped. Boxed: it is by far the largest.
    Once(Option<Box<Connection>>),
    Memory(MemoryListener),
    Null,
}

impl Source {
    pub(crate) fn once(connection: Connection) -> Self {
        Source::Once(Some(Box::new(connection)))
    }
}

impl Chardev {
    pub(crate) fn new(name: String, source: Source) -> Self {
        Chardev { name, source }
    }

    /// The next connection, when there is one. Ask again when it has ended: clients wait meanwhile.
    ///
    /// Failures to accept are logged, once for each streak, and tried again every 100 ms. A client with `reconnect=S`
    /// pauses S seconds before each attempt but the first.
    ///
    /// None: there will never be another one (after the only connection of stdio, `fd:N` or a client without
    /// `reconnect=`; after [`stop_listening`](Self::stop_listening); memory without connectors). `null` is pending
    /// for ever.
    pub fn poll_connection(&mut self, cx: &mut Context<'_>) -> Poll<Option<Connection>> {
        match &mut self.source {
            Source::Listener(listener) => listener.poll_connection(cx).map(Some),
            Source::Dialer(dialer) => dialer.poll_connection(cx).map(Some),
            Source::Memory(listener) => listener.poll_connection(cx),
            Source::Null => Poll::Pending,
            Source::Once(connection) => Poll::Ready(connection.take().map(|boxed| *boxed)),
        }
    }

    /// Closes the listener, or ends the attempts to connect. Clients that wait are turned away.
    ///
    /// The socket file is removed if, and only if, it is still ours.
    pub fn stop_listening(&mut self) {
        self.source = Source::Once(None);
    }

    /// As [`BoundChardev::local_name`](crate::BoundChardev::local_name).
    pub fn local_name(&self) -> &str {
        &self.name
    }
}
