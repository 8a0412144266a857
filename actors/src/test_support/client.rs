//! A QMP client on a chardev in memory, or on any other stream of bytes.

use std::future::Future;
use std::time::Duration;

use actix_qmp_chardev::MemoryConnector;
use bytes::BytesMut;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// How long a client waits before it says what it waited for; far longer than a machine under load needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of a message that stand in a failure's text.
const EXCERPT: usize = 200;

/// Speaks QMP. Everything panics that a test would fail of, a wait of a minute too.
///
/// It waits by tokio's clock: in a test that pauses the time, a wait for another thread ends at once.
pub struct Client {
    stream: Box<dyn Stream>,
    received: BytesMut,
    /// So many bytes of `received` hold no end of a message.
    searched: usize,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

#[expect(clippy::missing_panics_doc, reason = "said once above: it is a test's client")]
impl Client {
    /// Connects to a chardev in memory; the monitor takes clients one at a time.
    #[must_use]
    pub fn connect(connector: &MemoryConnector) -> Self {
        Self::over(connector.connect())
    }

    /// Speaks over a connection that is there already, such as a socket.
    pub fn over(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        Self { stream: Box::new(stream), received: BytesMut::new(), searched: 0 }
    }

    /// Connects, reads the greeting and negotiates these capabilities.
    pub async fn negotiated(connector: &MemoryConnector, enable: &[&str]) -> Self {
        let mut client = Self::connect(connector);
        client.negotiate(enable).await;
        client
    }

    /// Reads the greeting and negotiates these capabilities.
    pub async fn negotiate(&mut self, enable: &[&str]) {
        let greeting = self.receive().await;
        assert!(greeting.get("QMP").is_some(), "no greeting but {greeting}");
        self.execute_with("qmp_capabilities", json!({"enable": enable}), "negotiate").await;
        assert_eq!(self.receive().await, json!({"return": {}, "id": "negotiate"}));
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = bounded("the monitor takes input", self.stream.write_all(bytes.as_ref())).await;
        sent.expect("the connection takes input");
    }

    /// Sends a JSON value.
    pub async fn send_json(&mut self, value: &Value) {
        self.send(value.to_string()).await;
    }

    /// Sends a command without arguments.
    pub async fn execute(&mut self, command: &str, id: impl Into<Value>) {
        self.send_json(&json!({"execute": command, "id": id.into()})).await;
    }

    /// Sends a command with arguments.
    pub async fn execute_with(&mut self, command: &str, arguments: Value, id: impl Into<Value>) {
        self.send_json(&json!({"execute": command, "arguments": arguments, "id": id.into()})).await;
    }

    /// Sends a command without arguments, to be run out-of-band.
    pub async fn execute_oob(&mut self, command: &str, id: impl Into<Value>) {
        self.send_json(&json!({"exec-oob": command, "id": id.into()})).await;
    }

    /// Ends the sending side.
    pub async fn half_close(&mut self) {
        bounded("the end of input is taken", self.stream.shutdown()).await.expect("the connection is there");
    }

    /// Parts the two directions, so that one task can send while another receives. The client that is left only
    /// receives; the connection closes when both are dropped.
    #[must_use]
    pub fn split(self) -> (Self, impl AsyncWrite + Unpin + Send + 'static) {
        let (reader, writer) = tokio::io::split(self.stream);
        (Self { stream: Box::new(tokio::io::join(reader, tokio::io::sink())), ..self }, writer)
    }

    /// The next message.
    pub async fn receive(&mut self) -> Value {
        self.try_receive().await.expect("a message, not the end of output")
    }

    /// The next message, or `None` at the end of output.
    pub async fn try_receive(&mut self) -> Option<Value> {
        let message = self.next_message().await;
        assert!(message.is_some() || self.received.is_empty(), "output ends within a message: {}", self.excerpt());
        message
    }

    /// The next message that is no event.
    pub async fn reply(&mut self) -> Value {
        loop {
            let message = self.receive().await;
            if message.get("event").is_none() {
                return message;
            }
        }
    }

    /// All messages to the end of output. One that is cut off, as those of a closed session may be, is left out.
    pub async fn rest(&mut self) -> Vec<Value> {
        let mut messages = Vec::new();
        while let Some(message) = self.next_message().await {
            messages.push(message);
        }
        messages
    }

    async fn next_message(&mut self) -> Option<Value> {
        loop {
            let unseen = self.received.get(self.searched..).unwrap_or_default();
            if let Some(end) = unseen.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.received.split_to(self.searched + end + 2);
                self.searched = 0;
                assert!(line.is_ascii(), "output is ASCII: {}", line.escape_ascii());
                return Some(serde_json::from_slice(&line).expect("a whole JSON line"));
            }
            self.searched = self.received.len().saturating_sub(1);
            let read = bounded("the monitor says something", self.stream.read_buf(&mut self.received)).await;
            if read.expect("the connection can be read") == 0 {
                return None;
            }
        }
    }

    fn excerpt(&self) -> String {
        self.received.get(..EXCERPT).unwrap_or(&self.received).escape_ascii().to_string()
    }
}

async fn bounded<F: Future>(what: &str, future: F) -> F::Output {
    let in_time = tokio::time::timeout(PATIENCE, future).await;
    in_time.unwrap_or_else(|_| panic!("a client has waited {PATIENCE:?} in vain until {what}"))
}
