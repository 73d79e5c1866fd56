//! The thread that owns device, weights and KV cache. It takes one job at a time from a queue, so
//! nothing around the model needs a lock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};

use tokio::sync::{mpsc as events, oneshot, watch};

use crate::admission::{Admission, ModelIdentity};
use crate::chat::ModelTemplate;
use crate::checkpoint::Checkpoint;
use crate::device::choice::DeviceChoice;
use crate::device::site::Site;
use crate::error::Problem;
use crate::event::{GenerationEvent, LoadProgress};
use crate::generation::{RunContext, Runner};
use crate::model::{LoadWatch, WeightDtype};
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
    pub(crate) wanted: Wanted,
    pub(crate) cancelled: Arc<AtomicBool>,
    pub(crate) done: oneshot::Sender<Result<ModelInfo>>,
}

/// Which model, and how.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) path: PathBuf,
    /// Shown instead of the file's name.
    pub(crate) name: Option<String>,
    pub(crate) dtype: WeightDtype,
    pub(crate) device: DeviceChoice,
    pub(crate) admission: Arc<dyn Admission>,
}

pub(crate) struct GenerateJob {
    pub(crate) run: u64,
    pub(crate) request: GenerationRequest,
    /// The hash of the only model that may run it.
    pub(crate) model: Option<String>,
    pub(crate) cancelled: Arc<AtomicBool>,
    pub(crate) events: events::UnboundedSender<Result<GenerationEvent>>,
}

/// What makes a prompt for the loaded model, which others may use while the worker computes.
#[derive(Clone)]
pub(crate) struct Language {
    pub(crate) tokenizer: Arc<Tokenizer>,
    pub(crate) chat_template: Option<Arc<ModelTemplate>>,
}

type Loaded = (Runner, Option<Arc<ModelTemplate>>, ModelInfo);

pub(crate) struct Worker {
    pub(crate) pool: rayon::ThreadPool,
    pub(crate) status: watch::Sender<EngineStatus>,
    pub(crate) language: watch::Sender<Option<Language>>,
    pub(crate) loaded: Option<(Runner, ModelInfo)>,
    /// What the loaded model was loaded by, for the day its device is lost.
    pub(crate) wanted: Option<Wanted>,
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
        let on_gpu = self.on_gpu();
        self.loaded = None;
        self.language.send_replace(None);
        if on_gpu {
            crate::device::release();
        }
    }

    fn on_gpu(&self) -> bool {
        self.loaded.as_ref().is_some_and(|(_, info)| info.gpu_memory.is_some())
    }

    /// The model that is loaded stays until the next one is there, unless the GPU cannot hold both.
    fn make_room(&mut self, wanted: &Wanted) -> Result<()> {
        if self.on_gpu() && !wanted.device.is_cpu() {
            let checkpoint = Checkpoint::open(&wanted.path)?;
            if !Site::has_room(wanted.device, wanted.dtype, &checkpoint.config) {
                // One that may not be loaded does not drive out the one there is.
                let identity = ModelIdentity::of(&checkpoint)?;
                wanted.admission.admit(&identity).map_err(Error::NotAdmitted)?;
                self.unload();
            }
        }
        Ok(())
    }

    fn load(&mut self, job: LoadJob) {
        let outcome =
            self.make_room(&job.wanted).and_then(|()| self.take(&job.wanted, &job.cancelled));
        self.rest(outcome.as_ref().err());
        let _ = job.done.send(outcome);
    }

    /// Loads a model and keeps it in place of the one there was.
    fn take(&mut self, wanted: &Wanted, cancelled: &AtomicBool) -> Result<ModelInfo> {
        let (runner, chat_template, info) = guarded(|| self.try_load(wanted, cancelled))?;
        let tokenizer = runner.tokenizer.clone();
        self.language.send_replace(Some(Language { tokenizer, chat_template }));
        self.loaded = Some((runner, info.clone()));
        self.wanted = Some(wanted.clone());
        Ok(info)
    }

    fn try_load(&self, job: &Wanted, cancelled: &AtomicBool) -> Result<Loaded> {
        let mut checkpoint = Checkpoint::open(&job.path)?;
        let name = job.name.clone().unwrap_or_else(|| checkpoint.name());
        let status = &self.status;
        let report = |progress| {
            status.send_replace(EngineStatus::Loading { name: name.clone(), progress });
        };
        report(LoadProgress { bytes_done: 0, bytes_total: checkpoint.weight_bytes() });
        let identity = ModelIdentity::of(&checkpoint)?;
        job.admission.admit(&identity).map_err(Error::NotAdmitted)?;
        let tokenizer = checkpoint.tokenizer()?;
        let site = Site::choose(job.device, job.dtype, &mut checkpoint)?;
        let watch = LoadWatch::new(&checkpoint, cancelled, &report);
        let model = site.load(&checkpoint, &watch)?;
        let info = ModelInfo {
            name: name.clone(),
            path: job.path.clone(),
            sha256: identity.sha256,
            parameters: model.config.parameters(),
            weight_bytes: model.weight_bytes,
            dtype: model.dtype.name().to_owned(),
            device: site.name(),
            device_id: site.id(),
            device_reason: site.why(),
            gpu_memory: site.memory(&model.config),
            threads: self.pool.current_num_threads() as u32,
            context_length: model.config.context_length as u32,
            vocab_size: model.config.vocab_size as u32,
        };
        let cache = model.arithmetic.cache(&model.config)?;
        let ends = checkpoint.ends(&tokenizer);
        let runner = Runner { model, tokenizer, ends, cache, cached: Vec::new() };
        Ok((runner, checkpoint.chat_template(), info))
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
        match outcome {
            Err(Error::Panicked(_)) => self.unload(),
            Err(_) => self.recover(),
            Ok(_) => {}
        }
        // The state first: who saw the run end may ask for the next at once.
        self.rest(outcome.as_ref().err());
        outcome
    }

    /// After an error: frees what the run took, and loads the model anew if its device was lost
    /// with all that was on it.
    fn recover(&mut self) {
        let Some((runner, _)) = &mut self.loaded else { return };
        if !runner.model.arithmetic.lost() {
            runner.cache.truncate(runner.cached.len());
            return;
        }
        self.unload();
        if let Some(wanted) = self.wanted.clone() {
            crate::device::reset();
            // When it cannot be loaded either, the error of the run says what happened.
            drop(self.take(&wanted, &AtomicBool::new(false)));
        }
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
