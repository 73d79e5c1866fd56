//! Checkpoint to tokens: loading, tokenizer, model, KV cache, sampler, and the thread that runs
//! them. No window, no network, no database.
//!
//! | module | what it is |
//! |---|---|
//! | `checkpoint` | a file on disk as one config and one tensor map |
//! | `conversion` | a checkpoint of any form as a Hugging Face folder |
//! | `tokenizer` | text to ids and back |
//! | `model` | the transformer, over the seams of `device` |
//! | `device` | weights, KV cache and arithmetic, once per device |
//! | `sampler` | logits to a token |
//! | `chat` | conversations as prompts, by the templates of chat models |
//! | `logits` | a row of them, whole or the likeliest |
//! | `judged`, `next`, `kept_rows`, `score` | what the model thinks of tokens |
//! | `generation` | one run, from prompt to last event |
//! | `record`, `saved_run` | what it takes to repeat a run, and that as a file |
//! | `replay` | a run repeated, and what differs |
//! | `recollection` | a finished run, for other settings to be tried on |
//! | `bench` | how fast all of it is here |
//! | `worker`, `handle` | the thread that owns the model, and the way to it |

mod admission;
mod bench;
pub mod builtin;
mod chat;
mod checkpoint;
mod config;
mod conversion;
mod device;
mod echo;
mod error;
mod event;
mod generation;
mod handle;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod judged;
mod kept_rows;
mod lane;
mod logits;
mod model;
mod next;
mod recollection;
mod record;
mod replay;
pub mod sampler;
mod saved_run;
mod score;
mod settings;
mod status;
mod stop;
mod threads;
mod tokenizer;
mod worker;

pub use admission::{Admission, ModelIdentity};
pub use bench::{BenchReport, BenchRequest, BenchSource, DecodeSpeed, PrefillSpeed, bench};
pub use chat::{
    Answer, Attributes, ChatForm, Conversation, Dialect, Message, ModelTemplate, PromptPart,
    Rendered, RenderedTurn, Role, Template, fold, render,
};
pub use checkpoint::{Checkpoint, sha256};
pub use config::ModelConfig;
pub use conversion::{Conversion, ConversionRequest, WrittenFile, convert};
pub use device::choice::{DeviceChoice, Gpu, Gpus};
pub use device::memory::{Fit, MemoryPlan};
pub use error::{Error, Problem, Result};
pub use event::{
    Completion, FinishReason, GeneratedToken, GenerationEvent, LoadProgress, PromptToken, Timings,
    TokenProbability, Usage,
};
pub use handle::{Engine, LoadRequest, Run};
pub use kept_rows::{Gaze, Look, Subject};
pub use logits::Window;
pub use model::WeightDtype;
pub use next::NextToken;
pub use recollection::Recollection;
pub use record::{LaneEnd, RunRecord};
pub use replay::{Changed, Difference, Replay, ReplayMode};
pub use sampler::SamplerStage;
pub use saved_run::{SavedLane, SavedRun, SavedToken};
pub use score::{Score, ScoredToken};
pub use settings::{GenerationRequest, PromptSpan, SamplingSettings, Variant};
pub use status::{EngineStatus, ModelInfo};
pub use tokenizer::{EncodedToken, TokenText, Tokenizer, TokenizerFile, TokenizerFormat};
