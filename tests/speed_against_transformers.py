#!/usr/bin/env python3
"""How fast `nemotron` and transformers run the same geometry on this machine's CPU.

    cargo build --release -p cli
    tests/speed_against_transformers.py --venv DIR [--threads N] [--runs 5] [--nemotron PROGRAM]

Runs transformers in bfloat16 and float32 and `nemotron bench --synthetic small`, in turn and several
times over, because shared machines change speed; prints the best of each and the ratios. The weights
are random: only their sizes matter. Not part of `make test`: torch alone takes gigabytes. DIR is
made, and kept for the next run.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
PINS = ["torch==2.15.0", "transformers==5.23.0", "tokenizers==0.23.3", "safetensors==0.8.0", "numpy==2.4.6"]
PROMPT, NEW = 512, 64
# `bench --synthetic small`.
SMALL = dict(
    num_hidden_layers=16, hidden_size=1536, intermediate_size=6144, num_attention_heads=12, num_key_value_heads=12,
    head_dim=128, vocab_size=32_000, max_position_embeddings=4096, hidden_act="relu2", tie_word_embeddings=False,
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--venv", type=pathlib.Path, help="a virtual environment to make or use")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--nemotron", type=pathlib.Path, default=target / "release/nemotron")
    parser.add_argument("--measure", choices=["bfloat16", "float32"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return print(json.dumps(transformers_speed(arguments.measure, arguments.threads)))
    if not arguments.venv:
        parser.error("--venv DIR is missing")
    python = environment(arguments.venv)
    programs = {f"transformers {dtype}": [python, __file__, "--measure", dtype, "--threads", str(arguments.threads)]
                for dtype in ["bfloat16", "float32"]}
    programs["nemotron bfloat16"] = [
        arguments.nemotron, "bench", "--synthetic", "small", "--prompt-tokens", str(PROMPT), "--new-tokens", str(NEW),
        "--threads", str(arguments.threads), "--runs", "1", "--json",
    ]
    readings = {name: [] for name in programs}
    for run in range(arguments.runs):
        for name, command in programs.items():
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
            reading = speeds(json.loads(output.splitlines()[-1]))
            readings[name].append(reading)
            print(f"run {run + 1}, {name}: {reading}", file=sys.stderr)
    report(readings, arguments.threads)


def environment(folder):
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PINS], check=True)
    return python


def transformers_speed(dtype, threads):
    import torch
    from transformers import NemotronConfig, NemotronForCausalLM

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    torch.set_default_dtype(getattr(torch, dtype))
    model = NemotronForCausalLM(NemotronConfig(**SMALL)).eval()
    ids = torch.randint(32_000, (1, PROMPT))
    with torch.inference_mode():
        for _ in range(2):  # The first round warms caches and allocators.
            start = time.perf_counter()
            output = model(ids, use_cache=True, logits_to_keep=1)
            prefill = time.perf_counter() - start
            steps = []
            for _ in range(NEW):
                start = time.perf_counter()
                token = output.logits[:, -1:].argmax(-1)
                output = model(token, past_key_values=output.past_key_values, use_cache=True)
                steps.append(time.perf_counter() - start)
    steps.sort()
    return {"prefill": {"tokens_per_second": PROMPT / prefill},
            "decode": {"tokens_per_second": 1 / steps[len(steps) // 2]}}


def speeds(reading):
    """Tokens a second, and how much of the memory's speed where that is known."""
    decode = reading["decode"]
    per_second = 1000 / decode["ms_per_token_p50"] if "ms_per_token_p50" in decode else decode["tokens_per_second"]
    return {"prefill": reading["prefill"]["tokens_per_second"], "decode": per_second,
            "bandwidth": reading.get("read_bandwidth_gbs"), "used": decode.get("fraction_of_read_bandwidth")}


def report(readings, threads):
    best = {name: {key: max(run[key] for run in runs) for key in ["prefill", "decode"]}
            for name, runs in readings.items()}
    print(f"{threads} threads, best of {len(next(iter(readings.values())))}")
    print(f"| | prefill of {PROMPT}, tok/s | decode, tok/s |\n|---|---|---|")
    for name, speed in best.items():
        print(f"| {name} | {speed['prefill']:.0f} | {speed['decode']:.1f} |")
    ours = best.pop("nemotron bfloat16")
    rivals = {key: max(speed[key] for speed in best.values()) for key in ours}
    print(f"| ratio to the better transformers | {ours['prefill'] / rivals['prefill']:.2f} "
          f"| {ours['decode'] / rivals['decode']:.2f} |")
    used = sorted(run["used"] for run in readings["nemotron bfloat16"])
    bandwidth = sorted(run["bandwidth"] for run in readings["nemotron bfloat16"])
    print(f"decode uses {100 * used[len(used) // 2]:.0f} % (median) of {bandwidth[len(bandwidth) // 2]:.1f} GB/s")


if __name__ == "__main__":
    main()
