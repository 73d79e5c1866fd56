//! Export and import.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use serde_json::{Value, json};
use sessions::{Error, Id, Kind, NewSession, Place, Role, Store};
use support::{Random, Scratch, chat, completion, end, run, start, text, token, tokens, type_on};

/// A session with everything: branches, runs, an edited branch, a fork, a run at the cursor, odd
/// probabilities.
fn rich(scratch: &Scratch, store: &mut Store) -> Id {
    let folder = store.create_folder("Stories", None).unwrap();
    let new = NewSession {
        kind: Kind::Completion,
        title: Some("Title".to_owned()),
        folder: Some(folder),
    };
    let session = store.create(&new).unwrap();
    type_on(store, session, "Once upon a time 日本 🙂 ");
    run(store, session, Place::End, &["there", "", " was", " a"]);
    run(store, session, Place::Again, &["lived"]);
    scratch.wait(1000);
    store.edit(session, 5..9, "on").unwrap();
    run(store, session, Place::At { offset: 4 }, &[" more"]);
    run(store, session, Place::Instead { offset: 2, token: token(9, "ly") }, &["!", ""]);
    let begun = store.begin_run(session, Place::End, start()).unwrap();
    let mut odd = tokens(&["a", "b", "c", "d"]);
    for (token, logprob) in odd.iter_mut().zip([f32::MIN_POSITIVE, -0.1, f32::NAN, -1e-30]) {
        token.logprob = logprob;
    }
    store.append(session, begun.run, 0, &odd).unwrap();
    store.append(session, begun.run, 3, &odd).unwrap();
    let mut ended = end();
    ended.record = json!({ "ms": 0.1 + 0.2, "big": u64::MAX, "nested": [[], {}, null, 1e300] });
    store.finish_run(session, begun.run, ended).unwrap();
    let branches = store.branches(session).unwrap();
    store.delete_branch(session, branches[branches.len() - 1].node).unwrap();
    store.set_tags(session, &["one".to_owned(), "two".to_owned()]).unwrap();
    store.pin(session, true).unwrap();
    store.set_settings(session, &json!({ "temperature": 0.7 })).unwrap();
    session
}

#[test]
fn an_exported_session_is_imported_the_same() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = rich(&scratch, &mut store);
    let exported = store.export_json(session).unwrap();
    let document = store.document(session).unwrap();
    let (branches, runs) = (store.branches(session).unwrap(), store.runs(session).unwrap());
    let outputs = |store: &mut Store| {
        runs.iter().map(|run| store.outputs(session, run.id).unwrap()).collect::<Vec<_>>()
    };
    let written = outputs(&mut store);
    store.delete_forever(session).unwrap();
    let imported = store.import(&exported).unwrap();
    assert_eq!((imported.session, imported.was_there), (session, false));
    drop(store);
    let mut store = scratch.open();
    assert_eq!(store.export_json(session).unwrap(), exported);
    let again = store.document(session).unwrap();
    assert_eq!(again.pieces, document.pieces);
    assert!(!again.can_undo, "the log is not exported");
    assert_eq!(store.branches(session).unwrap(), branches);
    assert_eq!(store.runs(session).unwrap(), runs);
    // What was deleted is not exported: its run has one lane less.
    let kept: Vec<_> = written.iter().flatten().map(|output| &output.text).collect();
    let found = outputs(&mut store);
    assert!(found.iter().flatten().all(|output| kept.contains(&&output.text)));
    let summary = store.summary(session).unwrap();
    assert_eq!((summary.pinned, summary.tags.len(), summary.folder.is_some()), (true, 2, true));
}

#[test]
fn an_import_of_what_is_there_changes_nothing() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = rich(&scratch, &mut store);
    let exported = store.export_json(session).unwrap();
    assert!(store.import(&exported).unwrap().was_there);
    store.trash(session).unwrap();
    assert!(store.import(&exported).unwrap().was_there);
    assert_eq!(store.summary(session).unwrap().trashed_at, None);
}

#[test]
fn an_import_beside_another_of_its_name_gets_new_names() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = rich(&scratch, &mut store);
    let exported = store.export_json(session).unwrap();
    type_on(&mut store, session, " and more");
    let now = text(&mut store, session);
    let imported = store.import(&exported).unwrap();
    assert_ne!(imported.session, session);
    assert_eq!(text(&mut store, session), now);
    assert_eq!(text(&mut store, imported.session) + " and more", now);
}

#[test]
fn a_duplicate_has_the_same_tree_and_a_life_of_its_own() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = rich(&scratch, &mut store);
    let copy = store.duplicate(session).unwrap();
    let original = text(&mut store, session);
    assert_eq!(text(&mut store, copy), original);
    let shape = |store: &mut Store, session| {
        let branches = store.branches(session).unwrap();
        branches.into_iter().map(|b| (b.depth, b.preview, b.tokens)).collect::<Vec<_>>()
    };
    assert_eq!(shape(&mut store, copy), shape(&mut store, session));
    assert_eq!(store.summary(copy).unwrap().title.as_deref(), Some("Title (copy)"));
    type_on(&mut store, copy, "!");
    assert_eq!(text(&mut store, session), original);
    assert_eq!(text(&mut store, copy), original + "!");
}

#[test]
fn a_document_is_exported_as_it_reads() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let new = NewSession { title: Some("Sea".to_owned()), ..completion() };
    let session = store.create(&new).unwrap();
    type_on(&mut store, session, "*The*\n\n");
    run(&mut store, session, Place::End, &["sea", ".\n"]);
    assert_eq!(store.export_text(session).unwrap(), "*The*\n\nsea.\n");
    assert_eq!(store.export_markdown(session).unwrap(), "# Sea\n\n*The*\n\nsea.\n");
    let talk = store.create(&chat()).unwrap();
    store.add_turn(talk, Role::User, "Hi").unwrap();
    run(&mut store, talk, Place::End, &["Hel", "lo"]);
    store.add_turn(talk, Role::User, "Bye").unwrap();
    assert_eq!(store.export_text(talk).unwrap(), "User: Hi\n\nAssistant: Hello\n\nUser: Bye");
    assert_eq!(
        store.export_markdown(talk).unwrap(),
        "## User\n\nHi\n\n## Assistant\n\nHello\n\n## User\n\nBye"
    );
}

#[test]
fn chats_as_openai_takes_them_are_imported() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let messages = json!([
        { "role": "developer", "content": "Be kind." },
        { "role": "user", "name": "x", "content": [{ "type": "text", "text": "Hi" }, { "type": "text", "text": "!" }] },
        { "role": "assistant", "content": "Hello." }
    ]);
    let whole = json!({ "model": "gpt", "messages": messages, "temperature": 1 });
    for json in [messages.to_string(), format!("  {whole}\n")] {
        let session = store.import(&json).unwrap().session;
        let document = store.document(session).unwrap();
        assert_eq!(document.kind, Kind::Chat);
        let turns: Vec<_> =
            document.pieces.iter().map(|piece| (piece.role, piece.text.as_str())).collect();
        let expected =
            [(Role::System, "Be kind."), (Role::User, "Hi!"), (Role::Assistant, "Hello.")];
        assert_eq!(turns, expected);
        run(&mut store, session, Place::Again, &["Hey"]);
        assert_eq!(text(&mut store, session), "Be kind.Hi!Hey");
    }
}

fn place_of(outcome: Result<sessions::Imported, Error>) -> String {
    match outcome {
        Err(Error::NotImportable { place, .. }) => place,
        Err(error) => format!("{} {error}", error.kind()),
        Ok(_) => "imported".to_owned(),
    }
}

#[test]
fn foreign_json_is_refused_with_the_place() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    for (json, place) in [
        ("", "line 1, column 0"),
        ("nonsense", "line 1, column 2"),
        ("null", "line 1, column 4"),
        ("{}", "the file"),
        ("[]", "the list"),
        (r#"{"format":"other"}"#, "line 1, column 18"),
        (r#"{"messages":[]}"#, "messages"),
        (r#"{"messages":{}}"#, "messages"),
        (r#"[{"role":"tool","content":"x"}]"#, "[0].role"),
        ("[7]", "[0].role"),
        (r#"[{"role":"user","content":"x"},{"role":"assistant","content":null}]"#, "[1].content"),
        (
            r#"{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}"#,
            "messages[0].content[0]",
        ),
        (r#"[{"role":"user","content":"x"}] trailing"#, "line 1, column 33"),
        (r#"[{"role":"user","content":"x""#, "line 1, column 29"),
    ] {
        assert_eq!(place_of(store.import(json)), place, "{json}");
    }
    let deep = "[".repeat(100_000);
    assert!(place_of(store.import(&deep)).starts_with("[0][0]"));
    let long = format!("[\"{}\"]", "x".repeat(64 << 20));
    assert!(matches!(store.import(&long), Err(Error::TooLong { .. })));
    assert_eq!(
        store.list(&sessions::ListRequest { limit: 9, ..Default::default() }).unwrap().sessions,
        []
    );
}

#[test]
fn hostile_sessions_are_refused_with_the_place() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = rich(&scratch, &mut store);
    let good: Value = serde_json::from_str(&store.export_json(session).unwrap()).unwrap();
    store.delete_forever(session).unwrap();
    let some_id = "00000000000000000000000000000001";
    let first = good["nodes"][0]["id"].clone();
    let second = good["nodes"][1]["id"].clone();
    let with_tokens = good["nodes"].as_array().unwrap().iter().position(|node| {
        node["spans"][0]["tokens"].as_array().is_some_and(|tokens| tokens.len() > 2)
    });
    let with_tokens = with_tokens.unwrap();
    let tokens = format!("/nodes/{with_tokens}/spans/0/tokens");
    let in_tokens = format!("nodes[{with_tokens}].spans[0].tokens");
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/version", json!(2), "version"),
        ("/version", json!(-1), "version"),
        ("/format", json!("nemotron-playground-presets"), "format"),
        ("/session/id", json!("x"), "session.id"),
        ("/session/kind", json!("novel"), "session.kind"),
        ("/session/current", json!(some_id), "session.current"),
        ("/session/created_at", json!(-1), "session.created_at"),
        ("/session/changed_at", json!(i64::MAX), "session.changed_at"),
        ("/session/title", json!("x".repeat(501)), "session.title"),
        ("/session/tags", json!(vec!["x"; 101]), "session.tags"),
        ("/session/folder", json!(" "), "session.folder"),
        ("/session", json!({ "id": some_id }), "session"),
        ("/nodes", json!(null), "nodes"),
        ("/nodes/0/parent", json!(some_id), "nodes[0].parent"),
        ("/nodes/0/parent", first.clone(), "nodes[0].parent"),
        ("/nodes/0/parent", second, "nodes[0].parent"),
        ("/nodes/1/id", first, "nodes[1].id"),
        ("/nodes/0/role", json!(7), "nodes[0].role"),
        ("/nodes/0/created_at", json!(1e40), "nodes[0].created_at"),
        ("/nodes/0/extra", json!(1), "nodes[0].extra"),
        ("/nodes/0/spans/0/run", json!(some_id), "nodes[0].spans[0].run"),
        ("/nodes/0/spans/0/tokens", json!([[1, 1, 0.0]]), "nodes[0].spans[0].author"),
        ("/nodes/0/spans/0/text", json!(7), "nodes[0].spans[0].text"),
        ("/nodes/0/output", json!({ "run": some_id, "lane": 0 }), "nodes[0].output.run"),
        ("/runs/0/parent", json!(some_id), "runs[0].parent"),
        ("/runs/0/seed", json!(-1), "runs[0].seed"),
        ("/runs/0/started_at", json!(i64::MIN), "runs[0].started_at"),
        ("/runs/0/id", good["runs"][1]["id"].clone(), "runs[1].id"),
        (&tokens, json!([[1, 999, 0.0]]), &in_tokens),
        (&tokens, json!([[1, 4_294_967_295u32, 0.0], [1, 4_294_967_295u32, 0.0]]), &in_tokens),
    ];
    for (pointer, value, place) in &cases {
        let mut bad = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match bad.pointer_mut(parent).unwrap() {
            Value::Array(list) => list[key.parse::<usize>().unwrap()] = value.clone(),
            object => object[key] = value.clone(),
        }
        let found = place_of(store.import(&bad.to_string()));
        assert_eq!(&found, place, "{pointer} = {value}");
    }
    let mut beyond = good.clone();
    beyond["nodes"][with_tokens]["spans"][0]["tokens"][1][2] = json!(1e300);
    assert_eq!(place_of(store.import(&beyond.to_string())), format!("{in_tokens}[1]"));
    assert_eq!(place_of(store.import(&good.to_string())), "imported");
}

#[test]
fn a_session_deeper_than_any_is_refused() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    let mut file: Value = serde_json::from_str(&store.export_json(session).unwrap()).unwrap();
    let id = |number: usize| format!("{number:032x}");
    let node = |number: usize| {
        let parent = number.checked_sub(1).map(id);
        json!({ "id": id(number), "parent": parent, "role": "text", "created_at": 0,
                "spans": [{ "author": "user", "text": "x" }] })
    };
    file["session"]["id"] = json!(id(7));
    file["nodes"] = (0..=10_000).map(node).collect();
    file["session"]["current"] = json!(id(10_000));
    let deep = store.import(&file.to_string()).unwrap().session;
    assert_eq!(text(&mut store, deep).len(), 10_001);
    type_on(&mut store, deep, "!");
    store.edit(deep, 0..1, "y").unwrap();
    assert!(
        store
            .search(&sessions::SearchRequest {
                text: "yx".to_owned(),
                limit: 1,
                ..Default::default()
            })
            .is_ok()
    );
    file["nodes"] = (0..=10_001).map(node).collect();
    file["session"]["id"] = json!(id(8));
    assert_eq!(place_of(store.import(&file.to_string())), "nodes[10001].parent");
}

#[test]
fn damaged_exports_never_panic() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = rich(&scratch, &mut store);
    let good = store.export_json(session).unwrap().into_bytes();
    store.delete_forever(session).unwrap();
    let mut random = Random(3);
    for _ in 0..300 {
        let mut bad = good.clone();
        for _ in 0..=random.below(3) {
            let place = random.below(bad.len());
            match random.below(3) {
                0 => bad[place] = b"0123456789{}[]\",:-eu"[random.below(20)],
                1 => drop(bad.remove(place)),
                _ => bad.truncate(place.max(1)),
            }
        }
        if let Ok(imported) = store.import(&String::from_utf8_lossy(&bad)) {
            text(&mut store, imported.session);
            while store.undo(imported.session).unwrap() {}
            store.delete_forever(imported.session).unwrap();
        }
    }
}
