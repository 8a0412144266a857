//! Dumps of the guest's RAM to an ELF core file, as crash tools and debuggers read it.
//!
//! A [`Dump`] is opened first, so that a file that can't be written stops nothing; then the guest is stopped; then
//! [`Dump::write`] does the work, on whatever thread calls it.

pub mod elf;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use actix_qmp::{QmpError, excerpt, path_excerpt};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::machine::cpu::CpuState;
use crate::machine::memory::{GuestRam, RamRange};
use crate::os_error;
use crate::qapi::commands::DumpGuestMemory;
use crate::qapi::{DumpGuestMemoryFormat, DumpQueryResult, DumpStatus};

/// Bytes of RAM written at a time; progress and cancellation have this grain.
const CHUNK: usize = 1 << 20;

/// Before the first dump.
pub const NO_DUMP: DumpQueryResult = DumpQueryResult { status: DumpStatus::None, completed: 0, total: 0 };

/// What to dump, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpPlan {
    /// The file.
    pub path: PathBuf,
    /// The parts of RAM.
    pub ranges: Vec<RamRange>,
}

impl DumpPlan {
    /// Checks a command's arguments against the machine's RAM.
    ///
    /// # Errors
    /// In QEMU's words, in the order in which it checks.
    pub fn new(command: &DumpGuestMemory, ram: &[RamRange]) -> Result<Self, QmpError> {
        let format = command.format.unwrap_or(DumpGuestMemoryFormat::Elf);
        let is_elf = format == DumpGuestMemoryFormat::Elf;
        let filtered = command.begin.is_some() || command.length.is_some();
        if !matches!(format, DumpGuestMemoryFormat::Elf | DumpGuestMemoryFormat::WinDmp) && (command.paging || filtered)
        {
            return Err(QmpError::generic("kdump-compressed format doesn't support paging or filter"));
        }
        let filter = match (command.begin, command.length) {
            (None, None) => RamRange { start: 0, len: u64::MAX },
            (Some(begin), Some(length)) => {
                RamRange { start: unsigned(begin, "begin")?, len: unsigned(length, "length")? }
            }
            (Some(_), None) => return Err(QmpError::generic("Parameter 'length' is missing")),
            (None, Some(_)) => return Err(QmpError::generic("Parameter 'begin' is missing")),
        };
        if !is_elf {
            return Err(QmpError::generic(format!("{format} is not available now")));
        }
        if let Some(name) = command.protocol.strip_prefix("fd:") {
            return Err(QmpError::generic(format!("File descriptor named '{}' has not been found", excerpt(name))));
        }
        let path = command.protocol.strip_prefix("file:");
        let path = path.ok_or_else(|| QmpError::generic("Invalid parameter 'protocol'"))?.into();
        if filter.len == 0 {
            return Err(QmpError::generic("Invalid parameter 'length'"));
        }
        let ranges: Vec<_> = ram.iter().filter_map(|range| range.intersection(filter)).collect();
        if ranges.is_empty() {
            return Err(QmpError::generic("dump: no guest memory to dump"));
        }
        Ok(Self { path, ranges })
    }
}

fn unsigned(value: i64, name: &str) -> Result<u64, QmpError> {
    u64::try_from(value).map_err(|_| QmpError::generic(format!("Invalid parameter '{name}'")))
}

/// Why a dump failed.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The file can't be opened.
    #[error("Could not open '{path}': {reason}")]
    Open {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The beginning can't be written.
    #[error("dump: failed to write elf header: {0}")]
    Header(String),
    /// RAM can't be written.
    #[error("dump: failed to save memory: {0}")]
    Memory(String),
    /// The machine ends.
    #[error("dump: the machine was shut down")]
    Cancelled,
}

/// A dump whose file is open.
#[derive(Debug)]
pub struct Dump {
    file: File,
    ranges: Vec<RamRange>,
    cancelled: CancellationToken,
}

impl Dump {
    /// Opens the file; what was in it is gone. It gets mode 0600, for RAM is full of secrets.
    ///
    /// # Errors
    /// [`DumpError::Open`]
    pub fn open(plan: DumpPlan, cancelled: CancellationToken) -> Result<Self, DumpError> {
        let failed = |reason| DumpError::Open { path: path_excerpt(&plan.path.to_string_lossy()), reason };
        let file = open(&plan.path).map_err(|error| failed(os_error::words(&error)))?;
        Ok(Self { file, ranges: plan.ranges, cancelled })
    }

    /// Writes it all, and tells `progress` how far it is. The guest must stand still.
    ///
    /// # Errors
    /// What the file's error was; the file is left as it is.
    pub fn write(
        mut self,
        ram: &GuestRam,
        cpus: &[CpuState],
        progress: &watch::Sender<DumpQueryResult>,
    ) -> Result<(), DumpError> {
        let total = self.ranges.iter().map(|range| range.len).sum();
        progress.send_replace(DumpQueryResult { status: DumpStatus::Active, completed: 0, total });
        let written = self.write_all(ram, cpus, progress);
        let status = if written.is_ok() { DumpStatus::Completed } else { DumpStatus::Failed };
        progress.send_modify(|now| now.status = status);
        written
    }

    fn write_all(
        &mut self,
        ram: &GuestRam,
        cpus: &[CpuState],
        progress: &watch::Sender<DumpQueryResult>,
    ) -> Result<(), DumpError> {
        let header = elf::header(&self.ranges, cpus);
        self.file.write_all(&header).map_err(|error| DumpError::Header(os_error::words(&error)))?;
        for chunk in self.ranges.iter().flat_map(|range| range.chunks(CHUNK)) {
            if self.cancelled.is_cancelled() {
                return Err(DumpError::Cancelled);
            }
            ram.write_to(chunk, &mut self.file).map_err(|error| DumpError::Memory(os_error::words(&error)))?;
            progress.send_modify(|now| now.completed += chunk.len);
        }
        Ok(())
    }
}

/// Opens a file to dump to: never waits, as opening a pipe would, and takes no pipe, as writing to one may never end.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_fifo() || kind.is_socket() {
        return Err(io::Error::other("a pipe could block the machine for ever; dump to a file"));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_qmp::{Arguments, Command};

    const RAM: [RamRange; 2] = [RamRange { start: 0, len: 0x8000 }, RamRange { start: 0x10000, len: 0x8000 }];

    fn plan(arguments: &str) -> Result<DumpPlan, String> {
        let arguments = Arguments::new(serde_json::from_str(arguments).unwrap());
        let command = DumpGuestMemory::from_arguments(arguments);
        command.and_then(|command| DumpPlan::new(&command, &RAM)).map_err(|error| error.desc().to_owned())
    }

    fn dump(path: &Path, cancelled: CancellationToken) -> (Result<(), String>, DumpQueryResult) {
        let ram = GuestRam::new(1 << 20).unwrap();
        let plan = DumpPlan { path: path.to_owned(), ranges: ram.ranges() };
        let progress = watch::Sender::new(NO_DUMP);
        let result = Dump::open(plan, cancelled).and_then(|dump| dump.write(&ram, &[], &progress));
        let state = progress.borrow().clone();
        (result.map_err(|error| error.to_string()), state)
    }

    #[test]
    fn arguments_that_can_not_be_are_refused_in_the_words_of_qemu() {
        for (arguments, error) in [
            (r#""protocol": "/x""#, "Invalid parameter 'protocol'"),
            (r#""protocol": "fd:foo""#, "File descriptor named 'foo' has not been found"),
            (r#""protocol": "file:/x", "begin": 5"#, "Parameter 'length' is missing"),
            (r#""protocol": "file:/x", "length": 5"#, "Parameter 'begin' is missing"),
            (r#""protocol": "file:/x", "begin": 0, "length": 0"#, "Invalid parameter 'length'"),
            (r#""protocol": "file:/x", "begin": -1, "length": -1"#, "Invalid parameter 'begin'"),
            (r#""protocol": "file:/x", "begin": 32768, "length": 4096"#, "dump: no guest memory to dump"),
            (r#""protocol": "file:/x", "format": "kdump-lzo""#, "kdump-lzo is not available now"),
            (
                r#""protocol": "file:/x", "begin": 0, "length": 1, "format": "kdump-zlib""#,
                "kdump-compressed format doesn't support paging or filter",
            ),
        ] {
            assert_eq!(plan(&format!("{{\"paging\": false, {arguments}}}")), Err(error.into()), "{arguments}");
        }
    }

    #[test]
    fn a_filter_cuts_every_region() {
        let plan = plan(r#"{"paging": false, "protocol": "file:/x", "begin": 28672, "length": 40960}"#).unwrap();
        assert_eq!(plan.path, Path::new("/x"));
        assert_eq!(plan.ranges, [RamRange { start: 0x7000, len: 0x1000 }, RamRange { start: 0x10000, len: 0x1000 }]);
    }

    #[test]
    fn a_file_that_can_not_be_opened_is_said_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no/file");
        for (path, reason) in [(missing.as_path(), "No such file or directory"), (folder.path(), "Is a directory")] {
            let (result, state) = dump(path, CancellationToken::new());
            assert_eq!(result, Err(format!("Could not open '{}': {reason}", path.display())));
            assert_eq!(state, NO_DUMP);
        }
    }

    #[test]
    fn a_full_disk_fails_the_dump() {
        let (result, state) = dump(Path::new("/dev/full"), CancellationToken::new());
        assert_eq!(result, Err("dump: failed to write elf header: No space left on device".into()));
        assert_eq!(state, DumpQueryResult { status: DumpStatus::Failed, completed: 0, total: 1 << 20 });
    }

    #[test]
    fn a_pipe_is_refused_with_and_without_a_reader() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
        assert!(dump(&path, CancellationToken::new()).0.unwrap_err().ends_with("No such device or address"));
        let _reader = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path).unwrap();
        assert!(dump(&path, CancellationToken::new()).0.unwrap_err().ends_with("dump to a file"));
    }

    #[test]
    fn a_cancelled_dump_fails() {
        let folder = tempfile::tempdir().unwrap();
        let cancelled = CancellationToken::new();
        cancelled.cancel();
        let (result, state) = dump(&folder.path().join("core"), cancelled);
        assert_eq!(result, Err("dump: the machine was shut down".into()));
        assert_eq!(state.status, DumpStatus::Failed);
    }
}
