//! Old, newer, foreign, damaged, full and write-protected files.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::path::Path;

use rusqlite::Connection;
use sessions::{Error, Id, ListRequest, NewSession, Notice, Place, SearchRequest, Store};
use support::{Random, Scratch, completion, run, text, type_on};

/// Changes a closed file behind the store's back.
fn meddle(path: &Path, change: &str) {
    Connection::open(path).unwrap().execute_batch(change).unwrap();
}

fn listed(store: &mut Store) -> usize {
    let request = ListRequest { limit: 1000, ..ListRequest::default() };
    store.list(&request).unwrap().sessions.len()
}

fn hits(store: &mut Store, text: &str) -> usize {
    let request = SearchRequest { text: text.to_owned(), limit: 100, ..SearchRequest::default() };
    store.search(&request).unwrap().hits.len()
}

fn written(store: &mut Store, text: &str) -> Id {
    let session = store.create(&completion()).unwrap();
    type_on(store, session, text);
    session
}

/// A file of version 1, made by hand from what that version was.
#[test]
fn a_file_of_version_1_is_backed_up_and_searchable_afterwards() {
    let scratch = Scratch::new();
    let first = include_str!("../src/schema/1_sessions.sql");
    meddle(
        &scratch.path,
        &format!(
            "{first}
             PRAGMA application_id = 0x4e505353;
             PRAGMA user_version = 1;
             INSERT INTO sessions(id, uid, kind, title, created_at, changed_at, current)
               VALUES(1, x'000102030405060708090a0b0c0d0e0f', 'completion', 'Old', 5, 6, 1);
             INSERT INTO nodes(session, number, uid, parent, ordinal, role, created_at, text)
               VALUES(1, 0, randomblob(16), NULL, 0, 'text', 5, 'An ancient '),
                     (1, 1, randomblob(16), 0, 1, 'text', 5, 'prompt');"
        ),
    );
    let mut store = scratch.open();
    let backup = scratch.path.with_file_name("sessions.db.version-1");
    assert_eq!(store.notices(), [Notice::BackedUp { kept: backup.clone() }]);
    let session: Id = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
    assert_eq!(text(&mut store, session), "An ancient prompt");
    assert_eq!(hits(&mut store, "ancient prom"), 1);
    drop(store);
    let old = Connection::open(&backup).unwrap();
    let version = old.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    assert_eq!(version.unwrap(), 1);
    let count = old.query_row("SELECT count(*) FROM nodes", [], |row| row.get::<_, i64>(0));
    assert_eq!(count.unwrap(), 2);
    assert_eq!(scratch.open().notices(), []);
}

#[test]
fn a_newer_file_can_be_read_and_is_never_written() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = written(&mut store, "from the future");
    store.flush().unwrap();
    drop(store);
    meddle(&scratch.path, "PRAGMA user_version = 99; ALTER TABLE sessions ADD mood TEXT;");
    let before = std::fs::read(&scratch.path).unwrap();
    let mut store = scratch.open();
    assert_eq!(text(&mut store, session), "from the future");
    assert_eq!(listed(&mut store), 1);
    type_on(&mut store, session, "!");
    assert!(matches!(store.flush(), Err(Error::NewerSchema { found: 99, .. })));
    assert!(matches!(store.rename(session, Some("x")), Err(Error::NewerSchema { .. })));
    assert!(!store.regain().unwrap());
    assert_eq!(text(&mut store, session), "from the future!");
    drop(store);
    assert_eq!(std::fs::read(&scratch.path).unwrap(), before);
}

#[test]
fn another_programs_file_is_left_alone() {
    let scratch = Scratch::new();
    meddle(&scratch.path, "CREATE TABLE theirs(a); PRAGMA application_id = 7;");
    let before = std::fs::read(&scratch.path).unwrap();
    assert!(matches!(scratch.try_open(), Err(Error::NotOurs { .. })));
    assert_eq!(std::fs::read(&scratch.path).unwrap(), before);
}

#[test]
fn one_file_is_open_once() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    written(&mut store, "x");
    store.flush().unwrap();
    assert!(matches!(scratch.try_open(), Err(Error::InUse)));
    drop(store);
    assert_eq!(listed(&mut scratch.open()), 1);
}

#[test]
fn what_is_no_database_is_kept_aside() {
    let scratch = Scratch::new();
    std::fs::write(&scratch.path, "not a database, but somebody's notes ".repeat(100)).unwrap();
    let mut store = scratch.open();
    let [Notice::Rescued { kept, sessions: 0, complete: false }] = store.notices() else {
        panic!("{:?}", store.notices())
    };
    assert!(std::fs::read_to_string(kept).unwrap().starts_with("not a database"));
    written(&mut store, "new");
    store.flush().unwrap();
    drop(store);
    assert_eq!(listed(&mut scratch.open()), 1);
}

#[test]
fn a_broken_row_costs_itself() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = written(&mut store, "Prompt");
    run(&mut store, session, Place::End, &[" one", " two"]);
    scratch.wait(1000);
    type_on(&mut store, session, " end");
    let other = written(&mut store, "untouched");
    let whole = text(&mut store, session);
    store.flush().unwrap();
    drop(store);
    for change in [
        "UPDATE nodes SET spans = x'07ff' WHERE spans IS NOT NULL",
        "UPDATE nodes SET spans = zeroblob(40) WHERE spans IS NOT NULL",
        "UPDATE runs SET record = '{\"half'",
        "UPDATE runs SET tokens = 'many', seed = x'00', started_at = 'now', tokens_per_second = 'x'",
        "UPDATE steps SET step = x'0102'",
        "UPDATE steps SET position = -5 WHERE position = 1",
        "UPDATE nodes SET created_at = 'x', role = 9, lane = 'x', hidden = 'x', ordinal = 'x'",
        "UPDATE nodes SET uid = 3",
        "UPDATE sessions SET undo_position = -7, current = 'x', preview = 5, pinned = 'x'",
        "UPDATE sessions SET kind = x'ff', created_at = 'x', settings = '{'",
    ] {
        meddle(&scratch.path, change);
        let mut store = scratch.open();
        assert_eq!(text(&mut store, session), whole, "{change}");
        assert_eq!(text(&mut store, other), "untouched", "{change}");
        assert_eq!(listed(&mut store), 2, "{change}");
        store.export_json(session).unwrap();
        store.settings(session).unwrap();
        // Never saved, so that the next round finds the text again.
        while store.undo(session).unwrap() {}
        assert_eq!(store.notices(), [], "{change}");
    }
    // The node that the run wrote is lost: what follows begins anew.
    meddle(&scratch.path, "DELETE FROM nodes WHERE run IS NOT NULL");
    let mut store = scratch.open();
    assert_eq!(text(&mut store, session), " end");
    assert_eq!(store.branches(session).unwrap().len(), 2);
    let record = store.runs(session).unwrap().remove(0);
    assert_eq!(store.outputs(session, record.id).unwrap(), []);
    drop(store);
    meddle(&scratch.path, "UPDATE nodes SET parent = number");
    assert_eq!(text(&mut scratch.open(), other), "untouched");
}

/// A file of some size whose sessions all have a text of their own.
fn library(scratch: &Scratch, sessions: usize) -> Vec<(Id, String)> {
    let mut store = scratch.open();
    let made = (0..sessions).map(|number| {
        let text = format!("session {number} ").repeat(1 + number % 700);
        (written(&mut store, &text), text)
    });
    let made = made.collect();
    store.flush().unwrap();
    while store.index(100).unwrap() > 0 {}
    made
}

/// The texts of all sessions there are.
fn texts(store: &mut Store) -> Vec<String> {
    let request = ListRequest { limit: 1000, ..ListRequest::default() };
    let sessions = store.list(&request).unwrap().sessions;
    sessions.into_iter().map(|session| text(store, session.id)).collect()
}

#[test]
fn damaged_pages_cost_what_was_on_them() {
    let scratch = Scratch::new();
    let made = library(&scratch, 150);
    let whole = std::fs::read(&scratch.path).unwrap();
    let pages = whole.len() / 4096;
    let mut random = Random(11);
    let mut worst = made.len();
    for round in 0..40 {
        let mut damaged = whole.clone();
        for place in 0..=random.below(3) {
            // Every list of pages that there is in turn; the first page has that of the tables.
            let page = if place == 0 { round } else { random.below(pages) };
            let length = random.one_of(&[16, 512, 4096]);
            let bytes = damaged[4096 * page..4096 * page + length].iter_mut();
            bytes.for_each(|byte| *byte = random.next() as u8);
        }
        std::fs::write(&scratch.path, &damaged).unwrap();
        let mut store = scratch.open();
        if let [Notice::Rescued { kept, .. }] = store.notices() {
            assert_eq!(std::fs::read(kept).unwrap(), damaged, "round {round}");
        }
        let read = texts(&mut store);
        worst = worst.min(made.iter().filter(|(_, text)| read.contains(text)).count());
        // It works on.
        let session = written(&mut store, "after the damage");
        store.flush().unwrap();
        assert_eq!(hits(&mut store, "damage"), 1, "round {round}");
        assert_eq!(text(&mut store, session), "after the damage");
        drop(store);
        assert!(scratch.open().notices().is_empty(), "round {round}: it is whole now");
        std::fs::remove_file(&scratch.path).unwrap();
        scratch.wait(1000);
    }
    assert!(worst > 110, "of 150 sessions {worst} were left");
}

#[test]
fn a_damaged_index_is_made_anew() {
    let scratch = Scratch::new();
    let made = library(&scratch, 20);
    meddle(&scratch.path, "UPDATE search_data SET block = zeroblob(60) WHERE id > 10");
    let mut store = scratch.open();
    while store.index(100).unwrap() > 0 {}
    assert_eq!(hits(&mut store, "session"), 20);
    for (session, expected) in made {
        assert_eq!(text(&mut store, session), expected);
    }
}

#[test]
fn damage_found_while_open_is_rescued_and_nothing_in_memory_is_lost() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = written(&mut store, "in memory");
    store.flush().unwrap();
    type_on(&mut store, session, " and not yet saved");
    for times in 1..=3 {
        store.rescue().unwrap();
        assert_eq!(store.notices().len(), times);
        scratch.wait(1000);
    }
    assert!(matches!(store.rescue(), Err(Error::Damaged(_))), "files are not kept without end");
    assert_eq!(scratch.files_with("damaged").len(), 3);
    drop(store);
    let mut store = scratch.open();
    assert_eq!(text(&mut store, session), "in memory and not yet saved");
    assert!(store.undo(session).unwrap());
}

#[test]
fn a_full_disk_holds_nothing_up_and_is_written_when_there_is_room() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = written(&mut store, "before ");
    store.flush().unwrap();
    store.limit_pages(Some(1)).unwrap();
    let long = "no room ".repeat(100_000);
    type_on(&mut store, session, &long);
    let new = NewSession { title: Some("New".to_owned()), ..completion() };
    let new = store.create(&new).unwrap();
    type_on(&mut store, new, "made on a full disk");
    let error = store.flush().unwrap_err();
    assert_eq!(error.kind(), "no_space");
    assert!(store.is_changed());
    run(&mut store, session, Place::End, &["and", " on"]);
    assert_eq!(text(&mut store, session), format!("before {long}and on"));
    assert!(store.export_json(new).unwrap().contains("New"));
    assert_eq!(listed(&mut store), 2, "one of them is nowhere but in memory");
    assert_eq!(store.summary(new).unwrap().preview, "made on a full disk");
    store.flush().unwrap_err();
    store.limit_pages(None).unwrap();
    store.flush().unwrap();
    drop(store);
    let mut store = scratch.open();
    assert_eq!(text(&mut store, session), format!("before {long}and on"));
    assert_eq!(text(&mut store, new), "made on a full disk");
    assert_eq!(store.summary(new).unwrap().title.as_deref(), Some("New"));
}

/// A folder where the log should be keeps anybody from writing, and the file can still be read.
#[test]
fn a_file_that_can_only_be_read_is_read_and_written_later() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = written(&mut store, "before");
    store.flush().unwrap();
    drop(store);
    let in_the_way = scratch.path.with_file_name("sessions.db-wal");
    std::fs::create_dir(&in_the_way).unwrap();
    let mut store = scratch.open();
    assert_eq!(text(&mut store, session), "before");
    assert_eq!(hits(&mut store, "before"), 0, "it was not indexed yet");
    type_on(&mut store, session, " and after");
    assert_eq!(store.flush().unwrap_err().kind(), "read_only");
    assert_eq!(store.trash(session).unwrap_err().kind(), "read_only");
    assert!(!store.regain().unwrap());
    std::fs::remove_dir(&in_the_way).unwrap();
    assert!(store.regain().unwrap());
    store.flush().unwrap();
    drop(store);
    assert_eq!(text(&mut scratch.open(), session), "before and after");
}

/// A folder where the file should be can be opened by nobody, whoever runs the tests.
#[test]
fn without_a_place_to_write_the_store_works_in_memory_until_there_is_one() {
    let scratch = Scratch::new();
    std::fs::create_dir(&scratch.path).unwrap();
    let mut store = scratch.open();
    let session = written(&mut store, "kept in memory");
    assert_eq!(store.flush().unwrap_err().kind(), "read_only");
    assert!(store.rename(session, Some("x")).is_err());
    assert!(store.create_folder("x", None).is_err());
    assert_eq!(store.export_text(session).unwrap(), "kept in memory");
    assert!(store.export_json(session).unwrap().contains("kept in memory"));
    assert!(!store.regain().unwrap());
    assert_eq!(hits(&mut store, "memory"), 0);
    std::fs::remove_dir(&scratch.path).unwrap();
    assert!(store.regain().unwrap());
    store.flush().unwrap();
    drop(store);
    assert_eq!(text(&mut scratch.open(), session), "kept in memory");
}
