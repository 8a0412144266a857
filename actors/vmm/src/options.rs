//! The command line.

use std::fmt;
use std::str::FromStr;

use actix_qmp::MonitorOptions;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::machine::memory::PAGE_SIZE;

const EXAMPLES: &str = "\
EXAMPLES:
  A machine with 1 GiB of RAM and a control socket; talk to it with qmp-shell (pip install qemu.qmp):
    qmp-vmm --memory 1G --qmp unix:/tmp/qmp.sock,server=on,wait=off
    qmp-shell /tmp/qmp.sock

  The same on a TCP port, on loopback only:
    qmp-vmm --qmp tcp:127.0.0.1:4444,server=on,wait=off
    qmp-shell localhost:4444

  QMP on the terminal; type {\"execute\": \"qmp_capabilities\"} first:
    qmp-vmm --qmp stdio

  Two machines, and a migration from the first to the second:
    qmp-vmm --qmp unix:/tmp/a.sock,server=on,wait=off
    qmp-vmm --qmp unix:/tmp/b.sock,server=on,wait=off --incoming defer
    (in qmp-shell /tmp/b.sock)  migrate-incoming uri=unix:/tmp/migrate.sock
    (in qmp-shell /tmp/a.sock)  migrate uri=unix:/tmp/migrate.sock

RUST_LOG=debug shows what happens inside.";

/// A virtual machine monitor prototype with a QMP control socket. Its guest runs no program but dirties RAM, so that
/// dumps and migrations are real.
#[derive(Debug, Clone, Parser)]
#[command(name = "qmp-vmm", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct Options {
    /// Open a QMP monitor; may be given several times: unix:PATH, tcp:HOST:PORT or stdio, with options such as
    /// server=on,wait=off
    #[arg(long, value_name = "CHARDEV")]
    pub qmp: Vec<MonitorOptions>,

    /// Name of the machine, as query-name tells it
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Size of RAM: a number with K, M, G or T; without a suffix it counts MiB
    #[arg(long, short = 'm', value_name = "SIZE", default_value = "128M")]
    pub memory: MemorySize,

    /// Number of vCPUs, each a thread that dirties RAM
    #[arg(long, alias = "smp", value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=MAX_CPUS))]
    pub cpus: u16,

    /// Do not start the guest: wait for the command cont
    #[arg(short = 'S', long)]
    pub paused: bool,

    /// Stop before the machine is built: until the command x-exit-preconfig only such commands run that allow it. Together
    /// with --incoming only "defer" is possible
    #[arg(long)]
    pub preconfig: bool,

    /// Warn on standard error of a command that has kept the main thread's commands waiting for so many seconds, and
    /// again when it ends; 0 never warns
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub warn_held: u32,

    /// Wait for a machine to migrate here: "defer" leaves the address to the command migrate-incoming; an address
    /// (unix:PATH or tcp:HOST:PORT) listens at once
    #[arg(long, value_name = "defer|URI")]
    pub incoming: Option<Incoming>,
}

impl Options {
    /// Reads the command line; a wrong one ends the process, with words.
    #[must_use]
    pub fn from_command_line() -> Self {
        Self::checked(Self::parse()).unwrap_or_else(|error| error.exit())
    }

    /// What one option alone can't tell.
    ///
    /// # Errors
    /// When options contradict each other.
    fn checked(self) -> Result<Self, clap::Error> {
        if self.preconfig && matches!(self.incoming, Some(Incoming::Uri(_))) {
            let words = "--preconfig is possible with --incoming defer only: there is no machine yet to migrate to";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, words));
        }
        Ok(self)
    }
}

/// The most vCPUs that a machine can have.
pub const MAX_CPUS: i64 = 255;

/// `--incoming`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// `migrate-incoming` will name the address.
    Defer,
    /// Listen there from the start.
    Uri(String),
}

impl FromStr for Incoming {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "defer" { Self::Defer } else { Self::Uri(text.to_owned()) })
    }
}

/// The size of RAM in bytes; whole pages, at least 1 MiB and at most [`MemorySize::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemorySize(u64);

impl MemorySize {
    /// The least RAM of a machine.
    pub const MIN: u64 = 1 << 20;
    /// The most RAM of a machine: 4 TiB.
    pub const MAX: u64 = 1 << 42;

    /// The size in bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

/// A size that can't be RAM's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemorySizeError {
    /// Not a number with a suffix.
    #[error("expected a number with an optional suffix K, M, G or T, such as 256M or 2G")]
    NotASize,
    /// Too small, too big.
    #[error("RAM must be between 1M and 4T")]
    OutOfRange,
    /// Not whole pages.
    #[error("RAM must be whole pages of {PAGE_SIZE} bytes")]
    NotWholePages,
}

impl FromStr for MemorySize {
    type Err = MemorySizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let shift = match &text[digits.len()..] {
            "K" | "k" => 10,
            "" | "M" | "m" => 20,
            "G" | "g" => 30,
            "T" | "t" => 40,
            _ => return Err(MemorySizeError::NotASize),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MemorySizeError::NotASize);
        }
        let bytes = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
        match bytes {
            Some(bytes) if !(Self::MIN..=Self::MAX).contains(&bytes) => Err(MemorySizeError::OutOfRange),
            Some(bytes) if bytes % PAGE_SIZE as u64 != 0 => Err(MemorySizeError::NotWholePages),
            Some(bytes) => Ok(Self(bytes)),
            None => Err(MemorySizeError::OutOfRange),
        }
    }
}

impl fmt::Display for MemorySize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes % (1 << 20) == 0 => write!(f, "{}M", bytes >> 20),
            bytes => write!(f, "{}K", bytes >> 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, clap::Error> {
        Options::try_parse_from([&["qmp-vmm"], arguments].concat())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn defaults_are_a_small_running_machine_without_monitors() {
        let options = parse(&[]).unwrap();
        assert_eq!((options.memory.bytes(), options.cpus, options.paused), (128 << 20, 1, false));
        assert!(options.qmp.is_empty() && options.incoming.is_none());
    }

    #[test]
    fn monitors_may_be_many_and_incoming_is_deferred_or_an_address() {
        let options =
            parse(&["--qmp", "stdio", "--qmp", "unix:/a,server=on,wait=off,pretty=on", "-S", "--incoming", "defer"])
                .unwrap();
        assert_eq!(options.qmp.len(), 2);
        assert!(options.paused);
        assert_eq!(options.incoming, Some(Incoming::Defer));
        let options = parse(&["--incoming", "tcp:127.0.0.1:1"]).unwrap();
        assert_eq!(options.incoming, Some(Incoming::Uri("tcp:127.0.0.1:1".into())));
    }

    #[test]
    fn preconfig_goes_with_a_deferred_migration_only() {
        assert!(parse(&["--preconfig", "--incoming", "defer"]).and_then(Options::checked).unwrap().preconfig);
        let error = parse(&["--preconfig", "--incoming", "tcp:127.0.0.1:1"]).and_then(Options::checked).unwrap_err();
        assert!(error.to_string().contains("--incoming defer only"), "{error}");
    }

    #[test]
    fn sizes_have_suffixes_and_bare_numbers_count_mebibytes() {
        for (text, bytes) in
            [("256", 256 << 20), ("256M", 256 << 20), ("2g", 2 << 30), ("1028K", 1028 << 10), ("4T", 1 << 42)]
        {
            assert_eq!(text.parse::<MemorySize>().map(MemorySize::bytes), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn sizes_that_can_not_be_are_refused_in_words() {
        for text in ["", "M", "-1", "+5", "1.5G", "12Q", "1MM", "0x10", "1 G", "١G"] {
            assert_eq!(text.parse::<MemorySize>(), Err(MemorySizeError::NotASize), "{text}");
        }
        for text in ["0", "1023K", "5T", "99999999999999999999T", "18446744073709551615"] {
            assert_eq!(text.parse::<MemorySize>(), Err(MemorySizeError::OutOfRange), "{text}");
        }
        assert_eq!("1026K".parse::<MemorySize>(), Err(MemorySizeError::NotWholePages));
        for text in ["0", "256", "-1", "many"] {
            assert!(parse(&["--cpus", text]).is_err(), "{text}");
        }
    }
}
