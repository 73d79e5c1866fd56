"""Writes a trained model as a .nemo file in the layout that NVIDIA published Nemotron-3-8B in.

An uncompressed PAX tar whose members start with `./`: the model's configuration, the SentencePiece
model, and the weights as zarr arrays under the names of Megatron Core, layers stacked.
"""

import hashlib
import io
import json
import pathlib
import tarfile

# Fixed, so that the same weights give the same file. The fraction is there because NeMo's archives
# have it: it is what makes tarfile write a PAX header before every member.
MODIFIED = 1795435200.5
ATTENTION = "decoder.layers.self_attention"
MLP = "decoder.layers.mlp"


def write(model, config, tokenizer_file: pathlib.Path, out: pathlib.Path):
    tokenizer = tokenizer_file.read_bytes()
    name = f"{hashlib.sha256(tokenizer).hexdigest()[:32]}_demo_4k_bpe.model"
    members = {f"./{name}": tokenizer, "./model_config.yaml": description(config, name).encode(),
               "./model_weights/metadata.json": json.dumps(dict(sharded_backend="zarr", sharded_backend_version=1)).encode()}
    for key, tensor in arrays(model, config).items():
        members |= dict(zarr(f"./model_weights/model.{key}", tensor))
    with tarfile.open(out, "w:", format=tarfile.PAX_FORMAT) as archive:
        for folder, content in entries(members):
            archive.addfile(header(folder, content), io.BytesIO(content or b""))


def entries(members):
    """Folders before what is in them, everything in alphabetical order, as tarfile adds a folder."""
    folders = {str(parent) for name in members for parent in pathlib.PurePosixPath(name).parents}
    names = {"." if folder == "." else f"./{folder}": None for folder in folders} | members
    return sorted(names.items(), key=lambda item: item[0].split("/"))


def header(name, content):
    info = tarfile.TarInfo(name)
    info.mtime = MODIFIED
    info.type, info.mode, info.size = (tarfile.DIRTYPE, 0o755, 0) if content is None else (tarfile.REGTYPE, 0o644, len(content))
    return info


def description(config, tokenizer):
    """NeMo's model_config.yaml, as far as it says something about this model."""
    return f"""\
mcore_gpt: true
tensor_model_parallel_size: 1
pipeline_model_parallel_size: 1
encoder_seq_length: {config["max_position_embeddings"]}
max_position_embeddings: ${{.encoder_seq_length}}
num_layers: {config["num_hidden_layers"]}
hidden_size: {config["hidden_size"]}
ffn_hidden_size: {config["intermediate_size"]}
num_attention_heads: {config["num_attention_heads"]}
num_query_groups: null
kv_channels: null
init_method_std: {config["initializer_range"]}
hidden_dropout: 0.0
attention_dropout: 0.0
normalization: layernorm1p
layernorm_zero_centered_gamma: true
layernorm_epsilon: {config["norm_eps"]:.1e}
make_vocab_size_divisible_by: 128
bias: false
activation: squared-relu
transformer_block_type: pre_ln
position_embedding_type: rope
rotary_percentage: {config["partial_rotary_factor"]}
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
"""


def arrays(model, config):
    """Megatron Core's tensors, in bfloat16, from those of transformers."""
    import torch

    weights = {name: weight.detach().to(torch.bfloat16) for name, weight in model.state_dict().items()}
    stack = lambda name: torch.stack([weights[f"model.layers.{layer}.{name}"] for layer in range(config["num_hidden_layers"])])
    return {
        "embedding.word_embeddings.weight": weights["model.embed_tokens.weight"],
        f"{ATTENTION}.linear_qkv.weight": qkv(*(stack(f"self_attn.{part}_proj.weight") for part in "qkv"), config["num_attention_heads"]),
        f"{ATTENTION}.linear_qkv.layer_norm_weight": stack("input_layernorm.weight"),
        f"{ATTENTION}.linear_qkv.layer_norm_bias": stack("input_layernorm.bias"),
        f"{ATTENTION}.linear_proj.weight": stack("self_attn.o_proj.weight"),
        f"{MLP}.linear_fc1.weight": stack("mlp.up_proj.weight"),
        f"{MLP}.linear_fc1.layer_norm_weight": stack("post_attention_layernorm.weight"),
        f"{MLP}.linear_fc1.layer_norm_bias": stack("post_attention_layernorm.bias"),
        f"{MLP}.linear_fc2.weight": stack("mlp.down_proj.weight"),
        "decoder.final_layernorm.weight": weights["model.norm.weight"],
        "decoder.final_layernorm.bias": weights["model.norm.bias"],
        "output_layer.weight": weights["lm_head.weight"],
    }


def qkv(query, key, value, heads):
    """Head by head: the rows of its query, then of its key, then of its value."""
    import torch

    layers, rows, hidden = query.shape
    parts = [part.reshape(layers, heads, rows // heads, hidden) for part in (query, key, value)]
    return torch.stack(parts, dim=2).reshape(layers, 3 * rows, hidden)


def zarr(folder, tensor):
    """(member, bytes) of one array; the layers of a stacked one are chunks of their own."""
    import torch

    shape = list(tensor.shape)
    stacked = "layers" in folder
    chunks = [1, *shape[1:]] if stacked else shape
    about = dict(chunks=chunks, compressor=None, dtype="bfloat16", fill_value=None, filters=None, order="C", shape=shape, zarr_format=2)
    yield f"{folder}/.zarray", json.dumps(about, indent=4, sort_keys=True).encode()
    for at, chunk in enumerate(tensor.split(1) if stacked else [tensor]):
        name = ".".join([str(at)] + ["0"] * (len(shape) - 1))
        yield f"{folder}/{name}", chunk.contiguous().view(torch.int16).numpy().tobytes()
