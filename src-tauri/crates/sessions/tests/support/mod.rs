//! What the tests have in common: a scratch file, a clock to set, and numbers that are random but
//! the same every time.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sessions::{
    Document, Id, Kind, NewSession, Place, Result, RunEnd, RunStart, Store, WrittenToken,
};
use tempfile::TempDir;

/// A folder of its own, a file in it, and a clock.
pub(crate) struct Scratch {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
    clock: Arc<AtomicI64>,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sessions.db");
        Self { folder, path, clock: Arc::new(AtomicI64::new(1_700_000_000_000)) }
    }

    pub(crate) fn open(&self) -> Store {
        self.try_open().expect("the store opens")
    }

    pub(crate) fn try_open(&self) -> Result<Store> {
        let clock = self.clock.clone();
        Store::with_clock(&self.path, Box::new(move || clock.load(Ordering::Relaxed)))
    }

    /// Lets time go by.
    pub(crate) fn wait(&self, milliseconds: i64) {
        self.clock.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// The names of the files beside the store's that contain a text.
    pub(crate) fn files_with(&self, part: &str) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.folder.path()).expect("a folder");
        let paths = files.map(|file| file.expect("a file").path());
        paths.filter(|path| path.to_string_lossy().contains(part)).collect()
    }
}

pub(crate) fn completion() -> NewSession {
    NewSession { kind: Kind::Completion, title: None, folder: None }
}

pub(crate) fn chat() -> NewSession {
    NewSession { kind: Kind::Chat, title: None, folder: None }
}

pub(crate) fn token(id: u32, text: &str) -> WrittenToken {
    WrittenToken { id, text: text.to_owned(), logprob: -(id as f32) / 7.0 }
}

pub(crate) fn tokens(texts: &[&str]) -> Vec<WrittenToken> {
    (0u32..).zip(texts).map(|(id, text)| token(id, text)).collect()
}

pub(crate) fn start() -> RunStart {
    RunStart {
        model_name: "demo".to_owned(),
        model_hash: "abc".to_owned(),
        seed: Some(u64::MAX - 1),
        record: serde_json::json!({ "settings": { "temperature": 0.7 } }),
    }
}

pub(crate) fn end() -> RunEnd {
    RunEnd {
        finish_reason: "length".to_owned(),
        tokens_per_second: Some(38.2),
        record: serde_json::json!({ "ids": [1, 2, 3] }),
        ..RunEnd::default()
    }
}

/// A whole run that writes some tokens.
pub(crate) fn run(store: &mut Store, session: Id, place: Place, texts: &[&str]) -> Id {
    let begun = store.begin_run(session, place, start()).expect("it begins");
    store.append(session, begun.run, 0, &tokens(texts)).expect("it goes on");
    store.finish_run(session, begun.run, end()).expect("it ends");
    begun.run
}

/// Types at the end of the document.
pub(crate) fn type_on(store: &mut Store, session: Id, text: &str) {
    let end = self::text(store, session).len();
    store.edit(session, end..end, text).expect("typed");
}

pub(crate) fn text(store: &mut Store, session: Id) -> String {
    store.document(session).expect("a document").text()
}

/// `SplitMix64`, by Sebastiano Vigna.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to one less.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// A text with its token ids and its run.
pub(crate) type Piece = (String, Vec<u32>, Option<Id>);

/// A document as pieces; neighbours that no one can tell apart are one.
pub(crate) fn pieces(document: &Document) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in document.pieces.iter().filter(|p| !p.text.is_empty() || !p.tokens.is_empty()) {
        let ids = piece.tokens.iter().map(|token| token.id);
        match pieces.last_mut() {
            Some((text, known, run))
                if *run == piece.run && known.is_empty() == piece.tokens.is_empty() =>
            {
                text.push_str(&piece.text);
                known.extend(ids);
            }
            _ => pieces.push((piece.text.clone(), ids.collect(), piece.run)),
        }
    }
    pieces
}
