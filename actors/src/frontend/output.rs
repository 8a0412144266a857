//! Output that the chardev has not taken yet.

use std::collections::VecDeque;
use std::io::IoSlice;

/// Buffers of one `writev`.
const SLICES: usize = 16;

/// What has been written since the responder was last told.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// Messages wholly written.
    pub(crate) writes: usize,
    /// Bytes of them and of the one in progress.
    pub(crate) bytes: usize,
}

/// Messages in order; the first may be partly written.
#[derive(Debug, Default)]
pub(crate) struct Output {
    messages: VecDeque<Vec<u8>>,
    /// Bytes of the first message that are out.
    offset: usize,
    written: Written,
    /// Whether something had to wait since the last report.
    stalled: bool,
}

impl Output {
    pub(crate) fn push(&mut self, bytes: Vec<u8>) {
        self.messages.push_back(bytes);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The next bytes to write.
    pub(crate) fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>; SLICES]) -> usize {
        let mut skip = self.offset;
        let mut count = 0;
        for (slice, message) in slices.iter_mut().zip(&self.messages) {
            *slice = IoSlice::new(message.get(skip..).unwrap_or_default());
            skip = 0;
            count += 1;
        }
        count
    }

    /// An empty array for [`Self::slices`].
    pub(crate) fn no_slices<'a>() -> [IoSlice<'a>; SLICES] {
        [IoSlice::new(&[]); SLICES]
    }

    /// The chardev took `bytes` bytes.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.written.bytes += bytes;
        self.offset += bytes;
        while let Some(first) = self.messages.front().map(Vec::len).filter(|&length| length <= self.offset) {
            self.offset -= first;
            self.messages.pop_front();
            self.written.writes += 1;
        }
    }

    /// The chardev took nothing now.
    pub(crate) fn stall(&mut self) {
        self.stalled = true;
    }

    /// What the responder has to be told now, if anything: often enough for its window and its account, and whenever
    /// a stall is over.
    pub(crate) fn report(&mut self, every: Written) -> Option<Written> {
        let stall_is_over = self.stalled && self.is_empty();
        let due = stall_is_over || self.written.writes >= every.writes || self.written.bytes >= every.bytes;
        if !due {
            return None;
        }
        self.stalled &= !stall_is_over;
        Some(std::mem::take(&mut self.written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Written = Written { writes: 4, bytes: 100 };

    fn next(output: &Output) -> Vec<u8> {
        let mut slices = Output::no_slices();
        let count = output.slices(&mut slices);
        slices[..count].iter().flat_map(|slice| slice.iter().copied()).collect()
    }

    #[test]
    fn partial_writes_go_on_where_they_stopped() {
        let mut output = Output::default();
        output.push(b"abc".to_vec());
        output.push(b"de".to_vec());
        assert_eq!(next(&output), b"abcde");
        output.advance(2);
        assert_eq!(next(&output), b"cde");
        output.advance(2);
        assert_eq!(next(&output), b"e");
        output.advance(1);
        assert!(output.is_empty());
    }

    #[test]
    fn reports_by_count_by_bytes_and_after_a_stall() {
        let mut output = Output::default();
        output.push(vec![0; 10]);
        output.advance(10);
        assert_eq!(output.report(EVERY), None);
        for _ in 0..3 {
            output.push(vec![0; 10]);
            output.advance(10);
        }
        assert_eq!(output.report(EVERY), Some(Written { writes: 4, bytes: 40 }));

        output.push(vec![0; 200]);
        output.stall();
        output.advance(150);
        assert_eq!(output.report(EVERY), Some(Written { writes: 0, bytes: 150 }));
        output.advance(50);
        assert_eq!(output.report(EVERY), Some(Written { writes: 1, bytes: 50 }));
        assert_eq!(output.report(EVERY), None);
    }
}
