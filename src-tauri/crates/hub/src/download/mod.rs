//! Getting a model onto the disk so that no byte of it is fetched twice, and none before its licence
//! was accepted.
//!
//! | module | what it does |
//! |---|---|
//! | `choice` | which files of a repository make a model |
//! | `space` | whether the disk has the room |
//! | `transfer` | one file: attempts until it is whole |
//! | `patience` | how long to wait after a failure, and when to give up |
//! | `reading` | reading many bytes beside everything else |
//! | `partial` | the bytes that are here, hashed as they come |
//! | `placement` | the names of a blob in the cache |
//! | `progress` | what is said meanwhile |

mod choice;
mod partial;
mod patience;
mod placement;
mod progress;
mod reading;
mod space;
mod transfer;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use partial::Partial;
pub use patience::Patience;
pub use progress::Event;
use progress::Meter;
use reading::reading;
pub use space::free_bytes;
use transfer::{Transfer, Wanted};

use crate::access::{Access, Listed, Remote, Revision, patiently};
use crate::cache::is_revision;
use crate::{Cache, Catalogue, Environment, Error, Hub, Installed, Result, Subject, Token};

/// A connection on which nothing came for so long is given up.
pub const STALL: Duration = Duration::from_secs(30);

/// What to fetch, and as whom.
#[derive(Debug, Clone)]
pub struct Download {
    /// A name of the catalogue, or ORG/REPO.
    pub model: String,
    /// A branch, a tag or a commit.
    pub revision: String,
    pub environment: Environment,
    pub token: Option<Token>,
    pub stall: Duration,
}

impl Download {
    #[must_use]
    pub fn of(model: &str, environment: Environment, token: Option<Token>) -> Self {
        let (model, revision) = (model.to_owned(), crate::MAIN.to_owned());
        Self { model, revision, environment, token, stall: STALL }
    }
}

/// A download after everything was asked and nothing fetched yet.
struct Plan {
    repo: String,
    commit: String,
    gated: bool,
    files: Vec<(Listed, Remote)>,
}

impl Hub {
    /// Fetches, verifies and installs a model. Dropped, it stops within a moment; the same call goes
    /// on from the byte where it stopped.
    ///
    /// # Errors
    /// [`Error::LicenceRequired`] before anything of a gated model was asked for;
    /// [`Error::TokenMissing`], [`Error::TokenInvalid`], [`Error::AccessNotGranted`],
    /// [`Error::AccessPending`], [`Error::NotOnHub`], [`Error::Incomplete`], [`Error::NoSpace`],
    /// [`Error::Offline`], [`Error::Interrupted`], [`Error::ChecksumMismatch`], [`Error::InUse`],
    /// [`Error::Io`].
    pub async fn download(
        &self,
        download: &Download,
        report: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Installed> {
        let subject = Catalogue::get().subject(&download.model)?;
        let known = Catalogue::get().find(&download.model);
        if known.is_some_and(|model| model.gated) {
            self.require_licence(&subject)?;
        }
        let cache = download.environment.cache.clone().ok_or_else(no_home)?;
        let repo = known.map_or(download.model.as_str(), |model| &model.repo);
        let access = Access::new(&download.environment, download.token.clone(), download.stall)?;
        let plan = self.plan(&access, download, &subject, repo, known.is_some()).await?;
        space::check(&cache.repository(repo), missing(&cache, &plan))?;
        let known = fetch(&access, &cache, &plan, report).await?;
        placement::point(&cache, repo, &download.revision, &plan.commit)?;
        match self.install(&cache, &plan, known, report).await {
            Err(Error::ChecksumMismatch { file }) if plan.discard(&cache, &file) => {
                // Somebody else has fetched it, and not well.
                let reason = "its SHA-256 was not the one it should have".to_owned();
                report(Event::Restarted { file, reason });
                let known = fetch(&access, &cache, &plan, report).await?;
                self.install(&cache, &plan, known, report).await
            }
            outcome => outcome,
        }
    }

    /// Whether the hub has another commit of an installed model than the one that is here.
    ///
    /// # Errors
    /// As [`Self::download`]: nothing is asked of a gated model whose licence is not accepted.
    pub async fn has_update(
        &self,
        name: &str,
        revision: &str,
        environment: &Environment,
        token: Option<Token>,
    ) -> Result<bool> {
        let installed = self.installed_as(name)?;
        let installed = installed.ok_or_else(|| Error::UnknownModel(name.to_owned()))?;
        if installed.gated {
            self.require_licence(&Catalogue::get().subject(&installed.repo)?)?;
        }
        let access = Access::new(environment, token, STALL)?;
        let now = patiently(|| access.revision(&installed.repo, revision)).await?;
        Ok(now.commit != installed.commit)
    }

    /// # Errors
    /// [`Error::LicenceRequired`], [`Error::Io`].
    pub(crate) fn require_licence(&self, subject: &Subject) -> Result<()> {
        let accepted = self.licences.accepted()?;
        if accepted.iter().any(|record| record.model == subject.model) {
            return Ok(());
        }
        let (title, name) = (subject.title.clone(), subject.model.clone());
        Err(Error::LicenceRequired { title, name })
    }

    async fn plan(
        &self,
        access: &Access,
        download: &Download,
        subject: &Subject,
        repo: &str,
        known: bool,
    ) -> Result<Plan> {
        if !is_revision(&download.revision) {
            return Err(Error::NotOnHub(format!("revision {:?} of {repo}", download.revision)));
        }
        // Nobody knows yet whether its licence has to be accepted: that alone is asked, by nobody.
        let accepted = self.require_licence(subject);
        if !known && accepted.is_err() && patiently(|| access.is_gated(repo)).await? {
            accepted?;
        }
        if let Some(token) = &download.token {
            let name = patiently(|| access.account()).await?;
            // For licence records to come; nothing here needs it.
            let _ = self.accounts.note(token, &name);
        }
        let Revision { commit, gated } =
            patiently(|| access.revision(repo, &download.revision)).await?;
        if gated {
            self.require_licence(subject)?;
            if !access.has_token() {
                return Err(Error::TokenMissing { model: repo.to_owned() });
            }
            patiently(|| access.check(repo)).await?;
        }
        let listed = choice::files(repo, patiently(|| access.files(repo, &commit)).await?)?;
        let mut files = Vec::new();
        for file in listed {
            let remote = patiently(|| access.head(repo, &commit, &file.name)).await?;
            files.push((file, remote));
        }
        let gated = gated || Catalogue::get().find(repo).is_some_and(|model| model.gated);
        Ok(Plan { repo: repo.to_owned(), commit, gated, files })
    }

    /// Reads what others fetched, and writes down that the model is whole.
    async fn install(
        &self,
        cache: &Cache,
        plan: &Plan,
        digests: BTreeMap<String, String>,
        report: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Installed> {
        let snapshot = cache.snapshot(&plan.repo, &plan.commit)?;
        let snapshot = snapshot.ok_or_else(|| Error::Incomplete(plan.repo.clone()))?;
        let total = snapshot.bytes();
        let known = snapshot.parts().filter(|(name, _)| digests.contains_key(*name));
        let here: u64 = known.map(|(_, file)| file.bytes).sum();
        report(Event::Verifying { bytes: here, total });
        let (library, gated) = (self.library.clone(), plan.gated);
        let record = move |go_on: &mut dyn FnMut(u64) -> bool| {
            library.record(&snapshot, gated, &digests, go_on)
        };
        reading(record, |read| report(Event::Verifying { bytes: here + read, total })).await
    }
}

/// Fetches what is not here, and says what was hashed on the way, by name.
async fn fetch(
    access: &Access,
    cache: &Cache,
    plan: &Plan,
    report: &mut (dyn FnMut(Event) + Send),
) -> Result<BTreeMap<String, String>> {
    let Plan { repo, commit, files, .. } = plan;
    let mut digests = BTreeMap::new();
    for (listed, remote) in files {
        let wanted = Wanted { repo, commit, name: &listed.name };
        let transfer = Transfer { access, cache, wanted, report: &mut *report };
        let fetched = transfer.run(remote.clone()).await?;
        placement::place(cache, repo, commit, &listed.name, &fetched.etag)?;
        digests.extend(fetched.sha256.map(|sha256| (listed.name.clone(), sha256)));
    }
    Ok(digests)
}

impl Plan {
    /// Throws a file away that is damaged; false if it is none of these.
    fn discard(&self, cache: &Cache, name: &str) -> bool {
        let file = self.files.iter().find(|(listed, _)| listed.name == name);
        let blob = file.map(|(_, remote)| cache.blob(&self.repo, &remote.etag));
        blob.is_some_and(|blob| std::fs::remove_file(blob).is_ok())
    }
}

/// How many bytes have to come.
fn missing(cache: &Cache, plan: &Plan) -> u64 {
    let here = |path: PathBuf| path.metadata().map_or(0, |metadata| metadata.len());
    let missing = plan.files.iter().map(|(_, remote)| {
        let blob = cache.blob(&plan.repo, &remote.etag);
        let mut partial = blob.clone().into_os_string();
        partial.push(".incomplete");
        remote.bytes.saturating_sub(here(blob).max(here(partial.into())))
    });
    missing.sum()
}

fn no_home() -> Error {
    let reason = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no home folder");
    Error::io(std::path::Path::new("~"), reason)
}
