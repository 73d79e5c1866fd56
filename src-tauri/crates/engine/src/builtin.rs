//! Where the built-in model lies.

use std::path::PathBuf;

/// The name users call it by.
pub const NAME: &str = "demo";

/// The built-in model's file: beside the executable, then under `share/`, then in the source tree.
#[must_use]
pub fn path() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let folder = executable.parent()?;
    let file = format!("{NAME}.nemo");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/demo.nemo");
    let places = [
        folder.join(&file),
        folder.join("../share/nemotron-playground").join(&file),
        folder.join("../lib/nemotron-playground").join(&file),
        PathBuf::from(source),
    ];
    places.into_iter().find(|path| path.is_file())
}
