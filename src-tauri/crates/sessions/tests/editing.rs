//! Documents, branches, runs and undo, as the window works with them.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use sessions::{Author, Error, Id, Place, Role, Store};
use support::{Scratch, chat, completion, end, pieces, run, start, text, token, tokens, type_on};

fn ids(store: &mut Store, session: Id) -> Vec<(String, Vec<u32>)> {
    let document = store.document(session).unwrap();
    pieces(&document).into_iter().map(|(text, ids, _)| (text, ids)).collect()
}

fn said(text: &str, ids: &[u32]) -> (String, Vec<u32>) {
    (text.to_owned(), ids.to_vec())
}

#[test]
fn an_edit_inside_generated_text_starts_a_branch_and_keeps_every_other_token() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "Prompt:");
    let first = run(&mut store, session, Place::End, &[" one", " two", " three"]);
    let original = store.document(session).unwrap();
    scratch.wait(1000);
    // "Prompt: one two three": the "wo" of " two" goes.
    store.edit(session, 13..15, "en").unwrap();
    assert_eq!(
        ids(&mut store, session),
        [said("Prompt:", &[]), said(" one", &[0]), said(" ten", &[]), said(" three", &[2])]
    );
    let output = &store.outputs(session, first).unwrap()[0];
    assert_eq!(output.tokens.iter().map(|t| t.id).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(output.text, " one two three");
    store.switch_to(session, original.current.unwrap(), false).unwrap();
    assert_eq!(pieces(&store.document(session).unwrap()), pieces(&original));
    let siblings = store.siblings(session, original.current.unwrap()).unwrap();
    assert_eq!(siblings.len(), 2, "what is left of the output, and the edited branch");
}

#[test]
fn typing_changes_one_leaf_in_place() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    for piece in ["The ", "quick ", "fox"] {
        type_on(&mut store, session, piece);
        scratch.wait(1000);
    }
    store.edit(session, 4..9, "slow").unwrap();
    assert_eq!(text(&mut store, session), "The slow fox");
    assert_eq!(store.branches(session).unwrap().len(), 1);
}

#[test]
fn edits_of_an_edited_branch_make_no_further_ones() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "A prompt.");
    run(&mut store, session, Place::End, &[" One.", " Two."]);
    for (range, typed) in [(9..14, " Three."), (0..1, "The"), (4..4, "long "), (20..20, "!")] {
        scratch.wait(1000);
        store.edit(session, range, typed).unwrap();
    }
    assert_eq!(text(&mut store, session), "The long prompt. Thr!ee. Two.");
    let branches = store.branches(session).unwrap();
    let ends = branches.iter().filter(|b| !branches.iter().any(|c| c.parent == Some(b.node)));
    assert_eq!(ends.count(), 2, "the original and the edited one");
    while store.undo(session).unwrap() {}
    assert_eq!(text(&mut store, session), "");
    while store.redo(session).unwrap() {}
    assert_eq!(text(&mut store, session), "The long prompt. Thr!ee. Two.");
}

#[test]
fn typing_without_a_pause_is_one_step() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    for (pause, character) in [(0, "a"), (699, "b"), (699, "c"), (700, "d"), (10, "e")] {
        scratch.wait(pause);
        type_on(&mut store, session, character);
    }
    assert!(store.undo(session).unwrap());
    assert_eq!(text(&mut store, session), "abc");
    assert!(store.undo(session).unwrap());
    assert_eq!(text(&mut store, session), "");
    assert!(!store.undo(session).unwrap());
    assert!(store.redo(session).unwrap());
    assert!(store.redo(session).unwrap());
    assert_eq!(text(&mut store, session), "abcde");
    assert!(!store.redo(session).unwrap());
}

#[test]
fn undo_passes_a_generation_and_the_generation_stays_a_branch() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "Hello");
    scratch.wait(1000);
    type_on(&mut store, session, " there");
    run(&mut store, session, Place::End, &["!", " Hi", "."]);
    let generated = store.document(session).unwrap();
    for expected in ["Hello there", "Hello", ""] {
        assert!(store.undo(session).unwrap());
        assert_eq!(text(&mut store, session), expected);
    }
    for expected in ["Hello", "Hello there", "Hello there! Hi."] {
        assert!(store.redo(session).unwrap());
        assert_eq!(text(&mut store, session), expected);
    }
    assert_eq!(store.document(session).unwrap().current, generated.current);
    store.undo(session).unwrap();
    store.undo(session).unwrap();
    scratch.wait(1000);
    type_on(&mut store, session, ", you");
    assert!(!store.redo(session).unwrap(), "something else was typed");
    store.switch_to(session, generated.current.unwrap(), false).unwrap();
    assert_eq!(text(&mut store, session), "Hello there! Hi.");
}

#[test]
fn a_retry_is_a_sibling_and_one_step() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "Once");
    run(&mut store, session, Place::End, &[" upon"]);
    run(&mut store, session, Place::Again, &[" more"]);
    assert_eq!(text(&mut store, session), "Once more");
    let current = store.document(session).unwrap().current.unwrap();
    let siblings = store.siblings(session, current).unwrap();
    assert_eq!(siblings.iter().map(|b| b.preview.as_str()).collect::<Vec<_>>(), ["upon", "more"]);
    assert_eq!(siblings.iter().map(|b| b.in_document).collect::<Vec<_>>(), [false, true]);
    store.undo(session).unwrap();
    assert_eq!(text(&mut store, session), "Once upon");
    store.redo(session).unwrap();
    assert_eq!(text(&mut store, session), "Once more");
}

#[test]
fn a_run_at_the_cursor_brings_back_what_stood_behind_it() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "Begin end.");
    let begun = store.begin_run(session, Place::At { offset: 6 }, start()).unwrap();
    assert_eq!(begun.prompt.iter().map(|p| p.text.as_str()).collect::<String>(), "Begin ");
    store.append(session, begun.run, 0, &tokens(&["the ", "sweet "])).unwrap();
    assert_eq!(text(&mut store, session), "Begin the sweet ");
    store.finish_run(session, begun.run, end()).unwrap();
    assert_eq!(text(&mut store, session), "Begin the sweet end.");
    store.undo(session).unwrap();
    assert_eq!(text(&mut store, session), "Begin end.");
    store.redo(session).unwrap();
    run(&mut store, session, Place::Again, &["the bitter "]);
    assert_eq!(text(&mut store, session), "Begin the bitter end.");
}

#[test]
fn a_fork_has_the_chosen_token_and_what_came_before() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "I");
    run(&mut store, session, Place::End, &[" like", " tea", "."]);
    let place = Place::Instead { offset: 6, token: token(77, " hate") };
    run(&mut store, session, place, &[" mornings"]);
    assert_eq!(
        ids(&mut store, session),
        [said("I", &[]), said(" like", &[0]), said(" hate", &[77]), said(" mornings", &[0])]
    );
    store.undo(session).unwrap();
    assert_eq!(text(&mut store, session), "I like tea.");
}

#[test]
fn lanes_are_siblings_with_tokens_of_their_own() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "x");
    let begun = store.begin_run(session, Place::End, start()).unwrap();
    for (lane, piece) in [(0, "a"), (1, "b"), (2, "c"), (0, "A"), (2, "C"), (1, "B")] {
        store.append(session, begun.run, lane, &[token(lane, piece)]).unwrap();
    }
    store.finish_run(session, begun.run, end()).unwrap();
    assert_eq!(text(&mut store, session), "xaA");
    let outputs = store.outputs(session, begun.run).unwrap();
    assert_eq!(outputs.iter().map(|o| o.text.as_str()).collect::<Vec<_>>(), ["aA", "bB", "cC"]);
    let siblings = store.siblings(session, outputs[1].node).unwrap();
    assert_eq!(siblings.iter().map(|b| b.lane).collect::<Vec<_>>(), [Some(0), Some(1), Some(2)]);
    assert_eq!(siblings[0].mean_logprob, Some(0.0));
    assert_eq!(store.runs(session).unwrap()[0].tokens, 6);
}

#[test]
fn typing_while_the_model_writes_disturbs_neither() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "A");
    let begun = store.begin_run(session, Place::End, start()).unwrap();
    store.append(session, begun.run, 0, &tokens(&["b", "c"])).unwrap();
    type_on(&mut store, session, "!");
    store.append(session, begun.run, 0, &tokens(&["d"])).unwrap();
    assert_eq!(text(&mut store, session), "Abc!");
    store.finish_run(session, begun.run, end()).unwrap();
    let output = store.outputs(session, begun.run).unwrap().remove(0);
    assert_eq!(output.text, "bcd");
    store.switch_to(session, output.node, false).unwrap();
    assert_eq!(text(&mut store, session), "Abcd");
}

#[test]
fn a_run_without_text_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "one two");
    for place in [Place::End, Place::At { offset: 3 }] {
        let begun = store.begin_run(session, place, start()).unwrap();
        store.finish_run(session, begun.run, end()).unwrap();
        assert_eq!(text(&mut store, session), "one two");
        assert!(matches!(
            store.append(session, begun.run, 0, &tokens(&["late"])),
            Err(Error::RunEnded(_))
        ));
    }
    store.undo(session).unwrap();
    assert_eq!(text(&mut store, session), "");
}

#[test]
fn a_deleted_branch_comes_back_with_undo() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "x");
    run(&mut store, session, Place::End, &["one"]);
    let one = store.document(session).unwrap().current.unwrap();
    run(&mut store, session, Place::Again, &["two"]);
    let two = store.document(session).unwrap().current.unwrap();
    store.delete_branch(session, two).unwrap();
    assert_eq!(text(&mut store, session), "x");
    store.delete_branch(session, one).unwrap();
    assert_eq!(store.branches(session).unwrap().len(), 1);
    assert!(matches!(store.switch_to(session, one, false), Err(Error::Unknown { .. })));
    store.undo(session).unwrap();
    store.undo(session).unwrap();
    assert_eq!(text(&mut store, session), "xtwo");
    assert_eq!(store.branches(session).unwrap().len(), 3);
}

#[test]
fn a_chat_is_edited_turn_by_turn() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&chat()).unwrap();
    store.add_turn(session, Role::System, "Be brief.").unwrap();
    let question = store.add_turn(session, Role::User, "").unwrap();
    for draft in ["W", "Who", "Who?"] {
        assert_eq!(store.edit_turn(session, question, draft).unwrap(), question);
    }
    run(&mut store, session, Place::End, &["Me", "."]);
    let answered = store.document(session).unwrap();
    let roles: Vec<Role> = answered.pieces.iter().map(|piece| piece.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant]);
    run(&mut store, session, Place::Again, &["Nobody", "."]);
    assert_eq!(text(&mut store, session), "Be brief.Who?Nobody.");
    scratch.wait(1000);
    let edited = store.edit_turn(session, question, "What?").unwrap();
    assert_ne!(edited, question, "it has an answer");
    assert_eq!(text(&mut store, session), "Be brief.What?");
    store.switch_to(session, question, true).unwrap();
    assert_eq!(text(&mut store, session), "Be brief.Who?Nobody.");
    let answer = store.document(session).unwrap().current.unwrap();
    store.edit_turn(session, answer, "Nobody!").unwrap();
    let last = store.document(session).unwrap().pieces.pop().unwrap();
    assert_eq!((last.text.as_str(), last.author, last.role), ("!", Author::User, Role::Assistant));
    assert!(matches!(store.edit(session, 0..1, ""), Err(Error::WrongKind)));
    assert!(matches!(
        store.begin_run(session, Place::At { offset: 1 }, start()),
        Err(Error::WrongKind)
    ));
}

#[test]
fn places_outside_or_inside_characters_are_refused() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "aé日");
    for range in [0..2, 2..3, 4..5, 5..6] {
        let error = store.edit(session, range, "x").unwrap_err();
        assert!(matches!(error, Error::InsideCharacter { .. }), "{error}");
    }
    #[expect(clippy::reversed_empty_ranges, reason = "hostile")]
    for range in [0..7, 7..7, 3..1, usize::MAX..usize::MAX, 1..usize::MAX] {
        let error = store.edit(session, range, "x").unwrap_err();
        assert!(matches!(error, Error::NotInDocument { .. }), "{error}");
    }
    for offset in [2, 99] {
        store.begin_run(session, Place::At { offset }, start()).unwrap_err();
    }
    assert!(matches!(store.begin_run(session, Place::Again, start()), Err(Error::NothingToRetry)));
    assert_eq!(text(&mut store, session), "aé日");
    assert!(matches!(store.document(Id::random()), Err(Error::Unknown { .. })));
}

#[test]
fn everything_is_there_after_reopening_undo_too() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "Prompt");
    let first = run(&mut store, session, Place::End, &[" a", "b"]);
    scratch.wait(1000);
    store.edit(session, 2..3, "0").unwrap();
    let before = store.document(session).unwrap();
    let (branches, runs) = (store.branches(session).unwrap(), store.runs(session).unwrap());
    store.flush().unwrap();
    drop(store);
    let mut store = scratch.open();
    assert_eq!(store.document(session).unwrap(), before);
    assert_eq!(store.branches(session).unwrap(), branches);
    assert_eq!(store.runs(session).unwrap(), runs);
    assert_eq!(store.outputs(session, first).unwrap()[0].text, " ab");
    store.undo(session).unwrap();
    assert_eq!(text(&mut store, session), "Prompt ab");
    store.undo(session).unwrap();
    store.undo(session).unwrap();
    assert_eq!(text(&mut store, session), "");
    assert_eq!(store.notices(), []);
}

#[test]
fn an_unfinished_run_is_found_interrupted_with_its_text() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "Begin end.");
    let begun = store.begin_run(session, Place::At { offset: 6 }, start()).unwrap();
    store.append(session, begun.run, 0, &tokens(&["the "])).unwrap();
    store.flush().unwrap();
    drop(store);
    let mut store = scratch.open();
    let record = store.runs(session).unwrap().remove(0);
    assert_eq!(record.finish_reason.as_deref(), Some("interrupted"));
    assert_eq!((record.seed, record.record), (start().seed, start().record));
    assert_eq!(text(&mut store, session), "Begin the end.");
    store.undo(session).unwrap();
    assert_eq!(text(&mut store, session), "Begin end.");
}

#[test]
fn a_prompt_has_the_tokens_of_its_own_model_only() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = store.create(&completion()).unwrap();
    type_on(&mut store, session, "We");
    run(&mut store, session, Place::End, &[" like", " it"]);
    let fork = Place::Instead { offset: 7, token: token(77, " them") };
    run(&mut store, session, fork, &[" all"]);
    let ids = |pieces: Vec<sessions::Piece>| -> Vec<u32> {
        pieces.iter().flat_map(|piece| piece.tokens.iter().map(|token| token.id)).collect()
    };
    let own = ids(store.prompt(session, &start().model_hash).unwrap());
    assert_eq!(own.len(), 3);
    assert!(own.contains(&77));
    assert!(ids(store.prompt(session, "another model").unwrap()).is_empty());
    let other = sessions::RunStart { model_hash: "another model".to_owned(), ..start() };
    let begun = store.begin_run(session, Place::End, other).unwrap();
    let text: String = begun.prompt.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(text, "We like them all");
    assert!(ids(begun.prompt).is_empty());
}
