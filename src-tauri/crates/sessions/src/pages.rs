//! The rows of a damaged file, found page by page, for the tables whose own lists of pages are
//! broken.
//!
//! This reads what <https://www.sqlite.org/fileformat2.html> calls table leaf pages, their overflow
//! pages, and the log. Which table a row is of shows in its columns. Nothing here is believed:
//! every length and page number may be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use rusqlite::types::Value;

use crate::database::beside;

const TABLE_LEAF: u8 = 0x0d;
/// The file begins with this many bytes that are no part of the first page's content.
const FILE_HEADER: usize = 100;
const USUAL_SIZE: usize = 4096;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// No row of ours is longer: a document of 64 MiB with its tokens.
const LONGEST_ROW: usize = 1 << 30;

/// The pages of a file, newer ones from its log in place of older ones.
pub(crate) struct Pages {
    file: File,
    size: usize,
    count: u32,
    logged: BTreeMap<u32, Vec<u8>>,
    /// Pages that hold nothing any more, though they may look as if they did.
    free: BTreeSet<u32>,
}

impl Pages {
    /// Opens the pages of a file; it is only read.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let mut file = File::open(path)?;
        let bytes = file.seek(SeekFrom::End(0))?;
        let mut header = [0; FILE_HEADER];
        file.seek(SeekFrom::Start(0))?;
        let header = if file.read_exact(&mut header).is_ok() { header } else { [0; FILE_HEADER] };
        let size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 1 << 16,
            size if size.is_power_of_two() && size >= 512 => size.into(),
            _ => USUAL_SIZE,
        };
        let count = u32::try_from(bytes / size as u64).unwrap_or(u32::MAX);
        let (logged, free) = (BTreeMap::new(), BTreeSet::new());
        let mut pages = Self { file, size, count, logged, free };
        // Without its log a file is merely a little older.
        let log = std::fs::read(beside(path, "-wal")).unwrap_or_default();
        pages.read_log(&log);
        pages.find_free();
        Ok(pages)
    }

    /// Frames that do not belong together end the log.
    fn read_log(&mut self, log: &[u8]) {
        let Some((header, frames)) = log.split_at_checked(LOG_HEADER) else { return };
        for frame in frames.chunks_exact(FRAME_HEADER + self.size) {
            if frame[8..16] != header[16..24] {
                break;
            }
            if let Some(page) = number(frame, 0) {
                self.count = self.count.max(page);
                self.logged.insert(page, frame[FRAME_HEADER..].to_vec());
            }
        }
    }

    fn find_free(&mut self) {
        let first = self.page(1).and_then(|page| number(&page, 32));
        let mut trunk = first.unwrap_or(0);
        while trunk != 0 && self.free.insert(trunk) {
            let Some(page) = self.page(trunk) else { break };
            trunk = number(&page, 0).unwrap_or(0);
            let count = number(&page, 4).unwrap_or(0) as usize;
            let leaves = (0..count.min(self.size / 4)).map_while(|n| number(&page, 8 + 4 * n));
            self.free.extend(leaves);
        }
    }

    fn page(&mut self, page: u32) -> Option<Vec<u8>> {
        if let Some(logged) = self.logged.get(&page) {
            return Some(logged.clone());
        }
        let start = u64::from(page.checked_sub(1)?) * self.size as u64;
        let mut bytes = vec![0; self.size];
        self.file.seek(SeekFrom::Start(start)).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Every row that can be found, with its key in the place of the first column.
    pub(crate) fn rows(&mut self, mut each: impl FnMut(Vec<Value>)) {
        for page in (1..=self.count).filter(|page| *page != u32::MAX) {
            if self.free.contains(&page) {
                continue;
            }
            let Some(bytes) = self.page(page) else { continue };
            let start = if page == 1 { FILE_HEADER } else { 0 };
            if bytes[start] != TABLE_LEAF {
                continue;
            }
            let cells = short(&bytes, start + 3).unwrap_or(0).min(self.size / 4);
            for cell in (0..cells).map_while(|n| short(&bytes, start + 8 + 2 * n)) {
                self.row(&bytes, cell).into_iter().for_each(&mut each);
            }
        }
    }

    fn row(&mut self, page: &[u8], at: usize) -> Option<Vec<Value>> {
        let mut cell = page.get(at..)?;
        let length = usize::try_from(varint(&mut cell)?).ok().filter(|n| *n <= LONGEST_ROW)?;
        let key = varint(&mut cell)?.cast_signed();
        let record = self.payload(cell, length)?;
        let mut row = values(&record)?;
        *row.first_mut()? = Value::Integer(key);
        Some(row)
    }

    /// What a row holds: in its page as much as the format says, and the rest in a chain of others.
    fn payload(&mut self, cell: &[u8], length: usize) -> Option<Vec<u8>> {
        let most = self.size - 35;
        if length <= most {
            return Some(cell.get(..length)?.to_vec());
        }
        let least = (self.size - 12) * 32 / 255 - 23;
        let fitting = least + (length - least) % (self.size - 4);
        let local = if fitting <= most { fitting } else { least };
        let mut payload = cell.get(..local)?.to_vec();
        let mut next = number(cell, local)?;
        while payload.len() < length {
            let page = self.page(next)?;
            next = number(&page, 0)?;
            payload.extend(page[4..].iter().take(length - payload.len()));
        }
        Some(payload)
    }
}

/// The columns of a row.
fn values(record: &[u8]) -> Option<Vec<Value>> {
    let mut header = record;
    let length = usize::try_from(varint(&mut header)?).ok()?;
    let (_, mut body) = record.split_at_checked(length)?;
    let mut types = record.get(record.len() - header.len()..length)?;
    let mut values = Vec::new();
    while !types.is_empty() {
        values.push(value(varint(&mut types)?, &mut body)?);
    }
    Some(values)
}

fn value(kind: u64, body: &mut &[u8]) -> Option<Value> {
    let mut take = |count: u64| {
        let (taken, rest) = body.split_at_checked(count.try_into().ok()?)?;
        *body = rest;
        Some(taken)
    };
    Some(match kind {
        0 => Value::Null,
        1..=4 => Value::Integer(integer(take(kind)?)),
        5 => Value::Integer(integer(take(6)?)),
        6 => Value::Integer(integer(take(8)?)),
        7 => Value::Real(f64::from_bits(integer(take(8)?).cast_unsigned())),
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        10 | 11 => return None,
        _ if kind.is_multiple_of(2) => Value::Blob(take((kind - 12) / 2)?.to_vec()),
        _ => Value::Text(String::from_utf8_lossy(take((kind - 13) / 2)?).into_owned()),
    })
}

/// A signed number of up to eight bytes, the highest first.
fn integer(bytes: &[u8]) -> i64 {
    let sign = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let start = if sign { -1 } else { 0 };
    bytes.iter().fold(start, |value, byte| (value << 8) | i64::from(*byte))
}

/// A number of seven bits a byte, the highest first; the ninth byte has eight.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for place in 0..9 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        if place == 8 {
            return Some(value << 8 | u64::from(*first));
        }
        value = value << 7 | u64::from(first & 0x7f);
        if *first < 0x80 {
            return Some(value);
        }
    }
    None
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?).into())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn every_row_of_every_kind_is_found_without_the_lists_of_pages() {
        for size in [512, 1024, 4096, 65536] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("some.db");
            let connection = Connection::open(&path).unwrap();
            connection.pragma_update(None, "page_size", size).unwrap();
            connection.pragma_update(None, "journal_mode", "WAL").unwrap();
            connection.execute_batch("CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c)").unwrap();
            let row = |n: i64| {
                let long = usize::try_from(n * n).unwrap();
                let whole = [0, 1, -1, 127, -129, 40_000, -9_000_000, 1 << 40, i64::MIN, i64::MAX];
                vec![
                    Value::Integer(n * 1000),
                    Value::Integer(whole[n as usize % 10]),
                    if n % 3 == 0 { Value::Null } else { Value::Real(n as f64 / 7.0) },
                    if n % 2 == 0 {
                        Value::Text("é".repeat(long))
                    } else {
                        Value::Blob(vec![7; long])
                    },
                ]
            };
            let mut expected: Vec<Vec<Value>> = (1..150).map(row).collect();
            for (place, row) in expected.iter().enumerate() {
                let insert = "INSERT INTO t VALUES(?1, ?2, ?3, ?4)";
                connection.execute(insert, rusqlite::params_from_iter(row)).unwrap();
                if place == 100 {
                    connection.query_row("PRAGMA wal_checkpoint", [], |_| Ok(())).unwrap();
                }
            }
            connection.execute("DELETE FROM t WHERE id > 140000", []).unwrap();
            expected.truncate(140);
            let mut found = Vec::new();
            Pages::open(&path).unwrap().rows(|row| found.push(row));
            // The list of tables has five columns.
            found.retain(|row| row.len() == 4);
            found.sort_by_key(|row| if let Value::Integer(key) = row[0] { key } else { 0 });
            assert!(found == expected, "pages of {size} bytes: {} rows", found.len());
        }
    }

    #[test]
    fn nonsense_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        let mut random = 1u64;
        for round in 0..200 {
            let bytes = (0..4096 * 5).map(|place| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let is_leaf = place % 4096 == if place < 4096 { 100 } else { 0 };
                if is_leaf { TABLE_LEAF } else { (random >> (33 + round % 8)) as u8 }
            });
            let bytes: Vec<u8> = bytes.collect();
            std::fs::write(&path, &bytes).unwrap();
            std::fs::write(beside(&path, "-wal"), &bytes[..4096 * 2]).unwrap();
            let mut found = 0;
            Pages::open(&path).unwrap().rows(|_| found += 1);
            assert!(found < 5 * 1024);
        }
    }
}
