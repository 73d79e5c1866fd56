//! The TypeScript side of the commands, generated from the Rust types. `make bindings` writes it;
//! the test fails when the committed file is stale.

mod functions;

include!("command_names.rs");

use std::path::Path;

use engine::sampler::{StageOutlook, TokenOutlook};
use engine::{
    Attributes, Changed, ChatForm, Completion, DeviceChoice, Difference, EngineStatus,
    FinishReason, GeneratedToken, GenerationEvent, GenerationRequest, Gpu, Gpus, LoadProgress,
    Look, MemoryPlan, ModelInfo, Problem, PromptPart, PromptSpan, PromptToken, Replay, ReplayMode,
    SamplerStage, SamplingSettings, Subject, Template, Timings, TokenProbability, TokenText, Usage,
    Variant,
};
use hub::{Acceptance, Card, Fact, Record, Score, TokenPlace};
use sessions::{
    Author, Begun, Branch, Document, Folder, Id, Imported, Kind, ListRequest, Notice, Piece, Place,
    Preset, Role, RunRecord, SaveState, SavedPrompt, SearchHit, SearchPage, SearchRequest,
    SessionPage, SessionSummary, Settings, Shelf, SnippetPart, Standing, Tag, Theme, Token, Within,
    WrittenToken,
};
use ts_rs::{Config, TS};

use functions::FUNCTIONS;

use crate::commands::chat::{AnswerStart, ChatPrompt};
use crate::commands::document::OpenSession;
use crate::commands::downloads::Account;
use crate::commands::files::ExportFormat;
use crate::commands::lens::{Hindsight, ScoredToken, Surprise, TokenFate, Verdict};
use crate::commands::library::Saving;
use crate::commands::licences::{LicenceChoice, LicenceCopy};
use crate::commands::models::{ModelEntry, ModelGate, ModelPresence};
use crate::downloads::{DownloadStage, DownloadState};
use crate::placed::PlacedToken;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/lib/bindings.ts");

const HEADER: &str = "// Generated from the Rust types by `make bindings`. Do not edit.
import { Channel, invoke } from '@tauri-apps/api/core';
";

/// 'openModel' is the command `open_model`.
fn command(name: &str) -> String {
    let letter = |c: char| {
        let small = c.to_ascii_lowercase();
        if c == small { c.to_string() } else { format!("_{small}") }
    };
    name.chars().map(letter).collect()
}

fn types() -> String {
    let config = Config::default();
    let types = [
        Problem::decl(&config),
        PromptSpan::decl(&config),
        SamplerStage::decl(&config),
        SamplingSettings::decl(&config),
        Variant::decl(&config),
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
        MemoryPlan::decl(&config),
        ModelInfo::decl(&config),
        DeviceChoice::decl(&config),
        Gpu::decl(&config),
        Gpus::decl(&config),
        EngineStatus::decl(&config),
        Id::decl(&config),
        Kind::decl(&config),
        Author::decl(&config),
        Role::decl(&config),
        Token::decl(&config),
        Piece::decl(&config),
        Document::decl(&config),
        Standing::decl(&config),
        OpenSession::decl(&config),
        Branch::decl(&config),
        WrittenToken::decl(&config),
        Place::decl(&config),
        Begun::decl(&config),
        Template::decl(&config),
        Attributes::decl(&config),
        ChatForm::decl(&config),
        PromptPart::decl(&config),
        engine::Role::decl(&config),
        ChatPrompt::decl(&config),
        AnswerStart::decl(&config),
        StageOutlook::decl(&config),
        TokenOutlook::decl(&config),
        Subject::decl(&config),
        Look::decl(&config),
        PlacedToken::decl(&config),
        ScoredToken::decl(&config),
        Surprise::decl(&config),
        TokenFate::decl(&config),
        Verdict::decl(&config),
        Hindsight::decl(&config),
        RunRecord::decl(&config),
        ReplayMode::decl(&config),
        Changed::decl(&config),
        Difference::decl(&config),
        Replay::decl(&config),
        SaveState::decl(&config),
        Notice::decl(&config),
        Saving::decl(&config),
        SessionSummary::decl(&config),
        Shelf::decl(&config),
        Within::decl(&config),
        ListRequest::decl(&config),
        SessionPage::decl(&config),
        SnippetPart::decl(&config),
        SearchHit::decl(&config),
        SearchRequest::decl(&config),
        SearchPage::decl(&config),
        Folder::decl(&config),
        Tag::decl(&config),
        ExportFormat::decl(&config),
        Imported::decl(&config),
        Preset::decl(&config),
        Theme::decl(&config),
        SavedPrompt::decl(&config),
        Settings::decl(&config),
        hub::Document::decl(&config),
        Score::decl(&config),
        Fact::decl(&config),
        Card::decl(&config),
        LicenceChoice::decl(&config),
        LicenceCopy::decl(&config),
        Acceptance::decl(&config),
        Record::decl(&config),
        ModelGate::decl(&config),
        ModelPresence::decl(&config),
        ModelEntry::decl(&config),
        DownloadStage::decl(&config),
        DownloadState::decl(&config),
        TokenPlace::decl(&config),
        Account::decl(&config),
    ];
    types.map(|declaration| format!("export {declaration}\n")).concat()
}

fn bindings() -> String {
    let functions = FUNCTIONS.map(|(name, parameters, result, what)| {
        let names: Vec<&str> =
            parameters.split(", ").filter_map(|p| p.split_once(": ")).map(|(n, _)| n).collect();
        let (command, arguments) = (command(name), names.join(", "));
        format!(
            "/** {what} */\nexport const {name} = ({parameters}) =>\n  invoke<{result}>('{command}', {{ {arguments} }});\n"
        )
    });
    format!("{HEADER}\n{}\n{}", types(), functions.concat())
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
    assert_eq!(FUNCTIONS.map(|(name, ..)| command(name)), COMMAND_NAMES);
}
