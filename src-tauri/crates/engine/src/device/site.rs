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
}

impl Site {
    pub(crate) fn choose(
        device: DeviceChoice,
        dtype: WeightDtype,
        checkpoint: &Checkpoint,
    ) -> Result<Self> {
        let site = Self::for_config(device, dtype, &checkpoint.config)?;
        let dtype = match site.chosen {
            Chosen::Cpu { .. } => dtype.resolve(checkpoint),
            Chosen::Gpu(_) => WeightDtype::Bf16,
        };
        Ok(Self { dtype, ..site })
    }

    /// For weights that are made up: bf16 unless f32 is asked for.
    pub(crate) fn for_config(
        device: DeviceChoice,
        dtype: WeightDtype,
        config: &ModelConfig,
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
        Ok(Self { chosen, dtype })
    }

    /// Whether a GPU could take the model now.
    pub(crate) fn has_room(device: DeviceChoice, dtype: WeightDtype, config: &ModelConfig) -> bool {
        let site = Self::for_config(device, dtype, config);
        site.is_ok_and(|site| matches!(site.chosen, Chosen::Gpu(_)))
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
            Chosen::Gpu(gpu) => Ok(Box::new(super::cuda::GpuPlace::new(gpu, config, watch)?)),
            #[cfg(not(feature = "cuda"))]
            Chosen::Gpu(gpu) => {
                let _ = config;
                Err(Error::NoGpu(gpu.name.clone()))
            }
        }
    }

    /// For people.
    pub(crate) fn name(&self) -> String {
        match &self.chosen {
            Chosen::Cpu { .. } => "CPU".to_owned(),
            Chosen::Gpu(gpu) => gpu.name.clone(),
        }
    }

    pub(crate) fn id(&self) -> String {
        match &self.chosen {
            Chosen::Cpu { .. } => DeviceChoice::Cpu.to_string(),
            Chosen::Gpu(gpu) => DeviceChoice::Cuda(gpu.number).to_string(),
        }
    }

    /// Why it is the CPU.
    pub(crate) fn why(&self) -> Option<String> {
        match &self.chosen {
            Chosen::Cpu { why } => why.clone(),
            Chosen::Gpu(_) => None,
        }
    }

    pub(crate) fn memory(&self, config: &ModelConfig) -> Option<MemoryPlan> {
        matches!(self.chosen, Chosen::Gpu(_)).then(|| MemoryPlan::of(config))
    }
}
