//! The echoes, and an answer that is always the same: what a socket costs without any monitor behind it. Each runs in a
//! process of its own, as the monitors do.
//!
//! | module | is for |
//! |---|---|
//! | `listening` | UNIX or TCP |
//! | [`two_threads`] | an echo that a second thread has part in |
//! | [`on_tokio`] | an echo on a runtime |

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::thread;

mod listening;
pub mod on_tokio;
pub mod two_threads;

use self::listening::Listening;
use super::connection::Socket;
use crate::{Context, Outcome};

/// Enough for any request of the bench.
const BUFFER_BYTES: usize = 64 * 1024;

/// Echoes until killed: a thread for each connection, blocking reads and writes. Without a path it does so on the socket that
/// standard input is.
///
/// # Errors
/// If there is no such socket.
pub fn serve_blocking(path: Option<&Path>) -> Outcome {
    serve_each(&Listening::at(path)?, echo)
}

/// Echoes as [`serve_blocking`] does, one client after the other on one thread, as a monitor serves them.
///
/// # Errors
/// If there is no such socket.
pub fn serve_in_turn(path: Option<&Path>) -> Outcome {
    let listening = Listening::at(path)?;
    loop {
        // A client that leaves ends its turn, with an error or without.
        let _ = echo(listening.accept()?);
    }
}

/// Answers every line on this socket with the bytes of a file, until killed: what a long reply costs at least.
///
/// # Errors
/// If the socket can't be made or the file not be read.
pub fn serve_answer(path: &Path, reply: &Path) -> Outcome {
    let reply = fs::read(reply).context(reply.display())?;
    serve_each(&Listening::at(Some(path))?, move |connection| answer(connection, &reply))
}

/// Gives each connection a thread.
fn serve_each(listening: &Listening, serve: impl Fn(Socket) -> io::Result<()> + Clone + Send + 'static) -> Outcome {
    loop {
        let (connection, serve) = (listening.accept()?, serve.clone());
        // A client that leaves ends its thread, with an error or without.
        thread::spawn(move || drop(serve(connection)));
    }
}

fn echo(mut connection: Socket) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match connection.read(&mut buffer)? {
            0 => return Ok(()),
            count => connection.write_all(&buffer[..count])?,
        }
    }
}

fn answer(connection: Socket, reply: &[u8]) -> io::Result<()> {
    let mut requests = BufReader::new(connection);
    let mut request = Vec::new();
    while requests.read_until(b'\n', &mut request)? > 0 {
        request.clear();
        requests.get_mut().write_all(reply)?;
    }
    Ok(())
}
