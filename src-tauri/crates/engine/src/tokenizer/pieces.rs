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
    /// The byte a piece such as `<0x0A>` stands for.
    pub(crate) fn byte(&self) -> Option<u8> {
        let hex = self.text.strip_prefix("<0x")?.strip_suffix('>')?;
        (self.kind() == PieceKind::Byte && hex.len() == 2)
            .then(|| u8::from_str_radix(hex, 16).ok())
            .flatten()
    }
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TrainerSpec {
    /// 1 unigram, 2 BPE.
    #[prost(int32, optional, tag = "3")]
    pub(crate) model_type: Option<i32>,
    #[prost(bool, tag = "35")]
    pub(crate) byte_fallback: bool,
    #[prost(int32, optional, tag = "41")]
    pub(crate) bos_id: Option<i32>,
    #[prost(int32, optional, tag = "42")]
    pub(crate) eos_id: Option<i32>,
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
}

impl SentencePieceModel {
    /// # Errors
    /// [`Error::Encode`] when the bytes are no SentencePiece model or one of a kind not read yet.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let model = Self::decode(bytes)
            .map_err(|e| Error::Encode(format!("no SentencePiece model: {e}")))?;
        let trainer = model.trainer.clone().unwrap_or_default();
        let normalizer = model.normalizer.clone().unwrap_or_default();
        let problem = if model.pieces.is_empty() {
            Some("it has no pieces")
        } else if trainer.model_type != Some(2) {
            Some("its model type is not BPE, the only one read yet")
        } else if !normalizer.precompiled_charsmap.is_empty()
            || normalizer.remove_extra_whitespaces.unwrap_or(true)
            || !normalizer.escape_whitespaces.unwrap_or(true)
        {
            Some("it normalises text, which is not supported yet")
        } else {
            None
        };
        match problem {
            Some(what) => Err(Error::Encode(format!("the tokenizer cannot be used: {what}"))),
            None => Ok(model),
        }
    }
}
