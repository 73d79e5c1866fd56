//! Faults that take long, with less patience than a user's, and a model that is taken off the disk.

use std::path::Path;
use std::time::{Duration, Instant};

use hub::{Download, Environment, Event, Hub, Installed, sha256};
use tests::fixture;
use tests::standin::{Ending, Fault, Repository, StandIn};

const REPO: &str = "some/model";
const MODEL: &str = "model.nemo";
const OTHER_COMMIT: &str = "00112233445566778899aabbccddeeff00112233";

fn site(bytes: Vec<u8>) -> StandIn {
    let digest = sha256(&bytes);
    StandIn::start(Repository::new(REPO).with(MODEL, bytes, &digest))
}

fn environment(folder: &Path, site: &StandIn) -> Environment {
    let cache = folder.join("hub").to_string_lossy().into_owned();
    Environment::of(|name| match name {
        "HF_ENDPOINT" => Some(site.endpoint.clone()),
        "HF_HUB_CACHE" => Some(cache.clone()),
        _ => None,
    })
}

async fn fetched(folder: &Path, site: &StandIn, stall: Duration) -> (Installed, Vec<Event>) {
    let mut download = Download::of(REPO, environment(folder, site), None);
    download.stall = stall;
    let mut events = Vec::new();
    let mut report = |event| events.push(event);
    let hub = Hub::new(&folder.join("data"));
    let installed = hub.download(&download, &mut report).await.expect("fetched");
    (installed, events)
}

fn tiny() -> Vec<u8> {
    std::fs::read(fixture("tiny/tiny-zarr.nemo")).expect("the fixture")
}

#[tokio::test]
async fn a_connection_on_which_nothing_comes_is_given_up_and_made_again() {
    let site = site(tiny());
    site.breaks([Fault::Ends(400_000, Ending::Silent)]);
    let folder = tempfile::tempdir().expect("a folder");
    let started = Instant::now();
    let (installed, events) = fetched(folder.path(), &site, Duration::from_secs(1)).await;
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(installed.files[0].sha256, sha256(&tiny()));
    assert!(events.iter().any(|event| matches!(event, Event::Waiting { .. })), "{events:?}");
    let ranges = site.ranges();
    assert_eq!(ranges[1].as_deref(), Some(format!("bytes=400000-{}", tiny().len() - 1).as_str()));
}

#[tokio::test]
async fn dropped_it_stops_and_can_go_on_at_once() {
    let site = site(tiny());
    site.breaks([Fault::Slow(1_000_000)]);
    let folder = tempfile::tempdir().expect("a folder");
    let second = Duration::from_secs(1);
    let fetching = fetched(folder.path(), &site, second);
    assert!(tokio::time::timeout(second, fetching).await.is_err(), "it takes two seconds");
    let (installed, _) = fetched(folder.path(), &site, second).await;
    assert_eq!(installed.files[0].sha256, sha256(&tiny()));
    assert!(site.ranges()[1].is_some(), "what had come was kept");
}

#[tokio::test]
async fn what_another_commit_uses_stays_when_a_model_is_deleted() {
    let site = site(tiny());
    let folder = tempfile::tempdir().expect("a folder");
    let second = Duration::from_secs(1);
    let (first, _) = fetched(folder.path(), &site, second).await;
    site.change(|repository| OTHER_COMMIT.clone_into(&mut repository.commit));
    let sent = site.sent();
    let (now, _) = fetched(folder.path(), &site, second).await;
    assert_eq!((now.commit.as_str(), site.sent()), (OTHER_COMMIT, sent), "the very same bytes");

    let hub = Hub::new(&folder.path().join("data"));
    let cache = environment(folder.path(), &site).cache.expect("a cache");
    assert_eq!(hub.delete(&now, &cache).expect("deleted"), 0, "the other commit has them");
    assert!(first.path.exists() && !now.path.exists());
    assert_eq!(hub.library.installed().expect("readable"), []);
    assert_eq!(hub.delete(&first, &cache).expect("deleted"), tiny().len() as u64);
    assert!(!first.path.exists());
    assert!(cache.snapshot(REPO, "main").expect("readable").is_none());
}

#[tokio::test]
async fn a_newer_version_is_noticed() {
    let site = site(tiny());
    let folder = tempfile::tempdir().expect("a folder");
    fetched(folder.path(), &site, Duration::from_secs(1)).await;
    let hub = Hub::new(&folder.path().join("data"));
    let environment = environment(folder.path(), &site);
    let newer = hub.has_update(REPO, "main", &environment, None).await;
    assert!(!newer.expect("asked"));
    site.change(|repository| OTHER_COMMIT.clone_into(&mut repository.commit));
    assert!(hub.has_update(REPO, "main", &environment, None).await.expect("asked"));
}
