//! The thread behind the handle.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::time::{Duration, Instant};

use sessions::{Error, ListRequest, SaveState, Sessions};
use support::{Scratch, completion, start, token};

async fn state(sessions: &Sessions, expected: impl Fn(&SaveState) -> bool) {
    let mut state = sessions.state();
    let waiting = state.wait_for(|state| expected(state));
    let outcome = tokio::time::timeout(Duration::from_secs(10), waiting).await;
    outcome.expect("the state comes").expect("the thread lives");
}

#[tokio::test]
async fn a_change_is_on_the_disk_within_a_second_and_the_state_says_so() {
    let scratch = Scratch::new();
    let sessions = Sessions::open(scratch.path.clone()).await.unwrap();
    assert_eq!(*sessions.state().borrow(), SaveState::Saved);
    let session = sessions.ask(|store| store.create(&completion())).await.unwrap();
    let typed = Instant::now();
    sessions.edit(session, 0..0, "typed".to_owned()).await.unwrap();
    assert_eq!(*sessions.state().borrow(), SaveState::Saving);
    state(&sessions, |state| *state == SaveState::Saved).await;
    assert!(typed.elapsed() < Duration::from_secs(1), "{:?}", typed.elapsed());
    sessions.close().await.unwrap();
    assert_eq!(support::text(&mut scratch.open(), session), "typed");
}

#[tokio::test]
async fn closing_writes_what_is_left() {
    let scratch = Scratch::new();
    let sessions = Sessions::open(scratch.path.clone()).await.unwrap();
    let session = sessions.ask(|store| store.create(&completion())).await.unwrap();
    let begun = sessions.ask(move |store| store.begin_run(session, sessions::Place::End, start()));
    let begun = begun.await.unwrap();
    for id in 0..1000 {
        sessions.append(session, begun.run, 0, vec![token(id, "x")]).unwrap();
    }
    let clone = sessions.clone();
    sessions.close().await.unwrap();
    assert!(matches!(clone.flush().await, Err(Error::Closed)));
    let again = Sessions::open(scratch.path.clone()).await.unwrap();
    again.edit(session, 0..0, "y".to_owned()).await.unwrap();
    // Not waiting for its end is as good, if something else keeps the program going.
    drop(again);
    assert_eq!(support::text(&mut reopened(&scratch), session).len(), 1001);
}

/// The thread closes the file a moment after the last handle is gone.
fn reopened(scratch: &Scratch) -> sessions::Store {
    let started = Instant::now();
    loop {
        match scratch.try_open() {
            Err(Error::InUse) if started.elapsed() < Duration::from_secs(10) => {}
            outcome => return outcome.expect("it opens"),
        }
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_saving_goes_on_by_itself() {
    let scratch = Scratch::new();
    let sessions = Sessions::open(scratch.path.clone()).await.unwrap();
    sessions.ask(|store| store.limit_pages(Some(1))).await.unwrap();
    let session = sessions.ask(|store| store.create(&completion())).await.unwrap();
    sessions.edit(session, 0..0, "x".repeat(1 << 20)).await.unwrap();
    let full = |state: &SaveState| match state {
        SaveState::Failing { problem } => problem.kind == "no_space",
        _ => false,
    };
    state(&sessions, full).await;
    assert_eq!(sessions.flush().await.unwrap_err().kind(), "no_space");
    sessions.edit(session, 0..1, "y".to_owned()).await.unwrap();
    assert!(full(&sessions.state().borrow()), "it is not saved yet");
    sessions.ask(|store| store.limit_pages(None)).await.unwrap();
    state(&sessions, |state| *state == SaveState::Saved).await;
    sessions.close().await.unwrap();
    assert!(support::text(&mut scratch.open(), session).starts_with("yx"));
}

#[tokio::test]
async fn a_panic_ends_one_question_only() {
    let scratch = Scratch::new();
    let sessions = Sessions::open(scratch.path.clone()).await.unwrap();
    let outcome = sessions.ask::<()>(|_| panic!("on purpose")).await;
    assert!(matches!(outcome, Err(Error::Panicked(what)) if what == "on purpose"));
    assert!(sessions.ask(|store| store.list(&ListRequest::default())).await.is_ok());
}

#[tokio::test]
async fn damage_is_repaired_behind_the_one_who_finds_it() {
    let scratch = Scratch::new();
    let sessions = Sessions::open(scratch.path.clone()).await.unwrap();
    let session = sessions.ask(|store| store.create(&completion())).await.unwrap();
    sessions.edit(session, 0..0, "safe".to_owned()).await.unwrap();
    sessions.flush().await.unwrap();
    let damaged = sessions.ask::<()>(|_| Err(Error::Damaged("found".to_owned()))).await;
    assert_eq!(damaged.unwrap_err().kind(), "damaged_sessions");
    assert_eq!(sessions.ask(move |store| store.export_text(session)).await.unwrap(), "safe");
    assert_eq!(sessions.notices().borrow().len(), 1);
    assert_eq!(scratch.files_with("damaged").len(), 1);
}

#[tokio::test]
async fn the_index_is_made_in_quiet_moments() {
    let scratch = Scratch::new();
    let sessions = Sessions::open(scratch.path.clone()).await.unwrap();
    sessions
        .ask(|store| {
            for _ in 0..50 {
                let session = store.create(&completion())?;
                store.edit(session, 0..0, "words")?;
            }
            store.flush()
        })
        .await
        .unwrap();
    assert!(sessions.ask(|store| store.unindexed()).await.unwrap() > 0);
    let started = Instant::now();
    while sessions.ask(|store| store.unindexed()).await.unwrap() > 0 {
        assert!(started.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_file_that_is_open_elsewhere_is_refused() {
    let scratch = Scratch::new();
    let first = Sessions::open(scratch.path.clone()).await.unwrap();
    first.ask(|store| store.create(&completion())).await.unwrap();
    first.flush().await.unwrap();
    assert!(matches!(Sessions::open(scratch.path.clone()).await, Err(Error::InUse)));
}
