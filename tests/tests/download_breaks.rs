//! Fetching a model while everything goes wrong: the connection, the server, the file, the program.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::standin::{Ending, Fault, Repository, StandIn};
use tests::user::{User, ended_well, kind, until};
use tests::{fixture, nemotron};

const OPEN: &str = "nvidia/Minitron-4B-Base";
const MODEL: &str = "model.nemo";

fn tiny() -> Vec<u8> {
    std::fs::read(fixture("tiny/tiny-zarr.nemo")).expect("the fixture")
}

/// Noise that takes a while.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

fn open_with(bytes: Vec<u8>) -> StandIn {
    let digest = hub::sha256(&bytes);
    StandIn::start(
        Repository::new(OPEN)
            .with("README.md", b"a card".to_vec(), &"a".repeat(40))
            .with(MODEL, bytes, &digest),
    )
}

#[test]
fn a_cut_connection_goes_on_at_the_very_byte() {
    let site = open_with(noise(1_000_000));
    site.breaks([
        Fault::Ends(300_000, Ending::Closed),
        Fault::Status(503, Some("2")),
        Fault::Status(403, None),
        Fault::Ends(100_000, Ending::Closed),
    ]);
    // Noise is no model, but it is the very noise of the hub.
    let lines = nemotron::lines(&User::of(&site).download(OPEN));
    assert_eq!(lines.last().expect("done")["sha256"], hub::sha256(&noise(1_000_000)));
    assert_eq!(site.sent(), 1_000_000, "not a byte twice");
    let first = Some("bytes=300000-999999".to_owned());
    let last = Some("bytes=400000-999999".to_owned());
    assert_eq!(site.ranges(), [None, first.clone(), first.clone(), first, last]);
    let waits = lines.iter().filter(|line| line["type"] == "waiting");
    let seconds: Vec<f64> = waits.filter_map(|line| line["seconds"].as_f64()).collect();
    assert_eq!(
        seconds,
        [0.5, 2.0, 2.0, 0.5],
        "as long as the server asked for, else a little longer each time"
    );
}

#[test]
fn a_server_without_ranges_sends_it_all_again() {
    let site = open_with(noise(1_000_000));
    site.breaks([Fault::Ends(300_000, Ending::Closed), Fault::NoRanges]);
    let lines = nemotron::lines(&User::of(&site).download(OPEN));
    assert!(lines.iter().any(|line| line["type"] == "restarted"));
    assert_eq!(lines.last().expect("done")["sha256"], hub::sha256(&noise(1_000_000)));
}

#[test]
fn wrong_bytes_are_fetched_again_once_and_never_installed() {
    let site = open_with(tiny());
    site.breaks([Fault::Flipped(1000)]);
    let user = User::of(&site);
    let lines = nemotron::lines(&user.download(OPEN));
    assert!(lines.iter().any(|line| line["type"] == "restarted"));
    assert_eq!(user.listed("minitron-4b-base")["installed"], true);

    let site = open_with(tiny());
    site.breaks([Fault::Flipped(1000), Fault::Flipped(2000)]);
    let user = User::of(&site);
    let output = user.download(OPEN);
    assert_eq!(kind(&output), "checksum_mismatch");
    assert!(String::from_utf8_lossy(&output.stderr).contains(MODEL));
    let listed = user.listed("minitron-4b-base");
    assert_eq!((&listed["installed"], &listed["path"]), (&Value::Bool(false), &Value::Null));
    let blobs = std::fs::read_dir(user.file("blobs")).expect("blobs");
    let left: Vec<u64> =
        blobs.map(|blob| blob.expect("a blob").metadata().expect("a file").len()).collect();
    assert!(left.iter().all(|bytes| *bytes == 0), "{left:?}");
}

#[test]
fn a_file_that_changed_on_the_hub_is_fetched_from_its_first_byte() {
    let site = open_with(noise(1_000_000));
    site.breaks([Fault::Ends(300_000, Ending::Closed), Fault::Status(503, Some("1"))]);
    let user = User::of(&site);
    let child = user.starts(OPEN);
    until("the second attempt", || site.ranges().len() == 2);
    let now = noise(500_000);
    let digest = hub::sha256(&now);
    site.change(|repository| {
        *repository = repository.clone().with(MODEL, now, &digest);
    });
    let lines = nemotron::lines(&child.wait_with_output().expect("nemotron ends"));
    assert!(lines.iter().any(|line| line["type"] == "restarted"));
    assert_eq!(lines.last().expect("done")["sha256"], digest);
    let left = std::fs::read_dir(user.file("blobs")).expect("blobs").count();
    assert_eq!(left, 1, "nothing is left of the old file");
}

#[test]
fn killed_again_and_again_it_fetches_hardly_a_byte_twice() {
    const BYTES: usize = 40_000_000;
    let site = open_with(noise(BYTES));
    let user = User::of(&site);
    for kill in 0..8_u64 {
        site.breaks([Fault::Slow(20_000_000)]);
        let before = site.sent();
        let mut child = user.starts(OPEN);
        // At another moment each time, from the first bytes on.
        until("some of it comes", || site.sent() > before);
        std::thread::sleep(Duration::from_millis(17 * kill));
        child.kill().expect("killed");
        child.wait().expect("dead");
    }
    assert_eq!(user.listed("minitron-4b-base")["installed"], false);
    let lines = nemotron::lines(&user.download(OPEN));
    assert_eq!(lines.last().expect("done")["sha256"], hub::sha256(&noise(BYTES)));
    // What was on its way in buffers when the program died comes again.
    let twice = site.sent() - BYTES;
    assert!(twice * 50 < BYTES, "{twice} bytes came twice");
    assert!(site.ranges().len() > 5, "it was killed in the middle");
}

#[test]
fn ctrl_c_pauses_at_once_and_the_same_command_goes_on() {
    let site = open_with(noise(20_000_000));
    site.breaks([Fault::Slow(5_000_000)]);
    let user = User::of(&site);
    let mut child = user.starts(OPEN);
    until("some of it comes", || site.sent() > 1_000_000);
    let asked = Instant::now();
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill runs").success());
    let code = child.wait().expect("ends").code();
    assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
    assert_eq!(code, Some(130));
    ended_well(&user.download(OPEN));
    assert!(site.sent() < 22_000_000, "{} bytes", site.sent());
}

#[test]
fn one_program_at_a_time_writes_a_file() {
    let site = open_with(noise(5_000_000));
    site.breaks([Fault::Slow(1_000_000)]);
    let user = User::of(&site);
    let mut first = user.starts(OPEN);
    until("some of it comes", || site.sent() > 500_000);
    assert_eq!(kind(&user.download(OPEN)), "in_use");
    first.kill().expect("killed");
    first.wait().expect("dead");
}

#[test]
fn a_file_that_the_disk_has_no_room_for_is_not_begun() {
    let site = open_with(tiny());
    site.change(|repository| {
        repository.files.get_mut(MODEL).expect("the model").claimed = 1 << 60;
    });
    let output = User::of(&site).download(OPEN);
    assert_eq!(kind(&output), "no_space");
    assert!(String::from_utf8_lossy(&output.stderr).contains("1152921504875282432 bytes needed"));
    assert_eq!(site.sent(), 0);
}

#[test]
fn a_file_that_others_have_fetched_badly_is_fetched_again() {
    let site = open_with(tiny());
    let user = User::of(&site);
    let blob = user.file("blobs").join(hub::sha256(&tiny()));
    std::fs::create_dir_all(user.file("blobs")).expect("a folder");
    let mut damaged = tiny();
    damaged[1000] ^= 1;
    std::fs::write(&blob, damaged).expect("written");
    let lines = nemotron::lines(&user.download(OPEN));
    assert!(lines.iter().any(|line| line["type"] == "restarted"));
    assert_eq!(std::fs::read(&blob).expect("a blob"), tiny());
}
