#!/usr/bin/env python3
"""What `nemotron convert` writes, loaded by transformers: the same weights, log-probabilities and
greedy tokens as the reference, and, where there is a tokenizer.json, the same token ids.

    cargo build --release -p cli
    tests/convert_with_transformers.py --venv DIR [--generation 4|5] [--nemotron PROGRAM]

Not part of `make test`: torch alone takes gigabytes, which the pip settings of the machine may
choose a smaller build of. DIR is made, and kept for the next run.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
TINY = ROOT / "tests/fixtures/tiny"
PINS = {
    4: ["torch==2.15.0", "transformers==4.57.6", "tokenizers==0.22.2", "safetensors==0.8.0", "numpy==2.4.6"],
    5: ["torch==2.15.0", "transformers==5.23.0", "tokenizers==0.23.3", "safetensors==0.8.0", "numpy==2.4.6"],
}
# Every form of the same model, and how it is cut.
CONVERSIONS = {
    "zarr": ("tiny-zarr.nemo", []),
    "zarr in shards": ("tiny-zarr.nemo", ["--max-shard-bytes", "400000"]),
    "ckpt": ("tiny-ckpt.nemo", []),
    "huggingface": ("hf", ["--max-shard-bytes", "300000"]),
}
TOLERANCE = 1e-3
# Rows behind these pad the matrix; the reference never chooses one.
PIECES = 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--venv", type=pathlib.Path, help="a virtual environment to make or use")
    parser.add_argument("--generation", type=int, choices=PINS, default=5, help="of transformers")
    parser.add_argument("--nemotron", type=pathlib.Path, default=target / "release/nemotron")
    parser.add_argument("--loaded", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.loaded:
        return check(arguments.loaded)
    if not arguments.venv:
        parser.error("--venv DIR is missing")
    python = environment(arguments.venv, PINS[arguments.generation])
    with tempfile.TemporaryDirectory() as folder:
        for name, (model, more) in CONVERSIONS.items():
            out = pathlib.Path(folder, name)
            subprocess.run([arguments.nemotron, "convert", TINY / model, out, "--json", *more], check=True,
                           stdout=subprocess.DEVNULL)
        subprocess.run([python, __file__, "--loaded", folder], check=True)


def environment(folder, pins):
    """The interpreter of a virtual environment that has the pinned packages."""
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *pins], check=True)
    return python


def check(folder):
    """Runs inside the environment."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    print(f"transformers {transformers.__version__}")
    reference = json.loads((TINY / "reference.json").read_text())
    failures = 0
    for converted in sorted(folder.iterdir()):
        problems = list(differences(converted, reference))
        failures += len(problems)
        print(f"{converted.name}: {'; '.join(problems) or 'as the reference'}")
    sys.exit(1 if failures else 0)


def differences(folder, reference):
    import torch
    from transformers import AutoModelForCausalLM

    stored, loading = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", output_loading_info=True)
    if any(loading.values()):
        yield f"loading says {loading}"
    if type(stored).__name__ != "NemotronForCausalLM" or stored.dtype != torch.bfloat16:
        yield f"it is a {type(stored).__name__} of {stored.dtype}"
    ids = [getattr(stored.generation_config, f"{role}_token_id") for role in ("bos", "eos", "pad")]
    if ids != [2, 3, 0]:
        yield f"bos, eos and pad are {ids}"
    expected = AutoModelForCausalLM.from_pretrained(TINY / "hf", dtype="auto").state_dict()
    for name, weight in stored.state_dict().items():
        if not torch.equal(weight, expected[name]):
            yield f"{name} differs"
    # bf16 arithmetic differs between builds; the reference is of f32.
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        yield from wrong_logits(model, reference)
        yield from wrong_completions(model, reference)
    if (folder / "tokenizer.json").exists():
        yield from wrong_tokens(folder, reference)
    else:
        print(f"{folder.name}: no tokenizer.json, so its tokens are not compared")


def wrong_logits(model, reference):
    import torch

    worst = 0.0
    for case in reference["logits"]:
        rows = model(torch.tensor([case["ids"]])).logits[0].log_softmax(-1)
        pairs = zip(case["ids"][1:], case["prompt_logprobs"][1:], strict=True)
        expected = [(row, *pair) for row, pair in enumerate(pairs)]
        expected += [(-1, *pair) for pair in case["next_top10"]]
        worst = max(worst, *(abs(rows[row, token].item() - logprob) for row, token, logprob in expected))
    print(f"log-probabilities of {len(reference['logits'])} prompts: {worst:.1e} off at most")
    if worst > TOLERANCE:
        yield f"log-probabilities are {worst} off"


def wrong_completions(model, reference):
    import torch

    for case in reference["greedy"]:
        ids = list(case["ids"])
        for _ in case["generated_ids"]:
            ids.append(model(torch.tensor([ids])).logits[0, -1, :PIECES].argmax().item())
        if ids[len(case["ids"]):] != case["generated_ids"]:
            yield f"{case['text']!r} is continued with other tokens"


def wrong_tokens(folder, reference):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    for case in reference["tokenize"]:
        for special in (True, False):
            if tokenizer(case["text"], add_special_tokens=special)["input_ids"] != case["ids"]:
                yield f"{case['text']!r} has other tokens (add_special_tokens={special})"
        if tokenizer.decode(case["ids"]) != case["decoded"]:
            yield f"{case['text']!r} is decoded as {tokenizer.decode(case['ids'])!r}"


if __name__ == "__main__":
    main()
