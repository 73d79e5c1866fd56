//! Every spelling of the weights' names behind one canonical tensor map.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::Tensor;
use super::array::Array;
use super::files::Files;
use crate::config::ModelConfig;
use crate::{Error, Result};

/// Stored arrays by name, without the wrappers `model.` and `module.`.
pub(super) type Arrays = BTreeMap<String, Arc<Array>>;

/// How one family of programs names the weights. Norms lack their last word, `weight` or `bias`.
struct Dialect {
    embedding: &'static str,
    final_norm: &'static str,
    output: &'static str,
    /// In front of a layer's number, or of the rest where layers are stacked.
    layers: &'static str,
    attention_norm: &'static [&'static str],
    attention: Attention,
    attention_output: &'static str,
    mlp_norm: &'static [&'static str],
    up: &'static str,
    down: &'static str,
}

enum Attention {
    /// Per group of heads: the rows of its query heads, one key head, one value head.
    Fused(&'static str),
    Split([&'static str; 3]),
}

/// megatron-core; `TransformerEngine` fuses norms into the projection that follows them.
const MEGATRON_CORE: Dialect = Dialect {
    embedding: "embedding.word_embeddings.weight",
    final_norm: "decoder.final_layernorm.",
    output: "output_layer.weight",
    layers: "decoder.layers.",
    attention_norm: &["self_attention.linear_qkv.layer_norm_", "input_layernorm."],
    attention: Attention::Fused("self_attention.linear_qkv.weight"),
    attention_output: "self_attention.linear_proj.weight",
    mlp_norm: &["mlp.linear_fc1.layer_norm_", "pre_mlp_layernorm."],
    up: "mlp.linear_fc1.weight",
    down: "mlp.linear_fc2.weight",
};

/// NeMo before megatron-core.
const NEMO_LEGACY: Dialect = Dialect {
    embedding: "language_model.embedding.word_embeddings.weight",
    final_norm: "language_model.encoder.final_layernorm.",
    output: "language_model.output_layer.weight",
    layers: "language_model.encoder.layers.",
    attention_norm: &["input_layernorm."],
    attention: Attention::Fused("self_attention.query_key_value.weight"),
    attention_output: "self_attention.dense.weight",
    mlp_norm: &["post_attention_layernorm."],
    up: "mlp.dense_h_to_4h.weight",
    down: "mlp.dense_4h_to_h.weight",
};

const HUGGING_FACE_QKV: [&str; 3] =
    ["self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"];

/// transformers' `NemotronForCausalLM`.
const HUGGING_FACE: Dialect = Dialect {
    embedding: "embed_tokens.weight",
    final_norm: "norm.",
    output: "lm_head.weight",
    layers: "layers.",
    attention_norm: &["input_layernorm."],
    attention: Attention::Split(HUGGING_FACE_QKV),
    attention_output: "self_attn.o_proj.weight",
    mlp_norm: &["post_attention_layernorm."],
    up: "mlp.up_proj.weight",
    down: "mlp.down_proj.weight",
};

const DIALECTS: [&Dialect; 3] = [&MEGATRON_CORE, &NEMO_LEGACY, &HUGGING_FACE];

/// Without the wrappers that trainers and libraries put around the model's own names.
pub(super) fn plain(name: &str) -> &str {
    let name = name.strip_prefix("model.").unwrap_or(name);
    name.strip_prefix("module.").unwrap_or(name)
}

/// Every canonical weight in the order of computation, with transformers' whole name for it.
pub(crate) fn hugging_face_names(num_layers: usize) -> Vec<(String, String)> {
    let dialect = &HUGGING_FACE;
    let norm = dialect.final_norm;
    let mut names = vec![("embedding".to_owned(), format!("model.{}", dialect.embedding))];
    for layer in 0..num_layers {
        names.extend(hugging_face_layer().map(|(name, key)| {
            (format!("layers.{layer}.{name}"), format!("model.{}{layer}.{key}", dialect.layers))
        }));
    }
    names.push(("final_norm.weight".to_owned(), format!("model.{norm}weight")));
    names.push(("final_norm.bias".to_owned(), format!("model.{norm}bias")));
    names.push(("output".to_owned(), dialect.output.to_owned()));
    names
}

fn hugging_face_layer() -> [(&'static str, String); 10] {
    let dialect = &HUGGING_FACE;
    let [q, k, v] = HUGGING_FACE_QKV;
    let (attention_norm, mlp_norm) = (dialect.attention_norm[0], dialect.mlp_norm[0]);
    [
        ("attention_norm.weight", format!("{attention_norm}weight")),
        ("attention_norm.bias", format!("{attention_norm}bias")),
        ("q", q.to_owned()),
        ("k", k.to_owned()),
        ("v", v.to_owned()),
        ("o", dialect.attention_output.to_owned()),
        ("mlp_norm.weight", format!("{mlp_norm}weight")),
        ("mlp_norm.bias", format!("{mlp_norm}bias")),
        ("up", dialect.up.to_owned()),
        ("down", dialect.down.to_owned()),
    ]
}

/// The axis on which tensor parallelism cuts a weight; none where every part has all of it.
pub(super) fn parallel_axis(name: &str) -> Option<usize> {
    let along_inputs = [
        MEGATRON_CORE.attention_output,
        MEGATRON_CORE.down,
        NEMO_LEGACY.attention_output,
        NEMO_LEGACY.down,
    ];
    if name.contains("norm") {
        return None;
    }
    Some(usize::from(along_inputs.iter().any(|end| name.ends_with(end))))
}

/// Rows of the embedding, padding included: what a `.nemo`'s own config does not say.
pub(super) fn vocabulary(files: &Files, arrays: &Arrays) -> Result<usize> {
    let embedding = dialect(files, arrays)?.embedding;
    let rows = arrays.get(embedding).and_then(|array| array.shape().first());
    rows.copied().ok_or_else(|| files.damaged(format!("tensor {embedding} is a single number")))
}

/// Whose names these are; every model has an embedding.
fn dialect(files: &Files, arrays: &Arrays) -> Result<&'static Dialect> {
    let found = DIALECTS.into_iter().find(|dialect| arrays.contains_key(dialect.embedding));
    found.ok_or_else(|| match arrays.keys().find(|name| is_adapter(name)) {
        Some(name) => adapter(files, name),
        None => files.damaged("the token embedding is missing".to_owned()),
    })
}

fn is_adapter(name: &str) -> bool {
    ["lora", "adapter", "prompt", "ia3"].iter().any(|part| name.contains(part))
}

fn adapter(files: &Files, name: &str) -> Error {
    files.unsupported(format!("tensor {name} is of an adapter: merge it into its base model first"))
}

/// The canonical tensors: every one there, of the shape the config says, and nothing besides.
pub(super) fn tensors(
    files: &Files,
    arrays: &Arrays,
    config: &ModelConfig,
) -> Result<BTreeMap<String, Tensor>> {
    let dialect = dialect(files, arrays)?;
    let mut map =
        Map { files, arrays, config, dialect, used: BTreeSet::new(), tensors: BTreeMap::new() };
    map.globals()?;
    for layer in 0..config.num_layers {
        map.layer(layer)?;
    }
    map.check_rest()?;
    map.check_total()?;
    Ok(map.tensors)
}

struct Map<'a> {
    files: &'a Files,
    arrays: &'a Arrays,
    config: &'a ModelConfig,
    dialect: &'static Dialect,
    used: BTreeSet<String>,
    tensors: BTreeMap<String, Tensor>,
}

impl Map<'_> {
    fn globals(&mut self) -> Result<()> {
        let (hidden, vocab) = (self.config.hidden_size, self.config.vocab_size);
        let norm = self.dialect.final_norm;
        for (name, key, shape) in [
            ("embedding", self.dialect.embedding.to_owned(), vec![vocab, hidden]),
            ("final_norm.weight", format!("{norm}weight"), vec![hidden]),
            ("final_norm.bias", format!("{norm}bias"), vec![hidden]),
            ("output", self.dialect.output.to_owned(), vec![vocab, hidden]),
        ] {
            let (array, _) = self.find(&[key], None, &shape)?;
            self.add(name.to_owned(), array, None, once(0..shape[0]));
        }
        Ok(())
    }

    fn layer(&mut self, layer: usize) -> Result<()> {
        let (hidden, ffn) = (self.config.hidden_size, self.config.ffn_hidden_size);
        let queries = self.config.num_heads * self.config.head_dim;
        let dialect = self.dialect;
        for (name, key, shape) in [
            ("o", dialect.attention_output, [hidden, queries]),
            ("up", dialect.up, [ffn, hidden]),
            ("down", dialect.down, [hidden, ffn]),
        ] {
            self.whole(layer, name, &[key.to_owned()], &shape)?;
        }
        for (name, keys) in
            [("attention_norm", dialect.attention_norm), ("mlp_norm", dialect.mlp_norm)]
        {
            for part in ["weight", "bias"] {
                let keys: Vec<String> = keys.iter().map(|key| format!("{key}{part}")).collect();
                self.whole(layer, &format!("{name}.{part}"), &keys, &[hidden])?;
            }
        }
        self.attention(layer)
    }

    fn attention(&mut self, layer: usize) -> Result<()> {
        let (hidden, width) = (self.config.hidden_size, self.config.head_dim);
        let (heads, groups) = (self.config.num_heads, self.config.num_kv_heads);
        match self.dialect.attention {
            Attention::Split(keys) => {
                for ((name, key), heads) in
                    ["q", "k", "v"].iter().zip(keys).zip([heads, groups, groups])
                {
                    self.whole(layer, name, &[key.to_owned()], &[heads * width, hidden])?;
                }
            }
            Attention::Fused(key) => {
                let rows = (heads + 2 * groups) * width;
                let (array, stacked) =
                    self.find(&[key.to_owned()], Some(layer), &[rows, hidden])?;
                let query = heads / groups * width;
                let spelled = [("q", 0, query), ("k", query, width), ("v", query + width, width)];
                for (name, offset, length) in spelled {
                    let start = |group: usize| group * (query + 2 * width) + offset;
                    let source = (0..groups).map(|g| start(g)..start(g) + length).collect();
                    self.add(format!("layers.{layer}.{name}"), array.clone(), stacked, source);
                }
            }
        }
        Ok(())
    }

    fn whole(&mut self, layer: usize, name: &str, keys: &[String], shape: &[usize]) -> Result<()> {
        let (array, stacked) = self.find(keys, Some(layer), shape)?;
        self.add(format!("layers.{layer}.{name}"), array, stacked, once(0..shape[0]));
        Ok(())
    }

    fn add(
        &mut self,
        name: String,
        array: Arc<Array>,
        layer: Option<usize>,
        source: Vec<Range<usize>>,
    ) {
        let skip = 1 + usize::from(layer.is_some());
        let columns = array.shape()[skip..].iter().product();
        let rows = source.iter().map(Range::len).sum();
        self.tensors.insert(name, Tensor { rows, columns, array, layer, source });
    }

    /// The array under the first key that is there, alone or stacked with the other layers'; in
    /// the latter case with the layer's place in it.
    fn find(
        &mut self,
        keys: &[String],
        layer: Option<usize>,
        shape: &[usize],
    ) -> Result<(Arc<Array>, Option<usize>)> {
        let base = self.dialect.layers;
        for key in keys {
            let alone = layer.map_or_else(|| key.clone(), |layer| format!("{base}{layer}.{key}"));
            if let Some(array) = self.arrays.get(&alone) {
                return self.checked(alone, array, shape).map(|array| (array, None));
            }
            let stacked = format!("{base}{key}");
            if let Some(array) = self.arrays.get(&stacked).filter(|_| layer.is_some()) {
                let shape = [&[self.config.num_layers], shape].concat();
                return self.checked(stacked, array, &shape).map(|array| (array, layer));
            }
        }
        let layer = layer.map_or_else(String::new, |layer| format!("{base}{layer}."));
        Err(self.files.damaged(format!("tensor {layer}{} is missing", keys[0])))
    }

    fn checked(
        &mut self,
        key: String,
        array: &Arc<Array>,
        expected: &[usize],
    ) -> Result<Arc<Array>> {
        let found = array.shape();
        if found != expected {
            let what = format!("tensor {key} has the shape {found:?}: expected {expected:?}");
            return Err(self.files.damaged(what));
        }
        self.used.insert(key);
        Ok(array.clone())
    }

    /// A weight that is not computed with would make another model of this one.
    fn check_rest(&self) -> Result<()> {
        let harmless = |name: &str| name.ends_with("inv_freq") || name.contains("_extra_state");
        let rest = self.arrays.keys().find(|name| !self.used.contains(*name) && !harmless(name));
        match rest {
            None => Ok(()),
            Some(name) if is_adapter(name) => Err(adapter(self.files, name)),
            Some(name) => Err(self
                .files
                .unsupported(format!("tensor {name} has no place in the Nemotron architecture"))),
        }
    }

    /// Tensors over the same bytes would make a small file fill the memory when it is loaded.
    fn check_total(&self) -> Result<()> {
        let total: u64 = self.tensors.values().map(|tensor| tensor.bytes() as u64).sum();
        let stored = self.files.total_bytes();
        if total <= stored {
            return Ok(());
        }
        let what = format!("its tensors overlap: they have {total} bytes, its files {stored}");
        Err(self.files.damaged(what))
    }
}

fn once(rows: Range<usize>) -> Vec<Range<usize>> {
    std::iter::once(rows).collect()
}
