"""Ways to begin, go on and end that fit any hero, or any thing, animal, place or food that was named."""

import functools
import pathlib

FILE = pathlib.Path(__file__).with_name("general.txt")


@functools.lru_cache(maxsize=None)
def ways(part, named):
    """The middles or ends for a beginning that names such a thing."""
    lines = [line.split(" | ", 1) for line in FILE.read_text().splitlines() if " | " in line]
    return [way for head, way in lines if head == f"{part} {named}"]


def way(rng, part, named):
    return rng.choice(ways(part, named))
