//! Text to token ids and back, exactly as the `sentencepiece` library does it.
//!
//! A SentencePiece model is encoded by code of our own, because `tokenizers` gives other ids for it
//! in cases that matter here (see `bpe`, `unigram`); a `tokenizer.json` by `tokenizers`, whose
//! format it is. Decoding is read off the piece table, incrementally, so that a stream of tokens
//! never shows half a character and invalid bytes come out as SentencePiece shows them.
//!
//! | module | what it is |
//! |---|---|
//! | `pieces`, `vocabulary` | the model file, and its pieces checked |
//! | `charsmap`, `normalizer` | text to normalised text |
//! | `bpe`, `unigram`, `trie` | normalised text to pieces |
//! | `sentencepiece`, `json`, `json_check` | a whole encoder of either kind |
//! | `decode` | ids to text |
//! | `export` | a model file as `tokenizer.json` |

mod bpe;
mod charsmap;
mod decode;
mod export;
mod json;
mod json_check;
mod normalizer;
mod pieces;
mod sentencepiece;
mod specials;
mod trie;
mod unigram;
mod vocabulary;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use decode::Decoder;
use json::JsonTokenizer;
use pieces::{PieceKind, SentencePieceModel};
use sentencepiece::SentencePiece;
use serde::Serialize;
use sha2::{Digest, Sha256};
pub(crate) use specials::{Special, Specials};
pub(crate) use trie::Trie;
use ts_rs::TS;
use vocabulary::MAX_PIECE_BYTES;

use crate::settings::PromptSpan;
use crate::{Error, Result};

/// What SentencePiece shows for the unknown piece when the model says nothing else.
const UNKNOWN_SURFACE: &str = " \u{2047} ";
/// SentencePiece's stand-in for a space.
pub(crate) const SPACE: char = '\u{2581}';

/// The tokenizer of a checkpoint, as its files hold it.
#[derive(Debug, Clone)]
pub struct TokenizerFile {
    pub format: TokenizerFormat,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenizerFormat {
    /// A `.model` file.
    SentencePiece,
    /// A `tokenizer.json`, which does not say what begins and ends a sequence.
    Json { bos: Option<u32>, eos: Option<u32> },
}

/// Text to ids and back.
pub struct Tokenizer {
    encoder: Encoder,
    surfaces: Vec<Surface>,
    strips: Strips,
    bos: Option<u32>,
    eos: Option<u32>,
}

enum Encoder {
    SentencePiece(Box<SentencePiece>),
    Json(Box<JsonTokenizer>),
}

/// What a piece turns into when decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Surface {
    /// Control pieces.
    Nothing,
    Text(String),
    Byte(u8),
}

/// What is taken off the front of a decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strips {
    Nothing,
    /// The first piece's space: the dummy prefix.
    OneSpace,
    /// The space of each piece until there is text.
    EverySpace,
}

/// A token of an encoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedToken {
    pub id: u32,
    /// The bytes of the input it stands for.
    pub bytes: Range<usize>,
}

/// A token by its id, with the text it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TokenText {
    pub id: u32,
    pub text: String,
}

/// The last tokenizer made: opening a model again does not make it again.
static LAST: Mutex<Option<Made>> = Mutex::new(None);

/// A tokenizer with what it was made from.
struct Made {
    format: TokenizerFormat,
    sha256: [u8; 32],
    tokenizer: Arc<Tokenizer>,
}

impl TokenizerFile {
    /// # Errors
    /// When it is none, or one that needs what is not supported.
    pub fn tokenizer(&self) -> Result<Arc<Tokenizer>> {
        let (format, sha256) = (self.format, Sha256::digest(&self.bytes).into());
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |made: &&Made| made.format == format && made.sha256 == sha256;
        if let Some(made) = last.as_ref().filter(same) {
            return Ok(made.tokenizer.clone());
        }
        let tokenizer = Arc::new(match self.format {
            TokenizerFormat::SentencePiece => Tokenizer::from_sentencepiece(&self.bytes)?,
            TokenizerFormat::Json { bos, eos } => Tokenizer::from_json(&self.bytes, bos, eos)?,
        });
        *last = Some(Made { format, sha256, tokenizer: tokenizer.clone() });
        Ok(tokenizer)
    }

    /// The same as a `tokenizer.json`.
    ///
    /// # Errors
    /// When the format has no words for what the model does.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        match self.format {
            TokenizerFormat::SentencePiece => export::tokenizer_json(&self.bytes),
            TokenizerFormat::Json { .. } => Ok(self.bytes.clone()),
        }
    }
}

impl Tokenizer {
    /// Reads a SentencePiece `.model` file's bytes.
    ///
    /// # Errors
    /// When they are no such model, or one that needs what is not supported.
    pub fn from_sentencepiece(bytes: &[u8]) -> Result<Self> {
        let model = SentencePieceModel::parse(bytes)?;
        let trainer = model.trainer.clone().unwrap_or_default();
        let unknown = trainer.unk_surface.as_deref().unwrap_or(UNKNOWN_SURFACE);
        if unknown.len() > MAX_PIECE_BYTES {
            let found = unknown.len();
            return Err(Error::Tokenizer(format!("unknown text is shown in {found} bytes")));
        }
        let id = |id: Option<i32>, default: i32| {
            u32::try_from(id.unwrap_or(default))
                .ok()
                .filter(|id| (*id as usize) < model.pieces.len())
        };
        let encoder = SentencePiece::new(&model)?;
        let normalizer = &encoder.normalizer;
        Ok(Self {
            surfaces: model.pieces.iter().map(|piece| surface(piece, unknown)).collect(),
            strips: match (normalizer.removes_extra_spaces, normalizer.adds_prefix()) {
                (true, _) => Strips::EverySpace,
                (false, true) => Strips::OneSpace,
                (false, false) => Strips::Nothing,
            },
            bos: id(trainer.bos_id, 1),
            eos: id(trainer.eos_id, 2),
            encoder: Encoder::SentencePiece(Box::new(encoder)),
        })
    }

    /// Reads the bytes of a `tokenizer.json`.
    ///
    /// # Errors
    /// When `tokenizers` cannot read it, or its decoder is not SentencePiece's.
    pub fn from_json(bytes: &[u8], bos: Option<u32>, eos: Option<u32>) -> Result<Self> {
        let json = JsonTokenizer::new(bytes)?;
        let surfaces = json.surfaces()?;
        let known = |id: &u32| (*id as usize) < surfaces.len();
        Ok(Self {
            strips: if json.adds_prefix { Strips::OneSpace } else { Strips::Nothing },
            bos: bos.filter(known),
            eos: eos.filter(known),
            surfaces,
            encoder: Encoder::Json(Box::new(json)),
        })
    }

    /// `bpe` or `unigram`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.encoder {
            Encoder::SentencePiece(encoder) => encoder.kind(),
            Encoder::Json(encoder) => encoder.kind,
        }
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
        match &self.encoder {
            Encoder::SentencePiece(encoder) => encoder.normalizer.adds_prefix(),
            Encoder::Json(encoder) => encoder.adds_prefix,
        }
    }

    /// Encodes one text that starts a sequence.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when the library fails.
    pub fn encode(&self, text: &str) -> Result<Vec<EncodedToken>> {
        self.encode_within(text, true)
    }

    /// The same for a text that may stand behind other tokens.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when the library fails.
    pub fn encode_within(&self, text: &str, starts: bool) -> Result<Vec<EncodedToken>> {
        self.encode_texts(&[(text, true)], starts)
    }

    /// The tokens a text consists of where it starts a sequence.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when the library fails.
    pub fn tokens_of(&self, text: &str) -> Result<Vec<TokenText>> {
        let named = |EncodedToken { id, .. }| TokenText { id, text: self.piece_text(id) };
        Ok(self.encode(text)?.into_iter().map(named).collect())
    }

    /// The ids of a prompt: neighbouring texts are encoded as one, model text keeps its ids.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when the library fails.
    pub fn encode_prompt(&self, prompt: &[PromptSpan], add_bos: bool) -> Result<Vec<u32>> {
        let bos = self.bos.filter(|_| add_bos);
        let ids = self.encode_spans(prompt)?.into_iter().map(|(id, _)| id);
        Ok(bos.into_iter().chain(ids).collect())
    }

    /// The same, each id with the index of the span that it begins in: a token may stand for the
    /// end of one text and the beginning of the next.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when the library fails.
    pub fn encode_spans(&self, prompt: &[PromptSpan]) -> Result<Vec<(u32, usize)>> {
        let mut placed: Vec<(u32, usize)> = Vec::new();
        let mut at = 0;
        while let Some(span) = prompt.get(at) {
            if let PromptSpan::Tokens { ids } = span {
                placed.extend(ids.iter().map(|id| (*id, at)));
                at += 1;
                continue;
            }
            let texts: Vec<(&str, bool)> = prompt[at..].iter().map_while(text_of).collect();
            if texts.iter().any(|(text, _)| !text.is_empty()) {
                let tokens = self.encode_texts(&texts, placed.is_empty())?;
                let from = placed_in(&texts, &tokens);
                placed.extend(tokens.iter().zip(from).map(|(token, span)| (token.id, at + span)));
            }
            at += texts.len();
        }
        Ok(placed)
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

    fn encode_texts(&self, texts: &[(&str, bool)], first: bool) -> Result<Vec<EncodedToken>> {
        match &self.encoder {
            Encoder::SentencePiece(encoder) => encoder.encode(texts, first),
            Encoder::Json(encoder) => encoder.encode(texts, first),
        }
    }
}

/// A text, and whether it is a template's.
fn text_of(span: &PromptSpan) -> Option<(&str, bool)> {
    match span {
        PromptSpan::Text { text } => Some((text, true)),
        PromptSpan::User { text } => Some((text, false)),
        PromptSpan::Tokens { .. } => None,
    }
}

/// For tokens of texts that were encoded as one, the index of the text that each begins in.
fn placed_in(texts: &[(&str, bool)], tokens: &[EncodedToken]) -> Vec<usize> {
    let (mut at, mut end) = (0, texts[0].0.len());
    let place = |token: &EncodedToken| {
        while token.bytes.start >= end && at + 1 < texts.len() {
            at += 1;
            end += texts[at].0.len();
        }
        at
    };
    tokens.iter().map(place).collect()
}

fn surface(piece: &pieces::Piece, unknown: &str) -> Surface {
    match (piece.kind(), piece.byte()) {
        (PieceKind::Control, _) => Surface::Nothing,
        (PieceKind::Unknown, _) => Surface::Text(unknown.to_owned()),
        (PieceKind::Byte, Some(byte)) => Surface::Byte(byte),
        _ => Surface::Text(piece.text.clone()),
    }
}
