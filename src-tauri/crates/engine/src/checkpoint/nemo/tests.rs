//! The tiny checkpoint written anew under every spelling of its names and cut for every number of
//! tensor-parallel ranks, and what is recognised but not run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::test_archive::Archive;
use super::super::{Checkpoint, Tensor};
use crate::Error;

/// Canonical names, in the words of one dialect: the embedding, the final norm, the output, and for
/// each layer its norms and matrices. Queries, keys and values are one matrix in all of them.
struct Names {
    globals: [&'static str; 3],
    layers: &'static str,
    layer: [&'static str; 6],
}

const MEGATRON_CORE: Names = Names {
    globals: [
        "model.embedding.word_embeddings.weight",
        "model.decoder.final_layernorm",
        "model.output_layer.weight",
    ],
    layers: "model.decoder.layers",
    layer: [
        "input_layernorm.",
        "self_attention.linear_qkv.weight",
        "self_attention.linear_proj.weight",
        "mlp.linear_fc1.layer_norm_",
        "mlp.linear_fc1.weight",
        "mlp.linear_fc2.weight",
    ],
};

const LEGACY: Names = Names {
    globals: [
        "model.language_model.embedding.word_embeddings.weight",
        "model.language_model.encoder.final_layernorm",
        "model.language_model.output_layer.weight",
    ],
    layers: "model.language_model.encoder.layers",
    layer: [
        "input_layernorm.",
        "self_attention.query_key_value.weight",
        "self_attention.dense.weight",
        "post_attention_layernorm.",
        "mlp.dense_h_to_4h.weight",
        "mlp.dense_4h_to_h.weight",
    ],
};

/// A matrix or vector in memory, its rows' bytes one after the other.
#[derive(Clone)]
struct Matrix {
    shape: Vec<usize>,
    bytes: Vec<u8>,
    /// The axis on which ranks divide it; none: each has all of it.
    cut: Option<usize>,
}

type Saved = BTreeMap<String, Matrix>;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/tiny/tiny-zarr.nemo")
}

fn bytes(tensor: &Tensor) -> Vec<u8> {
    let mut bytes = vec![0; tensor.bytes()];
    tensor.read_rows(0..tensor.rows, &mut bytes).expect("read");
    bytes
}

fn canonical(checkpoint: &Checkpoint) -> BTreeMap<String, (usize, usize, Vec<u8>)> {
    let all = checkpoint.tensors();
    all.map(|(name, t)| (name.to_owned(), (t.rows, t.columns, bytes(t)))).collect()
}

fn matrix(checkpoint: &Checkpoint, name: &str, cut: Option<usize>) -> Matrix {
    let tensor = checkpoint.tensor(name).expect("there");
    let shape =
        if tensor.columns == 1 { vec![tensor.rows] } else { vec![tensor.rows, tensor.columns] };
    Matrix { shape, bytes: bytes(tensor), cut }
}

/// Per head its query, key and value rows, as Megatron keeps them.
fn fused(checkpoint: &Checkpoint, layer: usize) -> Matrix {
    let part = |name: &str| matrix(checkpoint, &format!("layers.{layer}.{name}"), Some(0));
    let parts = ["q", "k", "v"].map(part);
    let columns = parts[0].shape[1];
    let head = checkpoint.config.head_dim * columns * 2;
    let heads = (0..checkpoint.config.num_heads)
        .flat_map(|h| parts.each_ref().map(|part| part.bytes[h * head..(h + 1) * head].to_vec()));
    let bytes = heads.collect::<Vec<_>>().concat();
    Matrix { shape: vec![3 * parts[0].shape[0], columns], bytes, cut: Some(0) }
}

/// The tiny checkpoint's weights in a dialect's words.
fn spelled(names: &Names) -> Saved {
    let tiny = Checkpoint::open(&fixture()).expect("opens");
    let [embedding, norm, output] = names.globals;
    let mut saved = Saved::new();
    saved.insert(embedding.to_owned(), matrix(&tiny, "embedding", Some(0)));
    saved.insert(output.to_owned(), matrix(&tiny, "output", Some(0)));
    for part in ["weight", "bias"] {
        saved.insert(format!("{norm}.{part}"), matrix(&tiny, &format!("final_norm.{part}"), None));
    }
    let [first_norm, qkv, o, second_norm, up, down] = names.layer;
    for n in 0..tiny.config.num_layers {
        let key = |key: &str| format!("{}.{n}.{key}", names.layers);
        saved.insert(key(qkv), fused(&tiny, n));
        for (spelled, name, cut) in [(o, "o", 1), (up, "up", 0), (down, "down", 1)] {
            saved.insert(key(spelled), matrix(&tiny, &format!("layers.{n}.{name}"), Some(cut)));
        }
        for (spelled, name) in [(first_norm, "attention_norm"), (second_norm, "mlp_norm")] {
            for part in ["weight", "bias"] {
                let norm = matrix(&tiny, &format!("layers.{n}.{name}.{part}"), None);
                saved.insert(key(&format!("{spelled}{part}")), norm);
            }
        }
    }
    saved
}

/// All layers of a weight as one array, as megatron-core's distributed checkpoints have them.
fn stacked(names: &Names, saved: Saved) -> Saved {
    let mut stacked = Saved::new();
    for (key, matrix) in saved {
        let inner = key.strip_prefix(names.layers).and_then(|rest| rest[1..].split_once('.'));
        let Some((_, inner)) = inner else {
            stacked.insert(key, matrix);
            continue;
        };
        let empty =
            || Matrix { shape: [&[0], &matrix.shape[..]].concat(), bytes: vec![], cut: None };
        let all = stacked.entry(format!("{}.{inner}", names.layers)).or_insert_with(empty);
        all.shape[0] += 1;
        all.bytes.extend(matrix.bytes);
    }
    stacked
}

impl Matrix {
    /// What rank `rank` of `ranks` has of it.
    fn part(&self, rank: usize, ranks: usize) -> Self {
        let (Some(axis), mut shape) = (self.cut.filter(|_| ranks > 1), self.shape.clone()) else {
            return self.clone();
        };
        shape[axis] /= ranks;
        let row = self.bytes.len() / self.shape[0];
        let part = if axis == 0 { self.bytes.len() } else { row } / ranks;
        let pieces = self.bytes.chunks_exact(if axis == 0 { self.bytes.len() } else { row });
        let own = pieces.flat_map(|piece| piece[rank * part..(rank + 1) * part].to_vec());
        Self { shape, bytes: own.collect(), cut: self.cut }
    }
}

/// What `torch.save` makes of a dictionary of bf16 tensors (protocol 2).
fn torch_file(saved: &Saved) -> Vec<u8> {
    let int = |n: usize| [b"J".as_slice(), &(n as u32).to_le_bytes()].concat();
    let text = |s: &str| [b"X", &(s.len() as u32).to_le_bytes()[..], s.as_bytes()].concat();
    let tuple = |items: &[usize]| {
        let items: Vec<u8> = items.iter().flat_map(|item| int(*item)).collect();
        [b"(".as_slice(), &items, b"t"].concat()
    };
    let mut pickle = b"\x80\x02}".to_vec();
    let mut entries = vec![("byteorder".to_owned(), b"little".to_vec())];
    for (i, (name, matrix)) in saved.iter().enumerate() {
        let strides: Vec<usize> =
            (1..=matrix.shape.len()).map(|axis| matrix.shape[axis..].iter().product()).collect();
        pickle.extend(text(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend([text("storage"), b"ctorch\nBFloat16Storage\n".to_vec()].concat());
        pickle.extend([text(&i.to_string()), text("cpu"), int(matrix.bytes.len() / 2)].concat());
        pickle.extend([b"tQ".to_vec(), int(0), tuple(&matrix.shape), tuple(&strides)].concat());
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtRs");
        entries.push((format!("data/{i}"), matrix.bytes.clone()));
    }
    pickle.push(b'.');
    entries.insert(0, ("data.pkl".to_owned(), pickle));
    let entries: Vec<(&str, &[u8])> =
        entries.iter().map(|(name, data)| (name.as_str(), data.as_slice())).collect();
    Archive::new(&entries).bytes()
}

/// An unpacked checkpoint: the tiny one's config, changed, its tokenizer, and these weights.
fn unpacked(change: impl Fn(String) -> String, weights: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let source = std::fs::File::open(fixture()).expect("fixture");
    for entry in tar::Archive::new(source).entries().expect("tar") {
        let mut entry = entry.expect("member");
        let path = entry.path().expect("name").into_owned();
        if !path.to_string_lossy().contains("model_weights/") {
            entry.unpack_in(folder.path()).expect("unpacked");
        }
    }
    let config = folder.path().join(super::CONFIG);
    let yaml = std::fs::read_to_string(&config).expect("yaml");
    std::fs::write(&config, change(yaml)).expect("written");
    for (name, bytes) in weights {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("folder");
        std::fs::write(path, bytes).expect("written");
    }
    folder
}

fn assert_is_tiny(folder: &Path, what: &str) {
    let found = Checkpoint::open(folder).unwrap_or_else(|e| panic!("{what}: {e}"));
    let tiny = Checkpoint::open(&fixture()).expect("opens");
    assert_eq!(found.config, tiny.config, "{what}");
    assert!(canonical(&found) == canonical(&tiny), "{what}");
}

#[test]
fn every_spelling_and_every_number_of_ranks_is_the_same_model() {
    for (names, what) in [(MEGATRON_CORE, "megatron-core"), (LEGACY, "legacy")] {
        let saved = spelled(&names);
        for ranks in [1, 2, 4] {
            let file = |rank: usize| {
                let parts = saved.iter().map(|(k, m)| (k.clone(), m.part(rank, ranks)));
                torch_file(&parts.collect())
            };
            let name = |rank: usize| match ranks {
                1 => "model_weights.ckpt".to_owned(),
                2 => format!("mp_rank_{rank:02}/model_weights.ckpt"),
                _ => format!("tp_rank_{rank:02}_pp_rank_000/model_weights.ckpt"),
            };
            let files: Vec<(String, Vec<u8>)> = (0..ranks).map(|r| (name(r), file(r))).collect();
            let files: Vec<(&str, Vec<u8>)> =
                files.iter().map(|(name, file)| (name.as_str(), file.clone())).collect();
            let folder = unpacked(|yaml| yaml, &files);
            assert_is_tiny(folder.path(), &format!("{what} in {ranks} parts"));
        }
        let file = torch_file(&stacked(&names, saved));
        let folder = unpacked(|yaml| yaml, &[("model_weights.ckpt", file)]);
        assert_is_tiny(folder.path(), &format!("{what}, stacked"));
    }
}

#[test]
fn a_customised_checkpoint_loads_like_any_other() {
    let file = torch_file(&spelled(&MEGATRON_CORE));
    let sft = |yaml: String| {
        let target = "target: nemo_aligner.models.nlp.gpt.gpt_sft_model.GPTSFTModel";
        let lines = yaml.lines().filter(|line| !line.starts_with("target:"));
        let more = "peft:\n  peft_scheme: null\ndata:\n  train_ds:\n    file_path: /data/a.jsonl\n";
        format!("{}\n{target}\n{more}", lines.collect::<Vec<_>>().join("\n"))
    };
    let folder = unpacked(sft, &[("model_weights.ckpt", file)]);
    assert_is_tiny(folder.path(), "SFT");
}

/// Why a checkpoint is not run.
fn refusal(change: impl Fn(String) -> String, weights: &[(&str, Vec<u8>)]) -> String {
    let folder = unpacked(change, weights);
    match Checkpoint::open(folder.path()) {
        Err(error @ Error::Unsupported { .. }) => error.to_string(),
        other => panic!("expected a refusal by name: {other:?}"),
    }
}

#[test]
fn other_architectures_are_named() {
    for (from, to, said) in [
        ("activation: squared-relu", "activation: swiglu", "activation is swiglu"),
        ("normalization: layernorm1p", "normalization: rmsnorm", "normalization is rmsnorm"),
        ("position_embedding_type: rope", "position_embedding_type: alibi", "is alibi"),
        ("bias: false", "bias: true", "bias is true"),
    ] {
        let message = refusal(|yaml| yaml.replacen(from, to, 1), &[]);
        assert!(message.contains(said) && message.contains("expected"), "{message}");
    }
}

#[test]
fn adapters_stages_and_other_layouts_are_named() {
    let saved = spelled(&MEGATRON_CORE);
    let lora =
        "model.decoder.layers.0.self_attention.adapter_layer.lora_kqv_adapter.linear_in.weight";
    let small = Matrix { shape: vec![8, 128], bytes: vec![0; 2048], cut: None };
    let alone = Saved::from([(lora.to_owned(), small.clone())]);
    let mut beside = saved.clone();
    beside.insert(lora.to_owned(), small.clone());
    for weights in [alone, beside] {
        let message = refusal(|yaml| yaml, &[("model_weights.ckpt", torch_file(&weights))]);
        assert!(message.contains("adapter") && message.contains("merge it"), "{message}");
    }
    let mut gated = saved.clone();
    gated.insert("model.decoder.layers.0.mlp.linear_gate.weight".to_owned(), small);
    let message = refusal(|yaml| yaml, &[("model_weights.ckpt", torch_file(&gated))]);
    assert!(message.contains("linear_gate") && message.contains("no place"), "{message}");
    let stage = [("tp_rank_00_pp_rank_001/model_weights.ckpt", torch_file(&saved))];
    assert!(refusal(|yaml| yaml, &stage).contains("pipeline"));
    assert!(
        refusal(|yaml| yaml, &[("model_weights/__0_0.distcp", vec![0])]).contains("torch_dist")
    );
}
