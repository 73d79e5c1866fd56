#!/usr/bin/env python3
"""How fast `nemotron` and transformers run the geometry of Nemotron-3-8B on one and the same GPU.

    tests/gpu_against_transformers.py --nemotron PROGRAM [--runs 5]

Needs torch and transformers beside a program built for the GPU; nothing is fetched. The weights are
random and bfloat16, made on the card: only their sizes matter. transformers runs twice: as it is, with
a cache that grows, and with its decoding step, not its prefill, compiled (CUDA graphs) over a static
cache. Each of the three has the card for itself and tells the best of its runs, warm-up not counted; of
`nemotron` the decoding is the median step, as `bench` reports it.

A prompt of each length is read and 64 tokens are written behind it, the likeliest each time.
transformers' tokens stay on the card, read back once at the end, which favours it; `nemotron` samples
every token on the host. The first token is there when it can be read on the host: for `nemotron`, after
the prefill and one median of the sampler. Memory is what torch had allocated at most, against what
`bench` reports.

Prints one Markdown table; a column that could not be measured has dashes, and the exit code is 1.
"""

import argparse
import inspect
import json
import pathlib
import subprocess
import sys
import time

# `bench --synthetic nemotron-3-8b`.
GEOMETRY = dict(
    num_hidden_layers=32, hidden_size=4096, intermediate_size=16_384, num_attention_heads=32, num_key_value_heads=32,
    head_dim=128, vocab_size=256_000, max_position_embeddings=4096, hidden_act="relu2", norm_eps=1e-5,
    partial_rotary_factor=0.5, tie_word_embeddings=False,
)
NEW = 64
# The last one fills the context.
PROMPTS = [128, 512, 1024, 4096 - NEW]
DECODED, PREFILLED = [PROMPTS[0], PROMPTS[2], PROMPTS[3]], [PROMPTS[1], PROMPTS[3]]
MODES = ["eager", "compiled"]
OURS = "nemotron"
TIMEOUT_S = 3600


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nemotron", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--measure", choices=MODES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return print(json.dumps(transformers_speed(arguments.measure, arguments.runs)))
    columns = {mode: attempt(mode, transformers_apart, arguments, mode) for mode in MODES}
    columns[OURS] = attempt(OURS, our_speed, arguments.nemotron.resolve(), arguments.runs)
    report(columns, arguments.runs)
    sys.exit(0 if all(columns.values()) else 1)


def attempt(name, measure, *arguments):
    """What was measured; none, with the reason on stderr, when it cannot be."""
    print(f"measuring {name}", file=sys.stderr, flush=True)
    try:
        return measure(*arguments)
    except (subprocess.SubprocessError, OSError, ValueError, LookupError) as problem:
        print(f"{name}: {problem}", file=sys.stderr, flush=True)


def last_object(command):
    output = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, timeout=TIMEOUT_S).stdout
    return json.loads(output.splitlines()[-1])


def our_speed(program, runs):
    readings = {}
    for prompt in PROMPTS:
        readings[prompt] = last_object([
            program, "bench", "--synthetic", "nemotron-3-8b", "--device", "cuda", "--prompt-tokens", prompt,
            "--new-tokens", NEW, "--context", prompt + NEW, "--runs", runs, "--json",
        ])
    return {
        "bandwidth": max(reading["read_bandwidth_gbs"] for reading in readings.values()),
        "readings": {str(prompt): our_reading(reading) for prompt, reading in readings.items()},
    }


def our_reading(reading):
    prefill, decode = reading["prefill"]["ms"], reading["decode"]
    return {"prefill": prefill, "decode": decode["ms_per_token_p50"], "first": prefill + reading["sampler_ms_p50"],
            "peak": reading["peak_memory_bytes"], "used": decode["fraction_of_read_bandwidth"]}


def transformers_apart(arguments, mode):
    """In a process of its own, so that its memory is free again afterwards."""
    return last_object([sys.executable, __file__, "--nemotron", arguments.nemotron, "--runs", arguments.runs,
                        "--measure", mode])


def transformers_speed(mode, runs):
    import torch
    import transformers

    model = random_model()
    readings = {}
    with torch.no_grad():
        for prompt in PROMPTS:
            measured = repeated(model, mode, prompt, runs)
            best = {key: min(run[key] for run in measured) for key in measured[0]}
            readings[prompt] = {**best, "peak": torch.cuda.max_memory_allocated()}
            print(f"{mode}, prompt of {prompt}: {readings[prompt]}", file=sys.stderr, flush=True)
    return {
        "card": torch.cuda.get_device_name(), "torch": f"{torch.__version__} (CUDA {torch.version.cuda})",
        "transformers": transformers.__version__, "attention": model.config._attn_implementation,
        "readings": readings,
    }


def random_model():
    import torch
    from transformers import NemotronConfig, NemotronForCausalLM

    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("meta"):
        model = NemotronForCausalLM(NemotronConfig(**GEOMETRY)).eval()
    torch.set_default_dtype(torch.float32)
    model.to_empty(device="cuda")
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(0, 0.02)
    # `to_empty` left its frequencies undefined: no parameters, so no file and no random number sets them.
    model.model.rotary_emb = type(model.model.rotary_emb)(model.config).to("cuda")
    rotated = 2 * model.model.rotary_emb.inv_freq.numel()
    expected = GEOMETRY["partial_rotary_factor"] * GEOMETRY["head_dim"]
    if rotated != expected or model.dtype != torch.bfloat16:
        raise ValueError(f"{rotated} numbers of a head are rotated, not {expected}, in {model.dtype}")
    return model


def repeated(model, mode, prompt, runs):
    """Several runs behind two that are not counted: the first compiles, the second records the graph."""
    import torch

    torch.compiler.reset()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    ids = torch.randint(GEOMETRY["vocab_size"], (1, prompt), device="cuda")
    step = decoding_step(model)
    if mode == "compiled":
        step = torch.compile(step, mode="reduce-overhead", dynamic=False)
    cache = new_cache(model, mode, prompt)
    measured = []
    for number in range(2 + runs):
        cache = new_cache(model, mode, prompt) if mode == "eager" else emptied(cache)
        # Compiling over and over ends in running uncompiled, without a word.
        with torch.compiler.set_stance("default" if number < 2 else "fail_on_recompile"):
            measured.append(run(model, step, cache, ids))
    return measured[2:]


def new_cache(model, mode, prompt):
    from transformers import DynamicCache, StaticCache

    if mode == "eager":
        return DynamicCache(config=model.config)
    return StaticCache(config=model.config, max_cache_len=prompt + NEW)


def emptied(cache):
    """The same memory, which is part of the compiled graph."""
    cache.reset()
    return cache


def positions(model, position):
    """Where the rows lie, as this version of transformers wants to be told."""
    named = inspect.signature(type(model).forward).parameters
    told = {"position_ids": position[None]}
    if "cache_position" in named:
        told["cache_position"] = position
    return told


def decoding_step(model):
    def step(token, position, cache):
        output = model(token, past_key_values=cache, use_cache=True, **positions(model, position))
        return output.logits[:, -1:].argmax(-1)

    return step


def run(model, step, cache, ids):
    """One prompt and the tokens behind it, in milliseconds; the decoding step by the average."""
    import torch

    prompt = ids.shape[1]
    position = torch.arange(prompt, device="cuda")
    torch.cuda.synchronize()
    started = time.perf_counter()
    output = model(ids, past_key_values=cache, use_cache=True, logits_to_keep=1, **positions(model, position))
    torch.cuda.synchronize()
    prefilled = time.perf_counter()
    token = output.logits[:, -1:].argmax(-1)
    token.item()
    first = time.perf_counter()
    position = position[-1:] + 1
    for _ in range(NEW):
        torch.compiler.cudagraph_mark_step_begin()
        # The next replay of a graph writes over what this one gave.
        token = step(token, position, cache).clone()
        position = position + 1
    torch.cuda.synchronize()
    ended = time.perf_counter()
    return {"prefill": 1e3 * (prefilled - started), "first": 1e3 * (first - started),
            "decode": 1e3 * (ended - first) / NEW}


def driver():
    try:
        query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        return subprocess.run(query, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError):
        return "unknown"


def report(columns, runs):
    rival = next((columns[mode] for mode in MODES if columns[mode]), None)
    if rival:
        print(f"{rival['card']}, driver {driver()}, torch {rival['torch']}, transformers {rival['transformers']} "
              f"with {rival['attention']} attention; best of {runs} runs")
    if columns[OURS]:
        print(f"read bandwidth by `nemotron bench`: {columns[OURS]['bandwidth']:.0f} GB/s")
    names = [f"transformers, {mode}" for mode in MODES] + [OURS] + [f"{mode} / {OURS}" for mode in MODES]
    print("\n| | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for prompt in DECODED:
        row(f"decode behind {prompt}, ms per token", columns, prompt, "decode")
    for prompt in PREFILLED:
        row(f"prefill of {prompt}, ms", columns, prompt, "prefill")
    for prompt in PREFILLED:
        row(f"first token behind {prompt}, ms", columns, prompt, "first")
    row(f"memory at {PROMPTS[-1] + NEW}, GB", columns, PROMPTS[-1], "peak", 1e-9)
    if columns[OURS]:
        used = ", ".join(f"{100 * columns[OURS]['readings'][str(prompt)]['used']:.0f} % behind {prompt}"
                         for prompt in DECODED)
        print(f"\nof the read bandwidth, {OURS} decodes at {used}")


def row(name, columns, prompt, key, scale=1):
    values = [value(columns[column], prompt, key, scale) for column in [*MODES, OURS]]
    ratios = [theirs / values[-1] if theirs and values[-1] else None for theirs in values[:-1]]
    cells = [f"{number:.2f}" if number else "-" for number in [*values, *ratios]]
    print(f"| {name} | {' | '.join(cells)} |")


def value(column, prompt, key, scale):
    """Through JSON the lengths became text."""
    number = column["readings"][str(prompt)][key] if column else None
    return number and number * scale


if __name__ == "__main__":
    main()
