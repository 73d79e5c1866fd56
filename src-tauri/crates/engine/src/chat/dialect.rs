//! The template in force, with what it takes to write a conversation out.

use std::path::Path;
use std::sync::Arc;

use super::own::ModelTemplate;
use super::template::Template;
use crate::{Error, Result};

#[derive(Debug, Clone)]
pub enum Dialect {
    /// Neither `Auto` nor `Model`.
    Table(Template),
    /// The model's own.
    Own(Arc<ModelTemplate>),
}

impl Dialect {
    /// What is meant by a template for the model at `path`, which may bring one along. Left to the
    /// model it is the one that its name says, else its own, else the one for models that are only
    /// known to continue text.
    ///
    /// # Errors
    /// [`Error::NoChatTemplate`] when it is to be the model's own and there is none.
    pub fn of(template: Template, path: &Path, own: Option<Arc<ModelTemplate>>) -> Result<Self> {
        let otherwise = if own.is_some() { Template::Model } else { Template::Base };
        let template = match template {
            Template::Auto => Template::named(path).unwrap_or(otherwise),
            chosen => chosen,
        };
        match template {
            Template::Model => own.map(Self::Own).ok_or(Error::NoChatTemplate),
            table => Ok(Self::Table(table)),
        }
    }

    #[must_use]
    pub fn template(&self) -> Template {
        match self {
            Self::Table(template) => *template,
            Self::Own(_) => Template::Model,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_name_comes_before_its_own_template_and_a_choice_before_both() {
        let own = || Some(Arc::new(ModelTemplate::parse("hi", &serde_json::Value::Null)));
        let spoken = |template, path: &str, own| {
            Dialect::of(template, Path::new(path), own).expect("a dialect").template()
        };
        let (named, unknown) = ("/m/nemotron-3-8b-qa-4k", "/m/Minitron-4B-Base");
        assert_eq!(spoken(Template::Auto, named, own()), Template::NemotronQa);
        assert_eq!(spoken(Template::Auto, unknown, own()), Template::Model);
        assert_eq!(spoken(Template::Auto, unknown, None), Template::Base);
        assert_eq!(spoken(Template::Base, unknown, own()), Template::Base);
        assert_eq!(spoken(Template::Model, named, own()), Template::Model);
        let none = Dialect::of(Template::Model, Path::new(named), None);
        assert!(matches!(none, Err(Error::NoChatTemplate)));
    }
}
