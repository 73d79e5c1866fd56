"""Writes the trained weights as NVIDIA published Nemotron-3-8B: a tar of `model_config.yaml`, the
SentencePiece model and zarr arrays of bfloat16, in megatron-core's names, layers stacked."""

import hashlib
import io
import json
import tarfile

import torch

YAML = """\
mcore_gpt: true
tensor_model_parallel_size: 1
pipeline_model_parallel_size: 1
encoder_seq_length: {max_position_embeddings}
max_position_embeddings: {max_position_embeddings}
num_layers: {num_hidden_layers}
hidden_size: {hidden_size}
ffn_hidden_size: {intermediate_size}
num_attention_heads: {num_attention_heads}
num_query_groups: null
kv_channels: null
normalization: layernorm1p
layernorm_zero_centered_gamma: true
layernorm_epsilon: {norm_eps}
make_vocab_size_divisible_by: 128
bias: false
activation: squared-relu
transformer_block_type: pre_ln
position_embedding_type: rope
rotary_percentage: {rotary}
attention_type: multihead
share_embeddings_and_output_weights: false
tokenizer:
  library: sentencepiece
  type: null
  model: nemo:{tokenizer}
  vocab_file: null
  merge_file: null
  sentencepiece_legacy: false
precision: bf16
target: nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel
nemo_version: 1.22.0
"""
# megatron-core's names of what each layer has, and transformers'.
LAYERS = {
    "self_attention.linear_qkv.layer_norm_weight": "input_layernorm.weight",
    "self_attention.linear_qkv.layer_norm_bias": "input_layernorm.bias",
    "self_attention.linear_proj.weight": "self_attn.o_proj.weight",
    "mlp.linear_fc1.layer_norm_weight": "post_attention_layernorm.weight",
    "mlp.linear_fc1.layer_norm_bias": "post_attention_layernorm.bias",
    "mlp.linear_fc1.weight": "mlp.up_proj.weight",
    "mlp.linear_fc2.weight": "mlp.down_proj.weight",
}
SINGLE = {
    "embedding.word_embeddings.weight": "model.embed_tokens.weight",
    "decoder.final_layernorm.weight": "model.norm.weight",
    "decoder.final_layernorm.bias": "model.norm.bias",
    "output_layer.weight": "lm_head.weight",
}


def export(model, tokenizer, path):
    """`model` is transformers' NemotronForCausalLM, `tokenizer` the bytes of a `.model` file."""
    settings, weights = model.config, model.state_dict()
    name = f"{hashlib.md5(tokenizer).hexdigest()}_demo_4k.model"
    yaml = YAML.format(**settings.to_dict() | {"tokenizer": name, "rotary": rotary(settings)})
    metadata = {"sharded_backend": "zarr", "sharded_backend_version": 1, "common_backend": "torch"}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        add(archive, name, tokenizer)
        add(archive, "model_config.yaml", yaml.encode())
        add(archive, "model_weights/metadata.json", json.dumps(metadata).encode())
        for array, tensor in sorted(arrays(weights, settings).items()):
            add_array(archive, f"model_weights/model.{array}", tensor, stacked="layers." in array)


def rotary(settings):
    parameters = getattr(settings, "rope_parameters", None) or {}
    return parameters.get("partial_rotary_factor", getattr(settings, "partial_rotary_factor", 0.5))


def arrays(weights, settings):
    """Tensors by megatron-core's names."""
    layers = range(settings.num_hidden_layers)
    of_layer = lambda layer, name: weights[f"model.layers.{layer}.{name}"]
    tensors = {ours: weights[theirs] for ours, theirs in SINGLE.items()}
    for ours, theirs in LAYERS.items():
        tensors[f"decoder.layers.{ours}"] = torch.stack([of_layer(layer, theirs) for layer in layers])
    fused = [fuse(*[of_layer(layer, f"self_attn.{part}_proj.weight") for part in "qkv"], settings) for layer in layers]
    tensors["decoder.layers.self_attention.linear_qkv.weight"] = torch.stack(fused)
    return tensors


def fuse(q, k, v, settings):
    """Rows of queries, keys and values, head by head."""
    heads = [part.unflatten(0, (settings.num_attention_heads, -1)) for part in (q, k, v)]
    return torch.stack(heads, dim=1).flatten(0, 2)


def add_array(archive, name, tensor, stacked):
    """One chunk a layer, or one for all."""
    tensor = tensor.to(torch.bfloat16).contiguous()
    chunks = [1, *tensor.shape[1:]] if stacked else list(tensor.shape)
    header = {"chunks": chunks, "compressor": None, "dtype": "bfloat16", "fill_value": None, "filters": None,
              "order": "C", "shape": list(tensor.shape), "zarr_format": 2}
    add(archive, f"{name}/.zarray", json.dumps(header, indent=4).encode())
    inner = ".0" * (tensor.dim() - 1)
    for index, chunk in enumerate(tensor if stacked else [tensor]):
        add(archive, f"{name}/{index}{inner}", chunk.view(torch.int16).numpy().tobytes())


def add(archive, name, content):
    member = tarfile.TarInfo(f"./{name}")
    member.size, member.mode = len(content), 0o644
    archive.addfile(member, io.BytesIO(content))
