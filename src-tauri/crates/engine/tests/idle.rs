//! What a loaded engine costs while nobody asks anything of it. Alone in its file: other tests in
//! the same process would be counted.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    Admission, DeviceChoice, Engine, GenerationRequest, LoadRequest, ModelIdentity, PromptSpan,
    WeightDtype,
};

struct Open;

impl Admission for Open {
    fn admit(&self, _model: &ModelIdentity) -> Result<(), String> {
        Ok(())
    }
}

/// Clock ticks (1/100 s) that the process has computed: fields 14 and 15 of its `stat`, counted
/// behind the name in brackets.
fn computed() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("stat");
    let behind = stat.rsplit_once(')').expect("a name").1;
    behind.split_whitespace().skip(11).take(2).map(|n| n.parse::<u64>().expect("ticks")).sum()
}

#[tokio::test]
async fn an_idle_engine_does_not_spin() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures");
    let path = fixtures.join("tiny/tiny-zarr.nemo");
    let engine = Engine::start(None).expect("threads");
    let request =
        LoadRequest { path, name: None, dtype: WeightDtype::Auto, device: DeviceChoice::Auto };
    engine.load(request, Arc::new(Open)).await.expect("the fixture loads");
    let mut run = engine
        .generate(GenerationRequest {
            prompt: vec![PromptSpan::Text { text: "a".repeat(200) }],
            max_tokens: Some(16),
            ignore_eos: true,
            ..GenerationRequest::default()
        })
        .expect("queued");
    while run.next().await.is_some() {}
    // Threads that ran out of work look for more before they sleep.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = computed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let ticks = computed() - before;
    assert!(ticks <= 5, "{ticks} of 100 ticks went by computing");
}
