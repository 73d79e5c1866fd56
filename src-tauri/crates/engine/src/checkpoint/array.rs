//! An array of numbers in a checkpoint, read by rows, however it is cut and wherever it lies.

use std::ops::Range;

use half::{bf16, f16};

use super::region::Region;
use super::zarr::ZarrArray;
use crate::Result;

/// How a checkpoint stores its numbers (little-endian).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    Bf16,
    F16,
    F32,
}

impl Stored {
    /// By numpy's and Megatron's names.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            // Megatron patches the two-byte void type to this name after writing.
            "bfloat16" | "<V2" | "|V2" => Some(Self::Bf16),
            "<f2" => Some(Self::F16),
            "<f4" => Some(Self::F32),
            _ => None,
        }
    }

    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::Bf16 | Self::F16 => 2,
            Self::F32 => 4,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
            Self::F32 => "f32",
        }
    }

    /// Widens one stored number; exact for all three.
    pub(crate) fn widen(self, raw: &[u8]) -> f32 {
        match self {
            Self::Bf16 => bf16::from_le_bytes([raw[0], raw[1]]).to_f32(),
            Self::F16 => f16::from_le_bytes([raw[0], raw[1]]).to_f32(),
            Self::F32 => f32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]),
        }
    }
}

/// A stored array of one to three axes.
#[derive(Debug, Clone)]
pub(super) enum Array {
    Zarr(ZarrArray),
    Flat(FlatArray),
    Split(SplitArray),
}

impl Array {
    pub(super) fn shape(&self) -> &[usize] {
        match self {
            Self::Zarr(array) => &array.shape,
            Self::Flat(array) => &array.shape,
            Self::Split(array) => &array.shape,
        }
    }

    pub(super) fn stored(&self) -> Stored {
        match self {
            Self::Zarr(array) => array.stored,
            Self::Flat(array) => array.stored,
            Self::Split(array) => array.parts[0].stored,
        }
    }

    /// Reads rows of one layer of a stacked array, or of the array itself, into `out`.
    ///
    /// `layer` indexes the first axis of a stacked array; `rows` the next one. The rest of the
    /// axes (one or none) makes up a row.
    pub(super) fn read_rows(
        &self,
        layer: Option<usize>,
        rows: Range<usize>,
        out: &mut [u8],
    ) -> Result<()> {
        match self {
            Self::Zarr(array) => array.read_rows(layer, rows, out),
            Self::Flat(array) => array.read_rows(layer, rows, out),
            Self::Split(array) => array.read_rows(rows, out),
        }
    }
}

/// Numbers one after the other in C order.
#[derive(Debug, Clone)]
pub(super) struct FlatArray {
    pub(super) stored: Stored,
    pub(super) shape: Vec<usize>,
    /// Exactly the array's bytes.
    pub(super) data: Region,
}

impl FlatArray {
    fn read_rows(&self, layer: Option<usize>, rows: Range<usize>, out: &mut [u8]) -> Result<()> {
        let skip = usize::from(layer.is_some());
        let width: usize = self.shape[skip + 1..].iter().product();
        let first = layer.unwrap_or(0) * self.shape[skip] + rows.start;
        self.data.read((first * width * self.stored.bytes()) as u64, out)
    }
}

/// A matrix or vector that tensor parallelism cut into equal parts.
#[derive(Debug, Clone)]
pub(super) struct SplitArray {
    shape: Vec<usize>,
    /// The axis the parts follow each other on.
    axis: usize,
    parts: Vec<FlatArray>,
}

impl SplitArray {
    /// # Errors
    /// What is wrong with parts that do not fit together.
    pub(super) fn new(parts: Vec<FlatArray>, axis: usize) -> std::result::Result<Self, String> {
        let first = parts.first().ok_or("there are no parts")?;
        if parts.iter().any(|part| part.shape != first.shape || part.stored != first.stored) {
            return Err("its parts differ in shape or type".to_owned());
        }
        // Stacked layers would be a third one, and are never cut.
        if first.shape.len() > 2 {
            return Err(format!("its parts have {} axes: expected 1 or 2", first.shape.len()));
        }
        let mut shape = first.shape.clone();
        let extent = shape.get_mut(axis).ok_or("its parts have too few axes")?;
        *extent = extent.checked_mul(parts.len()).ok_or("it is too large")?;
        Ok(Self { shape, axis, parts })
    }

    fn read_rows(&self, rows: Range<usize>, out: &mut [u8]) -> Result<()> {
        let part = &self.parts[0];
        let bytes = part.shape[1..].iter().product::<usize>() * part.stored.bytes();
        if self.axis == 1 {
            let stride = bytes * self.parts.len();
            for (i, part) in self.parts.iter().enumerate() {
                let block = Block { start: i * bytes, rows: rows.len(), bytes, stride };
                block.read(&part.data, (rows.start * bytes) as u64, out)?;
            }
            return Ok(());
        }
        for (i, part) in self.parts.iter().enumerate() {
            let first = i * part.shape[0];
            let (start, end) = (rows.start.max(first), rows.end.min(first + part.shape[0]));
            if start < end {
                let at = (start - rows.start) * bytes..(end - rows.start) * bytes;
                part.read_rows(None, start - first..end - first, &mut out[at])?;
            }
        }
        Ok(())
    }
}

/// Where a run of a part's rows goes: byte positions in the caller's buffer.
pub(super) struct Block {
    pub(super) start: usize,
    pub(super) rows: usize,
    pub(super) bytes: usize,
    pub(super) stride: usize,
}

impl Block {
    /// One read of consecutive rows at `at`, scattered into `out` when the rows are split.
    pub(super) fn read(&self, source: &Region, at: u64, out: &mut [u8]) -> Result<()> {
        if self.bytes == self.stride {
            let end = self.start + self.rows * self.bytes;
            return source.read(at, &mut out[self.start..end]);
        }
        let mut buffer = vec![0; self.rows * self.bytes];
        source.read(at, &mut buffer)?;
        for (i, row) in buffer.chunks_exact(self.bytes).enumerate() {
            let start = self.start + i * self.stride;
            out[start..start + self.bytes].copy_from_slice(row);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use super::*;

    fn part(values: &[f32], shape: &[usize]) -> FlatArray {
        let mut file = tempfile::tempfile().expect("a file");
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.write_all(&bytes).expect("room");
        let len = bytes.len() as u64;
        let data = Region { file: Some(Arc::new(file)), path: "x".into(), start: 0, len };
        FlatArray { stored: Stored::F32, shape: shape.to_vec(), data }
    }

    fn rows(array: &SplitArray, rows: Range<usize>, columns: usize) -> Vec<f32> {
        let mut bytes = vec![0; rows.len() * columns * 4];
        array.read_rows(rows, &mut bytes).expect("read");
        bytes.chunks_exact(4).map(|raw| Stored::F32.widen(raw)).collect()
    }

    #[test]
    fn parts_follow_each_other_in_rows_or_in_columns() {
        let (upper, lower) = (part(&[0., 1., 2., 3.], &[2, 2]), part(&[4., 5., 6., 7.], &[2, 2]));
        let tall = SplitArray::new(vec![upper.clone(), lower.clone()], 0).expect("fits");
        assert_eq!(tall.shape, [4, 2]);
        assert_eq!(rows(&tall, 1..4, 2), [2., 3., 4., 5., 6., 7.]);
        let wide = SplitArray::new(vec![upper, lower], 1).expect("fits");
        assert_eq!(wide.shape, [2, 4]);
        assert_eq!(rows(&wide, 0..2, 4), [0., 1., 4., 5., 2., 3., 6., 7.]);
        assert_eq!(rows(&wide, 1..2, 4), [2., 3., 6., 7.]);
    }

    #[test]
    fn parts_of_different_shapes_are_refused() {
        assert!(SplitArray::new(vec![part(&[0.], &[1, 1]), part(&[0., 1.], &[1, 2])], 0).is_err());
        assert!(SplitArray::new(vec![part(&[0.], &[1])], 1).is_err());
    }
}
