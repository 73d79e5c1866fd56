"""From the generator to rows of token ids: the tokenizer, and documents packed without waste."""

import itertools
import pathlib

import sentencepiece

from text import corpus

PAD, UNKNOWN, BOS, EOS = range(4)
PIECES = 4096
SEED = 3
HELD_OUT_SEED = "held out"
TOKENIZER_DOCUMENTS = 12_000


def train_tokenizer(path: pathlib.Path):
    """The settings of Nemotron's own tokenizer as far as they are known: BPE, digits apart, bytes
    for what has no piece, and the pieces of the chat template."""
    documents = (text for _, text in itertools.islice(corpus.documents(f"{SEED} tokenizer"), TOKENIZER_DOCUMENTS))
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for text in documents for line in text.split("\n") if line and not line.startswith("<extra_id_2>")),
        model_prefix=str(path.with_suffix("")), model_type="bpe", vocab_size=PIECES, byte_fallback=True, split_digits=True,
        pad_id=PAD, unk_id=UNKNOWN, bos_id=BOS, eos_id=EOS, user_defined_symbols=[f"<extra_id_{n}>" for n in range(8)],
        normalization_rule_name="identity", remove_extra_whitespaces=False, character_coverage=1.0, num_threads=1,
        minloglevel=1)


def load_tokenizer(path: pathlib.Path):
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


class Rows:
    """Rows of `length` ids for training. A document never continues on another row, each ends with
    eos, and the first that fits is taken, so that hardly any padding is left.

    `at` is the number of documents drawn so far; a resumed training goes on there.
    """

    WAITING = 64

    def __init__(self, tokenizer, length, at=0):
        self.tokenizer, self.length, self.at = tokenizer, length, at
        self.waiting = []

    def batch(self, rows):
        return [self.row() for _ in range(rows)]

    def row(self):
        ids = []
        while (document := self.fitting(self.length - len(ids))) is not None:
            ids += document
        return ids + [PAD] * (self.length - len(ids))

    def fitting(self, room):
        while len(self.waiting) < self.WAITING:
            _, text = corpus.numbered(SEED, self.at)
            self.at += 1
            self.waiting.append(self.tokenizer.encode(text)[:self.length - 1] + [EOS])
        found = next((at for at, ids in enumerate(self.waiting) if len(ids) <= room), None)
        return None if found is None else self.waiting.pop(found)


def held_out(tokenizer, characters, longest):
    """Documents that training never sees, of about so many characters in all."""
    texts, total = [], 0
    for _, text in corpus.documents(HELD_OUT_SEED):
        if total >= characters:
            return texts
        if len(tokenizer.encode(text)) <= longest:
            texts.append(text)
            total += len(text)
