//! Runs: what a model was asked for and wrote. The record is the engine's and is not interpreted
//! here; beside it stand the few columns that are searched or shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::Id;
use crate::passage::{Passage, Token};
use crate::tree::Number;

/// Why a run ended that nobody ended: the app did.
pub(crate) const INTERRUPTED: &str = "interrupted";

/// More completions side by side than any run has.
pub(crate) const MOST_LANES: u32 = 1024;

/// What is known when a run begins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct RunStart {
    pub model_name: String,
    /// The model's identity, in hexadecimal digits.
    pub model_hash: String,
    /// Absent while it is not drawn yet.
    #[ts(type = "number | null")]
    pub seed: Option<u64>,
    /// What repeats the run: kept as it is.
    #[ts(type = "unknown")]
    pub record: Value,
}

/// What is known when a run ends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct RunEnd {
    pub finish_reason: String,
    #[ts(type = "number | null")]
    pub seed: Option<u64>,
    pub tokens_per_second: Option<f64>,
    /// In the place of the first record.
    #[ts(type = "unknown")]
    pub record: Value,
}

/// Where a run begins. Offsets are bytes of the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Place {
    /// Behind everything.
    End,
    /// In the middle: what stands behind comes back when the run has ended.
    At { offset: usize },
    /// Where the last run of the document began.
    Again,
    /// In the place of everything from there on.
    From { offset: usize },
    /// Behind one other token, in the place of everything from there on.
    Instead { offset: usize, token: WrittenToken },
}

/// A token as it comes out of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct WrittenToken {
    pub id: u32,
    /// What it adds to the text; may be empty.
    pub text: String,
    /// Natural logarithm of the model's own probability.
    pub logprob: f32,
}

impl WrittenToken {
    /// A value that is no number counts as the least probability there is, so that it can be
    /// written down.
    pub(crate) fn token(&self) -> Token {
        let logprob = if self.logprob.is_finite() { self.logprob } else { f32::MIN };
        Token { id: self.id, bytes: self.text.len() as u32, logprob }
    }
}

/// A run as it is shown and kept. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunRecord {
    pub id: Id,
    pub model_name: String,
    pub model_hash: String,
    #[ts(type = "number | null")]
    pub seed: Option<u64>,
    /// `interrupted` if the app ended before the run; absent while it goes on.
    pub finish_reason: Option<String>,
    /// Written in all lanes together.
    pub tokens: u32,
    pub tokens_per_second: Option<f64>,
    #[ts(type = "number")]
    pub started_at: i64,
    #[ts(type = "number | null")]
    pub ended_at: Option<i64>,
    #[ts(type = "unknown")]
    pub record: Value,
}

/// What one lane of a run wrote, whatever became of the text since.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunOutput {
    pub lane: u32,
    /// The node that the lane ends with.
    pub node: Id,
    pub text: String,
    pub tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) shown: RunRecord,
    /// Where it began.
    pub(crate) parent: Option<Number>,
    /// What stood behind the place where it began, and does again when it has ended.
    pub(crate) tail: Option<Passage>,
    /// The last node of each lane, while it goes on.
    pub(crate) ends: BTreeMap<u32, Number>,
}

impl Run {
    pub(crate) fn begun(start: RunStart, now: i64) -> Self {
        let RunStart { model_name, model_hash, seed, record } = start;
        let shown = RunRecord {
            id: Id::random(),
            model_name,
            model_hash,
            seed,
            finish_reason: None,
            tokens: 0,
            tokens_per_second: None,
            started_at: now,
            ended_at: None,
            record,
        };
        Self { shown, parent: None, tail: None, ends: BTreeMap::new() }
    }

    pub(crate) fn is_going_on(&self) -> bool {
        self.shown.ended_at.is_none()
    }

    pub(crate) fn end(&mut self, end: RunEnd, now: i64) {
        let RunEnd { finish_reason, seed, tokens_per_second, record } = end;
        self.shown.finish_reason = Some(finish_reason);
        self.shown.seed = seed.or(self.shown.seed);
        self.shown.tokens_per_second = tokens_per_second.filter(|speed| speed.is_finite());
        self.shown.record = record;
        self.shown.ended_at = Some(now);
    }
}
