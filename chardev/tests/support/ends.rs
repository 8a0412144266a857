//! Both ends of a connection as tests use them.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use actix_qmp_chardev::{Chardev, ChardevError, ChardevOptions, Connection};
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::time::Duration;
use tokio::io::ReadBuf;

/// Parses, binds and registers.
pub(crate) fn open(options: &str) -> Chardev {
    bind(options).unwrap().register().unwrap()
}

/// Parses and binds.
pub(crate) fn bind(options: &str) -> Result<actix_qmp_chardev::BoundChardev, ChardevError> {
    options.parse::<ChardevOptions>().unwrap().bind()
}

/// The error of binding, which is one line.
pub(crate) fn bind_error(options: &str) -> String {
    let error = bind(options).unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    assert!(error.starts_with(options), "{error}");
    error
}

pub(crate) async fn next(chardev: &mut Chardev) -> Option<Connection> {
    poll_fn(|cx| chardev.poll_connection(cx)).await
}

/// One read; empty at the end of input.
pub(crate) async fn read(connection: &mut Connection) -> io::Result<Vec<u8>> {
    let mut bytes = [0; 4096];
    let mut buf = ReadBuf::new(&mut bytes);
    poll_fn(|cx| connection.poll_read(cx, &mut buf)).await?;
    Ok(buf.filled().to_vec())
}

pub(crate) async fn read_to_end(connection: &mut Connection) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let more = read(connection).await.unwrap();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// Writes all of `bytes`, in two slices.
pub(crate) async fn write(connection: &mut Connection, bytes: &[u8]) -> io::Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        let (first, second) = bytes[written..].split_at((bytes.len() - written) / 2);
        let slices = [IoSlice::new(first), IoSlice::new(second)];
        written += poll_fn(|cx| connection.poll_write_vectored(cx, &slices)).await?;
    }
    Ok(())
}

pub(crate) async fn hangup(connection: &mut Connection) {
    poll_fn(|cx| connection.poll_hangup(cx)).await;
}

/// That nothing happens while the runtime has nothing else to do. The clock must be paused.
pub(crate) async fn assert_pending<T>(future: impl Future<Output = T>) {
    assert!(tokio::time::timeout(Duration::from_secs(3600), future).await.is_err(), "it was ready");
}
