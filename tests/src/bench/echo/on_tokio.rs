//! An echo on a tokio runtime of one thread, as an I/O arbiter has it.

use std::path::Path;
use std::{io, net};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::BUFFER_BYTES;
use super::listening::Listening;
use crate::{Context, Outcome};

/// Echoes until killed; `path` as in [`serve_blocking`](super::serve_blocking).
///
/// # Errors
/// If there is no such socket, or the runtime can't be made.
pub fn serve(path: Option<&Path>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    match Listening::at(path)? {
        Listening::Unix(listener) => runtime.block_on(serve_unix(listener))?,
        Listening::Tcp(listener) => runtime.block_on(serve_tcp(listener))?,
    }
    Ok(())
}

async fn serve_unix(listener: std::os::unix::net::UnixListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::UnixListener::from_std(listener)?;
    loop {
        let (connection, _) = listener.accept().await?;
        tokio::spawn(echo(connection));
    }
}

async fn serve_tcp(listener: net::TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        tokio::spawn(echo(connection));
    }
}

async fn echo(mut connection: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match connection.read(&mut buffer).await? {
            0 => return Ok(()),
            count => connection.write_all(&buffer[..count]).await?,
        }
    }
}
