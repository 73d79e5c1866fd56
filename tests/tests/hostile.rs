//! Files that lie, through the real program: each ends in exit code 1 and one line that names what
//! is wrong, within 5 s and 1.5 GB of address space, and nothing is written or executed.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::archive::{Archive, Member};
use tests::{fixture, program};

/// Everything a process of 1 GB and a few threads may reserve, in KiB.
const ADDRESS_SPACE: &str = "1500000";
const PATIENCE: Duration = Duration::from_secs(5);
const YAML: &str = "model_config.yaml";
/// The kinds of error that most of them end with.
const D: &str = "damaged_checkpoint";
const U: &str = "unsupported_checkpoint";
const QKV: &str = "linear_qkv.weight/.zarray";

fn zarr() -> Archive {
    Archive::read(&fixture("tiny/tiny-zarr.nemo"))
}

/// Completes with a model under the limits.
fn complete(model: &Path) -> Output {
    let started = Instant::now();
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" \"$@\"")])
        .arg(program("nemotron"))
        .args(["complete", "--json", "--prompt", "x", "--max-tokens", "1", "--model"])
        .arg(model)
        .output()
        .expect("nemotron runs");
    assert!(started.elapsed() < PATIENCE, "{}: {:?}", model.display(), started.elapsed());
    output
}

/// Exit code 1, one `error:` line with all of `fragments`, and this kind.
fn refused(what: &str, model: &Path, kind: &str, fragments: &[&str]) {
    let output = complete(model);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{what}: {stderr}");
    let error = stderr.lines().next().expect("an error line");
    assert!(error.starts_with("error: "), "{what}: {stderr}");
    assert!(stderr.lines().skip(1).all(|line| line.starts_with("hint: ")), "{what}: {stderr}");
    for fragment in fragments {
        assert!(error.contains(fragment), "{what}: {error:?} does not name {fragment:?}");
    }
    let stdout = String::from_utf8_lossy(&output.stdout);
    let last: Value = serde_json::from_str(stdout.lines().last().expect("json")).expect("json");
    assert_eq!(last["kind"], kind, "{what}: {error}");
}

/// The one file in a folder of its own, in which nothing else may appear.
fn archive_refused(what: &str, archive: &Archive, kind: &str, fragments: &[&str]) {
    let folder = tempfile::tempdir().expect("folder");
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).expect("folder");
    let path = inner.join("model.nemo");
    archive.write(&path);
    refused(what, &path, kind, fragments);
    let names = |folder: &Path| std::fs::read_dir(folder).expect("folder").count();
    assert_eq!((names(folder.path()), names(&inner)), (1, 1), "{what} left something behind");
}

#[test]
fn members_that_reach_outside_or_stand_for_each_other() {
    let cases = [
        (Member::file("../evil", b"x"), D, "../evil"),
        (Member::file("./a/../../evil", b"x"), D, "./a/../../evil"),
        (Member::file("/evil", b"x"), D, "/evil"),
        (Member::file("model_config.yaml", b"x"), D, "model_config.yaml"),
        (Member::file(".//./model_config.yaml", b"x"), D, "model_config.yaml"),
        (Member::link("shadow", "/etc/shadow"), U, "shadow is a link"),
        (Member::link("./model_weights/common", "common.pt"), U, "common is a link"),
    ];
    for (member, kind, fragment) in cases {
        let mut archive = zarr();
        archive.members.push(member);
        archive_refused(fragment, &archive, kind, &[fragment]);
    }
}

#[test]
fn members_that_are_missing_or_short() {
    let missing = [
        (".model", "tokenizer_1k.model"),
        (YAML, YAML),
        ("linear_qkv.weight/1.1.0", "linear_qkv.weight/1.1.0"),
        ("linear_qkv.weight/.zarray", "linear_qkv.weight"),
    ];
    for (ending, fragment) in missing {
        let mut archive = zarr();
        archive.members.retain(|member| !member.name.ends_with(ending));
        let kind = if ending == YAML { "not_a_checkpoint" } else { D };
        archive_refused(ending, &archive, kind, &[fragment]);
    }
    let mut archive = zarr();
    archive.members.retain(|member| !member.name.contains("model_weights"));
    archive_refused("no weights", &archive, D, &["weights"]);
    let mut archive = zarr();
    archive.member("linear_qkv.weight/1.1.0").bytes.truncate(100);
    archive_refused("a short chunk", &archive, D, &["linear_qkv.weight/1.1.0", "100 bytes"]);
}

/// `from` and `to` in one array's metadata, and the kind of the refusal.
#[test]
fn arrays_that_are_not_what_they_say() {
    let cases = [
        (r#""shape":[3,384,128]"#, r#""shape":[3,9223372036854775807,128]"#, D),
        (r#""shape":[3,384,128]"#, r#""shape":[4294967296,4294967296,4294967296]"#, D),
        (r#""shape":[3,384,128]"#, r#""shape":[3,-384,128]"#, D),
        (r#""shape":[3,384,128]"#, r#""shape":[]"#, D),
        (r#""shape":[3,384,128]"#, r#""shape":[3,384,128,1]"#, D),
        (r#""chunks":[1,192,128]"#, r#""chunks":[1,0,128]"#, D),
        (r#""chunks":[1,192,128]"#, r#""chunks":[1,128,128]"#, D),
        (r#""chunks":[1,192,128]"#, r#""chunks":[1,191,128]"#, D),
        (r#""compressor":null"#, r#""compressor":{"id":"blosc"}"#, U),
        (r#""filters":null"#, r#""filters":[{"id":"delta"}]"#, U),
        ("bfloat16", "<i8", U),
        (r#""order":"C""#, r#""order":"F""#, U),
        (r#""zarr_format":2"#, r#""zarr_format":3"#, U),
        ("}", "", D),
    ];
    for (from, to, kind) in cases {
        let mut archive = zarr();
        let metadata = archive.member(QKV);
        let value: Value = serde_json::from_slice(&metadata.bytes).expect("json");
        metadata.bytes = value.to_string().into_bytes();
        archive.replace(QKV, from, to);
        archive_refused(to, &archive, kind, &["array", "linear_qkv.weight"]);
    }
    let mut archive = zarr();
    archive.member(QKV).bytes = b"[".repeat(60_000);
    archive_refused("deep JSON", &archive, D, &["linear_qkv.weight"]);
}

/// `from` and `to` in the configuration, and what is named.
#[test]
fn configurations_that_ask_for_too_much() {
    let cases = [
        ("bias: false", "bias: !!python/object/apply:os.system [\"touch evil\"]", YAML),
        ("num_layers: 3", "num_layers: 1000000000", "num_layers"),
        ("num_layers: 3", "num_layers: 0", "num_layers"),
        ("num_layers: 3", "num_layers: -3", "model_config.yaml: line 7 column 13"),
        ("num_attention_heads: 4", "num_attention_heads: 0", "num_heads"),
        ("encoder_seq_length: 256", "encoder_seq_length: 9000000000000000000", "context_length"),
        ("encoder_seq_length: 256", "encoder_seq_length: 1000000000", "context_length"),
        ("hidden_size: 128", "hidden_size: 256", "256"),
        ("hidden_size: 128", "other: 128", "hidden_size"),
        ("layernorm_epsilon: 1.0e-05", "layernorm_epsilon: .nan", "norm_epsilon"),
        ("rotary_percentage: 0.5", "rotary_percentage: 7.5", "rotary_fraction"),
        ("model: nemo:586f", "model: nemo:../../586f", "tokenizer"),
        ("model: nemo:586f", "model: nemo:/etc/passwd #", "/etc/passwd"),
    ];
    for (from, to, fragment) in cases {
        let mut archive = zarr();
        archive.replace(YAML, from, to);
        archive_refused(to, &archive, D, &[fragment]);
    }
    assert!(!Path::new("evil").exists());
}

#[test]
fn configurations_that_are_none() {
    let deep = [b"deep: ".to_vec(), b"[".repeat(200_000)].concat();
    for (what, bytes) in [
        ("no YAML", b"{{{:::".to_vec()),
        ("no text", vec![0xff; 500]),
        ("aliases that multiply", alias_bomb()),
        ("deep YAML", deep),
        ("too long", b"# \n".repeat(1 << 20)),
    ] {
        let mut archive = zarr();
        archive.member(YAML).bytes.splice(0..0, bytes);
        archive_refused(what, &archive, D, &[YAML]);
    }
}

fn alias_bomb() -> Vec<u8> {
    let level = |n: u32| format!("b{n}: &b{n} [{}]\n", vec![format!("*b{}", n - 1); 10].join(","));
    let levels: String = (1..12).map(level).collect();
    format!("b0: &b0 [x,x,x,x,x,x,x,x,x,x]\n{levels}").into_bytes()
}

#[test]
fn tokenizers_that_are_none() {
    let mut whole = zarr();
    let whole = whole.member(".model").bytes.clone();
    let longer = [&whole[..1], &[0x7f], &whole[2..]].concat();
    let cases = [
        ("nothing", vec![]),
        ("noise", vec![0xa5; 4096]),
        ("half", whole[..7000].to_vec()),
        ("a length beyond", longer),
    ];
    for (what, bytes) in cases {
        let mut archive = zarr();
        archive.member(".model").bytes = bytes;
        archive_refused(what, &archive, D, &["tokenizer"]);
    }
}

/// The tiny Hugging Face folder with some files replaced.
fn folder(changes: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for entry in std::fs::read_dir(fixture("tiny/hf")).expect("fixture") {
        let source = entry.expect("entry").path();
        let name = source.file_name().expect("name");
        std::fs::copy(&source, folder.path().join(name)).expect("copied");
    }
    for (name, bytes) in changes {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    folder
}

/// A safetensors file: its table as given, then 64 bytes.
fn safetensors(length: u64, table: &[u8]) -> Vec<u8> {
    [&length.to_le_bytes(), table, &[0; 64]].concat()
}

#[test]
fn safetensors_that_lie() {
    let shard = "model-00001-of-00005.safetensors";
    let entry = |shape: Value, offsets: Value| {
        let table =
            json!({"lm_head.weight": {"dtype": "BF16", "shape": shape, "data_offsets": offsets}});
        let table = serde_json::to_vec(&table).expect("json");
        safetensors(table.len() as u64, &table)
    };
    let cases = [
        ("an endless header", safetensors(u64::MAX, b"{}"), shard),
        ("a header beyond the file", safetensors(1 << 40, b"{}"), shard),
        ("a header that ends early", safetensors(1, b"{}"), shard),
        ("an empty file", Vec::new(), shard),
        ("deep JSON", safetensors(100_000, &b"[".repeat(100_000)), shard),
        ("data beyond the end", entry(json!([1024, 128]), json!([0, 262_144])), "lm_head.weight"),
        ("more data than the shape", entry(json!([4, 4]), json!([0, 64])), "lm_head.weight"),
        ("offsets backwards", entry(json!([4, 4]), json!([64, 32])), "lm_head.weight"),
        (
            "an overflowing shape",
            entry(json!([1_u64 << 40, 1_u64 << 40]), json!([0, 64])),
            "lm_head.weight",
        ),
    ];
    for (what, bytes, fragment) in cases {
        let folder = folder(&[(shard, bytes)]);
        refused(what, folder.path(), D, &[shard, fragment]);
    }
}

#[test]
fn indexes_that_point_outside() {
    let index = "model.safetensors.index.json";
    for shard in ["../../etc/passwd", "/etc/passwd", "no.safetensors"] {
        let json = json!({"weight_map": {"lm_head.weight": shard}}).to_string();
        let folder = folder(&[(index, json.into_bytes())]);
        refused(shard, folder.path(), D, &[index, shard]);
    }
    let folder = folder(&[(index, b"[".repeat(100_000))]);
    refused("no JSON", folder.path(), D, &[index]);
}

#[test]
fn configs_of_folders_that_lie() {
    let config = std::fs::read_to_string(fixture("tiny/hf/config.json")).expect("config");
    let cases = [
        ("relu2", "silu", U, "silu"),
        ("\"attention_bias\": false", "\"attention_bias\": true", U, "attention_bias"),
        ("\"num_key_value_heads\": 4", "\"num_key_value_heads\": 3", D, "num_kv_heads"),
        (
            "\"intermediate_size\": 512",
            "\"intermediate_size\": 18446744073709551615",
            D,
            "ffn_hidden_size",
        ),
        ("\"vocab_size\": 1024", "\"vocab_size\": 4611686018427387904", D, "vocab_size"),
        ("\"vocab_size\": 1024", "\"vocab_size\": 512", D, "512"),
        ("\"head_dim\": 32", "\"head_dim\": 31", D, "rotary_fraction"),
    ];
    for (from, to, kind, fragment) in cases {
        assert!(config.contains(from), "{from}");
        let folder = folder(&[("config.json", config.replace(from, to).into_bytes())]);
        refused(to, folder.path(), kind, &[fragment]);
    }
}

#[test]
fn pickles_with_payloads_are_named_and_never_run() {
    let mut archive = Archive::read(&fixture("tiny/tiny-ckpt.nemo"));
    let bytes = &mut archive.member("model_weights.ckpt").bytes;
    let call = b"ctorch._utils\n_rebuild_tensor_v2\n";
    let payload = b"cposix\nsystem\n(Vtouch evil\nt R..\n";
    assert_eq!(call.len(), payload.len());
    let at = bytes.windows(call.len()).position(|window| window == call).expect("a call");
    bytes[at..at + call.len()].copy_from_slice(payload);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("model.nemo");
    archive.write(&path);
    refused("a payload", &path, U, &["posix", "system"]);
    assert!(!folder.path().join("evil").exists() && !Path::new("evil").exists());
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("folder");
    let pipe = folder.path().join("pipe\u{1b}[31m");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    refused("a pipe", &pipe, "not_a_checkpoint", &["pipe\\u{1b}[31m", "no checkpoint"]);
    for device in ["/dev/zero", "/dev/null"] {
        refused(device, Path::new(device), "not_a_checkpoint", &[device]);
    }
}

#[test]
fn a_context_that_holds_nothing_is_refused() {
    let mut archive = zarr();
    archive.replace(YAML, "encoder_seq_length: 256", "encoder_seq_length: 1");
    archive_refused("a context of one", &archive, D, &["context_length is 1", "2 to"]);
}

/// It works or it is refused in one line; nothing else.
fn survives(what: &str, path: &Path) {
    let output = complete(path);
    let stderr = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => assert_eq!(stderr, "", "{what}"),
        Some(1) => assert!(
            stderr.starts_with("error: ") && stderr.lines().count() <= 2,
            "{what}: {stderr}"
        ),
        other => panic!("{what} ended with {other:?}: {stderr}"),
    }
}

#[test]
fn files_cut_anywhere_and_with_any_byte_changed() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("model.nemo");
    for name in ["tiny-zarr.nemo", "tiny-ckpt.nemo"] {
        let whole = std::fs::read(fixture("tiny").join(name)).expect("fixture");
        let mut state = 1_u64;
        let mut random = |below: usize| {
            // Knuth's MMIX generator; its upper bits are the good ones.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for round in 0..60 {
            // Most of a file is weights; what says how to read them stands near the front or the end.
            let near = if round % 2 == 0 { 40_000 } else { whole.len() };
            let mut broken = whole.clone();
            let at = if round % 4 == 3 { whole.len() - 1 - random(40_000) } else { random(near) };
            if round % 3 == 0 {
                broken.truncate(at);
            } else {
                broken[at] = random(256) as u8;
            }
            std::fs::write(&path, &broken).expect("written");
            survives(&format!("{name}, round {round}, byte {at}"), &path);
        }
    }
}
