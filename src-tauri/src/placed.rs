//! The tokens of a document, each at its place in the text and in the run that wrote it.

use std::collections::BTreeMap;

use engine::{PromptSpan, RunRecord, Tokenizer};
use serde::Serialize;
use sessions::{Id, Piece, RunOutput, Store};
use ts_rs::TS;

/// A token of a document; several ids where only together they are a character.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct PlacedToken {
    /// Bytes of the document's text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) ids: Vec<u32>,
    pub(crate) text: String,
    /// Natural logarithm of the model's own probability, where it was noted when it was written.
    pub(crate) logprob: Option<f32>,
    pub(crate) run: Option<Id>,
    /// Which token of its run the first one is, where everything before it still stands.
    pub(crate) step: Option<u32>,
}

/// What a run was asked for and what it wrote in the lane that the document goes through.
#[derive(Debug, Clone)]
pub(crate) struct WrittenRun {
    pub(crate) record: RunRecord,
    pub(crate) prompt: Vec<u32>,
    pub(crate) written: Vec<u32>,
    pub(crate) lane: u32,
}

impl WrittenRun {
    /// Seed, and the stream of its random numbers, by which it was written.
    pub(crate) fn draws(&self) -> (u64, u32) {
        let request = &self.record.request;
        match request.variants.get(self.lane as usize) {
            Some(variant) => (variant.seed, 0),
            None => (request.seed.unwrap_or_default(), self.lane),
        }
    }
}

/// A document with the runs that wrote it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) chat: bool,
    runs: BTreeMap<Id, (RunRecord, Vec<RunOutput>)>,
}

impl Written {
    /// With tokens only where the model of this hash wrote them.
    pub(crate) fn read(store: &mut Store, session: Id, hash: &str) -> sessions::Result<Self> {
        let pieces = store.prompt(session, hash)?;
        let chat = store.document(session)?.kind == sessions::Kind::Chat;
        let mut runs = BTreeMap::new();
        for run in store.runs(session)? {
            let stands = pieces.iter().any(|piece| piece.run == Some(run.id));
            // A record of another make says nothing here.
            if let (true, Ok(record)) = (stands, serde_json::from_value(run.record)) {
                runs.insert(run.id, (record, store.outputs(session, run.id)?));
            }
        }
        Ok(Self { pieces, chat, runs })
    }

    /// What wrote `tokens`, from the run's first one on.
    pub(crate) fn run(&self, id: Id, tokens: &[u32]) -> Option<WrittenRun> {
        let (record, _) = self.runs.get(&id)?;
        let [PromptSpan::Tokens { ids }] = record.request.prompt.as_slice() else { return None };
        let output = self.output(id, tokens)?;
        let written = output.tokens.iter().map(|token| token.id).collect();
        let (record, prompt) = (record.clone(), ids.clone());
        Some(WrittenRun { record, prompt, written, lane: output.lane })
    }

    fn output(&self, id: Id, tokens: &[u32]) -> Option<&RunOutput> {
        let begins = |output: &&RunOutput| {
            let written = output.tokens.iter().map(|token| &token.id);
            tokens.len() <= output.tokens.len() && written.zip(tokens).all(|(a, b)| a == b)
        };
        self.runs.get(&id)?.1.iter().find(begins)
    }

    /// Every token of a completion; of a chat those of its answers.
    ///
    /// # Errors
    /// What encoding says.
    pub(crate) fn tokens(&self, tokenizer: &Tokenizer) -> engine::Result<Vec<PlacedToken>> {
        let mut placed = Placed { written: self, at: 0, tokens: Vec::new(), open: None };
        let typed = |piece: &Piece| piece.tokens.is_empty();
        for group in self.pieces.chunk_by(|one, next| typed(one) && typed(next)) {
            if typed(&group[0]) {
                let text: String = group.iter().map(|piece| piece.text.as_str()).collect();
                placed.add_typed(&text, tokenizer)?;
            } else {
                placed.add_written(&group[0]);
            }
        }
        Ok(placed.tokens)
    }
}

/// Tokens while they are placed.
struct Placed<'a> {
    written: &'a Written,
    at: usize,
    tokens: Vec<PlacedToken>,
    /// The run that may go on here, and what it wrote until here.
    open: Option<(Id, Vec<u32>)>,
}

impl Placed<'_> {
    fn add_typed(&mut self, text: &str, tokenizer: &Tokenizer) -> engine::Result<()> {
        if !self.written.chat && !text.is_empty() {
            let (mut ids, mut start) = (Vec::new(), 0);
            for token in tokenizer.encode_within(text, self.tokens.is_empty())? {
                ids.push(token.id);
                let end = token.bytes.end;
                if let Some(own) = text.get(start..end).filter(|own| !own.is_empty()) {
                    self.push(own, std::mem::take(&mut ids), None, None, None);
                    start = end;
                }
            }
            self.at -= start;
        }
        if !text.is_empty() {
            self.open = None;
        }
        self.at += text.len();
        Ok(())
    }

    fn add_written(&mut self, piece: &Piece) {
        let (mut ids, mut logprob, mut start) = (Vec::new(), 0.0, 0);
        for token in &piece.tokens {
            ids.push(token.id);
            logprob += token.logprob;
            let end = start + token.bytes as usize;
            if let Some(own) = piece.text.get(start..end).filter(|own| !own.is_empty()) {
                let step = self.step(piece.run, &ids);
                self.push(own, std::mem::take(&mut ids), Some(logprob), piece.run, step);
                (start, logprob) = (end, 0.0);
            }
        }
    }

    /// Which of its run's tokens the first of `ids` is, if nothing was changed before it.
    fn step(&mut self, run: Option<Id>, ids: &[u32]) -> Option<u32> {
        let run = run?;
        let goes_on = self.open.take().filter(|(open, _)| *open == run);
        let mut until = match goes_on {
            Some((_, until)) => until,
            // One that was there before, and was broken off.
            None if self.tokens.iter().any(|token| token.run == Some(run)) => return None,
            None => Vec::new(),
        };
        let step = until.len() as u32;
        until.extend(ids);
        let stands = self.written.output(run, &until).is_some();
        self.open = stands.then_some((run, until));
        stands.then_some(step)
    }

    fn push(
        &mut self,
        text: &str,
        ids: Vec<u32>,
        logprob: Option<f32>,
        run: Option<Id>,
        step: Option<u32>,
    ) {
        let (start, end) = (self.at, self.at + text.len());
        self.tokens.push(PlacedToken {
            start,
            end,
            ids,
            text: text.to_owned(),
            logprob,
            run,
            step,
        });
        self.at = end;
    }
}
