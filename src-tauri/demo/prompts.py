#!/usr/bin/env python3
"""Writes prompts.txt: 200 beginnings, of tales drawn by seed, in words that no document begins with.

    src-tauri/demo/prompts.py

Every tale keeps one way to begin back from the training text (text/tales.py); a prompt is that and the
sentence behind it. check.py looks whether one occurs in the text all the same.
"""

import itertools
import pathlib
import random

from text import tales

FILE = pathlib.Path(__file__).with_name("prompts.txt")
SEED = "prompts"
COUNT = 200


def main():
    rng = random.Random(SEED)
    drawn = itertools.islice(itertools.chain.from_iterable(rng.sample(tales.tales(), len(tales.tales())) for _ in itertools.count()), COUNT)
    FILE.write_text("".join(f"{tales.prompt(rng, tale)}\n" for tale in drawn))


if __name__ == "__main__":
    main()
