//! How a program is to be started: which, on what kind of socket, with how many monitors.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use super::{Program, locate};
use crate::{Context, Failure, Outcome};

/// Which program answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// The prototype under test.
    QmpVmm,
    /// The reference. A test that runs on it too shows that the test itself is right.
    Qemu,
}

impl Product {
    /// The executable.
    ///
    /// # Errors
    /// If it can't be built or isn't installed.
    pub fn executable(self) -> Outcome<PathBuf> {
        match self {
            Self::QmpVmm => locate::qmp_vmm(),
            Self::Qemu => locate::qemu(),
        }
    }

    fn monitor_flag(self) -> &'static str {
        match self {
            Self::QmpVmm => "--qmp",
            Self::Qemu => "-qmp",
        }
    }

    fn base_arguments(self) -> &'static [&'static str] {
        match self {
            Self::QmpVmm => &["-S"],
            Self::Qemu => &["-M", "none", "-nodefaults", "-display", "none", "-S"],
        }
    }
}

/// The kind of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A UNIX socket in the program's own temporary directory.
    Unix,
    /// A free port on loopback.
    Tcp,
}

/// Where a monitor listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket file.
    Unix(PathBuf),
    /// A loopback port.
    Tcp(SocketAddr),
}

impl Address {
    /// As clients take it on their command line: a path, or `HOST:PORT`.
    pub fn to_argument(&self) -> String {
        match self {
            Self::Unix(path) => path.display().to_string(),
            Self::Tcp(address) => address.to_string(),
        }
    }

    /// The socket file.
    ///
    /// # Errors
    /// If it is a port.
    pub fn as_path(&self) -> Outcome<&Path> {
        match self {
            Self::Unix(path) => Ok(path),
            Self::Tcp(_) => Err(Failure::new("not a UNIX socket")),
        }
    }

    fn chardev(&self) -> String {
        match self {
            Self::Unix(path) => format!("unix:{}", path.display()),
            Self::Tcp(address) => format!("tcp:{address}"),
        }
    }
}

/// A program about to be started.
#[derive(Debug, Clone)]
pub struct Launch {
    pub(super) product: Product,
    transport: Transport,
    port_every: Option<usize>,
    monitors: usize,
    monitor_options: String,
    arguments: Vec<OsString>,
    pub(super) environment: Vec<(OsString, OsString)>,
}

impl Launch {
    /// One monitor on a UNIX socket, the machine paused.
    pub fn new(product: Product) -> Self {
        Self {
            product,
            transport: Transport::Unix,
            port_every: None,
            monitors: 1,
            monitor_options: String::new(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// The kind of socket.
    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// Of the monitors on UNIX sockets each such one is on a port instead.
    #[must_use]
    pub fn port_every(mut self, monitors: usize) -> Self {
        self.port_every = Some(monitors);
        self
    }

    /// How many monitors, each on a socket of its own.
    #[must_use]
    pub fn monitors(mut self, monitors: usize) -> Self {
        self.monitors = monitors;
        self
    }

    /// Options for every monitor, as `name=value,name=value`.
    #[must_use]
    pub fn monitor_options(mut self, options: &str) -> Self {
        self.monitor_options = options.to_owned();
        self
    }

    /// One more argument of the program.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// A variable of the program's environment.
    #[must_use]
    pub fn environment(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Starts the program and waits until its last monitor has greeted.
    ///
    /// # Errors
    /// If it can't be found, ends early or does not greet; the text holds its stderr.
    pub fn start(&self) -> Outcome<Program> {
        Program::start(self)
    }

    pub(crate) fn addresses(&self, folder: &Path) -> Outcome<Vec<Address>> {
        // Held until all ports are chosen, so that none is chosen twice.
        let mut chosen = Vec::new();
        let mut address = |number: usize| {
            if !self.is_on_a_port(number) {
                return Ok(Address::Unix(folder.join(format!("monitor{number}.sock"))));
            }
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
            let port = listener.local_addr()?;
            chosen.push(listener);
            Ok(Address::Tcp(port))
        };
        (0..self.monitors).map(&mut address).collect()
    }

    fn is_on_a_port(&self, number: usize) -> bool {
        match self.transport {
            Transport::Unix => self.port_every.is_some_and(|every| number % every == every - 1),
            Transport::Tcp => true,
        }
    }

    pub(crate) fn command_line(&self, addresses: &[Address]) -> Vec<OsString> {
        let mut line: Vec<OsString> = self.product.base_arguments().iter().map(Into::into).collect();
        for address in addresses {
            let mut options = format!("{},server=on,wait=off", address.chardev());
            if !self.monitor_options.is_empty() {
                options = format!("{options},{}", self.monitor_options);
            }
            line.extend([self.product.monitor_flag().into(), options.into()]);
        }
        line.extend(self.arguments.iter().cloned());
        line
    }
}
