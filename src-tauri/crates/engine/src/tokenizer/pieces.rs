//! A SentencePiece model file, read as the protocol buffer it is.
//! Field numbers: `sentencepiece_model.proto` of google/sentencepiece.

use prost::Message;

use crate::{Error, Result};

/// What a piece is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum PieceKind {
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Piece {
    #[prost(string, tag = "1")]
    pub(crate) text: String,
    #[prost(float, tag = "2")]
    pub(crate) score: f32,
    #[prost(enumeration = "PieceKind", optional, tag = "3")]
    kind: Option<i32>,
}

impl Piece {
    /// The byte a byte piece stands for.
    pub(crate) fn byte(&self) -> Option<u8> {
        byte(&self.text).filter(|_| self.kind() == PieceKind::Byte)
    }
}

/// The byte that `<0x0A>` and its like spell.
pub(crate) fn byte(text: &str) -> Option<u8> {
    let hex = text.strip_prefix("<0x")?.strip_suffix('>')?;
    let digits = hex.len() == 2 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    digits.then(|| u8::from_str_radix(hex, 16).ok()).flatten()
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TrainerSpec {
    /// 1 unigram, 2 BPE, 3 word, 4 character.
    #[prost(int32, optional, tag = "3")]
    model_type: Option<i32>,
    #[prost(bool, tag = "24")]
    pub(crate) treat_whitespace_as_suffix: bool,
    #[prost(bool, tag = "35")]
    pub(crate) byte_fallback: bool,
    #[prost(int32, optional, tag = "40")]
    pub(crate) unk_id: Option<i32>,
    #[prost(int32, optional, tag = "41")]
    pub(crate) bos_id: Option<i32>,
    #[prost(int32, optional, tag = "42")]
    pub(crate) eos_id: Option<i32>,
    #[prost(int32, optional, tag = "43")]
    pub(crate) pad_id: Option<i32>,
    #[prost(string, optional, tag = "44")]
    pub(crate) unk_surface: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct NormalizerSpec {
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) precompiled_charsmap: Vec<u8>,
    #[prost(bool, optional, tag = "3")]
    pub(crate) add_dummy_prefix: Option<bool>,
    #[prost(bool, optional, tag = "4")]
    pub(crate) remove_extra_whitespaces: Option<bool>,
    #[prost(bool, optional, tag = "5")]
    pub(crate) escape_whitespaces: Option<bool>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SentencePieceModel {
    #[prost(message, repeated, tag = "1")]
    pub(crate) pieces: Vec<Piece>,
    #[prost(message, optional, tag = "2")]
    pub(crate) trainer: Option<TrainerSpec>,
    #[prost(message, optional, tag = "3")]
    pub(crate) normalizer: Option<NormalizerSpec>,
    #[prost(message, optional, tag = "5")]
    denormalizer: Option<NormalizerSpec>,
}

/// How a text is cut into pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ModelType {
    Bpe,
    Unigram,
}

impl SentencePieceModel {
    /// # Errors
    /// [`Error::Tokenizer`] when the bytes are no SentencePiece model or one of a kind not read.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let model = Self::decode(bytes)
            .map_err(|e| Error::Tokenizer(format!("no SentencePiece model: {e}")))?;
        let rewrites = model.denormalizer.as_ref().map(|spec| &spec.precompiled_charsmap);
        if rewrites.is_some_and(|map| !map.is_empty()) {
            return Err(unusable("it rewrites decoded text, which a stream cannot do"));
        }
        if model.pieces.is_empty() {
            return Err(unusable("it has no pieces"));
        }
        Ok(model)
    }

    /// # Errors
    /// When it is neither of the two.
    pub(crate) fn model_type(&self) -> Result<ModelType> {
        match self.trainer.as_ref().and_then(|trainer| trainer.model_type).unwrap_or(1) {
            1 => Ok(ModelType::Unigram),
            2 => Ok(ModelType::Bpe),
            other => Err(unusable(&format!(
                "its model type is {other}: expected unigram (1) or BPE (2)"
            ))),
        }
    }
}

fn unusable(what: &str) -> Error {
    Error::Tokenizer(what.to_owned())
}
