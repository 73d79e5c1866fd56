//! The committed corpora, and the seeds they began with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::*;
use crate::checkpoint::hostile::seeds;

/// What `make fuzz` calls a hang.
const LONGEST: Duration = Duration::from_secs(5);

type Target = (&'static str, fn(&[u8]) -> bool);

const TARGETS: [Target; 7] = [
    ("config", config),
    ("safetensors", safetensors),
    ("sentencepiece", sentencepiece),
    ("tar", tar),
    ("tokenizer_json", tokenizer_json),
    ("torch", torch),
    ("zarr", zarr),
];

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

#[test]
fn nothing_in_the_corpora_does_harm() {
    for (target, read) in TARGETS {
        let files = std::fs::read_dir(corpus(target)).expect("a corpus");
        for file in files.map(|file| file.expect("an entry").path()) {
            let bytes = std::fs::read(&file).expect("an input");
            let start = Instant::now();
            let read = std::panic::catch_unwind(|| read(&bytes));
            assert!(read.is_ok(), "{} does harm", file.display());
            assert!(start.elapsed() < LONGEST, "{} took {:?}", file.display(), start.elapsed());
        }
    }
}

/// `UPDATE_SEEDS=1` writes them; fuzzing goes on from there.
#[test]
fn the_seeds_are_in_the_corpora() {
    let mut all: BTreeMap<String, Vec<u8>> = seeds::checkpoints();
    all.extend(seeds::tokenizers());
    for (name, bytes) in all {
        let (target, name) = name.split_once('/').expect("target/name");
        let path = corpus(target).join(name);
        if std::env::var_os("UPDATE_SEEDS").is_some() {
            std::fs::create_dir_all(corpus(target)).expect("a folder");
            std::fs::write(&path, &bytes).expect("written");
        }
        let (_, read) = TARGETS.iter().find(|(known, _)| *known == target).expect("a target");
        assert!(
            name.starts_with("odd-") || read(&bytes),
            "{} is not read to its end",
            path.display()
        );
        assert!(std::fs::read(&path).expect("a seed") == bytes, "{} is stale", path.display());
    }
}
