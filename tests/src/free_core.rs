//! As beside a GPU, which leaves the processor to the window: the engine has the first core, and
//! everything else has the others.

use std::path::{Path, PathBuf};

use tokio::process::{Child, Command};

use crate::window::{Window, processes, running};

/// Others that want the engine's core: with them it writes about 300 tokens a second.
const RIVALS: usize = 8;

/// A window whose engine has a core of its own, once [`slow_the_engine`] is called.
pub async fn open(data: &Path, model: &Path) -> Window {
    let first = ["taskset", "--cpu-list", "0"];
    Window::open_behind(&first, data, Some(model)).await
}

/// Moves all but the engine to other cores, and gives it rivals, which end when they are dropped.
///
/// # Panics
/// Without `taskset`.
pub async fn slow_the_engine() -> Vec<Child> {
    keep_off_the_first_core().await;
    let busy = ["--cpu-list", "0", "sh", "-c", "while :; do :; done"];
    let rival = || Command::new("taskset").args(busy).kill_on_drop(true).spawn();
    (0..RIVALS).map(|_| rival().expect("taskset")).collect()
}

/// Every thread of app, web view and display but the engine's.
async fn keep_off_the_first_core() {
    let display = running(|program| program.ends_with("Xvfb"));
    for thread in processes().iter().chain(&display).flat_map(|process| threads(process)) {
        let name = std::fs::read_to_string(thread.join("comm")).unwrap_or_default();
        if name.starts_with("engine") {
            continue;
        }
        let number = thread.file_name().expect("a number");
        // A thread may have ended meanwhile.
        let _ = Command::new("taskset").args(["--pid", "fffe"]).arg(number).output().await;
    }
}

fn threads(process: &Path) -> Vec<PathBuf> {
    let threads = std::fs::read_dir(process.join("task")).expect("threads").flatten();
    threads.map(|thread| thread.path()).collect()
}
