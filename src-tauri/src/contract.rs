//! The TypeScript side of the commands, generated from the Rust types. `make bindings` writes it;
//! the test fails when the committed file is stale.

include!("command_names.rs");

use std::path::Path;

use engine::{
    Completion, DeviceChoice, EngineStatus, FinishReason, GeneratedToken, GenerationEvent,
    GenerationRequest, Gpu, Gpus, LoadProgress, MemoryPlan, ModelInfo, Problem, PromptSpan,
    PromptToken, SamplerStage, SamplingSettings, Timings, TokenProbability, TokenText, Usage,
};
use hub::{Acceptance, Card, Fact, Record, Score, TokenPlace};
use sessions::{
    Author, Begun, Branch, Document, Folder, Id, Imported, Kind, ListRequest, Notice, Piece, Place,
    Preset, Role, SaveState, SearchHit, SearchPage, SearchRequest, SessionPage, SessionSummary,
    Settings, Shelf, SnippetPart, Standing, Tag, Theme, Token, Within, WrittenToken,
};
use ts_rs::{Config, TS};

use crate::commands::document::OpenSession;
use crate::commands::downloads::Account;
use crate::commands::files::ExportFormat;
use crate::commands::library::Saving;
use crate::commands::licences::{LicenceChoice, LicenceCopy};
use crate::commands::models::{ModelEntry, ModelGate, ModelPresence};
use crate::downloads::{DownloadStage, DownloadState};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/lib/bindings.ts");

const HEADER: &str = "// Generated from the Rust types by `make bindings`. Do not edit.
import { Channel, invoke } from '@tauri-apps/api/core';
";

/// Name, parameters, result, what it does.
const FUNCTIONS: [(&str, &str, &str, &str); 75] = [
    (
        "watchEngine",
        "onStatus: Channel<EngineStatus>",
        "null",
        "Sends the engine's state now and after every change.",
    ),
    (
        "openModel",
        "",
        "boolean",
        "Asks for a file with the system's dialog and loads it. False: nothing was chosen.",
    ),
    ("openBuiltinModel", "", "null", "Goes back to the built-in model."),
    ("cancelLoad", "", "null", "Ends a load; the model loaded before stays."),
    ("gpus", "", "Gpus", "The GPUs of this machine, or why there are none."),
    (
        "useDevice",
        "device: DeviceChoice",
        "null",
        "Computes on another device from now on; the model in use is loaded there.",
    ),
    ("stop", "", "null", "Ends the run that is going on; its text so far stays."),
    (
        "tokensOf",
        "text: string",
        "Array<TokenText>",
        "The tokens a text consists of, for a bias or a ban.",
    ),
    (
        "openSession",
        "session: Id | null",
        "OpenSession",
        "Opens a session; null: the one that was open last, the newest, or a first one.",
    ),
    ("newSession", "folder: Id | null", "OpenSession", "Begins an empty session."),
    ("document", "session: Id", "Document", "The document as it is now."),
    (
        "editDocument",
        "session: Id, start: number, end: number, text: string",
        "Standing",
        "Puts text in the place of a range, in bytes of UTF-8.",
    ),
    ("undo", "session: Id", "Document", "Takes back the last step."),
    ("redo", "session: Id", "Document", "Does again what was taken back last."),
    ("branches", "session: Id", "Array<Branch>", "The whole tree, parents first."),
    (
        "switchBranch",
        "session: Id, node: Id",
        "Document",
        "Makes a branch the document, to its end as it was left.",
    ),
    (
        "deleteBranch",
        "session: Id, node: Id",
        "Document",
        "Takes a branch and everything behind it out of the tree; undo brings it back.",
    ),
    (
        "keepSettings",
        "session: Id, settings: unknown",
        "null",
        "Keeps the sampling settings that go with a session.",
    ),
    (
        "countTokens",
        "session: Id",
        "number",
        "How many tokens the document is, exactly as a run would encode it.",
    ),
    (
        "generate",
        "session: Id, place: Place, request: GenerationRequest, onBegun: Channel<Begun>, onEvents: Channel<Array<GenerationEvent>>",
        "Document",
        "Continues the document from a place; the request's own prompt is not looked at.",
    ),
    (
        "watchSaving",
        "onChange: Channel<Saving>",
        "null",
        "Sends the state of saving now and after every change.",
    ),
    (
        "listSessions",
        "request: ListRequest",
        "SessionPage",
        "A page of the list: pinned ones first, then those changed last.",
    ),
    (
        "searchSessions",
        "request: SearchRequest",
        "SearchPage",
        "Sessions with all of some words in title or text.",
    ),
    ("sessionSummary", "session: Id", "SessionSummary", "A session as the list shows it."),
    (
        "renameSession",
        "session: Id, title: string | null",
        "null",
        "Names a session; null: by its beginning.",
    ),
    (
        "moveSession",
        "session: Id, folder: Id | null",
        "null",
        "Puts a session into a folder; null: into none.",
    ),
    (
        "pinSession",
        "session: Id, pinned: boolean",
        "null",
        "Keeps a session at the top of the list, or not.",
    ),
    (
        "archiveSession",
        "session: Id, archived: boolean",
        "null",
        "Moves a session out of the way, or back.",
    ),
    (
        "trashSession",
        "session: Id",
        "null",
        "Throws a session away: it can be restored for 30 days.",
    ),
    ("restoreSession", "session: Id", "null", "Takes a session out of the trash."),
    ("deleteSession", "session: Id", "null", "Deletes a session at once and for ever."),
    (
        "emptyTrash",
        "",
        "number",
        "Deletes everything in the trash for ever; how many sessions there were.",
    ),
    ("duplicateSession", "session: Id", "Id", "A copy of a session with its whole tree."),
    ("tagSession", "session: Id, tags: Array<string>", "null", "Replaces the tags of a session."),
    ("tags", "", "Array<Tag>", "Every tag in use."),
    ("folders", "", "Array<Folder>", "Every folder."),
    (
        "createFolder",
        "name: string, parent: Id | null",
        "Id",
        "Makes a folder, inside another or not.",
    ),
    ("renameFolder", "folder: Id, name: string", "null", "Names a folder."),
    (
        "moveFolder",
        "folder: Id, parent: Id | null",
        "null",
        "Puts a folder into another; null: into none.",
    ),
    ("deleteFolder", "folder: Id", "null", "Takes a folder away; what was in it is in none then."),
    (
        "exportSession",
        "session: Id, format: ExportFormat",
        "boolean",
        "Asks where to, and writes a session there. False: nothing was chosen.",
    ),
    (
        "importSession",
        "",
        "Imported | null",
        "Asks for a file and makes a session of it. Null: nothing was chosen.",
    ),
    (
        "exportPresets",
        "",
        "boolean",
        "Asks where to, and writes the user's presets there. False: nothing was chosen.",
    ),
    (
        "importPresets",
        "",
        "number | null",
        "Asks for a file and adds its presets; how many are new. Null: nothing was chosen.",
    ),
    ("presets", "", "Array<Preset>", "The user's presets in their order."),
    (
        "addPreset",
        "name: string, difference: unknown",
        "Id",
        "Adds a preset of what differs from neutral settings.",
    ),
    ("changePreset", "preset: Id, name: string, difference: unknown", "null", "Changes a preset."),
    ("deletePreset", "preset: Id", "null", "Deletes a preset."),
    ("orderPresets", "order: Array<Id>", "null", "Puts the presets into an order."),
    ("settings", "", "Settings", "The app's settings."),
    ("changeSettings", "settings: Settings", "null", "Keeps changed settings."),
    (
        "licenceChoices",
        "model: string | null",
        "Array<LicenceChoice>",
        "The gated models; conversions of one count as that one.",
    ),
    ("openLicenceText", "model: string", "null", "Opens a licence's official text in the browser."),
    (
        "chooseLicenceCopy",
        "",
        "LicenceCopy | null",
        "Asks for a copy of the text. Null: nothing was chosen.",
    ),
    (
        "acceptLicence",
        "model: string, copy: string | null",
        "Acceptance",
        "Keeps a record that a licence is accepted, and which copy of it was read.",
    ),
    (
        "withdrawLicence",
        "model: string",
        "null",
        "Takes an acceptance back. A model that may not be loaded now gives way to the built-in one.",
    ),
    (
        "licences",
        "",
        "Array<LicenceRecord>",
        "Everything that was accepted here, and what was withdrawn.",
    ),
    ("openRefusedModel", "", "boolean", "Loads the model that was refused last. False: none was."),
    (
        "listModels",
        "",
        "Array<ModelEntry>",
        "The models of the catalogue, and which of them are on this disk.",
    ),
    (
        "checkModel",
        "name: string, onProgress: Channel<LoadProgress>",
        "null",
        "Reads every byte of a model that was fetched; from then on it is installed.",
    ),
    ("stopCheck", "", "null", "Ends the reading."),
    ("openKnownModel", "name: string", "null", "Loads an installed model."),
    ("openModelPage", "name: string", "null", "Opens a model's page in the browser."),
    (
        "deleteModel",
        "name: string",
        "number",
        "Deletes an installed model, and says how many bytes that frees.",
    ),
    (
        "revealModel",
        "name: string",
        "null",
        "Shows an installed model in the system's file manager.",
    ),
    (
        "watchDownloads",
        "onChange: Channel<Array<DownloadState>>",
        "null",
        "Sends all downloads that are not done, now and after every change.",
    ),
    ("startDownload", "name: string", "null", "Begins a download or goes on with it."),
    ("pauseDownload", "name: string", "null", "Stops a download; what has come stays."),
    ("cancelDownload", "name: string", "null", "Stops a download and throws away what has come."),
    (
        "account",
        "",
        "Account",
        "Where the token is, if there is one, and how much room the disk of the models has.",
    ),
    ("checkAccount", "", "string", "Asks Hugging Face whose token it is."),
    (
        "keepToken",
        "token: string",
        "string",
        "Keeps a token that was pasted, once Hugging Face knows it, and says whose it is.",
    ),
    ("forgetToken", "", "null", "Forgets a token that was pasted."),
    ("openTokenPage", "", "null", "Opens the page on which tokens are made."),
    (
        "checkUpdate",
        "name: string",
        "boolean",
        "Whether the hub has another version of an installed model.",
    ),
];

/// 'openModel' is the command `open_model`.
fn command(name: &str) -> String {
    let letter = |c: char| {
        let small = c.to_ascii_lowercase();
        if c == small { c.to_string() } else { format!("_{small}") }
    };
    name.chars().map(letter).collect()
}

fn bindings() -> String {
    let config = Config::default();
    let types = [
        Problem::decl(&config),
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
    let types = types.map(|declaration| format!("export {declaration}\n")).concat();
    let functions = FUNCTIONS.map(|(name, parameters, result, what)| {
        let names: Vec<&str> =
            parameters.split(", ").filter_map(|p| p.split_once(": ")).map(|(n, _)| n).collect();
        let (command, arguments) = (command(name), names.join(", "));
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
    assert_eq!(FUNCTIONS.map(|(name, ..)| command(name)), COMMAND_NAMES);
}
