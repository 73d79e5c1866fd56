//! The list of sessions, folders, tags, the trash, presets.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use serde_json::json;
use sessions::{Error, Id, Kind, ListRequest, NewSession, Role, Shelf, Store, Within};
use support::{Random, Scratch, chat, completion, text, type_on};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn titles(store: &mut Store, request: &ListRequest) -> Vec<String> {
    let page = store.list(&ListRequest { limit: 100, ..request.clone() }).unwrap();
    page.sessions.into_iter().map(|session| session.title.unwrap_or(session.preview)).collect()
}

fn titled(scratch: &Scratch, store: &mut Store, title: &str) -> Id {
    scratch.wait(1);
    store.create(&NewSession { title: Some(title.to_owned()), ..completion() }).unwrap()
}

#[test]
fn the_list_has_pinned_sessions_first_and_then_those_changed_last() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let [a, b, _c] = ["a", "b", "c"].map(|title| titled(&scratch, &mut store, title));
    assert_eq!(titles(&mut store, &ListRequest::default()), ["c", "b", "a"]);
    scratch.wait(1);
    type_on(&mut store, a, "  changed\n now ");
    store.pin(b, true).unwrap();
    assert_eq!(titles(&mut store, &ListRequest::default()), ["b", "a", "c"]);
    store.rename(a, Some("  ")).unwrap();
    assert_eq!(titles(&mut store, &ListRequest::default()), ["b", "changed now", "c"]);
    let summary = store.summary(b).unwrap();
    assert_eq!((summary.pinned, summary.kind), (true, Kind::Completion));
}

#[test]
fn pages_together_are_the_whole_list() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let mut random = Random(5);
    for number in 0..57 {
        // Many of the same time.
        scratch.wait(i64::from(random.below(2) == 0));
        let new = NewSession { title: Some(number.to_string()), ..completion() };
        let session = store.create(&new).unwrap();
        store.pin(session, random.below(4) == 0).unwrap();
    }
    let whole = titles(&mut store, &ListRequest::default());
    assert_eq!(whole.len(), 57);
    for limit in [1, 7, 56, 57, 58] {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let request = ListRequest { limit, after, ..ListRequest::default() };
            let page = store.list(&request).unwrap();
            pages.extend(page.sessions.into_iter().filter_map(|session| session.title));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, whole, "{limit} a page");
    }
    for wrong in ["", "x", "1.2", "1.2.3.4", "1.2.99999999999999999999"] {
        let request = ListRequest { after: Some(wrong.to_owned()), ..ListRequest::default() };
        assert!(matches!(store.list(&request), Err(Error::NotACursor(_))), "{wrong:?}");
    }
}

#[test]
fn folders_hold_sessions_and_one_level_of_folders() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let outer = store.create_folder(" Work ", None).unwrap();
    let inner = store.create_folder("drafts", Some(outer)).unwrap();
    let other = store.create_folder("Private", None).unwrap();
    assert!(matches!(store.create_folder("x", Some(inner)), Err(Error::FolderTooDeep)));
    assert!(matches!(store.move_folder(outer, Some(other)), Err(Error::FolderTooDeep)));
    assert!(matches!(store.move_folder(other, Some(other)), Err(Error::FolderTooDeep)));
    assert!(matches!(store.create_folder(" ", None), Err(Error::Empty(_))));
    let session = titled(&scratch, &mut store, "filed");
    titled(&scratch, &mut store, "loose");
    store.put_into(session, Some(inner)).unwrap();
    let folders = store.folders().unwrap();
    let listed: Vec<_> = folders.iter().map(|f| (f.name.as_str(), f.parent, f.sessions)).collect();
    assert_eq!(listed, [("drafts", Some(outer), 1), ("Private", None, 0), ("Work", None, 0)]);
    let within = |within| ListRequest { within, ..ListRequest::default() };
    assert_eq!(titles(&mut store, &within(Within::Folder { folder: inner })), ["filed"]);
    assert_eq!(titles(&mut store, &within(Within::NoFolder)), ["loose"]);
    store.move_folder(inner, None).unwrap();
    store.rename_folder(inner, "Drafts").unwrap();
    store.delete_folder(inner).unwrap();
    assert_eq!(store.summary(session).unwrap().folder, None);
    assert!(matches!(store.put_into(session, Some(inner)), Err(Error::Unknown { .. })));
}

#[test]
fn tags_archive_and_kind_narrow_the_list() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let a = titled(&scratch, &mut store, "a");
    let b = titled(&scratch, &mut store, "b");
    store.create(&NewSession { title: Some("chat".to_owned()), ..chat() }).unwrap();
    let tags = ["idea", " idea ", "", "Ω"].map(str::to_owned);
    store.set_tags(a, &tags).unwrap();
    store.set_tags(b, &tags[..1]).unwrap();
    assert_eq!(store.summary(a).unwrap().tags, ["idea", "Ω"]);
    let counts = store.tags().unwrap().into_iter().map(|tag| (tag.name, tag.sessions));
    assert_eq!(counts.collect::<Vec<_>>(), [("idea".to_owned(), 2), ("Ω".to_owned(), 1)]);
    let tagged = |tag: &str| ListRequest { tag: Some(tag.to_owned()), ..ListRequest::default() };
    assert_eq!(titles(&mut store, &tagged("idea")), ["b", "a"]);
    assert_eq!(titles(&mut store, &tagged("' OR 1")), [""; 0]);
    store.archive(b, true).unwrap();
    assert_eq!(titles(&mut store, &tagged("idea")), ["a"]);
    let archived = ListRequest { shelf: Shelf::Archive, ..ListRequest::default() };
    assert_eq!(titles(&mut store, &archived), ["b"]);
    let chats = ListRequest { kind: Some(Kind::Chat), ..ListRequest::default() };
    assert_eq!(titles(&mut store, &chats), ["chat"]);
    assert!(matches!(store.set_tags(a, &["x".repeat(101)]), Err(Error::TooLong { .. })));
    assert_eq!(store.summary(a).unwrap().tags, ["idea", "Ω"]);
}

#[test]
fn the_trash_keeps_for_thirty_days() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = titled(&scratch, &mut store, "gone");
    type_on(&mut store, session, "text");
    store.trash(session).unwrap();
    assert_eq!(titles(&mut store, &ListRequest::default()), [""; 0]);
    let trash = ListRequest { shelf: Shelf::Trash, ..ListRequest::default() };
    assert_eq!(titles(&mut store, &trash), ["gone"]);
    drop(store);
    scratch.wait(30 * DAY_MS);
    let mut store = scratch.open();
    store.restore(session).unwrap();
    assert_eq!(text(&mut store, session), "text");
    store.trash(session).unwrap();
    drop(store);
    scratch.wait(30 * DAY_MS + 1);
    let mut store = scratch.open();
    assert_eq!(titles(&mut store, &trash), [""; 0]);
    assert!(matches!(store.document(session), Err(Error::Unknown { .. })));
}

#[test]
fn what_is_deleted_for_ever_is_gone_with_everything() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let [a, b, c] = ["a", "b", "c"].map(|title| titled(&scratch, &mut store, title));
    for session in [a, b, c] {
        type_on(&mut store, session, "text");
    }
    store.delete_forever(a).unwrap();
    store.trash(b).unwrap();
    assert_eq!(store.empty_trash().unwrap(), 1);
    assert_eq!(titles(&mut store, &ListRequest::default()), ["c"]);
    for session in [a, b] {
        assert!(matches!(store.document(session), Err(Error::Unknown { .. })));
        assert!(matches!(store.rename(session, None), Err(Error::Unknown { .. })));
    }
}

#[test]
fn sessions_have_settings_of_the_window() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = titled(&scratch, &mut store, "a");
    assert_eq!(store.settings(session).unwrap(), json!(null));
    let settings = json!({ "temperature": 0.7, "seed": u64::MAX });
    store.set_settings(session, &settings).unwrap();
    drop(store);
    assert_eq!(scratch.open().settings(session).unwrap(), settings);
}

#[test]
fn presets_keep_their_order_and_travel_as_json() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let mut add = |name: &str| store.add_preset(name, &json!({ "top_p": 0.1 })).unwrap();
    let [a, b, c] = ["a", "b", "c"].map(&mut add);
    store.order_presets(&[c, a]).unwrap();
    store.change_preset(b, "B", &json!({ "temperature": 0.7 })).unwrap();
    store.delete_preset(a).unwrap();
    let names = |store: &Store| {
        store.presets().unwrap().into_iter().map(|preset| preset.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&store), ["c", "B"]);
    assert_eq!(store.presets().unwrap()[1].difference, json!({ "temperature": 0.7 }));
    let exported = store.export_presets().unwrap();
    assert_eq!(store.import_presets(&exported).unwrap(), 0, "they are there");
    store.delete_preset(b).unwrap();
    assert_eq!(store.import_presets(&exported).unwrap(), 1);
    assert_eq!(names(&store), ["c", "B"]);
    for (json, place) in [
        ("[]", "line 1"),
        (r#"{"format":"other","version":1,"presets":[]}"#, "format"),
        (r#"{"format":"nemotron-playground-presets","version":2,"presets":[]}"#, "version"),
        (
            r#"{"format":"nemotron-playground-presets","version":1,"presets":[{"name":"","difference":{}}]}"#,
            "presets[0].name",
        ),
        (
            r#"{"format":"nemotron-playground-presets","version":1,"presets":[{"name":"x","difference":3}]}"#,
            "presets[0].difference",
        ),
    ] {
        match store.import_presets(json) {
            Err(Error::NotImportable { place: found, .. }) => {
                assert!(found.contains(place), "{json}: {found}");
            }
            outcome => panic!("{json}: {outcome:?}"),
        }
    }
    assert_eq!(names(&store), ["c", "B"]);
}

#[test]
fn more_sessions_can_be_open_than_are_kept_in_memory() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let sessions: Vec<Id> =
        (0..40).map(|number| titled(&scratch, &mut store, &number.to_string())).collect();
    for round in 0..3 {
        for session in &sessions {
            type_on(&mut store, *session, &format!("{round} "));
        }
        store.flush().unwrap();
    }
    for session in &sessions {
        assert_eq!(text(&mut store, *session), "0 1 2 ");
    }
}

#[test]
fn a_chat_is_listed_by_what_the_user_said_first() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&chat()).unwrap();
    store.add_turn(session, Role::System, "Be brief.").unwrap();
    store.add_turn(session, Role::User, "What is\na heron?").unwrap();
    store.add_turn(session, Role::Assistant, "A bird.").unwrap();
    assert_eq!(store.summary(session).unwrap().preview, "What is a heron?");
    assert_eq!(titles(&mut store, &ListRequest::default()), ["What is a heron?"]);
}
