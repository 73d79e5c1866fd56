//! A SentencePiece model as the `tokenizer.json` that `tokenizers` and transformers read.
//!
//! `tokenizers` cannot say all that SentencePiece can: ids differ where scores are equal, where
//! characters are no pieces of their own, and where unused pieces are taken apart again.

use std::collections::HashMap;

use serde_json::{Value, json};
use tokenizers::NormalizerWrapper;
use tokenizers::normalizers::Precompiled;

use super::SPACE;
use super::charsmap::CharsMap;
use super::pieces::{ModelType, NormalizerSpec, PieceKind, SentencePieceModel};
use super::vocabulary::{Vocabulary, of_kind};
use crate::{Error, Result};

/// The bytes of a `tokenizer.json` that does what the model does.
///
/// # Errors
/// [`Error::Tokenizer`] when it is no model, or one that the format has no words for.
pub(super) fn tokenizer_json(bytes: &[u8]) -> Result<Vec<u8>> {
    let model = SentencePieceModel::parse(bytes)?;
    let unknown = Vocabulary::new(&model)?.unknown;
    let spec = model.normalizer.clone().unwrap_or_default();
    let suffix = model.trainer.as_ref().is_some_and(|t| t.treat_whitespace_as_suffix);
    if suffix || !spec.escape_whitespaces.unwrap_or(true) {
        let what = "tokenizer.json has no way to say where its spaces stand";
        return Err(Error::Tokenizer(what.to_owned()));
    }
    let prefix = spec.add_dummy_prefix.unwrap_or(true);
    let file = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added_tokens(&model),
        "normalizer": normalizer(&spec)?,
        "pre_tokenizer": {
            "type": "Metaspace",
            "replacement": SPACE,
            "prepend_scheme": if prefix { "first" } else { "never" },
            "split": false,
        },
        "post_processor": null,
        "decoder": decoder(prefix),
        "model": match model.model_type()? {
            ModelType::Bpe => bpe(&model, unknown),
            ModelType::Unigram => unigram(&model, unknown),
        },
    });
    serde_json::to_vec(&file).map_err(|e| Error::Tokenizer(e.to_string()))
}

fn added_tokens(model: &SentencePieceModel) -> Vec<Value> {
    let kinds = [PieceKind::Control, PieceKind::Unknown, PieceKind::UserDefined];
    let added = kinds.into_iter().flat_map(|kind| of_kind(model, kind));
    let mut tokens: Vec<_> = added.collect();
    tokens.sort_by_key(|(id, _)| *id);
    let token = |(id, piece): &(u32, &super::pieces::Piece)| {
        json!({
            "id": id,
            "content": piece.text,
            "single_word": false,
            "lstrip": false,
            "rstrip": false,
            "normalized": false,
            "special": piece.kind() != PieceKind::UserDefined,
        })
    };
    tokens.iter().map(token).collect()
}

fn normalizer(spec: &NormalizerSpec) -> Result<Value> {
    let failed = |e: &dyn std::fmt::Display| Error::Tokenizer(e.to_string());
    let mut steps = Vec::new();
    if !spec.precompiled_charsmap.is_empty() {
        CharsMap::parse(&spec.precompiled_charsmap)?.check_closed()?;
        let map = Precompiled::from(&spec.precompiled_charsmap).map_err(|e| failed(&e))?;
        steps.push(serde_json::to_value(NormalizerWrapper::from(map)).map_err(|e| failed(&e))?);
    }
    if spec.remove_extra_whitespaces.unwrap_or(true) {
        steps.push(json!({"type": "Strip", "strip_left": true, "strip_right": true}));
        steps.push(json!({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}));
    }
    Ok(if steps.is_empty() {
        Value::Null
    } else {
        json!({"type": "Sequence", "normalizers": steps})
    })
}

fn decoder(prefix: bool) -> Value {
    let mut steps = vec![
        json!({"type": "Replace", "pattern": {"String": SPACE}, "content": " "}),
        json!({"type": "ByteFallback"}),
        json!({"type": "Fuse"}),
    ];
    if prefix {
        steps.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    }
    json!({"type": "Sequence", "decoders": steps})
}

fn bpe(model: &SentencePieceModel, unknown: Option<u32>) -> Value {
    let ids = model.pieces.iter().enumerate().map(|(id, piece)| (piece.text.clone(), json!(id)));
    json!({
        "type": "BPE",
        "dropout": null,
        "unk_token": unknown.map(|id| &model.pieces[id as usize].text),
        "continuing_subword_prefix": null,
        "end_of_word_suffix": null,
        "fuse_unk": true,
        "byte_fallback": byte_fallback(model),
        "ignore_merges": false,
        "vocab": Value::Object(ids.collect()),
        "merges": merges(model),
    })
}

fn unigram(model: &SentencePieceModel, unknown: Option<u32>) -> Value {
    let vocabulary = model.pieces.iter().map(|piece| (&piece.text, piece.score));
    json!({
        "type": "Unigram",
        "unk_id": unknown,
        "byte_fallback": byte_fallback(model),
        "vocab": vocabulary.collect::<Vec<_>>(),
    })
}

fn byte_fallback(model: &SentencePieceModel) -> bool {
    model.trainer.as_ref().is_some_and(|trainer| trainer.byte_fallback)
}

/// SentencePiece joins the neighbours whose joined piece has the highest score, `tokenizers` the
/// pair with the lowest rank: every way to split a piece in two becomes a pair, ranked by the
/// piece's score.
fn merges(model: &SentencePieceModel) -> Vec<(&str, &str)> {
    let normal = of_kind(model, PieceKind::Normal);
    let scores: HashMap<&str, f32> =
        normal.map(|(_, piece)| (piece.text.as_str(), piece.score)).collect();
    let mut ranked: Vec<(f32, (&str, &str))> = Vec::new();
    for (text, score) in &scores {
        let splits = text.char_indices().skip(1).map(|(at, _)| text.split_at(at));
        let known = splits.filter(|(l, r)| scores.contains_key(l) && scores.contains_key(r));
        ranked.extend(known.map(|pair| (*score, pair)));
    }
    ranked.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    ranked.into_iter().map(|(_, pair)| pair).collect()
}
