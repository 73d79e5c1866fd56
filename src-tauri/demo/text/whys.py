"""Questions that begin with why, how, what, when, where, who, can or should, from whys.txt.

Its blocks stand apart by empty lines: the question, the short answer, and sentences of a fuller one
of which the first answers, too. Where the short answer or the first sentence is one bracket of as
many variants as the question, they belong together one for one. A block with a `#` is a heading.
"""

import functools
import pathlib
import re

from . import facts

FILE = pathlib.Path(__file__).with_suffix(".txt")


@functools.cache
def blocks():
    texts = FILE.read_text().strip().split("\n\n")
    return [tuple(text.splitlines()) for text in texts if not text.startswith("#")]


def variants(line):
    """'[a|b]' -> ['a', 'b']; any other line stands for itself."""
    return line[1:-1].split("|") if re.fullmatch(r"\[[^\[\]]*\]", line) else [line]


def belonging(line, at, of):
    """The variant that goes with variant `at` of a question that has `of` of them."""
    several = variants(line)
    return several[at] if len(several) == of else line


def why(rng):
    question, short, first, *more = rng.choice(blocks())
    questions = variants(question)
    at = rng.randrange(len(questions))
    short, first = (belonging(line, at, len(questions)) for line in (short, first))
    return facts.fact(rng, questions[at], short, [first, *more], "it")
