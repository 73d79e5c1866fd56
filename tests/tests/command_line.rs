//! `nemotron` against answers made by transformers and sentencepiece.

use serde_json::{Value, json};
use tests::fixture;
use tests::nemotron::{complete, fails, lines, near, nemotron, reference, tiny};

#[test]
fn prompt_log_probabilities_are_within_1e3_of_the_references() {
    for case in reference()["logits"].as_array().expect("cases") {
        let prompt = case["text"].as_str().expect("text");
        let output = complete(
            prompt,
            &[
                "--echo",
                "--max-tokens",
                "1",
                "--temperature",
                "0",
                "--ignore-eos",
                "--logprobs",
                "10",
            ],
        );
        let events = lines(&output);
        let tokens = events[0]["tokens"].as_array().expect("prompt tokens");
        let expected = case["prompt_logprobs"].as_array().expect("logprobs");
        assert_eq!(tokens.len(), expected.len());
        assert_eq!(tokens[0]["logprob"], Value::Null);
        for (token, expected) in tokens.iter().zip(expected).skip(1) {
            near(&token["logprob"], expected);
        }
        let top = events[1]["top"].as_array().expect("top");
        let expected = case["next_top10"].as_array().expect("top 10");
        // The reference lists padding rows, which belong to no piece; the contract hides them.
        let pieces = expected.iter().filter(|entry| entry[0].as_u64() < Some(1000));
        for (entry, expected) in top.iter().zip(pieces) {
            assert_eq!(entry["id"], expected[0]);
            near(&entry["logprob"], &expected[1]);
        }
    }
}

#[test]
fn scores_are_the_prompts_log_probabilities_and_windows_agree_where_they_see_as_much() {
    let tiny = tiny();
    let score = |text: &str| {
        let output = nemotron(&["score", "--model", &tiny, "--json", "-"], text.as_bytes());
        lines(&output).remove(0)
    };
    for case in reference()["logits"].as_array().expect("cases") {
        let found = score(case["text"].as_str().expect("text"));
        let expected = case["prompt_logprobs"].as_array().expect("logprobs");
        let tokens = found["tokens"].as_array().expect("tokens");
        assert_eq!((&tokens[0]["logprob"], &tokens[0]["rank"]), (&Value::Null, &Value::Null));
        let mut sum = 0.0;
        for (token, expected) in tokens.iter().zip(expected).skip(1) {
            near(&token["logprob"], expected);
            assert!(token["rank"].as_u64() >= Some(1));
            sum += expected.as_f64().expect("number");
        }
        near(&found["sum_logprob"], &json!(sum));
        if tokens.len() > 1 {
            let perplexity = (-sum / (tokens.len() - 1) as f64).exp();
            let found = found["perplexity"].as_f64().expect("number");
            assert!((found / perplexity - 1.0).abs() < 1e-3, "{found} is not {perplexity}");
        }
        assert_eq!(found["windows"], 1);
    }
    // The first window of a long text sees just what a text cut there would.
    let long = score(&"a b".repeat(150));
    let tokens = long["tokens"].as_array().expect("tokens");
    assert!(tokens.len() > 256 && long["windows"].as_u64() > Some(1), "{} tokens", tokens.len());
    assert!(tokens[1..].iter().all(|token| token["logprob"].is_number()));
    let short = score(&"a b".repeat(20));
    let known = short["tokens"].as_array().expect("tokens").len() - 1;
    assert_eq!(tokens[..known], short["tokens"].as_array().expect("tokens")[..known]);
}

#[test]
fn next_shows_the_distribution_that_transformers_processors_leave() {
    let tiny = tiny();
    let bytes = std::fs::read(fixture("tiny/sampler.json")).expect("fixture");
    let cases: Vec<Value> = serde_json::from_slice(&bytes).expect("json");
    assert_eq!(cases.len(), 24);
    for case in cases {
        let settings = case["settings"].as_object().expect("settings");
        let options = settings
            .iter()
            .flat_map(|(name, value)| [format!("--{}", name.replace('_', "-")), value.to_string()]);
        let options: Vec<String> = options.collect();
        let options = options.iter().map(String::as_str);
        let base = ["next", "--model", &tiny, "--dtype", "f32", "--json", "-"];
        let arguments: Vec<&str> = base.into_iter().chain(options).collect();
        let text = case["text"].as_str().expect("text");
        let found = &lines(&nemotron(&arguments, text.as_bytes()))[0];
        assert_eq!(found["survivors"], case["survivors"], "{case}");
        let left = found["final"].as_array().expect("final");
        let expected = case["top50"].as_array().expect("top 50");
        assert_eq!(left.len(), expected.len());
        for (token, expected) in left.iter().zip(expected) {
            near(&token["probability"], &expected[1]);
        }
        let removed = |stage: &Value| stage["mass_removed"].as_f64() >= Some(0.0);
        assert!(found["stages"].as_array().expect("stages").iter().all(removed));
    }
}

/// How far transformers' own bf16 run is from the float32 reference stands in the reference.
#[test]
fn bf16_weights_stay_closer_to_the_reference_than_transformers_in_bf16() {
    let tiny = tiny();
    for case in reference()["logits"].as_array().expect("cases") {
        let text = case["text"].as_str().expect("text");
        let arguments = ["score", "--model", &tiny, "--dtype", "bf16", "--json", "-"];
        let found = lines(&nemotron(&arguments, text.as_bytes())).remove(0);
        let tokens = found["tokens"].as_array().expect("tokens");
        let expected = case["prompt_logprobs"].as_array().expect("logprobs");
        let allowed = case["bf16_max_abs_diff"].as_f64().expect("a distance");
        for (token, expected) in tokens.iter().zip(expected).skip(1) {
            let found = token["logprob"].as_f64().expect("number");
            let distance = (found - expected.as_f64().expect("number")).abs();
            assert!(distance <= allowed, "{distance} is more than {allowed} in {text:?}");
        }
    }
}

#[test]
fn lanes_are_told_apart_and_lane_0_is_the_run_without_the_others() {
    let run = |lanes: &str| {
        let seeded = ["--seed", "5", "--max-tokens", "12", "--ignore-eos", "--n", lanes];
        lines(&complete("The meaning of life is", &seeded))
    };
    let text_of = |events: &[Value], lane: u64| -> String {
        let tokens = events.iter().filter(|e| e["type"] == "token" && e["lane"] == lane);
        tokens.filter_map(|token| token["text"].as_str()).collect()
    };
    let (alone, three) = (run("1"), run("3"));
    let done: Vec<&Value> = three.iter().filter(|event| event["type"] == "done").collect();
    assert_eq!(done.iter().map(|done| &done["lane"]).collect::<Vec<_>>(), [0, 1, 2]);
    for done in &done {
        let lane = done["lane"].as_u64().expect("number");
        assert_eq!(done["text"], text_of(&three, lane));
        assert_eq!(done["usage"]["completion_tokens"], 12);
    }
    assert_eq!(text_of(&three, 0), text_of(&alone, 0));
    let texts: std::collections::BTreeSet<String> = (0..3).map(|n| text_of(&three, n)).collect();
    assert_eq!(texts.len(), 3, "each lane draws for itself");
}

#[test]
fn standard_error_stays_empty_unless_asked() {
    let run = |verbose: &[&str]| {
        let output = complete("The", &[&["--max-tokens", "2"], verbose].concat());
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert_eq!(run(&[]), "");
    let said = run(&["-v"]);
    assert!(said.contains("loaded tiny-zarr") && said.contains("2 tokens"), "{said}");
}

#[test]
fn bf16_and_f32_weights_give_the_same_bits() {
    let tiny = tiny();
    let run = |dtype: &str| {
        let arguments =
            ["complete", "--model", &tiny, "--json", "-", "--dtype", dtype, "--seed", "7"];
        let mut events = lines(&nemotron(&arguments, b"The meaning"));
        events.pop();
        events
    };
    assert_eq!(run("bf16"), run("f32"));
}

#[test]
fn every_text_is_tokenized_as_sentencepiece_does_in_both_directions() {
    let tiny = tiny();
    for case in reference()["tokenize"].as_array().expect("cases") {
        let text = case["text"].as_str().expect("text");
        let output = nemotron(&["tokenize", "--model", &tiny, "--json"], text.as_bytes());
        let found = &lines(&output)[0];
        assert_eq!(found["ids"], case["ids"], "{text:?}");
        let mut end = 0;
        for token in found["tokens"].as_array().expect("tokens") {
            assert_eq!(token["bytes"][0], end, "offsets follow each other in {text:?}");
            end = token["bytes"][1].as_u64().expect("end");
        }
        assert_eq!(end as usize, text.len());
        let ids = case["ids"].to_string();
        let output = nemotron(&["detokenize", "--model", &tiny, "--json"], ids.as_bytes());
        assert_eq!(lines(&output)[0]["text"], case["decoded"]);
    }
}

#[test]
fn the_same_seed_repeats_a_run_and_another_does_not() {
    let text = |seed: &str| {
        let output = complete("The", &["--seed", seed, "--max-tokens", "24"]);
        lines(&output).pop().expect("done")["text"].clone()
    };
    assert_eq!(text("1"), text("1"));
    assert_ne!(text("1"), text("2"));
}

#[test]
fn a_stop_text_ends_the_run_and_is_left_out() {
    let output = complete(
        "The meaning of life is",
        &["--temperature", "0", "--ignore-eos", "--stop", "zoj f", "--stop", "never seen"],
    );
    let events = lines(&output);
    let done = events.last().expect("done");
    assert_eq!(done["finish_reason"], "stop");
    assert_eq!(done["text"], "υ flaं ");
}

#[test]
fn the_first_token_comes_within_100_ms_of_being_ready() {
    let arguments = ["complete", "--prompt", "The meaning of life is", "--json"];
    let done = lines(&nemotron(&arguments, b"")).pop().expect("done");
    let first = done["timings"]["time_to_first_token_ms"].as_f64().expect("a time");
    assert!(first < 100.0, "{first} ms");
}

#[test]
fn without_a_limit_generation_uses_the_room_left() {
    let prompt = "a".repeat(200);
    let output = complete(&prompt, &["--temperature", "0", "--ignore-eos"]);
    let done = lines(&output).pop().expect("done");
    assert_eq!(done["finish_reason"], "context");
    assert_eq!(done["usage"]["prompt_tokens"], 200);
    assert_eq!(done["usage"]["completion_tokens"], 56);
}

#[test]
fn bench_reports_every_figure_of_the_contract() {
    let tiny = tiny();
    let sizes = ["--prompt-tokens", "100", "--new-tokens", "20", "--runs", "2"];
    let base = ["bench", "--model", &tiny, "--json"];
    let report = lines(&nemotron(&[&base[..], &sizes].concat(), b"")).remove(0);
    assert_eq!((&report["device"], &report["model"]), (&json!("CPU"), &json!("tiny-zarr")));
    assert_eq!(report["prefill"]["tokens"], 100);
    assert_eq!(report["decode"]["tokens"], 40);
    let lanes = ["--lanes", "3", "--context", "120"];
    let together = lines(&nemotron(&[&base[..], &sizes, &lanes].concat(), b"")).remove(0);
    assert_eq!(together["decode"]["tokens"], 120);
    for figure in [
        "/weight_bytes",
        "/read_bandwidth_gbs",
        "/load_ms",
        "/prefill/ms",
        "/prefill/tokens_per_second",
        "/prefill/tflops",
        "/decode/ms_per_token_p50",
        "/decode/ms_per_token_p99",
        "/decode/tokens_per_second",
        "/decode/bandwidth_gbs",
        "/decode/fraction_of_read_bandwidth",
        "/sampler_ms_p50",
        "/peak_memory_bytes",
    ] {
        assert!(report.pointer(figure).and_then(Value::as_f64) > Some(0.0), "{figure}: {report}");
    }
    let too_long = ["--prompt-tokens", "250"];
    fails(&[&base[..], &too_long].concat(), b"", 1, "do not fit the context of 256", "no_room");
}

#[test]
fn what_cannot_work_ends_in_one_clear_line() {
    let tiny = tiny();
    let folder = tempfile::tempdir().expect("folder");
    let whole = std::fs::read(&tiny).expect("fixture");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_string_lossy().into_owned()
    };
    let text = file("text.nemo", b"this is no checkpoint");
    let noise = file("noise.nemo", &[7; 4096]);
    let cut = file("cut.nemo", &whole[..whole.len() / 2]);
    let with =
        |model: &str| ["complete", "--model", model, "--json", "--prompt", "x"].map(str::to_owned);
    let cases = [
        (text.as_str(), "no checkpoint", "not_a_checkpoint"),
        (noise.as_str(), "no checkpoint", "not_a_checkpoint"),
        (cut.as_str(), "the file ends before", "damaged_checkpoint"),
        ("/no/such.nemo", "/no/such.nemo", "not_found"),
    ];
    for (model, fragment, kind) in cases {
        let arguments = with(model);
        fails(&arguments.each_ref().map(String::as_str), b"", 1, fragment, kind);
    }
    let long = "a".repeat(256);
    let base = ["complete", "--model", &tiny, "--json"];
    let run = |more: &[&str], stdin: &[u8], code, fragment: &str, kind: &str| {
        fails(&[&base, more].concat(), stdin, code, fragment, kind);
    };
    run(&["-"], long.as_bytes(), 1, "256 tokens and fills the context of 256", "prompt_too_long");
    run(&["--prompt", "a", "--max-tokens", "256"], b"", 1, "256 new ones", "no_room");
    run(&["--prompt", ""], b"", 1, "empty", "empty_prompt");
    run(&["-"], b"\xff", 1, "not UTF-8", "not_utf8");
    run(&["--prompt", "a", "--temperature", "-1"], b"", 2, "temperature", "out_of_range");
    run(&["--prompt", "a", "--n", "65"], b"", 2, "1 to 64", "out_of_range");
    run(&["--prompt", "a", "--top-p", "1.5"], b"", 2, "top-p", "out_of_range");
    run(&["--prompt", "a", "--ban-token", "1000"], b"", 2, "ids 0 to 999", "out_of_range");
    run(&["--prompt", "a", "--sampler-order", "top-q"], b"", 2, "top-p, min-p", "usage");
    run(&["--no-such-option"], b"", 2, "--no-such-option", "usage");
    fails(&["complet", "--json"], b"", 2, "'complet': perhaps ", "usage");
    run(&["--prompt", "a", "--temperature", "200"], b"", 2, "0 to 100, found 200", "out_of_range");
    run(&["--prompt", "a", "--top-k", "-1"], b"", 2, "-1 is not in 0..", "usage");
    run(&["--prompt", "a", "--seed", "-1"], b"", 2, "expected 0 to 18446744073709551615", "usage");
    run(&["--prompt", "a", "--dtype", "f16"], b"", 2, "expected auto, bf16, f32", "usage");
    run(&["--prompt", "a", "--device", "gpu"], b"", 2, "expected auto, cpu, cuda", "usage");
    // What the tests build has no CUDA in it.
    run(&["--prompt", "a", "--device", "cuda"], b"", 1, "no GPU can be used", "no_device");
    run(&["--prompt-file", "/dev/zero"], b"", 1, "at most 67108864 bytes", "too_long");
}
