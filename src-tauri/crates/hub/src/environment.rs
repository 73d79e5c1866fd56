//! What the environment says about Hugging Face, in the variables of its own tools.
//!
//! | variable | what it says |
//! |---|---|
//! | `HF_ENDPOINT` | the hub's address |
//! | `HF_HOME` | the folder of tokens and caches; `$XDG_CACHE_HOME/huggingface`, else `~/.cache/huggingface` |
//! | `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE` | the cache; `hub` in that folder |
//! | `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN` | the token |
//! | `HF_TOKEN_PATH` | the file that has it; `token` in that folder |
//! | `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE` | whether nothing may be asked of the hub |
//!
//! Source: `huggingface_hub`, `constants.py` and `utils/_auth.py`. An empty variable counts as unset.

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::{Cache, Error, Result};

const ENDPOINT: &str = "https://huggingface.co";
const TOKEN_VARIABLES: [&str; 2] = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"];
const OFFLINE_VARIABLES: [&str; 2] = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"];
/// A token has some 40 characters.
const MOST_TOKEN_BYTES: usize = 1 << 10;

/// Where the hub is, where its files go, and who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Without a `/` at its end.
    pub endpoint: String,
    pub cache: Option<Cache>,
    pub offline: bool,
    /// From a variable: it counts before any that is kept elsewhere.
    pub token: Option<(Token, &'static str)>,
    pub token_file: Option<PathBuf>,
}

/// What proves to the hub who asks. Nothing ever prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Environment {
    /// Of this process.
    #[must_use]
    pub fn get() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// As such variables say.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let path = |name: &str| set(name).map(|value| expanded(&value));
        let home = path("HF_HOME").or_else(|| caches(path("XDG_CACHE_HOME")));
        let within = |name: &str| home.as_ref().map(|home| home.join(name));
        let cache = path("HF_HUB_CACHE").or_else(|| path("HUGGINGFACE_HUB_CACHE"));
        let endpoint = set("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
        let says_yes = |name: &&str| set(name).is_some_and(|value| is_yes(&value));
        let token = |name: &&'static str| Some((Token::new(&set(name)?)?, *name));
        Self {
            endpoint: endpoint.trim().trim_end_matches('/').to_owned(),
            cache: cache.or_else(|| within("hub")).map(|root| Cache::at(&root)),
            offline: OFFLINE_VARIABLES.iter().any(says_yes),
            token: TOKEN_VARIABLES.iter().find_map(token),
            token_file: path("HF_TOKEN_PATH").or_else(|| within("token")),
        }
    }
}

impl Token {
    /// What was pasted or read; None for what cannot be one: nothing, spaces inside, no ASCII.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let token = text.trim();
        let fits = (1..=MOST_TOKEN_BYTES).contains(&token.len());
        let plain = token.bytes().all(|byte| byte.is_ascii_graphic());
        (fits && plain).then(|| Self(token.to_owned()))
    }

    /// The one that a file of Hugging Face's tools has.
    ///
    /// # Errors
    /// [`Error::Io`] if there is such a file and it cannot be read.
    pub fn in_file(path: &Path) -> Result<Option<Self>> {
        let mut text = Vec::new();
        let file = File::open(path).map(|file| file.take(MOST_TOKEN_BYTES as u64 * 2));
        match file.and_then(|mut file| file.read_to_end(&mut text)) {
            Ok(_) => Ok(std::str::from_utf8(&text).ok().and_then(Self::new)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(path, error)),
        }
    }

    /// For the header of a request to the hub's own host, and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// As Hugging Face's tools do it on every system, not as each system would have it.
fn caches(xdg: Option<PathBuf>) -> Option<PathBuf> {
    Some(xdg.or_else(|| in_home(".cache"))?.join("huggingface"))
}

/// A `~` in front is the home, also where no shell has replaced it.
fn expanded(path: &str) -> PathBuf {
    path.strip_prefix("~/").and_then(in_home).unwrap_or_else(|| path.into())
}

fn in_home(path: &str) -> Option<PathBuf> {
    Some(directories::BaseDirs::new()?.home_dir().join(path))
}

fn is_yes(value: &str) -> bool {
    ["1", "on", "yes", "true"].contains(&value.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Environment {
        Environment::of(|name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn cache(path: &str) -> Cache {
        Cache::at(Path::new(path))
    }

    #[test]
    fn the_cache_is_the_one_that_hugging_faces_tools_use() {
        assert_eq!(of(&[("HF_HUB_CACHE", "/a"), ("HF_HOME", "/b")]).cache, Some(cache("/a")));
        assert_eq!(
            of(&[("HUGGINGFACE_HUB_CACHE", "/c"), ("HF_HOME", "/b")]).cache,
            Some(cache("/c"))
        );
        assert_eq!(of(&[("HF_HUB_CACHE", ""), ("HF_HOME", "/b")]).cache, Some(cache("/b/hub")));
        assert_eq!(of(&[("XDG_CACHE_HOME", "/x")]).cache, Some(cache("/x/huggingface/hub")));
        assert_eq!(of(&[("HF_HOME", "~/.cache/huggingface")]), of(&[]));
        let home = of(&[]).token_file.expect("a home");
        assert!(home.ends_with(".cache/huggingface/token"), "{}", home.display());
        let files = of(&[("HF_HOME", "/b"), ("HF_TOKEN_PATH", "/t")]);
        assert_eq!(files.token_file, Some(PathBuf::from("/t")));
    }

    #[test]
    fn empty_variables_say_nothing() {
        let plain = of(&[("HF_ENDPOINT", " "), ("HF_HUB_OFFLINE", ""), ("HF_TOKEN", "")]);
        assert_eq!((plain.endpoint.as_str(), plain.offline), (ENDPOINT, false));
        assert_eq!(plain.token, None);
        assert_eq!(of(&[("HF_ENDPOINT", "http://127.0.0.1:9/")]).endpoint, "http://127.0.0.1:9");
        assert!(of(&[("HF_HUB_OFFLINE", "True")]).offline);
        assert!(!of(&[("HF_HUB_OFFLINE", "0")]).offline);
    }

    #[test]
    fn a_token_is_taken_from_the_first_place_that_has_one_and_never_shown() {
        let both = of(&[("HF_TOKEN", " hf_one\n"), ("HUGGING_FACE_HUB_TOKEN", "hf_two")]);
        let (token, from) = both.token.clone().expect("a token");
        assert_eq!((token.reveal(), from), ("hf_one", "HF_TOKEN"));
        assert!(!format!("{both:?}").contains("hf_one"));
        for text in ["", "  ", "hf one", "hf_\u{e4}", "a\nb", &"x".repeat(2000)] {
            assert_eq!(Token::new(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_token_file_may_be_missing_or_hold_anything() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        assert_eq!(Token::in_file(&path).expect("no file"), None);
        std::fs::write(&path, "hf_kept\n").expect("written");
        assert_eq!(Token::in_file(&path).expect("readable").expect("a token").reveal(), "hf_kept");
        std::fs::write(&path, [0xff; 5000]).expect("written");
        assert_eq!(Token::in_file(&path).expect("readable"), None);
        assert_eq!(Token::in_file(folder.path()).expect_err("a folder").kind(), "io");
    }
}
