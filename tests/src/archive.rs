//! Checkpoint archives taken apart, changed, and put together again.
//!
//! # Panics
//! Every function here panics when the disk refuses; it is a test's first step.
#![expect(clippy::missing_panics_doc, reason = "said above, for all of them")]

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The members of an archive in their order.
#[derive(Debug, Clone)]
pub struct Archive {
    pub members: Vec<Member>,
}

/// A member as it is written, whatever a reader may make of its name.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: String,
    pub bytes: Vec<u8>,
    /// The target, for a link.
    pub link: Option<String>,
}

impl Member {
    #[must_use]
    pub fn file(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), bytes: bytes.to_owned(), link: None }
    }

    #[must_use]
    pub fn link(name: &str, target: &str) -> Self {
        Self { name: name.to_owned(), bytes: Vec::new(), link: Some(target.to_owned()) }
    }
}

impl Archive {
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let mut source = tar::Archive::new(File::open(path).expect("archive"));
        let mut members = Vec::new();
        for entry in source.entries().expect("tar") {
            let mut entry = entry.expect("member");
            let name = entry.path().expect("name").to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("read");
            if entry.header().entry_type().is_file() {
                members.push(Member { name, bytes, link: None });
            }
        }
        Self { members }
    }

    /// The first member whose name ends so.
    pub fn member(&mut self, ending: &str) -> &mut Member {
        let found = self.members.iter_mut().find(|member| member.name.ends_with(ending));
        found.unwrap_or_else(|| panic!("no member ends in {ending}"))
    }

    /// Replaces text in a member that is UTF-8 and has it.
    pub fn replace(&mut self, ending: &str, from: &str, to: &str) {
        let member = self.member(ending);
        let text = String::from_utf8(member.bytes.clone()).expect("UTF-8");
        assert!(text.contains(from), "{ending} has no {from}");
        member.bytes = text.replace(from, to).into_bytes();
    }

    /// Writes names as they are, also those that the `tar` crate would refuse.
    pub fn write(&self, path: &Path) {
        let mut archive = tar::Builder::new(File::create(path).expect("created"));
        for member in &self.members {
            if member.name.len() > 100 {
                let name = [("path", member.name.as_bytes())];
                archive.append_pax_extensions(name).expect("written");
            }
            archive.append(&header(member), member.bytes.as_slice()).expect("written");
        }
        archive.finish().expect("finished");
    }
}

fn header(member: &Member) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    let length = member.name.len().min(100);
    header.as_old_mut().name[..length].copy_from_slice(&member.name.as_bytes()[..length]);
    header.set_size(member.bytes.len() as u64);
    header.set_mode(0o644);
    if let Some(target) = &member.link {
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_link_name_literal(target).expect("a short target");
    }
    header.set_cksum();
    header
}
