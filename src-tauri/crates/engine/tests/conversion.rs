//! Conversions that are refused or cancelled from inside the program.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{Admission, Conversion, ConversionRequest, Error, ModelIdentity, convert};

struct Verdict(Result<(), String>);

impl Admission for Verdict {
    fn admit(&self, _model: &ModelIdentity) -> Result<(), String> {
        self.0.clone()
    }
}

fn request(folder: &Path) -> ConversionRequest {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures");
    let model = fixtures.join("tiny/tiny-zarr.nemo");
    ConversionRequest { model, folder: folder.to_owned(), max_shard_bytes: 100_000 }
}

fn plainly(request: &ConversionRequest) -> Result<Conversion, Error> {
    convert(request, &Verdict(Ok(())), &AtomicBool::new(false), &|_| ())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect()
}

#[test]
fn a_cancelled_conversion_leaves_nothing_of_it_or_of_the_folders_above() {
    let folder = tempfile::tempdir().expect("folder");
    let request = request(&folder.path().join("new/model"));
    let cancelled = AtomicBool::new(false);
    let reported = Cell::new(0);
    let outcome = convert(&request, &Verdict(Ok(())), &cancelled, &|progress| {
        assert!(request.folder.with_extension("partial").is_dir());
        assert!(progress.bytes_done < progress.bytes_total);
        cancelled.store(true, Ordering::Relaxed);
        reported.set(reported.get() + 1);
    });
    assert!(matches!(outcome, Err(Error::ConversionCancelled)));
    assert_eq!((reported.get(), entries(folder.path()).len()), (1, 0));
}

#[test]
fn a_cancelled_conversion_into_an_empty_folder_leaves_it_empty() {
    let folder = tempfile::tempdir().expect("folder");
    let outcome =
        convert(&request(folder.path()), &Verdict(Ok(())), &AtomicBool::new(true), &|_| ());
    assert!(matches!(outcome, Err(Error::ConversionCancelled)));
    assert_eq!(entries(folder.path()).len(), 0);
}

#[test]
fn a_model_that_is_not_admitted_is_not_converted() {
    let folder = tempfile::tempdir().expect("folder");
    let verdict = Verdict(Err("accept the licence first".to_owned()));
    let request = request(&folder.path().join("out"));
    let outcome = convert(&request, &verdict, &AtomicBool::new(false), &|_| ());
    let error = outcome.expect_err("refused");
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        ("licence_required", "accept the licence first")
    );
    assert_eq!(entries(folder.path()).len(), 0);
}

#[test]
fn what_a_killed_run_left_inside_an_empty_folder_is_cleared_away() {
    let folder = tempfile::tempdir().expect("folder");
    let left = folder.path().join(".partial");
    fs::create_dir(&left).expect("created");
    fs::write(left.join("conversion.lock"), "").expect("written");
    fs::write(left.join("model-00009-of-00009.safetensors"), "half").expect("written");
    let done = plainly(&request(folder.path())).expect("converts");
    assert_eq!(done.path, folder.path());
    let mut written: Vec<PathBuf> =
        done.files.iter().map(|file| folder.path().join(&file.name)).collect();
    let mut found = entries(folder.path());
    written.sort();
    found.sort();
    assert_eq!(found, written);
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("folder");
    let places = ["one", "two"].map(|name| folder.path().join(name));
    let [one, two] = places.each_ref().map(|place| plainly(&request(place)).expect("converts"));
    assert_eq!(one.files, two.files);
    for file in &one.files {
        let [one, two] = places.each_ref().map(|place| fs::read(place.join(&file.name)));
        assert!(one.expect("read") == two.expect("read"), "{}", file.name);
    }
}
