//! How long lists, searches and openings take in a library of 10,000 sessions and 100 MB of text.
//!
//! `cargo run --release -p sessions --example library_speed [FILE]`
//!
//! With a file the library is made once and stays for the next time. Words are as frequent as in a
//! language: the n-th most frequent one n times rarer than the first.

#![expect(clippy::print_stdout, reason = "a table is what this program is for")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use sessions::{
    Error, Id, Kind, ListRequest, NewSession, Place, Result, RunEnd, RunStart, SearchRequest,
    Store, WrittenToken,
};

const SESSIONS: usize = 10_000;
const BYTES_EACH: usize = 10_000;
const VOCABULARY: f64 = 50_000.0;
const RUNS: usize = 15;

fn main() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("library-speed-{}", std::process::id()));
    let named = std::env::args_os().nth(1).map(PathBuf::from);
    let path = named.clone().unwrap_or_else(|| folder.join("sessions.db"));
    let outcome = measure(&path);
    if named.is_none() {
        // Of no use to anyone, whether it can be deleted or not.
        let _ = std::fs::remove_dir_all(folder);
    }
    outcome
}

fn measure(path: &Path) -> Result<()> {
    if !path.exists() {
        build(path)?;
    }
    let size = std::fs::metadata(path).map_or(0, |found| found.len());
    println!("{:10.1} MB  the file", size as f64 / 1e6);
    let opened = Instant::now();
    let mut store = Store::open(path)?;
    print("opening the file", ms(opened));
    let request = ListRequest { limit: 100, ..ListRequest::default() };
    print("a page of 100 of the list", median(|| store.list(&request).map(drop))?);
    for (what, text) in [
        ("a word of one session", "needle"),
        ("a word of a tenth of the sessions", &word(2000)),
        ("the word of every session", &word(1)),
        ("three frequent words", &format!("{} {} {}", word(3), word(5), word(8))),
        ("the beginning of a frequent word", &word(2)[..2]),
        ("the beginning of a rare one", &word(30_000)[..4]),
        ("two Chinese characters", "东京"),
        ("a word that is nowhere", "qqqqq"),
    ] {
        let request =
            SearchRequest { text: text.to_owned(), limit: 20, ..SearchRequest::default() };
        let found = store.search(&request)?;
        let hits = format!("{what}: {}{}", found.hits.len(), if found.more { "+" } else { "" });
        print(&hits, median(|| store.search(&request).map(drop))?);
    }
    let grown = grown(&mut store)?;
    drop(store);
    let mut store = Store::open(path)?;
    let started = Instant::now();
    let document = store.document(grown)?;
    let branches = store.branches(grown)?.len();
    print(&format!("opening {} bytes with {branches} nodes", document.text().len()), ms(started));
    let end = document.text().len();
    let mut at = end;
    let typed = median(|| {
        at += 1;
        store.edit(grown, at - 1..at - 1, "x")
    })?;
    print("typing a letter behind that", typed);
    print(
        "saving it",
        median(|| {
            store.edit(grown, end..end, "y")?;
            store.flush()
        })?,
    );
    after_a_crash(path)?;
    store.delete_forever(grown)
}

/// Opens a copy of the file and of its log, which is what a crash leaves.
fn after_a_crash(path: &Path) -> Result<()> {
    let copy = path.with_extension("copy");
    let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    let copied = std::fs::copy(path, &copy).and_then(|_| std::fs::copy(log(path), log(&copy)));
    let source = copied.err();
    if let Some(source) = source {
        return Err(Error::Io { path: copy, source });
    }
    let opened = Instant::now();
    let store = Store::open(&copy)?;
    print("opening the file after a crash", ms(opened));
    println!("{:10} notices", store.notices().len());
    drop(store);
    // It is only in the way.
    let _ = std::fs::remove_file(copy);
    Ok(())
}

fn build(path: &Path) -> Result<()> {
    let started = Instant::now();
    let mut store = Store::open(path)?;
    let mut random = 1u64;
    for number in 0..SESSIONS {
        let mut text = String::with_capacity(BYTES_EACH + 16);
        while text.len() < BYTES_EACH {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let uniform = (random >> 11) as f64 / (1u64 << 53) as f64;
            text.push_str(&word(VOCABULARY.powf(uniform) as usize));
            text.push(' ');
        }
        text.push_str(match number {
            7000 => "needle",
            _ if number % 100 == 0 => "我住在东京",
            _ => "",
        });
        let title = Some(format!("Session {number}"));
        let new = NewSession { kind: Kind::Completion, title, folder: None };
        let session = store.create(&new)?;
        store.edit(session, 0..0, &text)?;
        if number % 100 == 99 {
            store.flush()?;
        }
    }
    store.flush()?;
    print("writing 10,000 sessions", ms(started));
    let started = Instant::now();
    while store.index(200)? > 0 {}
    print("indexing them", ms(started));
    Ok(())
}

/// A session with 4,096 tokens in its document and 50 branches.
fn grown(store: &mut Store) -> Result<Id> {
    let new = NewSession { kind: Kind::Completion, title: None, folder: None };
    let session = store.create(&new)?;
    store.edit(session, 0..0, "Prompt")?;
    for branch in 0..50u32 {
        let count = if branch == 49 { 4096 } else { 500 };
        let place = if branch == 0 { Place::End } else { Place::Again };
        let run = store.begin_run(session, place, RunStart::default())?.run;
        let token = |id| WrittenToken { id, text: format!(" t{id}"), logprob: -1.5 };
        let tokens: Vec<WrittenToken> = (0..count).map(token).collect();
        store.append(session, run, 0, &tokens)?;
        store.finish_run(session, run, RunEnd::default())?;
    }
    store.flush()?;
    Ok(session)
}

/// The word of a rank: consonants and vowels in turn.
fn word(rank: usize) -> String {
    let (consonants, vowels) = (b"bdfgklmnprstvz", b"aeiou");
    let (mut word, mut rest) = (String::new(), rank);
    loop {
        word.push(char::from(consonants[rest % consonants.len()]));
        rest /= consonants.len();
        word.push(char::from(vowels[rest % vowels.len()]));
        rest /= vowels.len();
        if rest == 0 {
            return word;
        }
    }
}

fn median(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        work()?;
        times.push(ms(started));
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn print(what: &str, milliseconds: f64) {
    println!("{milliseconds:10.2} ms  {what}");
}
