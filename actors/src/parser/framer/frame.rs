//! What the input stream is cut into, and within which limits.

use bytes::Bytes;

use crate::parser::members::Members;
use crate::parser::nesting::MAX_DEPTH;
use crate::parser::syntax_error::SyntaxError;

/// What one value may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Open brackets; at most 1024.
    pub(crate) depth: usize,
    /// Bytes from the value's first to its last. QEMU's limit of 64 MiB is one that must not be reached.
    pub(crate) bytes: usize,
    /// Brackets, separators, strings, numbers and keywords.
    pub(crate) tokens: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: MAX_DEPTH, bytes: (64 << 20) - 1, tokens: 2 << 20 }
    }
}

/// One item of the input stream.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    /// One complete object as a request, whose members may still be wrong ones.
    Request(Members),
    /// One complete top-level value in JSON's own quotes that is no object, or a wrong one; brackets are balanced and
    /// strings closed.
    Value(Bytes),
    /// A mistake; the stream goes on behind it.
    Error(SyntaxError),
}
