"""From the generator to rows of token ids: the tokenizer, and documents packed without waste."""

import itertools
import pathlib

import sentencepiece

from text import corpus
from text.corpus import HELD_OUT_SEED, SEED

PAD, UNKNOWN, BOS, EOS = range(4)
PIECES = 4096
TOKENIZER_DOCUMENTS = 12_000


def train_tokenizer(path: pathlib.Path):
    """The settings of Nemotron's own tokenizer as far as they are known: BPE, digits apart, bytes
    for what has no piece, and the pieces of the chat template."""
    documents = (text for _, text in itertools.islice(corpus.documents(f"{SEED} tokenizer"), TOKENIZER_DOCUMENTS))
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for text in documents for line in text.split("\n") if line),
        model_prefix=str(path.with_suffix("")), model_type="bpe", vocab_size=PIECES, byte_fallback=True, split_digits=True,
        pad_id=PAD, unk_id=UNKNOWN, bos_id=BOS, eos_id=EOS, user_defined_symbols=[f"<extra_id_{n}>" for n in range(8)],
        normalization_rule_name="identity", remove_extra_whitespaces=False, character_coverage=1.0, num_threads=1,
        minloglevel=1)


def load_tokenizer(path: pathlib.Path):
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


class Rows:
    """Batches of rows of ids. A document never continues on another row, each ends with eos, and
    the first that fits is taken, so that hardly any padding is left.

    Short documents share short rows and only the others get long ones: attention over 256 tokens
    costs a quarter of that over 1024. Whichever kind has more waiting comes next, which keeps the
    mixture. `at` is the number of documents drawn so far; a resumed training goes on there.
    """

    LENGTHS = (256, 512, 1024)

    def __init__(self, tokenizer, at=0, waiting=()):
        self.tokenizer, self.at, self.last = tokenizer, at, False
        self.waiting = waiting or [[] for _ in self.LENGTHS]

    def batch(self, tokens):
        """Rows of one length, of so many tokens in all, and the number of the document each token is in."""
        while not any(self.ready(kind, tokens) for kind in range(len(self.LENGTHS))):
            self.draw()
        kind = next(kind for kind in range(len(self.LENGTHS)) if self.ready(kind, tokens))
        return zip(*(self.row(kind) for _ in range(tokens // self.LENGTHS[kind])))

    def ready(self, kind, tokens):
        """There is a choice left for the last row, too."""
        return sum(map(len, self.waiting[kind])) > 2 * tokens + self.LENGTHS[kind]

    def draw(self):
        _, text = corpus.numbered(SEED, self.at, self.last)
        self.at += 1
        ids = self.tokenizer.encode(text)[:self.LENGTHS[-1] - 1] + [EOS]
        self.waiting[next(kind for kind, length in enumerate(self.LENGTHS) if len(ids) <= length)].append(ids)

    def row(self, kind):
        ids, numbers, length = [], [], self.LENGTHS[kind]
        while (document := self.fitting(kind, length - len(ids))) is not None:
            numbers += [numbers[-1] + 1 if numbers else 0] * len(document)
            ids += document
        room = length - len(ids)
        return ids + [PAD] * room, numbers + [-1] * room

    def fitting(self, kind, room):
        waiting = self.waiting[kind]
        found = next((at for at, ids in enumerate(waiting) if len(ids) <= room), None)
        return None if found is None else waiting.pop(found)


def held_out(tokenizer, characters, longest):
    """Documents that training never sees, of about so many characters in all."""
    texts, total = [], 0
    for _, text in corpus.documents(HELD_OUT_SEED):
        if total >= characters:
            return texts
        if len(tokenizer.encode(text)) <= longest:
            texts.append(text)
            total += len(text)
