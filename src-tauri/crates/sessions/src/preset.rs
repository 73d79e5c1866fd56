//! Presets of the user: a name and what differs from neutral settings. The differences are the
//! engine's JSON and are not interpreted here.

use std::collections::BTreeSet;

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::library::{LONGEST_NAME, key, short};
use crate::{Error, Id, Result, Store, foreign};

const FORMAT: &str = "nemotron-playground-presets";
const VERSION: u32 = 1;
/// Of a file of presets.
const MOST_BYTES: usize = 1 << 20;
const MOST_PRESETS: usize = 1000;

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Preset {
    pub id: Id,
    pub name: String,
    /// An object with the settings that are not neutral.
    #[ts(type = "unknown")]
    pub difference: Value,
}

/// A file of presets.
#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    presets: Vec<Exported>,
}

#[derive(Serialize, Deserialize)]
struct Exported {
    name: String,
    difference: serde_json::Map<String, Value>,
}

impl Store {
    /// The user's presets in their order.
    ///
    /// # Errors
    /// Of the database.
    pub fn presets(&self) -> Result<Vec<Preset>> {
        let query = "SELECT uid, name, difference FROM presets ORDER BY place, id";
        let mut query = self.database.connection.prepare_cached(query)?;
        let preset = |row: &Row<'_>| {
            let difference: String = row.get(2)?;
            // A broken one stands for neutral settings.
            let difference = serde_json::from_str(&difference).unwrap_or_default();
            let difference = Value::Object(difference);
            Ok(Preset { id: row.get(0)?, name: row.get(1)?, difference })
        };
        Ok(query.query_map([], preset)?.filter_map(rusqlite::Result::ok).collect())
    }

    /// Adds a preset behind the others.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::TooLong`], and those of saving.
    pub fn add_preset(&mut self, name: &str, difference: &Value) -> Result<Id> {
        let (id, name) = (Id::random(), preset_name(name)?);
        self.database.writable()?;
        let add = "INSERT INTO presets(uid, name, place, difference)
                   VALUES(?1, ?2, (SELECT ifnull(max(place), 0) + 1 FROM presets), ?3)";
        self.database.connection.execute(add, params![id, name, difference.to_string()])?;
        Ok(id)
    }

    /// Gives a preset another name and other settings.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Empty`], [`Error::TooLong`], and those of saving.
    pub fn change_preset(&mut self, preset: Id, name: &str, difference: &Value) -> Result<()> {
        let (row, name) = (self.preset_row(preset)?, preset_name(name)?);
        self.database.writable()?;
        let change = "UPDATE presets SET name = ?2, difference = ?3 WHERE id = ?1";
        self.database.connection.execute(change, params![row, name, difference.to_string()])?;
        Ok(())
    }

    /// Deletes a preset.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn delete_preset(&mut self, preset: Id) -> Result<()> {
        let row = self.preset_row(preset)?;
        self.database.writable()?;
        self.database.connection.execute("DELETE FROM presets WHERE id = ?1", [row])?;
        Ok(())
    }

    /// Puts presets into an order; those not named stay behind them.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn order_presets(&mut self, order: &[Id]) -> Result<()> {
        let rows = order.iter().map(|preset| self.preset_row(*preset));
        let rows = rows.collect::<Result<Vec<i64>>>()?;
        self.database.writable()?;
        let change = self.database.connection.transaction()?;
        change.execute("UPDATE presets SET place = place + ?1", [rows.len() as u32])?;
        for (place, row) in (1i64..).zip(rows) {
            change.execute("UPDATE presets SET place = ?2 WHERE id = ?1", [row, place])?;
        }
        Ok(change.commit()?)
    }

    /// All presets of the user as JSON.
    ///
    /// # Errors
    /// Of the database.
    pub fn export_presets(&self) -> Result<String> {
        let exported = |preset: Preset| match preset.difference {
            Value::Object(difference) => Exported { name: preset.name, difference },
            _ => Exported { name: preset.name, difference: serde_json::Map::new() },
        };
        let presets = self.presets()?.into_iter().map(exported).collect();
        let file = File { format: FORMAT.to_owned(), version: VERSION, presets };
        Ok(serde_json::to_string_pretty(&file).unwrap_or_default())
    }

    /// Adds the presets of a file behind the others, except for those that are there already.
    /// Returns how many were added.
    ///
    /// # Errors
    /// [`Error::NotImportable`] with the place in the file, and those of saving; then none is
    /// added.
    pub fn import_presets(&mut self, json: &str) -> Result<u32> {
        let file = read(json)?;
        let known: BTreeSet<(String, String)> = self
            .presets()?
            .into_iter()
            .map(|preset| (preset.name, preset.difference.to_string()))
            .collect();
        self.database.writable()?;
        let change = self.database.connection.transaction()?;
        let add = "INSERT INTO presets(uid, name, place, difference)
                   VALUES(?1, ?2, (SELECT ifnull(max(place), 0) + 1 FROM presets), ?3)";
        let mut added = 0;
        for preset in file.presets {
            let new = (preset.name, Value::Object(preset.difference).to_string());
            if !known.contains(&new) {
                change.execute(add, params![Id::random(), new.0, new.1])?;
                added += 1;
            }
        }
        change.commit()?;
        Ok(added)
    }

    fn preset_row(&self, preset: Id) -> Result<i64> {
        key(&self.database.connection, "preset", "presets", preset)
    }
}

fn read(json: &str) -> Result<File> {
    if json.len() > MOST_BYTES {
        let (limit, found) = (MOST_BYTES, json.len());
        return Err(Error::TooLong { what: "the file of presets", limit, found });
    }
    let mut file: File = foreign::read(json)?;
    if file.format != FORMAT {
        return Err(Error::refused("format", format!("expected {FORMAT:?}")));
    }
    if file.version != VERSION {
        return Err(Error::refused("version", format!("expected {VERSION}")));
    }
    if file.presets.len() > MOST_PRESETS {
        return Err(Error::refused("presets", format!("expected at most {MOST_PRESETS}")));
    }
    for (index, preset) in file.presets.iter_mut().enumerate() {
        preset.name = preset_name(&preset.name)
            .map_err(|error| Error::refused(format!("presets[{index}].name"), error.to_string()))?;
    }
    Ok(file)
}

fn preset_name(name: &str) -> Result<String> {
    let name = short("the preset's name", name, LONGEST_NAME)?;
    if name.is_empty() { Err(Error::Empty("the preset's name")) } else { Ok(name) }
}
