//! How many files may be open, and how many sessions that is enough for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{Context, Outcome};

/// The socket that listens, and the connection.
const EACH: u64 = 2;

/// What a server, or this program, needs for other things, and then some.
const OTHERS: u64 = 200;

/// For 20,000 sessions, and more than enough besides.
const WANTED: u64 = 1 << 16;

/// Lets this process, and those it starts, open as many files as the system allows; beyond that, if this process may raise
/// what the system allows, as many as the bench can use.
///
/// # Errors
/// If the system refuses.
pub fn raise_limit() -> Outcome {
    let limit = getrlimit(Resource::Nofile);
    if limit.maximum.is_some_and(|maximum| maximum < WANTED) {
        // Most users may not.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(WANTED), maximum: Some(WANTED) });
    }
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
        .context("cannot raise the limit of open files")
}

/// As many of the sessions that are wanted as one process can have, which has all monitors or is the client of all.
pub fn affordable(wanted: usize) -> usize {
    within(getrlimit(Resource::Nofile).current, wanted)
}

fn within(limit: Option<u64>, wanted: usize) -> usize {
    let most = limit.map(|limit| limit.saturating_sub(OTHERS) / EACH);
    most.and_then(|most| usize::try_from(most).ok()).map_or(wanted, |most| wanted.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_sessions_as_there_are_files_for() {
        assert_eq!(within(Some(1 << 20), 10_000), 10_000);
        assert_eq!(within(Some(20_000), 10_000), 9_900);
        assert_eq!(within(Some(100), 10_000), 0);
        assert_eq!(within(None, 10_000), 10_000);
    }
}
