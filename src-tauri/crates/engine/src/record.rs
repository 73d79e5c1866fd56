//! What it takes to repeat a run, and to tell what differs when the repetition does.

use serde::{Deserialize, Serialize};

use crate::chat::{Attributes, Template};
use crate::event::{Completion, FinishReason, GenerationEvent, Timings, Usage};
use crate::settings::GenerationRequest;
use crate::status::ModelInfo;

/// Everything that decides what a run writes, and how it ended. The tokens it wrote stand beside
/// the record, with their log-probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// The form of this record.
    pub version: u32,
    /// The engine's version.
    pub build: String,
    pub model: String,
    /// The model's identity: see `identity`.
    pub model_sha256: String,
    pub device: String,
    pub dtype: String,
    pub threads: u32,
    /// The prompt as token ids, and the seed in force once it is known.
    pub request: GenerationRequest,
    /// How much of the prompt was still in the KV cache.
    pub cached_tokens: Option<u32>,
    /// One for each lane that has ended.
    pub ends: Vec<LaneEnd>,
    /// What went wrong, if the run failed: a stable kind.
    pub failure: Option<String>,
    /// Of an answer in a chat: the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
    /// Of an answer by `SteerLM`: what it was asked for with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
}

/// How a lane ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneEnd {
    pub lane: u32,
    pub finish_reason: FinishReason,
    pub usage: Usage,
    pub timings: Timings,
}

impl RunRecord {
    pub(crate) const VERSION: u32 = 1;
    /// Of this engine.
    pub(crate) const BUILD: &str = env!("CARGO_PKG_VERSION");

    #[must_use]
    pub fn new(model: &ModelInfo, request: GenerationRequest) -> Self {
        Self {
            version: Self::VERSION,
            build: Self::BUILD.to_owned(),
            model: model.name.clone(),
            model_sha256: model.sha256.clone(),
            device: model.device.clone(),
            dtype: model.dtype.clone(),
            threads: model.threads,
            request,
            cached_tokens: None,
            ends: Vec::new(),
            failure: None,
            template: None,
            attributes: None,
        }
    }

    /// How those lanes ended that nobody cancelled.
    pub(crate) fn own_ends(&self) -> impl Iterator<Item = &LaneEnd> {
        self.ends.iter().filter(|end| end.finish_reason != FinishReason::Cancelled)
    }

    /// Takes from an event what belongs here.
    pub fn note(&mut self, event: &GenerationEvent) {
        match event {
            GenerationEvent::Started { seed, cached_tokens, .. } => {
                self.request.seed = Some(*seed);
                self.cached_tokens = Some(*cached_tokens);
            }
            GenerationEvent::Done(Completion { lane, finish_reason, usage, timings, .. }) => {
                let (lane, finish_reason) = (*lane, *finish_reason);
                self.ends.push(LaneEnd { lane, finish_reason, usage: *usage, timings: *timings });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_takes_seed_and_ends_from_the_events_and_survives_json() {
        let model = ModelInfo {
            name: "demo".into(),
            path: "demo.nemo".into(),
            sha256: "ab".into(),
            parameters: 1,
            weight_bytes: 2,
            dtype: "f32".into(),
            device: "CPU".into(),
            device_id: "cpu".into(),
            device_reason: None,
            gpu_memory: None,
            threads: 2,
            context_length: 8,
            vocab_size: 4,
        };
        let mut record = RunRecord::new(&model, GenerationRequest::default());
        let (run, seed, prompt_tokens, cached_tokens) = (1, 77, 5, 3);
        record.note(&GenerationEvent::Started { run, seed, prompt_tokens, cached_tokens });
        let usage = Usage { prompt_tokens, completion_tokens: 2, cached_tokens };
        let timings = Timings {
            prefill_ms: 0.1,
            decode_ms: 1.0 / 3.0,
            time_to_first_token_ms: 4.5,
            tokens_per_second: 6000.0,
        };
        let finish_reason = FinishReason::Stop;
        let text = "not kept twice".to_owned();
        let done = Completion { lane: 1, finish_reason, text, usage, timings, seed };
        record.note(&GenerationEvent::Done(done));
        assert_eq!((record.request.seed, record.cached_tokens), (Some(77), Some(3)));
        assert_eq!(record.ends, [LaneEnd { lane: 1, finish_reason, usage, timings }]);
        let json = serde_json::to_string(&record).expect("json");
        assert!(!json.contains("not kept twice"));
        assert_eq!(serde_json::from_str::<RunRecord>(&json).expect("a record"), record);
    }
}
