//! A person's sessions: written, branched, closed, killed, found, exported, thrown away and brought
//! back, by keyboard alone. One test, because a display has one keyboard focus.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tests::fixture;
use tests::window::{
    ALT, BACKSPACE, CTRL, DELETE, DOWN, END, ESCAPE, F2, F10, LEFT, RETURN, SHIFT, TAB, Theme, UP,
    Window,
};

const PROMPT: &str = "The meaning of life is";
const ADDED: &str = " And so on.";

#[tokio::test]
async fn sessions_are_kept_found_and_brought_back_by_keyboard() {
    let data = tempfile::tempdir().expect("a folder");
    let window = open(data.path(), Theme::Light).await;

    let (first, second) = two_branches(&window).await;
    let written = format!("{second}{ADDED}");
    // Switching puts the caret where the branches differ last, which need not be the end.
    window.type_keys(&format!("{CTRL}{END}")).await;
    window.type_keys(ADDED).await;
    window.wait("typing goes on", "document", |text| text == written).await;
    name(&window, "Life").await;
    let session = current(&window).await;
    let tree = window.invoke("branches", json!({ "session": session })).await;
    window.wait("it is on the disk", "saving", |text| text == "Saved").await;
    window.close().await;

    // Everything is there again, the undo steps included.
    let window = open(data.path(), Theme::Dark).await;
    window.wait("the text is there", "document", |text| text == written).await;
    window.wait("the caret is at the end", "siblings", |text| text.contains("2 of 2")).await;
    assert_eq!(window.text("title").await, "Life");
    assert_eq!(window.invoke("branches", json!({ "session": session })).await, tree);
    window.type_keys(&format!("{CTRL}z")).await;
    window.wait("undo", "document", |text| text == second).await;
    window.type_keys(&format!("{CTRL}{SHIFT}z")).await;
    window.wait("redo", "document", |text| text == written).await;
    check_every_view(&window).await;
    check_panels(&window).await;

    // What is written when the power goes is there as well.
    window.type_keys(" Until the end.").await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    window.kill().await;
    let window = open(data.path(), Theme::Light).await;
    let whole = format!("{written} Until the end.");
    window.wait("nothing is lost", "document", |text| text == whole).await;
    let tree = window.invoke("branches", json!({ "session": session })).await;
    check_every_view(&window).await;
    check_panels(&window).await;

    // A second session, so that there is something to look through.
    window.type_keys(&format!("{CTRL}n")).await;
    window.wait("the session is new", "document", str::is_empty).await;
    window.type_keys("Something else").await;
    window.until("it is listed", &listed(2)).await;
    edits_every_script(&window).await;
    finds_what_the_model_wrote(&window, &first, &second, &whole).await;

    let file = data.path().join("life.json");
    export(&window, &file).await;
    repeatable(&file);
    throw_away_for_good(&window).await;
    import(&window, &file).await;
    window.wait("it is back", "document", |text| text == whole).await;
    assert_eq!(window.text("title").await, "Life");
    assert_eq!(current(&window).await, session);
    assert_eq!(window.invoke("branches", json!({ "session": session })).await, tree);
    window.close().await;
}

async fn open(data: &Path, theme: Theme) -> Window {
    let window = Window::open_in(data, theme, Some(&fixture("tiny/tiny-zarr.nemo"))).await;
    window.wait("the model loads", "model-name", |name| name == "tiny-zarr").await;
    let ready = "return document.activeElement?.dataset.testid === 'document'";
    window.until("the document waits for text", ready).await;
    window
}

/// Writes a prompt, two completions, and looks at both of them.
async fn two_branches(window: &Window) -> (String, String) {
    window.type_keys(PROMPT).await;
    window.type_keys(&format!("{CTRL}{RETURN}")).await;
    window.wait("the run ends", "run-end", |text| !text.is_empty()).await;
    let first = window.wait("a completion", "document", |text| text.len() > PROMPT.len()).await;
    window.type_keys(&format!("{CTRL}r")).await;
    window.wait("a second branch", "siblings", |text| text.contains("2 of 2")).await;
    let second = window.text("document").await;
    assert!(second.starts_with(PROMPT) && second != first, "{first:?}, then {second:?}");
    window.type_keys(&format!("{ALT}{UP}")).await;
    window.wait("the first branch", "document", |text| text == first).await;
    window.wait("its place", "siblings", |text| text.contains("1 of 2")).await;
    window.type_keys(&format!("{ALT}{DOWN}")).await;
    window.wait("the second branch", "document", |text| text == second).await;
    (first, second)
}

async fn name(window: &Window, title: &str) {
    window.type_keys(&F2.to_string()).await;
    window
        .until(
            "the title can be written",
            "return document.activeElement?.dataset.testid === 'title-field'",
        )
        .await;
    window.type_keys(&format!("{title}{RETURN}")).await;
    window.wait("the session is named", "title", |text| text == title).await;
}

/// The session on the screen.
async fn current(window: &Window) -> Value {
    window.invoke("open_session", json!({ "session": null })).await["document"]["session"].clone()
}

fn listed(sessions: usize) -> String {
    format!("return document.querySelectorAll('[data-testid=session]').length === {sessions}")
}

async fn check_every_view(window: &Window) {
    window.check_accessibility().await;
    for (keys, view) in [
        (format!("{CTRL}t"), "tree"),
        (format!("{CTRL}k"), "palette"),
        (format!("{CTRL},"), "settings-sheet"),
        ("\u{E031}".to_owned(), "keys-sheet"),
    ] {
        window.type_keys(&keys).await;
        let opened =
            format!("return document.querySelector('[data-testid={view}]')?.open === true");
        window.until(view, &opened).await;
        window.check_accessibility().await;
        window.type_keys(&ESCAPE.to_string()).await;
        let closed =
            format!("return document.querySelector('[data-testid={view}]')?.open !== true");
        window.until(view, &closed).await;
    }
}

/// What opens beside the document: presets, tags, the archive.
async fn check_panels(window: &Window) {
    window.click("preset").await;
    let open = "return document.querySelector('[data-testid=preset-menu]').open";
    window.until("the presets", open).await;
    window.check_accessibility().await;
    window.type_keys(&ESCAPE.to_string()).await;
    choose_from_menu(window, &["Tags"]).await;
    let there = "return document.activeElement?.dataset.testid === 'tags-field'";
    window.until("the tags", there).await;
    window.check_accessibility().await;
    window.type_keys(&format!("poem{RETURN}{ESCAPE}")).await;
    window.type_into("session-search", &ESCAPE.to_string()).await;
    from_the_corner(window, "Show archive").await;
    window.wait("the archive", "shelf", |text| text.contains("Archive")).await;
    window.check_accessibility().await;
    from_the_corner(window, "Show sessions").await;
    window.wait("the sessions", "shelf", str::is_empty).await;
    window.click("document").await;
}

/// Arabic, Chinese, combined letters and emoji: what is shown and what is kept stay the same text.
async fn edits_every_script(window: &Window) {
    window.type_keys(": مرحبا 世界 é").await;
    // The driver has no keys for what two UTF-16 units make.
    window.run("document.execCommand('insertText', false, '👩‍👩‍👧')").await;
    window.type_keys(" end").await;
    let typed = "Something else: مرحبا 世界 é👩‍👩‍👧 end";
    window.wait("every script", "document", |text| text == typed).await;
    window.type_keys(&LEFT.to_string().repeat(4)).await;
    window.type_keys(&format!("{BACKSPACE}{BACKSPACE}x")).await;
    let shown =
        window.wait("letters go one by one", "document", |text| text.ends_with("x end")).await;
    assert!(shown.starts_with("Something else: مرحبا 世界"), "{shown:?}");
    let session = current(window).await;
    let document = window.invoke("document", json!({ "session": session })).await;
    let pieces = document["pieces"].as_array().expect("pieces").iter();
    let kept: String = pieces.map(|piece| piece["text"].as_str().expect("text")).collect();
    assert_eq!(kept, shown);
}

/// A word that stands in nothing but the completion finds its session.
async fn finds_what_the_model_wrote(window: &Window, first: &str, second: &str, whole: &str) {
    let word = only_in(second, &format!("{first} {ADDED} Something else"));
    window.type_keys(&format!("{CTRL}{SHIFT}f")).await;
    window
        .until("search", "return document.activeElement?.dataset.testid === 'session-search'")
        .await;
    window.type_keys(&word).await;
    let hit = format!(
        "const rows = [...document.querySelectorAll('[data-testid=session]')];
         return rows.length === 1 && rows[0].textContent.includes('Life')
           && rows[0].querySelector('mark')?.textContent.toLowerCase() === {}",
        json!(word)
    );
    window.until("the word is found", &hit).await;
    window.type_keys(&format!("{DOWN}")).await;
    window.type_keys(&format!("{RETURN}")).await;
    window.wait("the session opens", "document", |text| text == whole).await;
}

/// The longest word of one text that is no part of another, in small letters.
fn only_in(text: &str, other: &str) -> String {
    let other = other.to_lowercase();
    // What stands right behind the prompt is one word with its end.
    let words = text[PROMPT.len()..].split_whitespace().skip(1).map(str::to_lowercase);
    let plain = words.filter(|word| word.chars().all(|c| c.is_ascii_lowercase()));
    let only = plain.filter(|word| !other.contains(word.as_str()));
    only.max_by_key(String::len).expect("the model writes words")
}

/// Opens the list's menu on the session called Life, and takes an item of it.
async fn choose_from_menu(window: &Window, items: &[&str]) {
    go_to_list(window).await;
    window.type_keys(&format!("{SHIFT}{F10}")).await;
    window.until("the menu", "return Boolean(document.querySelector('[role=menu]'))").await;
    window.check_accessibility().await;
    window.take(items).await;
}

async fn go_to_list(window: &Window) {
    window.type_keys(&format!("{CTRL}{SHIFT}f")).await;
    window
        .until("search", "return document.activeElement?.dataset.testid === 'session-search'")
        .await;
    window.type_keys("life").await;
    window.until("found", &listed(1)).await;
    window.type_keys(&DOWN.to_string()).await;
}

async fn export(window: &Window, file: &Path) {
    choose_from_menu(window, &["Export as", "JSON"]).await;
    window.save_as("Export the session", &file.to_string_lossy()).await;
    for _ in 0..500 {
        if file.metadata().is_ok_and(|file| file.len() > 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nothing was exported");
}

/// The record of each run has what it takes to run again.
fn repeatable(file: &Path) {
    let text = std::fs::read_to_string(file).expect("the export");
    let archive: Value = serde_json::from_str(&text).expect("JSON");
    let runs = archive["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 2);
    for run in runs {
        let record = &run["record"];
        let request = &record["request"];
        assert_eq!(record["model_sha256"].as_str().expect("a hash").len(), 64, "{record}");
        assert!(
            request["prompt"][0]["ids"].as_array().is_some_and(|ids| ids.len() > 3),
            "{record}"
        );
        assert!(
            request["seed"].is_u64() && request["sampling"]["temperature"].is_f64(),
            "{record}"
        );
        assert!(record["ends"][0]["usage"]["completion_tokens"].as_u64() > Some(0), "{record}");
        for field in ["build", "device", "dtype", "threads"] {
            assert!(!record[field].is_null(), "{field} in {record}");
        }
    }
}

/// Into the trash, back by undo, into it again, and out of it for ever.
async fn throw_away_for_good(window: &Window) {
    let gone = "return Boolean(document.querySelector('[data-testid=undo-delete]'))";
    go_to_list(window).await;
    window.type_keys(&DELETE.to_string()).await;
    window.until("it is gone", gone).await;
    window.go_to("undo-delete", TAB).await;
    window.type_keys(&RETURN.to_string()).await;
    go_to_list(window).await;
    window.type_keys(&DELETE.to_string()).await;
    window.until("it is gone again", gone).await;
    from_the_corner(window, "Show trash").await;
    window.until("it is in the trash", &listed(1)).await;
    window.check_accessibility().await;
    window.go_to("empty-trash", TAB).await;
    window.type_keys(&RETURN.to_string()).await;
    window.type_keys(&RETURN.to_string()).await;
    window.until("the trash is empty", &listed(0)).await;
    from_the_corner(window, "Show sessions").await;
}

async fn import(window: &Window, file: &Path) {
    from_the_corner(window, "Import").await;
    window.answer("Import a session", &file.to_string_lossy()).await;
}

/// Takes an item of the menu beside *New session*.
async fn from_the_corner(window: &Window, item: &str) {
    window.type_keys(&format!("{CTRL}{SHIFT}f")).await;
    window
        .until("search", "return document.activeElement?.dataset.testid === 'session-search'")
        .await;
    window.go_to("sessions-more", TAB).await;
    window.type_keys(&RETURN.to_string()).await;
    window.take(&[item]).await;
}
