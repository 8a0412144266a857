//! What an operator writes on the command line.

use std::str::FromStr;

use actix_qmp::MonitorOptions;
use actix_qmp::chardev::{ChardevOptions, OptionList};
use clap::Parser;
use qmp_vmm::options::{MemorySize, Options};

/// Option strings are read or refused in one line, and what was read is written such that it is read again.
///
/// # Panics
/// If not.
pub fn options(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(chardev) = told(text, ChardevOptions::from_str(text)) {
        again(text, &chardev.to_string());
    }
    if let Ok(monitor) = told(text, MonitorOptions::from_str(text)) {
        again(text, &monitor.chardev.to_string());
    }
    if let Ok(size) = told(text, MemorySize::from_str(text)) {
        assert_eq!(size.to_string().parse(), Ok(size), "{text}");
    }
    let _: Result<_, String> = told(text, OptionList::parse(text));
    // Words, or what stands on the screen instead of them.
    if let Err(error) = Options::try_parse_from(std::iter::once("qmp-vmm").chain(text.split('\0'))) {
        assert!(!error.to_string().is_empty(), "{text}");
    }
}

fn told<T, E: std::fmt::Display>(text: &str, read: Result<T, E>) -> Result<T, String> {
    read.map_err(|error| {
        let words = error.to_string();
        assert!(!words.is_empty() && (text.contains('\n') || !words.contains('\n')), "{words}");
        words
    })
}

fn again(text: &str, written: &str) {
    let read = ChardevOptions::from_str(written).unwrap_or_else(|error| panic!("{text} is written {written}: {error}"));
    assert_eq!(read.to_string(), written, "{text}");
}
