//! The panel of the next token in the real window: it follows a run, says what the command line
//! says, redraws while a slider moves, and a token is chosen by hand. One test, because a display
//! has one keyboard focus.

use serde_json::Value;
use tests::nemotron::{lines, nemotron};
use tests::window::{CTRL, DOWN, HOME, RETURN, RIGHT, Theme, Window};

const PROMPT: &str = "A fox found";

#[tokio::test]
async fn sliders_show_what_they_do_and_a_token_is_chosen_by_hand() {
    let window = Window::open(Theme::Light, None).await;
    window.wait("the built-in model loads", "model-name", |name| name == "demo").await;
    window.type_into("seed", &format!("{CTRL}a")).await;
    window.type_into("seed", &format!("7{RETURN}")).await;
    window.type_into("temperature", &HOME.to_string()).await;
    window.set_max_tokens(8).await;
    window.type_into("document", &format!("{PROMPT}{CTRL}{RETURN}")).await;
    window.wait("the run ends", "run-end", |text| text.contains("8 tokens")).await;
    window
        .until(
            "the panel follows the run",
            "return !!document.querySelector('[data-testid=outlook]')",
        )
        .await;
    window.check_accessibility().await;

    let rows = rows(&window).await;
    agrees_with_the_command_line(&window, &rows).await;
    a_slider_redraws_it(&window).await;
    another_token_is_a_branch(&window).await;
    an_edit_leaves_it_behind(&window).await;
    window.close().await;
}

/// Id, what is read out, and whether it is struck through.
async fn rows(window: &Window) -> Vec<(u64, String, bool)> {
    let script = "return [...document.querySelectorAll('[data-testid=next-token]')].map((row) =>
        [Number(row.dataset.token), row.querySelector('.sr-only').textContent, row.classList.contains('cut')])";
    let rows = window.run(script).await;
    let row = |row: &Value| {
        let name = row[1].as_str().expect("a name").to_owned();
        (row[0].as_u64().expect("an id"), name, row[2] == true)
    };
    rows.as_array().expect("rows").iter().map(row).collect()
}

/// At temperature 0 all but the likeliest are cut.
async fn agrees_with_the_command_line(window: &Window, rows: &[(u64, String, bool)]) {
    let text = window.text("document").await;
    let arguments = ["next", "--model", "demo", "--prompt", &text, "--temperature", "0", "--json"];
    let next = lines(&nemotron(&arguments, b"")).remove(0);
    let likeliest = next["raw"].as_array().expect("raw")[..rows.len()].iter();
    let ids: Vec<u64> = likeliest.map(|token| token["id"].as_u64().expect("an id")).collect();
    // The text that was written is encoded anew on the command line: as the same tokens, here.
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), ids);
    assert!(!rows[0].2 && rows[0].1.ends_with("seed 7"), "{rows:?}");
    assert!(rows[1..].iter().all(|row| row.2 && row.1.contains("cut by temperature")), "{rows:?}");
}

async fn a_slider_redraws_it(window: &Window) {
    let deed = window.text("deed-temperature").await;
    window.type_into("temperature", &RIGHT.to_string().repeat(30)).await;
    window.wait("the panel is redrawn", "deed-temperature", |text| text != deed).await;
    let rows = rows(window).await;
    assert!(rows.iter().all(|row| !row.1.contains("cut by temperature")), "{rows:?}");
    assert_eq!(window.text("next-problem").await, "");
}

/// With the keyboard: the second token in the place of the first.
async fn another_token_is_a_branch(window: &Window) {
    let before = window.text("document").await;
    let second = rows(window).await[1].0;
    window.run("document.querySelector('[data-testid=next-token]').focus()").await;
    window.type_keys(&format!("{DOWN}{RETURN}")).await;
    let after = window.wait("it goes on", "document", |text| text.len() > before.len()).await;
    window.wait("the run ends", "run-end", |text| text.contains("8 tokens")).await;
    assert!(after.starts_with(&before), "{after}");
    let token = lines(&nemotron(
        &["detokenize", "--model", "demo", "--json"],
        format!("[{second}]").as_bytes(),
    ));
    let whole = window.text("document").await;
    let chosen = token[0]["text"].as_str().expect("text").trim_start().to_owned();
    assert!(whole[before.len()..].trim_start().starts_with(&chosen), "{whole}: {chosen}");
}

async fn an_edit_leaves_it_behind(window: &Window) {
    let place = "return document.querySelector('[data-testid=place]').textContent.trim()";
    window.until("it is of the text", &format!("{place}.startsWith('after')")).await;
    window.type_into("document", "!").await;
    window
        .until("it is of the text before", &format!("{place} === 'of the text before the edit'"))
        .await;
    window.type_into("document", &format!("{CTRL}l")).await;
    window.until("it is of the text again", &format!("{place}.startsWith('after')")).await;
}
