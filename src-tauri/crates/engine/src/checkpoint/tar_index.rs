//! Where each member of a plain tar archive lies, from its headers alone.
//!
//! The `tar` crate parses the header fields and the PAX records; walking the archive is done here,
//! because a hostile archive must be bounded (member count, extension size), must hold every byte
//! it promises, and nothing but files and directories is taken. Nothing is ever extracted.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tar::{EntryType, Header, PaxExtensions};

use super::region::{Region, read_exact_at};
use crate::{Error, Result};

const BLOCK_BYTES: u64 = 512;
/// A PAX record or long name; real ones are a few hundred bytes.
const MAX_EXTENSION_BYTES: u64 = 64 * 1024;
/// Real ones have some tens of bytes; a million long ones would fill the memory.
const MAX_NAME_BYTES: usize = 1024;
/// Members, directories and extensions: the 8B at eight tensor-parallel parts has about 2,000.
const MAX_HEADERS: usize = 200_000;

/// A file inside the archive: a range of the archive's own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Member {
    offset: u64,
    size: u64,
}

/// An opened archive and its members by name, without a leading `./`.
#[derive(Debug)]
pub(super) struct TarIndex {
    path: PathBuf,
    file: Arc<File>,
    members: BTreeMap<String, Member>,
}

/// What PAX and GNU extension headers say of the member that follows them.
#[derive(Default)]
struct Extension {
    path: Option<String>,
    size: Option<u64>,
}

impl TarIndex {
    /// # Errors
    /// [`Error::NotACheckpoint`] when it is no file or the first block no tar header, [`Error::Damaged`] when a
    /// later one is wrong or the file ends early, [`Error::Unsupported`] for links and devices.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |e| Error::io(path, e);
        // Before opening it: a pipe would wait for someone to write.
        let about = std::fs::metadata(path).map_err(failed)?;
        if !about.is_file() {
            return Err(no_archive(path));
        }
        let file = File::open(path).map_err(failed)?;
        let mut index =
            Self { path: path.to_owned(), file: Arc::new(file), members: BTreeMap::new() };
        index.walk(about.len())?;
        Ok(index)
    }

    /// Every file inside, by its plain name.
    pub(super) fn into_regions(self) -> BTreeMap<String, Region> {
        let region = |at: &Member| Region {
            file: Some(self.file.clone()),
            path: self.path.clone(),
            start: at.offset,
            len: at.size,
        };
        self.members.iter().map(|(name, at)| (name.clone(), region(at))).collect()
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        read_exact_at(&self.file, offset, out).map_err(|e| Error::io(&self.path, e))
    }

    fn damaged(&self, what: String) -> Error {
        Error::Damaged { path: self.path.clone(), what }
    }

    fn walk(&mut self, length: u64) -> Result<()> {
        let mut position = 0;
        let mut extension = Extension::default();
        let mut headers = 0;
        while let Some(header) = self.header_at(position, length)? {
            headers += 1;
            if headers > MAX_HEADERS {
                return Err(self.damaged(format!("more than {MAX_HEADERS} members")));
            }
            let kind = header.entry_type();
            let size = self.entry_size(&header, kind, &extension, position)?;
            let offset = position + BLOCK_BYTES;
            let end = offset.checked_add(size).filter(|end| *end <= length).ok_or_else(|| {
                self.damaged(format!(
                    "the member at byte {position} should end after {size} bytes: the file ends before"
                ))
            })?;
            match kind {
                EntryType::XHeader | EntryType::GNULongName => {
                    self.read_extension(kind, Member { offset, size }, &mut extension)?;
                }
                EntryType::XGlobalHeader => {}
                _ => {
                    let name = extension.path.take().map_or_else(|| header_name(&header), Ok);
                    let name = name.map_err(|what| self.damaged(what))?;
                    self.insert(&name, kind, Member { offset, size })?;
                    extension = Extension::default();
                }
            }
            position = end.next_multiple_of(BLOCK_BYTES);
        }
        Ok(())
    }

    /// The header at `position`; none at the end of the archive (a block of zeros).
    fn header_at(&self, position: u64, length: u64) -> Result<Option<Header>> {
        if position + BLOCK_BYTES > length {
            return Err(match position {
                0 => no_archive(&self.path),
                _ => self.damaged(format!("the archive has no end: it is cut at byte {length}")),
            });
        }
        let mut header = Header::new_old();
        self.read_at(position, header.as_mut_bytes())?;
        if position > 0 && header.as_bytes().iter().all(|b| *b == 0) {
            return Ok(None);
        }
        if header.cksum().ok() == Some(checksum(header.as_bytes())) {
            return Ok(Some(header));
        }
        Err(match position {
            0 => no_archive(&self.path),
            _ => self.damaged(format!("no member header at byte {position}")),
        })
    }

    fn entry_size(
        &self,
        header: &Header,
        kind: EntryType,
        extension: &Extension,
        position: u64,
    ) -> Result<u64> {
        let written = header.entry_size();
        let size = written.map_err(|_| self.damaged(format!("bad size at byte {position}")))?;
        let describes_next = matches!(kind, EntryType::XHeader | EntryType::GNULongName);
        Ok(extension.size.filter(|_| !describes_next).unwrap_or(size))
    }

    fn read_extension(&self, kind: EntryType, at: Member, extension: &mut Extension) -> Result<()> {
        if at.size > MAX_EXTENSION_BYTES {
            let (offset, size) = (at.offset, at.size);
            return Err(self.damaged(format!("extension header of {size} bytes at byte {offset}")));
        }
        let mut bytes = vec![0; at.size as usize];
        self.read_at(at.offset, &mut bytes)?;
        let bad = || self.damaged(format!("bad extension header at byte {}", at.offset));
        if kind == EntryType::GNULongName {
            let name = bytes.split(|b| *b == 0).next().unwrap_or_default();
            extension.path = Some(String::from_utf8(name.to_vec()).map_err(|_| bad())?);
            return Ok(());
        }
        for record in PaxExtensions::new(&bytes) {
            let record = record.map_err(|_| bad())?;
            match record.key_bytes() {
                b"path" => extension.path = Some(record.value().map_err(|_| bad())?.to_owned()),
                b"size" => {
                    let value = record.value().map_err(|_| bad())?;
                    extension.size = Some(value.parse().map_err(|_| bad())?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn insert(&mut self, name: &str, kind: EntryType, member: Member) -> Result<()> {
        let plain = plain_name(name).map_err(|what| self.damaged(what))?;
        match kind {
            EntryType::Directory => return Ok(()),
            EntryType::Regular | EntryType::Continuous => {}
            _ => {
                let is =
                    if kind.is_symlink() || kind.is_hard_link() { "a link" } else { "special" };
                let what = format!("member {name} is {is}: expected files and folders");
                return Err(Error::Unsupported { path: self.path.clone(), what });
            }
        }
        if self.members.insert(plain, member).is_some() {
            return Err(self.damaged(format!("member {name} is there twice")));
        }
        Ok(())
    }
}

fn no_archive(path: &Path) -> Error {
    let what = "this is no checkpoint: expected a tar archive".to_owned();
    Error::NotACheckpoint { path: path.to_owned(), what }
}

fn header_name(header: &Header) -> std::result::Result<String, String> {
    String::from_utf8(header.path_bytes().into_owned())
        .map_err(|_| "a member's name is not UTF-8".to_owned())
}

/// The name without `./`; refuses what could point outside the archive.
pub(super) fn plain_name(name: &str) -> std::result::Result<String, String> {
    if name.len() > MAX_NAME_BYTES {
        return Err(format!("a name has {} bytes: expected at most {MAX_NAME_BYTES}", name.len()));
    }
    let plain = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
    let escapes = plain.starts_with('/')
        || plain.contains(['\0', '\\'])
        || plain.split('/').any(|part| part == "..");
    if escapes { Err(format!("member name {name:?} is not allowed")) } else { Ok(plain.to_owned()) }
}

/// The sum of a header's bytes, its own checksum field read as spaces (POSIX ustar).
fn checksum(block: &[u8; BLOCK_BYTES as usize]) -> u32 {
    let field = 148..156;
    let byte = |(i, b): (usize, &u8)| if field.contains(&i) { 32 } else { u32::from(*b) };
    block.iter().enumerate().map(byte).sum()
}
