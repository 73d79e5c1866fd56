//! Encoding with a SentencePiece model: normalise, cut into pieces, spell the unknown.

use super::EncodedToken;
use super::bpe::Bpe;
use super::normalizer::{Normalized, Normalizer, Source};
use super::pieces::{ModelType, SentencePieceModel};
use super::unigram::Unigram;
use super::vocabulary::{Segment, Vocabulary};
use crate::Result;

pub(super) struct SentencePiece {
    pub(super) normalizer: Normalizer,
    vocabulary: Vocabulary,
    algorithm: Algorithm,
}

enum Algorithm {
    Bpe(Bpe),
    Unigram(Unigram),
}

impl SentencePiece {
    /// # Errors
    /// [`crate::Error::Tokenizer`] when the library would not load the model either.
    pub(super) fn new(model: &SentencePieceModel) -> Result<Self> {
        Ok(Self {
            normalizer: Normalizer::new(model)?,
            vocabulary: Vocabulary::new(model)?,
            algorithm: match model.model_type()? {
                ModelType::Bpe => Algorithm::Bpe(Bpe::new(model)),
                ModelType::Unigram => Algorithm::Unigram(Unigram::new(model)),
            },
        })
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.algorithm {
            Algorithm::Bpe(_) => "bpe",
            Algorithm::Unigram(_) => "unigram",
        }
    }

    /// Encodes neighbouring texts as one; the flag of each says whether user-defined pieces match,
    /// `first` whether they start the sequence.
    pub(super) fn encode(&self, texts: &[(&str, bool)], first: bool) -> Result<Vec<EncodedToken>> {
        let source = Source::join(texts);
        let user_defined = &self.vocabulary.user_defined;
        let text = self.normalizer.normalize(&source, user_defined, first)?;
        let segments = match &self.algorithm {
            Algorithm::Bpe(bpe) => bpe.segment(&text, user_defined),
            Algorithm::Unigram(unigram) => unigram.segment(&text),
        };
        Ok(self.tokens(&text, segments))
    }

    /// An unknown part becomes its bytes, or together with its unknown neighbours one token.
    fn tokens(&self, text: &Normalized, segments: Vec<Segment>) -> Vec<EncodedToken> {
        let Vocabulary { unknown, bytes: spelled, .. } = &self.vocabulary;
        let mut tokens: Vec<EncodedToken> = Vec::with_capacity(segments.len());
        for (part, id) in segments {
            let bytes = text.origin[part.start]..text.origin[part.end];
            match (id.or(*unknown), spelled, tokens.last_mut()) {
                (_, Some(ids), _) if id.is_none() => {
                    tokens.extend(part.map(|at| EncodedToken {
                        id: ids[usize::from(text.text.as_bytes()[at])],
                        bytes: text.origin[at]..text.origin[at + 1],
                    }));
                }
                (known, _, Some(last)) if id.is_none() && Some(last.id) == known => {
                    last.bytes.end = bytes.end;
                }
                (Some(id), ..) => tokens.push(EncodedToken { id, bytes }),
                (None, ..) => {}
            }
        }
        tokens
    }
}
