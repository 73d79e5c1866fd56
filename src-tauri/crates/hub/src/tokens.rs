//! Where a Hugging Face token comes from, and where one that was pasted is kept.
//!
//! | place | order |
//! |---|---|
//! | the variables of [`Environment`] | first |
//! | the file of Hugging Face's own tools | second |
//! | the system's keyring | third; a pasted token goes there |
//! | `token` in the app's own folder, for this user's eyes only | where there is no keyring |

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;
use ts_rs::TS;

use crate::{Environment, Error, Result, Token};

const FILE: &str = "token";
const SERVICE: &str = "nemotron-playground";
const ACCOUNT: &str = "huggingface.co";

/// Where a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TokenPlace {
    Variable,
    HuggingFaceFile,
    Keyring,
    OwnFile,
}

/// The tokens of one user.
#[derive(Debug, Clone)]
pub struct Tokens {
    path: PathBuf,
    /// Under which name in the keyring: another folder is another user of it.
    account: String,
}

impl Tokens {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let account = format!("{ACCOUNT}, {}", folder.display());
        Self { path: folder.join(FILE), account }
    }

    /// # Errors
    /// [`Error::Io`] if a file that has one cannot be read.
    pub fn find(&self, environment: &Environment) -> Result<Option<(Token, TokenPlace)>> {
        if let Some((token, _)) = &environment.token {
            return Ok(Some((token.clone(), TokenPlace::Variable)));
        }
        let theirs = environment.token_file.as_deref().map(Token::in_file).transpose()?.flatten();
        if let Some(token) = theirs {
            return Ok(Some((token, TokenPlace::HuggingFaceFile)));
        }
        if let Some(token) =
            self.keyring().and_then(|entry| Token::new(&entry.get_password().ok()?))
        {
            return Ok(Some((token, TokenPlace::Keyring)));
        }
        Ok(Token::in_file(&self.path)?.map(|token| (token, TokenPlace::OwnFile)))
    }

    /// Keeps a token that was pasted, and says where.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn keep(&self, token: &Token) -> Result<TokenPlace> {
        if self.keyring().is_some_and(|entry| entry.set_password(token.reveal()).is_ok()) {
            self.remove_file()?;
            return Ok(TokenPlace::Keyring);
        }
        self.write(token).map_err(|error| Error::io(&self.path, error))?;
        Ok(TokenPlace::OwnFile)
    }

    /// Forgets a token that was pasted; those of variables and other tools stay.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn forget(&self) -> Result<()> {
        if let Some(entry) = self.keyring() {
            // There may be none.
            let _ = entry.delete_credential();
        }
        self.remove_file()
    }

    /// None where the system has no keyring, as on a machine without a desktop.
    fn keyring(&self) -> Option<keyring::Entry> {
        keyring::Entry::new(SERVICE, &self.account).ok()
    }

    fn remove_file(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(&self.path, error))
            }
            _ => Ok(()),
        }
    }

    /// A temporary file is for its owner only from the moment it is made.
    fn write(&self, token: &Token) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(token.reveal().as_bytes())?;
        file.as_file().sync_all()?;
        let kept: File = file.persist(&self.path)?;
        drop(kept);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(set: &[(&str, &str)]) -> Environment {
        Environment::of(|name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_pasted_token_is_kept_for_its_owner_and_others_count_before_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("huggingface");
        let home = home.to_str().expect("UTF-8");
        let tokens = Tokens::in_folder(&folder.path().join("data"));
        let bare = environment(&[("HF_HOME", home)]);
        let pasted = Token::new("hf_pasted").expect("a token");
        tokens.write(&pasted).expect("written");
        let found = tokens.find(&bare).expect("readable").expect("a token");
        assert_eq!(found, (pasted, TokenPlace::OwnFile));
        std::fs::create_dir_all(home).expect("a folder");
        std::fs::write(folder.path().join("huggingface/token"), "hf_theirs").expect("written");
        let (token, place) = tokens.find(&bare).expect("readable").expect("a token");
        assert_eq!((token.reveal(), place), ("hf_theirs", TokenPlace::HuggingFaceFile));
        let set = environment(&[("HF_HOME", home), ("HF_TOKEN", "hf_set")]);
        let (token, place) = tokens.find(&set).expect("readable").expect("a token");
        assert_eq!((token.reveal(), place), ("hf_set", TokenPlace::Variable));
        tokens.forget().expect("forgotten");
        assert!(!tokens.path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let tokens = Tokens::in_folder(folder.path());
        tokens.write(&Token::new("hf_pasted").expect("a token")).expect("written");
        let mode = tokens.path.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
