//! Operating system errors in the words of `strerror`.

use std::io;

/// The error as people know it, without Rust's ` (os error N)` at the end: `No such file or directory`.
pub(crate) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    match (error.raw_os_error(), text.rfind(" (os error ")) {
        (Some(_), Some(at)) => text[..at].to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_left_out_and_other_errors_stay_as_they_are() {
        assert_eq!(words(&io::Error::from_raw_os_error(libc::ENOSPC)), "No space left on device");
        assert_eq!(words(&io::Error::other("odd (os error 5)")), "odd (os error 5)");
    }
}
