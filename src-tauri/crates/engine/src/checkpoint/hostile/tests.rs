//! Attacks that no fuzzer finds: they need size, or more than one file.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::array::{FlatArray, SplitArray, Stored};
use super::super::pickle;
use super::*;
use crate::Error;

const LONGEST: Duration = Duration::from_secs(5);

fn message<T>(result: crate::Result<T>) -> String {
    let error = result.err().expect("a refusal");
    assert!(!matches!(error, Error::Io { .. }), "{error}");
    error.to_string()
}

fn torch_checkpoint(yaml: &[u8], weights: &[u8]) -> crate::Result<Checkpoint> {
    nemo::open(&Files::of(BTreeMap::from([
        (nemo::CONFIG.to_owned(), region(yaml)),
        ("t.model".to_owned(), region(&[])),
        ("model_weights.ckpt".to_owned(), region(weights)),
    ])))
}

/// A pickled dict of bf16 tensors: names, shapes and the storages they view from the start.
fn pickled(tensors: &[(String, Vec<usize>, usize)], numbers: usize) -> Vec<u8> {
    let int = |n: usize| [b"J".as_slice(), &(n as u32).to_le_bytes()].concat();
    let text = |s: &str| [&[0x8c, s.len() as u8], s.as_bytes()].concat();
    let tuple = |sizes: &[usize]| {
        let sizes: Vec<u8> = sizes.iter().flat_map(|size| int(*size)).collect();
        [b"(".as_slice(), &sizes, b"t"].concat()
    };
    let mut pickle = b"\x80\x02}".to_vec();
    for (name, shape, storage) in tensors {
        let strides: Vec<usize> =
            (1..=shape.len()).map(|axis| shape[axis..].iter().product()).collect();
        pickle.extend(text(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((\x8c\x07storage");
        pickle.extend(b"ctorch\nBFloat16Storage\n");
        pickle.extend([text(&storage.to_string()), text("cpu"), int(numbers)].concat());
        pickle.extend([b"tQ".to_vec(), int(0), tuple(shape), tuple(&strides)].concat());
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtRs");
    }
    pickle.push(b'.');
    pickle
}

fn archive(pickle: &[u8], storage: &[u8]) -> Vec<u8> {
    Archive::new(&[("data.pkl", pickle), ("data/0", storage)]).bytes()
}

#[test]
fn an_embedding_that_is_one_number_is_refused() {
    let embedding = ("embedding.word_embeddings.weight".to_owned(), vec![], 0);
    let weights = archive(&pickled(&[embedding], 1), &[0; 2]);
    let message = message(torch_checkpoint(YAML, &weights));
    assert!(message.contains("single number"), "{message}");
}

#[test]
fn stacked_layers_are_not_cut_into_ranks() {
    let part = || FlatArray { stored: Stored::F16, shape: vec![1, 2, 2], data: region(&[0; 8]) };
    let message = SplitArray::new(vec![part(), part()], 0).expect_err("three axes");
    assert!(message.contains("3 axes"), "{message}");
}

#[test]
fn tensors_over_the_same_bytes_are_refused() {
    let (layers, hidden, ffn) = (16, 64, 128);
    let mut tensors = Vec::new();
    let mut add = |name: String, shape: &[usize]| tensors.push((name, shape.to_vec(), 0));
    add("embedding.word_embeddings.weight".into(), &[8, hidden]);
    add("output_layer.weight".into(), &[8, hidden]);
    add("decoder.final_layernorm.weight".into(), &[hidden]);
    add("decoder.final_layernorm.bias".into(), &[hidden]);
    for layer in 0..layers {
        let key = |key: &str| format!("decoder.layers.{layer}.{key}");
        add(key("self_attention.linear_qkv.weight"), &[2 * hidden, hidden]);
        add(key("self_attention.linear_proj.weight"), &[hidden, hidden]);
        add(key("mlp.linear_fc1.weight"), &[ffn, hidden]);
        add(key("mlp.linear_fc2.weight"), &[hidden, ffn]);
        for norm in ["input_layernorm.", "mlp.linear_fc1.layer_norm_"] {
            add(key(&format!("{norm}weight")), &[hidden]);
            add(key(&format!("{norm}bias")), &[hidden]);
        }
    }
    let numbers = ffn * hidden;
    let weights = archive(&pickled(&tensors, numbers), &vec![0; 2 * numbers]);
    let yaml = String::from_utf8(YAML.to_vec()).expect("text");
    let yaml = yaml.replace("hidden_size: 4", "hidden_size: 64").replace("size: 8", "size: 128");
    let yaml = yaml.replace("num_layers: 1", "num_layers: 16");
    let message = message(torch_checkpoint(yaml.as_bytes(), &weights));
    assert!(message.contains("overlap"), "{message}");
}

#[test]
fn all_layers_of_a_stacked_array_share_its_list_of_chunks() {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/tiny");
    let tiny = Checkpoint::open(&tiny.join("tiny-zarr.nemo")).expect("a fixture");
    let array = |name: &str| tiny.tensor(name).expect("there").array.clone();
    assert!(Arc::ptr_eq(&array("layers.0.q"), &array("layers.2.v")));
}

#[test]
fn text_that_spells_bytes_is_not_read_again_and_again() {
    let long = vec![b'a'; 16 << 20];
    let mut bytes = b"\x80\x02c_codecs\nencode\nq\x00X".to_vec();
    bytes.extend((long.len() as u32).to_le_bytes());
    bytes.extend([long.as_slice(), b"q\x01N\x86q\x02"].concat());
    bytes.extend(b"0h\x00h\x02R".repeat(200_000));
    bytes.push(b'.');
    let start = Instant::now();
    // What it is does not matter.
    let _ = pickle::load(&bytes);
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
}

#[test]
fn an_archive_of_folders_or_long_names_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("folders.nemo");
    let mut header = ::tar::Header::new_ustar();
    header.set_path("a/").expect("a name");
    header.set_entry_type(::tar::EntryType::Directory);
    header.set_size(0);
    header.set_cksum();
    std::fs::write(&path, header.as_bytes().repeat(200_001)).expect("room");
    let found = message(Checkpoint::open(&path));
    assert!(found.contains("more than 200000"), "{found}");
    let mut archive = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_gnu();
    header.set_size(0);
    archive.append_data(&mut header, "long/".repeat(300), &[][..]).expect("appended");
    std::fs::write(&path, archive.into_inner().expect("an archive")).expect("room");
    let found = message(Checkpoint::open(&path));
    assert!(found.contains("1499 bytes") || found.contains("1500 bytes"), "{found}");
}

#[cfg(unix)]
#[test]
fn links_to_folders_and_pipes_are_left_alone() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let inside = |name: &str| folder.path().join(name);
    for n in 0..50 {
        symlink(".", inside(&format!("circle{n}"))).expect("a link");
    }
    symlink("/", inside("outside")).expect("a link");
    std::fs::write(inside("blob"), JSON).expect("written");
    symlink("blob", inside("config.json")).expect("a link");
    let pipe = std::process::Command::new("mkfifo").arg(inside("pipe.nemo")).status();
    assert!(pipe.expect("mkfifo").success());
    let files = Files::open(folder.path()).expect("a folder");
    assert_eq!(files.names().collect::<Vec<_>>(), ["blob", "config.json"]);
    let found = message(Checkpoint::open(&inside("pipe.nemo")));
    assert!(found.contains("no checkpoint"), "{found}");
}

#[test]
fn configs_that_no_model_has_are_refused() {
    let yaml = |line: &str| [YAML, line.as_bytes()].concat();
    for line in [
        "rotary_base: .nan",
        "rotary_base: .inf",
        "rotary_base: 1e300",
        "layernorm_epsilon: 1e-300",
        "layernorm_epsilon: -.inf",
        "rotary_percentage: .nan",
        "rotary_percentage: -1",
        "max_position_embeddings: 1048576\nkv_channels: 4096",
        "max_position_embeddings: 18446744073709551615",
        "kv_channels: 18446744073709551615",
    ] {
        assert!(!config(&yaml(line)), "{line}");
    }
    assert!(config(&yaml("max_position_embeddings: 1048576\nkv_channels: 128")));
}

#[test]
fn bombs_of_yaml_and_json_end_soon() {
    let mut aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..30 {
        let again = format!("*a{}, ", n - 1).repeat(10);
        writeln!(aliases, "a{n}: &a{n} [{again}]").expect("a line");
    }
    let merges: String = (1..3000).fold("m0: &m0 {a: 1}\n".to_owned(), |text, n| {
        format!("{text}m{n}: &m{n} {{<<: *m{}, k{n}: 1}}\n", n - 1)
    });
    let anchors = "&a [".repeat(60) + &"x, ".repeat(200_000) + &"]".repeat(60);
    let deep = 500_000;
    let blocks = (0..1000).map(|n| " ".repeat(n) + "a:\n").collect::<String>();
    for bomb in [
        aliases,
        merges,
        format!("a: {anchors}\n"),
        "[".repeat(deep),
        "{a: ".repeat(deep / 4),
        "- ".repeat(deep),
        "? ".repeat(deep),
        blocks,
        "a: ".to_owned() + &"!t ".repeat(deep / 3),
        "a: |\n".to_owned() + &" x\n".repeat(deep / 3),
        "---\n".repeat(deep / 4),
        format!("{{\"a\": {}", "[".repeat(deep)),
        "{\"a\":".repeat(deep / 5),
        format!("{{\"rope_scaling\": {}", "[[],".repeat(deep / 4)),
    ] {
        let start = Instant::now();
        for bytes in [bomb.clone().into_bytes(), [YAML, bomb.as_bytes()].concat()] {
            config(&bytes);
        }
        let shown: String = bomb.chars().take(20).collect();
        assert!(start.elapsed() < LONGEST, "{shown}: {:?}", start.elapsed());
    }
}

#[test]
fn safetensors_headers_are_bounded() {
    let file = |header: &str| [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let axes = format!(
        r#"{{"w": {{"dtype": "F16", "shape": [{}1], "data_offsets": [0, 2]}}}}"#,
        "1,".repeat(8)
    );
    let long = r#"{"__metadata__": {"a": "b"}}"#.to_owned() + &" ".repeat(8 << 20);
    for (header, said) in [(axes, "9 axes"), (long, "too long")] {
        let weights = [file(&header), vec![0; 2]].concat();
        let files = Files::of(BTreeMap::from([("model.safetensors".to_owned(), region(&weights))]));
        let found = message(huggingface::arrays(&files));
        assert!(found.contains(said), "{found}");
    }
}
