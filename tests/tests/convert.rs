//! `nemotron convert` against what transformers wrote of the same model, and what it leaves behind
//! when it does not come to its end.

mod interrupted;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::{Value, json};
use tests::checkpoint::{every_form, unpacked};
use tests::fixture;
use tests::nemotron::{complete_with, fails, lines, nemotron, reference, tiny};

/// Type, shape and bytes by name.
type Weights = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What a conversion that succeeds says of itself.
fn convert(model: &str, out: &Path, more: &[&str]) -> Value {
    let output = nemotron(&[&["convert", model, &text(out), "--json"], more].concat(), b"");
    lines(&output).remove(0)
}

fn json_file(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("readable")).expect("json")
}

/// All weights of a folder, each in the file that the index names.
fn weights(folder: &Path) -> Weights {
    let index = json_file(&folder.join("model.safetensors.index.json"));
    let map = index["weight_map"].as_object().expect("map");
    let mut weights = Weights::new();
    for (name, file) in map {
        let bytes = fs::read(folder.join(file.as_str().expect("name"))).expect("shard");
        let shard = SafeTensors::deserialize(&bytes).expect("safetensors");
        let tensor = shard.tensor(name).expect("where the index says");
        let weight = (tensor.dtype(), tensor.shape().to_vec(), tensor.data().to_vec());
        weights.insert(name.clone(), weight);
    }
    let total: usize = weights.values().map(|(_, _, data)| data.len()).sum();
    assert_eq!(index["metadata"]["total_size"], total);
    weights
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("folder");
    let mut names: Vec<String> =
        entries.map(|entry| text(entry.expect("entry").file_name().as_ref())).collect();
    names.sort();
    names
}

#[test]
fn every_form_becomes_what_transformers_wrote() {
    let folder = tempfile::tempdir().expect("folder");
    let expected = weights(&fixture("tiny/hf"));
    let config = json_file(&fixture("tiny/hf/config.json"));
    let reference = reference();
    for (number, (model, _)) in every_form(folder.path()).into_iter().enumerate() {
        let out = folder.path().join(format!("converted {number}"));
        let done = convert(&model, &out, &[]);
        assert!(weights(&out) == expected, "{model}");
        has_the_tokenizer(&out, model.ends_with("json"));
        let found = json_file(&out.join("config.json"));
        for (key, value) in config.as_object().expect("object") {
            match key.as_str() {
                "transformers_version" => {}
                "dtype" => assert_eq!(&found["torch_dtype"], value),
                _ => assert_eq!(&found[key], value, "{key} of {model}"),
            }
        }
        assert_eq!(
            (&found["rope_theta"], &found["partial_rotary_factor"]),
            (&json!(10000.0), &json!(0.5))
        );
        let generation = json_file(&out.join("generation_config.json"));
        let ids = ["bos", "eos", "pad"].map(|role| generation[format!("{role}_token_id")].clone());
        assert_eq!(ids, [json!(2), json!(3), json!(0)]);
        is_described(&done, &out);
        for case in &reference["greedy"].as_array().expect("cases")[..2] {
            let greedy = ["--temperature", "0", "--ignore-eos", "--max-tokens", "32"];
            let prompt = case["text"].as_str().expect("text");
            let events = lines(&complete_with(&text(&out), prompt, &greedy));
            let tokens = events.iter().filter(|event| event["type"] == "token");
            let ids: Vec<&Value> = tokens.map(|token| &token["id"]).collect();
            assert_eq!(json!(ids), case["generated_ids"], "{prompt:?}");
        }
    }
}

/// The SentencePiece model and a `tokenizer.json` of it, or the only one there was.
fn has_the_tokenizer(out: &Path, json_alone: bool) {
    let file = |name: &str| fs::read(out.join(name));
    let fixture = |name: &str| fs::read(fixture("tiny").join(name)).expect("fixture");
    if json_alone {
        assert!(file("tokenizer.json").expect("tokenizer") == fixture("tokenizer.json"));
        assert!(file("tokenizer.model").is_err());
    } else {
        assert!(file("tokenizer.model").expect("tokenizer") == fixture("tokenizer.model"));
        let written = json_file(&out.join("tokenizer.json"));
        assert_eq!(written["model"]["vocab"].as_object().expect("pieces").len(), 1000);
    }
    let config = json_file(&out.join("tokenizer_config.json"));
    let texts = ["bos", "eos", "unk"].map(|role| config[format!("{role}_token")].clone());
    assert_eq!(texts, [json!("<s>"), json!("</s>"), json!("<unk>")]);
    assert_eq!(config["add_bos_token"], false);
}

/// The object on standard output against the folder.
fn is_described(done: &Value, out: &Path) {
    assert_eq!((&done["type"], &done["dtype"]), (&json!("done"), &json!("bf16")));
    assert_eq!(done["path"], text(out));
    assert_eq!((&done["parameters"], &done["weight_bytes"]), (&json!(853_760), &json!(1_707_520)));
    let files = done["files"].as_array().expect("files");
    let described: Vec<&str> = files.iter().filter_map(|file| file["name"].as_str()).collect();
    assert_eq!(described, names(out));
    let sizes = files.iter().map(|file| {
        let name = file["name"].as_str().expect("name");
        assert_eq!(file["bytes"], fs::metadata(out.join(name)).expect("file").len(), "{name}");
        file["bytes"].as_u64().expect("bytes")
    });
    assert_eq!(done["bytes"], sizes.sum::<u64>());
}

#[test]
fn shards_are_as_large_as_asked_and_hold_the_same() {
    let folder = tempfile::tempdir().expect("folder");
    let expected = weights(&fixture("tiny/hf"));
    // The embedding has 262,144 bytes; the last limit leaves each weight a file of its own.
    for (limit, count) in [(5_000_000_000, 1), (2_000_000, 1), (400_000, 5), (1, 34)] {
        let out = folder.path().join(limit.to_string());
        convert(&tiny(), &out, &["--max-shard-bytes", &limit.to_string()]);
        let shards: Vec<String> =
            names(&out).into_iter().filter(|name| name.ends_with(".safetensors")).collect();
        let expected_names: Vec<String> =
            (1..=count).map(|i| format!("model-{i:05}-of-{count:05}.safetensors")).collect();
        assert_eq!(shards, expected_names);
        for shard in shards.iter().filter(|_| limit > 1) {
            assert!(fs::metadata(out.join(shard)).expect("shard").len() <= limit, "{shard}");
        }
        assert!(weights(&out) == expected, "{limit}");
    }
}

#[test]
fn numbers_keep_the_type_they_are_stored_in() {
    let folder = tempfile::tempdir().expect("folder");
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    let mut mixed = weights(&fixture("tiny/hf"));
    for (name, (dtype, _, data)) in &mut mixed {
        if name.contains("norm") {
            *dtype = Dtype::F32;
            // The low halves of the numbers are what a detour through bf16 would lose.
            *data = data.chunks_exact(2).flat_map(|raw| [7, 9, raw[0], raw[1]]).collect();
        }
    }
    write(&source, &mixed, |config| config);
    convert(&text(&source), &out, &["--max-shard-bytes", "500000"]);
    assert!(weights(&out) == mixed);
}

/// A Hugging Face folder of these weights, with the tiny model's config changed.
fn write(folder: &Path, weights: &Weights, change: impl Fn(String) -> String) {
    let source = fixture("tiny/hf");
    fs::create_dir(folder).expect("created");
    let config = fs::read_to_string(source.join("config.json")).expect("config");
    fs::write(folder.join("config.json"), change(config)).expect("written");
    fs::copy(source.join("tokenizer.model"), folder.join("tokenizer.model")).expect("copied");
    let views = weights.iter().map(|(name, (dtype, shape, data))| {
        (name, TensorView::new(*dtype, shape.clone(), data).expect("sizes fit"))
    });
    let path = folder.join("model.safetensors");
    safetensors::serialize_to_file(views, None, &path).expect("written");
}

/// Bytes of one head's rows of the tiny model.
const HEAD_BYTES: usize = 32 * 128 * 2;
const QKV: &str = "self_attention.linear_qkv.weight";

#[test]
fn queries_keys_and_values_of_two_groups_come_apart() {
    let folder = tempfile::tempdir().expect("folder");
    let model = unpacked("tiny-zarr.nemo", folder.path());
    let yaml = fs::read_to_string(model.join("model_config.yaml")).expect("yaml");
    let grouped = yaml.replace("num_query_groups: null", "num_query_groups: 2");
    fs::write(model.join("model_config.yaml"), grouped).expect("written");
    let stacked = model.join(format!("model_weights/model.decoder.layers.{QKV}"));
    fs::remove_dir_all(stacked).expect("removed");
    let mut expected = weights(&fixture("tiny/hf"));
    for layer in 0..3 {
        let name = |part: &str| format!("model.layers.{layer}.self_attn.{part}_proj.weight");
        for part in ["k", "v"] {
            let (_, shape, data) = expected.get_mut(&name(part)).expect("weight");
            shape[0] = 64;
            data.truncate(2 * HEAD_BYTES);
        }
        let rows = |part: &str, heads: std::ops::Range<usize>| {
            &expected[&name(part)].2[heads.start * HEAD_BYTES..heads.end * HEAD_BYTES]
        };
        let group =
            |g: usize| [rows("q", 2 * g..2 * g + 2), rows("k", g..g + 1), rows("v", g..g + 1)];
        let fused = [group(0).concat(), group(1).concat()].concat();
        let array = model.join(format!("model_weights/model.decoder.layers.{layer}.{QKV}"));
        fs::create_dir(&array).expect("created");
        let metadata = json!({
            "chunks": [128, 128], "compressor": null, "dtype": "bfloat16", "fill_value": null,
            "filters": null, "order": "C", "shape": [256, 128], "zarr_format": 2,
        });
        fs::write(array.join(".zarray"), metadata.to_string()).expect("written");
        for (chunk, bytes) in fused.chunks(fused.len() / 2).enumerate() {
            fs::write(array.join(format!("{chunk}.0")), bytes).expect("written");
        }
    }
    let out = folder.path().join("out");
    convert(&text(&model), &out, &[]);
    assert!(weights(&out) == expected);
    assert_eq!(json_file(&out.join("config.json"))["num_key_value_heads"], 2);
}

#[test]
fn what_a_hugging_face_folder_brings_along_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("folder");
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    write(&source, &weights(&fixture("tiny/hf")), |config| config);
    let files = ["tokenizer.json", "tokenizer_config.json", "generation_config.json"];
    for name in files {
        fs::write(source.join(name), format!("{{\"of\": \"{name}\"}}")).expect("written");
    }
    fs::write(source.join("pytorch_model.bin"), "a pickle").expect("written");
    convert(&text(&source), &out, &[]);
    for name in files {
        let (found, expected) = (fs::read(out.join(name)), fs::read(source.join(name)));
        assert_eq!(found.expect("copied"), expected.expect("there"), "{name}");
    }
    assert!(!out.join("pytorch_model.bin").exists());
}

#[test]
fn a_place_that_is_taken_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("full")).expect("created");
    fs::write(place("full").join("poem.txt"), "mine").expect("written");
    fs::write(place("file"), "mine").expect("written");
    std::os::unix::fs::symlink("nowhere", place("link")).expect("linked");
    // A folder that only has the name of ours.
    fs::create_dir(place("other.partial")).expect("created");
    fs::write(place("other.partial").join("poem.txt"), "mine").expect("written");
    for (name, fragment, kind) in [
        ("full", "the folder is not empty", "not_empty"),
        ("file", "Not a directory", "io"),
        ("link", "No such file", "not_found"),
        ("other", "other.partial: the folder is not empty", "not_empty"),
    ] {
        fails(&["convert", &tiny(), &text(&place(name)), "--json"], b"", 1, fragment, kind);
    }
    assert_eq!(names(folder.path()), ["file", "full", "link", "other.partial"]);
    assert_eq!(names(&place("full")), ["poem.txt"]);
    assert_eq!(names(&place("other.partial")), ["poem.txt"]);
}

#[test]
fn an_empty_folder_stays_the_same_one() {
    use std::os::unix::fs::MetadataExt;

    let folder = tempfile::tempdir().expect("folder");
    let number = |path: &Path| fs::metadata(path).expect("folder").ino();
    let before = number(folder.path());
    convert(&tiny(), folder.path(), &[]);
    assert_eq!(number(folder.path()), before);
    assert!(weights(folder.path()) == weights(&fixture("tiny/hf")));
    assert!(!names(folder.path()).contains(&".partial".to_owned()));
}

#[test]
fn a_model_that_cannot_be_read_leaves_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let (cut, out) = (folder.path().join("cut.nemo"), folder.path().join("deep/down/out"));
    let bytes = fs::read(tiny()).expect("fixture");
    fs::write(&cut, &bytes[..bytes.len() / 2]).expect("written");
    fails(
        &["convert", &text(&cut), &text(&out), "--json"],
        b"",
        1,
        "cut.nemo: ",
        "damaged_checkpoint",
    );
    let missing = text(&folder.path().join("missing.nemo"));
    fails(&["convert", &missing, &text(&out), "--json"], b"", 1, "No such file", "not_found");
    assert_eq!(names(folder.path()), ["cut.nemo"]);
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let out = "never-made";
    fails(&["convert", &tiny(), "--json"], b"", 2, "<OUT_DIR>", "usage");
    for limit in ["0", "-1", "5GB"] {
        let limit = format!("--max-shard-bytes={limit}");
        fails(&["convert", &tiny(), out, &limit, "--json"], b"", 2, "--max-shard-bytes", "usage");
    }
    assert!(!Path::new(out).exists());
}
