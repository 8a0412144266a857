//! For tests of actors and of embedders: probes, and a client without a socket.

mod client;
mod probe;
mod stream;

pub use self::client::Client;
pub use self::probe::{Probe, event_probe};
#[doc(hidden)]
pub use self::stream::parse_stream;
