//! The way into the engine: an async handle in front of one worker thread.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use tokio::sync::{mpsc as events, oneshot, watch};

use crate::admission::Admission;
use crate::chat::ModelTemplate;
use crate::device::choice::DeviceChoice;
use crate::event::GenerationEvent;
use crate::generation::{RunContext, Runner};
use crate::kept_rows::{Gaze, KeptRows, Look};
use crate::model::WeightDtype;
use crate::next::NextToken;
use crate::recollection::Recollection;
use crate::replay::{Replay, ReplayMode};
use crate::saved_run::SavedRun;
use crate::score::Score;
use crate::settings::{GenerationRequest, PromptSpan, SamplingSettings};
use crate::status::{EngineStatus, ModelInfo};
use crate::tokenizer::Tokenizer;
use crate::worker::{GenerateJob, Job, Language, LoadJob, Question, Wanted, Worker};
use crate::{Error, Result, threads};

/// The engine. Clones share one worker thread, which ends with the last of them.
#[derive(Clone)]
pub struct Engine {
    jobs: mpsc::Sender<Job>,
    status: watch::Receiver<EngineStatus>,
    language: watch::Receiver<Option<Language>>,
    rows: Arc<KeptRows>,
    running: Arc<Running>,
}

/// What can be cancelled.
#[derive(Default)]
struct Running {
    next_run: AtomicU64,
    runs: Mutex<HashMap<u64, Arc<AtomicBool>>>,
    load: Mutex<Arc<AtomicBool>>,
}

/// A model to load.
pub struct LoadRequest {
    pub path: PathBuf,
    /// Shown instead of the file's name.
    pub name: Option<String>,
    pub dtype: WeightDtype,
    pub device: DeviceChoice,
}

/// A run that was accepted into the queue. Dropping it cancels the run.
pub struct Run {
    pub id: u64,
    events: events::UnboundedReceiver<Result<GenerationEvent>>,
    cancelled: Arc<AtomicBool>,
    running: Arc<Running>,
}

impl Engine {
    /// Starts the worker thread; it computes with `count` threads, or one for each core, 32 at
    /// most.
    ///
    /// # Errors
    /// [`Error::Panicked`] when the system gives no threads.
    pub fn start(count: Option<usize>) -> Result<Self> {
        let pool = threads::pool(count)?;
        let (jobs, queue) = mpsc::channel();
        let (status_sender, status) = watch::channel(EngineStatus::Empty);
        let (language_sender, language) = watch::channel(None);
        let worker = Worker {
            pool,
            status: status_sender,
            language: language_sender,
            loaded: None,
            wanted: None,
        };
        std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || worker.work(&queue))
            .map_err(|e| Error::Panicked(e.to_string()))?;
        Ok(Self { jobs, status, language, rows: Arc::default(), running: Arc::default() })
    }

    /// Loads a model in place of the current one, which stays until the new one is ready.
    ///
    /// # Errors
    /// Why the file could not be loaded, or that admission was refused or the load cancelled.
    pub async fn load(
        &self,
        request: LoadRequest,
        admission: Arc<dyn Admission>,
    ) -> Result<ModelInfo> {
        let cancelled = Arc::new(AtomicBool::new(false));
        *lock(&self.running.load) = cancelled.clone();
        self.rows.clear();
        let (done, outcome) = oneshot::channel();
        let LoadRequest { path, name, dtype, device } = request;
        let wanted = Wanted { path, name, dtype, device, admission };
        self.send(Job::Load(LoadJob { wanted, cancelled, done }))?;
        outcome.await.map_err(|_| Error::Closed)?
    }

    /// Ends the load that is going on, if any.
    pub fn cancel_load(&self) {
        lock(&self.running.load).store(true, Ordering::Relaxed);
    }

    /// Frees the model.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn unload(&self) -> Result<()> {
        let (done, outcome) = oneshot::channel();
        self.rows.clear();
        self.send(Job::Unload(done))?;
        outcome.await.map_err(|_| Error::Closed)
    }

    /// Queues a run.
    ///
    /// # Errors
    /// [`Error::Closed`]; everything else comes through the run's events.
    pub fn generate(&self, request: GenerationRequest) -> Result<Run> {
        self.queue_run(request, None)
    }

    /// The same for a prompt whose token ids are of one model, by its hash: no other runs it.
    ///
    /// # Errors
    /// As [`Engine::generate`]; [`Error::ModelChanged`] comes through the run's events.
    pub fn generate_with(&self, model: &ModelInfo, request: GenerationRequest) -> Result<Run> {
        self.queue_run(request, Some(model.sha256.clone()))
    }

    fn queue_run(&self, request: GenerationRequest, model: Option<String>) -> Result<Run> {
        let id = self.running.next_run.fetch_add(1, Ordering::Relaxed) + 1;
        let cancelled = Arc::new(AtomicBool::new(false));
        let (sender, events) = events::unbounded_channel();
        lock(&self.running.runs).insert(id, cancelled.clone());
        let run = Run { id, events, cancelled: cancelled.clone(), running: self.running.clone() };
        let job = GenerateJob { run: id, request, model, cancelled, events: sender };
        self.send(Job::Generate(Box::new(job)))?;
        Ok(run)
    }

    /// What could follow a prompt: the distribution before, through and after the sampler chain,
    /// with the `listed` likeliest tokens.
    ///
    /// # Errors
    /// As a run's; [`Error::RunCancelled`] when every run is cancelled meanwhile.
    pub async fn next(&self, request: GenerationRequest, listed: usize) -> Result<NextToken> {
        self.ask(move |runner, cancelled| {
            runner.next(&request, listed, &RunContext { run: 0, cancelled, emit: &|_| () })
        })
        .await
    }

    /// What could follow a prompt, with the `listed` likeliest tokens before the settings and after
    /// them. The row is kept for [`Engine::look_again`].
    ///
    /// # Errors
    /// As a run's; [`Error::RunCancelled`] when every run is cancelled meanwhile.
    pub async fn look(
        &self,
        request: GenerationRequest,
        gaze: Gaze,
        listed: usize,
    ) -> Result<Look> {
        let sampling = request.sampling.clone();
        let read = self.ask(move |runner, cancelled| {
            runner.row(&request, gaze, &RunContext { run: 0, cancelled, emit: &|_| () })
        });
        let (row, seed) = read.await?;
        let row = self.rows.keep(row);
        self.look_again(row, &sampling, seed, listed)
    }

    /// The same row by other settings: neither the model nor a run that goes on is asked.
    ///
    /// # Errors
    /// [`Error::RowGone`]; what is wrong with the settings.
    pub fn look_again(
        &self,
        row: u64,
        sampling: &SamplingSettings,
        seed: u64,
        listed: usize,
    ) -> Result<Look> {
        self.rows.get(row)?.look(row, sampling, seed, listed)
    }

    /// How surprising each token of a text is.
    ///
    /// # Errors
    /// What encoding says, [`Error::EmptyPrompt`], [`Error::RunCancelled`].
    pub async fn score(&self, text: Vec<PromptSpan>, add_bos: bool) -> Result<Score> {
        self.ask(move |runner, cancelled| runner.score(&text, add_bos, cancelled)).await
    }

    /// Reads what a run wrote behind its prompt once more, in one pass, and keeps the likeliest
    /// candidates of each step.
    ///
    /// # Errors
    /// [`Error::UnknownToken`] for ids of another model, [`Error::EmptyPrompt`],
    /// [`Error::PromptTooLong`], [`Error::RunCancelled`].
    pub async fn recollect(&self, prompt: Vec<u32>, written: Vec<u32>) -> Result<Recollection> {
        self.ask(move |runner, cancelled| runner.recollect(&prompt, &written, cancelled)).await
    }

    /// Repeats a run and says where what comes out differs from what was recorded.
    ///
    /// # Errors
    /// [`Error::UnknownToken`] when the model lacks a recorded token, what a run's are, and
    /// [`Error::RunCancelled`] when every run is cancelled meanwhile.
    pub async fn replay(&self, saved: SavedRun, mode: ReplayMode) -> Result<Replay> {
        let status = self.status.clone();
        self.ask(move |runner, cancelled| {
            // While it computes, the status names the model that does.
            let model = status.borrow().model().cloned().ok_or(Error::NoModel)?;
            runner.replay(&saved, mode, &model, cancelled)
        })
        .await
    }

    /// Ends a run at the next token or prefill chunk; its text so far stays. False: no such run.
    #[must_use]
    pub fn cancel(&self, run: u64) -> bool {
        let runs = lock(&self.running.runs);
        runs.get(&run).map(|flag| flag.store(true, Ordering::Relaxed)).is_some()
    }

    /// Ends every run.
    pub fn cancel_all(&self) {
        lock(&self.running.runs).values().for_each(|flag| flag.store(true, Ordering::Relaxed));
    }

    /// The state now and its changes.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<EngineStatus> {
        self.status.clone()
    }

    /// The loaded model's tokenizer; encoding does not wait for a run.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn tokenizer(&self) -> Result<Arc<Tokenizer>> {
        Ok(self.language()?.tokenizer)
    }

    /// The chat template that the loaded model brought along.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn chat_template(&self) -> Result<Option<Arc<ModelTemplate>>> {
        Ok(self.language()?.chat_template)
    }

    fn language(&self) -> Result<Language> {
        self.language.borrow().clone().ok_or(Error::NoModel)
    }

    /// How many tokens a prompt is, exactly as a run would encode it.
    ///
    /// # Errors
    /// [`Error::NoModel`], or what encoding says.
    pub fn count_tokens(&self, prompt: &[PromptSpan]) -> Result<u32> {
        Ok(self.tokenizer()?.encode_prompt(prompt, false)?.len() as u32)
    }

    async fn ask<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Runner, &AtomicBool) -> Result<T> + Send + 'static,
    {
        let id = self.running.next_run.fetch_add(1, Ordering::Relaxed) + 1;
        let cancelled = Arc::new(AtomicBool::new(false));
        lock(&self.running.runs).insert(id, cancelled.clone());
        let (done, outcome) = oneshot::channel();
        let sent = self.send(Job::Ask(Box::new(Asked { work, cancelled, done })));
        let answer = match sent {
            Ok(()) => outcome.await.map_err(|_| Error::Closed),
            Err(error) => Err(error),
        };
        lock(&self.running.runs).remove(&id);
        answer?
    }

    fn send(&self, job: Job) -> Result<()> {
        self.jobs.send(job).map_err(|_| Error::Closed)
    }
}

/// Work for the loaded model, and who waits for its result.
struct Asked<T, F> {
    work: F,
    cancelled: Arc<AtomicBool>,
    done: oneshot::Sender<Result<T>>,
}

impl<T, F> Question for Asked<T, F>
where
    T: Send,
    F: FnOnce(&mut Runner, &AtomicBool) -> Result<T> + Send,
{
    fn answer(self: Box<Self>, worker: &mut Worker) {
        let Self { work, cancelled, done } = *self;
        // Who does not wait any more needs no answer.
        drop(done.send(worker.compute(|runner| work(runner, &cancelled))));
    }
}

impl Run {
    /// The next event; none after the last. An error is the last.
    pub async fn next(&mut self) -> Option<Result<GenerationEvent>> {
        self.events.recv().await
    }

    /// The same, for a thread that may wait.
    pub fn next_blocking(&mut self) -> Option<Result<GenerationEvent>> {
        self.events.blocking_recv()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        lock(&self.running.runs).remove(&self.id);
    }
}

/// The maps hold plain flags: a panic elsewhere cannot leave them half-changed.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
