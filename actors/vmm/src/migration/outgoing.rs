//! The source's side of a migration.
//!
//! The thread `migration-out` connects and sends RAM while the guest runs, again and again what was written meanwhile,
//! until little is left. Then it hands the open stream to the machine as [`Converged`], which stops the guest and
//! calls [`Converged::finish`] on the main thread.

use std::io;
use std::sync::{Arc, Weak};
use std::thread;

use tokio::sync::mpsc::Sender;

use crate::machine::memory::{GuestRam, PAGE_SIZE, RamRange};
use crate::machine::reports::WorkerReport;
use crate::migration::address::MigrationUri;
use crate::migration::connection::Connection;
use crate::migration::progress::{Progress, RamProgress};
use crate::migration::stream::{Frame, FrameReader, FrameWriter, Hello, MAX_PAGES};
use crate::migration::yank::{Registration, YankRegistry};
use crate::migration::{DeviceState, MigrationError};

/// So much may be left for the last phase, in which the guest stands still: 4 MiB.
const LAST_PHASE: u64 = 4 << 20;
/// After so many passes the last phase comes, however much is left: a guest that writes faster than the connection
/// carries must not keep a migration going for ever.
const MAX_PASSES: u64 = 30;

/// An outgoing migration, as the machine holds it.
pub struct Outgoing {
    progress: Progress,
    // Only while it is under way can it be yanked.
    registration: Weak<Registration>,
}

impl Outgoing {
    /// Starts sending; the end is reported to `reports`.
    ///
    /// `progress` has begun.
    ///
    /// # Errors
    /// When the host has no thread to give.
    pub fn start(
        source: Source,
        uri: MigrationUri,
        progress: Progress,
        yank: &YankRegistry,
        reports: Sender<WorkerReport>,
    ) -> io::Result<Self> {
        let registration = Arc::new(yank.register());
        let outgoing = Self { progress: progress.clone(), registration: Arc::downgrade(&registration) };
        thread::Builder::new().name("migration-out".into()).spawn(move || {
            let live = Live { source, progress: progress.clone(), registration };
            match live.run(&uri) {
                // A machine that is gone has no use for it: the connection closes, the peer notices.
                Ok(converged) => drop(reports.blocking_send(WorkerReport::OutgoingConverged(Box::new(converged)))),
                Err(error) => {
                    tracing::warn!(%error, "migration_failed");
                    progress.fail(&error);
                }
            }
        })?;
        Ok(outgoing)
    }

    /// How it goes.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Gives it up, if it is under way.
    pub fn cancel(&self) {
        if self.progress.cancel()
            && let Some(registration) = self.registration.upgrade()
        {
            registration.cut();
        }
    }
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Source {
    /// RAM.
    pub ram: GuestRam,
    /// Number of vCPUs.
    pub cpus: usize,
}

struct Live {
    source: Source,
    progress: Progress,
    registration: Arc<Registration>,
}

impl Live {
    fn run(self, uri: &MigrationUri) -> Result<Converged, MigrationError> {
        let connection = Arc::new(Connection::connect(uri, &self.registration)?);
        let mut stream = SourceStream::new(Arc::clone(&connection), self.source.ram.clone(), self.progress.clone());
        stream.greet(self.source.cpus)?;
        self.progress.activate();
        // All that was written until now is in the first pass anyway.
        let _ = self.source.ram.take_dirty();
        let mut pass = self.source.ram.ranges();
        loop {
            stream.pass(&pass)?;
            pass = self.source.ram.take_dirty();
            let left: u64 = pass.iter().map(|range| range.len).sum();
            if left <= LAST_PHASE || stream.ram_progress.passes >= MAX_PASSES {
                return Ok(Converged { stream, left: pass, _registration: self.registration });
            }
        }
    }
}

/// A migration of which only the last phase is missing. Dropping it closes the connection.
pub struct Converged {
    stream: SourceStream,
    left: Vec<RamRange>,
    // Until the last phase is over: it is the one that may be stuck on the main thread.
    _registration: Arc<Registration>,
}

impl Converged {
    /// Sends the rest and gives the machine away. The guest must stand still.
    ///
    /// Blocks the calling thread until the destination has taken it all and said so; `yank` ends that with an error.
    ///
    /// # Errors
    /// The machine stays here then, unchanged.
    pub fn finish(mut self, state: &DeviceState) -> Result<(), MigrationError> {
        let stream = &mut self.stream;
        let mut left = std::mem::take(&mut self.left);
        left.extend(stream.ram.take_dirty());
        stream.pass(&left)?;
        stream.writer.state(state)?;
        stream.writer.end()?;
        stream.reader.expect(&Frame::Loaded)?;
        // From here on the guest is the destination's, whatever becomes of this frame: a copy that may run there must
        // not run here. (A write that fails at once was not received, so the guest may stay.)
        stream.writer.commit()?;
        Ok(())
    }

    /// How the migration goes.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.stream.progress
    }
}

/// The stream from the source's end.
struct SourceStream {
    writer: FrameWriter<SharedConnection>,
    reader: FrameReader<SharedConnection>,
    ram: GuestRam,
    progress: Progress,
    ram_progress: RamProgress,
    chunk: Vec<u8>,
}

impl SourceStream {
    fn new(connection: Arc<Connection>, ram: GuestRam, progress: Progress) -> Self {
        let ram_progress = RamProgress { total: ram.size(), remaining: ram.size(), ..RamProgress::default() };
        Self {
            writer: FrameWriter::new(SharedConnection(Arc::clone(&connection))),
            reader: FrameReader::new(SharedConnection(connection)),
            ram,
            progress,
            ram_progress,
            chunk: vec![0; MAX_PAGES * PAGE_SIZE],
        }
    }

    fn greet(&mut self, cpus: usize) -> Result<(), MigrationError> {
        self.writer.hello(&Hello { page_size: PAGE_SIZE, cpus, ram: self.ram.ranges() })?;
        self.reader.expect(&Frame::Accepted)
    }

    /// Sends all pages of the ranges.
    fn pass(&mut self, ranges: &[RamRange]) -> Result<(), MigrationError> {
        self.ram_progress.passes += 1;
        self.ram_progress.remaining = ranges.iter().map(|range| range.len).sum();
        let mut zeros = RamRange { start: 0, len: 0 };
        for chunk in ranges.iter().flat_map(|range| range.chunks(MAX_PAGES * PAGE_SIZE)) {
            self.chunk(chunk, &mut zeros)?;
        }
        self.flush_zeros(&mut zeros)?;
        self.tell();
        Ok(())
    }

    /// Sends a chunk's runs of pages with content; its pages of zeros collect in `zeros`, over chunks.
    fn chunk(&mut self, range: RamRange, zeros: &mut RamRange) -> Result<(), MigrationError> {
        let len = usize::try_from(range.len).unwrap_or(usize::MAX).min(self.chunk.len());
        let mut chunk = std::mem::take(&mut self.chunk);
        self.ram.read(range.start, &mut chunk[..len])?;
        let mut address = range.start;
        for run in runs(&chunk[..len]) {
            match run {
                Run::Zeros(bytes) => {
                    self.add_zeros(zeros, RamRange { start: address, len: bytes })?;
                    address += bytes;
                }
                Run::Content(content) => {
                    self.flush_zeros(zeros)?;
                    self.writer.pages(address, content)?;
                    self.ram_progress.normal_pages += (content.len() / PAGE_SIZE) as u64;
                    address += content.len() as u64;
                }
            }
        }
        self.chunk = chunk;
        self.ram_progress.remaining -= range.len;
        self.tell();
        Ok(())
    }

    fn add_zeros(&mut self, zeros: &mut RamRange, more: RamRange) -> Result<(), MigrationError> {
        if zeros.start + zeros.len != more.start {
            self.flush_zeros(zeros)?;
            zeros.start = more.start;
        }
        zeros.len += more.len;
        Ok(())
    }

    fn flush_zeros(&mut self, zeros: &mut RamRange) -> Result<(), MigrationError> {
        let pages = zeros.len / PAGE_SIZE as u64;
        if pages > 0 {
            self.writer.zeros(zeros.start, pages)?;
            self.ram_progress.zero_pages += pages;
        }
        *zeros = RamRange { start: zeros.start + zeros.len, len: 0 };
        Ok(())
    }

    fn tell(&mut self) {
        self.ram_progress.transferred = self.writer.written();
        self.progress.set_ram(self.ram_progress);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Run<'a> {
    /// So many bytes of pages of zeros.
    Zeros(u64),
    /// Pages of which none is zero.
    Content(&'a [u8]),
}

/// Cuts a chunk where pages of zeros and pages with content meet.
fn runs(chunk: &[u8]) -> impl Iterator<Item = Run<'_>> {
    // Compared with a page as a whole, which is what makes it fast.
    const ZEROS: [u8; PAGE_SIZE] = [0; PAGE_SIZE];
    let is_zero = |page: &&[u8]| **page == ZEROS;
    let mut rest = chunk;
    std::iter::from_fn(move || {
        let first = rest.chunks(PAGE_SIZE).next()?;
        let zero = is_zero(&first);
        let pages = rest.chunks(PAGE_SIZE).take_while(|page| is_zero(page) == zero).count();
        let (run, tail) = rest.split_at((pages * PAGE_SIZE).min(rest.len()));
        rest = tail;
        Some(if zero { Run::Zeros(run.len() as u64) } else { Run::Content(run) })
    })
}

/// One connection for the writer and the reader.
#[derive(Debug)]
struct SharedConnection(Arc<Connection>);

impl io::Read for SharedConnection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl io::Write for SharedConnection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_cut_where_zeros_and_content_meet() {
        let mut chunk = vec![0; 5 * PAGE_SIZE];
        chunk[PAGE_SIZE] = 1;
        chunk[3 * PAGE_SIZE - 1] = 1;
        let page = PAGE_SIZE as u64;
        let expected = [Run::Zeros(page), Run::Content(&chunk[PAGE_SIZE..3 * PAGE_SIZE]), Run::Zeros(2 * page)];
        assert_eq!(runs(&chunk).collect::<Vec<_>>(), expected);
        assert_eq!(runs(&[]).count(), 0);
    }
}
