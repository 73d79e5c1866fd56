//! Getting a gated model in the window, from a stand-in of the hub: what stands in the way, a token,
//! a pause, a crash. One test, because a display has one keyboard focus.

use std::path::Path;

use hub::{Catalogue, Hub};
use tests::fixture;
use tests::nemotron::tiny;
use tests::standin::{Fault, Granted, Repository, StandIn, TOKEN};
use tests::window::{CTRL, RETURN, Window};

const NAME: &str = "nemotron-3-8b-base-4k";
const ROW: &str = "model-nemotron-3-8b-base-4k";
const SAID: &str = "download-said";

#[tokio::test]
async fn a_gated_model_is_got_with_a_token_paused_and_taken_up_after_a_crash() {
    let data = tempfile::tempdir().expect("a folder");
    let subject = Catalogue::get().subject(NAME).expect("a model");
    let app = Hub::new(&data.path().join("nemotron-playground"));
    app.licences.accept(&subject, None).expect("accepted");
    let site = gated();

    let window = opened(&site, data.path()).await;
    press(&window, "Get").await;
    window
        .wait("no token", "download-problem", |text| text.contains("no Hugging Face token"))
        .await;
    window.check_accessibility().await;
    window.type_into("token", &format!("hf_nobody_knows{RETURN}")).await;
    window.wait("a bad one", "token-problem", |text| text.contains("does not know")).await;
    window.type_into("token", &format!("{CTRL}a")).await;
    window.type_into("token", &format!("{TOKEN}{RETURN}")).await;
    window.wait("no access", "download-problem", |text| text.contains("has no access")).await;
    window.wait("the next step", ROW, |text| text.contains("Ask for access")).await;

    site.change(|repository| repository.access = Granted::Yes);
    // Some seconds, in which it can be paused.
    site.breaks([Fault::Slow(200_000), Fault::Slow(200_000)]);
    press(&window, "Try again").await;
    window.wait("it comes", SAID, |text| text.contains("/s")).await;
    window.check_accessibility().await;
    press(&window, "Pause").await;
    window.wait("it waits", SAID, |text| text.starts_with("Paused")).await;
    press(&window, "Go on").await;
    window.wait("it comes", SAID, |text| text.contains("/s")).await;
    window.kill().await;

    let window = opened(&site, data.path()).await;
    window.wait("it went on by itself", ROW, |text| text.contains("found whole")).await;
    press(&window, "Open").await;
    window.wait("it opens", "model-name", |name| name == "Nemotron-3-8B-Base-4k").await;
    window.type_into("document", &format!("{CTRL}m")).await;
    press(&window, "Look for an update").await;
    window.wait("it is new", ROW, |text| text.contains("newest version")).await;
    press(&window, "Delete…").await;
    press(&window, "Delete 1.87 MB").await;
    window.wait("it is gone", ROW, |text| text.contains("not on this disk")).await;
    window.wait("the built-in one is back", "model-name", |name| name == "demo").await;
    window.close().await;
    let blobs = data.path().join("hub/models--nvidia--nemotron-3-8b-base-4k/blobs");
    assert_eq!(std::fs::read_dir(blobs).expect("a folder").count(), 0, "nothing is left of it");
}

fn gated() -> StandIn {
    let bytes = std::fs::read(fixture("tiny/tiny-zarr.nemo")).expect("the fixture");
    let digest = hub::sha256(&bytes);
    let repository = Repository::new("nvidia/nemotron-3-8b-base-4k").gated(Granted::NotAsked);
    StandIn::start(repository.with("model.nemo", bytes, &digest))
}

async fn opened(site: &StandIn, data: &Path) -> Window {
    let endpoint = format!("HF_ENDPOINT={}", site.endpoint);
    let window = Window::open_behind(&["env", &endpoint], data, Some(Path::new(&tiny()))).await;
    window.wait("the model loads", "model-name", |name| name == "tiny-zarr").await;
    window.type_into("document", &format!("{CTRL}m")).await;
    window.wait("the list", ROW, |text| text.contains("Nemotron-3-8B-Base-4k")).await;
    window
}

/// Gives the button of the row the focus, as Tab would, and presses it.
async fn press(window: &Window, label: &str) {
    let script = format!(
        "const found = [...document.querySelectorAll('[data-testid={ROW}] button')]
            .find((button) => button.textContent.trim() === '{label}');
         found?.focus();
         return found !== undefined && document.activeElement === found;"
    );
    window.until(label, &script).await;
    window.type_keys(" ").await;
}
