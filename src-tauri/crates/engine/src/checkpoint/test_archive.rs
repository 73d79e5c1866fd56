//! Zip archives as torch writes them, and with lies in them, for tests and fuzzing.

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    /// The name in the local header.
    pub(super) local_name: String,
    pub(super) data: Vec<u8>,
    pub(super) method: u16,
    pub(super) flags: u16,
    /// Sizes and offset that the directory claims instead of the true ones.
    pub(super) claimed: Option<u64>,
    pub(super) claimed_offset: Option<u64>,
}

pub(super) struct Archive {
    pub(super) entries: Vec<Entry>,
    pub(super) zip64: bool,
    pub(super) claimed_count: Option<u64>,
}

impl Archive {
    pub(super) fn new(entries: &[(&str, &[u8])]) -> Self {
        let entry = |(name, data): &(&str, &[u8])| Entry {
            name: format!("archive/{name}"),
            local_name: String::new(),
            data: data.to_vec(),
            method: 0,
            flags: 0x808,
            claimed: None,
            claimed_offset: None,
        };
        let entries = entries.iter().map(entry).collect();
        Self { entries, zip64: false, claimed_count: None }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let (front, back) = self.build(0, self.zip64);
        [front, back].concat()
    }

    /// What stands before and after a gap in front of the last entry.
    #[cfg(test)]
    pub(super) fn split_bytes(&self, gap: u64) -> (Vec<u8>, Vec<u8>) {
        self.build(gap, true)
    }

    fn build(&self, gap: u64, zip64: bool) -> (Vec<u8>, Vec<u8>) {
        let (mut front, mut back) = (Vec::new(), Vec::new());
        let mut directory = Vec::new();
        let last = self.entries.len() - 1;
        for (n, entry) in self.entries.iter().enumerate() {
            let offset = if n == last { front.len() as u64 + gap } else { front.len() as u64 };
            entry.write_local(if n == last { &mut back } else { &mut front });
            entry.write_central(offset, zip64, &mut directory);
        }
        let start = front.len() as u64 + gap + back.len() as u64;
        let end64 = start + directory.len() as u64;
        let count = self.claimed_count.unwrap_or(self.entries.len() as u64);
        let len = directory.len() as u64;
        back.extend(directory);
        if zip64 {
            write(&mut back, &[(0x0606_4b50, 4), (44, 8), (45, 2), (45, 2), (0, 8)]);
            write(&mut back, &[(count, 8), (count, 8), (len, 8), (start, 8)]);
            write(&mut back, &[(0x0706_4b50, 4), (0, 4), (end64, 8), (1, 4)]);
        }
        let full = |value: u64, width: u32| if zip64 { (1 << (8 * width)) - 1 } else { value };
        let (count, len, start) = (full(count, 2), full(len, 4), full(start, 4));
        write(&mut back, &[(0x0605_4b50, 4), (0, 4), (count, 2), (count, 2)]);
        write(&mut back, &[(len, 4), (start, 4), (0, 2)]);
        (front, back)
    }
}

impl Entry {
    fn write_local(&self, out: &mut Vec<u8>) {
        let name = if self.local_name.is_empty() { &self.name } else { &self.local_name };
        let (flags, method) = (u64::from(self.flags), u64::from(self.method));
        write(out, &[(0x0403_4b50, 4), (0, 2), (flags, 2), (method, 2), (0, 8), (0, 8)]);
        // An extra field that only the local header has, as torch pads with.
        write(out, &[(name.len() as u64, 2), (7, 2)]);
        out.extend(name.as_bytes());
        out.extend(b"FB\x03\0ZZZ");
        out.extend(&self.data);
    }

    fn write_central(&self, offset: u64, zip64: bool, out: &mut Vec<u8>) {
        let size = self.claimed.unwrap_or(self.data.len() as u64);
        let offset = self.claimed_offset.unwrap_or(offset);
        let (flags, method) = (u64::from(self.flags), u64::from(self.method));
        let full = |value: u64| if zip64 { u32::MAX.into() } else { value };
        write(out, &[(0x0201_4b50, 4), (0, 4), (flags, 2), (method, 2), (0, 8)]);
        write(out, &[(full(size), 4), (full(size), 4), (self.name.len() as u64, 2)]);
        write(out, &[(if zip64 { 28 } else { 0 }, 2), (0, 2), (0, 8), (full(offset), 4)]);
        out.extend(self.name.as_bytes());
        if zip64 {
            write(out, &[(1, 2), (24, 2), (size, 8), (size, 8), (offset, 8)]);
        }
    }
}

/// Little-endian fields of given widths.
fn write(out: &mut Vec<u8>, fields: &[(u64, usize)]) {
    for (value, width) in fields {
        out.extend(&value.to_le_bytes()[..*width]);
    }
}
