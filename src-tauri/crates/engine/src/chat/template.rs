//! The templates there are, and which one a model speaks.

use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::attributes::Attributes;
use crate::builtin;

const STEERLM_SYSTEM: &str = "A chat between a curious user and an artificial intelligence \
    assistant. The assistant gives helpful, detailed, and polite answers to the user's questions.";
const QA_SYSTEM: &str = "This is a chat between a user and an artificial intelligence assistant. \
    The assistant gives helpful, detailed, and polite answers to the user's questions based on the \
    context. The assistant should also indicate when the answer cannot be found in the context.";
/// Ours: a model that never saw a chat has to be told what it is looking at.
const BASE_SYSTEM: &str = "The following is a conversation between a user and an assistant. The \
    assistant gives helpful, honest and clear answers to what the user says.";

/// How a conversation is written for a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Template {
    /// The one that the model speaks; see [`super::Dialect::of`].
    #[default]
    Auto,
    NemotronSft,
    /// As SFT: its model card recommends an empty system prompt, which is the default of both.
    NemotronRlhf,
    NemotronSteerlm,
    NemotronQa,
    /// A plain transcript with an explanation in front, for models that only continue text.
    Base,
    /// The one that the model's own folder brings along.
    Model,
}

/// What stands around each text of a conversation.
pub(super) struct Layout {
    pub(super) before_system: &'static str,
    /// The system prompt where the conversation has none.
    pub(super) system: &'static str,
    pub(super) before_user: &'static str,
    /// Between that and the first user's text, and only there.
    pub(super) instruction: &'static str,
    pub(super) before_assistant: String,
    /// The beginning of the turn that is to be written.
    pub(super) opening: String,
    /// Ends every text.
    pub(super) after: &'static str,
    /// What a model writes behind its turn.
    pub(super) stop: &'static [&'static str],
}

impl Template {
    pub const ALL: [Self; 7] = [
        Self::Auto,
        Self::NemotronSft,
        Self::NemotronRlhf,
        Self::NemotronSteerlm,
        Self::NemotronQa,
        Self::Base,
        Self::Model,
    ];

    /// The name on the command line and in what is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::NemotronSft => "nemotron-sft",
            Self::NemotronRlhf => "nemotron-rlhf",
            Self::NemotronSteerlm => "nemotron-steerlm",
            Self::NemotronQa => "nemotron-qa",
            Self::Base => "base",
            Self::Model => "model",
        }
    }

    /// The one that a model speaks by the name of its file or a folder around it (Hugging Face's
    /// cache has files under the name of the repository): the built-in model and the variants of
    /// Nemotron-3-8B are known so.
    pub(super) fn named(path: &Path) -> Option<Self> {
        if path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case(builtin::NAME)) {
            return Some(Self::NemotronSft);
        }
        let mut names = path.components().rev().map(|part| part.as_os_str().to_string_lossy());
        names.find_map(|name| Self::named_in(&name))
    }

    fn named_in(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (_, variant) = name.split_once("nemotron-3-8b")?;
        let variants = [
            ("steerlm", Self::NemotronSteerlm),
            ("rlhf", Self::NemotronRlhf),
            ("sft", Self::NemotronSft),
            ("qa", Self::NemotronQa),
        ];
        let is_in = |word: &str| variant.split(['-', '_', '.']).any(|part| part == word);
        let known = variants.into_iter().find(|(word, _)| is_in(word));
        Some(known.map_or(Self::Base, |(_, template)| template))
    }

    pub(super) fn layout(self, attributes: Option<&Attributes>) -> Layout {
        match self {
            Self::NemotronSft | Self::NemotronRlhf => marked("", ""),
            Self::NemotronSteerlm => {
                let line =
                    attributes.map_or_else(|| Attributes::default().line(), Attributes::line);
                marked(STEERLM_SYSTEM, &format!("<extra_id_2>{line}\n"))
            }
            Self::NemotronQa => transcript(
                "System: ",
                QA_SYSTEM,
                "Please give a full and complete answer for the question. ",
                &["\n\nUser:"],
            ),
            // The model's own is no table.
            Self::Auto | Self::Base | Self::Model => {
                transcript("", BASE_SYSTEM, "", &["\nUser:", "\nAssistant:"])
            }
        }
    }
}

/// The form of the chat models. `label` begins each text of the assistant, as in their training.
fn marked(system: &'static str, label: &str) -> Layout {
    let assistant = format!("<extra_id_1>Assistant\n{label}");
    Layout {
        before_system: "<extra_id_0>System\n",
        system,
        before_user: "<extra_id_1>User\n",
        instruction: "",
        before_assistant: assistant.clone(),
        opening: assistant,
        after: "\n",
        stop: &["<extra_id_1>"],
    }
}

fn transcript(
    before_system: &'static str,
    system: &'static str,
    instruction: &'static str,
    stop: &'static [&'static str],
) -> Layout {
    Layout {
        before_system,
        system,
        before_user: "User: ",
        instruction,
        before_assistant: "Assistant: ".to_owned(),
        // The space is the beginning of the model's first word.
        opening: "Assistant:".to_owned(),
        after: "\n\n",
        stop,
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|template| template.name() == name)
            .ok_or_else(|| format!("expected {}", Self::ALL.map(Self::name).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_everywhere() {
        for template in Template::ALL {
            let name = template.name();
            assert_eq!(name.parse(), Ok(template));
            assert_eq!(serde_json::json!(template), name);
        }
        assert!("sft".parse::<Template>().expect_err("none").contains("nemotron-sft, nemotron-r"));
    }

    #[test]
    fn a_model_is_known_by_its_name() {
        let cache = "/hub/models--nvidia--nemotron-3-8b-chat-4k-rlhf/snapshots/0a1b";
        let cases = [
            ("/app/demo.nemo", Some(Template::NemotronSft)),
            ("/m/Nemotron-3-8B-Chat-4k-SFT.nemo", Some(Template::NemotronSft)),
            ("/m/nemotron-3-8b-chat-4k-steerlm/model.nemo", Some(Template::NemotronSteerlm)),
            ("/m/nemotron-3-8b-qa-4k", Some(Template::NemotronQa)),
            (cache, Some(Template::NemotronRlhf)),
            ("/sft/Nemotron-3-8B-Base-4k.nemo", Some(Template::Base)),
            ("/nemotron-3-8b-chat-4k-sft/nemotron-3-8b-base-4k.nemo", Some(Template::Base)),
            ("/demo/tiny.nemo", None),
            ("/m/Minitron-4B-Base", None),
        ];
        for (path, expected) in cases {
            assert_eq!(Template::named(Path::new(path)), expected, "{path}");
        }
    }
}
