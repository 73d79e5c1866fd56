//! Whose a token was when Hugging Face was last asked, so that a licence record can name the account.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::list_file::ListFile;
use crate::{Acceptance, Environment, Hub, Result, Subject, Token, sha256};

const NAME: &str = "accounts";
/// Enough to tell the tokens of one user apart, and nothing to guess one from.
const DIGITS: usize = 12;
/// Hugging Face allows 42.
const MOST_CHARACTERS: usize = 96;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Account {
    /// The first digits of the token's SHA-256.
    token: String,
    name: String,
}

/// Those of one folder.
#[derive(Debug, Clone)]
pub struct Accounts(ListFile<Account>);

impl Accounts {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self(ListFile::new(folder, NAME))
    }

    /// Writes down what the hub said. A name that is none is not kept.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn note(&self, token: &Token, name: &str) -> Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let fits = (1..=MOST_CHARACTERS).contains(&name.len()) && name.chars().all(plain);
        if !fits || self.name_of(token)?.as_deref() == Some(name) {
            return Ok(());
        }
        let account = Account { token: digits(token), name: name.to_owned() };
        self.0.change(|accounts| {
            accounts.retain(|known| known.token != account.token);
            accounts.push(account);
        })
    }

    /// # Errors
    /// [`crate::Error::Io`].
    pub fn name_of(&self, token: &Token) -> Result<Option<String>> {
        let token = digits(token);
        let known = self.0.read()?.into_iter().find(|known| known.token == token);
        Ok(known.map(|known| known.name))
    }
}

impl Hub {
    /// Writes down that a licence is accepted: by the Hugging Face account whose token is used, if it
    /// is known, else by the account of the system's user. `text`: the copy that was read.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn accept(
        &self,
        subject: &Subject,
        text: Option<&[u8]>,
        environment: &Environment,
    ) -> Result<Acceptance> {
        // Without a token that can be read there is no account.
        let token = self.tokens.find(environment).ok().flatten();
        let account = token.and_then(|(token, _)| self.accounts.name_of(&token).ok().flatten());
        self.licences.accept_by(account, subject, text)
    }
}

fn digits(token: &Token) -> String {
    let mut digits = sha256(token.reveal().as_bytes());
    digits.truncate(DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    #[test]
    fn a_record_names_the_account_whose_token_is_used_or_the_user() {
        let folder = tempfile::tempdir().expect("a folder");
        let hub = Hub::new(folder.path());
        let with = |token: &'static str| {
            let home = folder.path().to_string_lossy().into_owned();
            Environment::of(move |name| match name {
                "HF_TOKEN" => Some(token.to_owned()),
                "HF_HOME" => Some(home.clone()),
                _ => None,
            })
        };
        let token = Token::new("hf_annas").expect("a token");
        hub.accounts.note(&token, "anna").expect("written");
        hub.accounts.note(&token, "not\na name").expect("ignored");
        let subject = |name| Catalogue::get().subject(name).expect("a model");
        let base = subject("nemotron-3-8b-base-4k");
        assert_eq!(hub.accept(&base, None, &with("hf_annas")).expect("accepted").who, "anna");
        let other = subject("nemotron-3-8b-qa-4k");
        let who = hub.accept(&other, None, &with("hf_somebodys")).expect("accepted").who;
        assert_ne!(who, "anna", "nobody knows whose token that is");
        let kept = std::fs::read_to_string(folder.path().join("accounts.json")).expect("a file");
        assert!(!kept.contains("hf_annas"), "{kept}");
    }
}
