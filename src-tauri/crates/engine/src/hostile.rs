//! The readers as a hostile file meets them: each entry point takes a file's bytes through a real
//! reader as deep as it goes, says whether that took it for a good one, and panics where what was read
//! breaks a promise of the reader. The targets of `fuzz/` call them; a test replays their corpora.

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "to panic is how a broken promise is reported; fuzzing needs no more"
)]

pub use crate::checkpoint::hostile::{config, safetensors, tar, torch, zarr};
use crate::settings::PromptSpan;
use crate::tokenizer::{Specials, Tokenizer, TokenizerFile, TokenizerFormat};

/// Spaces of all kinds, what looks like pieces, repetitions, and characters that normalisation
/// joins, takes apart or makes longer.
const TEXT: &str = "  a  b\u{2581}c\r\n\t\0<s></s><0x0A> \u{fdfa}\u{bd} e\u{301}\u{1f469}\u{200d}\
                    \u{1f467}\u{fffd}\u{65e5}\u{672c}abababababaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ";
/// Enough of a large vocabulary.
const DECODED_PIECES: u32 = 2000;

/// A SentencePiece model, also as the `tokenizer.json` made from it.
pub fn sentencepiece(file: &[u8]) -> bool {
    let read = Tokenizer::from_sentencepiece(file);
    if let Ok(tokenizer) = &read {
        use_tokenizer(tokenizer);
    }
    let file = TokenizerFile { format: TokenizerFormat::SentencePiece, bytes: file.to_owned() };
    let _ = Specials::of(&file);
    if let Ok(json) = file.to_json() {
        assert!(read.is_err() || tokenizer_json(&json), "it was made into a bad tokenizer.json");
    }
    read.is_ok()
}

/// A `tokenizer.json`.
pub fn tokenizer_json(file: &[u8]) -> bool {
    let format = TokenizerFormat::Json { bos: Some(1), eos: Some(2) };
    let _ = Specials::of(&TokenizerFile { format, bytes: file.to_owned() });
    let read = Tokenizer::from_json(file, Some(1), Some(2));
    if let Ok(tokenizer) = &read {
        use_tokenizer(tokenizer);
    }
    read.is_ok()
}

fn use_tokenizer(tokenizer: &Tokenizer) {
    for text in [TEXT, "", " ", &TEXT[3..5]] {
        let Ok(tokens) = tokenizer.encode(text) else { continue };
        for token in &tokens {
            assert!((token.id as usize) < tokenizer.pieces(), "{token:?} is beyond the pieces");
            assert!(text.get(token.bytes.clone()).is_some() || token.bytes.end <= text.len());
        }
        let _ = tokenizer.decode(&tokens.iter().map(|token| token.id).collect::<Vec<_>>());
    }
    let spans = [
        PromptSpan::User { text: TEXT.to_owned() },
        PromptSpan::Text { text: TEXT.to_owned() },
        PromptSpan::Tokens { ids: vec![0, u32::MAX] },
        PromptSpan::User { text: TEXT.to_owned() },
    ];
    // Either is an answer, as long as it is one.
    let _ = tokenizer.encode_prompt(&spans, true);
    let ids: Vec<u32> = (0..DECODED_PIECES.min(tokenizer.pieces() as u32)).collect();
    let _ = tokenizer.decode(&ids);
    for id in ids {
        let _ = tokenizer.piece_text(id);
    }
}

#[cfg(test)]
mod tests;
