//! Which tokens have a role, as a `config.json` states it.

use serde::{Deserialize, Serialize};

/// The roles that transformers' configs name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SpecialIds {
    #[serde(rename = "bos_token_id", default)]
    pub(crate) bos: TokenIds,
    #[serde(rename = "eos_token_id", default)]
    pub(crate) eos: TokenIds,
    #[serde(rename = "pad_token_id", default)]
    pub(crate) padding: TokenIds,
}

/// One id, several, or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum TokenIds {
    One(u32),
    Several(Vec<u32>),
    #[default]
    None,
}

impl TokenIds {
    pub(crate) fn first(&self) -> Option<u32> {
        match self {
            Self::One(id) => Some(*id),
            Self::Several(ids) => ids.first().copied(),
            Self::None => None,
        }
    }

    /// These, or the other where there are none.
    pub(crate) fn or(&self, other: Option<u32>) -> Self {
        match (self, other) {
            (Self::None, Some(id)) => Self::One(id),
            _ => self.clone(),
        }
    }
}
