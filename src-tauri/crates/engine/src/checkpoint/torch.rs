//! Tensors of a file that `torch.save` wrote, found without executing it.
//!
//! torch's `serialization.py` writes a zip archive (since 1.6): `data.pkl` pickles the saved
//! object, with each storage as a reference to an entry `data/<key>` of raw numbers. Only the
//! places of tensors are taken from it; a tensor that cannot be used is kept by name with the
//! reason, so that it does not keep the others from being read.

use std::collections::BTreeMap;

use super::array::Stored;
use super::nemo_config::Refusal;
use super::pickle::{self, Id};
use super::region::Region;
use super::torch_view::Views;
use super::torch_zip::{self, Entries};
use crate::{Error, Result};

const MAX_PICKLE_BYTES: u64 = 64 << 20;
const MAX_SHOWN_CHARS: usize = 200;
/// Where trainers keep the weights in a dict with other things.
const NESTED: &str = "state_dict";

pub(super) type Outcome<T> = std::result::Result<T, Refusal>;

/// One tensor, its numbers consecutive in C order.
#[derive(Debug, Clone)]
pub(super) struct TorchTensor {
    pub(super) stored: Stored,
    pub(super) shape: Vec<usize>,
    /// Exactly the tensor's bytes; two tensors may share them.
    pub(super) data: Region,
}

/// What a torch file holds under text keys. What lies in a dict `state_dict` goes by
/// `state_dict.<key>`; other dicts are not looked into.
#[derive(Debug)]
pub(super) struct TorchFile {
    pub(super) tensors: BTreeMap<String, TorchTensor>,
    /// Everything else, with what it is: no tensor, or one of a kind that is not read.
    pub(super) others: BTreeMap<String, String>,
    nested: bool,
    region: Region,
}

/// Reads the directory and the pickle of a torch file; no numbers yet.
///
/// # Errors
/// [`Error::Unsupported`] for what is not plain data or another format, [`Error::Damaged`] for
/// what does not hold together.
pub(super) fn open(region: &Region) -> Result<TorchFile> {
    let file = read(region).map_err(|refusal| as_error(region, refusal))?;
    let Found { nested, tensors, others } = file;
    Ok(TorchFile { nested, tensors, others, region: region.clone() })
}

fn as_error(region: &Region, refusal: Refusal) -> Error {
    let path = region.path.clone();
    match refusal {
        Refusal::Damaged(what) => Error::Damaged { path, what },
        Refusal::Unsupported(what) => Error::Unsupported { path, what },
    }
}

impl TorchFile {
    /// What stands before the weights' names: `state_dict.`, or nothing in a flat file.
    pub(super) fn prefix(&self) -> &'static str {
        if self.nested { "state_dict." } else { "" }
    }

    /// # Errors
    /// [`Error::Damaged`] when it is missing, [`Error::Unsupported`] with the reason when it is
    /// there and not usable.
    pub(super) fn tensor(&self, name: &str) -> Result<&TorchTensor> {
        self.tensors.get(name).ok_or_else(|| {
            as_error(
                &self.region,
                match self.others.get(name) {
                    Some(what) => Refusal::Unsupported(format!("{} is {what}", shown(name))),
                    None => Refusal::Damaged(format!("tensor {} is missing", shown(name))),
                },
            )
        })
    }
}

/// A name from the file, short enough for a message.
pub(super) fn shown(name: &str) -> String {
    name.escape_debug().take(MAX_SHOWN_CHARS).collect()
}

pub(super) fn damaged<T>(what: &str) -> Outcome<T> {
    Err(Refusal::Damaged(what.to_owned()))
}

#[derive(Default)]
struct Found {
    nested: bool,
    tensors: BTreeMap<String, TorchTensor>,
    others: BTreeMap<String, String>,
}

fn read(region: &Region) -> Outcome<Found> {
    check_magic(region)?;
    let entries = torch_zip::entries(region)?;
    check_byte_order(&entries)?;
    let Some(entry) = entries.get("data.pkl") else {
        return damaged("data.pkl is missing: torch did not save this");
    };
    let bytes = small(entry, "data.pkl", MAX_PICKLE_BYTES)?;
    let in_pickle = |what: String| format!("data.pkl {what}");
    let pickle = pickle::load(&bytes).map_err(|refusal| match refusal {
        Refusal::Damaged(what) => Refusal::Damaged(in_pickle(what)),
        Refusal::Unsupported(what) => Refusal::Unsupported(in_pickle(what)),
    })?;
    walk(&Views { pickle: &pickle, entries: &entries })
}

fn small(entry: &Region, name: &str, limit: u64) -> Outcome<Vec<u8>> {
    if entry.len > limit {
        let found = entry.len;
        return damaged(&format!("{name} has {found} bytes: expected at most {limit}"));
    }
    entry.read_all().map_err(|e| Refusal::Damaged(format!("{name} cannot be read: {e}")))
}

/// Tells the formats of older torch from what is no torch file at all.
fn check_magic(region: &Region) -> Outcome<()> {
    let mut magic = [0; 4];
    let mut ustar = [0; 5];
    if region.read_exact_at(0, &mut magic).is_err() {
        return damaged("no torch file: it is empty");
    }
    if magic == *b"PK\x03\x04" {
        return Ok(());
    }
    // The oldest format is a tar archive, the next one starts with a pickle's protocol.
    let tar = region.read_exact_at(257, &mut ustar).is_ok() && ustar == *b"ustar";
    if tar || magic[0] == 0x80 {
        let what =
            "saved by a torch older than 1.6, or in its format: save it again with a newer one";
        return Err(Refusal::Unsupported(what.to_owned()));
    }
    damaged("no torch file: expected a zip archive")
}

/// Files from before torch 2.1 do not say: they were written on little-endian machines.
fn check_byte_order(entries: &Entries) -> Outcome<()> {
    let Some(entry) = entries.get("byteorder") else { return Ok(()) };
    let order = small(entry, "byteorder", 16)?;
    if order == b"little" {
        return Ok(());
    }
    Err(Refusal::Unsupported("numbers are not stored in little-endian order".to_owned()))
}

fn walk(views: &Views) -> Outcome<Found> {
    let pickle = views.pickle;
    let Some(root) = pickle.dict(pickle.root) else {
        let what = pickle.describe(pickle.root);
        return Err(Refusal::Unsupported(format!("the file holds {what}: expected a dict")));
    };
    let mut found = Found::default();
    for &(key, value) in root {
        let Some(name) = pickle.text(key) else { continue };
        match pickle.dict(value).filter(|_| name == NESTED) {
            None => found.add(views, name.to_owned(), value)?,
            // Twice the same long dict would take as long as a file can be written.
            Some(_) if found.nested => return damaged("state_dict is there twice"),
            Some(inner) => {
                found.nested = true;
                for &(key, value) in inner {
                    let Some(name) = pickle.text(key) else { continue };
                    found.add(views, format!("{NESTED}.{name}"), value)?;
                }
            }
        }
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, views: &Views, name: String, value: Id) -> Outcome<()> {
        if self.tensors.contains_key(&name) || self.others.contains_key(&name) {
            return damaged(&format!("{} is there twice", shown(&name)));
        }
        let tensor = views.tensor(value).map_err(|refusal| match refusal {
            Refusal::Damaged(what) => Refusal::Damaged(format!("tensor {}: {what}", shown(&name))),
            unsupported @ Refusal::Unsupported(_) => unsupported,
        });
        match tensor {
            Ok(tensor) => drop(self.tensors.insert(name, tensor)),
            Err(Refusal::Unsupported(what)) => drop(self.others.insert(name, what)),
            Err(refusal) => return Err(refusal),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
