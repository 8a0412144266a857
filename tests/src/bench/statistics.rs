//! Medians with their quartiles.

use serde::Serialize;

use crate::{Failure, Outcome};

/// The middle of a set of figures, and between what its middle half lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quartiles {
    /// A quarter lies below.
    pub lower: f64,
    /// Half lies below.
    pub median: f64,
    /// Three quarters lie below.
    pub upper: f64,
}

impl Quartiles {
    /// Of these figures; `None` if there are none.
    pub fn of(mut figures: Vec<f64>) -> Option<Self> {
        if figures.is_empty() {
            return None;
        }
        figures.sort_by(f64::total_cmp);
        Some(Self { lower: at(&figures, 0.25), median: at(&figures, 0.5), upper: at(&figures, 0.75) })
    }

    /// Of these figures, of which there should be some.
    ///
    /// # Errors
    /// If there are none.
    pub fn of_some(figures: Vec<f64>) -> Outcome<Self> {
        Self::of(figures).ok_or_else(|| Failure::new("nothing was measured"))
    }

    /// Of the ratios of figures of the same rounds; `None` if there are none.
    pub fn of_ratios(own: &[f64], other: &[f64]) -> Option<Self> {
        Self::of(own.iter().zip(other).map(|(own, other)| own / other).collect())
    }
}

/// The figure at a fraction of the way, between neighbours in proportion.
fn at(sorted: &[f64], fraction: f64) -> f64 {
    let position = fraction * (sorted.len() - 1) as f64;
    let (low, high) = (position.floor() as usize, position.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (position - low as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_neighbours_in_proportion() {
        let of = |figures: &[f64]| Quartiles::of(figures.to_vec()).map(|q| (q.lower, q.median, q.upper));
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0, 5.0]), Some((2.0, 3.0, 4.0)));
        assert_eq!(of(&[1.0, 2.0]), Some((1.25, 1.5, 1.75)));
        assert_eq!(of(&[7.0]), Some((7.0, 7.0, 7.0)));
        assert_eq!(of(&[]), None);
    }
}
