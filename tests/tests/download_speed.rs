//! How fast a file comes over the loopback, hashed and written, beside the hash alone. See
//! `window_speed.rs` for what is judged when.

use std::path::Path;
use std::time::{Duration, Instant};

use hub::{Download, Environment, Hub, sha256};
use tests::standin::{Repository, StandIn};
use tests::timing::{is_bench, judge, note};

const BYTES: usize = 1 << 30;
/// Enough to see that it works at all.
const FEW_BYTES: usize = 1 << 26;
/// 500 MB a second.
const FAST_MS: f64 = BYTES as f64 / 500e6 * 1e3;
/// Without instructions for it, a processor hashes some 300 MB a second.
const OF_THE_HASH: f64 = 0.8;
const BUSY_MS: f64 = 60_000.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_comes_as_fast_as_it_can_be_hashed() {
    let bytes = vec![7; if is_bench() { BYTES } else { FEW_BYTES }];
    let started = Instant::now();
    let digest = sha256(&bytes);
    let hashing = started.elapsed();
    let site = StandIn::start(Repository::new("some/model").with("model.nemo", bytes, &digest));

    // The shortest: how fast a virtual machine finds memory to write to is no part of it either.
    let mut took = fetched(&site).await;
    for _ in 0..3 {
        took = took.min(fetched(&site).await);
    }

    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    note("hashing 1 GiB alone", milliseconds(hashing));
    let most = FAST_MS.max(milliseconds(hashing) / OF_THE_HASH);
    judge("fetching 1 GiB", milliseconds(took), most, BUSY_MS);
}

/// How long it takes to fetch, hash and write.
async fn fetched(site: &StandIn) -> Duration {
    // In memory: the disk of this machine is no part of it.
    let memory = Path::new("/dev/shm");
    let roomy = hub::free_bytes(memory).ok().flatten().is_some_and(|free| free > 2 * BYTES as u64);
    let folder = if roomy { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.expect("a folder");
    let cache = folder.path().to_string_lossy().into_owned();
    let environment = Environment::of(|name| match name {
        "HF_ENDPOINT" => Some(site.endpoint.clone()),
        "HF_HUB_CACHE" => Some(cache.clone()),
        _ => None,
    });
    let download = Download::of("some/model", environment, None);
    let hub = Hub::new(&folder.path().join("data"));
    let started = Instant::now();
    hub.download(&download, &mut |_| {}).await.expect("fetched");
    started.elapsed()
}
