//! The folder that all of Hugging Face's tools share, so that nothing is fetched twice.
//!
//! ```text
//! models--ORG--NAME/refs/main                  the commit that `main` was when it was fetched
//! models--ORG--NAME/snapshots/COMMIT/FILE      a link to ../../blobs/ETAG, or a file where links are not allowed
//! models--ORG--NAME/blobs/ETAG                 the SHA-256 of a large file, the git hash of a small one
//! ```
//! Source: `huggingface_hub`, `file_download.py` and its guide to the cache.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

pub const MAIN: &str = "main";
/// Of a commit, in hex.
pub(crate) const COMMIT_DIGITS: usize = 40;
const MOST_REVISION_BYTES: usize = 255;
const SHA256_DIGITS: usize = 64;
/// A repository with more files, or folders in folders, is no model of ours.
const MOST_FILES: usize = 10_000;
const DEEPEST: usize = 8;

/// One such folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

/// The files of one commit of a repository, as far as they are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub repo: String,
    /// 40 hexadecimal digits.
    pub commit: String,
    pub folder: PathBuf,
    /// By path inside the repository, with `/` between its parts.
    pub files: BTreeMap<String, CachedFile>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedFile {
    /// Behind all links.
    pub path: PathBuf,
    pub bytes: u64,
    /// In hex, where the cache says it: of large files.
    pub sha256: Option<String>,
}

impl Cache {
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.root
    }

    pub(crate) fn repository(&self, repo: &str) -> PathBuf {
        self.root.join(folder_name(repo))
    }

    /// Where the bytes of a file are, whatever it is called in whichever commit.
    pub(crate) fn blob(&self, repo: &str, etag: &str) -> PathBuf {
        self.repository(repo).join("blobs").join(etag)
    }

    /// What Hugging Face's tools lock while they write a blob.
    pub(crate) fn lock(&self, repo: &str, etag: &str) -> PathBuf {
        self.root.join(".locks").join(folder_name(repo)).join(format!("{etag}.lock"))
    }

    /// What is here of a revision: a branch, a tag or a commit. None if nothing was ever fetched.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn snapshot(&self, repo: &str, revision: &str) -> Result<Option<Snapshot>> {
        let folder = self.repository(repo);
        let Some(commit) = commit(&folder, revision)? else { return Ok(None) };
        let snapshot = folder.join("snapshots").join(&commit);
        if !snapshot.is_dir() {
            return Ok(None);
        }
        let mut files = BTreeMap::new();
        collect(&snapshot, "", DEEPEST, &mut files)?;
        Ok(Some(Snapshot { repo: repo.to_owned(), commit, folder: snapshot, files }))
    }
}

impl Snapshot {
    /// What the engine opens: the only `.nemo` file, else the folder of a Hugging Face model whose
    /// weights, configuration and tokenizer are all here.
    #[must_use]
    pub fn checkpoint(&self) -> Option<PathBuf> {
        let mut archives = self.files.keys().filter(|name| is_archive(name));
        match (archives.next(), archives.next()) {
            (Some(name), None) => Some(self.folder.join(name)),
            (None, None) => {
                is_complete(&self.files.keys().map(String::as_str)).then(|| self.folder.clone())
            }
            _ => None,
        }
    }

    /// The files that the checkpoint is made of.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &CachedFile)> {
        let archive = self.files.keys().any(|name| is_archive(name));
        let belongs = move |name: &str| {
            if archive { is_archive(name) } else { !name.contains('/') && is_part(name) }
        };
        let files = self.files.iter().map(|(name, file)| (name.as_str(), file));
        files.filter(move |(name, _)| belongs(name))
    }

    /// Of the files that the checkpoint is made of.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.parts().map(|(_, file)| file.bytes).sum()
    }
}

/// Whether these files of a repository are a whole Hugging Face model.
pub(crate) fn is_complete<'a>(names: &(impl Iterator<Item = &'a str> + Clone)) -> bool {
    let has = |name: &str| names.clone().any(|known| known == name);
    let tokenizer = has("tokenizer.json") || has("tokenizer.model");
    let sharded = || has("model.safetensors.index.json") && has_all_shards(names.clone());
    has("config.json") && tokenizer && (has("model.safetensors") || sharded())
}

/// `model-00001-of-00004.safetensors` and the others, as their names count them.
fn has_all_shards<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let shards: Vec<(u32, u32)> = names.filter_map(shard).collect();
    let Some(&(_, of)) = shards.first() else { return false };
    (1..=of).all(|number| shards.contains(&(number, of)))
}

fn folder_name(repo: &str) -> String {
    format!("models--{}", repo.replace('/', "--"))
}

pub(crate) fn is_archive(name: &str) -> bool {
    extension(name) == Some("nemo")
}

fn extension(name: &str) -> Option<&str> {
    Path::new(name).extension()?.to_str()
}

pub(crate) fn is_part(name: &str) -> bool {
    matches!(extension(name), Some("safetensors" | "json" | "model"))
}

/// The number of a shard, and how many there are.
fn shard(name: &str) -> Option<(u32, u32)> {
    let (number, of) =
        name.strip_prefix("model-")?.strip_suffix(".safetensors")?.split_once("-of-")?;
    Some((number.parse().ok()?, of.parse().ok()?))
}

fn commit(folder: &Path, revision: &str) -> Result<Option<String>> {
    if is_hex(revision, COMMIT_DIGITS) {
        return Ok(Some(revision.to_ascii_lowercase()));
    }
    if !is_revision(revision) {
        return Ok(None);
    }
    let path = folder.join("refs").join(revision);
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(1 << 10).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(Some(text.trim().to_owned()).filter(|commit| is_hex(commit, COMMIT_DIGITS))),
        Err(error) if [ErrorKind::NotFound, ErrorKind::InvalidData].contains(&error.kind()) => {
            Ok(None)
        }
        Err(error) => Err(Error::io(&path, error)),
    }
}

/// It becomes a path below `refs`.
pub(crate) fn is_revision(name: &str) -> bool {
    let part = |part: &str| !(part.is_empty() || part.starts_with('.') || part.contains('\\'));
    name.len() <= MOST_REVISION_BYTES && name.split('/').all(part)
}

/// A link whose target is gone is a file that is not here.
fn collect(
    folder: &Path,
    above: &str,
    depth: usize,
    files: &mut BTreeMap<String, CachedFile>,
) -> Result<()> {
    let io = |error| Error::io(folder, error);
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let (path, name) = (entry.path(), format!("{above}{name}"));
        let kind = entry.file_type().map_err(io)?;
        if kind.is_dir() && depth > 0 {
            collect(&path, &format!("{name}/"), depth - 1, files)?;
        } else if let Some(file) = cached(&path)
            && files.len() < MOST_FILES
        {
            files.insert(name, file);
        }
    }
    Ok(())
}

fn cached(path: &Path) -> Option<CachedFile> {
    let path = path.canonicalize().ok()?;
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let etag = path.file_name()?.to_str()?;
    let sha256 = is_hex(etag, SHA256_DIGITS).then(|| etag.to_ascii_lowercase());
    Some(CachedFile { bytes: metadata.len(), sha256, path })
}

pub(crate) fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
