//! What every command can reach: the engine, the sessions, the settings.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::{
    Admission, Checkpoint, DeviceChoice, Engine, EngineStatus, LoadRequest, ModelIdentity,
    ModelInfo, Problem, Recollection, WeightDtype, builtin,
};
use hub::{Contents, Hub};
use sessions::{Id, Notice, Sessions, Settings, SettingsFile};
use tokio::sync::Notify;

use crate::commands::problem;
use crate::downloads::Downloads;

pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) hub: Arc<Hub>,
    /// What was not admitted last.
    refused: Mutex<Option<PathBuf>>,
    pub(crate) sessions: Sessions,
    /// Why the sessions are not those of the user's own file, if they are not.
    pub(crate) sessions_problem: Option<Problem>,
    settings: Mutex<SettingsFile>,
    /// What the user has to be told about the settings.
    pub(crate) settings_notice: Option<Notice>,
    /// Ends the wait of a run for a model that is being loaded.
    stops: Notify,
    pub(crate) downloads: Arc<Downloads>,
    /// Runs that were looked back on.
    pub(crate) recollections: Recollections,
    /// Counts how often reading a model through was stopped.
    pub(crate) checks: Arc<AtomicU64>,
}

/// The latest few, by run, lane and model: one of 4,096 tokens has 2 MB.
#[derive(Default)]
pub(crate) struct Recollections(Mutex<VecDeque<(Recollected, Arc<Recollection>)>>);

type Recollected = (Id, u32, String);

impl Recollections {
    const MOST: usize = 8;

    pub(crate) fn find(&self, name: &Recollected) -> Option<Arc<Recollection>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| known == name).map(|(_, found)| found.clone())
    }

    pub(crate) fn keep(&self, name: Recollected, found: Arc<Recollection>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.push_back((name, found));
        if known.len() > Self::MOST {
            known.pop_front();
        }
    }
}

/// What the hub's records allow to be loaded.
struct Gate(Arc<Hub>);

impl Admission for Gate {
    fn admit(&self, model: &ModelIdentity) -> Result<(), String> {
        let config = &model.config;
        let contents = Contents {
            sentencepiece_sha256: model.sentencepiece_sha256.clone(),
            num_layers: config.num_layers,
            hidden_size: config.hidden_size,
            ffn_hidden_size: config.ffn_hidden_size,
            num_heads: config.num_heads,
            vocab_size: config.vocab_size,
        };
        self.0.admit(&contents, &model.path).map_err(|error| error.to_string())?;
        if builtin::path().is_none_or(|builtin| builtin != model.path) {
            // A list to choose from again; nothing is lost without it.
            let _ = self.0.note_opened(&contents, &model.path);
        }
        Ok(())
    }
}

impl App {
    /// Opens what the user left behind. What cannot be had gives way to something empty that nobody
    /// sees again.
    pub(crate) async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let folder = hub::data_folder();
        // If it cannot be made, opening the files in it says so.
        let _ = std::fs::create_dir_all(&folder);
        let (sessions, sessions_problem) = match Sessions::open(folder.join("sessions.db")).await {
            Ok(sessions) => (sessions, None),
            Err(error) => (Sessions::open(elsewhere()?).await?, Some(problem(error))),
        };
        let (settings, settings_notice) = open_settings(&folder)?;
        let hub = Arc::new(Hub::new(&folder));
        Ok(Self {
            engine: Engine::start(None)?,
            downloads: Downloads::resume(&hub),
            hub,
            refused: Mutex::default(),
            sessions,
            sessions_problem,
            settings: Mutex::new(settings),
            settings_notice,
            stops: Notify::new(),
            recollections: Recollections::default(),
            checks: Arc::default(),
        })
    }

    pub(crate) async fn load(&self, path: PathBuf, name: Option<String>) -> engine::Result<()> {
        // The folder of an installed model is called after its commit. Without a title the file's name does.
        let title = self.hub.title(&path).ok().flatten();
        let name = name.or(title);
        // A name that somebody wrote into the file and that means nothing is as good as none.
        let device = self.settings().device.parse().unwrap_or_default();
        let request = LoadRequest { path: path.clone(), name, dtype: WeightDtype::Auto, device };
        let loaded = self.engine.load(request, Arc::new(Gate(Arc::clone(&self.hub)))).await;
        let refused = matches!(loaded, Err(engine::Error::NotAdmitted(_)));
        *self.refused_path() = refused.then_some(path);
        loaded.map(|_| ())
    }

    /// The model that was not admitted last, if nothing was loaded since.
    pub(crate) fn refused(&self) -> Option<PathBuf> {
        self.refused_path().clone()
    }

    fn refused_path(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes back to the built-in model if the one in use would not be admitted any more.
    pub(crate) async fn leave_what_is_refused(&self) -> engine::Result<()> {
        let status = self.engine.status().borrow().clone();
        let (EngineStatus::Ready { model } | EngineStatus::Running { model }) = status else {
            return Ok(());
        };
        let identity = ModelIdentity::of(&Checkpoint::open(&model.path)?)?;
        match Gate(Arc::clone(&self.hub)).admit(&identity) {
            Ok(()) => Ok(()),
            Err(_) => self.load_builtin().await,
        }
    }

    /// Goes back to the built-in model if this one is in use, and does not load it next time.
    pub(crate) async fn leave(&self, path: &Path) -> engine::Result<()> {
        self.note(|settings| {
            settings.model.take_if(|known| *known == path);
        });
        let status = self.engine.status().borrow().clone();
        match status {
            EngineStatus::Ready { model } | EngineStatus::Running { model }
                if Path::new(&model.path) == path =>
            {
                self.load_builtin().await
            }
            _ => Ok(()),
        }
    }

    /// Computes on another device from now on: loads the model that is in use there. If it cannot be
    /// loaded there, everything stays as it was.
    pub(crate) async fn use_device(&self, device: DeviceChoice) -> engine::Result<()> {
        let before = self.settings().device;
        self.note(|settings| settings.device = device.to_string());
        let status = self.engine.status().borrow().clone();
        let (EngineStatus::Ready { model } | EngineStatus::Running { model }) = status else {
            return Ok(());
        };
        let loaded = self.load(model.path, Some(model.name)).await;
        if loaded.is_err() {
            self.note(|settings| settings.device = before);
        }
        loaded
    }

    /// Loads the model of the last time, else the built-in one.
    pub(crate) async fn load_first(&self) -> engine::Result<()> {
        match self.settings().model.filter(|path| path.exists()) {
            Some(path) => self.load(path, None).await,
            None => self.load_builtin().await,
        }
    }

    /// A build without the built-in model has none to begin with.
    pub(crate) async fn load_builtin(&self) -> engine::Result<()> {
        match builtin::path() {
            Some(path) => self.load(path, Some(builtin::NAME.to_owned())).await,
            None => Err(engine::Error::NoModel),
        }
    }

    /// The model that would run now; waits for one that is being loaded.
    pub(crate) async fn model(&self) -> Result<ModelInfo, Problem> {
        let mut status = self.engine.status();
        let loaded = |status: &EngineStatus| !matches!(status, EngineStatus::Loading { .. });
        let status = status.wait_for(loaded).await.map(|status| status.clone());
        match status {
            Ok(EngineStatus::Ready { model } | EngineStatus::Running { model }) => Ok(model),
            _ => Err(Problem::from(&engine::Error::NoModel)),
        }
    }

    /// The same, unless the user stops meanwhile.
    pub(crate) async fn model_unless_stopped(&self) -> Result<ModelInfo, Problem> {
        let stopped = self.stops.notified();
        tokio::select! {
            model = self.model() => model,
            () = stopped => Err(Problem::from(&engine::Error::RunCancelled)),
        }
    }

    /// Ends the run that is going on or waits for a model; its text so far stays.
    pub(crate) fn stop(&self) {
        self.engine.cancel_all();
        self.stops.notify_waiters();
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings_file().settings().clone()
    }

    pub(crate) fn change_settings(&self, settings: Settings) -> sessions::Result<()> {
        self.settings_file().change(settings)
    }

    /// Notes which session to open next time.
    pub(crate) fn remember(&self, session: Id) {
        self.note(|settings| settings.last_session = Some(session));
    }

    /// Notes which model to load next time; none for the built-in one.
    pub(crate) fn remember_model(&self, model: Option<PathBuf>) {
        self.note(|settings| settings.model = model);
    }

    /// Nothing that is worth a word if it fails.
    fn note(&self, change: impl FnOnce(&mut Settings)) {
        let mut file = self.settings_file();
        let mut settings = file.settings().clone();
        change(&mut settings);
        if settings != *file.settings() {
            let _ = file.change(settings);
        }
    }

    /// Writes everything down.
    pub(crate) async fn close(&self) -> sessions::Result<()> {
        self.sessions.clone().close().await
    }

    fn settings_file(&self) -> MutexGuard<'_, SettingsFile> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The settings, and what the user has to be told about them.
fn open_settings(folder: &Path) -> Result<(SettingsFile, Option<Notice>), sessions::Error> {
    match SettingsFile::open(&folder.join("settings.json")) {
        Ok(file) => {
            let kept = file.kept_aside().map(Path::to_owned);
            Ok((file, kept.map(|kept| Notice::SettingsDamaged { kept })))
        }
        Err(error) => {
            let none = elsewhere()
                .map_err(|source| sessions::Error::Io { path: folder.to_owned(), source })?;
            let file = SettingsFile::open(&none.with_file_name("settings.json"))?;
            Ok((file, Some(Notice::SettingsClosed { why: error.to_string() })))
        }
    }
}

/// A place for sessions that need not last.
fn elsewhere() -> std::io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("nemotron-playground-{}", Id::random()));
    std::fs::create_dir(&folder)?;
    Ok(folder.join("sessions.db"))
}
