//! Text to token ids and back, exactly as SentencePiece does it.
//!
//! Encoding goes through `tokenizers`; decoding is read off the piece table, incrementally, so that
//! a stream of tokens never shows half a character and invalid bytes come out as SentencePiece
//! shows them.

mod decode;
mod encode;
mod pieces;

use std::ops::Range;

pub(crate) use decode::Decoder;
use encode::Encoder;
use pieces::{PieceKind, SentencePieceModel};

use crate::Result;
use crate::settings::PromptSpan;

/// What SentencePiece shows for the unknown piece when the model says nothing else.
const UNKNOWN_SURFACE: &str = " \u{2047} ";
/// SentencePiece's stand-in for a space.
pub(crate) const SPACE: char = '\u{2581}';

/// A SentencePiece tokenizer.
pub struct Tokenizer {
    encoder: Encoder,
    surfaces: Vec<Surface>,
    adds_prefix: bool,
    bos: Option<u32>,
    eos: Option<u32>,
}

/// What a piece turns into when decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Surface {
    /// Control pieces.
    Nothing,
    Text(String),
    Byte(u8),
}

/// A token of an encoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedToken {
    pub id: u32,
    /// The bytes of the input it stands for.
    pub bytes: Range<usize>,
}

impl Tokenizer {
    /// Reads a SentencePiece `.model` file's bytes.
    ///
    /// # Errors
    /// When they are no such model, or one that needs what is not supported.
    pub fn from_sentencepiece(bytes: &[u8]) -> Result<Self> {
        let model = SentencePieceModel::parse(bytes)?;
        let trainer = model.trainer.clone().unwrap_or_default();
        let normalizer = model.normalizer.clone().unwrap_or_default();
        let unknown = trainer.unk_surface.clone().unwrap_or_else(|| UNKNOWN_SURFACE.to_owned());
        let id = |id: Option<i32>, default: i32| u32::try_from(id.unwrap_or(default)).ok();
        Ok(Self {
            encoder: Encoder::new(&model)?,
            surfaces: model.pieces.iter().map(|piece| surface(piece, &unknown)).collect(),
            adds_prefix: normalizer.add_dummy_prefix.unwrap_or(true),
            bos: id(trainer.bos_id, 1),
            eos: id(trainer.eos_id, 2),
        })
    }

    #[must_use]
    pub fn pieces(&self) -> usize {
        self.surfaces.len()
    }

    #[must_use]
    pub fn bos(&self) -> Option<u32> {
        self.bos
    }

    #[must_use]
    pub fn eos(&self) -> Option<u32> {
        self.eos
    }

    #[must_use]
    pub fn adds_prefix_space(&self) -> bool {
        self.adds_prefix
    }

    /// Encodes one text that starts a sequence.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when the library fails.
    pub fn encode(&self, text: &str) -> Result<Vec<EncodedToken>> {
        self.encoder.encode(&[(text, true)], self.adds_prefix)
    }

    /// The ids of a prompt: neighbouring texts are encoded as one, model text keeps its ids.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when the library fails.
    pub fn encode_prompt(&self, prompt: &[PromptSpan], add_bos: bool) -> Result<Vec<u32>> {
        let mut ids: Vec<u32> = self.bos.filter(|_| add_bos).into_iter().collect();
        let mut texts: Vec<(&str, bool)> = Vec::new();
        let mut first = true;
        for span in prompt {
            match span {
                PromptSpan::Text { text } => texts.push((text, true)),
                PromptSpan::User { text } => texts.push((text, false)),
                PromptSpan::Tokens { ids: written } => {
                    self.push_texts(&mut texts, &mut first, &mut ids)?;
                    ids.extend(written);
                    first = first && written.is_empty();
                }
            }
        }
        self.push_texts(&mut texts, &mut first, &mut ids)?;
        Ok(ids)
    }

    /// Decodes ids from the start of a sequence, unknown ids as nothing.
    #[must_use]
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut decoder = Decoder::at_start(self);
        let mut text: String = ids.iter().map(|id| decoder.push(*id)).collect();
        text.push_str(&decoder.finish());
        text
    }

    /// How a token reads on its own, for lists of alternatives.
    #[must_use]
    pub fn piece_text(&self, id: u32) -> String {
        let mut decoder = Decoder::within(self);
        let text = decoder.push(id);
        text + &decoder.finish()
    }

    fn push_texts(
        &self,
        texts: &mut Vec<(&str, bool)>,
        first: &mut bool,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        if texts.iter().any(|(text, _)| !text.is_empty()) {
            let tokens = self.encoder.encode(texts, *first && self.adds_prefix)?;
            ids.extend(tokens.iter().map(|token| token.id));
            *first = false;
        }
        texts.clear();
        Ok(())
    }
}

fn surface(piece: &pieces::Piece, unknown: &str) -> Surface {
    match (piece.kind(), piece.byte()) {
        (PieceKind::Control, _) => Surface::Nothing,
        (PieceKind::Unknown, _) => Surface::Text(unknown.to_owned()),
        (PieceKind::Byte, Some(byte)) => Surface::Byte(byte),
        _ => Surface::Text(piece.text.clone()),
    }
}
