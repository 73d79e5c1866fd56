//! Full-text search.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use sessions::{Id, NewSession, Place, SearchHit, SearchRequest, Store};
use support::{Random, Scratch, completion, run, text, type_on};

fn search(store: &mut Store, text: &str) -> Vec<SearchHit> {
    let request = SearchRequest { text: text.to_owned(), limit: 20, ..SearchRequest::default() };
    store.search(&request).unwrap().hits
}

fn found(store: &mut Store, text: &str) -> Vec<Id> {
    search(store, text).into_iter().map(|hit| hit.session.id).collect()
}

fn written(store: &mut Store, title: Option<&str>, text: &str) -> Id {
    let title = title.map(str::to_owned);
    let session = store.create(&NewSession { title, ..completion() }).unwrap();
    type_on(store, session, text);
    session
}

#[test]
fn words_of_title_prompt_and_output_are_found_at_once() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = written(&mut store, Some("Gardening"), "The mean");
    run(&mut store, session, Place::End, &["ing", " of", " zucchini"]);
    written(&mut store, None, "something else");
    for query in ["zucchini", "ZUCCHINI", "zucc", "meaning", "garden", "meaning zuc", "of garden"] {
        assert_eq!(found(&mut store, query), [session], "{query:?}");
    }
    for query in ["zucchinis", "meaning else", "arden", "g"] {
        assert_eq!(found(&mut store, query), [], "{query:?}");
    }
    run(&mut store, session, Place::Again, &["time"]);
    assert_eq!(found(&mut store, "zucchini"), [session], "it is in another branch");
    assert_eq!(found(&mut store, "meantime"), [session]);
    let branch = store.document(session).unwrap().current.unwrap();
    store.delete_branch(session, branch).unwrap();
    assert_eq!(found(&mut store, "meantime"), []);
    store.rename(session, Some("Cooking")).unwrap();
    assert_eq!(found(&mut store, "garden"), []);
    store.trash(session).unwrap();
    assert_eq!(found(&mut store, "cooking"), []);
}

#[test]
fn every_script_is_found() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let japanese = written(&mut store, None, "私は東京に住んでいます。");
    let chinese = written(&mut store, Some("北京大学"), "他在图书馆看书");
    let korean = written(&mut store, None, "도서관에서 책을 읽었다");
    let thai = written(&mut store, None, "ฉันกินข้าวแล้ว");
    let german = written(&mut store, None, "Der Größte läuft über die Straße");
    let russian = written(&mut store, None, "Война и мир");
    for (query, session) in [
        ("東京", japanese),
        ("住", japanese),
        ("住んで", japanese),
        ("图书馆", chinese),
        ("北京", chinese),
        ("京大", chinese),
        ("도서관", korean),
        ("서관", korean),
        ("กินข้าว", thai),
        ("grosste", german),
        ("größte", german),
        ("strasse", german),
        ("ВОЙНА", russian),
    ] {
        let hits = found(&mut store, query);
        // ß is a letter of its own, not two s.
        let expected: &[Id] = if query.contains("ss") { &[] } else { &[session] };
        assert_eq!(hits, expected, "{query:?}");
    }
    let hit = search(&mut store, "東京").remove(0);
    let parts: Vec<(&str, bool)> = hit.snippet.iter().map(|p| (p.text.as_str(), p.hit)).collect();
    assert_eq!(parts, [("私は", false), ("東京", true), ("に住んでいます。", false)]);
}

#[test]
fn nothing_a_user_types_is_syntax() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = written(&mut store, Some("NOT"), "a AND b* OR (c) NEAR \"quoted\" col:x ^y {z}");
    for query in [
        "\"",
        "\"\"",
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        "*",
        "a*",
        "^y",
        "title:NOT",
        "-b",
        "(c",
        "{z}",
        "a\0b",
        "'; DROP TABLE sessions; --",
        "\u{feff}",
        "\\",
        "b* OR",
        "col : x",
        "+",
        "🙂",
    ] {
        search(&mut store, query);
    }
    let mut random = Random(9);
    let letters: Vec<char> = "ab\"*():^-+{}'\\ \0\n\u{200b}ANDOR東é🙂".chars().collect();
    for _ in 0..2000 {
        let query: String = (0..random.below(12)).map(|_| random.one_of(&letters)).collect();
        search(&mut store, &query);
    }
    assert_eq!(found(&mut store, "quoted"), [session]);
    assert_eq!(found(&mut store, "\"quoted\" (c)"), [session]);
    assert_eq!(text(&mut store, session).len(), 42);
}

#[test]
fn the_best_comes_first_and_pages_follow() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let filler = "word ".repeat(200);
    let rare = written(&mut store, None, &format!("{filler} whale"));
    let often = written(&mut store, None, &"whale ".repeat(20));
    let titled = written(&mut store, Some("Whale"), &filler);
    let hits = found(&mut store, "whale");
    assert_eq!(hits.last(), Some(&rare));
    assert_eq!(hits.len(), 3);
    assert!(hits.contains(&often) && hits.contains(&titled));
    let mut paged = Vec::new();
    for offset in 0..3 {
        let text = "whale".to_owned();
        let request = SearchRequest { text, offset, limit: 1, ..SearchRequest::default() };
        let page = store.search(&request).unwrap();
        assert_eq!(page.more, offset < 2);
        paged.extend(page.hits.into_iter().map(|hit| hit.session.id));
    }
    assert_eq!(paged, hits);
}

#[test]
fn the_archive_is_searched_on_request() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let session = written(&mut store, None, "archived words");
    store.archive(session, true).unwrap();
    assert_eq!(found(&mut store, "words"), []);
    let text = "words".to_owned();
    let request = SearchRequest { text, archived: true, limit: 5, ..SearchRequest::default() };
    assert_eq!(store.search(&request).unwrap().hits.len(), 1);
}

/// A fiftieth of the size that `examples/library_speed.rs` measures, with five times its bound.
#[test]
fn two_megabytes_are_searched_in_a_quarter_of_a_second() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let mut random = Random(1);
    let mut last = None;
    for _ in 0..200 {
        let mut text = String::new();
        for _ in 0..1600 {
            // Some words are far more frequent than others.
            let limit = random.below(5000) + 1;
            write!(text, "w{} ", random.below(limit)).unwrap();
        }
        last = Some(written(&mut store, None, &text));
    }
    let last = last.unwrap();
    type_on(&mut store, last, " needle");
    store.flush().unwrap();
    while store.index(50).unwrap() > 0 {}
    for query in ["needle", "w1", "w1 w2 w3", "w4"] {
        let started = Instant::now();
        let hits = search(&mut store, query);
        let took = started.elapsed();
        assert!(!hits.is_empty());
        assert!(took < Duration::from_millis(250), "{query:?} took {took:?}");
    }
}
