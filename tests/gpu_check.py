#!/usr/bin/env python3
"""Whether `nemotron --device cuda` computes what `--device cpu --dtype f32` of the same program does.

    tests/gpu_check.py --nemotron PROGRAM [--model MODEL]... [--prompts 20]

Needs a GPU, and from this tree tests/fixtures/ and src-tauri/demo/ with demo.nemo and heldout.json.
Checks the demo model, the tiny checkpoints and every MODEL:

- score: log-probabilities of some texts; the yardstick is what transformers loses on the same GPU by
  bfloat16 instead of float32, or a fixed bound where torch or transformers is missing
- greedy: where the devices first choose different tokens, both were nearly as likely
- lanes: lane 0 of four is the run that there would be without the others; greedy lanes are all equal
- continued: a prompt given at once and the same one written token by token are judged alike
- attention: flash attention against the plain kernels (NEMOTRON_PLAIN_ATTENTION=1)
- logits: the likeliest only against whole rows (NEMOTRON_FULL_LOGITS=1)
- next: probabilities sum to 1, and every sampling stage leaves what it leaves on the CPU
- memory: a run too large for the card ends with `out_of_memory`, and the next one works

Prefix reuse between runs is left out: the command line has no process with several runs yet. Prints
`name | value | bound | ok` and ends with 1 when a row failed.
"""

import argparse
import importlib.util
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
from collections import namedtuple
from functools import cached_property
from statistics import fmean

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = ROOT / "src-tauri/demo/demo.nemo"
TINY = ROOT / "tests/fixtures/tiny"
DOCUMENTS = [document["text"] for document in json.loads((DEMO.parent / "heldout.json").read_text())["documents"]]
OPENINGS = [" ".join(text.split(" ")[:8]) for text in DOCUMENTS]

GPU = ["--device", "cuda"]
CPU = ["--device", "cpu", "--dtype", "f32"]
TIMEOUT_S = 1800
TEXTS, LONG = 8, 1024
# Of log-probabilities in bf16.
MEAN_BOUND, MAX_BOUND, MARGIN_BOUND = 0.02, 0.3, 0.15
GREEDY = ["--temperature", "0", "--ignore-eos"]
# Around the sizes of tiles and chunks.
LENGTHS, NEW = [1, 63, 64, 65, 129, 500], 16
SETTINGS = ["--top-k 40 --top-p 0.95", "--temperature 0", "--top-k 1024", "--temperature 0.8"]
CHAIN = ["--temperature", "0.8", "--top-k", "40", "--top-p", "0.95", "--min-p", "0.02"]
# Room for 128 tokens in each of 64 lanes; more of them than any card holds; more context than any card holds.
OVERSIZED = [(4096, 128), (65_536, 60_000), (1 << 20, 128)]

Row = namedtuple("Row", "name value bound ok")


class Failed(Exception):
    """There is nothing to compare."""


def at_most(name, value, bound):
    return Row(name, f"{value:.3g}", f"<= {bound:.3g}", value <= bound)


def remark(name, value):
    return Row(name, value, "-", None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nemotron", type=pathlib.Path, required=True)
    parser.add_argument("--model", action="append", default=[], help="a MODEL as the command line takes it")
    parser.add_argument("--prompts", type=int, default=20, help="for greedy; a large model takes its time on a CPU")
    parser.add_argument("--drift", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.drift:
        return print(json.dumps(drift(arguments.drift, json.load(sys.stdin))))
    for switch in ["NEMOTRON_PLAIN_ATTENTION", "NEMOTRON_FULL_LOGITS"]:
        os.environ.pop(switch, None)
    print("name | value | bound | ok", flush=True)
    failed = 0
    for row in rows(arguments.nemotron.resolve(), arguments.model, arguments.prompts):
        ok = {True: "yes", False: "NO", None: "-"}[row.ok]
        print(row.name, row.value.replace("\n", " "), row.bound, ok, sep=" | ", flush=True)
        failed += row.ok is False
    print(f"{failed} rows failed")
    sys.exit(1 if failed else 0)


def rows(program, models, prompts):
    for path in [DEMO, TINY / "hf", *models]:
        model = Model(program, path)
        yield from guarded(model, check_greedy, prompts)
        for check in [check_score, check_lanes, check_continued, check_attention, check_logits, check_next]:
            yield from guarded(model, check)
    # The weights of tiny/hf once more: only how they get onto the card differs.
    for name in ["tiny-zarr.nemo", "tiny-ckpt.nemo"]:
        yield from guarded(Model(program, TINY / name), check_form)
    yield from guarded(Model(program, DEMO), check_memory)


def guarded(model, check, *more):
    """A check's rows; one that breaks off is a row, too."""
    name = check.__name__.removeprefix("check_")
    try:
        for row in check(model, *more):
            yield row._replace(name=f"{model.name}: {name}, {row.name}")
    except (Failed, subprocess.TimeoutExpired, LookupError, TypeError, ValueError) as problem:
        yield Row(f"{model.name}: {name}", f"{type(problem).__name__}: {problem}", "no failure", False)


class Model:
    def __init__(self, program, path):
        self.program, self.path = program, str(path)
        self.name = "tiny/hf" if path == TINY / "hf" else pathlib.Path(self.path).name

    def start(self, command, *options, text="", **environment):
        return subprocess.run([self.program, command, *map(str, options), "--json"], input=text.encode(),
                              capture_output=True, timeout=TIMEOUT_S, env={**os.environ, **environment})

    def run(self, command, *options, text="", **environment):
        """The JSON lines that a command prints."""
        done = self.start(command, *options, text=text, **environment)
        if done.returncode:
            error = done.stderr.decode(errors="replace").strip()[-400:]
            raise Failed(f"{command} {' '.join(map(str, options))} ended with {done.returncode}: {error}")
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def work(self, command, text, on, *options, **environment):
        return self.run(command, "-", "--model", self.path, *on, *options, text=text, **environment)

    def score(self, text, on, **environment):
        return self.work("score", text, on, **environment)[0]["tokens"]

    def complete(self, text, on, *options, **environment):
        """The prompt's tokens, where they are asked for, then the new ones of all lanes."""
        events = self.work("complete", text, on, *options, **environment)
        prompt = [token for event in events if event["type"] == "prompt" for token in event["tokens"]]
        return prompt + [event for event in events if event["type"] == "token"]

    def tokenize(self, text):
        return self.run("tokenize", "--model", self.path, text=text)[0]["tokens"]

    def beginning(self, text, length):
        """The part of a text that its first tokens make up."""
        end = self.tokenize(text)[:length][-1]["bytes"][1]
        return text.encode()[:end].decode(errors="ignore")

    @cached_property
    def context(self):
        return self.run("inspect", self.path)[0]["config"]["context_length"]

    @cached_property
    def long(self):
        return self.beginning("\n\n".join(DOCUMENTS), min(self.context, LONG))


def ids(tokens):
    return [token["id"] for token in tokens]


def differences(tokens, others):
    """Between the log-probabilities of the same tokens, the first of which has none in a text."""
    if ids(tokens) != ids(others):
        raise Failed("the tokens are not the same")
    pairs = [(token["logprob"], other["logprob"]) for token, other in zip(tokens, others)]
    pairs = pairs[1:] if pairs[0] == (None, None) else pairs
    return [abs(one - other) for one, other in pairs]


def check_score(model):
    off, texts = [], []
    for text in [*(model.beginning(text, model.context) for text in DOCUMENTS[:TEXTS]), model.long]:
        tokens = model.score(text, GPU)
        off += differences(tokens, model.score(text, CPU))
        texts.append(ids(tokens))
    yield remark("tokens compared", str(len(off)))
    bounds = MEAN_BOUND, MAX_BOUND
    yardstick = transformers_drift(model, texts)
    yield remark("drift of transformers", f"{yardstick or 'skipped: no torch with a GPU, or no transformers'}")
    if yardstick:
        bounds = [1.1 * yardstick[key] + 1e-3 for key in ["mean", "max"]]
    yield at_most("mean difference", fmean(off), bounds[0])
    yield at_most("largest difference", max(off), bounds[1])


def transformers_drift(model, texts):
    """In a process of its own, so that the card is free again afterwards; none without transformers."""
    if not all(importlib.util.find_spec(name) for name in ["torch", "transformers"]):
        return None
    with tempfile.TemporaryDirectory() as folder:
        loadable = pathlib.Path(model.path)
        if not (loadable / "config.json").exists():
            loadable = pathlib.Path(folder, "converted")
            model.run("convert", model.path, loadable)
        done = subprocess.run([sys.executable, __file__, "--nemotron", model.program, "--drift", loadable],
                              input=json.dumps(texts), text=True, capture_output=True, timeout=TIMEOUT_S)
    if done.returncode:
        raise Failed(f"transformers: {done.stderr.strip()[-400:]}")
    return json.loads(done.stdout.splitlines()[-1])


def drift(folder, texts):
    """By how much bfloat16 is off from float32, both by transformers on the GPU."""
    import torch
    from transformers import AutoModelForCausalLM

    if not torch.cuda.is_available():
        return None
    found, texts = [], [torch.tensor(text, device="cuda") for text in texts]
    for dtype in [torch.float32, torch.bfloat16]:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval().to("cuda")
        with torch.inference_mode():
            rows = [model(text[None]).logits[0, :-1].float().log_softmax(-1) for text in texts]
        found.append(torch.cat([row.gather(1, text[1:, None]) for row, text in zip(rows, texts)]))
        del model, rows
        torch.cuda.empty_cache()
    off = (found[0] - found[1]).abs()
    return {"mean": off.mean().item(), "max": off.max().item()}


def check_greedy(model, prompts):
    agreed, total, margins = 0, 0, []
    for prompt in OPENINGS[:prompts]:
        ours, theirs = (model.complete(prompt, on, *GREEDY, "--max-tokens", 64, "--logprobs", 5) for on in [GPU, CPU])
        pairs = enumerate(zip(ids(ours), ids(theirs), strict=True))
        same = next((i for i, (one, other) in pairs if one != other), len(theirs))
        agreed, total = agreed + same, total + len(theirs)
        if same < len(theirs):
            margins.append(max(margin(ours[same], theirs[same]), margin(theirs[same], ours[same])))
    yield remark("tokens until the first difference", f"{agreed} of {total}")
    yield at_most(f"largest margin at {len(margins)} first differences", max(margins, default=0.0), MARGIN_BOUND)


def margin(token, other):
    """By how much a token is likelier than another that was chosen elsewhere in its place."""
    listed = {candidate["id"]: candidate["logprob"] for candidate in token["top"]}
    return token["logprob"] - listed.get(other["id"], -math.inf)


def check_lanes(model):
    def lane(tokens, number):
        return [(token["id"], token["logprob"]) for token in tokens if token["lane"] == number]

    for temperature in ["0.8", "0"]:
        options = ["--temperature", temperature, "--seed", 7, "--max-tokens", 64]
        alone = lane(model.complete(OPENINGS[0], GPU, *options), 0)
        four = model.complete(OPENINGS[0], GPU, *options, "--n", 4)
        yield at_most(f"temperature {temperature}: tokens of lane 0 that differ", unequal(alone, lane(four, 0)), 0)
    others = sum(unequal(lane(four, 0), lane(four, number)) for number in [1, 2, 3])
    yield at_most("greedy: tokens that differ between lanes", others, 0)


def unequal(some, others):
    return sum(one != other for one, other in zip(some, others)) + abs(len(some) - len(others))


def check_continued(model):
    """Decoding one and the same token again and again makes the text known beforehand."""
    word = repeatable(model)
    if word is None:
        return (yield remark("all lengths", "skipped: no word is a single token when repeated"))
    for length in LENGTHS:
        name = f"{length} and {NEW} tokens"
        if length + NEW >= model.context:
            return (yield remark(name, f"skipped: the context has {model.context}"))
        prompt = model.beginning(model.long, length)
        options = [*GREEDY, "--logit-bias", f"{word['id']}=100", "--echo", "--logprobs", 1, "--max-tokens", NEW]
        written = model.complete(prompt, GPU, *options)
        if set(ids(written[-NEW:])) != {word["id"]}:
            raise Failed(f"{name}: other tokens than the favoured one were chosen")
        given = model.complete(prompt + word["text"] * NEW, GPU, "--echo", "--logprobs", 1, "--max-tokens", 1)[:-1]
        if ids(given) == ids(written):
            off = differences(given, written)
            yield at_most(f"{name}: mean difference", fmean(off), MEAN_BOUND)
            yield at_most(f"{name}: largest difference", max(off), MAX_BOUND)
        else:
            yield remark(name, "skipped: the text has other tokens as a whole")


def repeatable(model):
    for text in [" the", " and", " a", "\n", "Q", "#"]:
        tokens = model.tokenize("The" + NEW * text)
        if len(tokens) == len(model.tokenize("The")) + NEW and len(set(ids(tokens[-NEW:]))) == 1:
            return {"id": tokens[-1]["id"], "text": text}


def check_attention(model):
    plain = model.score(model.long, GPU, NEMOTRON_PLAIN_ATTENTION="1")
    off = differences(model.score(model.long, GPU), plain)
    yield at_most(f"mean difference over {len(off)} tokens", fmean(off), MEAN_BOUND)
    yield remark("largest difference", f"{max(off):.3g}")


def check_logits(model):
    for name in SETTINGS:
        wrong, off = 0, [0.0]
        for seed, prompt in enumerate(OPENINGS[:3]):
            options = [*name.split(), "--seed", seed, "--max-tokens", 48, "--ignore-eos"]
            reduced, full = (model.complete(prompt, GPU, *options, **switch)
                             for switch in [{}, {"NEMOTRON_FULL_LOGITS": "1"}])
            wrong += unequal(ids(reduced), ids(full))
            off += differences(reduced, full) if ids(reduced) == ids(full) else []
        yield at_most(f"{name}: tokens that differ", wrong, 0)
        yield at_most(f"{name}: largest difference of the others", max(off), 1e-3)


def check_next(model):
    for number, prompt in enumerate(OPENINGS[:3], 1):
        ours, theirs = (model.work("next", prompt, on, "--top", 1000, *CHAIN)[0] for on in [GPU, CPU])
        mass = [math.fsum(token["probability"] for token in reading["final"]) for reading in [ours, theirs]]
        yield at_most(f"prompt {number}: probabilities from a sum of 1", max(abs(one - 1) for one in mass), 1e-5)
        yield from stages_off(f"prompt {number}", list(zip(ours["stages"], theirs["stages"], strict=True)))
        tokens = [{token["id"]: token["probability"] for token in reading["final"]} for reading in [ours, theirs]]
        off = [abs(tokens[0].get(id, 0.0) - tokens[1].get(id, 0.0)) for id in tokens[0] | tokens[1]]
        yield at_most(f"prompt {number}: probability of a token, largest difference", max(off), 0.05)


def stages_off(name, pairs):
    if any(one["name"] != other["name"] for one, other in pairs):
        raise Failed(f"{name}: the stages are not the same")
    # A few lie on the edge of what a stage keeps.
    beyond = [abs(one["survivors"] - other["survivors"]) - max(2, other["survivors"] / 10) for one, other in pairs]
    removed = [abs(one["mass_removed"] - other["mass_removed"]) for one, other in pairs]
    yield at_most(f"{name}: survivors of a stage off by more than 2 and 10 %, by", max(0, *beyond), 0)
    yield at_most(f"{name}: mass that a stage removes, largest difference", max(removed), 0.05)


def check_form(model):
    folder = Model(model.program, TINY / "hf")
    off = differences(model.score(folder.long, GPU), folder.score(folder.long, GPU))
    yield at_most("largest difference from tiny/hf", max(off), 0)


def check_memory(model):
    for context, new in OVERSIZED:
        name = f"64 lanes of {new} tokens, context {context}"
        done = model.start("bench", "--synthetic", "nemotron-3-8b", "--lanes", 64, "--context", context,
                           "--new-tokens", new, "--runs", 1, *GPU)
        if done.returncode == 0:
            yield remark(name, "skipped: it fits this card")
            continue
        kind = json.loads((done.stdout.splitlines() or [b"{}"])[-1]).get("kind")
        panicked = b"panicked" in done.stderr
        value = f"ended with {done.returncode}, kind {kind}{', a panic' if panicked else ''}"
        yield Row(name, value, "1, out_of_memory", (done.returncode, kind, panicked) == (1, "out_of_memory", False))
    tokens = model.complete(OPENINGS[0], GPU, *GREEDY, "--max-tokens", 8)
    yield Row("tokens of the next run", str(len(tokens)), "8", len(tokens) == 8)


if __name__ == "__main__":
    main()
