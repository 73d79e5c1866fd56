//! A model of any size with made-up weights, to measure speed without a file.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use half::bf16;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::build::{Builder, Source};
use super::{Model, WeightDtype};
use crate::config::ModelConfig;
use crate::device::{MatrixRows, Place};
use crate::{Error, Result};

/// Numbers that one thread makes at a time.
const PART: usize = 1 << 16;

impl Model {
    /// Weights of about the size that training leaves, the same for the same config.
    pub(crate) fn synthetic(
        config: &ModelConfig,
        dtype: WeightDtype,
        place: &mut dyn Place,
    ) -> Result<Self> {
        config.check().map_err(|what| Error::Unsupported { path: "synthetic".into(), what })?;
        let source = MadeUp { next_seed: AtomicU64::new(0), config };
        Builder { config, source: &source, place }.model(dtype)
    }
}

/// Every matrix from a seed of its own, in the order in which they are asked for.
struct MadeUp<'a> {
    next_seed: AtomicU64,
    config: &'a ModelConfig,
}

impl Source for MadeUp<'_> {
    fn matrix(&self, names: &[String]) -> Result<Box<dyn MatrixRows + '_>> {
        let seed = self.next_seed.fetch_add(1, Ordering::Relaxed);
        let columns = match names[0].rsplit('.').next() {
            Some("o") => self.config.num_heads * self.config.head_dim,
            Some("down") => self.config.ffn_hidden_size,
            _ => self.config.hidden_size,
        };
        Ok(Box::new(Made { seed, columns }))
    }

    /// The norms leave things as they are: a stored weight of 0 means 1.
    fn vector(&self, _: &str, len: usize) -> Result<Vec<f32>> {
        Ok(vec![0.0; len])
    }
}

struct Made {
    seed: u64,
    columns: usize,
}

impl MatrixRows for Made {
    fn bf16(&self, rows: Range<usize>, out: &mut [bf16]) -> Result<()> {
        self.make(rows, out, bf16::from_f32);
        Ok(())
    }

    fn f32(&self, rows: Range<usize>, out: &mut [f32]) -> Result<()> {
        self.make(rows, out, |value| value);
        Ok(())
    }
}

impl Made {
    /// Numbers spread evenly over ±0.03; each depends on its place alone.
    fn make<T: Send>(&self, rows: Range<usize>, out: &mut [T], convert: impl Fn(f32) -> T + Sync) {
        out.par_chunks_mut(PART).enumerate().for_each(|(i, part)| {
            let mut random = ChaCha8Rng::seed_from_u64(self.seed);
            random.set_word_pos((rows.start * self.columns + i * PART) as u128);
            for value in part {
                let unit = f64::from(random.next_u32()) / f64::from(u32::MAX);
                *value = convert((0.06 * (unit - 0.5)) as f32);
            }
        });
    }
}
