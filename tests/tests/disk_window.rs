//! What the window does when the disk is full or write-protected: it says so, and loses nothing.
//! One test, because a display has one keyboard focus.

use std::path::Path;

use tests::fixture;
use tests::window::{CTRL, RETURN, Theme, Window};

/// A small disk for the sessions, which is filled up when there is a file `fill` beside it, and has
/// room again when there is one `free`.
const SMALL_DISK: &str = r#"
    disk="$XDG_DATA_HOME/nemotron-playground"
    mkdir "$disk"
    mount -t tmpfs -o size=2m none "$disk"
    there() { until [ -e "$XDG_DATA_HOME/$1" ]; do [ -d "$XDG_DATA_HOME" ] || exit; sleep 0.05; done; }
    (there fill; cat /dev/zero >"$disk/ballast" || touch "$XDG_DATA_HOME/filled"
     there free; rm "$disk/ballast") 2>/dev/null &
"#;
const PROTECTED_DISK: &str = r#"
    disk="$XDG_DATA_HOME/nemotron-playground"
    mount --bind "$disk" "$disk"
    mount -o remount,bind,ro "$disk"
"#;

#[tokio::test]
async fn a_full_and_a_write_protected_disk_are_said_and_nothing_is_lost() {
    let model = fixture("tiny/tiny-zarr.nemo");
    let data = tempfile::tempdir().expect("a folder");
    full(data.path(), &model).await;
    let data = tempfile::tempdir().expect("a folder");
    write_protected(data.path(), &model).await;
}

async fn full(data: &Path, model: &Path) {
    let window = on(SMALL_DISK, data, model).await;
    ready(&window).await;
    ask_for_less(&window).await;
    // In two lines: while the model goes on, the first is put away, and the caret is behind the second.
    window.type_keys(&format!("Written{RETURN}in time.")).await;
    window.wait("there is room", "saving", |text| text == "Saved").await;
    mark(data, "fill");
    while !data.join("filled").exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    run(&window, " And what comes then").await;
    let longer = "return document.execCommand('insertText', false, ' no room'.repeat(50_000))";
    window.run(longer).await;
    let ends = |text: &str| text.ends_with(" no room no room");
    let written = window.wait("it is typed all the same", "document", ends).await;
    window.wait("it is full", "saving", |text| text == "Not saved").await;
    window.wait("and why", "saving-problem", |text| text.contains("full")).await;
    window.check_accessibility().await;
    mark(data, "free");
    window.wait("it is saved by itself", "saving", |text| text == "Saved").await;
    assert_eq!(window.text("saving-problem").await, "");
    assert_eq!(window.text("document").await, written);
    window.close().await;
}

async fn write_protected(data: &Path, model: &Path) {
    let window = Window::open_in(data, Theme::Light, Some(model)).await;
    ready(&window).await;
    ask_for_less(&window).await;
    let written = run(&window, "The meaning of life is").await;
    window.wait("it is kept", "saving", |text| text == "Saved").await;
    window.close().await;

    let window = on(PROTECTED_DISK, data, model).await;
    window.wait("it can be read", "document", |text| text == written).await;
    ready(&window).await;
    let more = run(&window, " And so on").await;
    assert!(more.starts_with(&written) && more.len() > written.len() + 10, "{more:?}");
    window.wait("it is said", "saving", |text| text == "Not saved").await;
    window.wait("and why", "saving-problem", |text| text.contains("write-protected")).await;
    for elsewhere in ["sessions-problem", "document-problem", "run-problem"] {
        assert_eq!(window.text(elsewhere).await, "", "once is enough");
    }
    window.type_keys(&format!("{CTRL}z")).await;
    window
        .wait("undo", "document", |text| text.starts_with(&written) && text.len() < more.len())
        .await;
    window.close().await;

    let window = Window::open_in(data, Theme::Light, Some(model)).await;
    window.wait("what was kept is there", "document", |text| text == written).await;
    window.close().await;
}

/// Opens the window on disks of its own, as a script sets them up.
async fn on(disks: &str, data: &Path, model: &Path) -> Window {
    let script = format!("set -e\n{disks}\nexec \"$@\"");
    let own_disks = ["unshare", "--map-root-user", "--mount", "sh", "-c", &script, "sh"];
    Window::open_behind(&own_disks, data, Some(model)).await
}

async fn ready(window: &Window) {
    let ready = "return document.activeElement?.dataset.testid === 'document'";
    window.until("the document waits for text", ready).await;
}

/// Room for two runs in the tiny model's context.
async fn ask_for_less(window: &Window) {
    window.set_max_tokens(32).await;
    window.click("document").await;
}

/// Types a prompt, lets the model go on, and returns all of the text.
async fn run(window: &Window, prompt: &str) -> String {
    window.type_keys(prompt).await;
    window.type_keys(&format!("{CTRL}{RETURN}")).await;
    window.wait("the run ends", "run-end", |text| !text.is_empty()).await;
    window.wait("all of it is there", "generate", |text| !text.is_empty()).await;
    window.text("document").await
}

fn mark(data: &Path, name: &str) {
    std::fs::write(data.join(name), "").expect("a mark");
}
