//! The device that was chosen for a model, and the way onto it.

use super::choice::{Chosen, DeviceChoice, Gpus, choose};
use super::cpu::CpuPlace;
use super::memory::MemoryPlan;
use super::{Place, Watch};
use crate::checkpoint::Checkpoint;
use crate::config::ModelConfig;
use crate::model::{Model, WeightDtype};
use crate::{Error, Result};

/// Where a model is computed, and how its weights are held there.
pub(crate) struct Site {
    chosen: Chosen,
    dtype: WeightDtype,
    /// The model's own context, if there is memory only for a shorter one.
    whole_context: Option<usize>,
}

impl Site {
    /// Shortens the context where the GPU cannot hold the whole.
    pub(crate) fn choose(
        device: DeviceChoice,
        dtype: WeightDtype,
        checkpoint: &mut Checkpoint,
    ) -> Result<Self> {
        let site = Self::for_config(device, dtype, &mut checkpoint.config)?;
        let dtype = match site.chosen {
            Chosen::Cpu { .. } => dtype.resolve(checkpoint),
            Chosen::Gpu { .. } => WeightDtype::Bf16,
        };
        Ok(Self { dtype, ..site })
    }

    /// The same for weights that are made up: bf16 unless f32 is asked for.
    pub(crate) fn for_config(
        device: DeviceChoice,
        dtype: WeightDtype,
        config: &mut ModelConfig,
    ) -> Result<Self> {
        let chosen = match (device, dtype) {
            (DeviceChoice::Cuda(_), WeightDtype::F32) => {
                return Err(Error::NoGpu("the GPU computes in bf16, f32 was asked for".to_owned()));
            }
            (DeviceChoice::Auto, WeightDtype::F32) => {
                Chosen::Cpu { why: Some("f32 was asked for".to_owned()) }
            }
            _ => choose(device, config, &Gpus::here())?,
        };
        let dtype = if dtype == WeightDtype::F32 { dtype } else { WeightDtype::Bf16 };
        let whole = config.context_length;
        if let Chosen::Gpu { context, .. } = chosen {
            config.context_length = context;
        }
        let whole_context = Some(whole).filter(|whole| *whole != config.context_length);
        Ok(Self { chosen, dtype, whole_context })
    }

    /// Whether a GPU could take the model now, with its whole context.
    pub(crate) fn has_room(device: DeviceChoice, dtype: WeightDtype, config: &ModelConfig) -> bool {
        let site = Self::for_config(device, dtype, &mut config.clone());
        site.is_ok_and(|site| {
            matches!(site.chosen, Chosen::Gpu { .. }) && site.whole_context.is_none()
        })
    }

    pub(crate) fn load(&self, checkpoint: &Checkpoint, watch: &dyn Watch) -> Result<Model> {
        let mut place = self.place(&checkpoint.config, Some(watch))?;
        Model::load(checkpoint, self.dtype, place.as_mut())
    }

    pub(crate) fn synthetic(&self, config: &ModelConfig) -> Result<Model> {
        let mut place = self.place(config, None)?;
        Model::synthetic(config, self.dtype, place.as_mut())
    }

    fn place<'a>(
        &self,
        config: &ModelConfig,
        watch: Option<&'a dyn Watch>,
    ) -> Result<Box<dyn Place + 'a>> {
        match &self.chosen {
            Chosen::Cpu { .. } => Ok(Box::new(CpuPlace::new(self.dtype, watch))),
            #[cfg(feature = "cuda")]
            Chosen::Gpu { gpu, .. } => {
                Ok(Box::new(super::cuda::GpuPlace::new(gpu, config, watch)?))
            }
            #[cfg(not(feature = "cuda"))]
            Chosen::Gpu { gpu, .. } => {
                let _ = config;
                Err(Error::NoGpu(gpu.name.clone()))
            }
        }
    }

    /// For people.
    pub(crate) fn name(&self) -> String {
        match &self.chosen {
            Chosen::Cpu { .. } => "CPU".to_owned(),
            Chosen::Gpu { gpu, .. } => gpu.name.clone(),
        }
    }

    pub(crate) fn id(&self) -> String {
        match &self.chosen {
            Chosen::Cpu { .. } => DeviceChoice::Cpu.to_string(),
            Chosen::Gpu { gpu, .. } => DeviceChoice::Cuda(gpu.number).to_string(),
        }
    }

    /// Why it is the CPU, or why a GPU has less than the whole context.
    pub(crate) fn why(&self) -> Option<String> {
        match &self.chosen {
            Chosen::Cpu { why } => why.clone(),
            Chosen::Gpu { gpu, context } => self.whole_context.map(|whole| {
                let free = gpu.free_bytes as f64 / 1e9;
                format!("{free:.1} GB of GPU memory were free: room for a context of {context} of the {whole} tokens")
            }),
        }
    }

    pub(crate) fn memory(&self, config: &ModelConfig) -> Option<MemoryPlan> {
        matches!(self.chosen, Chosen::Gpu { .. }).then(|| MemoryPlan::of(config))
    }
}
