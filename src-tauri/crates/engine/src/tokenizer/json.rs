//! Encoding with a `tokenizer.json`, which is the `tokenizers` library's own format.
//!
//! Decoding stays with the piece table, so only files whose decoder is SentencePiece's are read:
//! U+2581 for a space, byte pieces, one leading space stripped.

use serde_json::Value;
use tokenizers::tokenizer::pre_tokenizer::{OffsetType, PreTokenizedString};
use tokenizers::{
    Model, NormalizedString, Normalizer, NormalizerWrapper, PreTokenizer, PreTokenizerWrapper,
};

use super::json_check;
use super::normalizer::{Source, longest_open};
use super::trie::Trie;
use super::{EncodedToken, Surface};
use crate::{Error, Result};

/// More than any vocabulary; the piece table has a row for each id.
const MAX_PIECES: usize = 1 << 22;

pub(super) struct JsonTokenizer {
    tokenizer: tokenizers::Tokenizer,
    added: Trie,
    /// The same two steps for text that follows other tokens: without the dummy prefix.
    following: (Option<NormalizerWrapper>, Option<PreTokenizerWrapper>),
    pub(super) adds_prefix: bool,
    pub(super) kind: &'static str,
}

impl JsonTokenizer {
    /// # Errors
    /// [`Error::Tokenizer`] when the library cannot read the file, or it decodes or samples otherwise.
    pub(super) fn new(json: &[u8]) -> Result<Self> {
        let stated = json_check::parse(json).map_err(unusable)?;
        let [normalizer, pre_tokenizer] = ["normalizer", "pre_tokenizer"].map(|key| &stated[key]);
        let plain = [without_prefix(normalizer), without_prefix(pre_tokenizer)];
        let adds_prefix = plain != [normalizer.clone(), pre_tokenizer.clone()];
        let kind = if stated["model"]["type"] == "Unigram" { "unigram" } else { "bpe" };
        let tokenizer: tokenizers::Tokenizer = serde_json::from_value(stated).map_err(unusable)?;
        let added = tokenizer.get_added_vocabulary().get_vocab().iter();
        Ok(Self {
            added: Trie::new(added.map(|(text, id)| (text.as_str(), *id))),
            adds_prefix,
            following: {
                let [normalizer, pre_tokenizer] = plain;
                (
                    serde_json::from_value(normalizer).map_err(unusable)?,
                    serde_json::from_value(pre_tokenizer).map_err(unusable)?,
                )
            },
            kind,
            tokenizer,
        })
    }

    /// The piece table: special tokens are not shown.
    ///
    /// # Errors
    /// When an id is beyond any vocabulary.
    pub(super) fn surfaces(&self) -> Result<Vec<Surface>> {
        let vocabulary = self.tokenizer.get_vocab(true);
        let rows = vocabulary.values().max().map_or(0, |id| *id as usize + 1);
        if rows == 0 || rows > MAX_PIECES {
            return Err(unusable(format!("it has ids up to {rows}: expected 1 to {MAX_PIECES}")));
        }
        let special = self.tokenizer.get_added_vocabulary();
        let mut surfaces = vec![Surface::Nothing; rows];
        for (text, id) in vocabulary {
            surfaces[id as usize] = match super::pieces::byte(&text) {
                Some(byte) => Surface::Byte(byte),
                None if special.is_special_token(&text) => Surface::Nothing,
                None => Surface::Text(text),
            };
        }
        Ok(surfaces)
    }

    /// As [`super::sentencepiece::SentencePiece::encode`]; added tokens match in open texts only.
    pub(super) fn encode(&self, texts: &[(&str, bool)], first: bool) -> Result<Vec<EncodedToken>> {
        let source = Source::join(texts);
        if first && !texts.iter().any(|(text, open)| !open && self.has_added(text)) {
            let whole = self.tokenizer.encode(source.text.as_str(), false).map_err(failed)?;
            return Ok(tokens(&whole, 0).collect());
        }
        let mut encoded = Vec::new();
        let (mut start, mut at) = (0, 0);
        while at < source.text.len() {
            if let Some((length, id)) =
                longest_open(&self.added, source.text.as_bytes(), &source.open, at)
            {
                self.stretch(&source.text, start..at, first, &mut encoded)?;
                encoded.push(EncodedToken { id, bytes: at..at + length });
                at += length;
                start = at;
            } else {
                at += source.text[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
        self.stretch(&source.text, start..at, first, &mut encoded)?;
        Ok(encoded)
    }

    fn has_added(&self, text: &str) -> bool {
        text.char_indices().any(|(at, _)| self.added.prefixes(&text.as_bytes()[at..]).count() > 0)
    }

    /// Encodes text in which no added token matches.
    fn stretch(
        &self,
        text: &str,
        part: std::ops::Range<usize>,
        first: bool,
        encoded: &mut Vec<EncodedToken>,
    ) -> Result<()> {
        let start = part.start;
        let mut text = PreTokenizedString::from(NormalizedString::from(&text[part]));
        let (normalizer, pre_tokenizer) = if first && start == 0 {
            (self.tokenizer.get_normalizer(), self.tokenizer.get_pre_tokenizer())
        } else {
            (self.following.0.as_ref(), self.following.1.as_ref())
        };
        if let Some(normalizer) = normalizer {
            text.normalize(|part| normalizer.normalize(part)).map_err(failed)?;
        }
        if let Some(pre_tokenizer) = pre_tokenizer {
            pre_tokenizer.pre_tokenize(&mut text).map_err(failed)?;
        }
        let model = self.tokenizer.get_model();
        text.tokenize(|part| model.tokenize(part.get())).map_err(failed)?;
        let encoding = text.into_encoding(None, 0, OffsetType::Byte).map_err(failed)?;
        encoded.extend(tokens(&encoding, start));
        Ok(())
    }
}

fn tokens(encoding: &tokenizers::Encoding, start: usize) -> impl Iterator<Item = EncodedToken> {
    let both = encoding.get_ids().iter().zip(encoding.get_offsets());
    both.map(move |(id, (from, to))| EncodedToken { id: *id, bytes: start + from..start + to })
}

/// A normalising or pre-tokenising step that puts no space before the text.
fn without_prefix(step: &Value) -> Value {
    let mut step = step.clone();
    for key in ["normalizers", "pretokenizers"] {
        if let Some(steps) = step.get_mut(key).and_then(Value::as_array_mut) {
            steps.retain(|step| step["type"] != "Prepend");
            for step in steps {
                *step = without_prefix(step);
            }
        }
    }
    match step["type"].as_str() {
        Some("Prepend") => Value::Null,
        Some("Metaspace") => {
            step["prepend_scheme"] = "never".into();
            step
        }
        _ => step,
    }
}

fn unusable(what: impl std::fmt::Display) -> Error {
    Error::Tokenizer(format!("tokenizer.json: {what}"))
}

fn failed(what: impl std::fmt::Display) -> Error {
    Error::Encode(what.to_string())
}
