//! What the input stream is cut into, and within which limits.

use actix_qmp_messages::RequestId;
use bytes::Bytes;

use crate::parser::diagnose::diagnose;
use crate::parser::members::Members;
use crate::parser::nesting::MAX_DEPTH;
use crate::parser::reader::{Read, Reader, Refused};
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
    /// A mistake; the stream goes on behind it.
    Error {
        /// Which.
        error: SyntaxError,
        /// The `id`, where it stood before the mistake in an object whose brackets are balanced.
        id: Option<RequestId>,
    },
}

impl Frame {
    /// A mistake of which nothing else could be read.
    pub(crate) fn error(error: SyntaxError) -> Self {
        Self::Error { error, id: None }
    }

    /// One whole top-level value in strict JSON's quotes: brackets are balanced and strings closed.
    pub(crate) fn of_value(text: &Bytes) -> Self {
        if text.first() != Some(&b'{') {
            return Self::error(diagnose(text).unwrap_or(SyntaxError::NotAnObject));
        }
        let mut reader = Reader::new(MAX_DEPTH, usize::MAX);
        match reader.run(text, 0..text.len()) {
            Ok((taken, Read::Complete)) if taken == text.len() => Self::Request(reader.take()),
            // What stood before the mistake counts: the `id`.
            Ok((_, Read::Complete | Read::More)) | Err(Refused) => {
                Self::Error { error: diagnose(text).unwrap_or(SyntaxError::Unexplained), id: reader.take().id }
            }
        }
    }
}
