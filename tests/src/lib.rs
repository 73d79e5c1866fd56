//! What the tests share: fixtures, checkpoints made on the spot, the built programs, the window.

pub mod archive;
pub mod checkpoint;
pub mod free_core;
pub mod nemotron;
pub mod standin;
pub mod timing;
pub mod user;
pub mod window;

use std::path::{Path, PathBuf};

/// A file under `tests/fixtures`.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A program built into the same target directory as the running test.
///
/// # Panics
/// When it was not built; `make test` builds it first.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its path");
    let folder = test.ancestors().nth(2).expect("tests lie in <profile>/deps");
    let program = folder.join(name);
    assert!(program.is_file(), "{} is not built: run make test", program.display());
    program
}
