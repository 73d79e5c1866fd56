//! Grouped-query attention against the same model with its key and value heads written out once
//! for each query head, which the references cover.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::Value;
use tests::{fixture, program};

const HEAD_BYTES: usize = 32 * 128 * 2;

/// The tiny Hugging Face model with the given heads of its keys and values.
fn write(folder: &Path, heads: &[usize]) {
    let source = fixture("tiny/hf");
    let config = std::fs::read_to_string(source.join("config.json")).expect("config");
    let stated = format!("\"num_key_value_heads\": {}", heads.len());
    let config = config.replace("\"num_key_value_heads\": 4", &stated);
    std::fs::write(folder.join("config.json"), config).expect("written");
    std::fs::copy(source.join("tokenizer.model"), folder.join("tokenizer.model")).expect("copied");
    let mut tensors: BTreeMap<String, (Vec<usize>, Vec<u8>)> = BTreeMap::new();
    for shard in 1..=5 {
        let file = source.join(format!("model-0000{shard}-of-00005.safetensors"));
        let bytes = std::fs::read(file).expect("shard");
        for (name, tensor) in SafeTensors::deserialize(&bytes).expect("safetensors").tensors() {
            let (mut shape, mut data) = (tensor.shape().to_vec(), tensor.data().to_vec());
            if name.contains("k_proj") || name.contains("v_proj") {
                let head = |h: &usize| &tensor.data()[h * HEAD_BYTES..(h + 1) * HEAD_BYTES];
                data = heads.iter().flat_map(head).copied().collect();
                shape[0] = 32 * heads.len();
            }
            tensors.insert(name, (shape, data));
        }
    }
    let views = tensors.iter().map(|(name, (shape, data))| {
        (name, TensorView::new(Dtype::BF16, shape.clone(), data).expect("sizes fit"))
    });
    let path = folder.join("model.safetensors");
    safetensors::serialize_to_file(views, None, &path).expect("written");
}

/// The log-probabilities of a text and the completion of it.
fn results(heads: &[usize]) -> (Value, String) {
    let folder = tempfile::tempdir().expect("folder");
    write(folder.path(), heads);
    let model = folder.path().to_string_lossy().into_owned();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(program("nemotron"));
        command.args(arguments).args(["--model", &model, "--prompt", "The meaning of life is"]);
        let output = command.output().expect("nemotron");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let score = serde_json::from_str(&run(&["score", "--json"])).expect("json");
    (score, run(&["complete", "--temperature", "0", "--max-tokens", "40"]))
}

#[test]
fn two_groups_compute_what_their_heads_written_out_compute() {
    let grouped = results(&[0, 2]);
    assert_eq!(grouped, results(&[0, 0, 2, 2]));
    assert_ne!(grouped, results(&[0, 2, 0, 2]), "which head belongs to which query matters");
}
