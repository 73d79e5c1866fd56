//! The thread that owns device, weights and KV cache. It takes one job at a time from a queue, so
//! nothing around the model needs a lock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};

use tokio::sync::{mpsc as events, oneshot, watch};

use crate::admission::{Admission, ModelIdentity};
use crate::checkpoint::Checkpoint;
use crate::device::cpu::CpuKvCache;
use crate::error::Problem;
use crate::event::{GenerationEvent, LoadProgress};
use crate::generation::{RunContext, Runner};
use crate::model::{LoadOptions, Model, WeightDtype};
use crate::settings::GenerationRequest;
use crate::status::{EngineStatus, ModelInfo};
use crate::tokenizer::Tokenizer;
use crate::{Error, Result};

/// What the handle asks of the worker.
pub(crate) enum Job {
    Load(LoadJob),
    Unload(oneshot::Sender<()>),
    Generate(Box<GenerateJob>),
    Ask(Box<dyn Question>),
}

/// Something short that is asked of the loaded model, with its own way to answer.
pub(crate) trait Question: Send {
    fn answer(self: Box<Self>, worker: &mut Worker);
}

pub(crate) struct LoadJob {
    pub(crate) path: PathBuf,
    /// Shown instead of the file's name.
    pub(crate) name: Option<String>,
    pub(crate) dtype: WeightDtype,
    pub(crate) admission: Arc<dyn Admission>,
    pub(crate) cancelled: Arc<AtomicBool>,
    pub(crate) done: oneshot::Sender<Result<ModelInfo>>,
}

pub(crate) struct GenerateJob {
    pub(crate) run: u64,
    pub(crate) request: GenerationRequest,
    /// The hash of the only model that may run it.
    pub(crate) model: Option<String>,
    pub(crate) cancelled: Arc<AtomicBool>,
    pub(crate) events: events::UnboundedSender<Result<GenerationEvent>>,
}

/// The tokenizer of the loaded model, which others may use while the worker computes.
pub(crate) type SharedTokenizer = watch::Sender<Option<Arc<Tokenizer>>>;

pub(crate) struct Worker {
    pub(crate) pool: rayon::ThreadPool,
    pub(crate) status: watch::Sender<EngineStatus>,
    pub(crate) tokenizer: SharedTokenizer,
    pub(crate) loaded: Option<(Runner, ModelInfo)>,
}

impl Worker {
    /// Works until the last handle is gone.
    pub(crate) fn work(mut self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Load(job) => self.load(job),
                Job::Generate(job) => self.generate(&job),
                Job::Ask(question) => question.answer(&mut self),
                Job::Unload(done) => {
                    self.unload();
                    self.status.send_replace(EngineStatus::Empty);
                    let _ = done.send(());
                }
            }
        }
    }

    fn unload(&mut self) {
        self.loaded = None;
        self.tokenizer.send_replace(None);
    }

    fn load(&mut self, job: LoadJob) {
        let outcome = guarded(|| self.try_load(&job));
        let outcome = outcome.map(|(runner, info)| {
            self.tokenizer.send_replace(Some(runner.tokenizer.clone()));
            self.loaded = Some((runner, info.clone()));
            info
        });
        self.rest(outcome.as_ref().err());
        let _ = job.done.send(outcome);
    }

    fn try_load(&self, job: &LoadJob) -> Result<(Runner, ModelInfo)> {
        let checkpoint = Checkpoint::open(&job.path)?;
        let name = job.name.clone().unwrap_or_else(|| checkpoint.name());
        let report = |progress| {
            self.status.send_replace(EngineStatus::Loading { name: name.clone(), progress });
        };
        report(LoadProgress { bytes_done: 0, bytes_total: checkpoint.weight_bytes() });
        let identity = ModelIdentity::of(&checkpoint)?;
        job.admission.admit(&identity).map_err(Error::NotAdmitted)?;
        let tokenizer = checkpoint.tokenizer()?;
        let options =
            LoadOptions { dtype: job.dtype, cancelled: &job.cancelled, progress: &report };
        let model = Model::load(&checkpoint, &options)?;
        let info = ModelInfo {
            name: name.clone(),
            path: job.path.clone(),
            sha256: identity.sha256,
            parameters: model.config.parameters(),
            weight_bytes: model.weight_bytes,
            dtype: model.dtype.name().to_owned(),
            device: "CPU".to_owned(),
            threads: self.pool.current_num_threads() as u32,
            context_length: model.config.context_length as u32,
            vocab_size: model.config.vocab_size as u32,
        };
        let cache = Box::new(CpuKvCache::new(&model.config)?);
        let ends = checkpoint.ends(&tokenizer);
        Ok((Runner { model, tokenizer, ends, cache, cached: Vec::new() }, info))
    }

    fn generate(&mut self, job: &GenerateJob) {
        let emit = |event| {
            let _ = job.events.send(Ok(event));
        };
        let context = RunContext { run: job.run, cancelled: &job.cancelled, emit: &emit };
        let loaded = self.loaded.as_ref().map(|(_, info)| &info.sha256);
        let outcome = if loaded.zip(job.model.as_ref()).is_some_and(|(is, asked)| is != asked) {
            Err(Error::ModelChanged)
        } else {
            self.compute(|runner| runner.run(&job.request, &context))
        };
        if let Err(error) = outcome {
            let _ = job.events.send(Err(error));
        }
    }

    /// Computes with the loaded model. After a panic the model is gone, because its state may be
    /// half-changed.
    pub(crate) fn compute<T: Send>(
        &mut self,
        work: impl FnOnce(&mut Runner) -> Result<T> + Send,
    ) -> Result<T> {
        let (runner, info) = self.loaded.as_mut().ok_or(Error::NoModel)?;
        self.status.send_replace(EngineStatus::Running { model: info.clone() });
        let outcome = guarded(|| self.pool.install(|| work(runner)));
        if matches!(outcome, Err(Error::Panicked(_))) {
            self.unload();
        }
        // The state first: who saw the run end may ask for the next at once.
        self.rest(outcome.as_ref().err());
        outcome
    }

    /// The state between jobs: a model that is there is ready, whatever went wrong.
    fn rest(&self, error: Option<&Error>) {
        self.status.send_replace(match (&self.loaded, error) {
            (Some((_, info)), _) => EngineStatus::Ready { model: info.clone() },
            (None, None | Some(Error::LoadCancelled)) => EngineStatus::Empty,
            (None, Some(error)) => EngineStatus::Failed { problem: Problem::from(error) },
        });
    }
}

/// A panic in the computation ends the job, not the thread.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::Panicked(text.unwrap_or_else(|| "panic".to_owned())))
    })
}
