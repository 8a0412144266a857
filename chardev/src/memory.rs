//! A chardev in memory, for tests: no descriptors, no kernel, the same rules.

use crate::Connection;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc};

/// The clients that wait to be taken; whoever holds the lock is the one chardev that takes them.
pub(crate) type MemoryQueue = Arc<Mutex<mpsc::UnboundedReceiver<MemoryPeer>>>;

/// Makes clients for one memory chardev. Clone it at will; when the last clone is gone the chardev ends.
#[derive(Clone, Debug)]
pub struct MemoryConnector {
    clients: mpsc::UnboundedSender<MemoryPeer>,
    buffer_bytes: usize,
}

/// The client's end of a connection in memory.
///
/// `shutdown` ends its output only; dropping it closes both directions.
#[derive(Debug)]
pub struct MemoryStream {
    // Dropped first, so that a hung-up chardev has all of the input there will ever be.
    stream: DuplexStream,
    _alive: mpsc::Sender<Infallible>,
}

/// The chardev's end.
#[derive(Debug)]
pub(crate) struct MemoryPeer {
    /// None after [`MemoryPeer::close`].
    stream: Option<DuplexStream>,
    client: mpsc::Receiver<Infallible>,
}

/// A queue of clients and what fills it.
pub(crate) fn pair(buffer_bytes: usize) -> (MemoryQueue, MemoryConnector) {
    let (clients, queue) = mpsc::unbounded_channel();
    (Arc::new(Mutex::new(queue)), MemoryConnector { clients, buffer_bytes })
}

/// Serves a memory chardev's clients in the order in which they came.
#[derive(Debug)]
pub(crate) struct MemoryListener {
    queue: OwnedMutexGuard<mpsc::UnboundedReceiver<MemoryPeer>>,
}

impl MemoryListener {
    /// None if another chardev already serves this queue.
    pub(crate) fn claim(queue: &MemoryQueue) -> Option<Self> {
        let queue = Arc::clone(queue).try_lock_owned().ok()?;
        Some(MemoryListener { queue })
    }

    pub(crate) fn poll_connection(&mut self, cx: &mut Context<'_>) -> Poll<Option<Connection>> {
        self.queue.poll_recv(cx).map(|next| next.map(Connection::from_memory))
    }
}

impl MemoryConnector {
    /// A new client. It may write at once; the chardev takes it when its turn comes. If there is no chardev any more,
    /// the client reads the end of output.
    pub fn connect(&self) -> MemoryStream {
        let (mut ours, theirs) = tokio::io::duplex(self.buffer_bytes);
        let (alive, client) = mpsc::channel(1);
        // Refused when the chardev is gone: the peer is dropped right here, which is what the client then sees.
        let _ = self.clients.send(MemoryPeer { stream: Some(theirs), client });
        if self.clients.is_closed() {
            // It may have gone during the send. Then the peer lies where nobody takes it out, or drops it, as long as
            // there is a connector: the client gets an end of its own that is over.
            (ours, _) = tokio::io::duplex(1);
        }
        MemoryStream { stream: ours, _alive: alive }
    }
}

impl MemoryPeer {
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_read(cx, buf),
            None => Poll::Ready(Ok(())),
        }
    }

    pub(crate) fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    pub(crate) fn poll_hangup(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.client.poll_recv(cx).map(drop)
    }

    pub(crate) fn is_hung_up(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) fn close(&mut self) {
        self.stream = None;
    }
}

impl AsyncRead for MemoryStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for MemoryStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
