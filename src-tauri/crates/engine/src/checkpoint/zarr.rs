//! One zarr v2 array inside an archive, as megatron-core's checkpoints write it: no compressor, C
//! order, one member per chunk. See the zarr v2 specification for the metadata's fields.

use std::ops::Range;

use serde::Deserialize;

use super::array::{Block, Stored};
use super::files::Files;
use super::region::Region;
use crate::Result;

const MAX_METADATA_BYTES: u64 = 64 * 1024;

#[derive(Deserialize)]
struct Metadata {
    zarr_format: u32,
    shape: Vec<u64>,
    chunks: Vec<u64>,
    dtype: String,
    order: String,
    compressor: Option<serde_json::Value>,
    filters: Option<serde_json::Value>,
    #[serde(default)]
    dimension_separator: Option<String>,
}

/// An array whose chunks are known to be all there, each of its full size.
#[derive(Debug, Clone)]
pub(super) struct ZarrArray {
    pub(super) shape: Vec<usize>,
    pub(super) stored: Stored,
    chunk: Vec<usize>,
    /// In C order of the chunk grid.
    chunks: Vec<Region>,
}

impl ZarrArray {
    /// Reads `<directory>/.zarray` and checks every chunk's presence and size.
    pub(super) fn open(files: &Files, directory: &str) -> Result<Self> {
        let bad = |what: String| files.damaged(format!("array {directory}: {what}"));
        let json = files.read(&format!("{directory}/.zarray"), MAX_METADATA_BYTES)?;
        let meta: Metadata = serde_json::from_slice(&json).map_err(|e| bad(e.to_string()))?;
        let other = |what: String| files.unsupported(format!("array {directory}: {what}"));
        let stored = check_encoding(&meta).map_err(other)?;
        let (shape, chunk) = check_grid(&meta).map_err(&bad)?;
        let chunk_bytes = chunk.iter().product::<usize>() * stored.bytes();
        let separator = meta.dimension_separator.as_deref().unwrap_or(".");
        let counts: Vec<usize> = shape.iter().zip(&chunk).map(|(s, c)| s / c).collect();
        let mut chunks = Vec::new();
        for n in 0..counts.iter().product() {
            let name = format!("{directory}/{}", chunk_name(n, &counts, separator));
            let Some(member) = files.get(&name) else {
                return Err(bad(format!("chunk {name} is missing")));
            };
            if member.len != chunk_bytes as u64 {
                let found = member.len;
                return Err(bad(format!("chunk {name} has {found} bytes: expected {chunk_bytes}")));
            }
            chunks.push(member.clone());
        }
        Ok(Self { shape, stored, chunk, chunks })
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
        let skip = usize::from(layer.is_some());
        let width = self.shape[skip + 1..].iter().product::<usize>();
        let chunk_rows = self.chunk[skip];
        let chunk_width = self.chunk[skip + 1..].iter().product::<usize>();
        let row_chunks = self.shape[skip] / chunk_rows;
        let column_chunks = width / chunk_width;
        let (layer_chunk, layer_row) = match layer {
            Some(layer) => (layer / self.chunk[0], layer % self.chunk[0]),
            None => (0, 0),
        };
        let size = self.stored.bytes();
        let mut row = rows.start;
        while row < rows.end {
            let row_chunk = row / chunk_rows;
            let end = rows.end.min((row_chunk + 1) * chunk_rows);
            for column in 0..column_chunks {
                let n = (layer_chunk * row_chunks + row_chunk) * column_chunks + column;
                let first = layer_row * chunk_rows + row % chunk_rows;
                let at = (first * chunk_width * size) as u64;
                let target = Block {
                    start: ((row - rows.start) * width + column * chunk_width) * size,
                    rows: end - row,
                    bytes: chunk_width * size,
                    stride: width * size,
                };
                target.read(&self.chunks[n], at, out)?;
            }
            row = end;
        }
        Ok(())
    }
}

fn check_encoding(meta: &Metadata) -> std::result::Result<Stored, String> {
    if meta.zarr_format != 2 {
        return Err(format!("zarr_format is {}: expected 2", meta.zarr_format));
    }
    for (key, value) in [("compressor", &meta.compressor), ("filters", &meta.filters)] {
        if let Some(value) = value {
            let id: String = value["id"].as_str().unwrap_or("set").chars().take(32).collect();
            return Err(format!("{key} is {id}: expected null"));
        }
    }
    if meta.order != "C" {
        return Err(format!("order is {:?}: expected \"C\"", meta.order));
    }
    if !matches!(meta.dimension_separator.as_deref(), None | Some("." | "/")) {
        return Err("dimension_separator: expected \".\" or \"/\"".to_owned());
    }
    Stored::parse(&meta.dtype)
        .ok_or_else(|| format!("dtype is {:?}: expected bfloat16, <f2 or <f4", meta.dtype))
}

/// Shape and chunk shape as sizes; chunks must tile the array, and its bytes be countable.
fn check_grid(meta: &Metadata) -> std::result::Result<(Vec<usize>, Vec<usize>), String> {
    let (shape, chunks) = (&meta.shape, &meta.chunks);
    let tiles = |(s, c): (&u64, &u64)| *c > 0 && *s > 0 && s % c == 0;
    if shape.len() != chunks.len() || !(1..=3).contains(&shape.len()) {
        let (axes, of_chunks) = (shape.len(), chunks.len());
        return Err(format!("it has {axes} axes and its chunks {of_chunks}: expected 1 to 3"));
    }
    let fits = shape.iter().zip(chunks).all(tiles);
    let bytes = shape.iter().try_fold(4_u64, |n, s| n.checked_mul(*s)).filter(|n| *n < 1 << 48);
    if !fits || bytes.is_none() {
        return Err(format!("chunks {chunks:?} do not tile the shape {shape:?}"));
    }
    let sizes = |v: &[u64]| v.iter().map(|n| *n as usize).collect();
    Ok((sizes(shape), sizes(chunks)))
}

/// The `n`th chunk's name: its grid position, last axis fastest.
fn chunk_name(mut n: usize, counts: &[usize], separator: &str) -> String {
    let mut parts = vec![String::new(); counts.len()];
    for (part, count) in parts.iter_mut().zip(counts).rev() {
        *part = (n % count).to_string();
        n /= count;
    }
    parts.join(separator)
}
