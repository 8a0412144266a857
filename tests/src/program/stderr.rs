//! Collects what a child says on stderr, on a thread, so that a full pipe never holds the child up.

use std::io::Read;
use std::process::{Child, ChildStderr};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// What a pause ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quiet {
    /// The child holds its stderr open: it runs, as far as one can tell.
    StillOpen,
    /// It closed it: it has ended, or is about to.
    Ended,
}

/// The collected text, and the channel on which more arrives.
#[derive(Debug)]
pub(super) struct StderrCollector {
    arriving: Receiver<Vec<u8>>,
    text: String,
}

impl StderrCollector {
    pub(super) fn of(child: &mut Child) -> Self {
        let (sender, arriving) = mpsc::channel();
        if let Some(pipe) = child.stderr.take() {
            thread::spawn(move || forward(pipe, &sender));
        }
        Self { arriving, text: String::new() }
    }

    /// Waits for at most `at_most`, and takes what arrived.
    pub(super) fn pause(&mut self, at_most: Duration) -> Quiet {
        match self.arriving.recv_timeout(at_most) {
            Ok(bytes) => {
                self.text.push_str(&String::from_utf8_lossy(&bytes));
                Quiet::StillOpen
            }
            Err(RecvTimeoutError::Timeout) => Quiet::StillOpen,
            Err(RecvTimeoutError::Disconnected) => Quiet::Ended,
        }
    }

    /// What has come so far.
    pub(super) fn text(&mut self) -> &str {
        while let Ok(bytes) = self.arriving.try_recv() {
            self.text.push_str(&String::from_utf8_lossy(&bytes));
        }
        &self.text
    }
}

fn forward(mut pipe: ChildStderr, to: &Sender<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        if to.send(buffer[..count].to_vec()).is_err() {
            return;
        }
    }
}
