//! Every file of the folder but the weights. They are small, and made before anything is written.

use std::collections::BTreeMap;

use serde_json::Value;

use super::description;
use super::shards::Shard;
use crate::checkpoint::Checkpoint;
use crate::tokenizer::{Specials, TokenizerFile, TokenizerFormat};
use crate::{Error, Result};

/// Files by name.
pub(super) struct Documents {
    files: BTreeMap<String, Vec<u8>>,
}

impl Documents {
    pub(super) fn of(checkpoint: &Checkpoint, shards: &[Shard<'_>]) -> Result<Self> {
        let mut documents = Self { files: BTreeMap::new() };
        for companion in checkpoint.companions() {
            let (name, bytes) = companion?;
            documents.file(name, bytes);
        }
        let damaged = |e: Error| Error::Damaged {
            path: checkpoint.path.clone(),
            what: format!("its tokenizer cannot be converted: {e}"),
        };
        let specials = Specials::of(&checkpoint.tokenizer_file).map_err(damaged)?;
        documents.json("config.json", &description::config(checkpoint, &specials));
        documents
            .json("generation_config.json", &description::generation_config(checkpoint, &specials));
        documents.json("model.safetensors.index.json", &description::index(checkpoint, shards));
        documents
            .json("tokenizer_config.json", &description::tokenizer_config(checkpoint, &specials));
        documents.tokenizer(&checkpoint.tokenizer_file).map_err(damaged)?;
        Ok(documents)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    fn tokenizer(&mut self, file: &TokenizerFile) -> Result<()> {
        if file.format == TokenizerFormat::SentencePiece {
            self.file("tokenizer.model", file.bytes.clone());
        }
        if !self.files.contains_key("tokenizer.json") {
            self.file("tokenizer.json", file.to_json()?);
        }
        Ok(())
    }

    fn json(&mut self, name: &str, value: &Value) {
        self.file(name, format!("{value:#}\n").into_bytes());
    }

    /// A file that came with the checkpoint stays as it is.
    fn file(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.entry(name.to_owned()).or_insert(bytes);
    }
}
