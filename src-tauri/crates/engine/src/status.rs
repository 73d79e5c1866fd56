//! What the engine is doing, and with which model.

use std::path::PathBuf;

use serde::Serialize;
use ts_rs::TS;

use crate::device::memory::MemoryPlan;
use crate::error::Problem;
use crate::event::LoadProgress;

/// The engine's state. A model that was ready stays so until its successor has loaded.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EngineStatus {
    Empty,
    Loading {
        name: String,
        progress: LoadProgress,
    },
    Ready {
        model: ModelInfo,
    },
    Running {
        model: ModelInfo,
    },
    /// There is no model because loading or running it went wrong.
    Failed {
        problem: Problem,
    },
}

impl EngineStatus {
    /// The loaded model, at rest or at work.
    #[must_use]
    pub fn model(&self) -> Option<&ModelInfo> {
        match self {
            Self::Ready { model } | Self::Running { model } => Some(model),
            Self::Empty | Self::Loading { .. } | Self::Failed { .. } => None,
        }
    }
}

/// The loaded model, as people want to see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ModelInfo {
    /// The file's name without its ending.
    pub name: String,
    #[ts(type = "string")]
    pub path: PathBuf,
    /// Names the model by its contents, wherever the file lies: see `identity`.
    pub sha256: String,
    #[ts(type = "number")]
    pub parameters: u64,
    /// Weights as held in memory.
    #[ts(type = "number")]
    pub weight_bytes: u64,
    /// How the weights are held: `bf16` or `f32`.
    pub dtype: String,
    /// `CPU`, or the GPU's name.
    pub device: String,
    /// `cpu` or `cuda:N`.
    pub device_id: String,
    /// Why it is the CPU, where a GPU was not ruled out, or why the context is a shorter one.
    pub device_reason: Option<String>,
    /// What the model takes of the GPU's memory; none on the CPU.
    pub gpu_memory: Option<MemoryPlan>,
    pub threads: u32,
    pub context_length: u32,
    pub vocab_size: u32,
}
