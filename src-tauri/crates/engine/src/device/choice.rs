//! Which device a model computes on, and why.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ts_rs::TS;

use super::memory::{Fit, MemoryPlan};
use crate::config::ModelConfig;
use crate::{Error, Result};

/// Instructions and memory copies of the kernels need at least this: A100 and all that came later.
const LEAST_CAPABILITY: (i32, i32) = (8, 0);
/// Dimensions of a head that the attention kernel holds in registers.
const LARGEST_HEAD: usize = 256;

/// What a user asks for: `auto`, `cpu`, `cuda` or `cuda:N`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, TS)]
#[ts(type = "string")]
pub enum DeviceChoice {
    /// A GPU that can hold the model, else the CPU.
    #[default]
    Auto,
    Cpu,
    /// The GPU of this number, as the driver counts them.
    Cuda(u32),
}

impl DeviceChoice {
    pub(crate) fn is_cpu(self) -> bool {
        self == Self::Cpu
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        match (name, name.strip_prefix("cuda:").map(str::parse)) {
            ("auto", _) => Ok(Self::Auto),
            ("cpu", _) => Ok(Self::Cpu),
            ("cuda", _) => Ok(Self::Cuda(0)),
            (_, Some(Ok(number))) => Ok(Self::Cuda(number)),
            _ => Err("expected auto, cpu, cuda or cuda:N".to_owned()),
        }
    }
}

impl Serialize for DeviceChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeviceChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

/// A GPU as its driver describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Gpu {
    pub number: u32,
    pub name: String,
    #[ts(type = "number")]
    pub total_bytes: u64,
    #[ts(type = "number")]
    pub free_bytes: u64,
    /// Compute capability.
    pub capability: (i32, i32),
}

/// The GPUs of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Gpus {
    pub found: Vec<Gpu>,
    /// Why none was found.
    pub why_none: Option<String>,
}

impl Gpus {
    /// Asks the driver; quick, and nothing stays open.
    #[must_use]
    pub fn here() -> Self {
        #[cfg(feature = "cuda")]
        let outcome = super::cuda::gpus();
        #[cfg(not(feature = "cuda"))]
        let outcome: std::result::Result<Vec<Gpu>, String> =
            Err("this build has no support for GPUs".to_owned());
        match outcome {
            Ok(found) => Self { found, why_none: None },
            Err(why) => Self { found: Vec::new(), why_none: Some(why) },
        }
    }
}

/// Where a model goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// With the reason, where it was not asked for.
    Cpu { why: Option<String> },
    /// With as many tokens of context as there is memory for.
    Gpu { gpu: Gpu, context: usize },
}

/// # Errors
/// [`Error::NoGpu`] when a GPU was asked for that is not there or cannot do it;
/// [`Error::GpuMemory`] when it cannot hold the model.
pub(crate) fn choose(choice: DeviceChoice, config: &ModelConfig, gpus: &Gpus) -> Result<Chosen> {
    match choice {
        DeviceChoice::Cpu => Ok(Chosen::Cpu { why: None }),
        DeviceChoice::Cuda(number) => {
            let gpu = gpus.found.iter().find(|gpu| gpu.number == number);
            let gpu = gpu.ok_or_else(|| Error::NoGpu(missing(number, gpus)))?;
            Ok(Chosen::Gpu { gpu: gpu.clone(), context: usable(gpu, config)? })
        }
        DeviceChoice::Auto => Ok(best(config, gpus)),
    }
}

/// The usable GPU with the most free memory, or why it is the CPU. A GPU with a shorter context is
/// worth more than a CPU with the whole: it writes a hundred times as fast.
fn best(config: &ModelConfig, gpus: &Gpus) -> Chosen {
    let mut order: Vec<&Gpu> = gpus.found.iter().collect();
    order.sort_by_key(|gpu| std::cmp::Reverse(gpu.free_bytes));
    let mut why = gpus.why_none.clone();
    for gpu in order {
        match usable(gpu, config) {
            Ok(context) => return Chosen::Gpu { gpu: gpu.clone(), context },
            Err(error) => why = why.or(Some(error.to_string())),
        }
    }
    Chosen::Cpu { why }
}

/// How much context a GPU can hold of a model.
fn usable(gpu: &Gpu, config: &ModelConfig) -> Result<usize> {
    if gpu.capability < LEAST_CAPABILITY {
        let (major, minor) = gpu.capability;
        return Err(Error::NoGpu(format!(
            "{} has compute capability {major}.{minor}, 8.0 or more is needed",
            gpu.name
        )));
    }
    if config.head_dim > LARGEST_HEAD {
        let found = config.head_dim;
        return Err(Error::NoGpu(format!(
            "heads have {found} dimensions, at most 256 are possible"
        )));
    }
    let free = gpu.free_bytes;
    match MemoryPlan::of(config).fit(config, free) {
        Fit::Whole { .. } => Ok(config.context_length),
        Fit::Shorter { context } => Ok(context),
        Fit::Not { missing } => {
            Err(Error::GpuMemory { gpu: gpu.name.clone(), needed: free + missing, free })
        }
    }
}

fn missing(number: u32, gpus: &Gpus) -> String {
    match (&gpus.why_none, gpus.found.len()) {
        (Some(why), _) => why.clone(),
        (None, 1) => format!("there is no GPU {number}: the only one is GPU 0"),
        (None, count) => format!("there is no GPU {number}: there are {count}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> ModelConfig {
        ModelConfig {
            num_layers: 16,
            hidden_size: 1536,
            ffn_hidden_size: 6144,
            num_heads: 12,
            num_kv_heads: 12,
            head_dim: 128,
            vocab_size: 32_000,
            context_length: 4096,
            rotary_fraction: 0.5,
            rope_theta: 10_000.0,
            norm_epsilon: 1e-5,
        }
    }

    fn gpu(number: u32, free_gb: u64, capability: (i32, i32)) -> Gpu {
        let free_bytes = free_gb * 1_000_000_000;
        Gpu {
            number,
            name: format!("GPU {number}"),
            total_bytes: free_bytes,
            free_bytes,
            capability,
        }
    }

    fn machine(found: Vec<Gpu>) -> Gpus {
        Gpus { found, why_none: None }
    }

    #[test]
    fn names_read_back_as_what_they_say() {
        for name in ["auto", "cpu", "cuda:0", "cuda:7"] {
            assert_eq!(name.parse::<DeviceChoice>().expect(name).to_string(), name);
        }
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
        for name in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU"] {
            assert!(name.parse::<DeviceChoice>().is_err(), "{name}");
        }
    }

    #[test]
    fn auto_takes_the_usable_gpu_with_the_most_free_memory() {
        let gpus = machine(vec![gpu(0, 10, (8, 0)), gpu(1, 60, (9, 0)), gpu(2, 90, (7, 0))]);
        let chosen = choose(DeviceChoice::Auto, &small(), &gpus).expect("a device");
        assert_eq!(chosen, Chosen::Gpu { gpu: gpus.found[1].clone(), context: 4096 });
    }

    #[test]
    fn a_gpu_that_is_nearly_large_enough_gets_a_shorter_context() {
        let mut tight = gpu(0, 0, (9, 0));
        tight.free_bytes = MemoryPlan::of(&small()).total() - 100_000_000;
        for choice in [DeviceChoice::Auto, DeviceChoice::Cuda(0)] {
            let chosen = choose(choice, &small(), &machine(vec![tight.clone()])).expect("a device");
            let Chosen::Gpu { context, .. } = chosen else { panic!("{chosen:?}") };
            assert!((2048..4096).contains(&context), "{context}");
        }
    }

    #[test]
    fn auto_falls_back_to_the_cpu_and_says_why() {
        let why = |gpus: &Gpus| match choose(DeviceChoice::Auto, &small(), gpus).expect("a device")
        {
            Chosen::Cpu { why } => why.expect("a reason"),
            Chosen::Gpu { gpu, .. } => panic!("{gpu:?}"),
        };
        assert!(why(&machine(vec![gpu(0, 90, (7, 5))])).contains("compute capability 7.5"));
        let full = why(&machine(vec![gpu(0, 1, (9, 0))]));
        assert!(full.contains("GB") && full.contains("1.0 GB"), "{full}");
        let none = Gpus { found: vec![], why_none: Some("there is no NVIDIA driver".to_owned()) };
        assert_eq!(why(&none), "there is no NVIDIA driver");
    }

    #[test]
    fn a_gpu_that_was_asked_for_is_never_replaced_by_the_cpu() {
        let gpus = machine(vec![gpu(0, 1, (9, 0))]);
        let refused = |choice| choose(choice, &small(), &gpus).expect_err("too small or not there");
        assert_eq!(refused(DeviceChoice::Cuda(0)).kind(), "out_of_memory");
        assert_eq!(refused(DeviceChoice::Cuda(3)).kind(), "no_device");
        let cpu = choose(DeviceChoice::Cpu, &small(), &gpus).expect("always there");
        assert_eq!(cpu, Chosen::Cpu { why: None });
    }
}
