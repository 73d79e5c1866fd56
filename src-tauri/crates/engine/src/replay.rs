//! A run repeated, and where what comes out differs from what was recorded.
//!
//! Either the recorded tokens are read once more and their log-probabilities compared, which takes a
//! fraction of a second, or everything is written again and the tokens compared.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::event::{FinishReason, GenerationEvent};
use crate::generation::{Plan, RunContext, Runner};
use crate::judged::Judged;
use crate::logits::{Row, Want};
use crate::record::RunRecord;
use crate::saved_run::SavedRun;
use crate::settings::{GenerationRequest, PromptSpan};
use crate::status::ModelInfo;
use crate::tokenizer::TokenText;
use crate::{Error, Result};

/// In f32 another order of summation moves a log-probability by less.
const F32_TOLERANCE: f64 = 1e-3;
/// bf16 has 8 significant bits: logits between 16 and 32, where the likeliest tend to be, lie 1/8
/// apart, and another order of summation may round two of them each to its other neighbour.
const BF16_TOLERANCE: f64 = 0.25;

/// How a run is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReplayMode {
    /// The recorded tokens are read, and their log-probabilities compared.
    Forced,
    /// Everything is written again, and the tokens are compared.
    Regenerate,
}

/// What a repetition showed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Replay {
    pub mode: ReplayMode,
    pub identical: bool,
    /// So many recorded tokens, in all lanes together.
    pub compared: u32,
    /// None, too, where only the end differs: the run goes on, or ends sooner.
    pub first_difference: Option<Difference>,
    pub changed: Vec<Changed>,
}

/// The first token that differs, of all lanes.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Difference {
    pub lane: u32,
    /// Its place in the completion, from 0.
    pub index: u32,
    pub recorded: TokenText,
    /// Of tokens that are read, the recorded one.
    pub found: TokenText,
    /// By how much the logit of the token found lies above that of the recorded one now; of tokens
    /// that are read, by how much the log-probability differs.
    pub margin: f64,
}

/// A condition of the recorded run that is another one now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    Model,
    Build,
    /// Or how the weights are held there.
    Device,
    /// How many rows a GPU computes together, which may decide how it rounds.
    #[serde(rename = "batch shape")]
    BatchShape,
}

/// What a comparison came to.
#[derive(Default)]
struct Compared {
    tokens: usize,
    first: Option<Place>,
    /// A lane goes on where the recorded one ended, or ends sooner.
    ends_differ: bool,
    /// How much of the prompt was in the KV cache.
    cached: Option<u32>,
}

/// A token that differs. Of two the first is the one at the earlier index.
#[derive(Clone, Copy)]
struct Place {
    index: usize,
    lane: u32,
    recorded: u32,
    found: u32,
    /// Known already, of tokens that are read.
    margin: Option<f64>,
}

/// What a run wrote.
struct Written {
    cached: Option<u32>,
    lanes: Vec<Vec<u32>>,
    ends: Vec<Option<FinishReason>>,
}

impl Runner {
    /// Repeats a run on the loaded model, which is `model`.
    pub(crate) fn replay(
        &mut self,
        saved: &SavedRun,
        mode: ReplayMode,
        model: &ModelInfo,
        cancelled: &AtomicBool,
    ) -> Result<Replay> {
        let rows = self.tokenizer.pieces();
        let mut tokens = saved.lanes.iter().flat_map(|lane| &lane.tokens);
        if let Some(token) = tokens.find(|token| token.id as usize >= rows) {
            return Err(Error::UnknownToken { id: token.id, rows });
        }
        let compared = match mode {
            ReplayMode::Forced => self.force(saved, tolerance(&saved.record, model), cancelled)?,
            ReplayMode::Regenerate => self.regenerate(saved, cancelled)?,
        };
        let first = compared.first;
        let first = first.map(|place| self.difference(saved, place, cancelled)).transpose()?;
        Ok(Replay {
            mode,
            identical: first.is_none() && !compared.ends_differ,
            compared: compared.tokens as u32,
            first_difference: first,
            changed: changed(&saved.record, model, mode, compared.cached),
        })
    }

    /// Reads what each lane wrote.
    fn force(
        &mut self,
        saved: &SavedRun,
        tolerance: f64,
        cancelled: &AtomicBool,
    ) -> Result<Compared> {
        let mut compared = Compared::default();
        for lane in saved.lanes.iter().filter(|lane| !lane.tokens.is_empty()) {
            let ids: Vec<u32> = lane.tokens.iter().map(|token| token.id).collect();
            let found = self.judge_written(&saved.record.request, &ids, cancelled)?;
            let differ = |index: usize| {
                let (id, recorded) = (ids[index], lane.tokens[index].logprob);
                let margin = (f64::from(found[index]) - f64::from(recorded)).abs();
                let (lane, margin) = (lane.lane, Some(margin).filter(|it| *it > tolerance)?);
                Some(Place { index, lane, recorded: id, found: id, margin: Some(margin) })
            };
            compared.tokens += ids.len();
            compared.note((0..ids.len()).find_map(differ));
        }
        Ok(compared)
    }

    /// The log-probabilities of what was written behind a prompt, by one pass over it.
    fn judge_written(
        &mut self,
        request: &GenerationRequest,
        ids: &[u32],
        cancelled: &AtomicBool,
    ) -> Result<Vec<f32>> {
        let (plan, row) = self.read_behind(request, &[], ids.len(), cancelled)?;
        let mut found = vec![Judged::of(&row).logprob(ids[0])];
        let known = plan.prompt.len();
        let text = [&plan.prompt, &ids[..ids.len() - 1]].concat();
        self.read(&text, known, cancelled, |place, row| {
            found.push(Judged::of(row).logprob(ids[place - known]));
            Ok(())
        })?;
        match found.iter().position(|logprob| !logprob.is_finite()) {
            Some(index) => Err(Error::NotANumber { position: known + index }),
            None => Ok(found),
        }
    }

    /// The row that follows a request's prompt and some `ids` behind it, where `room` more fit.
    fn read_behind(
        &mut self,
        request: &GenerationRequest,
        ids: &[u32],
        room: usize,
        cancelled: &AtomicBool,
    ) -> Result<(Plan, Row)> {
        let mut prompt = request.prompt.clone();
        if !ids.is_empty() {
            prompt.push(PromptSpan::Tokens { ids: ids.to_vec() });
        }
        let (add_bos, max_tokens) = (request.add_bos, Some(room as u32));
        let request = GenerationRequest { prompt, add_bos, max_tokens, ..Default::default() };
        let plan = self.plan(&request)?;
        let run = RunContext { run: 0, cancelled, emit: &|_| () };
        let row = self.prefill(&request, &plan, &run, Want::Whole)?.ok_or(Error::RunCancelled)?;
        Ok((plan, row))
    }

    /// Writes everything again.
    fn regenerate(&mut self, saved: &SavedRun, cancelled: &AtomicBool) -> Result<Compared> {
        let Some(request) = request(saved) else { return Ok(Compared::default()) };
        // As much as was computed then is computed now, where that is known.
        self.cached.truncate(saved.record.cached_tokens.unwrap_or(u32::MAX) as usize);
        let (sender, events) = mpsc::channel();
        let emit = |event| drop(sender.send(event));
        self.run(&request, &RunContext { run: 0, cancelled, emit: &emit })?;
        if cancelled.load(Ordering::Relaxed) {
            return Err(Error::RunCancelled);
        }
        let lanes = request.lane_count() as usize;
        Ok(compare(saved, &Written::of(events.try_iter(), lanes)))
    }

    /// By how much the logit of the token found lies above that of the recorded one.
    fn margin(&mut self, saved: &SavedRun, place: Place, cancelled: &AtomicBool) -> Result<f64> {
        let before = saved.tokens(place.lane)[..place.index].iter().map(|token| token.id);
        let before: Vec<u32> = before.collect();
        let (_, row) = self.read_behind(&saved.record.request, &before, 1, cancelled)?;
        let row = row.whole()?;
        let logit = |id: u32| f64::from(row[id as usize]);
        Ok(logit(place.found) - logit(place.recorded))
    }

    /// Puts a difference in words, and how far apart the two tokens are if that is not known.
    fn difference(
        &mut self,
        saved: &SavedRun,
        place: Place,
        cancelled: &AtomicBool,
    ) -> Result<Difference> {
        let Place { index, lane, recorded, found, .. } = place;
        let margin = match place.margin {
            Some(margin) => Ok(margin),
            None => self.margin(saved, place, cancelled),
        }?;
        let token = |id| TokenText { id, text: self.tokenizer.piece_text(id) };
        let (recorded, found) = (token(recorded), token(found));
        Ok(Difference { lane, index: index as u32, recorded, found, margin })
    }
}

impl Compared {
    /// Keeps the first of all differences.
    fn note(&mut self, place: Option<Place>) {
        let order = |place: &Place| (place.index, place.lane);
        self.first = [self.first, place].into_iter().flatten().min_by_key(order);
    }
}

impl Written {
    fn of(events: impl Iterator<Item = GenerationEvent>, lanes: usize) -> Self {
        let mut written =
            Self { cached: None, lanes: vec![vec![]; lanes], ends: vec![None; lanes] };
        for event in events {
            match event {
                GenerationEvent::Started { cached_tokens, .. } => {
                    written.cached = Some(cached_tokens);
                }
                GenerationEvent::Token(token) => written.lanes[token.lane as usize].push(token.id),
                GenerationEvent::Done(done) => {
                    written.ends[done.lane as usize] = Some(done.finish_reason);
                }
                GenerationEvent::Prompt { .. } | GenerationEvent::Prefill { .. } => {}
            }
        }
        written
    }
}

fn compare(saved: &SavedRun, written: &Written) -> Compared {
    let mut compared = Compared { cached: written.cached, ..Compared::default() };
    for (lane, found) in (0..).zip(&written.lanes) {
        let recorded = saved.tokens(lane);
        let same = recorded.iter().zip(found).take_while(|(token, id)| token.id == **id).count();
        compared.tokens += recorded.len().min(same + 1).min(found.len());
        if let (Some(token), Some(id)) = (recorded.get(same), found.get(same)) {
            let (recorded, found) = (token.id, *id);
            compared.note(Some(Place { index: same, lane, recorded, found, margin: None }));
        }
        let sooner = found.len() < recorded.len();
        let otherwise = saved.record.own_ends().filter(|end| end.lane == lane).any(|end| {
            found.len() != recorded.len() || written.ends[lane as usize] != Some(end.finish_reason)
        });
        compared.ends_differ |= sooner || otherwise;
    }
    compared
}

/// The request that writes what was recorded; none when nothing was.
fn request(saved: &SavedRun) -> Option<GenerationRequest> {
    let request = saved.record.request.clone();
    let longest = saved.lanes.iter().map(|lane| lane.tokens.len() as u32).max().unwrap_or(0);
    let ended = saved.record.own_ends().count();
    if longest == 0 {
        return None;
    }
    // What was cut off is followed as far as it came.
    let cut_off = ended < request.lane_count() as usize;
    let max_tokens = if cut_off { Some(longest) } else { request.max_tokens };
    Some(GenerationRequest { max_tokens, ..request })
}

/// By how much a log-probability may be another one. The order of summation on the CPU is one and the
/// same whatever is computed together, on every processor: there the bits are.
fn tolerance(record: &RunRecord, model: &ModelInfo) -> f64 {
    let on_cpu = model.gpu_memory.is_none() && record.device == model.device;
    let rounded = [&record.dtype, &model.dtype].into_iter().any(|dtype| dtype == "bf16");
    if on_cpu && record.build == RunRecord::BUILD && record.dtype == model.dtype {
        return 0.0;
    }
    // The CPU computes in f32, however it holds the weights.
    if rounded && !on_cpu { BF16_TOLERANCE } else { F32_TOLERANCE }
}

fn changed(
    record: &RunRecord,
    model: &ModelInfo,
    mode: ReplayMode,
    cached: Option<u32>,
) -> Vec<Changed> {
    // What was written token by token is read in one pass, or the prompt was computed otherwise.
    let shape =
        mode == ReplayMode::Forced || cached.is_some_and(|n| Some(n) != record.cached_tokens);
    let device = record.device != model.device || record.dtype != model.dtype;
    let conditions = [
        (Changed::Model, record.model_sha256 != model.sha256),
        (Changed::Build, record.build != RunRecord::BUILD),
        (Changed::Device, device),
        (Changed::BatchShape, model.gpu_memory.is_some() && shape),
    ];
    conditions.into_iter().filter_map(|(condition, differs)| differs.then_some(condition)).collect()
}
