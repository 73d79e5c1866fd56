//! The built-in model, through the real program: what it is, that it computes what transformers
//! computes, and that what it writes depends on what a person sets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{
    Admission, DeviceChoice, Engine, LoadRequest, ModelIdentity, PromptSpan, WeightDtype,
};
use serde_json::{Value, json};
use tests::nemotron::{lines, nemotron};

struct Open;

impl Admission for Open {
    fn admit(&self, _model: &ModelIdentity) -> Result<(), String> {
        Ok(())
    }
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/demo").join(name)
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// The events of a run, of which the last is `done`.
fn complete(prompt: &str, more: &[&str]) -> Vec<Value> {
    let base = ["complete", "--model", "demo", "--json", "-"];
    lines(&nemotron(&[&base, more].concat(), prompt.as_bytes()))
}

/// What it answers to the last of these turns, at a low temperature.
fn answer(turns: &str) -> String {
    let more =
        ["--temperature", "0.2", "--seed", "1", "--max-tokens", "200", "--stop", "<extra_id_1>"];
    let events = complete(turns, &more);
    events.last().expect("done")["text"].as_str().expect("text").trim().to_owned()
}

fn question(request: &str) -> String {
    format!("<extra_id_0>System\n\n<extra_id_1>User\n{request}\n<extra_id_1>Assistant\n")
}

#[test]
fn it_is_a_small_nemotron_that_every_command_finds_by_name() {
    let found = lines(&nemotron(&["inspect", "demo", "--json"], b"")).remove(0);
    assert_eq!((&found["format"], &found["dtype"]), (&json!("nemo-zarr"), &json!("bf16")));
    assert!((6_000_000..12_000_000).contains(&found["parameters"].as_u64().expect("a count")));
    let config = &found["config"];
    assert_eq!((&config["context_length"], &config["vocab_size"]), (&json!(1024), &json!(4096)));
    assert_eq!((&config["rotary_fraction"], &config["head_dim"]), (&json!(0.5), &json!(64)));
    assert_eq!(config["num_heads"], config["num_kv_heads"]);
    let tokenizer = &found["tokenizer"];
    assert_eq!((&tokenizer["kind"], &tokenizer["pieces"]), (&json!("bpe"), &json!(4096)));
    assert_eq!((&tokenizer["bos"], &tokenizer["eos"]), (&json!(2), &json!(3)));
    assert!(std::fs::metadata(file("demo.nemo")).expect("the model").len() < 25_000_000);
}

#[tokio::test]
async fn its_held_out_perplexity_is_that_of_transformers_within_a_thousandth() {
    let bytes = std::fs::read(file("heldout.json")).expect("what transformers said");
    let expected: Value = serde_json::from_slice(&bytes).expect("json");
    let engine = Engine::start(Some(2)).expect("threads");
    let load = LoadRequest {
        path: file("demo.nemo"),
        name: None,
        dtype: WeightDtype::Auto,
        device: DeviceChoice::Auto,
    };
    engine.load(load, Arc::new(Open)).await.expect("loads");
    let (mut tokens, mut logprob) = (0, 0.0);
    for document in expected["documents"].as_array().expect("documents") {
        let text = document["text"].as_str().expect("text").to_owned();
        let score = engine.score(vec![PromptSpan::Text { text }], false).await.expect("scored");
        assert_eq!(json!(score.tokens.len() - 1), document["tokens"], "{document}");
        let difference = score.sum_logprob() - number(&document["logprob"]);
        assert!(difference.abs() < 0.01 * number(&document["tokens"]), "{difference}: {document}");
        tokens += score.tokens.len() - 1;
        logprob += score.sum_logprob();
    }
    let perplexity = (-logprob / f64::from(u32::try_from(tokens).expect("few"))).exp();
    let ratio = perplexity / number(&expected["perplexity"]);
    assert!((ratio - 1.0).abs() < 1e-3, "{perplexity} is {ratio} of what transformers says");
}

#[test]
fn it_opens_and_begins_at_once() {
    let done = complete("Once upon a time", &["--max-tokens", "8"]).pop().expect("done");
    let timings = &done["timings"];
    assert!(number(&timings["load_ms"]) < 2000.0, "{timings}");
    assert!(number(&timings["time_to_first_token_ms"]) < 100.0, "{timings}");
}

#[test]
fn its_texts_end_by_themselves() {
    let prompts =
        ["The old sailor", "One winter evening, a fox", "My favourite thing about spring is"];
    for prompt in prompts {
        for seed in ["1", "2", "3"] {
            let more = ["--temperature", "0.7", "--seed", seed, "--max-tokens", "400"];
            let done = complete(prompt, &more).pop().expect("done");
            assert_eq!(done["finish_reason"], "eos", "{prompt} {done}");
            assert!(done["usage"]["completion_tokens"].as_u64() > Some(10), "{prompt} {done}");
        }
    }
}

#[test]
fn a_lower_temperature_is_safer_and_a_higher_one_wilder() {
    let prompts = ["The baker", "A small boat", "My grandmother", "One evening the owl"];
    let surprise = |temperature: &str| {
        let mut all = Vec::new();
        for (prompt, seed) in prompts.iter().flat_map(|prompt| [(prompt, "1"), (prompt, "2")]) {
            let more = ["--temperature", temperature, "--seed", seed, "--max-tokens", "80"];
            let events = complete(prompt, &more);
            all.extend(events[..events.len() - 1].iter().map(|token| number(&token["logprob"])));
        }
        -all.iter().sum::<f64>() / all.len() as f64
    };
    let [safe, usual, wild] = ["0.2", "0.7", "1.5"].map(surprise);
    assert!(safe * 1.2 < usual && usual * 3.0 < wild, "nats a token: {safe}, {usual}, {wild}");
}

#[test]
fn it_answers_in_its_small_world_and_admits_what_it_does_not_know() {
    for (request, word) in [
        ("Where does a bee live?", "hive"),
        ("What is the opposite of hot?", "cold"),
        ("What does a stork eat?", "frogs"),
        ("What colour is a swallow?", "dark blue"),
        ("What does a cooper do?", "barrels"),
        ("Which month comes after March?", "April"),
        ("What is 4 + 3?", "7"),
    ] {
        let said = answer(&question(request));
        assert!(said.contains(word), "{request} {said}");
    }
    for request in ["What is the capital of Peru?", "Who was Napoleon?", "How does a laptop work?"]
    {
        let said = answer(&question(request));
        assert!(
            ["I do not know", "I cannot say", "small model"].iter().any(|it| said.contains(it)),
            "{request} {said}"
        );
    }
}

/// The system prompt of the template.
const STEERLM: &str = "A chat between a curious user and an artificial intelligence assistant. The \
    assistant gives helpful, detailed, and polite answers to the user's questions.";

#[test]
fn the_verbosity_attribute_sets_how_much_it_says() {
    let length = |verbosity: u32| {
        let attributes = format!(
            "quality:4,understanding:4,correctness:4,coherence:4,complexity:2,verbosity:{verbosity},toxicity:0,humor:0,creativity:0,violence:0,helpfulness:4,not_appropriate:0,hate_speech:0,sexual_content:0,fails_task:0,political_content:0,moral_judgement:0,lang:en"
        );
        let requests = ["What does a fox eat?", "What does a smith do?", "What is a lantern for?"];
        requests.map(|request| {
            let asked =
                question(request).replacen("System\n\n", &format!("System\n{STEERLM}\n"), 1);
            answer(&format!("{asked}<extra_id_2>{attributes}\n")).len()
        })
    };
    let (short, long) = (length(0), length(4));
    for (short, long) in short.iter().zip(long) {
        assert!(short * 2 < long, "{short} and {long} characters");
    }
}
