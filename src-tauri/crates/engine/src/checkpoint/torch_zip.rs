//! Where each entry of a `torch.save` archive lies, from its central directory.
//!
//! The format is PKWARE's APPNOTE.TXT; chapter numbers below are its. The `zip` crate is not used
//! here: its index hunts for a directory that fits, sizes memory by what the file claims, and
//! reads such entries through its own reader, while a loader needs their bounded places. torch
//! writes one plain dialect: entries stored as they are, no comment, ZIP64 records where needed.
//! Everything else is turned down.

use std::collections::BTreeMap;

use super::nemo_config::Refusal;
use super::region::Region;
use super::tar_index::plain_name;

/// torch writes an entry per storage; the 8B has about 200.
const MAX_ENTRIES: u64 = 100_000;
const MAX_DIRECTORY_BYTES: u64 = 32 << 20;
const MAX_NAME_BYTES: usize = 256;
const LOCAL_HEADER_BYTES: usize = 30;
const DIRECTORY_HEADER_BYTES: usize = 46;
const END_BYTES: usize = 22;
const LOCATOR_BYTES: usize = 20;
const END64_BYTES: usize = 56;
/// Strong or plain encryption, or an encrypted directory (4.4.4).
const ENCRYPTED_FLAGS: u16 = 1 | 1 << 6 | 1 << 13;

type Outcome<T> = Result<T, Refusal>;

/// Entries by their names below the archive's one top folder.
pub(super) type Entries = BTreeMap<String, Region>;

/// Where the directory lies, and how many entries it has.
struct Directory {
    offset: u64,
    len: u64,
    count: u64,
}

/// One directory header's fields, 64 bits wide.
struct Header {
    name: String,
    size: u64,
    offset: u64,
}

pub(super) fn entries(region: &Region) -> Outcome<Entries> {
    let directory = find_directory(region)?;
    let part = region.part(directory.offset, directory.len);
    let fits = directory.len <= MAX_DIRECTORY_BYTES && directory.count <= MAX_ENTRIES;
    let Some(part) = part.filter(|_| fits) else {
        return damaged("the zip directory is not inside the file, or larger than any of torch's");
    };
    let bytes = part.read_all().map_err(|_| cut("the zip directory"))?;
    let mut rest = bytes.as_slice();
    let mut found = BTreeMap::new();
    for _ in 0..directory.count {
        let header = directory_header(&mut rest)?;
        let data = locate(region, &header, directory.offset)?;
        if found.insert(header.name.clone(), data).is_some() {
            return damaged(&format!("zip entry {} is there twice", header.name));
        }
    }
    if !rest.is_empty() {
        return damaged("the zip directory has more bytes than entries");
    }
    below_top(found)
}

fn damaged<T>(what: &str) -> Outcome<T> {
    Err(Refusal::Damaged(what.to_owned()))
}

fn unsupported<T>(what: &str) -> Outcome<T> {
    Err(Refusal::Unsupported(what.to_owned()))
}

fn cut(what: &str) -> Refusal {
    Refusal::Damaged(format!("{what} is cut off"))
}

fn read<const N: usize>(region: &Region, offset: u64, what: &str) -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    region.read_exact_at(offset, &mut bytes).map_err(|_| cut(what))?;
    Ok(bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// The end record (4.3.16) is the file's last bytes: a comment could hide a second one.
fn find_directory(region: &Region) -> Outcome<Directory> {
    let Some(at) = region.len.checked_sub(END_BYTES as u64) else {
        return damaged("the zip archive has no end");
    };
    let end: [u8; END_BYTES] = read(region, at, "the zip archive's end")?;
    if !end.starts_with(b"PK\x05\x06") || u16_at(&end, 20) != 0 {
        return damaged("the zip archive has no end: the file may be cut");
    }
    let short = Directory {
        offset: u32_at(&end, 16).into(),
        len: u32_at(&end, 12).into(),
        count: u16_at(&end, 10).into(),
    };
    match find_directory64(region, at)? {
        None => Ok(short),
        Some(long) if agree(&short, &long) => Ok(long),
        Some(_) => damaged("the zip archive's two end records differ"),
    }
}

/// The ZIP64 end record (4.3.14), if its locator (4.3.15) stands before the end record.
fn find_directory64(region: &Region, end: u64) -> Outcome<Option<Directory>> {
    let Some(at) = end.checked_sub(LOCATOR_BYTES as u64) else { return Ok(None) };
    let locator: [u8; LOCATOR_BYTES] = read(region, at, "the ZIP64 locator")?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let record: [u8; END64_BYTES] = read(region, u64_at(&locator, 8), "the ZIP64 end record")?;
    if !record.starts_with(b"PK\x06\x06") {
        return damaged("the ZIP64 end record is not where its locator says");
    }
    let (offset, len) = (u64_at(&record, 48), u64_at(&record, 40));
    Ok(Some(Directory { offset, len, count: u64_at(&record, 32) }))
}

/// A field of the short record that is not filled with ones says the same as the long one's.
fn agree(short: &Directory, long: &Directory) -> bool {
    let same = |short: u64, long: u64, full: u64| short == full || short == long;
    same(short.offset, long.offset, u32::MAX.into())
        && same(short.len, long.len, u32::MAX.into())
        && same(short.count, long.count, u16::MAX.into())
}

/// Takes one directory header (4.3.12) off the front.
fn directory_header(rest: &mut &[u8]) -> Outcome<Header> {
    let fixed = take(rest, DIRECTORY_HEADER_BYTES)?;
    if !fixed.starts_with(b"PK\x01\x02") {
        return damaged("the zip directory is damaged");
    }
    let name = take(rest, u16_at(fixed, 28).into())?;
    let extra = take(rest, u16_at(fixed, 30).into())?;
    take(rest, u16_at(fixed, 32).into())?;
    let Some(name) = std::str::from_utf8(name).ok().filter(|name| name.len() <= MAX_NAME_BYTES)
    else {
        return damaged("a zip entry's name is not UTF-8, or longer than any of torch's");
    };
    if u16_at(fixed, 8) & ENCRYPTED_FLAGS != 0 || u16_at(fixed, 10) != 0 {
        return unsupported(&format!("zip entry {name} is compressed or encrypted"));
    }
    let short = [u32_at(fixed, 24), u32_at(fixed, 20), u32_at(fixed, 42)];
    let [size, stored, offset] = widened(short, extra)?;
    if size != stored {
        return damaged(&format!("zip entry {name} is stored in {stored} bytes but has {size}"));
    }
    Ok(Header { name: name.to_owned(), size, offset })
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Outcome<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count).ok_or_else(|| cut("the zip directory"))?;
    *rest = after;
    Ok(taken)
}

/// Size, stored size and offset; the ZIP64 extra field (4.5.3) holds, in this order, those whose
/// short field is filled with ones.
fn widened(short: [u32; 3], mut extra: &[u8]) -> Outcome<[u64; 3]> {
    let mut wide = short.map(u64::from);
    if short.iter().all(|field| *field != u32::MAX) {
        return Ok(wide);
    }
    while !extra.is_empty() {
        let head = take(&mut extra, 4)?;
        let mut field = take(&mut extra, u16_at(head, 2).into())?;
        if u16_at(head, 0) == 1 {
            for value in wide.iter_mut().filter(|value| **value == u64::from(u32::MAX)) {
                *value = u64_at(take(&mut field, 8)?, 0);
            }
            return Ok(wide);
        }
    }
    damaged("a zip entry lacks its ZIP64 sizes")
}

/// An entry's bytes: they follow its local header (4.3.7), whose own lengths count.
fn locate(region: &Region, header: &Header, directory: u64) -> Outcome<Region> {
    let name = &header.name;
    let local: [u8; LOCAL_HEADER_BYTES] = read(region, header.offset, name)?;
    let (name_bytes, extra_bytes) = (usize::from(u16_at(&local, 26)), u16_at(&local, 28));
    // Compared first: 64 KiB for each of 100,000 entries would be a lot to read.
    let mut named = vec![0; if name_bytes == name.len() { name_bytes } else { 0 }];
    let after = header.offset + LOCAL_HEADER_BYTES as u64;
    region.read_exact_at(after, &mut named).map_err(|_| cut(name))?;
    if !local.starts_with(b"PK\x03\x04") || named != name.as_bytes() {
        return damaged(&format!("zip entry {name} is not where the directory says"));
    }
    if u16_at(&local, 6) & ENCRYPTED_FLAGS != 0 || u16_at(&local, 8) != 0 {
        return unsupported(&format!("zip entry {name} is compressed or encrypted"));
    }
    let start = after + named.len() as u64 + u64::from(extra_bytes);
    let inside = start.checked_add(header.size).is_some_and(|end| end <= directory);
    let data = region.part(start, header.size).filter(|_| inside);
    data.ok_or_else(|| cut(&format!("zip entry {name}")))
}

/// Takes the one folder everything lies in off the names; torch calls it after the file.
fn below_top(found: Entries) -> Outcome<Entries> {
    let mut below = Entries::new();
    let mut top = None;
    for (name, data) in found {
        let plain = plain_name(&name).map_err(Refusal::Damaged)?;
        let Some((folder, inner)) = plain.split_once('/') else {
            return damaged(&format!("zip entry {name:?} lies in no folder"));
        };
        if top.get_or_insert_with(|| folder.to_owned()) != folder {
            return damaged("the zip archive has more than one top folder");
        }
        if below.insert(inner.to_owned(), data).is_some() {
            return damaged(&format!("zip entry {name:?} is there twice"));
        }
    }
    Ok(below)
}
