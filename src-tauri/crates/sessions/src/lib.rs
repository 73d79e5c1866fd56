//! Prompt sessions: documents that user and model write together, with every branch, run and undo
//! step, in one SQLite file. No window, no engine.
//!
//! | module | what it is |
//! |---|---|
//! | `passage`, `blob` | text with its origin, token by token, and its binary form |
//! | `tree` | the nodes of a session, of which a document is a path |
//! | `run` | what a model was asked for and wrote |
//! | `session` | one session in memory: editing, runs, branches, undo |
//! | `document` | a session as the window shows it |
//! | `schema`, `database`, `rescue`, `pages` | the file: its versions, its opening, its repair |
//! | `rows` | sessions as rows |
//! | `store` | the sessions behind one connection |
//! | `list`, `library`, `folder` | what there is, and its order |
//! | `words`, `search` | the full-text index |
//! | `preset`, `settings` | the user's presets; the app's settings, in a file of their own |
//! | `archive`, `chat`, `exchange`, `foreign` | export and import |
//! | `keeper`, `handle` | the thread that owns the store, and the way to it |

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails where it panics"))]

mod archive;
mod blob;
mod chat;
mod database;
mod document;
mod error;
mod exchange;
mod folder;
mod foreign;
mod handle;
mod id;
mod keeper;
mod library;
mod list;
mod pages;
mod passage;
mod preset;
mod rescue;
mod rows;
mod run;
mod schema;
mod search;
mod session;
mod settings;
mod store;
mod tree;
mod words;

pub use database::Notice;
pub use document::{Branch, Document, Piece, Standing};
pub use error::{Error, Problem, Result};
pub use exchange::Imported;
pub use folder::Folder;
pub use handle::Sessions;
pub use id::Id;
pub use keeper::SaveState;
pub use library::Tag;
pub use list::{ListRequest, SessionPage, SessionSummary, Shelf, Within};
pub use passage::{Author, Token};
pub use preset::Preset;
pub use run::{Place, RunEnd, RunOutput, RunRecord, RunStart, WrittenToken};
pub use search::{SearchHit, SearchPage, SearchRequest, SnippetPart};
pub use session::Kind;
pub use settings::{SavedPrompt, Settings, SettingsFile, Theme};
pub use store::{Begun, NewSession, Store};
pub use tree::Role;

#[cfg(test)]
mod tests {
    use ts_rs::{Config, TS};

    use super::*;

    #[test]
    fn the_window_can_be_given_every_type() {
        let config = Config::default();
        let declarations = [
            Begun::decl(&config),
            Branch::decl(&config),
            Document::decl(&config),
            Folder::decl(&config),
            Imported::decl(&config),
            ListRequest::decl(&config),
            NewSession::decl(&config),
            Notice::decl(&config),
            Piece::decl(&config),
            Place::decl(&config),
            Preset::decl(&config),
            RunEnd::decl(&config),
            RunOutput::decl(&config),
            RunRecord::decl(&config),
            RunStart::decl(&config),
            SaveState::decl(&config),
            SearchPage::decl(&config),
            SearchRequest::decl(&config),
            SessionPage::decl(&config),
            SessionSummary::decl(&config),
            Settings::decl(&config),
            Standing::decl(&config),
            Token::decl(&config),
            Within::decl(&config),
            WrittenToken::decl(&config),
        ];
        for declaration in declarations {
            // What JavaScript has for whole numbers of 64 bits does not go through JSON.
            assert!(!declaration.contains("bigint"), "{declaration}");
        }
        assert_eq!(Id::decl(&config), "type Id = string;");
    }
}
