//! Several continuations at once in the real window: each column is what the command line writes with
//! its seed or setting alone, and any of them is kept as a branch.

use serde_json::Value;
use tests::nemotron::{lines, nemotron};
use tests::window::{CTRL, ESCAPE, HOME, RETURN, RIGHT, Theme, Window};

const PROMPT: &str = "A fox found";

#[tokio::test]
async fn columns_are_the_runs_they_would_be_alone_and_one_is_kept() {
    let window = Window::open(Theme::Light, None).await;
    window.wait("the built-in model loads", "model-name", |name| name == "demo").await;
    window.type_into("seed", &format!("{CTRL}a")).await;
    window.type_into("seed", &format!("7{RETURN}")).await;
    window.type_into("temperature", &format!("{HOME}{}", RIGHT.to_string().repeat(50))).await;
    window.set_max_tokens(24).await;
    window.type_into("document", PROMPT).await;

    a_fan_of_seeds(&window).await;
    a_sweep_of_temperatures(&window).await;
    answers_side_by_side(&window).await;
    window.close().await;
}

/// Opens the form by its key, sets it and writes.
async fn write(window: &Window, varied: &str, columns: u32) {
    window.type_keys(&format!("{CTRL}g")).await;
    let choose = format!(
        "const varied = document.querySelector('[data-testid=fan-varied]');
         varied.value = '{varied}';
         varied.dispatchEvent(new Event('change', {{ bubbles: true }}));
         document.querySelector('[data-testid=fan-count-{columns}]').click()"
    );
    window.run(&choose).await;
    window.check_accessibility().await;
    window.click("fan-write").await;
    window.wait("all are written", "fan-status", |status| status == "ended").await;
}

/// Label and text of each column.
async fn columns(window: &Window) -> Vec<(String, String)> {
    let script = "return [...document.querySelectorAll('[data-testid=fan-column]')].map((column) =>
        [column.querySelector('h3, h2').textContent.trim(),
         column.querySelector('[data-testid=fan-text]').textContent])";
    let columns = window.run(script).await;
    let of = |column: &Value| {
        let text = |at: usize| column[at].as_str().expect("text").to_owned();
        (text(0), text(1))
    };
    columns.as_array().expect("columns").iter().map(of).collect()
}

/// What a run of its own writes.
fn alone(seed: &str, temperature: &str) -> String {
    let sampling = ["--temperature", temperature, "--top-p", "0.9", "--seed", seed];
    let arguments = ["complete", "--model", "demo", "--prompt", PROMPT, "--max-tokens", "24"];
    let events = lines(&nemotron(&[&arguments[..], &sampling, &["--json"]].concat(), b""));
    let done = events.last().expect("done");
    done["text"].as_str().expect("text").to_owned()
}

async fn a_fan_of_seeds(window: &Window) {
    let temperature =
        window.run("return document.querySelector('[data-testid=temperature]').value").await;
    let temperature = temperature.as_str().expect("a number").to_owned();
    write(window, "seed", 3).await;
    let shown = columns(window).await;
    assert_eq!(shown.len(), 3);
    for (number, (label, text)) in (7..).zip(&shown) {
        assert_eq!(*label, format!("seed {number}"));
        assert_eq!(*text, alone(&number.to_string(), &temperature), "seed {number}");
    }
    window.check_accessibility().await;
    let second = shown[1].1.clone();
    window.run("document.querySelectorAll('[data-testid=fan-keep]')[1].click()").await;
    window.wait("it is the text", "document", |text| text == format!("{PROMPT}{second}")).await;
    let siblings = window.wait("its place", "siblings", |text| text.contains("of 3")).await;
    assert!(siblings.contains("2 of 3"), "{siblings}");
    window.type_keys(&format!("{CTRL}z")).await;
    window.type_keys(&format!("{CTRL}z")).await;
    window.wait("as it was", "document", |text| text == PROMPT).await;
}

async fn a_sweep_of_temperatures(window: &Window) {
    write(window, "temperature", 4).await;
    let shown = columns(window).await;
    assert_eq!(shown.len(), 4);
    for (label, text) in &shown {
        let value = label.rsplit(' ').next().expect("a value");
        assert_eq!(*text, alone("7", value), "{label}");
    }
    window.type_keys(&ESCAPE.to_string()).await;
    let closed = "return !document.querySelector('[data-testid=fan-columns]')";
    window.until("the text is back", closed).await;
}

async fn answers_side_by_side(window: &Window) {
    window.click("kind-chat").await;
    window.click_when_there("composer").await;
    window.type_into("composer", &format!("What does a baker do?{RETURN}")).await;
    let done = "const all = document.querySelectorAll('[data-testid=turn-figures]');
        return all.length > 0 && all[all.length - 1].textContent.includes('tok/s')";
    window.until("it is answered", done).await;
    write(window, "seed", 2).await;
    let shown = columns(window).await;
    assert_eq!(shown.len(), 2);
    window.run("document.querySelectorAll('[data-testid=fan-keep]')[1].click()").await;
    let third = "return [...document.querySelectorAll('[data-testid=sibling-place]')].at(-1)?.textContent === '3 of 3'";
    window.until("beside the answer there was", third).await;
}
