//! The framer and the request parser by themselves: what a session's bytes come to, without a monitor.

use actix_qmp_messages::{Arguments, QmpError};
use bytes::Bytes;

use super::framer::{Frame, Framer};
use super::request::ParsedRequest;

/// Reads a session's input.
#[derive(Debug, Default)]
pub(crate) struct StreamParser {
    framer: Framer,
}

impl StreamParser {
    /// Appends what `chunk` completes.
    pub(crate) fn read(&mut self, chunk: Bytes, outcomes: &mut Vec<Result<Arguments, QmpError>>) {
        self.framer.push(chunk);
        while let Some(frame) = self.framer.next() {
            outcomes.push(outcome(frame));
        }
    }

    /// Appends the error of what is unfinished.
    pub(crate) fn finish(&mut self, outcomes: &mut Vec<Result<Arguments, QmpError>>) {
        if let Some(error) = self.framer.finish() {
            outcomes.push(outcome(Frame::error(error)));
        }
    }
}

fn outcome(frame: Frame) -> Result<Arguments, QmpError> {
    ParsedRequest::from(frame).request.map(|request| request.arguments)
}
