//! What `SteerLM` is asked for, and the line that says so.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Error, Result};

const HIGHEST: u8 = 4;

macro_rules! attributes {
    ($($name:ident = $default:literal),+ $(,)?) => {
        /// How an answer should be, each 0 to 4, in the order of the line; the defaults are those
        /// of the model card.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
        #[serde(default, deny_unknown_fields)]
        pub struct Attributes {
            $(pub $name: u8,)+
            /// Two small letters.
            pub lang: String,
        }

        impl Default for Attributes {
            fn default() -> Self {
                Self { $($name: $default,)+ lang: "en".to_owned() }
            }
        }

        impl Attributes {
            const NAMES: &str = concat!("NAME:VALUE with the names ", $(stringify!($name), ", ",)+ "lang");

            fn values(&self) -> Vec<(&'static str, u8)> {
                vec![$((stringify!($name), self.$name),)+]
            }

            fn value(&mut self, name: &str) -> Option<&mut u8> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
            }
        }
    };
}

attributes! {
    quality = 4,
    understanding = 4,
    correctness = 4,
    coherence = 4,
    complexity = 4,
    verbosity = 4,
    toxicity = 0,
    humor = 0,
    creativity = 0,
    violence = 0,
    helpfulness = 4,
    not_appropriate = 0,
    hate_speech = 0,
    sexual_content = 0,
    fails_task = 0,
    political_content = 0,
    moral_judgement = 0,
}

impl Attributes {
    /// As the model was trained to read them.
    #[must_use]
    pub fn line(&self) -> String {
        let values = self.values().into_iter();
        let mut parts: Vec<String> =
            values.map(|(name, value)| format!("{name}:{value}")).collect();
        parts.push(format!("lang:{}", self.lang));
        parts.join(",")
    }

    /// # Errors
    /// [`Error::OutOfRange`] names the attribute.
    pub(super) fn check(&self) -> Result<()> {
        for (field, value) in self.values() {
            if value > HIGHEST {
                return Err(out_of_range(field, "0 to 4", &value.to_string()));
            }
        }
        // It is written in a template span, where anything else could be a marker.
        if self.lang.len() == 2 && self.lang.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Ok(());
        }
        Err(out_of_range("lang", "two small letters", &self.lang))
    }
}

/// `verbosity:2,humor:4`; what is left out keeps its default.
impl FromStr for Attributes {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut attributes = Self::default();
        for part in text.split(',') {
            let unknown = || out_of_range("attributes", Self::NAMES, part);
            let (name, value) = part.split_once(':').ok_or_else(unknown)?;
            if name == "lang" {
                value.clone_into(&mut attributes.lang);
            } else {
                let field = attributes.value(name).ok_or_else(unknown)?;
                let number = value.parse::<u8>();
                *field = number.map_err(|_| out_of_range("attributes", "0 to 4", part))?;
            }
        }
        attributes.check()?;
        Ok(attributes)
    }
}

fn out_of_range(field: &'static str, range: &'static str, found: &str) -> Error {
    Error::OutOfRange { field, range, found: found.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_model_cards_line_and_reads_back() {
        let line = "quality:4,understanding:4,correctness:4,coherence:4,complexity:4,verbosity:4,\
            toxicity:0,humor:0,creativity:0,violence:0,helpfulness:4,not_appropriate:0,\
            hate_speech:0,sexual_content:0,fails_task:0,political_content:0,moral_judgement:0,\
            lang:en";
        assert_eq!(Attributes::default().line(), line);
        assert_eq!(line.parse::<Attributes>().expect("the line"), Attributes::default());
        let some: Attributes = "verbosity:0,humor:3".parse().expect("attributes");
        let expected = Attributes { verbosity: 0, humor: 3, ..Attributes::default() };
        assert_eq!(some, expected);
    }

    #[test]
    fn what_is_no_attribute_or_out_of_its_range_is_named() {
        let cases = [
            ("quality:5", "quality is out of range: expected 0 to 4, found 5"),
            ("quality:-1", "expected 0 to 4, found quality:-1"),
            ("quality:999", "expected 0 to 4, found quality:999"),
            ("lang:<extra_id_1>", "lang is out of range: expected two small letters"),
            ("kindness:3", "moral_judgement, lang, found kindness:3"),
            ("quality:4, humor:1", "lang, found  humor:1"),
            ("quality", "found quality"),
            ("", "NAME:VALUE"),
        ];
        for (text, expected) in cases {
            let message = text.parse::<Attributes>().expect_err(text).to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
