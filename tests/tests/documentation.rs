//! What the documentation promises, against the sources.

use std::collections::BTreeSet;
use std::path::Path;

fn source(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).expect("a source file")
}

/// The words between every other `mark`.
fn words(text: &str, mark: char) -> BTreeSet<&str> {
    text.split(mark).skip(1).step_by(2).collect()
}

#[test]
fn every_kind_of_error_stands_in_the_table() {
    let documentation = source("docs/errors.md");
    let documented = words(&documentation, '`');
    for name in ["engine", "cli", "hub", "sessions"] {
        let path = format!("src-tauri/crates/{name}/src/error.rs");
        let source = source(&path);
        let (_, from_kind) = source.split_once("fn kind(").expect("kinds");
        let (kinds, _) = from_kind.split_once("fn hint(").unwrap_or((from_kind, ""));
        // The doc comments between them quote nothing.
        let kinds = words(kinds, '"');
        assert!(kinds.len() >= 3, "{path} has the kinds {kinds:?}");
        for kind in kinds {
            assert!(documented.contains(kind), "docs/errors.md lacks {kind}");
        }
    }
}
