//! Fetching a model with the real program, from a stand-in of the hub on two addresses: what comes, and
//! what stands in the way.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tests::standin::{COMMIT, Granted, Repository, StandIn, TOKEN};
use tests::user::{User, ended_well, kind};
use tests::{fixture, nemotron};

const OPEN: &str = "nvidia/Minitron-4B-Base";
const GATED: &str = "nvidia/nemotron-3-8b-base-4k";
const GATED_NAME: &str = "nemotron-3-8b-base-4k";
const MODEL: &str = "model.nemo";

fn tiny() -> Vec<u8> {
    std::fs::read(fixture("tiny/tiny-zarr.nemo")).expect("the fixture")
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
