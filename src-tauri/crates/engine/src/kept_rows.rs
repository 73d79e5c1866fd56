//! Rows of logits that somebody asked for, so that settings can be tried on them without the model.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use ts_rs::TS;

use crate::generation::{RunContext, Runner};
use crate::judged::Judged;
use crate::logits::Want;
use crate::sampler::{self, Draws, Input, Markers, Outlook};
use crate::settings::{GenerationRequest, SamplingSettings};
use crate::tokenizer::Tokenizer;
use crate::{Error, Result};

/// As many as are kept; one of 256,000 logits has 1 MB.
const MOST: usize = 64;

/// What could come next at a place, by a row that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Look {
    /// Names the row.
    #[ts(type = "number")]
    pub row: u64,
    /// The tokens in front of the place.
    pub prompt_tokens: u32,
    /// The seed by which the token was chosen.
    #[ts(type = "number")]
    pub seed: u64,
    /// The token that stands at the place, where one was asked about.
    pub subject: Option<Subject>,
    #[serde(flatten)]
    #[ts(flatten)]
    pub outlook: Outlook,
}

/// A token that stands in a text; it is among those of its outlook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Subject {
    pub id: u32,
    /// Its place among all tokens by likelihood before any setting, from 1.
    pub rank: u32,
}

/// What is looked at: the place behind a prompt, or a token that stands there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gaze {
    pub token: Option<u32>,
    /// Of the lane and step of the run that wrote it; where none did, of a run's first.
    pub lane: u32,
    pub step: u32,
}

/// A row, with all that the sampler chain looks at.
pub(crate) struct KeptRow {
    logits: Vec<f32>,
    history: Vec<u32>,
    tokenizer: Arc<Tokenizer>,
    markers: Markers,
    /// Tokens that end a sequence.
    ends: Vec<u32>,
    gaze: Gaze,
}

/// The latest rows, by their names.
#[derive(Default)]
pub(crate) struct KeptRows(Mutex<Rows>);

#[derive(Default)]
struct Rows {
    last: u64,
    kept: VecDeque<(u64, Arc<KeptRow>)>,
}

impl KeptRows {
    pub(crate) fn keep(&self, row: KeptRow) -> u64 {
        let mut rows = self.lock();
        rows.last += 1;
        let name = rows.last;
        rows.kept.push_back((name, Arc::new(row)));
        if rows.kept.len() > MOST {
            rows.kept.pop_front();
        }
        name
    }

    /// # Errors
    /// [`Error::RowGone`].
    pub(crate) fn get(&self, name: u64) -> Result<Arc<KeptRow>> {
        let rows = self.lock();
        let found = rows.kept.iter().find(|(kept, _)| *kept == name);
        found.map(|(_, row)| row.clone()).ok_or(Error::RowGone)
    }

    /// Another model's rows say nothing of this one.
    pub(crate) fn clear(&self) {
        self.lock().kept.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeptRow {
    pub(crate) fn look(
        &self,
        row: u64,
        settings: &SamplingSettings,
        seed: u64,
        listed: usize,
    ) -> Result<Look> {
        settings.validate()?;
        let input = Input {
            logits: &self.logits,
            pieces: self.tokenizer.pieces(),
            history: &self.history,
            settings,
            markers: &self.markers,
            draws: Draws { seed, lane: self.gaze.lane, step: self.gaze.step },
        };
        let text_of = |id| self.tokenizer.piece_text(id);
        let mut outlook = sampler::outlook(&input, listed, self.gaze.token, text_of)?;
        for token in &mut outlook.tokens {
            token.ends = self.ends.contains(&token.id);
        }
        let rank = |id| Judged::new(&self.logits).rank(id);
        let subject = self.gaze.token.map(|id| Subject { id, rank: rank(id) });
        Ok(Look { row, prompt_tokens: self.history.len() as u32, seed, subject, outlook })
    }
}

impl Runner {
    /// Reads the request's prompt: the row that follows it, and the seed in force.
    pub(crate) fn row(
        &mut self,
        request: &GenerationRequest,
        gaze: Gaze,
        run: &RunContext<'_>,
    ) -> Result<(KeptRow, u64)> {
        let (plan, pieces) = (self.plan(request)?, self.tokenizer.pieces());
        if let Some(id) = gaze.token.filter(|id| *id as usize >= pieces) {
            return Err(Error::UnknownToken { id, rows: pieces });
        }
        let row = self.prefill(request, &plan, run, Want::Whole)?.ok_or(Error::RunCancelled)?;
        let (tokenizer, markers) = (self.tokenizer.clone(), Markers::of(&self.tokenizer)?);
        let ends = self.ends.clone();
        let logits = row.whole()?.into_owned();
        Ok((KeptRow { logits, history: plan.prompt, tokenizer, markers, ends, gaze }, plan.seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(first: f32) -> KeptRow {
        let tokenizer =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/tiny/tokenizer.model");
        let bytes = std::fs::read(tokenizer).expect("the fixture");
        let tokenizer = Arc::new(Tokenizer::from_sentencepiece(&bytes).expect("a tokenizer"));
        let logits = vec![first; tokenizer.pieces()];
        KeptRow {
            logits,
            history: vec![7],
            tokenizer,
            markers: Markers::default(),
            ends: vec![3],
            gaze: Gaze::default(),
        }
    }

    #[test]
    fn the_latest_rows_are_kept_until_there_is_another_model() {
        let rows = KeptRows::default();
        let names: Vec<u64> = (0..=MOST).map(|n| rows.keep(row(n as f32))).collect();
        assert!(matches!(rows.get(names[0]), Err(Error::RowGone)), "the oldest made room");
        assert!((rows.get(names[1]).expect("kept").logits[0] - 1.0).abs() < f32::EPSILON);
        rows.clear();
        assert!(matches!(rows.get(names[MOST]), Err(Error::RowGone)));
        assert!(rows.keep(row(0.0)) > names[MOST], "a name is never used twice");
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let settings = SamplingSettings { temperature: -1.0, ..Default::default() };
        let refused = row(0.0).look(1, &settings, 1, 5);
        assert!(matches!(refused, Err(Error::OutOfRange { field: "temperature", .. })));
        let settings = SamplingSettings { ban_token: vec![u32::MAX], ..Default::default() };
        let refused = row(0.0).look(1, &settings, 1, 5);
        assert!(matches!(refused, Err(Error::TokenOutOfRange { .. })));
    }
}
