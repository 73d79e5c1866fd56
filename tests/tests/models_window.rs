//! The list of models in the window: one that another tool has fetched is found, read through and
//! opened, by keyboard. One test, because a display has one keyboard focus.

use std::path::Path;

use tests::checkpoint::fetched;
use tests::nemotron::tiny;
use tests::window::{CTRL, ESCAPE, Theme, Window};

const ROW: &str = "model-minitron-4b-base";

#[tokio::test]
async fn a_fetched_model_is_read_through_and_opened() {
    let data = tempfile::tempdir().expect("a folder");
    let _model = fetched(&data.path().join("hub"));
    for theme in [Theme::Dark, Theme::Light] {
        let window = Window::open_in(data.path(), theme, Some(Path::new(&tiny()))).await;
        window.wait("the model loads", "model-name", |name| name == "tiny-zarr").await;
        window.type_into("document", &format!("{CTRL}m")).await;
        window.wait("the list", ROW, |text| text.contains("Minitron-4B-Base")).await;
        let gated = window.text("model-nemotron-3-8b-base-4k").await;
        assert!(gated.contains("not accepted") && gated.contains("not on this disk"), "{gated}");
        assert!(gated.contains("Read the licence"), "{gated}");
        window.check_accessibility().await;
        if matches!(theme, Theme::Dark) {
            window.wait("it is found", ROW, |text| text.contains("not read through yet")).await;
        } else {
            press(&window, "Check and open").await;
            window.wait("it opens", "model-name", |name| name == "Minitron-4B-Base").await;
            window.type_into("document", &format!("{CTRL}m")).await;
            window.wait("it is installed", ROW, |text| text.contains("found whole")).await;
        }
        window.type_keys(&ESCAPE.to_string()).await;
        window.close().await;
    }
    // It is the one that opens next time, under its own name.
    let window = Window::open_in(data.path(), Theme::Light, None).await;
    window.wait("it is back", "model-name", |name| name == "Minitron-4B-Base").await;
    window.close().await;
}

/// Gives the button of the row the focus, as Tab would, and presses it.
async fn press(window: &Window, label: &str) {
    let script = format!(
        "const found = [...document.querySelectorAll('[data-testid={ROW}] button')]
            .find((button) => button.textContent.trim() === '{label}');
         found?.focus();
         return document.activeElement === found;"
    );
    assert_eq!(window.run(&script).await, true, "{label}");
    window.type_keys(" ").await;
}
