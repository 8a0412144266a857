//! The migration stream: what the two machines say to each other.
//!
//! The source begins with [`MAGIC`] and the format's version (`u32`, little-endian as all numbers). Then both sides send
//! frames: one byte that tells the kind, the length of the rest (`u32`), the rest.
//!
//! | kind | from | the rest |
//! |---|---|---|
//! | `H` hello | source | JSON: [`Hello`] |
//! | `A` accepted | destination | nothing |
//! | `R` refused | destination | the reason, UTF-8 |
//! | `P` pages | source | guest address (`u64`), 1 to [`MAX_PAGES`] pages |
//! | `Z` zeros | source | guest address (`u64`), number of pages (`u64`) |
//! | `S` state | source | JSON: [`DeviceState`] |
//! | `E` end | source | digest (`u64`) of all frames of the source before it |
//! | `L` loaded | destination | nothing |
//! | `C` commit | source | nothing |
//!
//! A peer that only wants to be waited for (in a test, say) reads what comes and sends `A\0\0\0\0`.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::machine::digest::Digest;
use crate::machine::memory::{PAGE_SIZE, RamRange};
use crate::migration::{DeviceState, MigrationError};
use crate::os_error;

/// What a stream begins with.
pub const MAGIC: [u8; 8] = *b"QMP-VMM\n";
/// The format described here.
pub const VERSION: u32 = 1;
/// The most pages in one frame: 256 KiB.
pub const MAX_PAGES: usize = 64;

const ADDRESS: usize = size_of::<u64>();
const FRAME_HEADER: usize = 1 + size_of::<u32>();
/// So much of a refusal's reason is kept: clients will read it.
const MAX_REASON: usize = 512;
/// The longest rest of a frame.
const MAX_REST: usize = ADDRESS + MAX_PAGES * PAGE_SIZE;

/// What the source is; the destination must be the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Bytes of a page.
    pub page_size: usize,
    /// Number of vCPUs.
    pub cpus: usize,
    /// Where RAM is.
    pub ram: Vec<RamRange>,
}

impl Hello {
    /// Why a machine like this can't take one like `source`, if so.
    #[must_use]
    pub fn mismatch(&self, source: &Self) -> Option<String> {
        let size = |hello: &Self| hello.ram.iter().fold(0_u64, |sum, range| sum.saturating_add(range.len));
        if self.page_size != source.page_size {
            Some(format!("Page size mismatch: {} != {}", source.page_size, self.page_size))
        } else if self.ram != source.ram {
            Some(format!("Size mismatch: ram: {:#x} != {:#x}: Invalid argument", size(source), size(self)))
        } else if self.cpus != source.cpus {
            Some(format!("vCPU count mismatch: {} != {}", source.cpus, self.cpus))
        } else {
            None
        }
    }
}

/// A frame, as it was received.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// What the source is.
    Hello(Hello),
    /// The destination takes it.
    Accepted,
    /// The destination doesn't take it.
    Refused(String),
    /// Whole pages.
    Pages {
        /// Guest address of the first.
        address: u64,
        /// Their content.
        content: &'a [u8],
    },
    /// Pages of zeros.
    Zeros {
        /// Guest address of the first.
        address: u64,
        /// How many.
        pages: u64,
    },
    /// All but RAM.
    State(DeviceState),
    /// Nothing more but the commit.
    End {
        /// Of all before.
        digest: u64,
    },
    /// The destination has it all.
    Loaded,
    /// The source has given the machine up.
    Commit,
}

/// Why a stream ended early.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// Writing failed.
    #[error("Unable to write to socket: {}", os_error::words(.0))]
    Write(io::Error),
    /// Reading failed.
    #[error("Unable to read from socket: {}", os_error::words(.0))]
    Read(io::Error),
    /// The peer went away.
    #[error("The connection was closed before the migration was complete")]
    Closed,
    /// Not what the format says.
    #[error("Not a migration stream: {0}")]
    Malformed(&'static str),
    /// A frame at a place where it can't be.
    #[error("Unexpected '{0}' in the migration stream")]
    Unexpected(&'static str),
    /// The end's digest is another.
    #[error("The migration stream is damaged: its digest doesn't match")]
    Damaged,
    /// A state that can't be written: a bug of ours.
    #[error("The state can't be encoded: {0}")]
    Encode(serde_json::Error),
}

/// Writes frames; counts and digests them.
#[derive(Debug)]
pub struct FrameWriter<W> {
    to: W,
    buffer: Vec<u8>,
    digest: Digest,
    written: u64,
}

impl<W: Write> FrameWriter<W> {
    /// A writer of frames.
    pub fn new(to: W) -> Self {
        Self { to, buffer: Vec::new(), digest: Digest::default(), written: 0 }
    }

    /// Bytes written.
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// Begins the stream: magic, version and what the source is.
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn hello(&mut self, hello: &Hello) -> Result<(), StreamError> {
        self.raw(&[&MAGIC[..], &VERSION.to_le_bytes()].concat())?;
        let text = serde_json::to_vec(hello).map_err(StreamError::Encode)?;
        self.frame(b'H', &[&text])
    }

    /// The destination takes the source.
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn accepted(&mut self) -> Result<(), StreamError> {
        self.frame(b'A', &[])
    }

    /// The destination doesn't take the source.
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn refused(&mut self, reason: &str) -> Result<(), StreamError> {
        self.frame(b'R', &[reason.as_bytes()])
    }

    /// Whole pages, at most [`MAX_PAGES`].
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn pages(&mut self, address: u64, content: &[u8]) -> Result<(), StreamError> {
        self.frame(b'P', &[&address.to_le_bytes(), content])
    }

    /// Pages of zeros.
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn zeros(&mut self, address: u64, pages: u64) -> Result<(), StreamError> {
        self.frame(b'Z', &[&address.to_le_bytes(), &pages.to_le_bytes()])
    }

    /// All but RAM.
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn state(&mut self, state: &DeviceState) -> Result<(), StreamError> {
        let text = serde_json::to_vec(state).map_err(StreamError::Encode)?;
        self.frame(b'S', &[&text])
    }

    /// The end, with the digest of all before.
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn end(&mut self) -> Result<(), StreamError> {
        self.frame(b'E', &[&self.digest.value().to_le_bytes()])
    }

    /// The destination has it all.
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn loaded(&mut self) -> Result<(), StreamError> {
        self.frame(b'L', &[])
    }

    /// The source has given the machine up.
    ///
    /// # Errors
    /// [`StreamError::Write`]
    pub fn commit(&mut self) -> Result<(), StreamError> {
        self.frame(b'C', &[])
    }

    fn frame(&mut self, kind: u8, rest: &[&[u8]]) -> Result<(), StreamError> {
        let len: usize = rest.iter().map(|part| part.len()).sum();
        let short = u32::try_from(len).ok().filter(|_| len <= MAX_REST);
        let short = short.ok_or(StreamError::Malformed("a frame is too long"))?;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        buffer.push(kind);
        buffer.extend_from_slice(&short.to_le_bytes());
        rest.iter().for_each(|part| buffer.extend_from_slice(part));
        self.digest.update(&buffer);
        let written = self.raw(&buffer);
        self.buffer = buffer;
        written
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        self.to.write_all(bytes).map_err(StreamError::Write)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

/// Reads frames; digests them.
#[derive(Debug)]
pub struct FrameReader<R> {
    from: R,
    buffer: Vec<u8>,
    digest: Digest,
}

impl<R: Read> FrameReader<R> {
    /// A reader of frames.
    pub fn new(from: R) -> Self {
        Self { from, buffer: Vec::new(), digest: Digest::default() }
    }

    /// Reads what a source begins with.
    ///
    /// # Errors
    /// [`StreamError`], when it is something else.
    pub fn begin(&mut self) -> Result<(), StreamError> {
        let mut start = [0; MAGIC.len() + 4];
        self.fill(&mut start)?;
        let (magic, version) = start.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(StreamError::Malformed("it begins with other bytes"));
        }
        if version != VERSION.to_le_bytes() {
            return Err(StreamError::Malformed("it has another version"));
        }
        Ok(())
    }

    /// The next frame. The digest of [`Frame::End`] is checked.
    ///
    /// # Errors
    /// [`StreamError`]; nothing more can be read then.
    pub fn read(&mut self) -> Result<Frame<'_>, StreamError> {
        let before = self.digest;
        let mut header = [0; FRAME_HEADER];
        self.fill(&mut header)?;
        let [kind, len @ ..] = header;
        let len = u32::from_le_bytes(len) as usize;
        // Before memory is taken for it.
        if len > MAX_REST {
            return Err(StreamError::Malformed("a frame is too long"));
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(FRAME_HEADER + len, 0);
        buffer[..FRAME_HEADER].copy_from_slice(&header);
        self.fill(&mut buffer[FRAME_HEADER..])?;
        self.digest.update(&buffer);
        self.buffer = buffer;
        let frame = decode(kind, &self.buffer[FRAME_HEADER..])?;
        if let Frame::End { digest } = frame
            && digest != before.value()
        {
            return Err(StreamError::Damaged);
        }
        Ok(frame)
    }

    /// Reads what the source is.
    ///
    /// # Errors
    /// [`StreamError`], also when another frame comes.
    pub fn hello(&mut self) -> Result<Hello, StreamError> {
        let frame = self.read()?;
        let kind = frame.kind();
        if let Frame::Hello(hello) = frame { Ok(hello) } else { Err(StreamError::Unexpected(kind)) }
    }

    /// Reads the frame that must come now.
    ///
    /// # Errors
    /// [`MigrationError::Refused`] when the peer refuses instead, otherwise [`StreamError`].
    pub fn expect(&mut self, expected: &Frame<'_>) -> Result<(), MigrationError> {
        let frame = self.read()?;
        if frame == *expected {
            return Ok(());
        }
        let kind = frame.kind();
        if let Frame::Refused(reason) = frame {
            return Err(MigrationError::Refused(reason));
        }
        Err(StreamError::Unexpected(kind).into())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), StreamError> {
        self.from.read_exact(buffer).map_err(|error| {
            if error.kind() == io::ErrorKind::UnexpectedEof { StreamError::Closed } else { StreamError::Read(error) }
        })
    }
}

fn decode(kind: u8, rest: &[u8]) -> Result<Frame<'_>, StreamError> {
    match (kind, rest) {
        (b'H', text) => {
            serde_json::from_slice(text).map(Frame::Hello).map_err(|_| StreamError::Malformed("a bad hello"))
        }
        (b'A', []) => Ok(Frame::Accepted),
        (b'R', reason) => {
            let reason = reason.get(..MAX_REASON).unwrap_or(reason);
            Ok(Frame::Refused(String::from_utf8_lossy(reason).into_owned()))
        }
        (b'P', rest) => {
            let (address, content) = split_number(rest)?;
            if content.is_empty() || !content.len().is_multiple_of(PAGE_SIZE) || !is_page(address) {
                return Err(StreamError::Malformed("pages that are not whole"));
            }
            Ok(Frame::Pages { address, content })
        }
        (b'Z', rest) => {
            let (address, rest) = split_number(rest)?;
            let (pages, rest) = split_number(rest)?;
            if !rest.is_empty() || !is_page(address) {
                return Err(StreamError::Malformed("bad zeros"));
            }
            Ok(Frame::Zeros { address, pages })
        }
        (b'S', text) => {
            serde_json::from_slice(text).map(Frame::State).map_err(|_| StreamError::Malformed("a bad state"))
        }
        (b'E', rest) => match split_number(rest)? {
            (digest, []) => Ok(Frame::End { digest }),
            _ => Err(StreamError::Malformed("a bad end")),
        },
        (b'L', []) => Ok(Frame::Loaded),
        (b'C', []) => Ok(Frame::Commit),
        _ => Err(StreamError::Malformed("a frame of no known kind")),
    }
}

const fn is_page(address: u64) -> bool {
    address.is_multiple_of(PAGE_SIZE as u64)
}

fn split_number(bytes: &[u8]) -> Result<(u64, &[u8]), StreamError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(StreamError::Malformed("a frame is too short"))?;
    Ok((u64::from_le_bytes(*number), rest))
}

impl Frame<'_> {
    /// The frame's kind, for people.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::Accepted => "accepted",
            Self::Refused(_) => "refused",
            Self::Pages { .. } => "pages",
            Self::Zeros { .. } => "zeros",
            Self::State(_) => "state",
            Self::End { .. } => "end",
            Self::Loaded => "loaded",
            Self::Commit => "commit",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::cpu::CpuState;
    use crate::machine::runstate::RunState;

    fn hello() -> Hello {
        Hello { page_size: PAGE_SIZE, cpus: 2, ram: vec![RamRange { start: 0, len: 1 << 20 }] }
    }

    fn whole_stream() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = FrameWriter::new(&mut bytes);
        writer.hello(&hello()).unwrap();
        writer.pages(4096, &[7; 2 * PAGE_SIZE]).unwrap();
        writer.zeros(0, 1).unwrap();
        let state = DeviceState { run_state: RunState::Running, cpus: vec![CpuState::at_reset(0)] };
        writer.state(&state).unwrap();
        writer.end().unwrap();
        writer.commit().unwrap();
        bytes
    }

    fn kinds(bytes: &[u8]) -> Result<Vec<&'static str>, StreamError> {
        let mut reader = FrameReader::new(bytes);
        let mut kinds = Vec::new();
        reader.begin()?;
        loop {
            let kind = reader.read()?.kind();
            kinds.push(kind);
            if kind == "commit" {
                return Ok(kinds);
            }
        }
    }

    #[test]
    fn frames_come_back_as_they_were_written() {
        let bytes = whole_stream();
        assert_eq!(kinds(&bytes).unwrap(), ["hello", "pages", "zeros", "state", "end", "commit"]);
        let mut reader = FrameReader::new(&bytes[..]);
        reader.begin().unwrap();
        assert_eq!(reader.read().unwrap(), Frame::Hello(hello()));
        assert_eq!(reader.read().unwrap(), Frame::Pages { address: 4096, content: &[7; 2 * PAGE_SIZE] });
    }

    #[test]
    fn a_stream_cut_anywhere_is_an_error() {
        let bytes = whole_stream();
        for end in 0..bytes.len() {
            assert!(matches!(kinds(&bytes[..end]), Err(StreamError::Closed)), "cut at {end}");
        }
    }

    #[test]
    fn a_stream_with_any_byte_changed_is_an_error() {
        let bytes = whole_stream();
        let end = bytes.len() - FRAME_HEADER;
        for at in 0..end {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert!(kinds(&damaged).is_err(), "changed at {at}");
        }
    }

    #[test]
    fn a_frame_that_claims_to_be_huge_costs_no_memory() {
        let mut reader = FrameReader::new(&b"P\xff\xff\xff\xff"[..]);
        assert!(matches!(reader.read(), Err(StreamError::Malformed("a frame is too long"))));
        assert_eq!(reader.buffer.capacity(), 0);
    }

    #[test]
    fn frames_that_are_too_short_or_of_no_kind_are_errors() {
        for bytes in [
            &b"P\x08\0\0\0\0\0\0\0\0\0\0\0"[..],
            b"P\0\0\0\0",
            b"Z\x08\0\0\0\0\0\0\0\0\0\0\0",
            b"E\0\0\0\0",
            b"A\x01\0\0\0x",
            b"?\0\0\0\0",
        ] {
            assert!(matches!(FrameReader::new(bytes).read(), Err(StreamError::Malformed(_))), "{bytes:?}");
        }
    }

    #[test]
    fn a_machine_that_differs_is_refused_in_words() {
        assert_eq!(hello().mismatch(&hello()), None);
        let larger = Hello { ram: vec![RamRange { start: 0, len: 2 << 20 }], ..hello() };
        assert_eq!(hello().mismatch(&larger).unwrap(), "Size mismatch: ram: 0x200000 != 0x100000: Invalid argument");
        let more = Hello { cpus: 3, ..hello() };
        assert_eq!(hello().mismatch(&more).unwrap(), "vCPU count mismatch: 3 != 2");
    }
}
