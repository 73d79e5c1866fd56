use super::*;
use crate::event::{FinishReason, Timings, Usage};
use crate::record::LaneEnd;
use crate::settings::PromptSpan;

fn token(id: u32, logprob: f32) -> SavedToken {
    SavedToken { id, logprob }
}

fn end(lane: u32, completion_tokens: u32) -> LaneEnd {
    let usage = Usage { prompt_tokens: 2, completion_tokens, cached_tokens: 0 };
    let timings = Timings {
        prefill_ms: 1.5,
        decode_ms: 0.1,
        time_to_first_token_ms: 1.6,
        tokens_per_second: 1e3,
    };
    LaneEnd { lane, finish_reason: FinishReason::Length, usage, timings }
}

fn run() -> SavedRun {
    let request = GenerationRequest {
        prompt: vec![PromptSpan::Tokens { ids: vec![7, 8] }],
        seed: Some(u64::MAX),
        lanes: Some(2),
        max_tokens: Some(3),
        ..GenerationRequest::default()
    };
    let record = RunRecord {
        version: 1,
        build: RunRecord::BUILD.to_owned(),
        model: "tiny".to_owned(),
        model_sha256: "ab".repeat(32),
        device: "CPU".to_owned(),
        dtype: "bf16".to_owned(),
        threads: 2,
        request,
        cached_tokens: Some(0),
        ends: vec![end(0, 3), end(1, 1)],
        failure: None,
        template: None,
        attributes: None,
    };
    let first = vec![token(9, -0.1), token(10, f32::MIN), token(11, -1.0 / 3.0)];
    let lanes = [(1, vec![token(12, 0.0)]), (0, first)];
    let lane = |(lane, tokens)| SavedLane { lane, text: "Grüße\n".to_owned(), tokens };
    SavedRun::new(record, lanes.map(lane).into())
}

/// Where a file is refused.
fn place(json: &str) -> String {
    match SavedRun::from_json(json.as_bytes()) {
        Err(Error::NotARun { place, .. }) => place,
        other => panic!("{other:?} for {json}"),
    }
}

#[test]
fn a_run_survives_its_file_bit_by_bit() {
    let run = run();
    assert_eq!(SavedRun::from_json(run.to_json().as_bytes()).expect("a run"), run);
    let start = r#"{"format":"nemotron-playground-run","version":1,"record":{"version":1,"#;
    assert!(run.to_json().starts_with(start), "{}", run.to_json());
    assert!(run.to_json().contains("[11,-0.3333333432674408]"));
}

#[test]
fn what_does_not_fit_together_is_refused_with_its_place() {
    type Change = fn(&mut SavedRun);
    let cases: [(&str, Change); 16] = [
        ("format", |run| run.format = "nemotron-playground-session".to_owned()),
        ("version", |run| run.version = 2),
        ("record.version", |run| run.record.version = 2),
        ("record.model_sha256", |run| run.record.model_sha256.truncate(63)),
        ("record.model_sha256", |run| run.record.model_sha256 = "é".repeat(32)),
        ("record.dtype", |run| run.record.dtype = "auto".to_owned()),
        ("record.request", |run| run.record.request.sampling.top_p = 2.0),
        ("record.request", |run| run.record.request.lanes = Some(1000)),
        ("record.request.seed", |run| run.record.request.seed = None),
        ("lanes[0].lane", |run| run.lanes[0].lane = 2),
        ("lanes[1].lane", |run| run.lanes[0].lane = 0),
        ("lanes[1].tokens", |run| run.lanes[1].tokens.push(token(1, 0.0))),
        ("record.ends[1].lane", |run| run.record.ends[1].lane = 0),
        ("record.ends[0].lane", |run| run.record.ends[0].lane = u32::MAX),
        ("record.ends[0].usage.completion_tokens", |run| drop(run.lanes.pop())),
        ("record.ends[1].usage.completion_tokens", |run| run.lanes[0].tokens.clear()),
    ];
    for (expected, change) in cases {
        let mut run = run();
        change(&mut run);
        assert_eq!(place(&run.to_json()), expected);
    }
}

#[test]
fn what_is_no_such_json_is_refused_with_its_place() {
    let json = run().to_json();
    let cases = [
        ("lanes[0].tokens[0]", "[12,0.0]", "[12,1e39]"),
        ("lanes[0].tokens[0][0]", "[12,0.0]", "[-1,0.0]"),
        ("lanes[0].tokens[0]", "[12,0.0]", "[12]"),
        ("record.request.top_k", r#""lanes":2"#, r#""top_k":2"#),
        ("record.ends[0].usage.cached", r#""cached_tokens":0}"#, r#""cached":0}"#),
        ("lanes[0].bytes", r#""text":"#, r#""bytes":"#),
        ("another", r#""lanes":[{"#, r#""another":[{"#),
        ("line 1, column 0", &json, ""),
        ("line 1, column 1", &json, "x"),
    ];
    for (expected, from, to) in cases {
        assert!(json.contains(from), "{from}");
        assert_eq!(place(&json.replacen(from, to, 1)), expected);
    }
    let long = " ".repeat(MAX_BYTES + 1);
    assert_eq!(place(&long), "the file");
    let column = json.len() + 1;
    assert_eq!(place(&(json + "}")), format!("line 1, column {column}"));
}

#[test]
fn a_damaged_file_is_refused_or_is_one_that_fits_together() {
    let json = run().to_json().into_bytes();
    for length in 0..json.len() {
        assert!(SavedRun::from_json(&json[..length]).is_err(), "cut at {length}");
    }
    for place in 0..json.len() {
        for bit in 0..8 {
            let mut damaged = json.clone();
            damaged[place] ^= 1 << bit;
            match SavedRun::from_json(&damaged) {
                Ok(run) => assert!(SavedRun::from_json(run.to_json().as_bytes()).is_ok()),
                Err(error) => {
                    let said = error.to_string();
                    assert!(said.chars().count() < 300 && !said.contains('\n'), "{said}");
                }
            }
        }
    }
}
