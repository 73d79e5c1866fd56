//! Fetching a model with the real program, from a stand-in of the hub on two addresses.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tests::standin::{COMMIT, Ending, Fault, Granted, Repository, StandIn, TOKEN};
use tests::{fixture, nemotron, program};

const OPEN: &str = "nvidia/Minitron-4B-Base";
const GATED: &str = "nvidia/nemotron-3-8b-base-4k";
const GATED_NAME: &str = "nemotron-3-8b-base-4k";
const MODEL: &str = "model.nemo";

/// What the tests' own user may have set.
const FOREIGN: [&str; 5] = [
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_HUB_OFFLINE",
    "TRANSFORMERS_OFFLINE",
    "HF_TOKEN_PATH",
];
/// No step of a test takes so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// One user: data, cache and token of their own.
struct User {
    folder: TempDir,
    endpoint: String,
    token: Option<&'static str>,
}

impl User {
    fn of(site: &StandIn) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, endpoint: site.endpoint.clone(), token: None }
    }

    fn with_token(site: &StandIn) -> Self {
        Self { token: Some(TOKEN), ..Self::of(site) }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(program("nemotron"));
        command.args(arguments).env("XDG_DATA_HOME", folder).env("HF_HOME", folder);
        command.env("HF_HUB_CACHE", folder.join("hub")).env("HF_ENDPOINT", &self.endpoint);
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("NO_PROXY", "127.0.0.1,127.0.0.2");
        if let Some(token) = self.token {
            command.env("HF_TOKEN", token);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("nemotron runs")
    }

    fn download(&self, name: &str) -> Output {
        self.run(&["download", name, "--json"])
    }

    fn starts(&self, name: &str) -> Child {
        self.command(&["download", name, "--json"]).spawn().expect("nemotron starts")
    }

    fn accepts(&self, name: &str) {
        let output = self.run(&["licence", "accept", name, "--yes"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// What `nemotron models` says of a model.
    fn listed(&self, name: &str) -> Value {
        let output = nemotron::lines(&self.run(&["models", "--json"]));
        let models = output[0]["models"].as_array().expect("models").clone();
        models.into_iter().find(|model| model["name"] == name).expect("listed")
    }

    fn file(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join("hub/models--nvidia--Minitron-4B-Base").join(path)
    }
}

/// Waits for something that the running program brings about.
fn until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn ended_well(output: &Output) {
    let lines = nemotron::lines(output);
    assert_eq!(lines.last().expect("a line")["type"], "done");
}

/// Of an error.
fn kind(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let last: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("json");
    assert_eq!(last["type"], "error");
    last["kind"].as_str().expect("a kind").to_owned()
}

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

fn gated(access: Granted) -> StandIn {
    let bytes = tiny();
    let digest = hub::sha256(&bytes);
    StandIn::start(Repository::new(GATED).gated(access).with(MODEL, bytes, &digest))
}

#[test]
fn a_model_is_fetched_verified_installed_and_runs() {
    let site = open_with(tiny());
    let user = User::of(&site);
    let lines = nemotron::lines(&user.download("minitron-4b-base"));
    let done = lines.last().expect("a line");
    assert_eq!(
        (done["type"].as_str(), done["name"].as_str()),
        (Some("done"), Some("minitron-4b-base"))
    );
    assert_eq!(done["sha256"], hub::sha256(&tiny()));
    let progress = lines.iter().find(|line| line["type"] == "progress").expect("progress");
    assert_eq!(
        (progress["file"].as_str(), progress["total"].as_u64()),
        (Some(MODEL), Some(tiny().len() as u64))
    );
    let listed = user.listed("minitron-4b-base");
    assert_eq!((&listed["installed"], &listed["path"]), (&Value::Bool(true), &done["path"]));
    assert_eq!(listed["revision"], COMMIT);
    let text = user.run(&[
        "complete",
        "--model",
        "minitron-4b-base",
        "--prompt",
        "The",
        "--max-tokens",
        "2",
    ]);
    assert!(text.status.success(), "{}", String::from_utf8_lossy(&text.stderr));
    assert!(!site.seen().iter().any(|seen| seen.path.contains("README")), "only the model");
}

/// As transformers wrote it; git hashes are those of small files, and any digits do for the stand-in.
#[test]
fn a_hugging_face_folder_is_fetched_file_by_file_and_runs() {
    let mut repository = Repository::new("some/folder").with("pytorch_model.bin", vec![1], "b");
    for entry in std::fs::read_dir(fixture("tiny/hf")).expect("the fixture") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("read");
        let digest = hub::sha256(&bytes);
        let etag = if bytes.len() > 100_000 { &digest } else { &digest[..40] };
        repository = repository.with(&name, bytes, etag);
    }
    let site = StandIn::start(repository);
    let user = User::of(&site);
    let lines = nemotron::lines(&user.download("some/folder"));
    let done = lines.last().expect("done");
    assert_eq!((done["type"].as_str(), done["name"].as_str()), (Some("done"), Some("some/folder")));
    assert!(!site.seen().iter().any(|seen| seen.path.contains(".bin")), "no pickle");
    let listed = user.listed("some/folder");
    assert_eq!(
        (&listed["installed"], &listed["format"]),
        (&Value::Bool(true), &"huggingface".into())
    );
    let more = ["--prompt", "The", "--max-tokens", "2"];
    let text = user.run(&[&["complete", "--model", "Some/Folder"][..], &more].concat());
    assert!(text.status.success(), "{}", String::from_utf8_lossy(&text.stderr));
}

#[test]
fn what_was_fetched_lies_where_hugging_faces_tools_look_and_is_not_fetched_again() {
    let site = open_with(tiny());
    let user = User::of(&site);
    ended_well(&user.download(OPEN));
    assert_eq!(std::fs::read_to_string(user.file("refs/main")).expect("the branch"), COMMIT);
    let link = user.file(&format!("snapshots/{COMMIT}/{MODEL}"));
    let blob = user.file("blobs").join(hub::sha256(&tiny()));
    assert_eq!(link.canonicalize().expect("a link"), blob.canonicalize().expect("a blob"));
    #[cfg(unix)]
    assert_eq!(
        std::fs::read_link(&link).expect("a link"),
        Path::new("../../blobs").join(hub::sha256(&tiny()))
    );
    let sent = site.sent();
    ended_well(&user.download(OPEN));
    assert_eq!(site.sent(), sent, "not a byte twice");
}

#[test]
fn not_one_packet_leaves_before_the_licence_was_accepted() {
    let site = gated(Granted::Yes);
    let user = User::with_token(&site);
    assert_eq!(kind(&user.download(GATED_NAME)), "licence_required");
    assert_eq!(site.connections(), 0);
    user.accepts(GATED_NAME);
    ended_well(&user.download(GATED_NAME));
    let sent = site.sent();
    let withdrawn = user.run(&["licence", "withdraw", GATED_NAME, "--yes"]);
    assert!(withdrawn.status.success());
    let connections = site.connections();
    assert_eq!(kind(&user.download(GATED)), "licence_required");
    assert_eq!((site.connections(), site.sent()), (connections, sent));
}

#[test]
fn of_an_unknown_repository_only_whether_it_is_gated_is_asked_and_by_nobody() {
    let bytes = tiny();
    let digest = hub::sha256(&bytes);
    let site = StandIn::start(
        Repository::new("some/gated").gated(Granted::Yes).with(MODEL, bytes, &digest),
    );
    let user = User::with_token(&site);
    assert_eq!(kind(&user.download("some/gated")), "licence_required");
    let seen = site.seen();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!((seen[0].path.as_str(), &seen[0].authorization), ("/api/models/some/gated", &None));
    user.accepts("some/gated");
    ended_well(&user.download("some/gated"));
}

#[test]
fn the_token_goes_to_the_hub_and_nowhere_else() {
    let site = gated(Granted::Yes);
    let user = User::with_token(&site);
    user.accepts(GATED_NAME);
    let output = user.download(GATED_NAME);
    ended_well(&output);
    let bearer = Some(format!("Bearer {TOKEN}"));
    for seen in site.seen() {
        assert_eq!(seen.authorization, bearer.clone().filter(|_| seen.on_hub), "{seen:?}");
    }
    assert!(site.seen().iter().any(|seen| !seen.on_hub), "the file came from the other host");
    assert!(!String::from_utf8_lossy(&output.stdout).contains(TOKEN));
}

#[test]
fn a_licence_record_names_the_account_once_the_hub_has_said_it() {
    let site = open_with(tiny());
    let user = User::with_token(&site);
    ended_well(&user.download(OPEN));
    user.accepts(GATED_NAME);
    let records = nemotron::lines(&user.run(&["licence", "list", "--json"]));
    assert_eq!(records[0]["licences"][0]["who"], "somebody");
}

#[test]
fn what_stands_in_the_way_is_told_apart() {
    let site = gated(Granted::Yes);
    let mut user = User::of(&site);
    user.accepts(GATED_NAME);
    assert_eq!(kind(&user.download(GATED_NAME)), "token_missing");
    user.token = Some("hf_nobody_knows_this");
    assert_eq!(kind(&user.download(GATED_NAME)), "token_invalid");
    user.token = Some(TOKEN);
    site.change(|repository| repository.access = Granted::NotAsked);
    let output = user.download(GATED_NAME);
    assert_eq!(kind(&output), "access_not_granted");
    let hint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(hint.contains(&format!("hint: ask for access at {}/{GATED}", site.endpoint)), "{hint}");
    site.change(|repository| repository.access = Granted::Pending);
    assert_eq!(kind(&user.download(GATED_NAME)), "access_pending");
    assert_eq!(kind(&user.download("nobody/nothing")), "not_found");
    let offline = user.command(&["download", OPEN, "--json"]).env("HF_HUB_OFFLINE", "1").output();
    assert_eq!(kind(&offline.expect("runs")), "offline");
    user.endpoint = "http://127.0.0.1:9".to_owned();
    assert_eq!(kind(&user.download(OPEN)), "offline");
}

#[test]
fn a_revision_that_the_hub_has_not_is_named() {
    let user = User::of(&open_with(tiny()));
    for revision in ["other", "../main", ""] {
        let output = user.run(&["download", OPEN, "--revision", revision, "--json"]);
        assert_eq!(kind(&output), "not_found");
        assert!(String::from_utf8_lossy(&output.stderr).contains("revision"), "{revision:?}");
    }
}

#[test]
fn a_repository_spelled_otherwise_is_found() {
    let bytes = tiny();
    let digest = hub::sha256(&bytes);
    let site = StandIn::start(Repository::new("Some/Model").with(MODEL, bytes, &digest));
    ended_well(&User::with_token(&site).download("some/model"));
}

#[test]
fn a_token_is_read_from_standard_input() {
    let site = gated(Granted::Yes);
    let user = User::of(&site);
    user.accepts(GATED_NAME);
    let mut command = user.command(&["download", GATED_NAME, "--token-stdin", "--json"]);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("nemotron starts");
    std::io::Write::write_all(
        &mut child.stdin.take().expect("piped"),
        format!("{TOKEN}\n").as_bytes(),
    )
    .expect("written");
    ended_well(&child.wait_with_output().expect("nemotron ends"));
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
