//! The licence gate in the window: a gated model is refused, read about, accepted, loaded, and given
//! up again. One test, because a display has one keyboard focus.

use serde_json::json;
use tests::checkpoint::gated;
use tests::window::{CTRL, ESCAPE, Theme, Window};

#[tokio::test]
async fn a_gated_model_is_loaded_once_its_licence_is_accepted() {
    let data = tempfile::tempdir().expect("a folder");
    let model = data.path().join("renamed");
    gated(&model);
    let copy = data.path().join("licence.txt");
    std::fs::write(&copy, "abc").expect("written");
    for theme in [Theme::Dark, Theme::Light] {
        let window = Window::open_in(data.path(), theme, Some(&model)).await;
        let refused = |text: &str| text.contains("The licence of Nemotron-3-8B was not accepted");
        window.wait("it is refused", "model-problem", refused).await;
        window.click("licence").await;
        let shown = "return document.querySelector('[data-testid=licence-screen]').open";
        window.until("the licence", shown).await;
        window.check_accessibility().await;
        if matches!(theme, Theme::Light) {
            accept(&window, &copy.to_string_lossy()).await;
        } else {
            window.click("licence-decline").await;
            window.wait("it is still refused", "model-problem", refused).await;
        }
        window.close().await;
    }
}

async fn accept(window: &Window, copy: &str) {
    window.click("licence-copy").await;
    window.answer("Choose a copy of the licence", copy).await;
    window.wait("the copy", "licence-copied", |text| text.contains("ba7816bf")).await;
    window.click("licence-agree").await;
    window.click("licence-accept").await;
    // All 17 GB of it are more than a test should take.
    window.click_when_there("cancel-load").await;
    let records = window.invoke("licences", json!({})).await;
    assert_eq!(records[0]["model"], "nemotron-3-8b-base-4k");
    window.type_into("document", &format!("{CTRL},")).await;
    window.wait("it is listed", "licences", |text| text.contains("nemotron-3-8b-base-4k")).await;
    window.check_accessibility().await;
    window.click("withdraw").await;
    window.click("withdraw").await;
    window.wait("it is withdrawn", "licences", |text| text.contains("withdrawn")).await;
    window.type_keys(&ESCAPE.to_string()).await;
}
