//! The framer and the request parser by themselves: what a session's bytes come to, without a monitor.

use actix_qmp_messages::{Arguments, QmpError};
use bytes::Bytes;

use super::framer::{Frame, Framer};
use super::request::{ParsedRequest, parse_request};

/// Reads a session's input.
#[derive(Debug, Default)]
pub(crate) struct StreamParser {
    framer: Framer,
}

impl StreamParser {
    /// Appends what `chunk` completes.
    pub(crate) fn read(&mut self, chunk: Bytes, outcomes: &mut Vec<Result<Arguments, QmpError>>) {
        self.framer.push(chunk);
        outcomes.extend(std::iter::from_fn(|| self.framer.next()).map(outcome));
    }

    /// Appends the error of what is unfinished.
    pub(crate) fn finish(&mut self, outcomes: &mut Vec<Result<Arguments, QmpError>>) {
        outcomes.extend(self.framer.finish().map(|error| outcome(Frame::Error(error))));
    }
}

fn outcome(frame: Frame) -> Result<Arguments, QmpError> {
    let parsed = match frame {
        Frame::Request(members) => members.into(),
        Frame::Value(text) => parse_request(&text),
        Frame::Error(error) => ParsedRequest::malformed(error),
    };
    parsed.request.map(|request| request.arguments)
}
