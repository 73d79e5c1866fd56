//! The bytes of a pickle, taken from the front. Nothing is taken that is not there, so no length
//! that a file claims is ever allocated.

use super::nemo_config::Refusal;

/// A module or a name on its own line; real ones have some tens of bytes.
const MAX_LINE_BYTES: usize = 256;

pub(super) struct Input<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, length: bytes.len() }
    }

    pub(super) fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Refusal> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            let what = format!("{count} bytes should follow: the pickle ends before");
            return Err(Refusal::Damaged(what));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Refusal> {
        Ok(self.array::<1>()?[0])
    }

    /// A signed little-endian number of four bytes.
    pub(super) fn signed(&mut self) -> Result<i64, Refusal> {
        Ok(i32::from_le_bytes(self.array()?).into())
    }

    pub(super) fn float(&mut self) -> Result<f64, Refusal> {
        Ok(f64::from_be_bytes(self.array()?))
    }

    /// An unsigned little-endian number of one to eight bytes.
    pub(super) fn unsigned(&mut self, width: usize) -> Result<u64, Refusal> {
        let mut bytes = [0; 8];
        bytes[..width].copy_from_slice(self.take(width)?);
        Ok(u64::from_le_bytes(bytes))
    }

    /// What a length of `width` bytes announces.
    pub(super) fn counted(&mut self, width: usize) -> Result<&'a [u8], Refusal> {
        let count = self.unsigned(width)?;
        // More than the address space holds is more than there is.
        self.take(usize::try_from(count).unwrap_or(usize::MAX))
    }

    pub(super) fn text(&mut self, width: usize) -> Result<String, Refusal> {
        utf8(self.counted(width)?)
    }

    /// A two's complement number of any width; Python writes as few bytes as it needs.
    pub(super) fn long(&mut self, width: usize) -> Result<i64, Refusal> {
        let bytes = self.counted(width)?;
        if bytes.len() > 8 {
            return Err(Refusal::Unsupported(format!("a number has {} bytes", bytes.len())));
        }
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut filled = [if negative { 0xff } else { 0 }; 8];
        filled[..bytes.len()].copy_from_slice(bytes);
        Ok(i64::from_le_bytes(filled))
    }

    pub(super) fn line(&mut self) -> Result<&'a str, Refusal> {
        let end = self.rest.iter().take(MAX_LINE_BYTES).position(|byte| *byte == b'\n');
        let bad = || Refusal::Damaged("a name has no end".to_owned());
        let line = self.take(end.ok_or_else(bad)? + 1)?;
        std::str::from_utf8(&line[..line.len() - 1]).map_err(|_| bad())
    }
}

fn utf8(bytes: &[u8]) -> Result<String, Refusal> {
    let bad = |_| Refusal::Damaged("text is not UTF-8".to_owned());
    std::str::from_utf8(bytes).map(str::to_owned).map_err(bad)
}
