//! A conversation with the built-in model in the real window. One test, because a display has one
//! keyboard focus.

use std::time::Duration;

use serde_json::{Value, json};
use tests::window::{ALT, CTRL, DOWN, HOME, RETURN, Theme, UP, Window};

const QUESTION: &str = "What does a beekeeper do?";

#[tokio::test]
async fn a_person_talks_edits_branches_and_comes_back() {
    let data = tempfile::tempdir().expect("a folder");
    let window = Window::open_in(data.path(), Theme::Dark, None).await;
    window.wait("the built-in model loads", "model-name", |name| name == "demo").await;
    window.click("kind-chat").await;
    window.click_when_there("composer").await;
    assert_eq!(window.focus().await, "composer", "who chose a chat writes at once");

    // Two questions, two answers; Enter sends.
    say(&window, QUESTION).await;
    has_turns(&window, 2).await;
    say(&window, "Thank you!").await;
    has_turns(&window, 4).await;
    let talk = turns(&window).await;
    let roles: Vec<&str> = talk.iter().map(|(role, _)| role.as_str()).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant"]);
    assert!(talk.iter().all(|(_, text)| !text.contains("extra_id")), "{talk:?}");
    assert!(talk[1].1.to_lowercase().contains("bee"), "{talk:?}");
    assert_eq!(window.text("title").await, QUESTION, "a chat is called by what was asked first");
    window.check_accessibility().await;

    another_question_is_a_branch(&window, &talk).await;
    an_answer_is_given_anew(&window).await;
    attributes_are_in_the_prompt(&window).await;
    what_does_not_fit_is_folded(&window).await;
    let last = turns(&window).await;
    // What is half written is on the disk within a second.
    window.type_into("composer", "Not sent yet").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    window.kill().await;

    // Everything is there again, in the light as well.
    let window = Window::open_in(data.path(), Theme::Light, None).await;
    window.wait("the built-in model loads", "model-name", |name| name == "demo").await;
    has_turns(&window, last.len()).await;
    assert_eq!(turns(&window).await, last);
    let draft = "return document.querySelector('[data-testid=composer]').value === 'Not sent yet'";
    window.until("the draft is there", draft).await;
    window.check_accessibility().await;
    as_a_completion(&window).await;
    window.close().await;
}

async fn say(window: &Window, text: &str) {
    window.type_into("composer", &format!("{text}{RETURN}")).await;
}

/// Role and text of all turns.
async fn turns(window: &Window) -> Vec<(String, String)> {
    let found = window
        .run(
            "return [...document.querySelectorAll('[data-testid=turn]')].map((turn) => [
               turn.dataset.role, turn.querySelector('.said').textContent.trim()])",
        )
        .await;
    serde_json::from_value(found).expect("turns")
}

/// Waits until a run is over and so many turns are there.
async fn has_turns(window: &Window, count: usize) {
    let over = format!(
        "return !document.querySelector('[data-testid=stop-chat]')
           && document.querySelectorAll('[data-testid=turn]').length === {count}"
    );
    window.until(&format!("{count} turns"), &over).await;
}

/// Presses the button of a turn, by its index.
async fn press(window: &Window, turn: usize, button: &str) {
    let press = format!(
        "document.querySelectorAll('[data-testid=turn]')[{turn}]
           .querySelector('[data-testid={button}]').click()"
    );
    window.run(&press).await;
}

async fn place(window: &Window, turn: usize) -> Value {
    let text = format!(
        "return document.querySelectorAll('[data-testid=turn]')[{turn}]
           ?.querySelector('[data-testid=sibling-place]')?.textContent.trim() ?? ''"
    );
    window.run(&text).await
}

/// A question with another text is answered on a branch of its own, and nothing is lost.
async fn another_question_is_a_branch(window: &Window, before: &[(String, String)]) {
    press(window, 0, "edit-turn").await;
    window.type_into("turn-editor", &format!("{CTRL}a")).await;
    window.type_into("turn-editor", &format!("What does a goat eat?{CTRL}{RETURN}")).await;
    has_turns(window, 2).await;
    assert_eq!(turns(window).await[0].1, "What does a goat eat?");
    assert_eq!(place(window, 0).await, json!("2 of 2"));
    press(window, 0, "previous-sibling").await;
    has_turns(window, 4).await;
    assert_eq!(turns(window).await, before);
}

/// Regenerating keeps the answer there was; the keyboard goes between them.
async fn an_answer_is_given_anew(window: &Window) {
    press(window, 3, "regenerate").await;
    let second = "return document.querySelectorAll('[data-testid=turn]')[3]
        ?.querySelector('[data-testid=sibling-place]')?.textContent.trim() === '2 of 2'";
    window.until("another answer", second).await;
    assert_eq!(window.focus().await, "composer");
    window.type_into("composer", &format!("{ALT}{UP}{ALT}")).await;
    window.until("the first one", &second.replace("2 of 2", "1 of 2")).await;
    window.type_into("composer", &format!("{ALT}{DOWN}{ALT}")).await;
    window.until("the second one", second).await;
}

/// What an answer is asked for with stands in the prompt, and only behind what was said before.
async fn attributes_are_in_the_prompt(window: &Window) {
    let choose = "const select = document.querySelector('[data-testid=chat-template]');
        select.value = 'nemotron-steerlm';
        select.dispatchEvent(new Event('change', { bubbles: true }))";
    window.run(choose).await;
    window.click_when_there("attribute-verbosity").await;
    window.type_into("attribute-verbosity", &HOME.to_string()).await;
    say(window, "What does a smith do?").await;
    has_turns(window, 6).await;
    window.click("show-prompt").await;
    let line = "return document.querySelector('[data-testid=prompt-sheet]')
        .textContent.includes('verbosity:0')";
    window.until("the attributes are shown", line).await;
    window.check_accessibility().await;
    window.run("document.querySelector('[data-testid=prompt-sheet]').close()").await;
}

/// The oldest turns are left out, and it is said that they are.
async fn what_does_not_fit_is_folded(window: &Window) {
    assert_eq!(window.text("folded-note").await, "");
    window.set_max_tokens(760).await;
    let note = window.wait("turns are folded", "folded-note", |text| !text.is_empty()).await;
    assert!(note.contains("left out of the prompt"), "{note}");
    window.set_max_tokens(1020).await;
    let meter =
        "return document.querySelector('.composer').textContent.includes('context of 1024')";
    window.until("it is said that nothing fits", meter).await;
    window.set_max_tokens(100).await;
    window.wait("nothing is folded", "folded-note", str::is_empty).await;
}

/// The exact prompt as the text of a completion.
async fn as_a_completion(window: &Window) {
    window.click("show-prompt").await;
    window.click_when_there("prompt-completion").await;
    let whole = window.wait("the prompt", "document", |text| text.contains("<extra_id_1>")).await;
    assert!(whole.starts_with("<extra_id_0>System\n"), "{whole}");
    assert!(whole.contains(QUESTION), "{whole}");
}
