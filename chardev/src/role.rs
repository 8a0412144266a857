//! Which end of a socket we are: `server=on[,wait=off]`, or a client with an optional `reconnect=SECONDS`.

use crate::{OptionError, OptionList, Switch};
use std::fmt;
use std::time::Duration;

/// Server or client, with the options that only one of them has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Listens. `wait`: the program waits for the first client before it goes on.
    Server { wait: Switch },
    /// Connects; again and again if `reconnect` says after how long.
    Client { reconnect: Option<Duration> },
}

impl Role {
    /// Takes `server`, `wait` and `reconnect`. Defaults as in QEMU: client; a server waits.
    pub(crate) fn take(list: &mut OptionList) -> Result<Role, OptionError> {
        let server = list.take_switch("server")?.unwrap_or(Switch::Off);
        let wait = list.take_switch("wait")?;
        let reconnect = list.take_number::<u32>("reconnect")?;
        match (server, wait, reconnect) {
            (Switch::On, _, Some(_)) => Err(OptionError::WrongRole { key: "reconnect", role: "clients (server=off)" }),
            (Switch::Off, Some(_), _) => Err(OptionError::WrongRole { key: "wait", role: "servers (server=on)" }),
            (Switch::On, wait, None) => Ok(Role::Server { wait: wait.unwrap_or(Switch::On) }),
            (Switch::Off, None, seconds) => {
                let reconnect = seconds.filter(|&s| s > 0).map(|s| Duration::from_secs(s.into()));
                Ok(Role::Client { reconnect })
            }
        }
    }

    /// Whether this is a server that waits for its first client.
    pub(crate) fn waits(self) -> bool {
        self == Role::Server { wait: Switch::On }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Server { wait: Switch::On } => f.write_str(",server=on"),
            Role::Server { wait: Switch::Off } => f.write_str(",server=on,wait=off"),
            Role::Client { reconnect: None } => Ok(()),
            Role::Client { reconnect: Some(pause) } => write!(f, ",reconnect={}", pause.as_secs()),
        }
    }
}
