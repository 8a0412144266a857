//! Servers take turns, so that what disturbs the machine for a while disturbs all of them.

use std::time::{Duration, Instant};

use super::servers::Availability;
use crate::Outcome;

/// So many rounds; none is begun after this time.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    /// How many.
    pub count: usize,
    /// The time.
    pub at_most: Duration,
}

/// Gives each of `all` its turn, round by round; `turn` adds what it has measured to the second of the two. What breaks off
/// is broken from then on, and has no more turns.
pub fn take<'a, T: 'a, S: 'a>(
    rounds: Rounds,
    all: impl IntoIterator<Item = (&'a mut Availability<T>, &'a mut S)>,
    mut turn: impl FnMut(&mut T, &mut S) -> Outcome,
) {
    let mut all: Vec<_> = all.into_iter().collect();
    let started = Instant::now();
    for _ in 0..rounds.count {
        if started.elapsed() >= rounds.at_most {
            break;
        }
        for (source, measured) in &mut all {
            let Availability::There(there) = source else { continue };
            if let Err(failure) = turn(there, measured) {
                **source = Availability::Broken(failure.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Failure;

    const AT_MOST: Duration = Duration::from_secs(60);

    #[test]
    fn who_breaks_off_has_no_more_turns_and_the_others_go_on() {
        let mut sources = [Availability::There(1), Availability::There(2), Availability::Absent("left out".into())];
        let mut turns = [0; 3];
        take(Rounds { count: 3, at_most: AT_MOST }, sources.iter_mut().zip(&mut turns), |source, turns| {
            *turns += 1;
            if *source == 2 { Err(Failure::new("closed")) } else { Ok(()) }
        });
        assert_eq!(turns, [3, 1, 0]);
        assert!(matches!(&sources[1], Availability::Broken(reason) if reason == "closed"));
    }

    #[test]
    fn no_round_is_begun_when_time_is_up() {
        let (mut source, mut turns) = (Availability::There(()), 0);
        take(Rounds { count: 3, at_most: Duration::ZERO }, [(&mut source, &mut turns)], |(), turns| {
            *turns += 1;
            Ok(())
        });
        assert_eq!(turns, 0);
    }
}
