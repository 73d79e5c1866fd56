//! What holds whatever is done to a session.

use std::collections::BTreeMap;

use super::*;
use crate::run::{Place, RunEnd, RunStart, WrittenToken};

/// Numbers that look random and are the same every time: `SplitMix64`, by Sebastiano Vigna.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

fn session() -> Session {
    Session::new(1, Kind::Completion, Fresh::default(), 0)
}

fn token(id: u32, text: &str) -> WrittenToken {
    WrittenToken { id, text: text.to_owned(), logprob: -1.0 }
}

/// One thing a user or a model does; runs are left going on for a while.
fn act(session: &mut Session, random: &mut Random, now: i64) {
    let length = session.passage().len();
    let (a, b) = (random.below(length + 1), random.below(length + 1));
    let nodes: Vec<Id> = session.branches().iter().map(|branch| branch.node).collect();
    let going_on: Vec<u32> =
        session.runs.iter().filter(|(_, run)| run.is_going_on()).map(|(n, _)| *n).collect();
    match random.below(14) {
        0..4 => session.edit(a.min(b)..(a.min(b) + b % 3).min(length), "abc", now).unwrap(),
        4 => session.edit(length..length, "x", now).unwrap(),
        5 | 6 => {
            let place =
                [Place::End, Place::At { offset: a }, Place::Again][random.below(3)].clone();
            let _ = session.begin_run(place, RunStart::default(), now);
        }
        7 | 8 if !going_on.is_empty() => {
            let run = going_on[random.below(going_on.len())];
            let tokens = [token(1, "de"), token(2, ""), token(3, "f")];
            let lane = random.below(2) as u32;
            session.append(run, lane, &tokens[..=random.below(3)], now).unwrap();
        }
        9 if !going_on.is_empty() => {
            let run = going_on[random.below(going_on.len())];
            session.finish_run(run, RunEnd::default(), now).unwrap();
        }
        10 if !nodes.is_empty() => {
            let node = session.node(nodes[random.below(nodes.len())]).unwrap();
            session.switch_to(node, a % 2 == 0, now);
        }
        11 if !nodes.is_empty() => {
            let node = session.node(nodes[random.below(nodes.len())]).unwrap();
            session.delete_branch(node, now);
        }
        12 => drop(session.undo(now)),
        _ => drop(session.redo(now)),
    }
}

fn is_growing(session: &Session, number: Number) -> bool {
    let grows = |run: &Run| run.is_going_on() && run.ends.values().any(|end| *end == number);
    session.runs.values().any(grows)
}

#[test]
fn a_node_with_children_or_of_a_run_keeps_its_document() {
    for seed in 0..400 {
        let (mut session, mut random) = (session(), Random(seed));
        let mut kept: BTreeMap<Number, Passage> = BTreeMap::new();
        let mut written: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for step in 0..60 {
            act(&mut session, &mut random, step * 500);
            // One whose only child was the open leaf may have lost it to a place above.
            kept.retain(|number, _| !session.is_open(*number));
            for (number, passage) in &kept {
                assert_eq!(&session.tree.passage(Some(*number)), passage, "seed {seed}, {step}");
            }
            for (number, _) in session.tree.iter() {
                // A run that wrote nothing lets its node go again.
                let settled = session.tree.has_children(number)
                    || session.tree.get(number).is_some_and(|node| node.output.is_some());
                if settled && !is_growing(&session, number) {
                    kept.insert(number, session.tree.passage(Some(number)));
                }
            }
            for (run, output) in session
                .runs
                .keys()
                .flat_map(|run| session.outputs(*run).into_iter().map(|o| (*run, o)))
            {
                let before = written.insert((run, output.lane), output.tokens.len()).unwrap_or(0);
                assert!(output.tokens.len() >= before, "seed {seed}, {step}: output is lost");
            }
        }
    }
}

#[test]
fn a_tree_is_sound_and_the_document_is_in_it() {
    for seed in 1000..1300 {
        let (mut session, mut random) = (session(), Random(seed));
        for step in 0..60 {
            act(&mut session, &mut random, step * 500);
            for (_, node) in session.tree.iter() {
                assert!(node.parent.is_none_or(|parent| session.tree.get(parent).is_some()));
                let passage = &node.passage;
                let blob = crate::blob::spans_to_blob(passage);
                let read = crate::blob::passage_from_blob(&passage.text(), blob.as_deref());
                assert_eq!(read.as_ref(), Some(passage), "seed {seed}, {step}");
            }
            if let Some(current) = session.current {
                assert!(session.tree.is_visible(current), "seed {seed}, {step}");
            }
        }
    }
}

#[test]
fn everything_that_changed_is_marked_to_be_written() {
    for seed in 2000..2200 {
        let (mut session, mut random) = (session(), Random(seed));
        for step in 0..60 {
            let (tree, current, runs) =
                (session.tree.clone(), session.current, session.runs.clone());
            session.saved();
            act(&mut session, &mut random, step * 500);
            let numbers = tree.iter().chain(session.tree.iter()).map(|(number, _)| number);
            for number in numbers.filter(|n| tree.get(*n) != session.tree.get(*n)) {
                assert!(session.changes.nodes.contains(&number), "seed {seed}, {step}: {number}");
            }
            for (number, run) in &session.runs {
                // Where its lanes end is not written: the nodes say it.
                let same = runs.get(number).is_some_and(|before| {
                    before.shown == run.shown
                        && before.parent == run.parent
                        && before.tail == run.tail
                });
                assert!(same || session.changes.runs.contains(number), "seed {seed}, {step}");
            }
            let changed = !session.changes.nodes.is_empty()
                || !session.changes.runs.is_empty()
                || current != session.current;
            assert!(!changed || session.is_changed(), "seed {seed}, {step}: its row");
        }
    }
}
