//! Which tokens have a role, as a `config.json` states it.

use serde::{Deserialize, Deserializer, Serialize};

/// The roles that transformers' configs name.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SpecialIds {
    #[serde(rename = "bos_token_id", default, deserialize_with = "ids")]
    pub(crate) bos: TokenIds,
    #[serde(rename = "eos_token_id", default, deserialize_with = "ids")]
    pub(crate) eos: TokenIds,
    #[serde(rename = "pad_token_id", default, deserialize_with = "ids")]
    pub(crate) padding: TokenIds,
}

/// What is no id, such as the -1 that some conversions write, is none.
fn ids<'a, D: Deserializer<'a>>(stated: D) -> Result<TokenIds, D::Error> {
    let stated = serde_json::Value::deserialize(stated)?;
    Ok(serde_json::from_value(stated).unwrap_or_default())
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

    pub(crate) fn all(&self) -> Vec<u32> {
        match self {
            Self::One(id) => vec![*id],
            Self::Several(ids) => ids.clone(),
            Self::None => Vec::new(),
        }
    }

    /// These and others, each once.
    pub(crate) fn and(&self, others: &Self) -> Self {
        let mut ids = self.all();
        let new = others.all().into_iter().filter(|id| !self.all().contains(id));
        ids.extend(new);
        match ids[..] {
            [] => Self::None,
            [id] => Self::One(id),
            _ => Self::Several(ids),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_several_ids_and_none_are_told_apart() {
        let text = r#"{"bos_token_id": -1, "eos_token_id": [3, 5]}"#;
        let ids: SpecialIds = serde_json::from_str(text).expect("read");
        assert_eq!((ids.bos.first(), ids.eos.first(), ids.padding.first()), (None, Some(3), None));
        assert_eq!(serde_json::json!(ids.eos.or(Some(7))), serde_json::json!([3, 5]));
        assert_eq!(serde_json::json!(ids.bos.or(Some(7))), serde_json::json!(7));
        assert_eq!(serde_json::json!(ids.padding.or(None)), serde_json::Value::Null);
        assert_eq!(ids.bos.and(&ids.eos).all(), [3, 5]);
        assert_eq!(ids.eos.and(&TokenIds::One(5)), ids.eos);
        assert_eq!(ids.eos.and(&TokenIds::One(7)).all(), [3, 5, 7]);
    }
}
