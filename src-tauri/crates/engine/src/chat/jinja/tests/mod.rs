//! Against Jinja's own outcomes, against harm, and for where text comes from.

mod hostile;
mod mutations;
mod origins;
mod reference;

use std::path::PathBuf;

use serde_json::Value as Json;

use super::{Moment, Piece};

/// The moment at which the clock of the fixtures stands.
const NOW: Moment = Moment { year: 2024, month: 7, day: 4, hour: 9, minute: 5, second: 3 };

fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/chat_templates"))
}

/// What `make.py` wrote.
fn cases() -> Json {
    let text = std::fs::read_to_string(fixtures().join("cases.json")).expect("the cases");
    serde_json::from_str(&text).expect("JSON")
}

fn text_of(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// A model is handed from thread to thread, and its template with it.
#[test]
fn a_program_may_be_shared() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<super::Program>();
}
