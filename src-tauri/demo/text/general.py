"""Tales that begin like those of `tales.py` and go on in general ways, which fit any beginning.

They teach what to do with a beginning that no tale has: keep to whom and what it names, let
something happen with it, and come to an end.
"""

import functools
import pathlib
import re

from . import heroes, tales
from .grammar import finish, raw

FILE = pathlib.Path(__file__).with_name("general.txt")
# Files of tales in the present tense.
PRESENT = ("advice", "thoughts")


@functools.lru_cache(maxsize=None)
def ways(part, named):
    """The middles or ends for a beginning that names such a thing."""
    lines = [line.split(" | ", 1) for line in FILE.read_text().splitlines() if " | " in line]
    return [way for head, way in lines if head == f"{part} {named}"]


def way(rng, part, named):
    return rng.choice(ways(part, named))


@functools.lru_cache(maxsize=None)
def beginnings():
    """(what the middles must fit, tale) of every tale that may go on so."""
    found = [("none" if tale[0] == "none" else "any", tale) for file in files() for tale in tales.tales(file) if tale[0] != "two"]
    return found + [("now", tale) for file in PRESENT for tale in tales.tales(file)]


def files():
    return sorted(path.stem for path in tales.FOLDER.glob("*.txt") if path.stem not in PRESENT)


def document(rng):
    fits, (kind, heading, beats) = rng.choice(beginnings())
    slots = tales.scene(rng, kind, heroes.hero(rng, kind))
    parts = [beats[0], *going_on(rng, fits, beats[0])]
    text = tales.INVERTED.sub(r"\2 \1", finish(" ".join(raw(rng, part, slots) for part in parts)))
    return tales.headed(rng, heading, slots, text) if heading and rng.random() < 0.15 else text


def going_on(rng, fits, beginning):
    """A middle and an end; they speak of what the beginning has named."""
    named = [name for name in re.findall(r"{(\w+)", beginning) if ways("middle", name)] if fits == "any" else []
    about = rng.choice(named) if named and rng.random() < 0.75 else fits
    return [way(rng, "middle", about), rng.choice(ways("end", fits) + (ways("end", about) if about != fits else []))]
