#!/usr/bin/env python3
"""Trains the built-in model, from nothing to `demo.nemo`:

    src-tauri/demo/train.py --venv DIR [--minutes 60] [--work DIR] [--resume]

DIR becomes a virtual environment with the pins below. The text is written by the generator in `text`,
from a seed; the tokenizer is trained on it, then the model, which takes the given minutes; then the
held-out text is scored and the file written. `--resume` goes on after the last kept state.
"""

import argparse
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PINS = ["torch==2.15.0", "transformers==5.23.0", "tokenizers==0.23.3", "safetensors==0.8.0", "numpy==2.4.6",
        "sentencepiece==0.2.3"]
SEED = 2026
DOCUMENTS, HELD_OUT_DOCUMENTS = 110_000, 300
TOKENIZER_DOCUMENTS = 25_000
PIECES = 4096
EOS = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/demo"))
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    arguments = parser.parse_args()
    environment(arguments.venv)
    arguments.work.mkdir(parents=True, exist_ok=True)
    training, held_out = texts(arguments.work, arguments.documents)
    tokenizer = train_tokenizer(arguments.work, training)
    train(arguments, tokenizer, training, held_out)


def environment(venv):
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINS], check=True)
    if pathlib.Path(sys.prefix).resolve() != venv.resolve():
        os.execv(python, [str(python), *sys.argv])


def texts(work, count):
    """The training documents and the held-out ones, none of which is among them."""
    path = work / f"text-{count}.json"
    if not path.exists():
        started = time.monotonic()
        training = written(SEED, count)
        seen = set(training)
        held_out = [text for text in written(SEED + 1, HELD_OUT_DOCUMENTS) if text not in seen]
        path.write_text(json.dumps([training, held_out], ensure_ascii=False))
        print(f"{count} documents in {time.monotonic() - started:.0f} s", flush=True)
    return json.loads(path.read_text())


def written(seed, count):
    from text import corpus

    rng = random.Random(seed)
    return [corpus.document(rng)[1] for _ in range(count)]


def train_tokenizer(work, training):
    """The bytes of a SentencePiece model."""
    import sentencepiece

    path = work / "tokenizer.model"
    if not path.exists():
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(training[:TOKENIZER_DOCUMENTS]), model_writer=out, model_type="bpe",
            vocab_size=PIECES, byte_fallback=True, split_digits=True, normalization_rule_name="identity",
            remove_extra_whitespaces=False, character_coverage=1.0, max_sentence_length=100_000,
            user_defined_symbols=[f"<extra_id_{n}>" for n in range(8)],
            pad_id=0, unk_id=1, bos_id=2, eos_id=EOS, minloglevel=2,
        )
        path.write_bytes(out.getvalue())
    return path.read_bytes()


def train(arguments, tokenizer, training, held_out):
    import sentencepiece
    import torch

    import export
    import model

    torch.manual_seed(SEED)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=tokenizer)
    documents = [ids + [EOS] for ids in pieces.encode(training)]
    print(f"{sum(map(len, documents))} tokens in {len(documents)} documents", flush=True)
    kept = arguments.work / "state.pt"
    network = model.new()
    with open(arguments.out / "loss.csv", "a" if arguments.resume else "w", newline="") as log:
        if not arguments.resume:
            log.write("step,seconds,loss,learning_rate\n")
        resume = torch.load(kept) if arguments.resume else None
        save = lambda state: torch.save(state, kept)
        model.train(network, documents, arguments.minutes, SEED, log, save, resume)
    score(network, pieces, held_out, arguments.out)
    export.export(network, tokenizer, arguments.out / "demo.nemo")


def score(network, pieces, held_out, out):
    """Keeps the held-out text with what transformers makes of it."""
    import model

    documents = pieces.encode(held_out)
    total, count = model.held_out(network, documents)
    perplexity = 2.718281828459045 ** (-total / count)
    print(f"held-out perplexity {perplexity:.4f} over {count} tokens", flush=True)
    answer = {"sum_logprob": total, "tokens": count, "perplexity": perplexity, "documents": held_out}
    (out / "heldout.json").write_text(json.dumps(answer, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    main()
