//! One run as a file: its record, and what each lane wrote, with the log-probabilities.
//!
//! Reading it trusts nothing: every error names the place in the file.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::model::WeightDtype;
use crate::record::RunRecord;
use crate::settings::GenerationRequest;
use crate::{Error, Result};

const FORMAT: &str = "nemotron-playground-run";
const VERSION: u32 = 1;
/// Far more than the longest run of the most lanes takes.
const MAX_BYTES: usize = 64 << 20;
const HASH_DIGITS: usize = 64;

/// A run that can be replayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedRun {
    format: String,
    version: u32,
    pub record: RunRecord,
    /// In any order; one that wrote nothing may be left out.
    pub lanes: Vec<SavedLane>,
}

/// What one lane wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedLane {
    pub lane: u32,
    /// For people: what is replayed are the tokens.
    pub text: String,
    pub tokens: Vec<SavedToken>,
}

/// A token as a model wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(u32, f64)", into = "(u32, f64)")]
pub struct SavedToken {
    pub id: u32,
    /// Natural logarithm of the model's own probability.
    pub logprob: f32,
}

/// A 32-bit float is exact as a 64-bit one, and JSON's digits are those of a 64-bit one.
impl From<SavedToken> for (u32, f64) {
    fn from(token: SavedToken) -> Self {
        (token.id, f64::from(token.logprob))
    }
}

impl TryFrom<(u32, f64)> for SavedToken {
    type Error = &'static str;

    fn try_from((id, logprob): (u32, f64)) -> std::result::Result<Self, Self::Error> {
        let logprob = logprob as f32;
        let finite = logprob.is_finite();
        finite.then_some(Self { id, logprob }).ok_or("expected a 32-bit log-probability")
    }
}

/// What is read first: a later version may have anything behind it.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

impl SavedRun {
    #[must_use]
    pub fn new(record: RunRecord, lanes: Vec<SavedLane>) -> Self {
        Self { format: FORMAT.to_owned(), version: VERSION, record, lanes }
    }

    /// The file.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "it does not: see what is expected")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and finite numbers are JSON")
    }

    /// Reads a file and checks all of it that can be judged without a model.
    ///
    /// # Errors
    /// [`Error::NotARun`] with the place.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        if json.len() > MAX_BYTES {
            return Err(refused("the file", format!("expected at most {MAX_BYTES} bytes")));
        }
        let head: Head = read(json)?;
        if head.format != FORMAT {
            return Err(refused("format", format!("expected {FORMAT:?}")));
        }
        expect("version", head.version, VERSION)?;
        let run: Self = read(json)?;
        run.check_record()?;
        run.check_lanes()?;
        run.check_ends()?;
        Ok(run)
    }

    /// The tokens of a lane.
    pub(crate) fn tokens(&self, lane: u32) -> &[SavedToken] {
        let found = self.lanes.iter().find(|saved| saved.lane == lane);
        found.map_or(&[], |saved| &saved.tokens)
    }

    fn check_record(&self) -> Result<()> {
        let record = &self.record;
        expect("record.version", record.version, RunRecord::VERSION)?;
        let hash = record.model_sha256.as_bytes();
        if hash.len() != HASH_DIGITS || !hash.iter().all(u8::is_ascii_hexdigit) {
            let what = format!("expected {HASH_DIGITS} hexadecimal digits");
            return Err(refused("record.model_sha256", what));
        }
        let known = [WeightDtype::Bf16, WeightDtype::F32].map(WeightDtype::name);
        if !known.contains(&record.dtype.as_str()) {
            return Err(refused("record.dtype", format!("expected {}", known.join(" or "))));
        }
        record.request.validate().map_err(|error| refused("record.request", error.to_string()))?;
        if record.request.seed.is_none() && self.lanes.iter().any(|lane| !lane.tokens.is_empty()) {
            return Err(refused("record.request.seed", "a run that wrote something has one"));
        }
        Ok(())
    }

    fn check_lanes(&self) -> Result<()> {
        let most = self.record.request.max_tokens;
        let most = most.unwrap_or(GenerationRequest::DEFAULT_MAX_TOKENS) as usize;
        for (index, lane) in self.lanes.iter().enumerate() {
            let earlier = self.lanes[..index].iter().any(|other| other.lane == lane.lane);
            self.check_lane(&format!("lanes[{index}].lane"), lane.lane, earlier)?;
            let found = lane.tokens.len();
            if found > most {
                let what = format!("expected at most {most}, found {found}");
                return Err(refused(format!("lanes[{index}].tokens"), what));
            }
        }
        Ok(())
    }

    fn check_ends(&self) -> Result<()> {
        let ends = &self.record.ends;
        for (index, end) in ends.iter().enumerate() {
            let place = |field: &str| format!("record.ends[{index}].{field}");
            let earlier = ends[..index].iter().any(|other| other.lane == end.lane);
            self.check_lane(&place("lane"), end.lane, earlier)?;
            let written = self.tokens(end.lane).len() as u32;
            expect(&place("usage.completion_tokens"), end.usage.completion_tokens, written)?;
        }
        Ok(())
    }

    fn check_lane(&self, place: &str, lane: u32, earlier: bool) -> Result<()> {
        let lanes = self.record.request.lane_count();
        if lane >= lanes {
            return Err(refused(place, format!("expected less than {lanes}, found {lane}")));
        }
        if earlier {
            return Err(refused(place, format!("lane {lane} was there before")));
        }
        Ok(())
    }
}

fn refused(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::NotARun { place: place.into(), what: what.into() }
}

fn expect(place: &str, found: u32, expected: u32) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(refused(place, format!("expected {expected}, found {found}")))
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T> {
    let mut input = serde_json::Deserializer::from_slice(json);
    let read = serde_path_to_error::deserialize(&mut input).map_err(|error| {
        let path = error.path().to_string();
        unreadable(&path, &error.into_inner())
    })?;
    input.end().map_err(|error| unreadable(".", &error))?;
    Ok(read)
}

/// What is wrong, at its path, or at line and column where JSON itself breaks off.
fn unreadable(path: &str, error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    let broken = path == "." || path.ends_with('?') || !error.is_data();
    let place = if broken { format!("line {line}, column {column}") } else { path.to_owned() };
    // It may quote the file: never more than a line of it.
    let what = error.to_string().replace(&format!(" at line {line} column {column}"), "");
    refused(place, what.chars().filter(|c| !c.is_control()).take(200).collect::<String>())
}

#[cfg(test)]
mod tests;
