//! Random numbers by counter: any step of any lane can be drawn again alone.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Where a run stands in its random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    pub seed: u64,
    pub lane: u32,
    pub step: u32,
}

impl Draws {
    /// What chooses the token, in `[0, 1)`.
    #[must_use]
    pub fn token(self) -> f64 {
        self.number(u64::from(self.lane))
    }

    /// What decides whether XTC acts. A stream of its own: switching XTC on leaves the tokens'
    /// draws as they are.
    #[must_use]
    pub fn xtc(self) -> f64 {
        self.number(u64::from(self.lane) | 1 << 32)
    }

    fn number(self, stream: u64) -> f64 {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        generator.set_stream(stream);
        generator.set_word_pos(u128::from(self.step) * 2);
        (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
