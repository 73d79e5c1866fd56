//! The models that this app knows, and any repository by name.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Error, Result};

const FILE: &str = include_str!("../catalogue.json");
/// Of the organisation and of the repository each; the hub allows no more.
const MOST_CHARACTERS: usize = 96;

/// Everything in catalogue.json.
#[derive(Debug, Default, Deserialize)]
pub struct Catalogue {
    documents: Vec<Document>,
    pub models: Vec<Model>,
}

/// A licence, as its owner publishes it: name and link, never its terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "LicenceDocument")]
pub struct Document {
    #[serde(skip_serializing)]
    #[ts(skip)]
    id: String,
    pub name: String,
    pub link: String,
    /// The other party; the first is whoever accepts.
    pub party: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Model {
    /// The last part of the repository's id in lower case.
    pub name: String,
    pub repo: String,
    pub title: String,
    pub family: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// Whether its licence has to be accepted here before it is fetched or loaded.
    pub gated: bool,
    document: String,
    /// The model whose weights these are, and whose record counts.
    #[serde(default)]
    conversion_of: Option<String>,
    pub parameters: u64,
    /// Of the weights in bfloat16.
    pub weight_bytes: u64,
    pub context_length: u32,
    #[serde(default)]
    pub card: Option<Card>,
}

/// What a user should know from the model's own card, in our words, with its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ModelCard")]
pub struct Card {
    /// What it says about one thing each, such as `Limitations`.
    pub facts: Vec<Fact>,
    pub evaluation: Vec<Score>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fact {
    pub name: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Score {
    pub benchmark: String,
    /// As '5-shot'; empty where the card says nothing.
    pub setting: String,
    pub value: f64,
}

/// What a licence is accepted for: a model of the catalogue, or any repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The name under which records are kept.
    pub model: String,
    pub title: String,
    pub document: Document,
}

impl Catalogue {
    #[must_use]
    pub fn get() -> &'static Self {
        // Read in a test: a file that cannot be parsed is never built into anything.
        static CATALOGUE: LazyLock<Catalogue> =
            LazyLock::new(|| serde_json::from_str(FILE).unwrap_or_default());
        &CATALOGUE
    }

    /// A model by name or repository, in small or capital letters.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Model> {
        let is_it = |model: &&Model| {
            model.name.eq_ignore_ascii_case(name) || model.repo.eq_ignore_ascii_case(name)
        };
        self.models.iter().find(is_it)
    }

    #[must_use]
    pub fn document(&self, model: &Model) -> Document {
        let document = self.documents.iter().find(|document| document.id == model.document);
        document.cloned().unwrap_or_else(|| foreign(&model.repo))
    }

    /// What a licence would be accepted for under this name.
    ///
    /// # Errors
    /// [`Error::UnknownModel`] for what is neither in the catalogue nor ORG/REPO.
    pub fn subject(&self, name: &str) -> Result<Subject> {
        if let Some(model) = self.find(name) {
            let owner = self.find(model.record()).unwrap_or(model);
            let (model, title) = (owner.name.clone(), owner.title.clone());
            return Ok(Subject { model, title, document: self.document(owner) });
        }
        if !is_repository(name) {
            return Err(Error::UnknownModel(name.to_owned()));
        }
        let model = name.to_ascii_lowercase();
        Ok(Subject { model, title: name.to_owned(), document: foreign(name) })
    }
}

impl Model {
    /// The name under which the record is kept that counts for this model.
    #[must_use]
    pub fn record(&self) -> &str {
        self.conversion_of.as_deref().unwrap_or(&self.name)
    }
}

/// The licence that a repository outside the catalogue has, whatever it is.
fn foreign(repo: &str) -> Document {
    Document {
        id: String::new(),
        name: format!("the licence of {repo}"),
        link: format!("https://huggingface.co/{repo}"),
        party: repo.split('/').next().unwrap_or_default().to_owned(),
    }
}

fn is_repository(name: &str) -> bool {
    let part = |part: &str| {
        (1..=MOST_CHARACTERS).contains(&part.len())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            && !part.starts_with(['.', '-'])
            && !part.contains("..")
    };
    name.split_once('/').is_some_and(|(owner, repo)| part(owner) && part(repo))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_file_can_be_read_and_names_are_those_of_the_repositories() {
        let catalogue: Catalogue = serde_json::from_str(FILE).expect("catalogue.json");
        let mut names = HashSet::new();
        for model in &catalogue.models {
            let last = model.repo.split('/').next_back().expect("a last part");
            assert_eq!(model.name, last.to_lowercase());
            assert!(is_repository(&model.repo) && names.insert(&model.name), "{}", model.name);
            let document = catalogue.documents.iter().find(|d| d.id == model.document);
            assert!(document.expect("a document").link.starts_with("https://"));
            assert_eq!(model.weight_bytes, 2 * model.parameters);
            let original = catalogue.find(model.record()).expect("the original");
            assert_eq!((original.gated, &original.document), (model.gated, &model.document));
        }
    }

    #[test]
    fn names_and_repositories_compare_without_regard_to_case() {
        let catalogue = Catalogue::get();
        let base = catalogue.find("Nemotron-3-8B-Base-4k").expect("by name");
        let repo = catalogue.find("NVIDIA/nemotron-3-8b-base-4k").expect("by repository");
        assert_eq!(base.repo, repo.repo);
        let conversion = catalogue.subject("thhaus/nemotron3-8b").expect("known");
        assert_eq!(conversion.model, "nemotron-3-8b-base-4k", "the record of the very weights");
    }

    #[test]
    fn a_repository_outside_the_catalogue_has_a_licence_of_its_own() {
        let subject = Catalogue::get().subject("Some-Org/A.Model_1").expect("a repository");
        assert_eq!(subject.model, "some-org/a.model_1");
        assert_eq!(subject.document.link, "https://huggingface.co/Some-Org/A.Model_1");
        for name in ["nothing", "a/b/c", "a/", "/b", "../b", "a/..", "a b/c", "a/b?x", ""] {
            assert_eq!(Catalogue::get().subject(name).expect_err(name).kind(), "not_found");
        }
    }
}
