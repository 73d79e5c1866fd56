//! The tokens of a text in the real window: each is looked at with pointer and keyboard, agrees with
//! the command line, and the text goes on from it, in a completion and in a chat.

use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use serde_json::Value;
use tests::nemotron::{lines, nemotron};
use tests::window::{ALT, CTRL, DOWN, END, ESCAPE, HOME, LEFT, RETURN, RIGHT, Theme, Window};

const PROMPT: &str = "A fox found";

#[tokio::test]
async fn a_text_goes_on_from_any_of_its_tokens() {
    let window = Window::open(Theme::Dark, None).await;
    window.wait("the built-in model loads", "model-name", |name| name == "demo").await;
    window.type_into("seed", &format!("{CTRL}a")).await;
    window.type_into("seed", &format!("7{RETURN}")).await;
    window.type_into("temperature", &HOME.to_string()).await;
    window.set_max_tokens(8).await;
    window.type_into("document", &format!("{PROMPT}{CTRL}{RETURN}")).await;
    window.wait("the run ends", "run-end", |text| text.contains("8 tokens")).await;
    let text = window.text("document").await;

    keys_go_through_the_tokens(&window, &text).await;
    the_pointer_rests_on_one(&window).await;
    another_is_chosen_by_keys(&window, &text).await;
    the_rest_is_written_anew(&window).await;
    an_answer_goes_on_from_one_of_its_tokens(&window).await;
    window.close().await;
}

/// The last three tokens, from the end: text, probability and rank as `score` has them.
async fn keys_go_through_the_tokens(window: &Window, text: &str) {
    let scored = lines(&nemotron(&["score", "-", "--model", "demo", "--json"], text.as_bytes()));
    let tokens = scored[0]["tokens"].as_array().expect("tokens").clone();
    for token in tokens.iter().rev().take(3) {
        window.type_keys(&format!("{ALT}{LEFT}")).await;
        let rank = format!("rank {} of", token["rank"]);
        window.wait("the token's card", "card-facts", |facts| facts.contains(&rank)).await;
        let facts = window.text("card-facts").await;
        assert!(facts.contains(&format!("token {}", token["id"])), "{facts}: {token}");
        let shown = window.text("card-text").await.replace('·', " ");
        let own = token["text"].as_str().expect("text").trim();
        assert!(shown.contains(own), "{shown:?}: {own:?}");
    }
    window.check_accessibility().await;
    window.type_keys(&format!("{ALT}{RIGHT}")).await;
    let next = format!("token {}", tokens[tokens.len() - 2]["id"]);
    window.wait("back again", "card-facts", |facts| facts.contains(&next)).await;
    window.type_keys(&ESCAPE.to_string()).await;
    let gone = "return !document.querySelector('[data-testid=token-card]')";
    window.until("the card closes", gone).await;
}

/// A token of the prompt, which nobody wrote but the user.
async fn the_pointer_rests_on_one(window: &Window) {
    let script = "const text = document.querySelector('[data-testid=document]').firstChild;
        const range = document.createRange();
        range.setStart(text, 3);
        range.setEnd(text, 4);
        const { x, y, width, height } = range.getBoundingClientRect();
        return [x + width / 2, y + height / 2]";
    let at = window.run(script).await;
    let at = |axis: usize| at[axis].as_f64().expect("a coordinate");
    let to = |x: f64, y: f64| {
        let to = PointerAction::MoveTo { duration: None, x, y };
        MouseActions::new("mouse".to_owned()).then(to)
    };
    window.client.perform_actions(to(at(0), at(1))).await.expect("moved");
    window.wait("the pointer's card", "card-facts", |facts| facts.contains("rank")).await;
    assert!(window.text("card-text").await.contains("fox"));
    window.client.perform_actions(to(5.0, 5.0)).await.expect("moved");
    let gone = "return !document.querySelector('[data-testid=token-card]')";
    window.until("the card closes", gone).await;
}

/// The fourth token of what was written gives way to the second of its alternatives.
async fn another_is_chosen_by_keys(window: &Window, text: &str) {
    window.run("document.querySelector('[data-testid=document]').focus()").await;
    for _ in 0..5 {
        window.type_keys(&format!("{ALT}{LEFT}")).await;
    }
    let stands = "return document.querySelectorAll('[data-testid=alternatives] [data-testid=next-token]').length > 5";
    window.until("the alternatives are there", stands).await;
    window.type_keys(&format!("{ALT}{DOWN}")).await;
    window.type_keys(&DOWN.to_string()).await;
    let chosen = window.run("return document.activeElement.dataset.token").await;
    assert!(chosen.is_string(), "a row has the focus: {chosen}");
    window.type_keys(&RETURN.to_string()).await;
    window.wait("it goes on", "document", |now| now != text).await;
    window.wait("the run ends", "run-end", |text| text.contains("8 tokens")).await;
    let now = window.text("document").await;
    assert!(now.starts_with(PROMPT) && now != text, "{now}");
    // All but the chosen token was there.
    let speed = window.text("speed").await;
    let (reused, of) = reused(&speed);
    assert_eq!(reused + 1, of, "{speed}");
    let siblings = window.text("siblings").await;
    assert!(siblings.contains("of 2"), "{siblings}");
}

/// "57 of 58 prompt tokens reused".
fn reused(speed: &str) -> (u32, u32) {
    let figures = speed.rsplit('·').next().expect("the last figure");
    let mut numbers = figures.split_whitespace().filter_map(|word| word.parse().ok());
    (numbers.next().expect("reused"), numbers.next().expect("of all"))
}

async fn the_rest_is_written_anew(window: &Window) {
    let before = window.text("document").await;
    window.type_into("temperature", &RIGHT.to_string().repeat(40)).await;
    window.type_into("document", &format!("{CTRL}{END}")).await;
    for _ in 0..6 {
        window.type_keys(&format!("{ALT}{LEFT}")).await;
    }
    window.wait("the card", "card-facts", |facts| facts.contains("rank")).await;
    window.click("write-on").await;
    window.wait("it is written anew", "document", |now| now != before).await;
    window.wait("the run ends", "run-end", |text| text.contains("8 tokens")).await;
    let speed = window.text("speed").await;
    let (reused, of) = reused(&speed);
    assert_eq!(reused + 1, of, "the last token of what stays is read again: {speed}");
    window.type_keys(&format!("{CTRL}z")).await;
    window.wait("undone", "document", |now| now == before).await;
}

async fn an_answer_goes_on_from_one_of_its_tokens(window: &Window) {
    window.click("kind-chat").await;
    window.click_when_there("composer").await;
    window.type_into("composer", &format!("What does a baker do?{RETURN}")).await;
    let done = "const all = document.querySelectorAll('[data-testid=turn-figures]');
        return all.length > 0 && all[all.length - 1].textContent.includes('tok/s')";
    window.until("it is answered", done).await;
    let answer = "return [...document.querySelectorAll('[data-testid=turn]')].at(-1).textContent";
    let before = window.run(answer).await;
    for _ in 0..3 {
        window.type_keys(&format!("{ALT}{LEFT}")).await;
    }
    window.wait("the card of an answer", "card-facts", |facts| facts.contains("rank")).await;
    window.check_accessibility().await;
    window.run("document.querySelectorAll('[data-testid=alternatives] [data-testid=next-token]')[1].click()").await;
    window
        .until(
            "it is another answer",
            &format!("{}; return now !== {before}", answer.replace("return", "const now =")),
        )
        .await;
    window.until("it is answered", done).await;
    let places = window.run("return [...document.querySelectorAll('[data-testid=sibling-place]')].at(-1).textContent").await;
    assert_eq!(places, Value::from("2 of 2"));
}
