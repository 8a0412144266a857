//! The greetings, made once: each session begins with one of four.

use actix_qmp_messages::schema::VersionInfo;
use actix_qmp_messages::{Oob, Style};

use super::encode::Encoder;

/// What monitors of each style say, with and without out-of-band execution.
pub(super) struct Greetings {
    compact: Pair,
    pretty: Pair,
}

struct Pair {
    with_oob: Vec<u8>,
    without_oob: Vec<u8>,
}

impl Greetings {
    pub(super) fn new(version: &VersionInfo) -> Self {
        Self { compact: Pair::new(version, Style::Compact), pretty: Pair::new(version, Style::Pretty) }
    }

    pub(super) fn text(&self, style: Style, oob: Oob) -> &[u8] {
        let pair = match style {
            Style::Compact => &self.compact,
            Style::Pretty => &self.pretty,
        };
        match oob {
            Oob::Enabled => &pair.with_oob,
            Oob::Disabled => &pair.without_oob,
        }
    }
}

impl Pair {
    fn new(version: &VersionInfo, style: Style) -> Self {
        let text = |oob| {
            let mut text = Vec::new();
            Encoder { style }.greeting(version, oob, &mut text);
            text
        };
        Self { with_oob: text(Oob::Enabled), without_oob: text(Oob::Disabled) }
    }
}
