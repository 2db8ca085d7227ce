//! Dice: every draw of the simulator, from a seed, and the few distributions it needs.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A sequence of draws that belongs to a seed.
#[derive(Debug)]
pub struct Dice(StdRng);

impl Dice {
    /// The sequence of a seed, which may have several parts: world, household, purpose.
    pub fn of(seed: &[u64]) -> Self {
        Self(StdRng::seed_from_u64(mix(seed)))
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0.random()
    }

    /// Evenly between 0 and 1.
    pub fn share(&mut self) -> f64 {
        self.0.random()
    }

    /// True in that share of cases.
    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// Evenly between two numbers.
    pub fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.share()
    }

    /// Evenly below a count, which must not be 0.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    /// One of several, each as likely.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// The index of one of several, by their weights.
    pub fn weighted(&mut self, weights: impl IntoIterator<Item = f64> + Clone) -> usize {
        let total: f64 = weights.clone().into_iter().sum();
        let mut left = self.share() * total;
        let mut last = 0;
        for (index, weight) in weights.into_iter().enumerate() {
            if weight > 0.0 {
                last = index;
                if left < weight {
                    return index;
                }
            }
            left -= weight;
        }
        last
    }

    /// A waiting time whose mean is `mean`, when nothing that happened before matters.
    pub fn waiting(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// Log-normal: half of all draws are below `median`; `spread` is the deviation of the logarithm.
    pub fn skewed(&mut self, median: f64, spread: f64) -> f64 {
        let angle = self.between(0.0, std::f64::consts::TAU);
        let normal = (-2.0 * (1.0 - self.share()).ln()).sqrt() * angle.cos();
        median * (spread * normal).exp()
    }

    /// How many of something that happens `mean` times on average.
    pub fn count(&mut self, mean: f64) -> u32 {
        let mut left = mean;
        let mut count = 0;
        loop {
            left -= self.waiting(1.0);
            if left < 0.0 || count == 1000 {
                return count;
            }
            count += 1;
        }
    }
}

/// One number out of several: the finalizer of `SplitMix64` over each in turn.
pub fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |state, part| {
        let mut x = (state ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    })
}

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "the simulator counts to some millions")]
pub const fn real(count: usize) -> f64 {
    count as f64
}

/// The whole part of a number, 0 when it is negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float's cast to an integer stops at its ends"
)]
pub const fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_sequence_and_another_seed_another() {
        let draw = |seed: &[u64]| {
            let mut dice = Dice::of(seed);
            (0..20).map(|_| dice.number()).collect::<Vec<_>>()
        };
        assert_eq!(draw(&[1, 2]), draw(&[1, 2]));
        assert_ne!(draw(&[1, 2]), draw(&[2, 1]));
    }

    #[test]
    fn half_of_skewed_draws_are_below_the_median() {
        let mut dice = Dice::of(&[3]);
        let below = (0..20_000).filter(|_| dice.skewed(15.0, 1.2) < 15.0).count();
        assert!((9_700..10_300).contains(&below), "{below}");
    }

    #[test]
    fn counts_and_waiting_times_have_their_means() {
        let mut dice = Dice::of(&[4]);
        let counts: u32 = (0..20_000).map(|_| dice.count(2.5)).sum();
        assert!((48_500..51_500).contains(&counts), "{counts}");
        let waited: f64 = (0..20_000).map(|_| dice.waiting(3.0)).sum();
        assert!((58_000.0..62_000.0).contains(&waited), "{waited}");
    }

    #[test]
    fn weights_decide_how_often() {
        let mut dice = Dice::of(&[5]);
        let second = (0..10_000).filter(|_| dice.weighted([1.0, 3.0, 0.0]) == 1).count();
        assert!((7_300..7_700).contains(&second), "{second}");
    }
}
