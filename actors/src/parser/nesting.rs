//! Which brackets are open, one bit each.

/// Deepest nesting that can be tracked.
pub(crate) const MAX_DEPTH: usize = 1024;

const WORD_BITS: usize = 64;

/// The open brackets of a value, outermost first; fixed size, so an idle stream owns no memory for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nesting {
    depth: usize,
    braces: [u64; MAX_DEPTH / WORD_BITS],
}

impl Nesting {
    /// Brackets that are open now.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Opens `{` or `[`. The caller has checked that there is room: `depth() < MAX_DEPTH`.
    pub(crate) fn open(&mut self, bracket: u8) {
        let (word, bit) = (self.depth / WORD_BITS, 1 << (self.depth % WORD_BITS));
        if bracket == b'{' {
            self.braces[word] |= bit;
        } else {
            self.braces[word] &= !bit;
        }
        self.depth += 1;
    }

    /// Closes the innermost bracket if `closer` is its kind; `false`, and no change, otherwise.
    pub(crate) fn close(&mut self, closer: u8) -> bool {
        let Some(top) = self.depth.checked_sub(1) else {
            return false;
        };
        let is_brace = self.braces[top / WORD_BITS] >> (top % WORD_BITS) & 1 == 1;
        let fits = is_brace == (closer == b'}');
        if fits {
            self.depth = top;
        }
        fits
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.depth = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_close_only_by_their_own_kind_at_every_depth() {
        let mut nesting = Nesting::default();
        let kind = |level: usize| if level.is_multiple_of(3) { (b'{', b'}', b']') } else { (b'[', b']', b'}') };
        (0..MAX_DEPTH).for_each(|level| nesting.open(kind(level).0));
        for level in (0..MAX_DEPTH).rev() {
            assert!(!nesting.close(kind(level).2));
            assert_eq!(nesting.depth(), level + 1);
            assert!(nesting.close(kind(level).1));
        }
        assert!(!nesting.close(b'}') && !nesting.close(b']'));
    }
}
