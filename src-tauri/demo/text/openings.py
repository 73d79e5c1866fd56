"""Short texts of which the first sentence matters most: a clause, and many ways to complete it.

The clauses stand in openings/*.txt, apart by empty lines:

    person | {First} had never baked a loaf before       who it may be about, and the clause
    , but | {he} wanted to try / the oven was hot        what joins it, and completions that fit
    . | It was time to learn it                          or sentences that may follow
    > | The dough stuck to {his} fingers.                what may happen next

Who: any hero, a person, a beast; none: the clause has a subject of its own; now: the present tense.
Then a middle and an end from general.txt, which fit any beginning.
"""

import functools
import pathlib
import re

from . import general, heroes, tales
from .grammar import SMALL_WORDS, capital, finish, raw

FOLDER = pathlib.Path(__file__).with_name("openings")
HEROES = {"any": "all", "person": "person", "beast": "beast", "none": "none", "now": "none"}
LETTER = re.compile(r"(My d|D)ear |(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day[.:] ")
ENDED = re.compile(r'[.!?]"?$')


@functools.lru_cache(maxsize=None)
def blocks():
    """(who, clause, ((connective, completions), ...), what may happen next) of every clause."""
    return [parsed(block, path) for path in sorted(FOLDER.glob("*.txt")) for block in path.read_text().strip().split("\n\n")]


def parsed(block, path):
    rows = [tuple(re.split(r" ?\| ", line, maxsplit=1)) for line in block.splitlines()]
    if any(len(row) != 2 for row in rows) or rows[0][0] not in HEROES:
        raise ValueError(f"{path.name}: {block!r} is no opening")
    ways = tuple((joint.rstrip(), tuple(text.strip().split(" / "))) for joint, text in rows[1:] if joint != ">")
    return rows[0][0], rows[0][1].strip(), ways, tuple(text.strip() for joint, text in rows[1:] if joint == ">")


def document(rng):
    fits, clause, ways, after = rng.choice(blocks())
    slots = tales.scene(rng, HEROES[fits], heroes.hero(rng, HEROES[fits]))
    about = fits if fits in ("none", "now") else "any"
    text = told(rng, [first(rng, clause, *rng.choice(ways)), *going_on(rng, clause, about, after)], slots)
    head = heading(rng, fits, clause, slots) if rng.random() < 0.12 else None
    return f"{head}\n\n{text}" if head else text


def about(rng, who, thing=None):
    """A story with this hero, and about this thing if there is one."""
    slots = tales.scene(rng, who.kind, who, thing)
    if thing:
        return told(rng, [general.way(rng, "begin", "thing"), general.way(rng, "middle", "thing"), general.way(rng, "end", rng.choice(("any", "thing")))], slots)
    fits, clause, ways, after = rng.choice([block for block in blocks() if heroes.may_be(who, HEROES[block[0]])])
    begin = [general.way(rng, "begin", "any")] if rng.random() < 0.4 else []
    return told(rng, [*begin, first(rng, clause.replace("{First}", "{Again}") if begin else clause, *rng.choice(ways)), *going_on(rng, clause, "any", after)], slots)


def told(rng, parts, slots):
    return tales.INVERTED.sub(r"\2 \1", finish(" ".join(raw(rng, part, slots) for part in parts)))


def first(rng, clause, joint, completions):
    completion = rng.choice(completions)
    stop = "" if ENDED.search(completion) else "."
    return f"{clause}. {completion}{stop}" if joint == "." else f"{clause}{joint} {completion}{stop}"


def going_on(rng, clause, about, after):
    """What the clause's own lines say, a middle for any, or both; and an end. A letter has its own."""
    if LETTER.match(clause):
        return rng.sample(after, min(len(after), rng.choice((1, 2))))
    chance = rng.random()
    own = [rng.choice(after)] if chance < 0.8 else []
    middle = [general.way(rng, "middle", about)] if chance > 0.45 else []
    end = [general.way(rng, "end", about)] if rng.random() < 0.85 else []
    return own + middle + end


def heading(rng, fits, clause, slots):
    """'The Bear Who Was Afraid of Bees', where the clause makes one."""
    rest = clause.removeprefix("{First} ")
    if "{" in rest or '"' in rest or len(rest.split()) > 9:
        return None
    if fits == "none":
        words = f"the day {rest[0].lower()}{rest[1:]}" if rest.startswith(("The ", "It ", "Nobody ")) else None
    elif rest == clause or slots["he"] in ("I", "we", "they") or slots["noun"] == "traveller":
        words = None
    else:
        words = raw(rng, f"[the {{noun}} who {rest}|the {{noun}} who {rest}|how the {{noun}} {rest}]", slots)
    return words and titled(rng, finish(words))


def titled(rng, text):
    """Mostly with capitals, as on the cover of a book."""
    if rng.random() < 0.2:
        return text
    head, *rest = text.split(" ")
    return " ".join([head, *(word if word in SMALL_WORDS else capital(word) for word in rest)])
