//! Ending a run while its prompt is still being read.

use std::sync::Arc;

use engine::{
    Admission, DeviceChoice, Engine, FinishReason, GenerationEvent, GenerationRequest, LoadRequest,
    ModelIdentity, PromptSpan, WeightDtype,
};
use tests::checkpoint::with_context;

struct Open;

impl Admission for Open {
    fn admit(&self, _model: &ModelIdentity) -> Result<(), String> {
        Ok(())
    }
}

#[tokio::test]
async fn a_run_cancelled_between_prefill_chunks_reads_no_further_and_keeps_what_it_read() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("long.nemo");
    with_context(8192, &path);
    let engine = Engine::start(Some(1)).expect("threads");
    let load =
        LoadRequest { path, name: None, dtype: WeightDtype::Auto, device: DeviceChoice::Auto };
    engine.load(load, Arc::new(Open)).await.expect("loads");
    let prompt = vec![PromptSpan::Text { text: "The meaning of life is ".repeat(300) }];
    let request = GenerationRequest { prompt, ..GenerationRequest::default() };

    let mut run = engine.generate(request.clone()).expect("queued");
    let (mut read, mut whole, mut finish) = (0, 0, None);
    while let Some(event) = run.next().await {
        match event.expect("no error") {
            GenerationEvent::Prefill { done, total } => {
                assert!(engine.cancel(run.id), "the run goes on");
                (read, whole) = (done, total);
            }
            GenerationEvent::Done(done) => finish = Some(done),
            _ => {}
        }
    }
    let done = finish.expect("a run ends with done");
    assert_eq!((done.finish_reason, done.usage.completion_tokens), (FinishReason::Cancelled, 0));
    assert!(read < whole / 2, "{read} of {whole} tokens were read");

    let mut again = engine.generate(request).expect("queued");
    let Some(Ok(GenerationEvent::Started { cached_tokens, .. })) = again.next().await else {
        panic!("the next run starts");
    };
    assert_eq!(cached_tokens, read);
}
