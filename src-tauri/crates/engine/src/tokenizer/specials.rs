//! The tokens with a role, with the texts they are written as in transformers' configs.

use prost::Message;
use serde_json::Value;

use super::pieces::SentencePieceModel;
use super::{TokenizerFile, TokenizerFormat, json_check};
use crate::{Error, Result};

/// A token with a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Special {
    pub(crate) id: u32,
    pub(crate) text: String,
}

/// Which token has which role, where the tokenizer has it at all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Specials {
    pub(crate) unknown: Option<Special>,
    pub(crate) bos: Option<Special>,
    pub(crate) eos: Option<Special>,
    pub(crate) padding: Option<Special>,
}

impl Specials {
    /// # Errors
    /// [`Error::Tokenizer`] when the file is no tokenizer.
    pub(crate) fn of(file: &TokenizerFile) -> Result<Self> {
        match file.format {
            TokenizerFormat::SentencePiece => Self::of_sentencepiece(&file.bytes),
            TokenizerFormat::Json { bos, eos } => Self::of_json(&file.bytes, bos, eos),
        }
    }

    /// Roles left out have SentencePiece's defaults.
    fn of_sentencepiece(bytes: &[u8]) -> Result<Self> {
        let model = SentencePieceModel::decode(bytes)
            .map_err(|e| Error::Tokenizer(format!("no SentencePiece model: {e}")))?;
        let trainer = model.trainer.clone().unwrap_or_default();
        let special = |id: Option<i32>, default: i32| {
            let id = u32::try_from(id.unwrap_or(default)).ok()?;
            Some(Special { id, text: model.pieces.get(id as usize)?.text.clone() })
        };
        Ok(Self {
            unknown: special(trainer.unk_id, 0),
            bos: special(trainer.bos_id, 1),
            eos: special(trainer.eos_id, 2),
            padding: special(trainer.pad_id, -1),
        })
    }

    /// A `tokenizer.json` knows only the texts, and the unknown token's role.
    fn of_json(bytes: &[u8], bos: Option<u32>, eos: Option<u32>) -> Result<Self> {
        let file = json_check::values(bytes)
            .map_err(|e| Error::Tokenizer(format!("no tokenizer.json: {e}")))?;
        let added = file["added_tokens"].as_array().map(Vec::as_slice).unwrap_or_default();
        let special = |is_it: &dyn Fn(&Value) -> bool| {
            let token = added.iter().find(|token| is_it(token))?;
            let id = u32::try_from(token["id"].as_u64()?).ok()?;
            Some(Special { id, text: token["content"].as_str()?.to_owned() })
        };
        let by_id = |id: Option<u32>| special(&|token| id.is_some_and(|id| token["id"] == id));
        Ok(Self {
            unknown: special(&|token| token["content"] == file["model"]["unk_token"]),
            bos: by_id(bos),
            eos: by_id(eos),
            padding: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::pieces::{Piece, TrainerSpec};
    use super::*;

    fn model(trainer: TrainerSpec) -> Vec<u8> {
        let mut model = SentencePieceModel::default();
        model.trainer = Some(trainer);
        for text in ["a", "b", "c", "d"] {
            let mut piece = Piece::default();
            text.clone_into(&mut piece.text);
            model.pieces.push(piece);
        }
        model.encode_to_vec()
    }

    fn texts(trainer: TrainerSpec) -> [Option<String>; 4] {
        let specials = Specials::of_sentencepiece(&model(trainer)).expect("read");
        let Specials { unknown, bos, eos, padding } = specials;
        [unknown, bos, eos, padding].map(|special| special.map(|special| special.text))
    }

    #[test]
    fn roles_are_what_the_model_says_and_otherwise_sentencepieces_defaults() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(texts(TrainerSpec::default()), [some("a"), some("b"), some("c"), None]);
        let mut stated = TrainerSpec::default();
        (stated.unk_id, stated.bos_id) = (Some(1), Some(-1));
        (stated.eos_id, stated.pad_id) = (Some(9), Some(0));
        assert_eq!(texts(stated), [some("b"), None, None, some("a")]);
    }

    #[test]
    fn a_tokenizer_json_tells_the_texts() {
        let file = r#"{"added_tokens": [{"id": 1, "content": "<unk>"}, {"id": 3, "content": "</s>"}],
                       "model": {"unk_token": "<unk>"}}"#;
        let specials = Specials::of_json(file.as_bytes(), Some(2), Some(3)).expect("read");
        let special = |id, text: &str| Some(Special { id, text: text.to_owned() });
        let (unknown, eos) = (special(1, "<unk>"), special(3, "</s>"));
        assert_eq!(specials, Specials { unknown, bos: None, eos, padding: None });
        assert!(Specials::of_json(b"[]", None, None).is_ok());
    }

    #[test]
    fn other_bytes_are_refused() {
        assert!(Specials::of_sentencepiece(b"\xff\xff\xff").is_err());
        assert!(Specials::of_json(b"{", None, None).is_err());
    }
}
