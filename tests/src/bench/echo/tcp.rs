//! The echoes over TCP. Their listening socket is standard input: whoever starts them has chosen the port.

use std::io;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::thread;

use super::{echo_blocking, echo_on_tokio};
use crate::{Context, Outcome};

/// Echoes on the socket that standard input is, until killed: a thread for each connection, blocking reads and writes.
///
/// # Errors
/// If it is no socket.
pub fn serve_tcp_blocking() -> Outcome {
    for connection in inherited()?.incoming() {
        let connection = connection?;
        connection.set_nodelay(true)?;
        // A client that leaves ends its thread, with an error or without.
        thread::spawn(move || drop(echo_blocking(connection)));
    }
    Ok(())
}

/// Echoes as [`serve_tcp_blocking`] does, on a tokio runtime of one thread, as an I/O arbiter has it.
///
/// # Errors
/// If standard input is no socket, or the runtime can't be made.
pub fn serve_tcp_tokio() -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let listener = inherited()?;
    listener.set_nonblocking(true)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (connection, _) = listener.accept().await?;
            connection.set_nodelay(true)?;
            tokio::spawn(echo_on_tokio(connection));
        }
    })
}

fn inherited() -> Outcome<TcpListener> {
    let listener = TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?);
    listener.local_addr().context("standard input is no listening socket")?;
    Ok(listener)
}
