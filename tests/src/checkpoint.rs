//! Checkpoints made on the spot: the tiny one with more room, and empty ones of any size.
//!
//! # Panics
//! Every function here panics when the disk refuses; it is a test's first step.
#![expect(clippy::missing_panics_doc, reason = "said above, for all of them")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::archive::Archive;
use crate::fixture;

const BLOCK: u64 = 512;

/// The tiny checkpoint with a context of `context` tokens instead of 256. Its letter q ends a line, so
/// that what it writes has lines of some 200 characters, as other texts have.
pub fn with_context(context: usize, path: &Path) {
    let mut archive = Archive::read(&fixture(TINY));
    let tokenizer = &mut archive.member("tokenizer_1k.model").bytes;
    // A piece of one byte, and the tag of the score behind it.
    let (letter, line_end) = (b"\x0a\x01q\x15", b"\x0a\x01\n\x15");
    let at = tokenizer.windows(4).position(|bytes| bytes == letter).expect("the piece");
    tokenizer[at..at + 4].copy_from_slice(line_end);
    let longer = format!("encoder_seq_length: {context}");
    archive.replace("model_config.yaml", "encoder_seq_length: 256", &longer);
    archive.write(path);
}

/// The same, with Markdown in the place of some of its pieces of two letters: at a usual temperature
/// every twelfth token or so is a sign of it.
///
/// # Panics
/// When the fixture has too few such pieces.
pub fn that_writes_markdown(context: usize, path: &Path) {
    with_context(context, path);
    let mut archive = Archive::read(path);
    let tokenizer = &mut archive.member("tokenizer_1k.model").bytes;
    let mut at = 0;
    for sign in signs().take(SIGNS) {
        let piece = tokenizer[at..].windows(5).position(|bytes| {
            let letters = bytes[2].is_ascii_lowercase() && bytes[3].is_ascii_lowercase();
            bytes[..2] == *b"\x0a\x02" && letters && bytes[4] == 0x15
        });
        at += piece.expect("a piece of two letters") + 2;
        tokenizer[at..at + 2].copy_from_slice(&sign);
    }
    archive.write(path);
}

/// Pieces that become Markdown.
const SIGNS: usize = 84;

/// No two are the same: a tokenizer cannot have that.
fn signs() -> impl Iterator<Item = [u8; 2]> {
    let blocks = [b"\n\n", b"\n-", b"- ", b"\n#", b"# ", b"\n>", b"\n|", b" |", b"**", b"~~"];
    let ends = |letter| [[b'\n', letter], [letter, b'\n']];
    let marks = |letter| [[b'*', letter], [letter, b'*'], [b'`', letter], [letter, b'`']];
    let spans = (b'a'..=b'z').flat_map(move |letter| ends(letter).into_iter().chain(marks(letter)));
    blocks.into_iter().copied().chain(spans)
}

/// The commit that [`fetched`] has.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The tiny model in a cache of Hugging Face's tools, in the place of Minitron-4B-Base.
#[must_use]
pub fn fetched(cache: &Path) -> PathBuf {
    let repository = cache.join("models--nvidia--Minitron-4B-Base");
    let snapshot = repository.join("snapshots").join(COMMIT);
    std::fs::create_dir_all(&snapshot).expect("a snapshot");
    std::fs::create_dir_all(repository.join("refs")).expect("refs");
    std::fs::write(repository.join("refs/main"), COMMIT).expect("the branch");
    let model = snapshot.join("model.nemo");
    std::fs::copy(fixture(TINY), &model).expect("copied");
    model
}

const TINY: &str = "tiny/tiny-zarr.nemo";

/// The tiny model in every form there is, unpacked ones in `folder`, with the names of the forms.
#[must_use]
pub fn every_form(folder: &Path) -> Vec<(String, &'static str)> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    vec![
        (path(&with_tokenizer_json(folder)), "huggingface"),
        (path(&fixture(TINY)), "nemo-zarr"),
        (path(&fixture("tiny/tiny-ckpt.nemo")), "nemo-ckpt"),
        (path(&fixture("tiny/hf")), "huggingface"),
        (path(&unpacked("tiny-zarr.nemo", folder)), "nemo-zarr"),
        (path(&unpacked("tiny-ckpt.nemo", folder)), "nemo-ckpt"),
    ]
}

/// As transformers 4.57.6 saves it (`LlamaTokenizerFast`, `add_prefix_space` false).
fn with_tokenizer_json(folder: &Path) -> PathBuf {
    let json = hugging_face(&folder.join("json"));
    std::fs::remove_file(json.join("tokenizer.model")).expect("removed");
    std::fs::copy(fixture("tiny/tokenizer.json"), json.join("tokenizer.json")).expect("copied");
    json
}

/// A copy of the tiny model's Hugging Face folder.
fn hugging_face(folder: &Path) -> PathBuf {
    std::fs::create_dir(folder).expect("folder");
    for entry in std::fs::read_dir(fixture("tiny/hf")).expect("fixture") {
        let source = entry.expect("entry").path();
        std::fs::copy(&source, folder.join(source.file_name().expect("name"))).expect("copied");
    }
    folder.to_owned()
}

/// The tiny model with a chat template of its own, once with each kind of tokenizer file.
#[must_use]
pub fn with_chat_template(folder: &Path) -> [PathBuf; 2] {
    let folders = [with_tokenizer_json(folder), hugging_face(&folder.join("sentencepiece"))];
    for folder in &folders {
        for name in ["chat_template.jinja", "tokenizer_config.json"] {
            std::fs::copy(fixture("chat").join(name), folder.join(name)).expect("copied");
        }
    }
    folders
}

/// The folder of an unpacked tiny checkpoint, in `folder`.
#[must_use]
pub fn unpacked(name: &str, folder: &Path) -> PathBuf {
    let target = folder.join(name);
    let archive = File::open(fixture("tiny").join(name)).expect("fixture");
    tar::Archive::new(archive).unpack(&target).expect("unpacked");
    target
}

/// A multi-head model's size.
#[derive(Debug, Clone, Copy)]
pub struct Geometry {
    pub layers: usize,
    pub hidden: usize,
    pub ffn: usize,
    pub heads: usize,
    pub vocab: usize,
    pub context: usize,
}

impl Geometry {
    /// Nemotron-3-8B.
    pub const NEMOTRON_3_8B: Self =
        Self { layers: 32, hidden: 4096, ffn: 16384, heads: 32, vocab: 256_000, context: 4096 };
    /// 551 million parameters.
    pub const SMALL: Self =
        Self { layers: 16, hidden: 1536, ffn: 6144, heads: 12, vocab: 32_000, context: 4096 };
}

/// The tiny model as a Hugging Face folder with a vocabulary of `tokens`: the pieces behind its own
/// are words that no text has, and their rows are those of the first ones in turn, a little apart.
pub fn with_vocabulary(tokens: usize, folder: &Path) {
    let source = fixture("tiny/hf");
    let config = std::fs::read_to_string(source.join("config.json")).expect("config");
    let mut config: serde_json::Value = serde_json::from_str(&config).expect("json");
    config["vocab_size"] = tokens.into();
    std::fs::write(folder.join("config.json"), config.to_string()).expect("written");
    let mut tensors = BTreeMap::new();
    for shard in 1..=5 {
        let file = source.join(format!("model-0000{shard}-of-00005.safetensors"));
        let bytes = std::fs::read(file).expect("shard");
        for (name, tensor) in SafeTensors::deserialize(&bytes).expect("safetensors").tensors() {
            tensors.insert(name, (tensor.shape().to_vec(), tensor.data().to_vec()));
        }
    }
    for name in ["model.embed_tokens.weight", "lm_head.weight"] {
        let (shape, data) = tensors.get_mut(name).expect("a matrix with a row for each token");
        let known = std::mem::replace(&mut shape[0], tokens);
        let row = data.len() / known;
        let more = (known..tokens).flat_map(|token| {
            let from = token % known * row;
            let mut bytes = data[from..from + row].to_vec();
            // The lowest bits of a bf16.
            bytes.iter_mut().step_by(2).for_each(|byte| *byte ^= (token / known) as u8 & 0x1f);
            bytes
        });
        let more: Vec<u8> = more.collect();
        data.extend(more);
    }
    let views = tensors.iter().map(|(name, (shape, data))| {
        (name, TensorView::new(Dtype::BF16, shape.clone(), data).expect("sizes fit"))
    });
    let path = folder.join("model.safetensors");
    safetensors::serialize_to_file(views, None, &path).expect("written");
    let mut tokenizer = std::fs::read(source.join("tokenizer.model")).expect("a tokenizer");
    tokenizer.extend((PIECES..tokens).flat_map(piece));
    std::fs::write(folder.join("tokenizer.model"), tokenizer).expect("written");
}

/// Of the tiny model's tokenizer.
const PIECES: usize = 1000;

/// A piece of a SentencePiece model as protobuf has it: field 1 of the model, with a text and a
/// score that is never the best.
fn piece(token: usize) -> Vec<u8> {
    let text = format!("\u{2581}q{token:07}q");
    let mut bytes = vec![0x0a, text.len() as u8 + 7, 0x0a, text.len() as u8];
    bytes.extend(text.as_bytes());
    bytes.push(0x15);
    bytes.extend((-(token as f32)).to_le_bytes());
    bytes
}

/// A `.nemo` in the published layout whose weights are all zero: holes, which take no disk.
pub fn empty_nemo(geometry: &Geometry, path: &Path) {
    let mut archive = Sparse { file: File::create(path).expect("created"), at: 0 };
    let Geometry { layers, hidden, ffn, vocab, .. } = *geometry;
    archive.member(
        "./tokenizer.model",
        &std::fs::read(fixture("tiny/tokenizer.model")).expect("fixture"),
    );
    archive.member("./model_config.yaml", yaml(geometry).as_bytes());
    for (key, shape) in [
        ("embedding.word_embeddings.weight", vec![vocab, hidden]),
        ("decoder.final_layernorm.weight", vec![hidden]),
        ("decoder.final_layernorm.bias", vec![hidden]),
        ("output_layer.weight", vec![vocab, hidden]),
        ("decoder.layers.self_attention.linear_qkv.layer_norm_weight", vec![layers, hidden]),
        ("decoder.layers.self_attention.linear_qkv.layer_norm_bias", vec![layers, hidden]),
        ("decoder.layers.self_attention.linear_qkv.weight", vec![layers, 3 * hidden, hidden]),
        ("decoder.layers.self_attention.linear_proj.weight", vec![layers, hidden, hidden]),
        ("decoder.layers.mlp.linear_fc1.layer_norm_weight", vec![layers, hidden]),
        ("decoder.layers.mlp.linear_fc1.layer_norm_bias", vec![layers, hidden]),
        ("decoder.layers.mlp.linear_fc1.weight", vec![layers, ffn, hidden]),
        ("decoder.layers.mlp.linear_fc2.weight", vec![layers, hidden, ffn]),
    ] {
        archive.array(key, &shape, key.contains("layers."));
    }
    archive.finish();
}

/// A Hugging Face folder with the dimensions of the gated models, a tokenizer that may be theirs, and
/// weights that are all zero: 17 GB of holes.
pub fn gated(folder: &Path) {
    let Geometry { layers, hidden, ffn, heads, vocab, context } = Geometry::NEMOTRON_3_8B;
    std::fs::create_dir_all(folder).expect("folder");
    let config = serde_json::json!({
        "architectures": ["NemotronForCausalLM"], "model_type": "nemotron", "hidden_act": "relu2",
        "num_hidden_layers": layers, "hidden_size": hidden, "intermediate_size": ffn,
        "num_attention_heads": heads, "num_key_value_heads": heads, "vocab_size": vocab,
        "max_position_embeddings": context, "norm_eps": 1e-5, "partial_rotary_factor": 0.5,
        "rope_theta": 10000.0, "bos_token_id": 2, "eos_token_id": 3,
    });
    std::fs::write(folder.join("config.json"), config.to_string()).expect("written");
    std::fs::copy(fixture("tiny/tokenizer.json"), folder.join("tokenizer.json")).expect("copied");
    let mut tensors = vec![
        ("model.embed_tokens.weight".to_owned(), vec![vocab, hidden]),
        ("model.norm.weight".to_owned(), vec![hidden]),
        ("model.norm.bias".to_owned(), vec![hidden]),
        ("lm_head.weight".to_owned(), vec![vocab, hidden]),
    ];
    for layer in 0..layers {
        let tensor = |(name, shape)| (format!("model.layers.{layer}.{name}"), shape);
        tensors.extend(layer_tensors(hidden, ffn).map(tensor));
    }
    empty_safetensors(&tensors, &folder.join("model.safetensors"));
}

fn layer_tensors(hidden: usize, ffn: usize) -> [(&'static str, Vec<usize>); 10] {
    [
        ("input_layernorm.weight", vec![hidden]),
        ("input_layernorm.bias", vec![hidden]),
        ("self_attn.q_proj.weight", vec![hidden, hidden]),
        ("self_attn.k_proj.weight", vec![hidden, hidden]),
        ("self_attn.v_proj.weight", vec![hidden, hidden]),
        ("self_attn.o_proj.weight", vec![hidden, hidden]),
        ("post_attention_layernorm.weight", vec![hidden]),
        ("post_attention_layernorm.bias", vec![hidden]),
        ("mlp.up_proj.weight", vec![ffn, hidden]),
        ("mlp.down_proj.weight", vec![hidden, ffn]),
    ]
}

fn empty_safetensors(tensors: &[(String, Vec<usize>)], path: &Path) {
    let (mut header, mut at) = (serde_json::Map::new(), 0);
    for (name, shape) in tensors {
        let end = at + 2 * shape.iter().product::<usize>();
        let tensor =
            serde_json::json!({"dtype": "BF16", "shape": shape, "data_offsets": [at, end]});
        header.insert(name.clone(), tensor);
        at = end;
    }
    let header = serde_json::to_vec(&header).expect("json");
    let mut file = File::create(path).expect("created");
    file.write_all(&(header.len() as u64).to_le_bytes()).expect("written");
    file.write_all(&header).expect("written");
    file.set_len((8 + header.len() + at) as u64).expect("size");
}

fn yaml(geometry: &Geometry) -> String {
    let Geometry { layers, hidden, ffn, heads, context, .. } = geometry;
    format!(
        "encoder_seq_length: {context}\nnum_layers: {layers}\nhidden_size: {hidden}\n\
         ffn_hidden_size: {ffn}\nnum_attention_heads: {heads}\nnormalization: layernorm1p\n\
         activation: squared-relu\nposition_embedding_type: rope\nrotary_percentage: 0.5\n\
         tokenizer:\n  library: sentencepiece\n  model: nemo:tokenizer.model\n"
    )
}

/// A tar whose larger members are holes.
struct Sparse {
    file: File,
    at: u64,
}

impl Sparse {
    /// A zarr array of zeros, cut into one chunk for each layer if it has layers.
    fn array(&mut self, key: &str, shape: &[usize], layered: bool) {
        let mut chunks = shape.to_vec();
        if layered {
            chunks[0] = 1;
        }
        let name = format!("./model_weights/model.{key}");
        let metadata = serde_json::json!({
            "chunks": chunks, "compressor": null, "dtype": "bfloat16", "fill_value": null,
            "filters": null, "order": "C", "shape": shape, "zarr_format": 2,
        });
        self.member(&format!("{name}/.zarray"), metadata.to_string().as_bytes());
        let bytes = 2 * chunks.iter().product::<usize>() as u64;
        let inner = ".0".repeat(shape.len() - 1);
        for chunk in 0..shape[0] / chunks[0] {
            self.header(&format!("{name}/{chunk}{inner}"), bytes);
            self.skip(bytes);
        }
    }

    fn member(&mut self, name: &str, bytes: &[u8]) {
        self.header(name, bytes.len() as u64);
        self.file.write_all(bytes).expect("written");
        self.skip(bytes.len() as u64);
    }

    fn header(&mut self, name: &str, size: u64) {
        let mut header = tar::Header::new_ustar();
        header.set_path(name).expect("a short name");
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        self.file.seek(SeekFrom::Start(self.at)).expect("seek");
        self.file.write_all(header.as_bytes()).expect("written");
        self.at += BLOCK;
    }

    fn skip(&mut self, size: u64) {
        self.at += size.div_ceil(BLOCK) * BLOCK;
    }

    fn finish(self) {
        self.file.set_len(self.at + 2 * BLOCK).expect("size");
    }
}
