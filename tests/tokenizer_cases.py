#!/usr/bin/env python3
"""Trains small SentencePiece models of every kind this project reads and writes down what the
sentencepiece library makes of ordinary, nasty and random text with them.

    tests/tokenizer_cases.py --venv DIR [--random N] [--seed S] [OUT]

OUT is tests/fixtures/tokenizers unless given; models that are there already are kept and only asked
again. To compare far more text than the fixtures hold:

    tests/tokenizer_cases.py --venv DIR --random 20000 --seed 7 CASES
    TOKENIZER_CASES=$PWD/CASES cargo test --release -p engine --test tokenizer

The two tokenizer.json were saved once by transformers 4.57.6 from bpe-prefix/tokenizer.model
(LlamaTokenizerFast, legacy true and false); their answers are the tokenizers library's.

Made with the pins below; DIR becomes a virtual environment that holds them.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys

PINS = ["sentencepiece==0.2.3", "protobuf==7.36.2", "tokenizers==0.22.2"]
HERE = pathlib.Path(__file__).resolve().parent
WORDS = (
    "the of and to in is that it was for on are with as his they at be this from have or by one "
    "had not but what all were when we there can an your which their said if do will each about "
    "how up out them then she many some so these would other into has more her two like him see "
    "time could no make than first been its who now people my made over did down only way find "
    "use may water long little very after words called just where most know naïve café über "
    "straße ещё мир привет こんにちは 世界 你好 مرحبا γειά ﬁne Ｆｕｌｌ ½ ① ㌔ ﷺ 😀 👩‍👩‍👧 🇩🇪"
).split()
NASTY = [
    "", " ", "  ", "   ", "a", " a", "a ", "  a  b   c  ", "\n", "\t\n \r\n", "▁", "▁▁", " ▁ ", "▁a▁ b",
    "\u00a0nbsp", "\u3000wide\u3000", "\u200bzero\u200d", "\x00", "a\x00b", "\ufeffbom", "\ufffd", "\ud7ff\ue000",
    "\U0010ffff", "e\u0301e\u0301\u0301", "é", "ﬁﬂﬃ", "Ａｂｃ１２３", "①②③ ½ ㌔ ﷺ ﷺﷺ", "ΑΒΓ άέ",
    "<s>", "</s>", "<unk>", "<pad>", "<0x41>", "<0x0A>", "<extra_id_0>", "<extra_id_1><extra_id_0>x",
    " <extra_id_0> ", "<extra_id_", "<extra_id_0", "⁇", " ⁇ ", "aaaaaaaaaaaaaaaa", "a" * 300, " " * 40 + "x",
    "1234567890", "3.14 1,000", "def f(x):\n    return x**2\n", "日本語と English 混在", "😀👩‍👩‍👧‍👦🇩🇪",
    "[MARK]", "x[MARK]y", " [MARK] ", "[MARK][MARK", "two  words", "a two words b", "ab", "abab", "abcabc",
]
ALPHABET = list(" \n\t▁abcdefghijklmnopqrstuvwxyzABC0123456789.,!?<>[]_éüßñ漢字かなмир😀\u0301\u00a0\u3000\u200d\x00ﬁ½①")


def environment(venv):
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINS], check=True)
    if pathlib.Path(sys.prefix).resolve() != venv.resolve():
        os.execv(python, [str(python), *sys.argv])


def corpus(rng, lines=3000):
    for _ in range(lines):
        yield " ".join(rng.choices(WORDS, k=rng.randint(3, 14))) + rng.choice([".", "!", "?", " 12", " 1984."])


RULES = "41\t61\n42\t62 62\n66 69\tFB01\n2026\t2E 2E 2E\nA0\t20\n200B\t\n63 64\t20\n"

# name: (training options, edit of the model)
COMMON = {"hard_vocab_limit": False, "num_threads": 1, "pad_id": 0, "unk_id": 1, "bos_id": 2, "eos_id": 3}
MARKERS = ["<extra_id_0>", "<extra_id_1>", "[MARK]"]
MODELS = {
    "unigram-nfkc": ({"model_type": "unigram", "vocab_size": 600, "user_defined_symbols": MARKERS}, None),
    "unigram-suffix": (
        {"model_type": "unigram", "vocab_size": 700, "byte_fallback": True, "treat_whitespace_as_suffix": True,
         "normalization_rule_name": "identity", "remove_extra_whitespaces": False,
         "user_defined_symbols": MARKERS + ["▁two▁", "[MARK][MARK"]},
        "ties",
    ),
    "bpe-rules": (
        {"model_type": "bpe", "vocab_size": 500, "normalization_rule_tsv": "rules.tsv", "byte_fallback": True,
         "user_defined_symbols": MARKERS, "split_digits": True, "allow_whitespace_only_pieces": True},
        None,
    ),
    "bpe-unused": (
        {"model_type": "bpe", "vocab_size": 600, "normalization_rule_name": "identity", "add_dummy_prefix": False,
         "remove_extra_whitespaces": False, "unk_surface": "(?)"},
        "unused",
    ),
    "bpe-rare": (
        {"model_type": "bpe", "vocab_size": 600, "normalization_rule_name": "identity", "byte_fallback": True,
         "remove_extra_whitespaces": False},
        "rare",
    ),
}


def edit(model, how, rng):
    """What training never makes, but the library reads."""
    normal = [p for p in model.pieces if p.type == p.NORMAL]
    if how == "ties":
        for piece in normal:
            piece.score = round(piece.score)
    elif how == "unused":
        for piece in rng.sample(normal, len(normal) // 3):
            piece.type = piece.UNUSED
        for piece in rng.sample(normal, len(normal) // 4):
            piece.score = -7.0
        model.normalizer_spec.escape_whitespaces = True
    elif how == "rare":
        # Characters that are part of pieces but none themselves.
        letters = {p.piece for p in rng.sample([p for p in normal if len(p.piece) == 1], 12)}
        kept = [p for p in model.pieces if p.piece not in letters]
        del model.pieces[:]
        model.pieces.extend(kept)


def train(name, out, rng):
    import sentencepiece as spm
    from sentencepiece import sentencepiece_model_pb2 as pb

    options, how = MODELS[name]
    text, rules, prefix = out / "corpus.txt", out / "rules.tsv", out / "trained"
    text.write_text("\n".join(corpus(rng)))
    rules.write_text(RULES)
    options = {**COMMON, **options}
    if "normalization_rule_tsv" in options:
        options["normalization_rule_tsv"] = str(rules)
    spm.SentencePieceTrainer.train(input=str(text), model_prefix=str(prefix), **options)
    model = pb.ModelProto.FromString(prefix.with_suffix(".model").read_bytes())
    edit(model, how, rng)
    # What the trainer saw is of no use to a reader.
    model.trainer_spec.ClearField("input")
    model.trainer_spec.ClearField("model_prefix")
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    (out / "tokenizer.model").write_bytes(model.SerializeToString())
    for path in [text, rules, prefix.with_suffix(".model"), prefix.with_suffix(".vocab")]:
        path.unlink()


def random_text(rng):
    kind = rng.random()
    if kind < 0.4:
        return "".join(rng.choices(ALPHABET, k=rng.randint(1, 40)))
    if kind < 0.8:
        parts = rng.choices(WORDS + NASTY, k=rng.randint(1, 12))
        return rng.choice(["", " ", "  "]).join(parts)
    points = [rng.choice([rng.randint(1, 0x2FFF), rng.randint(0x3000, 0xD7FF), rng.randint(0xE000, 0x1FFFF)])
              for _ in range(rng.randint(1, 12))]
    return "".join(map(chr, points))


def cases(model, rng, count):
    texts = NASTY + WORDS + [random_text(rng) for _ in range(count)]
    for text in texts:
        pieces = model.encode(text, return_type="proto").pieces
        ids = [piece.id for piece in pieces]
        # In bytes; a byte piece has none but the last of its character.
        spans = [None if model.is_byte(piece.id) else [piece.begin, piece.end] for piece in pieces]
        yield {"text": text, "ids": ids, "spans": spans, "decoded": model.decode(ids)}


def json_cases(path, rng, count):
    """What the tokenizers library says. Its offsets count characters."""
    import tokenizers

    model = tokenizers.Tokenizer.from_file(str(path))
    for text in NASTY + WORDS + [random_text(rng) for _ in range(count)]:
        encoding = model.encode(text, add_special_tokens=False)
        yield {"text": text, "ids": encoding.ids, "decoded": model.decode(encoding.ids)}


def decodings(model, rng, count):
    for _ in range(count):
        ids = [rng.randrange(model.get_piece_size()) for _ in range(rng.randint(1, 12))]
        if rng.random() < 0.3:
            ids = [i for i in ids if model.is_byte(i)] + ids[:3]
        if ids:
            yield {"ids": ids, "decoded": model.decode(ids)}


def write(out, answers):
    path = out / "cases.json"
    path.write_text(json.dumps(answers, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{out.name}: {len(answers['tokenize'])} texts, {path.stat().st_size} bytes of cases")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=pathlib.Path, required=True)
    parser.add_argument("--random", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("out", type=pathlib.Path, nargs="?", default=HERE / "fixtures" / "tokenizers")
    arguments = parser.parse_args()
    environment(arguments.venv)
    import sentencepiece as spm

    known = {path.parent.name: path for path in (HERE / "fixtures" / "tokenizers").glob("*/tokenizer.model")}
    for source in sorted((HERE / "fixtures" / "tokenizers").glob("*/tokenizer.json")):
        out = arguments.out / source.parent.name
        out.mkdir(parents=True, exist_ok=True)
        if out != source.parent:
            (out / source.name).write_bytes(source.read_bytes())
        rng = random.Random(arguments.seed)
        write(out, {"tokenize": list(json_cases(source, rng, arguments.random))})
    for name in sorted({*MODELS, *known}):
        rng = random.Random(f"{name} {arguments.seed}")
        out = arguments.out / name
        out.mkdir(parents=True, exist_ok=True)
        if not (out / "tokenizer.model").exists():
            if name in known:
                (out / "tokenizer.model").write_bytes(known[name].read_bytes())
            else:
                train(name, out, random.Random(name))
        model = spm.SentencePieceProcessor(model_file=str(out / "tokenizer.model"))
        tokenize = list(cases(model, rng, arguments.random))
        write(out, {"tokenize": tokenize, "detokenize": list(decodings(model, rng, arguments.random))})


if __name__ == "__main__":
    main()
