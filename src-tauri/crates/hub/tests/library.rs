//! What other tools have fetched is found, read through, and no longer trusted once it changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hub::{Cache, Hub, Snapshot, sha256};

const REPO: &str = "nvidia/nemotron-3-8b-base-4k";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const WEIGHTS: &str = "Nemotron-3-8B-Base-4k.nemo";

/// A cache as Python's `huggingface_hub` leaves it, with links where the system has them.
struct Fetched {
    folder: tempfile::TempDir,
}

impl Fetched {
    fn new() -> Self {
        let fetched = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir_all(fetched.repository().join("refs")).expect("refs");
        fs::write(fetched.repository().join("refs/main"), COMMIT).expect("the branch");
        fetched
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("models--nvidia--nemotron-3-8b-base-4k")
    }

    /// A file under the name of its blob: its SHA-256, or the git hash of a small one.
    fn add(&self, name: &str, bytes: &[u8], etag: &str) {
        let blob = self.repository().join("blobs").join(etag);
        let link = self.repository().join("snapshots").join(COMMIT).join(name);
        fs::create_dir_all(blob.parent().expect("blobs")).expect("blobs");
        fs::create_dir_all(link.parent().expect("snapshot")).expect("snapshot");
        fs::write(&blob, bytes).expect("a blob");
        place(&blob, &link);
    }

    fn snapshot(&self) -> Snapshot {
        let found = Cache::at(self.folder.path()).snapshot(REPO, "main");
        found.expect("readable").expect("fetched")
    }
}

#[cfg(unix)]
fn place(blob: &Path, link: &Path) {
    let name = blob.file_name().expect("a name");
    let target = Path::new("../../blobs").join(name);
    std::os::unix::fs::symlink(target, link).expect("a link");
}

#[cfg(not(unix))]
fn place(blob: &Path, link: &Path) {
    fs::rename(blob, link).expect("moved");
}

fn hub(folder: &Path) -> Hub {
    Hub::new(&folder.join("data"))
}

#[test]
fn a_model_is_installed_once_every_byte_of_it_was_read() {
    let fetched = Fetched::new();
    let weights = vec![7; 3_000_000];
    fetched.add(WEIGHTS, &weights, &sha256(&weights));
    fetched.add("README.md", b"a card", "aaaabbbbccccddddeeeeaaaabbbbccccddddeeee");
    let hub = hub(fetched.folder.path());
    assert_eq!(hub.library.installed().expect("none"), []);

    let mut read = 0;
    let model = hub.library.verify(&fetched.snapshot(), &mut |bytes| {
        read += bytes;
        true
    });
    let model = model.expect("whole");
    assert_eq!((read, model.bytes()), (3_000_000, 3_000_000), "the card is no part of the model");
    assert!(model.path.ends_with(format!("snapshots/{COMMIT}/{WEIGHTS}")));
    assert_eq!((model.repo.as_str(), model.commit.as_str()), (REPO, COMMIT));
    assert_eq!(model.files[0].sha256, sha256(&weights));
    assert_eq!(hub.library.installed().expect("one"), [model]);
    hub.library.forget(REPO).expect("forgotten");
    assert_eq!(hub.library.installed().expect("none"), []);
}

#[test]
fn a_damaged_or_changed_model_is_not_installed() {
    let fetched = Fetched::new();
    let weights = vec![7; 10_000];
    fetched.add(WEIGHTS, &weights, &sha256(&weights));
    let hub = hub(fetched.folder.path());
    hub.library.verify(&fetched.snapshot(), &mut |_| true).expect("whole");

    let mut damaged = weights.clone();
    damaged[5_000] ^= 1;
    let path = fetched.snapshot().files[WEIGHTS].path.clone();
    fs::write(&path, &damaged).expect("damaged");
    // The clock of some disks ticks every few milliseconds only.
    let file = fs::File::options().append(true).open(&path).expect("a file");
    file.set_modified(SystemTime::now() + Duration::from_secs(1)).expect("a time");
    assert_eq!(hub.library.installed().expect("readable"), [], "it was written to");
    let error = hub.library.verify(&fetched.snapshot(), &mut |_| true).expect_err("damaged");
    assert_eq!(error.kind(), "checksum_mismatch");
    assert!(error.to_string().contains(WEIGHTS), "{error}");
}

#[test]
fn reading_stops_when_asked_and_writes_nothing_down() {
    let fetched = Fetched::new();
    let weights = vec![7; 5 << 20];
    fetched.add(WEIGHTS, &weights, &sha256(&weights));
    let hub = hub(fetched.folder.path());
    let mut asked = 0;
    let stopped = hub.library.verify(&fetched.snapshot(), &mut |_| {
        asked += 1;
        asked < 2
    });
    assert_eq!((stopped.expect_err("stopped").kind(), asked), ("cancelled", 2));
    assert_eq!(hub.library.installed().expect("none"), []);
}

#[test]
fn a_folder_of_shards_counts_only_when_all_of_them_are_there() {
    let fetched = Fetched::new();
    for name in ["config.json", "tokenizer.model", "model.safetensors.index.json"] {
        fetched.add(name, b"{}", &sha256(name.as_bytes())[..40]);
    }
    fetched.add("model-00001-of-00002.safetensors", b"one", &sha256(b"one"));
    assert_eq!(fetched.snapshot().checkpoint(), None, "the second half is missing");
    fetched.add("model-00002-of-00002.safetensors", b"two", &sha256(b"two"));
    let folder = fetched.snapshot().checkpoint().expect("complete");
    assert!(folder.ends_with(COMMIT), "{}", folder.display());
    assert_eq!(fetched.snapshot().parts().count(), 5);

    // Taken away by another tool: a link may stay, and leads nowhere.
    fs::remove_file(&fetched.snapshot().files["model-00002-of-00002.safetensors"].path)
        .expect("removed");
    assert_eq!(fetched.snapshot().checkpoint(), None);
    let error = hub(fetched.folder.path()).library.verify(&fetched.snapshot(), &mut |_| true);
    assert_eq!(error.expect_err("not whole").kind(), "not_found");
}

#[test]
fn a_hostile_cache_leads_nowhere() {
    let fetched = Fetched::new();
    fetched.add(WEIGHTS, b"weights", &sha256(b"weights"));
    let cache = Cache::at(fetched.folder.path());
    for revision in ["../../..", "", "a//b", "/etc/passwd", "../refs/main", "other"] {
        assert_eq!(cache.snapshot(REPO, revision).expect("readable"), None, "{revision:?}");
    }
    fs::write(fetched.repository().join("refs/main"), "../../../..").expect("written");
    assert_eq!(cache.snapshot(REPO, "main").expect("readable"), None);
    assert!(cache.snapshot(REPO, COMMIT).expect("readable").is_some(), "the commit by itself");
    assert_eq!(cache.snapshot("nvidia/other", "main").expect("readable"), None);

    // Records that cannot be read are as good as none.
    let data = fetched.folder.path().join("data");
    fs::create_dir_all(&data).expect("a folder");
    fs::write(data.join("models.json"), b"[{\0\0\0").expect("written");
    assert_eq!(Hub::new(&data).library.installed().expect("none"), []);
}
