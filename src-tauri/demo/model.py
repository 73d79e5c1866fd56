"""The model, and training it: transformers' NemotronForCausalLM on the CPU."""

import csv
import math
import random
import time

import torch
from transformers import NemotronConfig, NemotronForCausalLM

# As Nemotron-3-8B, scaled down to 8.4 million parameters.
SETTINGS = dict(
    vocab_size=4096, hidden_size=256, intermediate_size=1024, num_hidden_layers=8, num_attention_heads=4,
    num_key_value_heads=4, head_dim=64, hidden_act="relu2", max_position_embeddings=1024, norm_eps=1e-5,
    partial_rotary_factor=0.5, rope_theta=10_000.0, initializer_range=0.02, tie_word_embeddings=False,
    pad_token_id=0, bos_token_id=2, eos_token_id=3,
)
LEARNING_RATE, LAST_LEARNING_RATE, WARM_UP_STEPS = 2e-3, 2e-5, 60
ROW_TOKENS, ROWS_PER_STEP = 512, 16
# The last part of the training sees the whole context.
LONG_SHARE, LONG_ROW_TOKENS = 0.12, 1024
# So much is computed at once: more does not fit the caches, and is slower.
MICRO_BATCH_TOKENS = 2048
SPARE = 0.97


def new():
    return NemotronForCausalLM(NemotronConfig(**SETTINGS))


def rows(documents, length, rng):
    """Endless rows of token ids, each starting with a document; what does not fit a row is left out."""
    row = []
    while True:
        for index in rng.sample(range(len(documents)), len(documents)):
            row.extend(documents[index])
            if len(row) >= length:
                yield row[:length]
                row = []


def train(model, documents, minutes, seed, log, save, resume=None):
    """Trains for so many minutes; `log` is a CSV file, `save(state)` keeps what `resume` takes."""
    state = {"step": 0, "steps": None, "seconds": 0.0}
    optimizer = torch.optim.AdamW(groups(model), lr=LEARNING_RATE, betas=(0.9, 0.95), fused=True)
    if resume:
        model.load_state_dict(resume["model"])
        optimizer.load_state_dict(resume["optimizer"])
        state = resume["state"]
    else:
        state["steps"] = plan(model, minutes)
    long_from = int(state["steps"] * (1 - LONG_SHARE))
    feeds = [rows(documents, length, random.Random(f"{seed} {state['step']}")) for length in (ROW_TOKENS, LONG_ROW_TOKENS)]
    writer = csv.writer(log)
    started = time.monotonic() - state["seconds"]
    while state["step"] < state["steps"]:
        rate = learning_rate(state["step"], state["steps"])
        loss = step(model, optimizer, feeds[state["step"] >= long_from], rate)
        state["step"] += 1
        state["seconds"] = time.monotonic() - started
        if state["step"] % 20 == 0 or state["step"] == state["steps"]:
            writer.writerow([state["step"], round(state["seconds"]), f"{loss:.4f}", f"{rate:.2e}"])
            log.flush()
            print(f"step {state['step']} of {state['steps']}, {state['seconds']:.0f} s, loss {loss:.3f}", flush=True)
        if state["step"] % 200 == 0:
            save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "state": state})


def step(model, optimizer, feed, rate):
    """One update over `ROWS_PER_STEP` rows of 512 tokens, or as many tokens in longer ones."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    first = next(feed)
    count = ROWS_PER_STEP * ROW_TOKENS // len(first)
    batch = torch.tensor([first, *(next(feed) for _ in range(count - 1))])
    parts = batch.split(max(1, MICRO_BATCH_TOKENS // len(first)))
    total = 0.0
    for part in parts:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(part, labels=part, use_cache=False).loss * (len(part) / len(batch))
        loss.backward()
        total += loss.item()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return total


def groups(model):
    """Norms are not decayed."""
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    return [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]


def learning_rate(step, steps):
    if step < WARM_UP_STEPS:
        return LEARNING_RATE * (step + 1) / WARM_UP_STEPS
    done = (step - WARM_UP_STEPS) / max(1, steps - WARM_UP_STEPS)
    return LAST_LEARNING_RATE + (LEARNING_RATE - LAST_LEARNING_RATE) * (1 + math.cos(math.pi * done)) / 2


def plan(model, minutes):
    """How many steps fit, at the speed of the faster number of threads: two that share a core can be
    slower than one."""
    speeds = {}
    for threads in sorted({1, torch.get_num_threads()}):
        torch.set_num_threads(threads)
        speeds[threads] = max(speed(model) for _ in range(4))
    threads = max(speeds, key=speeds.get)
    torch.set_num_threads(threads)
    steps = int(minutes * 60 * SPARE * speeds[threads] / (ROWS_PER_STEP * ROW_TOKENS))
    print(f"{threads} threads, {speeds[threads]:.0f} tokens a second, {steps} steps", flush=True)
    return max(1, steps)


def speed(model):
    """Tokens a second; leaves no gradients."""
    part = torch.randint(8, SETTINGS["vocab_size"], (MICRO_BATCH_TOKENS // ROW_TOKENS, ROW_TOKENS))
    started = time.monotonic()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = model(part, labels=part, use_cache=False).loss
    loss.backward()
    model.zero_grad(set_to_none=True)
    return part.numel() / (time.monotonic() - started)


@torch.inference_mode()
def held_out(model, documents):
    """Log-probability of the documents under the weights as they are exported, summed over every token
    but each document's first, and their number."""
    exported = new().eval()
    exported.load_state_dict({name: w.to(torch.bfloat16).float() for name, w in model.state_dict().items()})
    total, count = 0.0, 0
    for ids in documents:
        ids = torch.tensor([ids[: SETTINGS["max_position_embeddings"]]])
        logprobs = exported(ids, use_cache=False).logits[0, :-1].double().log_softmax(-1)
        total += logprobs.gather(1, ids[0, 1:, None]).sum().item()
        count += ids.shape[1] - 1
    return total, count
