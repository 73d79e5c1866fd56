//! What fuzzing begins with: for each target small inputs that its reader takes to the end, and
//! the parts of its format that the fixtures lack.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::test_archive::Archive;
use super::*;

type Seeds = BTreeMap<String, Vec<u8>>;

/// megatron-core's weights of the small model: names and shapes.
const WEIGHTS: [(&str, &[usize]); 11] = [
    ("embedding.word_embeddings.weight", &[8, 4]),
    ("decoder.final_layernorm.weight", &[4]),
    ("decoder.final_layernorm.bias", &[4]),
    ("output_layer.weight", &[8, 4]),
    ("decoder.layers.0.self_attention.linear_qkv.weight", &[8, 4]),
    ("decoder.layers.0.self_attention.linear_proj.weight", &[4, 4]),
    ("decoder.layers.0.mlp.linear_fc1.weight", &[8, 4]),
    ("decoder.layers.0.mlp.linear_fc2.weight", &[4, 8]),
    ("decoder.layers.0.input_layernorm.weight", &[4]),
    ("decoder.layers.0.input_layernorm.bias", &[4]),
    ("decoder.layers.0.mlp.linear_fc1.layer_norm_weight", &[4]),
];
const LAST_NORM: &str = "decoder.layers.0.mlp.linear_fc1.layer_norm_bias";
/// transformers' names for the same.
const TRANSFORMERS: [(&str, &[usize]); 14] = [
    ("model.embed_tokens.weight", &[8, 4]),
    ("model.norm.weight", &[4]),
    ("model.norm.bias", &[4]),
    ("lm_head.weight", &[8, 4]),
    ("model.layers.0.self_attn.q_proj.weight", &[4, 4]),
    ("model.layers.0.self_attn.k_proj.weight", &[2, 4]),
    ("model.layers.0.self_attn.v_proj.weight", &[2, 4]),
    ("model.layers.0.self_attn.o_proj.weight", &[4, 4]),
    ("model.layers.0.mlp.up_proj.weight", &[8, 4]),
    ("model.layers.0.mlp.down_proj.weight", &[4, 8]),
    ("model.layers.0.input_layernorm.weight", &[4]),
    ("model.layers.0.input_layernorm.bias", &[4]),
    ("model.layers.0.post_attention_layernorm.weight", &[4]),
    ("model.layers.0.post_attention_layernorm.bias", &[4]),
];
const PIECES: usize = 320;

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures")
}

fn weights() -> impl Iterator<Item = (&'static str, &'static [usize])> {
    WEIGHTS.into_iter().chain([(LAST_NORM, [4].as_slice())])
}

pub(crate) fn checkpoints() -> Seeds {
    let tiny = Files::open(&fixtures().join("tiny/tiny-zarr.nemo")).expect("a fixture");
    let ckpt = Files::open(&fixtures().join("tiny/tiny-ckpt.nemo")).expect("a fixture");
    let ckpt = ckpt.get("model_weights.ckpt").expect("weights");
    let torch = super::super::torch_zip::entries(ckpt).expect("entries");
    let json = std::fs::read(fixtures().join("tiny/hf/config.json")).expect("a fixture");
    let pickle = small_pickle();
    let mut seeds: Seeds = [
        ("tar/nemo-zarr", zarr_nemo()),
        ("tar/nemo-ckpt", nemo(&[("model_weights.ckpt", around_weights(&pickle, false))])),
        ("tar/odd-names", long_names()),
        ("config/small.yaml", YAML.to_vec()),
        ("config/small.json", JSON.to_vec()),
        ("config/nemo.yaml", tiny.read(nemo::CONFIG, 1 << 20).expect("yaml")),
        ("config/transformers.json", json),
        (
            "config/odd-aliases.yaml",
            b"a: &a [1, .nan]\nb: &b {c: *a, <<: {d: !t x}}\ne: *b\n".to_vec(),
        ),
        ("torch/zip", around_weights(&pickle, false)),
        ("torch/zip64", around_weights(&pickle, true)),
        ("torch/pickle", pickle),
        ("torch/odd-pickle-of-torch", torch["data.pkl"].read_all().expect("a pickle")),
        ("safetensors/small", small_safetensors()),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .into();
    for (n, (shape, chunks, dtype)) in [
        ("[16]", "[16]", "<f4"),
        ("[8, 16]", "[8, 4]", "bfloat16"),
        ("[3, 8, 8]", "[1, 4, 8]", "<f2"),
        ("[2, 4, 32]", "[1, 2, 16]", "|V2"),
    ]
    .into_iter()
    .enumerate()
    {
        seeds.insert(format!("zarr/{n}"), zarray(shape, chunks, dtype));
    }
    seeds
}

fn zarray(shape: &str, chunks: &str, dtype: &str) -> Vec<u8> {
    let rest = r#""order": "C", "compressor": null, "filters": null, "dimension_separator": ".""#;
    let sizes = format!(r#""zarr_format": 2, "shape": {shape}, "chunks": {chunks}"#);
    format!(r#"{{{sizes}, "dtype": "{dtype}", {rest}}}"#).into_bytes()
}

fn nemo(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ::tar::Builder::new(Vec::new());
    let common = [(nemo::CONFIG, YAML.to_vec()), ("t.model", Vec::new())];
    for (name, bytes) in common.iter().chain(members) {
        let mut header = ::tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes.as_slice()).expect("appended");
    }
    archive.into_inner().expect("an archive")
}

fn zarr_nemo() -> Vec<u8> {
    let mut members = Vec::new();
    for (name, shape) in weights() {
        let folder = format!("model_weights/model.{name}");
        let bytes = vec![0; shape.iter().product::<usize>() * 2];
        members.push((
            format!("{folder}/.zarray"),
            zarray(&format!("{shape:?}"), &format!("{shape:?}"), "<f2"),
        ));
        members.push((format!("{folder}/{}", vec!["0"; shape.len()].join(".")), bytes));
    }
    let members: Vec<(&str, Vec<u8>)> =
        members.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    nemo(&members)
}

/// Names that only PAX and GNU extension headers can hold.
fn long_names() -> Vec<u8> {
    let mut archive = ::tar::Builder::new(Vec::new());
    archive.append_pax_extensions([("path", b"./a/b".as_slice()), ("size", b"3")]).expect("PAX");
    for name in ["a".to_owned(), "b/".repeat(60) + "c"] {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(3);
        archive.append_data(&mut header, name, b"abc".as_slice()).expect("appended");
    }
    archive.into_inner().expect("an archive")
}

/// The small model's weights, each the whole of the storage that has its size.
fn small_pickle() -> Vec<u8> {
    let mut pickle = b"\x80\x02}".to_vec();
    let text = |s: &str| [&[0x8c, s.len() as u8], s.as_bytes()].concat();
    for (name, shape) in weights() {
        let numbers = shape.iter().product::<usize>();
        let storage = STORAGE_BYTES.iter().position(|bytes| *bytes == 2 * numbers).expect("a size");
        let tuple = |sizes: &[usize]| {
            let sizes: Vec<u8> = sizes.iter().flat_map(|size| [b'K', *size as u8]).collect();
            [b"(".as_slice(), &sizes, b"t"].concat()
        };
        let strides: Vec<usize> =
            (1..=shape.len()).map(|axis| shape[axis..].iter().product()).collect();
        pickle.extend(text(&format!("model.{name}")));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((\x8c\x07storage");
        pickle.extend(b"ctorch\nBFloat16Storage\n");
        pickle.extend([text(&storage.to_string()), text("cpu")].concat());
        pickle.extend([b'K', numbers as u8, b't', b'Q', b'K', 0]);
        pickle.extend([tuple(shape), tuple(&strides)].concat());
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtRs");
    }
    pickle.push(b'.');
    pickle
}

fn around_weights(pickle: &[u8], zip64: bool) -> Vec<u8> {
    let names: Vec<String> = (0..STORAGE_BYTES.len()).map(|n| format!("data/{n}")).collect();
    let zeros = [0; 512];
    let mut entries = vec![("data.pkl", pickle), ("byteorder", b"little".as_slice())];
    let storages = names.iter().zip(STORAGE_BYTES);
    entries.extend(storages.map(|(name, bytes)| (name.as_str(), &zeros[..bytes])));
    let mut archive = Archive::new(&entries);
    archive.zip64 = zip64;
    archive.bytes()
}

fn small_safetensors() -> Vec<u8> {
    let zeros = [0; 64];
    let views = TRANSFORMERS.map(|(name, shape)| {
        let bytes = &zeros[..shape.iter().product::<usize>() * 2];
        let dtype = ::safetensors::Dtype::BF16;
        let view = ::safetensors::tensor::TensorView::new(dtype, shape.to_vec(), bytes);
        (name, view.expect("a view"))
    });
    ::safetensors::serialize(views, None).expect("a file")
}

/// The fixtures' models with fewer pieces, and what becomes of them as `tokenizer.json`.
pub(crate) fn tokenizers() -> Seeds {
    use crate::tokenizer::{TokenizerFile, TokenizerFormat};
    let mut seeds = Seeds::new();
    let folder = fixtures().join("tokenizers");
    for name in ["bpe-prefix", "bpe-rules", "bpe-unused", "unigram", "unigram-suffix"] {
        let model = std::fs::read(folder.join(name).join("tokenizer.model")).expect("a fixture");
        let bytes = cut(&model);
        let file = TokenizerFile { format: TokenizerFormat::SentencePiece, bytes: bytes.clone() };
        if let Ok(json) = file.to_json() {
            seeds.insert(format!("tokenizer_json/{name}"), json);
        }
        seeds.insert(format!("sentencepiece/{name}"), bytes);
    }
    seeds.insert("sentencepiece/charsmap".to_owned(), with_charsmap());
    seeds
}

/// The first pieces of a model and all else; every field of a model file has a length.
fn cut(model: &[u8]) -> Vec<u8> {
    let (mut rest, mut kept, mut pieces) = (model, Vec::new(), 0);
    while let [tag, after @ ..] = rest {
        let width = after.iter().position(|byte| byte & 0x80 == 0).expect("a length") + 1;
        let length = after[..width].iter().rev().fold(0, |n, b| n << 7 | usize::from(b & 0x7f));
        let end = 1 + width + length;
        pieces += usize::from(*tag == 0x0a);
        if *tag != 0x0a || pieces <= PIECES {
            kept.extend(&rest[..end]);
        }
        rest = &rest[end..];
    }
    kept
}

/// A unigram model of an unknown piece and an `a`, with one rule: `b` to `a`.
fn with_charsmap() -> Vec<u8> {
    let mut units = vec![0_u32; 256];
    // The root's children lie at 0; `b` has a value, which lies one beside it.
    units[usize::from(b'b')] = u32::from(b'b') | 1 << 8 | 1 << 10;
    units[usize::from(b'b') ^ 1] = 0x8000_0000;
    let trie: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let map = [&(trie.len() as u32).to_le_bytes()[..], &trie, b"a\0"].concat();
    let field = |tag: u8, bytes: &[u8]| {
        let length = [bytes.len() as u8 & 0x7f | 0x80, (bytes.len() >> 7) as u8];
        [&[tag], &length[..], bytes].concat()
    };
    let pieces =
        [b"\x0a\x01a".as_slice(), b"\x0a\x05<unk>\x18\x02"].map(|piece| field(0x0a, piece));
    [pieces.concat(), field(0x1a, &field(0x12, &map))].concat()
}
