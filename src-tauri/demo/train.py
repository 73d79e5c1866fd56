#!/usr/bin/env python3
"""Trains the demo model and writes demo.nemo: one command, on two processor cores in about an hour.

    src-tauri/demo/train.py --venv DIR [--minutes N | --steps N] [--resume]

DIR is made, and kept for the next run. The number of steps follows from the speed of the first
ones, unless --steps says it. What is left behind: demo.nemo, loss.csv, heldout.json.
"""

import argparse
import csv
import json
import math
import os
import pathlib
import subprocess
import sys
import time
import venv

HERE = pathlib.Path(__file__).resolve().parent
PINS = ["torch==2.15.0", "transformers==5.23.0", "safetensors==0.8.0", "numpy==2.4.6", "sentencepiece==0.2.3", "protobuf==7.36.2"]

MODEL = dict(vocab_size=4096, hidden_size=256, intermediate_size=1024, num_hidden_layers=6, num_attention_heads=4,
             num_key_value_heads=4, head_dim=64, hidden_act="relu2", max_position_embeddings=1024, partial_rotary_factor=0.5,
             norm_eps=1e-5, tie_word_embeddings=False, attention_bias=False, mlp_bias=False, pad_token_id=0, bos_token_id=2,
             eos_token_id=3, initializer_range=0.02, use_cache=False)
# A step is made of two batches, one after the other, of rows of one length each.
BATCH_TOKENS = 4096
BATCHES = 2
STEP_TOKENS = BATCH_TOKENS * BATCHES
# Of Muon for the matrices of the layers, and of AdamW for all else.
PEAK_RATES = (0.02, 5e-3)
WARM_UP_STEPS = 60
# The last part of the training, in which the rates fall to nearly nothing.
COOL_DOWN = 0.6
# Behind it comes this much of all steps with another mixture (corpus.py), at this share of the rates
# and down again.
LAST, LAST_SHARE = 0.22, 0.35
WEIGHT_DECAY = 0.1
BETAS = (0.9, 0.95)
CLIP = 1.0
# The speed is taken from these steps; the first ones are slower.
MEASURED = (5, 25)
CHECKPOINT_SECONDS = 240
HELD_OUT_CHARACTERS = 50_000
# What glibc's allocator is told: freed memory is kept for the next step. Getting it anew from the
# system took a seventh of the time.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(4 << 30), "MALLOC_TRIM_THRESHOLD_": str(8 << 30)}


def main():
    arguments = parse()
    if arguments.venv:
        python = environment(arguments.venv)
        given = [argument for argument in sys.argv[1:]]
        at = given.index("--venv") if "--venv" in given else None
        given = given[:at] + given[at + 2:] if at is not None else [a for a in given if not a.startswith("--venv=")]
        os.execve(python, [str(python), __file__, *given], os.environ | KEEP_MEMORY)
    run(arguments)


def parse():
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=pathlib.Path, help="a virtual environment to make or use")
    parser.add_argument("--minutes", type=float, default=74, help="how long to train")
    parser.add_argument("--steps", type=int, help="train so many steps, however long it takes")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--work", type=pathlib.Path, default=target / "demo-training", help="for checkpoints")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="for the results")
    return parser.parse_args()


def environment(folder):
    """The interpreter of a virtual environment that has the pinned packages."""
    python = folder.resolve() / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PINS], check=True)
    return python


def run(arguments):
    import torch

    import export
    import prepare

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(prepare.SEED)
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer_file = arguments.work / "demo.model"
    if not (arguments.resume and tokenizer_file.exists()):
        prepare.train_tokenizer(tokenizer_file)
    tokenizer = prepare.load_tokenizer(tokenizer_file)
    training = Training(arguments, tokenizer)
    training.run()
    model = rounded(training.model)
    export.write(model, MODEL, tokenizer_file, arguments.out / "demo.nemo")
    report = held_out_report(model, tokenizer, prepare.held_out(tokenizer, HELD_OUT_CHARACTERS, MODEL["max_position_embeddings"]), training)
    (arguments.out / "heldout.json").write_text(json.dumps(report, indent=1) + "\n")
    print(f"held-out perplexity {report['perplexity']:.4f} over {report['tokens']} tokens")


class Training:
    def __init__(self, arguments, tokenizer):
        import prepare

        self.arguments, self.tokenizer = arguments, tokenizer
        self.model = new_model()
        self.half = halves_are_faster()
        self.optimizers = optimizers(self.model)
        self.rows = prepare.Rows(tokenizer)
        self.step, self.steps, self.losses = 0, arguments.steps, []
        self.seconds = self.measured_from = 0.0
        self.checkpoint = arguments.work / "checkpoint.pt"
        if arguments.resume and self.checkpoint.exists():
            self.load()

    def run(self):
        saved, losses = time.monotonic(), []
        while self.steps is None or self.step < self.steps:
            started = time.monotonic()
            loss = self.advance()
            self.seconds += time.monotonic() - started
            losses.append(loss)
            self.plan()
            if self.step % 10 == 0:
                self.note(sum(losses) / len(losses))
                losses = []
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = time.monotonic()
        self.save()

    def advance(self):
        """One step of the optimizer."""
        import torch

        losses = []
        self.rows.last = self.steps is not None and self.step >= self.main_steps()
        for _ in range(BATCHES):
            ids, documents = (torch.tensor(part) for part in self.rows.batch(BATCH_TOKENS))
            with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
                loss = self.loss(ids, documents) / BATCHES
            loss.backward()
            losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        for optimizer, peak in zip(self.optimizers, PEAK_RATES):
            for group in optimizer.param_groups:
                group["lr"] = peak * self.share()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        return sum(losses)

    def loss(self, ids, documents):
        """Every document sees itself alone and begins at position 0, as a prompt does. `documents`
        numbers them within each row; padding is a document of its own, which is not learned."""
        import torch

        same = documents[:, :, None] == documents[:, None, :]
        seen = (same & torch.ones(same.shape[1:], dtype=torch.bool).tril())[:, None]
        positions = same.tril(-1).sum(-1)
        first = positions == 0
        labels = ids.masked_fill((ids == 0) | first, -100)
        return self.model(input_ids=ids, position_ids=positions, attention_mask=seen, labels=labels).loss

    def share(self):
        """Of the peak rate: warm-up, constant, a straight line down, and the end with its own line."""
        if self.steps is None:
            return min(1.0, (self.step + 1) / WARM_UP_STEPS)
        main = self.main_steps()
        if self.step >= main:
            return LAST_SHARE * (self.steps - self.step) / (self.steps - main)
        return min(1.0, (self.step + 1) / WARM_UP_STEPS, (main - self.step) / (COOL_DOWN * main))

    def main_steps(self):
        return round(self.steps * (1 - LAST))

    def plan(self):
        """Sets the number of steps from the speed of the first ones."""
        first, last = MEASURED
        if self.step == first:
            self.measured_from = self.seconds
        if self.steps is None and self.step == last:
            each = (self.seconds - self.measured_from) / (last - first)
            self.steps = max(last + 1, int(self.arguments.minutes * 60 / each))
            print(f"{each:.2f} s a step, {STEP_TOKENS / each:.0f} tokens/s: {self.steps} steps", flush=True)

    def note(self, loss):
        self.losses.append((self.step, self.step * STEP_TOKENS, round(self.seconds), f"{self.share():.3f}", f"{loss:.4f}"))
        print("step {} of {}: {} tokens, {} s, {} of the rate, loss {}".format(self.step, self.steps, *self.losses[-1][1:]), flush=True)
        with (self.arguments.out / "loss.csv").open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([("step", "tokens", "seconds", "rate", "loss"), *self.losses])

    def save(self):
        import torch

        state = dict(model=self.model.state_dict(), optimizers=[optimizer.state_dict() for optimizer in self.optimizers], step=self.step, steps=self.steps,
                     seconds=self.seconds, losses=self.losses, at=self.rows.at, waiting=self.rows.waiting)
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.checkpoint)

    def load(self):
        import torch

        state = torch.load(self.checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        self.step, self.steps, self.seconds = state["step"], self.arguments.steps or state["steps"], state["seconds"]
        self.losses, self.rows.at, self.rows.waiting = [tuple(row) for row in state["losses"]], state["at"], state["waiting"]
        self.measured_from = self.seconds


def halves_are_faster():
    """Processors differ: bfloat16 products take half the time of float32 ones on some, and twice on others."""
    import torch

    def seconds(kind):
        left, right = torch.ones(BATCH_TOKENS, 256, dtype=kind), torch.ones(256, 1024, dtype=kind)
        left @ right
        started = time.monotonic()
        for _ in range(50):
            left @ right
        return time.monotonic() - started

    half = seconds(torch.bfloat16) < seconds(torch.float32)
    print("products in", "bfloat16" if half else "float32", flush=True)
    return half


def new_model():
    import torch
    from transformers import NemotronConfig, NemotronForCausalLM

    model = NemotronForCausalLM(NemotronConfig(**MODEL))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:  # LayerNorm1P: the weight is what is added to one
                weight.zero_()
            elif name.endswith(("o_proj.weight", "down_proj.weight")):  # these add up over the layers
                weight.div_(math.sqrt(2 * MODEL["num_hidden_layers"]))
    return model


def optimizers(model):
    """Muon for the matrices of the layers; AdamW, without decay, for embeddings, output and norms."""
    import torch

    matrices = [weight for weight in model.model.layers.parameters() if weight.ndim == 2]
    others = [weight for name, weight in model.named_parameters() if weight.ndim < 2 or ".layers." not in name]
    return [torch.optim.Muon(matrices, lr=PEAK_RATES[0], weight_decay=WEIGHT_DECAY),
            torch.optim.AdamW(others, lr=PEAK_RATES[1], betas=BETAS, weight_decay=0.0, fused=True)]


def rounded(model):
    """Weights as the file holds them, bfloat16, in float32 arithmetic."""
    import torch

    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(weight.bfloat16().float())
    return model.eval()


def held_out_report(model, tokenizer, texts, training):
    """What tests compare: every text with the log-probability of its tokens, the first (which
    nothing precedes) left out, and the perplexity over all of them."""
    documents = [dict(text=text, **score(model, tokenizer.encode(text))) for text in texts]
    tokens = sum(document["tokens"] for document in documents)
    total = sum(document["logprob"] for document in documents)
    return dict(perplexity=math.exp(-total / tokens), tokens=tokens, logprob=total, steps=training.step,
                trained_tokens=training.step * STEP_TOKENS, minutes=round(training.seconds / 60, 1), documents=documents)


def score(model, ids):
    import torch

    with torch.inference_mode():
        rows = model(torch.tensor([ids])).logits[0, :-1].double().log_softmax(-1)
        chosen = rows.gather(1, torch.tensor(ids[1:])[:, None])
    return dict(tokens=len(ids) - 1, logprob=chosen.sum().item())


if __name__ == "__main__":
    main()
