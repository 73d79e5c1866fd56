#!/usr/bin/env python3
"""Writes prompts.txt: 200 beginnings, of scenes drawn by seed, in clauses that no document has.

    src-tauri/demo/prompts.py

Every scene keeps one way to say it back from the training text (text/scenes.py). check.py looks
whether one occurs in it all the same.
"""

import pathlib
import random

from text import scenes

FILE = pathlib.Path(__file__).with_name("prompts.txt")
SEED = "prompts"
COUNT = 200


def main():
    rng = random.Random(SEED)
    blocks = rng.sample([block for block in scenes.blocks() if "Dear" not in scenes.kept_back(block)], COUNT)
    FILE.write_text("".join(f"{scenes.prompt(rng, block)}\n" for block in blocks))


if __name__ == "__main__":
    main()
