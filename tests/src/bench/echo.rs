//! The echoes, and an answer that is always the same: what a socket costs without any monitor behind it. Each runs in a
//! process of its own, as the monitors do.

pub mod two_threads;

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

mod tcp;

pub use tcp::{serve_tcp_blocking, serve_tcp_tokio};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{Context, Outcome};

/// Enough for any request of the bench.
const BUFFER_BYTES: usize = 64 * 1024;

/// Echoes on this socket until killed: a thread for each connection, blocking reads and writes.
///
/// # Errors
/// If the socket can't be made.
pub fn serve_blocking(path: &Path) -> Outcome {
    for connection in UnixListener::bind(path).context(path.display())?.incoming() {
        let connection = connection?;
        // A client that leaves ends its thread, with an error or without.
        thread::spawn(move || drop(echo_blocking(connection)));
    }
    Ok(())
}

fn echo_blocking(mut connection: impl Read + Write) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match connection.read(&mut buffer)? {
            0 => return Ok(()),
            count => connection.write_all(&buffer[..count])?,
        }
    }
}

/// Echoes as [`serve_blocking`] does, one client after the other on one thread, as a monitor serves them.
///
/// # Errors
/// If the socket can't be made.
pub fn serve_in_turn(path: &Path) -> Outcome {
    for connection in UnixListener::bind(path).context(path.display())?.incoming() {
        // A client that leaves ends its turn, with an error or without.
        let _ = echo_blocking(connection?);
    }
    Ok(())
}

/// Answers every line on this socket with the bytes of a file, until killed: what a long reply costs at least.
///
/// # Errors
/// If the socket can't be made or the file not be read.
pub fn serve_answer(path: &Path, reply: &Path) -> Outcome {
    let reply: Arc<[u8]> = fs::read(reply).context(reply.display())?.into();
    for connection in UnixListener::bind(path).context(path.display())?.incoming() {
        let (connection, reply) = (connection?, Arc::clone(&reply));
        // A client that leaves ends its thread, with an error or without.
        thread::spawn(move || drop(answer_blocking(&connection, &reply)));
    }
    Ok(())
}

fn answer_blocking(mut connection: &UnixStream, reply: &[u8]) -> io::Result<()> {
    let mut requests = BufReader::new(connection);
    let mut request = Vec::new();
    while requests.read_until(b'\n', &mut request)? > 0 {
        request.clear();
        connection.write_all(reply)?;
    }
    Ok(())
}

/// Echoes as [`serve_blocking`] does, on a tokio runtime of one thread, as an I/O arbiter has it.
///
/// # Errors
/// If the socket or the runtime can't be made.
pub fn serve_tokio(path: &Path) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(async {
        let listener = tokio::net::UnixListener::bind(path).context(path.display())?;
        loop {
            let (connection, _) = listener.accept().await?;
            tokio::spawn(echo_on_tokio(connection));
        }
    })
}

async fn echo_on_tokio(mut connection: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match connection.read(&mut buffer).await? {
            0 => return Ok(()),
            count => connection.write_all(&buffer[..count]).await?,
        }
    }
}
