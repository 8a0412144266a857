//! Guest RAM: anonymous memory of the host, with a bitmap of the pages that were written.

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};
use vm_memory::bitmap::AtomicBitmap;
use vm_memory::mmap::{MmapRegionBuilder, MmapRegionError};
use vm_memory::{
    Bytes, GuestAddress, GuestMemoryBackend, GuestMemoryError, GuestMemoryMmap, GuestMemoryRegion, GuestRegionMmap,
};

use crate::machine::digest::{Digest, digest};
use crate::os_error;

/// A guest page, the unit of dirty tracking and of migration.
pub const PAGE_SIZE: usize = 4096;

/// RAM below this address is contiguous; the rest starts at [`HIGH_RAM_START`], as PC firmware has it, so that the
/// addresses between are free for devices.
const LOW_RAM_END: u64 = 3 << 30;
const HIGH_RAM_START: u64 = 4 << 30;

/// Contiguous guest physical addresses with RAM behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RamRange {
    /// The first address.
    pub start: u64,
    /// Bytes.
    pub len: u64,
}

impl RamRange {
    /// The part of the range that lies in `filter`, if any.
    #[must_use]
    pub fn intersection(self, filter: Self) -> Option<Self> {
        let start = self.start.max(filter.start);
        let end = self.start.saturating_add(self.len).min(filter.start.saturating_add(filter.len));
        (start < end).then(|| Self { start, len: end - start })
    }

    /// The range in pieces of `size` bytes; the last may be shorter.
    pub fn chunks(self, size: usize) -> impl Iterator<Item = Self> {
        let size = size as u64;
        (0..self.len.div_ceil(size)).map(move |index| {
            let offset = index * size;
            Self { start: self.start + offset, len: size.min(self.len - offset) }
        })
    }
}

/// RAM that can't be had or an access that is not in it.
#[derive(Debug, thiserror::Error)]
pub enum RamError {
    /// The host doesn't give so much.
    #[error("Cannot set up guest memory of {size} bytes: {reason}")]
    SetUp {
        /// What was asked for.
        size: u64,
        /// The host's reason.
        reason: String,
    },
    /// Outside of RAM.
    #[error("no RAM at guest address {address:#x}")]
    Access {
        /// The guest physical address.
        address: u64,
    },
}

/// Guest RAM; clones share it.
#[derive(Debug, Clone)]
pub struct GuestRam {
    memory: GuestMemoryMmap<AtomicBitmap>,
}

impl GuestRam {
    /// RAM of `size` bytes (whole pages), all zero, laid out around the hole for devices below 4 GiB.
    ///
    /// # Errors
    /// [`RamError::SetUp`] when the host can't map so much.
    pub fn new(size: u64) -> Result<Self, RamError> {
        Self::with_ranges(&layout(size))
    }

    /// RAM at the given places: whole pages, ascending.
    ///
    /// # Errors
    /// [`RamError::SetUp`] when the host can't map so much, or the ranges overlap.
    pub fn with_ranges(ranges: &[RamRange]) -> Result<Self, RamError> {
        let size = ranges.iter().map(|range| range.len).sum();
        let failed = |reason: String| RamError::SetUp { size, reason };
        let regions = ranges.iter().map(|range| map(*range).map_err(&failed)).collect::<Result<Vec<_>, _>>()?;
        let memory = GuestMemoryMmap::from_regions(regions).map_err(|error| failed(error.to_string()))?;
        Ok(Self { memory })
    }

    /// Where RAM is, ascending.
    #[must_use]
    pub fn ranges(&self) -> Vec<RamRange> {
        self.memory.iter().map(|region| RamRange { start: region.start_addr().0, len: region.len() }).collect()
    }

    /// Bytes of RAM.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.memory.iter().map(GuestMemoryRegion::len).sum()
    }

    /// Pages of RAM.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.size() / PAGE_SIZE as u64
    }

    /// Copies guest memory out. The guest may write meanwhile: bytes can be torn, memory safety can't.
    ///
    /// # Errors
    /// [`RamError::Access`] when not all of it is RAM.
    pub fn read(&self, address: u64, into: &mut [u8]) -> Result<(), RamError> {
        self.memory.read_slice(into, GuestAddress(address)).map_err(|_| RamError::Access { address })
    }

    /// Copies bytes into guest memory and marks their pages dirty.
    ///
    /// # Errors
    /// [`RamError::Access`] when not all of it is RAM.
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<(), RamError> {
        // The whole range first: a write that runs over the end must not leave a part of itself behind.
        if !self.memory.check_range(GuestAddress(address), bytes.len()) {
            return Err(RamError::Access { address });
        }
        self.memory.write_slice(bytes, GuestAddress(address)).map_err(|_| RamError::Access { address })
    }

    /// Adds one to the counter at the start of a page, as the synthetic guest does.
    ///
    /// # Errors
    /// [`RamError::Access`] when the page is not RAM.
    pub fn count_up(&self, page: u64) -> Result<(), RamError> {
        let failed = |_| RamError::Access { address: page };
        let counter = self.memory.read_obj::<u64>(GuestAddress(page)).map_err(failed)?;
        self.memory.write_obj(counter.wrapping_add(1), GuestAddress(page)).map_err(failed)
    }

    /// Writes guest memory to a file without a copy in between.
    ///
    /// # Errors
    /// The file's error.
    pub fn write_to(&self, range: RamRange, file: &mut File) -> io::Result<()> {
        let len = usize::try_from(range.len).map_err(io::Error::other)?;
        self.memory
            .write_all_volatile_to(GuestAddress(range.start), file, len)
            .map_err(|error| if let GuestMemoryError::IOError(error) = error { error } else { io::Error::other(error) })
    }

    /// The pages that were written since the last call, as ranges of whole pages in ascending order; starts afresh.
    #[must_use]
    pub fn take_dirty(&self) -> Vec<RamRange> {
        self.memory
            .iter()
            .flat_map(|region| {
                let words = region.get_mmap().bitmap().get_and_reset();
                runs(&words, region.start_addr().0)
            })
            .collect()
    }

    /// A number that two RAMs of the same layout have in common if their contents are equal.
    ///
    /// # Errors
    /// None for RAM that exists.
    pub fn fingerprint(&self) -> Result<u64, RamError> {
        let mut page = vec![0; PAGE_SIZE];
        let mut whole = Digest::default();
        for range in self.ranges() {
            for piece in range.chunks(PAGE_SIZE) {
                self.read(piece.start, &mut page)?;
                whole.update(&digest(&page).to_le_bytes());
            }
        }
        Ok(whole.value())
    }
}

fn map(range: RamRange) -> Result<GuestRegionMmap<AtomicBitmap>, String> {
    let words = |error: MmapRegionError| {
        if let MmapRegionError::Mmap(error) = error { os_error::words(&error) } else { error.to_string() }
    };
    let len = usize::try_from(range.len).map_err(|error| error.to_string())?;
    const PAGE: NonZeroUsize = NonZeroUsize::new(PAGE_SIZE).expect("a page is not empty");
    let mapping = MmapRegionBuilder::new_with_bitmap(len, AtomicBitmap::new(len, PAGE))
        .with_mmap_prot(libc::PROT_READ | libc::PROT_WRITE)
        // Without a reservation, so that a large RAM costs only what the guest touches.
        .with_mmap_flags(libc::MAP_ANONYMOUS | libc::MAP_PRIVATE | libc::MAP_NORESERVE)
        .build()
        .map_err(words)?;
    GuestRegionMmap::new(mapping, GuestAddress(range.start)).ok_or_else(|| "its addresses overflow".to_owned())
}

fn layout(size: u64) -> Vec<RamRange> {
    let low = RamRange { start: 0, len: size.min(LOW_RAM_END) };
    let high = RamRange { start: HIGH_RAM_START, len: size - low.len };
    [low, high].into_iter().filter(|range| range.len > 0).collect()
}

/// The set bits of a bitmap, least significant first, as ranges of pages from `base`.
fn runs(words: &[u64], base: u64) -> Vec<RamRange> {
    let mut runs: Vec<RamRange> = Vec::new();
    for (index, word) in words.iter().enumerate().filter(|(_, word)| **word != 0) {
        for bit in (0..64).filter(|bit| word >> bit & 1 == 1) {
            let start = base + (index as u64 * 64 + bit) * PAGE_SIZE as u64;
            match runs.last_mut() {
                Some(last) if last.start + last.len == start => last.len += PAGE_SIZE as u64,
                _ => runs.push(RamRange { start, len: PAGE_SIZE as u64 }),
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: u64 = PAGE_SIZE as u64;

    #[test]
    fn ram_beyond_three_gibibytes_goes_above_the_device_hole() {
        assert_eq!(layout(1 << 20), [RamRange { start: 0, len: 1 << 20 }]);
        assert_eq!(layout(3 << 30).len(), 1);
        assert_eq!(layout(5 << 30)[1], RamRange { start: 4 << 30, len: 2 << 30 });
    }

    #[test]
    fn written_pages_are_taken_once_as_runs() {
        let ram = GuestRam::with_ranges(&[
            RamRange { start: 0, len: 100 * PAGE },
            RamRange { start: 200 * PAGE, len: 10 * PAGE },
        ])
        .unwrap();
        assert!(ram.take_dirty().is_empty());
        ram.write(63 * PAGE + 5, &[1; 2 * PAGE_SIZE]).unwrap();
        ram.count_up(203 * PAGE).unwrap();
        let dirty = [RamRange { start: 63 * PAGE, len: 3 * PAGE }, RamRange { start: 203 * PAGE, len: PAGE }];
        assert_eq!(ram.take_dirty(), dirty);
        assert!(ram.take_dirty().is_empty());
    }

    #[test]
    fn a_write_over_the_end_changes_nothing() {
        let ram = GuestRam::new(1 << 20).unwrap();
        let before = ram.fingerprint().unwrap();
        assert!(ram.write((1 << 20) - 4, &[1; 8]).is_err());
        assert!(ram.write(u64::MAX, &[1; 8]).is_err());
        assert!(ram.read(1 << 20, &mut [0; 1]).is_err());
        assert!(ram.count_up(1 << 20).is_err());
        assert_eq!(ram.fingerprint().unwrap(), before);
    }

    #[test]
    fn fingerprints_tell_different_contents_and_places_apart() {
        let prints = [0, 1, PAGE, 200 * PAGE].map(|address| {
            let ram = GuestRam::new(1 << 20).unwrap();
            ram.write(address, &[7]).unwrap();
            ram.fingerprint().unwrap()
        });
        for (index, print) in prints.iter().enumerate() {
            assert!(!prints[..index].contains(print));
        }
    }

    #[test]
    fn what_can_not_be_mapped_is_an_error_in_words() {
        let error = |range| GuestRam::with_ranges(&[range]).unwrap_err().to_string();
        let nothing = error(RamRange { start: 0, len: 0 });
        assert_eq!(nothing, "Cannot set up guest memory of 0 bytes: Invalid argument");
        let beyond = error(RamRange { start: u64::MAX - PAGE + 1, len: 2 * PAGE });
        assert_eq!(beyond, "Cannot set up guest memory of 8192 bytes: its addresses overflow");
    }

    #[test]
    fn intersections_are_the_common_part() {
        let range = RamRange { start: 10, len: 10 };
        assert_eq!(range.intersection(RamRange { start: 0, len: 15 }), Some(RamRange { start: 10, len: 5 }));
        assert_eq!(range.intersection(RamRange { start: 15, len: u64::MAX }), Some(RamRange { start: 15, len: 5 }));
        assert_eq!(range.intersection(RamRange { start: 20, len: 1 }), None);
    }

    #[test]
    fn chunks_cover_a_range_once() {
        let chunks: Vec<_> = RamRange { start: 5, len: 10 }.chunks(4).map(|chunk| (chunk.start, chunk.len)).collect();
        assert_eq!(chunks, [(5, 4), (9, 4), (13, 2)]);
        assert_eq!(RamRange { start: 5, len: 0 }.chunks(4).count(), 0);
    }
}
