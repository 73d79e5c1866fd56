//! A large file that comes in pieces, with a program that ends in the middle.

use std::fs::{self, File};
use std::path::PathBuf;

use hub::{Error, Partial, sha256};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn blob(&self) -> PathBuf {
        self.folder.path().join("models--a--b/blobs/etag")
    }

    fn lock(&self) -> PathBuf {
        self.folder.path().join(".locks/models--a--b/etag.lock")
    }

    fn open(&self) -> Result<Partial, Error> {
        Partial::open(&self.blob(), &self.lock(), &mut |_| true)
    }
}

#[test]
fn a_file_goes_on_where_it_was_left_and_gets_its_name_at_the_end() {
    let place = Place::new();
    let whole: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let mut partial = place.open().expect("new");
    partial.append(&whole[..1_700_000]).expect("written");
    drop(partial);

    let mut partial = place.open().expect("taken up");
    assert_eq!(partial.bytes(), 1_700_000);
    partial.append(&whole[1_700_000..]).expect("written");
    assert!(!place.blob().exists(), "not before it is known to be right");
    let expected = sha256(&whole);
    assert_eq!(partial.finish(Some(&expected.to_uppercase())).expect("right"), expected);
    assert_eq!(fs::read(place.blob()).expect("the blob"), whole);
    assert_eq!(fs::read_dir(place.blob().parent().expect("blobs")).expect("blobs").count(), 1);
}

#[test]
fn wrong_bytes_get_no_name_and_are_not_built_upon() {
    let place = Place::new();
    let mut partial = place.open().expect("new");
    partial.append(b"wrong").expect("written");
    let error = partial.finish(Some(&sha256(b"right"))).expect_err("wrong");
    assert_eq!(error.kind(), "checksum_mismatch");
    assert!(!place.blob().exists());
    let mut partial = place.open().expect("again");
    assert_eq!(partial.bytes(), 0);
    partial.append(b"other").expect("written");
    partial.restart().expect("another file on the server");
    partial.append(b"right").expect("written");
    partial.finish(Some(&sha256(b"right"))).expect("right");
    assert_eq!(fs::read(place.blob()).expect("the blob"), b"right");
}

#[test]
fn two_programs_do_not_write_to_one_file() {
    let place = Place::new();
    let partial = place.open().expect("new");
    assert_eq!(place.open().expect_err("held").kind(), "in_use");
    drop(partial);
    let other = File::create(place.lock()).expect("the file that Python locks");
    other.lock().expect("locked");
    assert_eq!(place.open().expect_err("held by another tool").kind(), "in_use");
    drop(other);
    place.open().expect("free again");
}

#[test]
fn taking_it_up_can_be_stopped() {
    let place = Place::new();
    place.open().expect("new").append(&vec![1; 5 << 20]).expect("written");
    let mut asked = 0;
    let stopped = Partial::open(&place.blob(), &place.lock(), &mut |_| {
        asked += 1;
        asked < 3
    });
    assert_eq!((stopped.expect_err("stopped").kind(), asked), ("cancelled", 3));
    assert_eq!(place.open().expect("whole").bytes(), 5 << 20);
}
