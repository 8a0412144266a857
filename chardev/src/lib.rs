//! Byte transports for a QMP monitor, and the option syntax that names them. No actors, no JSON.
//!
//! A *chardev* produces connections, one after another; a connection carries bytes in both directions until either
//! side ends it. Three steps lead there, so that every mistake is reported where the user can still be told:
//!
//! 1. [`ChardevOptions`] are parsed from text such as `unix:/run/vm/qmp.sock,server=on,wait=off`;
//! 2. [`ChardevOptions::bind`] takes the socket, port or descriptor, on any thread, and fails in words;
//! 3. [`BoundChardev::register`] hands it to the tokio runtime that will serve it: a [`Chardev`].
//!
//! | options | what it is | connections |
//! |---|---|---|
//! | `unix:PATH,server=on[,wait=off]` | listens on a socket file, mode 0600, removed at exit | one at a time, any number |
//! | `tcp:HOST:PORT,server=on[,wait=off]` | listens on a TCP port; off loopback only with `insecure=on` | one at a time, any number |
//! | `unix:PATH[,reconnect=S]`, `tcp:HOST:PORT[,reconnect=S]` | connects to somebody who listens | one, or a new one S seconds after each end |
//! | `stdio` | standard input and output | one |
//! | `fd:N[,output=M]` | an inherited descriptor: connected or listening socket, terminal, pair of pipes | one (listening: any number) |
//! | `null` | nothing | never any |
//! | [`ChardevOptions::memory`] | a pair in memory, for tests | as many as the test makes |
//!
//! ```
//! use actix_qmp_chardev::{ChardevOptions, OptionList};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("qmp.sock");
//! let mut list = OptionList::parse(&format!("unix:{},server=on,wait=off,pretty=on", path.display()))?;
//! let options = ChardevOptions::from_list(&mut list)?;
//! let pretty = list.take_switch("pretty")?; // an option of the monitor, not of its chardev
//! list.finish()?; // nothing is left that nobody knows
//!
//! let bound = options.bind()?; // from here on clients can connect, and wait
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! runtime.block_on(async {
//!     let mut chardev = bound.register()?;
//!     let client = tokio::net::UnixStream::connect(&path).await?;
//!     let connection = std::future::poll_fn(|cx| chardev.poll_connection(cx)).await;
//!     let connection = connection.expect("the chardev goes on listening");
//!     assert!(connection.peer().starts_with("unix:pid="));
//!     chardev.stop_listening(); // the socket file is gone, the connection lives on
//!     assert!(!path.exists());
//!     # drop(client);
//!     Ok::<(), std::io::Error>(())
//! })?;
//! # Ok(())
//! # }
//! ```
//!
//! Only Linux is supported: hang-ups are noticed with `EPOLLHUP` alone, the socket file's mode is set through the
//! socket, and descriptors are opened anew through `/proc/self/fd`.

mod bound;
mod chardev;
mod connection;
mod dialer;
mod drain;
mod error;
mod fd;
mod fd_end;
mod hangup;
mod listener;
mod memory;
mod nonblocking;
mod options;
mod registration;
mod role;
mod socket;
mod stdio;
mod tcp;
mod unix;

pub use bound::BoundChardev;
pub use chardev::Chardev;
pub use connection::Connection;
pub use error::{ChardevError, OptionError};
pub use memory::{MemoryConnector, MemoryStream};
pub use nonblocking::restore_terminal;
pub use options::ChardevOptions;
pub use options::list::{OptionList, Switch};
