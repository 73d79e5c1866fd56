//! Long random sequences of what a person can do, against a plain list of documents.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use sessions::{Document, Id, Place, Store};
use support::{Piece, Random, Scratch, completion, end, pieces, run, start, text, token};

/// What the window would show, kept beside the store: every document there was, as a plain list.
struct Model {
    documents: Vec<Vec<Piece>>,
    now: usize,
    written: Vec<(Id, String)>,
}

impl Model {
    fn text(&self) -> String {
        self.documents[self.now].iter().map(|(text, ..)| text.as_str()).collect()
    }

    fn push(&mut self, document: &Document) {
        self.documents.truncate(self.now + 1);
        self.documents.push(pieces(document));
        self.now += 1;
    }
}

const TYPED: [&str; 7] = ["a", "bc ", "", "é", "日本", "🙂", "word "];

fn place_in(random: &mut Random, text: &str) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Does one thing to both and says what.
fn act(store: &mut Store, session: Id, model: &mut Model, random: &mut Random) -> String {
    let text = model.text();
    match random.below(20) {
        0..8 => {
            let (a, b) = (place_in(random, &text), place_in(random, &text));
            let typed = random.one_of(&TYPED);
            let far = a.abs_diff(b) > 12;
            let range = if far { a..a } else { a.min(b)..a.max(b) };
            let mut expected = text;
            expected.replace_range(range.clone(), typed);
            store.edit(session, range.clone(), typed).unwrap();
            let document = store.document(session).unwrap();
            assert_eq!(document.text(), expected);
            if !(range.is_empty() && typed.is_empty()) {
                model.push(&document);
            }
            format!("edit {range:?} {typed:?}")
        }
        8..12 => {
            let offset = place_in(random, &text);
            let place = match random.below(4) {
                0 | 1 => Place::End,
                2 => Place::At { offset },
                _ => Place::Again,
            };
            let what = format!("run {place:?}");
            let Ok(begun) = store.begin_run(session, place, start()) else { return what };
            let mut written = String::new();
            for _ in 0..random.below(6) {
                let piece = random.one_of(&TYPED);
                written.push_str(piece);
                let id = random.below(100) as u32;
                store.append(session, begun.run, 0, &[token(id, piece)]).unwrap();
            }
            let wrote = !store.outputs(session, begun.run).unwrap().is_empty();
            store.finish_run(session, begun.run, end()).unwrap();
            if wrote {
                model.push(&store.document(session).unwrap());
                model.written.push((begun.run, written));
            } else if !store.document(session).unwrap().can_redo {
                // It had moved before it ended without a word.
                model.documents.truncate(model.now + 1);
            }
            what
        }
        12..14 => {
            let branches = store.branches(session).unwrap();
            if branches.is_empty() {
                return "nothing".to_owned();
            }
            let node = branches[random.below(branches.len())].node;
            let moves = store.document(session).unwrap().current != Some(node);
            store.switch_to(session, node, false).unwrap();
            if moves {
                model.push(&store.document(session).unwrap());
            }
            "switch".to_owned()
        }
        14 => {
            let branches = store.branches(session).unwrap();
            if branches.is_empty() {
                return "nothing".to_owned();
            }
            store.delete_branch(session, branches[random.below(branches.len())].node).unwrap();
            model.push(&store.document(session).unwrap());
            "delete".to_owned()
        }
        15..18 => {
            assert_eq!(store.undo(session).unwrap(), model.now > 0);
            model.now = model.now.saturating_sub(1);
            "undo".to_owned()
        }
        _ => {
            assert_eq!(store.redo(session).unwrap(), model.now + 1 < model.documents.len());
            model.now = (model.now + 1).min(model.documents.len() - 1);
            "redo".to_owned()
        }
    }
}

#[test]
fn any_sequence_of_edits_runs_moves_and_undos_matches_a_list_of_documents() {
    for seed in 0..150 {
        let scratch = Scratch::new();
        let mut store = scratch.open();
        let session = store.create(&completion()).unwrap();
        let mut random = Random(seed);
        let mut model = Model { documents: vec![Vec::new()], now: 0, written: Vec::new() };
        let mut done = Vec::new();
        for _ in 0..80 {
            // So long that each is a step of its own.
            scratch.wait(1000);
            if random.below(25) == 0 {
                store.flush().unwrap();
                drop(store);
                store = scratch.open();
                done.push("reopen".to_owned());
            }
            done.push(act(&mut store, session, &mut model, &mut random));
            let document = store.document(session).unwrap();
            assert_eq!(pieces(&document), model.documents[model.now], "seed {seed}: {done:#?}");
        }
        for (run, written) in &model.written {
            let output = store.outputs(session, *run).unwrap().remove(0);
            assert_eq!(&output.text, written, "seed {seed}");
        }
        // All the way back, and all the way forward.
        let (back, forward) = ((0..model.now).rev(), 1..model.documents.len());
        for (place, step) in
            back.map(|p| (p, Store::undo as Step)).chain(forward.map(|p| (p, Store::redo as Step)))
        {
            assert!(step(&mut store, session).unwrap(), "seed {seed}, {place}");
            let document = store.document(session).unwrap();
            assert_eq!(
                pieces(&document),
                model.documents[place],
                "seed {seed}, {place}: {done:#?}"
            );
        }
    }
}

type Step = fn(&mut Store, Id) -> sessions::Result<bool>;

#[test]
fn fast_typing_is_undone_and_redone_in_fewer_steps_to_the_same_texts() {
    for seed in 0..100 {
        let scratch = Scratch::new();
        let mut store = scratch.open();
        let session = store.create(&completion()).unwrap();
        let mut random = Random(seed);
        let mut texts = vec![String::new()];
        for _ in 0..40 {
            scratch.wait(random.one_of(&[50, 300, 900]));
            let now = text(&mut store, session);
            if random.below(8) == 0 {
                run(&mut store, session, Place::End, &["x", "yz"]);
            } else {
                let (a, b) = (place_in(&mut random, &now), place_in(&mut random, &now));
                let range = if random.below(3) == 0 { a.min(b)..a.max(b) } else { a..a };
                store.edit(session, range, random.one_of(&TYPED)).unwrap();
            }
            texts.push(text(&mut store, session));
        }
        let last = text(&mut store, session);
        let mut steps = 0;
        while store.undo(session).unwrap() {
            steps += 1;
            let now = text(&mut store, session);
            assert!(texts.contains(&now), "seed {seed}: {now:?} was never there");
        }
        assert_eq!(text(&mut store, session), "", "seed {seed}");
        assert!(steps <= 40);
        for _ in 0..steps {
            assert!(store.redo(session).unwrap());
        }
        assert_eq!(text(&mut store, session), last, "seed {seed}");
    }
}
