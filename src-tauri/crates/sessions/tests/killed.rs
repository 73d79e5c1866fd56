//! The process is killed at random moments while it types and a model writes. What was reported
//! more than a second before that has to be there afterwards.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sessions::{Id, Place, Sessions};
use support::{Random, Scratch, completion, start, text, token};

/// Names the file that the child writes to. Without it the child is no child.
const FILE: &str = "SESSIONS_TEST_FILE";
/// Before each line that the child reports, because the test runner prints some of its own.
const MARK: &str = "reported: ";
const KILLS: u64 = 16;

/// Types into one session while a run writes into another, and says how far each is.
#[tokio::test]
async fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let sessions = Sessions::open(PathBuf::from(path)).await.unwrap();
    let typing = sessions.ask(|store| store.create(&completion())).await.unwrap();
    let writing = sessions.ask(|store| store.create(&completion())).await.unwrap();
    let begun = sessions.ask(move |store| store.begin_run(writing, Place::End, start()));
    let begun = begun.await.unwrap();
    for length in 0.. {
        sessions.edit(typing, length..length, letter(length).to_string()).await.unwrap();
        let written = vec![token(length as u32, &letter(length).to_string())];
        sessions.append(writing, begun.run, 0, written).unwrap();
        let report = format!("{MARK}{typing} {writing} {}\n", length + 1);
        std::io::stdout().write_all(report.as_bytes()).unwrap();
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

fn letter(place: usize) -> char {
    char::from(b'a' + (place % 26) as u8)
}

struct Report {
    at: Instant,
    sessions: [Id; 2],
    length: usize,
}

/// Runs the child for some milliseconds and kills it; returns what it reported.
fn killed_after(scratch: &Scratch, milliseconds: u64) -> (Vec<Report>, Instant) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(FILE, &scratch.path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (sender, reports) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let Some((_, report)) = line.split_once(MARK) else { continue };
            let mut words = report.split(' ');
            let mut id = || words.next().unwrap().parse().unwrap();
            let sessions = [id(), id()];
            let length = words.next().unwrap().parse().unwrap();
            sender.send(Report { at: Instant::now(), sessions, length }).unwrap();
        }
    });
    let first = reports.recv_timeout(Duration::from_secs(20)).expect("the child types");
    std::thread::sleep(Duration::from_millis(milliseconds));
    let killed_at = Instant::now();
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    ([first].into_iter().chain(reports).collect(), killed_at)
}

#[test]
fn killing_it_at_any_moment_loses_at_most_the_last_second() {
    let mut random = Random(2);
    for kill in 0..KILLS {
        let scratch = Scratch::new();
        let (reports, killed_at) = killed_after(&scratch, random.next() % 2400);
        let last = reports.last().unwrap();
        let older =
            |report: &&Report| killed_at - report.at.min(killed_at) > Duration::from_secs(1);
        let promised = reports.iter().rev().find(older).map_or(0, |report| report.length);
        let mut store = scratch.open();
        for session in last.sessions {
            let found = match store.document(session) {
                Ok(document) => document.text(),
                Err(error) => {
                    assert_eq!(promised, 0, "kill {kill}: {error}");
                    continue;
                }
            };
            let typed: String = (0..=last.length).map(letter).collect();
            assert!(typed.starts_with(&found), "kill {kill}: {found:?}");
            assert!(found.len() >= promised, "kill {kill}: {} of {promised}", found.len());
        }
        if promised > 0 {
            let record = store.runs(last.sessions[1]).unwrap().remove(0);
            assert_eq!(record.finish_reason.as_deref(), Some("interrupted"));
            assert_eq!(record.tokens as usize, text(&mut store, last.sessions[1]).len());
            store.undo(last.sessions[1]).unwrap();
            assert_eq!(text(&mut store, last.sessions[1]), "");
        }
    }
}
