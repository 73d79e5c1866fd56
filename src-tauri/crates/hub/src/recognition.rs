//! Gated models are recognised by what they hold: a file can be renamed, moved and converted.

/// The SentencePiece file of the Nemotron-3-8B models, of which other models have the same one.
/// Source: the pointer to `tokenizer.model` in the public conversion thhaus/nemotron3-8b.
const TOKENIZER_SHA256: &str = "5862e2f71caf762bc9845662be5fec2867deb58d874568235a02a36c5111cd09";
const LAYERS: usize = 32;
const HIDDEN: usize = 4096;
const FFN: usize = 16384;
const HEADS: usize = 32;
const VOCAB: usize = 256_000;
/// As in the catalogue.
const NEMOTRON_3_8B: &str = "Nemotron-3-8B";

/// What a model file says about itself in its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Of the SentencePiece file, in hex; nothing where the tokenizer comes in another form, which
    /// says nothing about where it is from.
    pub sentencepiece_sha256: Option<String>,
    pub num_layers: usize,
    pub hidden_size: usize,
    pub ffn_hidden_size: usize,
    pub num_heads: usize,
    pub vocab_size: usize,
}

/// The gated family that a model belongs to.
pub(crate) fn family(contents: &Contents) -> Option<&'static str> {
    let size = [
        (contents.num_layers, LAYERS),
        (contents.hidden_size, HIDDEN),
        (contents.ffn_hidden_size, FFN),
        (contents.num_heads, HEADS),
        (contents.vocab_size, VOCAB),
    ];
    let tokenizer = contents.sentencepiece_sha256.as_deref();
    let is_one = size.iter().all(|(has, wanted)| has == wanted)
        && tokenizer.is_none_or(|sha256| sha256.eq_ignore_ascii_case(TOKENIZER_SHA256));
    is_one.then_some(NEMOTRON_3_8B)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    fn base() -> Contents {
        Contents {
            sentencepiece_sha256: Some(TOKENIZER_SHA256.to_owned()),
            num_layers: LAYERS,
            hidden_size: HIDDEN,
            ffn_hidden_size: FFN,
            num_heads: HEADS,
            vocab_size: VOCAB,
        }
    }

    #[test]
    fn a_family_has_the_tokenizer_and_every_dimension() {
        assert_eq!(family(&base()), Some(NEMOTRON_3_8B));
        assert_eq!(family(&Contents { sentencepiece_sha256: None, ..base() }), Some(NEMOTRON_3_8B));
        let other = Some("0".repeat(64));
        for sibling in [
            Contents { sentencepiece_sha256: other, ..base() },
            Contents { num_layers: 24, ..base() },
            Contents { hidden_size: 3072, ..base() },
            Contents { ffn_hidden_size: 9216, ..base() },
            Contents { num_heads: 48, ..base() },
            Contents { vocab_size: 32_000, ..base() },
        ] {
            assert_eq!(family(&sibling), None, "{sibling:?}");
        }
    }

    #[test]
    fn the_catalogue_has_the_family() {
        let members = Catalogue::get().models.iter().filter(|model| model.family == NEMOTRON_3_8B);
        assert!(members.clone().count() >= 5);
        assert!(members.clone().all(|model| model.gated), "each asks for a record");
    }
}
