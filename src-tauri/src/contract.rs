//! The TypeScript side of the commands, generated from the Rust types. `make bindings` writes it;
//! the test fails when the committed file is stale.

include!("command_names.rs");

use std::path::Path;

use engine::{
    Completion, EngineStatus, FinishReason, GeneratedToken, GenerationEvent, GenerationRequest,
    LoadProgress, ModelInfo, Problem, PromptSpan, PromptToken, SamplerStage, SamplingSettings,
    Timings, TokenProbability, TokenText, Usage,
};
use ts_rs::{Config, TS};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/lib/bindings.ts");

const HEADER: &str = "// Generated from the Rust types by `make bindings`. Do not edit.
import { Channel, invoke } from '@tauri-apps/api/core';
";

/// Name in TypeScript, command, parameters, result, what it does.
const FUNCTIONS: [(&str, &str, &str, &str, &str); 7] = [
    (
        "watchEngine",
        "watch_engine",
        "onStatus: Channel<EngineStatus>",
        "null",
        "Sends the engine's state now and after every change.",
    ),
    (
        "openModel",
        "open_model",
        "",
        "boolean",
        "Asks for a file with the system's dialog and loads it. False: nothing was chosen.",
    ),
    ("cancelLoad", "cancel_load", "", "null", "Ends a load; the model loaded before stays."),
    (
        "generate",
        "generate",
        "request: GenerationRequest, onEvents: Channel<Array<GenerationEvent>>",
        "null",
        "Runs a request; resolves after `done`, rejects with a Problem.",
    ),
    ("stop", "stop", "", "null", "Ends the run that is going on; its text so far stays."),
    (
        "countTokens",
        "count_tokens",
        "prompt: Array<PromptSpan>",
        "number",
        "How many tokens a prompt is, exactly as a run would encode it.",
    ),
    (
        "tokensOf",
        "tokens_of",
        "text: string",
        "Array<TokenText>",
        "The tokens a text consists of, for a bias or a ban.",
    ),
];

fn bindings() -> String {
    let config = Config::default();
    let types = [
        PromptSpan::decl(&config),
        SamplerStage::decl(&config),
        SamplingSettings::decl(&config),
        GenerationRequest::decl(&config),
        TokenText::decl(&config),
        TokenProbability::decl(&config),
        PromptToken::decl(&config),
        GeneratedToken::decl(&config),
        FinishReason::decl(&config),
        Usage::decl(&config),
        Timings::decl(&config),
        Completion::decl(&config),
        GenerationEvent::decl(&config),
        LoadProgress::decl(&config),
        Problem::decl(&config),
        ModelInfo::decl(&config),
        EngineStatus::decl(&config),
    ];
    let types = types.map(|declaration| format!("export {declaration}\n")).concat();
    let functions = FUNCTIONS.map(|(name, command, parameters, result, what)| {
        let names: Vec<&str> =
            parameters.split(", ").filter_map(|p| p.split_once(": ")).map(|(n, _)| n).collect();
        let arguments = names.join(", ");
        format!(
            "/** {what} */\nexport const {name} = ({parameters}) =>\n  invoke<{result}>('{command}', {{ {arguments} }});\n"
        )
    });
    format!("{HEADER}\n{types}\n{}", functions.concat())
}

#[test]
fn the_committed_bindings_are_up_to_date() {
    let generated = bindings();
    if std::env::var_os("UPDATE_BINDINGS").is_some_and(|v| !v.is_empty()) {
        std::fs::write(FILE, &generated).expect("bindings can be written");
    }
    let committed = std::fs::read_to_string(Path::new(FILE)).unwrap_or_default();
    assert!(committed == generated, "ui/src/lib/bindings.ts is stale: run make bindings");
}

#[test]
fn every_command_has_a_function() {
    assert_eq!(FUNCTIONS.map(|(_, command, ..)| command), COMMAND_NAMES);
}
