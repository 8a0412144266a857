//! What each of several got, relative to what would be fair.

/// The two that are furthest from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shares {
    /// The smallest share, in fair shares.
    pub(super) least: f64,
    /// The largest.
    pub(super) most: f64,
}

impl Shares {
    /// Of what each got; `None` if nobody got anything.
    pub(super) fn of(counts: &[usize]) -> Option<Self> {
        let fair = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
        let (least, most) = (counts.iter().min()?, counts.iter().max()?);
        (*most > 0).then(|| Self { least: *least as f64 / fair, most: *most as f64 / fair })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_relative_to_the_mean() {
        assert_eq!(Shares::of(&[5, 5, 5]), Some(Shares { least: 1.0, most: 1.0 }));
        assert_eq!(Shares::of(&[0, 10, 20]), Some(Shares { least: 0.0, most: 2.0 }));
        assert_eq!(Shares::of(&[8, 12]), Some(Shares { least: 0.8, most: 1.2 }));
    }

    #[test]
    fn nothing_has_no_shares() {
        assert_eq!(Shares::of(&[]), None);
        assert_eq!(Shares::of(&[0, 0]), None);
    }
}
