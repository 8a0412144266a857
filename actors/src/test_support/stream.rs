//! Framing and parsing without a monitor, for benches.

use actix_qmp_messages::{Arguments, QmpError};
use bytes::Bytes;

use crate::parser::StreamParser;

/// Reads a whole input stream, cut into chunks as a frontend would hand them over: the arguments of each request, or what
/// is wrong with it, in order.
pub fn parse_stream(chunks: impl IntoIterator<Item = Bytes>) -> Vec<Result<Arguments, QmpError>> {
    let mut parser = StreamParser::default();
    let mut outcomes = Vec::new();
    for chunk in chunks {
        parser.read(chunk, &mut outcomes);
    }
    parser.finish(&mut outcomes);
    outcomes
}
