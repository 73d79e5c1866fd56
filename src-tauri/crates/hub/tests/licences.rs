//! What is accepted, withdrawn and asked for, on real files.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use hub::{Catalogue, Contents, Download, Environment, Hub, Subject};

const TOKENIZER: &str = "5862e2f71caf762bc9845662be5fec2867deb58d874568235a02a36c5111cd09";
/// Nothing is read of it here.
const FILE: &str = "model.nemo";
const MEMBERS: [&str; 5] = [
    "nemotron-3-8b-base-4k",
    "nemotron-3-8b-chat-4k-sft",
    "nemotron-3-8b-chat-4k-rlhf",
    "nemotron-3-8b-chat-4k-steerlm",
    "nemotron-3-8b-qa-4k",
];

fn gated() -> Contents {
    Contents {
        sentencepiece_sha256: Some(TOKENIZER.to_owned()),
        num_layers: 32,
        hidden_size: 4096,
        ffn_hidden_size: 16384,
        num_heads: 32,
        vocab_size: 256_000,
    }
}

fn subject(name: &str) -> Subject {
    Catalogue::get().subject(name).expect("a model")
}

fn add(folder: &Path, text: &str) {
    let path = folder.join("licences.jsonl");
    let mut file = OpenOptions::new().append(true).create(true).open(path).expect("the file");
    file.write_all(text.as_bytes()).expect("written");
}

#[test]
fn an_acceptance_says_who_what_and_when_and_is_written_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::new(&folder.path().join("not/there/yet"));
    assert_eq!(hub.licences.all().expect("none"), []);
    let record = hub.licences.accept(&subject(MEMBERS[0]), None).expect("written");
    assert_eq!(record.model, MEMBERS[0]);
    assert_eq!(record.document, "NVIDIA AI Foundation Models Community License Agreement");
    assert!(record.link.starts_with("https://developer.nvidia.com/"));
    assert_eq!(record.accepted_at.len(), "2026-11-26T07:00:00Z".len());
    assert!(record.accepted_at.ends_with('Z') && !record.who.is_empty());
    assert_eq!(
        hub.licences.accept(&subject("NVIDIA/Nemotron-3-8B-Base-4k"), None).expect("held"),
        record
    );
    assert_eq!(hub.licences.all().expect("one").len(), 1);

    // A copy of the text is another thing to have read.
    let with_text = hub.licences.accept(&subject(MEMBERS[0]), Some(b"abc")).expect("written");
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(with_text.document_sha256.as_deref(), Some(sha256));
    assert_eq!(hub.licences.accepted().expect("two").len(), 2);
}

#[test]
fn what_is_withdrawn_stays_written_and_holds_no_longer() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::new(folder.path());
    hub.licences.accept(&subject(MEMBERS[1]), None).expect("written");
    hub.licences.accept(&subject("some/other"), None).expect("written");
    hub.licences.withdraw(MEMBERS[1]).expect("written");
    let records = hub.licences.all().expect("both");
    assert_eq!(records[0].withdrawn_at.as_ref().map(String::len), Some(20));
    assert_eq!(records[1].withdrawn_at, None);
    let error = hub.licences.withdraw(MEMBERS[1]).expect_err("it does not hold");
    assert_eq!(error.kind(), "not_found");
    hub.licences.accept(&subject(MEMBERS[1]), None).expect("again");
    assert_eq!(hub.licences.all().expect("three").len(), 3);
    assert_eq!(hub.licences.accepted().expect("two").len(), 2);
}

#[test]
fn a_line_cut_off_or_of_a_newer_version_takes_no_other_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::new(folder.path());
    hub.licences.accept(&subject(MEMBERS[0]), None).expect("written");
    add(folder.path(), "{\"renewed\":{\"model\":\"x\"}}\n\u{0}\n{\"accepted\":{\"model\":\"nemo");
    hub.licences.accept(&subject(MEMBERS[2]), None).expect("written");
    let models: Vec<String> =
        hub.licences.accepted().expect("two").into_iter().map(|record| record.model).collect();
    assert_eq!(models, [MEMBERS[0], MEMBERS[2]]);
    let text = std::fs::read_to_string(folder.path().join("licences.jsonl")).expect("text");
    assert!(text.contains("renewed"), "what is not understood is kept");
}

#[test]
fn two_programs_at_once_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    std::thread::scope(|threads| {
        for program in 0..4 {
            let folder = folder.path();
            threads.spawn(move || {
                for at in 0..25 {
                    let subject = subject(&format!("org{program}/model{at}"));
                    Hub::new(folder).licences.accept(&subject, None).expect("written");
                }
            });
        }
    });
    assert_eq!(Hub::new(folder.path()).licences.accepted().expect("all").len(), 100);
}

/// Whether a download would ask the hub: it is told that there is no network, and that comes after
/// the licence.
fn begins(hub: &Hub, model: &str) -> bool {
    let offline = |name: &str| (name == "HF_HUB_OFFLINE").then(|| "1".to_owned());
    let download = Download::of(model, Environment::of(offline), None);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let error = runtime.block_on(hub.download(&download, &mut |_| {})).expect_err("no network");
    assert!(["offline", "licence_required"].contains(&error.kind()), "{error}");
    error.kind() == "offline"
}

/// Whatever was accepted and withdrawn before: a gated model is admitted exactly while a record of
/// its family holds, and fetched exactly while its own does.
#[test]
fn a_gated_model_is_admitted_only_while_a_record_holds() {
    let mut state = 7u64;
    let mut draw = |below: u64| {
        // Steele and Vigna's multiplier for a 64-bit linear congruential generator.
        state = state.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(1);
        (state >> 33) % below
    };
    for _ in 0..40 {
        let folder = tempfile::tempdir().expect("a folder");
        let hub = Hub::new(folder.path());
        let mut held = std::collections::HashSet::new();
        for _ in 0..12 {
            let refused = hub
                .admit(&gated(), FILE.as_ref())
                .is_err_and(|error| error.kind() == "licence_required");
            assert_eq!(refused, held.is_empty(), "{held:?}");
            let model = MEMBERS[draw(5) as usize];
            assert_eq!(begins(&hub, model), held.contains(model), "{model} of {held:?}");
            match draw(4) {
                0 => {
                    assert_eq!(hub.licences.withdraw(model).is_ok(), held.remove(model));
                }
                1 => drop(hub.licences.accept(&subject("minitron-4b-base"), None)),
                _ => {
                    hub.licences.accept(&subject(model), None).expect("written");
                    held.insert(model);
                }
            }
        }
        let sibling = Contents { num_layers: 24, ..gated() };
        assert!(hub.admit(&sibling, FILE.as_ref()).is_ok(), "it asks for nothing");
    }
}

#[test]
fn records_that_cannot_be_read_admit_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("licences.jsonl")).expect("in the way");
    assert_eq!(
        Hub::new(folder.path()).admit(&gated(), FILE.as_ref()).expect_err("refused").kind(),
        "io"
    );
}
