//! What earlier chunks had of a value that goes on: held as it came, so that it is looked at again only where something is
//! wrong with it.

use std::mem;

use bytes::Bytes;

/// A piece this large is held as it is; smaller ones are joined, for they would cost more than they hold.
pub(crate) const LARGE: usize = 16 << 10;
/// Bytes that small pieces are joined to at most.
const JOINED: usize = 64 << 10;

/// Pieces of a value, in order.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pieces: Vec<Bytes>,
    /// What comes behind them, joined.
    tail: Vec<u8>,
    length: usize,
}

impl Kept {
    /// Appends a piece. Linear cost whatever the pieces; memory is never taken beyond `limit`.
    pub(crate) fn push(&mut self, piece: Bytes, limit: usize) {
        if piece.len() >= LARGE {
            self.end_tail();
            self.length += piece.len();
            self.pieces.push(piece);
        } else {
            self.copy(&piece, limit);
        }
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bytes, piece by piece.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|piece| &piece[..]).chain([&self.tail[..]])
    }

    /// All of them in one piece, and those of `last` behind them; there is nothing afterwards, but for some memory.
    pub(crate) fn join(&mut self, last: &[u8]) -> Vec<u8> {
        let mut whole = Vec::with_capacity(mem::take(&mut self.length) + last.len());
        for piece in mem::take(&mut self.pieces) {
            whole.extend_from_slice(&piece);
        }
        whole.extend_from_slice(&self.tail);
        whole.extend_from_slice(last);
        self.tail.clear();
        whole
    }

    /// Bytes of memory that are taken.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum::<usize>() + self.tail.capacity()
    }

    fn copy(&mut self, bytes: &[u8], limit: usize) {
        if self.tail.len() + bytes.len() > JOINED {
            self.end_tail();
        }
        let needed = self.tail.len() + bytes.len();
        if needed > self.tail.capacity() {
            let room = limit.saturating_sub(self.length - self.tail.len());
            let roomy = needed.max(2 * self.tail.capacity()).max(self.length / 4).min(JOINED).min(room).max(needed);
            self.tail.reserve_exact(roomy - self.tail.len());
        }
        self.tail.extend_from_slice(bytes);
        self.length += bytes.len();
    }

    fn end_tail(&mut self) {
        if !self.tail.is_empty() {
            let mut tail = mem::take(&mut self.tail);
            tail.shrink_to_fit();
            self.pieces.push(Bytes::from(tail));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_size_come_out_in_order_and_take_little_more_than_they_hold() {
        let mut kept = Kept::default();
        let mut expected = Vec::new();
        for (place, size) in
            [1, 20_000, 1, 1, 16_383, 60_000, 16_384, 5, 70_000].into_iter().cycle().take(90).enumerate()
        {
            let piece = vec![place as u8; size];
            kept.push(Bytes::from(piece.clone()), 1 << 30);
            expected.extend_from_slice(&piece);
            assert_eq!(kept.iter().collect::<Vec<_>>().concat(), expected);
            assert!(kept.capacity() <= expected.len() + JOINED, "{} for {}", kept.capacity(), expected.len());
        }
        assert_eq!(kept.join(b"last"), [&expected[..], b"last"].concat());
        assert!(kept.is_empty());
        assert_eq!(kept.join(b"only"), b"only");
    }
}
