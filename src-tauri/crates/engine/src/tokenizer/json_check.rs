//! What a `tokenizer.json` must be before the `tokenizers` library sees it.
//!
//! The library trusts its files: a merge of pieces whose joined text is none, or a normalisation
//! map whose trie leads out of itself, is an index out of bounds there; a long piece makes a trie
//! so deep that dropping it overflows the stack; replacements after replacements, or a pattern with
//! repetitions in repetitions, take all memory or time. So only what conversions of SentencePiece
//! models write is let through, and parts that are not used here are taken out.

use serde_json::Value;

use super::charsmap::CharsMap;
use super::vocabulary::MAX_PIECE_BYTES;

type Outcome<T = ()> = std::result::Result<T, String>;

/// Commas and brackets, for every value has one before it. 262,000 pieces with their merges have
/// two million; each value takes some 100 bytes while the file is read.
const MAX_VALUES: usize = 1 << 22;
const DECODERS: [&str; 5] = ["ByteFallback", "Fuse", "Metaspace", "Replace", "Strip"];
const NORMALIZERS: [&str; 9] =
    ["Prepend", "Replace", "Strip", "Precompiled", "NFC", "NFD", "NFKC", "NFKD", "Lowercase"];
const PRE_TOKENIZERS: [&str; 3] = ["Metaspace", "Split", "WhitespaceSplit"];
/// The regular expressions of conversions: runs of spaces.
const PATTERNS: [&str; 4] = [" {2,}", " +", r"\s+", r"\s{2,}"];
/// Of all pieces together: 256,000 have 2.3 million. The library's trie takes up to 340 bytes for each.
const MAX_VOCABULARY_BYTES: usize = 2_800_000;
const MAX_STEPS: usize = 32;
const MAX_CONTENT_BYTES: usize = 64;
/// How many bytes all steps together may make of one; NFKC's map makes 33.
const MAX_GROWTH: usize = 256;
/// More than Unicode's own forms make of a byte.
const UNICODE_GROWTH: usize = 8;

/// The file's values, no more of them than memory is there for.
pub(super) fn values(json: &[u8]) -> Outcome<Value> {
    if json.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() > MAX_VALUES {
        return Err(format!("it has more than {MAX_VALUES} values"));
    }
    serde_json::from_slice(json).map_err(|e| e.to_string())
}

/// The values checked, for the library to go on with.
pub(super) fn parse(json: &[u8]) -> Outcome<Value> {
    let mut stated = values(json)?;
    check_decoder(&stated["decoder"])?;
    check_normalizer(&stated["normalizer"])?;
    let pre_tokenizers = steps(&stated["pre_tokenizer"], "pretokenizers")?;
    known(&pre_tokenizers, "pre_tokenizer", &PRE_TOKENIZERS)?;
    pre_tokenizers.iter().try_for_each(|step| pattern_bytes(step).map(drop))?;
    check_added(&stated["added_tokens"])?;
    check_model(&stated["model"])?;
    for unused in ["decoder", "post_processor", "truncation", "padding"] {
        stated[unused] = Value::Null;
    }
    Ok(stated)
}

/// A step, or those of a sequence and of the sequences in it.
fn steps<'a>(step: &'a Value, inner: &str) -> Outcome<Vec<&'a Value>> {
    let (mut found, mut rest) = (Vec::new(), vec![step]);
    while let Some(step) = rest.pop() {
        match (step["type"].as_str(), step[inner].as_array()) {
            (None, _) if step.is_null() => {}
            (Some("Sequence"), Some(steps)) => rest.extend(steps.iter().rev()),
            _ => found.push(step),
        }
        if found.len() + rest.len() > MAX_STEPS {
            return Err(format!("it has more than {MAX_STEPS} steps"));
        }
    }
    Ok(found)
}

fn known(steps: &[&Value], what: &str, names: &[&str]) -> Outcome {
    let name = |step: &Value| step["type"].as_str().unwrap_or("without a type").to_owned();
    match steps.iter().map(|step| name(step)).find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("its {what} is {name}: expected {}", names.join(", "))),
        None => Ok(()),
    }
}

fn check_decoder(decoder: &Value) -> Outcome {
    let steps = steps(decoder, "decoders")?;
    let expected = "SentencePiece's (Metaspace, or Replace and ByteFallback)";
    if steps.is_empty() {
        return Err(format!("its decoder is none: expected {expected}"));
    }
    known(&steps, "decoder", &DECODERS).map_err(|what| format!("{what}: {expected}"))
}

fn check_normalizer(normalizer: &Value) -> Outcome {
    let steps = steps(normalizer, "normalizers")?;
    known(&steps, "normalizer", &NORMALIZERS)?;
    let mut growth = 1_usize;
    for step in steps {
        growth = growth.saturating_mul(growth_of(step)?);
    }
    if growth > MAX_GROWTH {
        return Err(format!(
            "its normalizer can make {growth} bytes of one: expected {MAX_GROWTH}"
        ));
    }
    Ok(())
}

fn growth_of(step: &Value) -> Outcome<usize> {
    let content = |key: &str| match step[key].as_str() {
        Some(content) if content.len() <= MAX_CONTENT_BYTES => Ok(content.len()),
        _ => Err(format!("{key} is not a text of up to {MAX_CONTENT_BYTES} bytes")),
    };
    match step["type"].as_str() {
        Some("Prepend") => content("prepend").map(|_| 1),
        Some("Replace") => Ok(content("content")?.div_ceil(pattern_bytes(step)?).max(1)),
        Some("Precompiled") => precompiled(&step["precompiled_charsmap"]),
        Some("Strip") => Ok(1),
        _ => Ok(UNICODE_GROWTH),
    }
}

/// What a step's pattern matches at least; a step without one matches no less than a byte.
fn pattern_bytes(step: &Value) -> Outcome<usize> {
    let pattern = &step["pattern"];
    match (pattern["String"].as_str(), pattern["Regex"].as_str()) {
        (Some(text), None) if (1..=MAX_CONTENT_BYTES).contains(&text.len()) => Ok(text.len()),
        (None, Some(pattern)) if PATTERNS.contains(&pattern) => Ok(1),
        (None, None) if pattern.is_null() => Ok(1),
        _ => Err("a pattern is neither a short text nor one for runs of spaces".to_owned()),
    }
}

fn precompiled(map: &Value) -> Outcome<usize> {
    let bad = || "its normalisation map is not base64".to_owned();
    let blob = base64(map.as_str().ok_or_else(bad)?).ok_or_else(bad)?;
    CharsMap::parse(&blob).and_then(|map| map.check_closed()).map_err(|e| e.to_string())
}

/// RFC 4648, standard alphabet.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').bytes().map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    });
    let digits: Vec<u8> = digits.collect::<Option<_>>()?;
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
        let bits = bits << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    };
    Some(digits.chunks(4).flat_map(group).collect())
}

fn check_added(tokens: &Value) -> Outcome {
    let tokens = tokens.as_array().map_or(&[][..], Vec::as_slice);
    let contents = tokens.iter().map(|token| token["content"].as_str().unwrap_or_default());
    check_pieces(contents)
}

/// Pieces as the library's tries can hold them.
fn check_pieces<'a>(pieces: impl Iterator<Item = &'a str>) -> Outcome {
    let mut total = 0;
    for piece in pieces {
        total += piece.len();
        if !(1..=MAX_PIECE_BYTES).contains(&piece.len()) {
            let found = piece.len();
            return Err(format!("a piece has {found} bytes: expected 1 to {MAX_PIECE_BYTES}"));
        }
    }
    if total > MAX_VOCABULARY_BYTES {
        return Err(format!("its pieces have {total} bytes: expected {MAX_VOCABULARY_BYTES}"));
    }
    Ok(())
}

fn check_model(model: &Value) -> Outcome {
    match model["type"].as_str() {
        Some("Unigram") => check_unigram(&model["vocab"]),
        Some("BPE") => check_bpe(model),
        other => Err(format!("its model is {}: expected BPE or Unigram", other.unwrap_or("none"))),
    }
}

fn check_unigram(vocabulary: &Value) -> Outcome {
    let pieces = vocabulary.as_array().ok_or("its vocab is no list")?;
    check_pieces(pieces.iter().map(|piece| piece[0].as_str().unwrap_or_default()))
}

fn check_bpe(model: &Value) -> Outcome {
    if model["dropout"].as_f64().is_some_and(|dropout| dropout > 0.0) {
        return Err("it drops merges at random: expected dropout null".to_owned());
    }
    let affixes = ["continuing_subword_prefix", "end_of_word_suffix"];
    if let Some(key) = affixes.iter().find(|key| !matches!(model[**key].as_str(), None | Some("")))
    {
        return Err(format!("its model has a {key}: expected none"));
    }
    let pieces = model["vocab"].as_object().ok_or("its vocab is no table")?;
    check_pieces(pieces.keys().map(String::as_str))?;
    let merges = model["merges"].as_array().ok_or("its merges are no list")?;
    let joined = merges
        .iter()
        .map(joined)
        .find(|joined| joined.as_ref().is_none_or(|joined| !pieces.contains_key(joined.as_str())));
    match joined {
        None => Ok(()),
        Some(None) => Err("a merge is not of two pieces".to_owned()),
        Some(Some(joined)) => Err(format!("{joined:?} is merged and is no piece")),
    }
}

/// What a merge makes, `["a", "b"]` or `"a b"`.
fn joined(merge: &Value) -> Option<String> {
    match (merge.as_str(), merge.as_array().map(Vec::as_slice)) {
        (Some(pair), _) => pair.split_once(' ').map(|(left, right)| left.to_owned() + right),
        (_, Some([left, right])) => Some(left.as_str()?.to_owned() + right.as_str()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A file that is let through, changed.
    fn refusal(change: impl Fn(&mut Value)) -> String {
        let mut file = json!({
            "version": "1.0",
            "added_tokens": [],
            "normalizer": null,
            "pre_tokenizer": {"type": "Metaspace", "replacement": "\u{2581}"},
            "decoder": {"type": "Metaspace", "replacement": "\u{2581}"},
            "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]},
        });
        let bytes = |file: &Value| serde_json::to_vec(file).expect("JSON");
        crate::Tokenizer::from_json(&bytes(&file), None, None).expect("a tokenizer");
        change(&mut file);
        parse(&bytes(&file)).expect_err("a refusal")
    }

    #[test]
    fn what_the_library_would_stumble_over_is_refused() {
        // The first three are an index out of bounds, text that is no UTF-8, and a stack overflow.
        let deep = "a".repeat(1 << 20);
        let found = refusal(|file| file["model"]["merges"] = json!([["ab", "b"]]));
        assert!(found.contains("no piece"), "{found}");
        let found = refusal(|file| file["model"]["continuing_subword_prefix"] = json!("\u{2581}"));
        assert!(found.contains("expected none"), "{found}");
        let unigram = json!({"type": "Unigram", "unk_id": 0, "vocab": [["a", 0.0], [deep, 0.0]]});
        let found = refusal(|file| file["model"] = unigram.clone());
        assert!(found.contains("1048576 bytes"), "{found}");
        for model in [json!({"type": "WordPiece"}), json!({"vocab": {}, "merges": []})] {
            let found = refusal(|file| file["model"] = model.clone());
            assert!(found.contains("expected BPE or Unigram"), "{found}");
        }
    }

    #[test]
    fn normalizers_that_grow_or_never_end_are_refused() {
        let double = json!({"type": "Replace", "pattern": {"String": "a"}, "content": "aa"});
        let nested = |steps: Value| json!({"type": "Sequence", "normalizers": steps});
        let regex = json!({"type": "Replace", "pattern": {"Regex": "(a|aa)+$"}, "content": ""});
        let empty = json!({"type": "Replace", "pattern": {"String": ""}, "content": "a"});
        let open = json!({"type": "Precompiled", "precompiled_charsmap": "BAAAAAAAAAB4AA=="});
        for (step, said) in [
            (nested(json!(vec![double.clone(); 9])), "512 bytes of one"),
            (nested(json!([nested(json!(vec![double; 33]))])), "more than 32 steps"),
            (regex, "a pattern"),
            (empty, "a pattern"),
            (open, "out of itself"),
            (json!({"type": "BertNormalizer"}), "BertNormalizer"),
            (json!({"prepend": "a"}), "without a type"),
        ] {
            let found = refusal(|file| file["normalizer"] = step.clone());
            assert!(found.contains(said), "{found}");
        }
    }

    #[test]
    fn a_file_of_countless_values_is_not_parsed() {
        let found = parse("[".repeat(MAX_VALUES + 1).as_bytes()).expect_err("a refusal");
        assert!(found.contains("values"), "{found}");
    }

    #[test]
    fn base64_is_read_as_it_is_written() {
        for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo")] {
            assert_eq!(base64(text).expect("base64"), bytes.as_bytes());
        }
        assert!(base64("Z*==").is_none());
    }
}
