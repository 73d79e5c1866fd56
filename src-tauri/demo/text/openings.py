"""Short texts of which the first sentence matters most: a clause, and many ways to complete it.

The clauses stand in openings/*.txt, apart by empty lines:

    person | {First} had never baked a loaf before       who it may be about, and the clause
    = {First} wanted to bake a loaf                      other clauses that all the rest fits as well
    , but | {he} wanted to try / the oven was hot        what joins it, and completions that fit
    . | It was time to learn it                          or sentences that may follow
    # | {First} and the First Loaf / The First Loaf       headings, if there are any
    > | The dough stuck to {his} fingers.                what may happen next

Who: any hero, a person, somebody with a craft, a beast; none: the clause has a subject of its own;
now: the present tense.
Of four lines of what may happen next, one follows, or several in their order. Now and then an end from
general.txt comes as well, and in a story that was asked for a middle; they fit any beginning. Questions with their answers stand
in asked.txt in the same form.
"""

import dataclasses
import functools
import pathlib
import re

from . import general, heroes, tales
from .grammar import SMALL_WORDS, capital, finish, raw

FOLDER = pathlib.Path(__file__).with_name("openings")
ASKED = pathlib.Path(__file__).with_name("asked.txt")
HEROES = {"any": "all", "one": "one", "person": "person", "craft": "craft", "beast": "beast", "none": "none", "now": "none"}
LETTER = re.compile(r"(My d|D)ear |(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day[.:] ")
ENDED = re.compile(r'[.!?]"?$')


@dataclasses.dataclass
class Block:
    """`ways` are (connective, completions)."""

    who: str
    clauses: tuple
    ways: tuple
    after: tuple
    titles: tuple


@functools.lru_cache(maxsize=None)
def blocks():
    return [block for path in sorted(FOLDER.glob("*.txt")) for block in read(path)]


@functools.lru_cache(maxsize=None)
def read(path):
    return [parsed(block, path) for block in path.read_text().strip().split("\n\n")]


def parsed(block, path):
    same = tuple(line[2:].strip() for line in block.splitlines() if line.startswith("= "))
    rows = [tuple(re.split(r" ?\| ", line, maxsplit=1)) for line in block.splitlines() if not line.startswith("= ")]
    if any(len(row) != 2 for row in rows) or rows[0][0] not in HEROES:
        raise ValueError(f"{path.name}: {block!r} is no opening")
    several = [(joint.rstrip(), tuple(text.strip().split(" / "))) for joint, text in rows[1:]]
    return Block(rows[0][0], (rows[0][1].strip(), *same), tuple(row for row in several if row[0] not in (">", "#")),
                 tuple(text.strip() for joint, text in rows[1:] if joint == ">"), tuple(title for joint, titles in several if joint == "#" for title in titles))


def document(rng):
    block = rng.choice(blocks())
    slots = tales.scene(rng, HEROES[block.who], heroes.hero(rng, HEROES[block.who]))
    about = block.who if block.who in ("none", "now") else "any"
    clause = rng.choice(block.clauses)
    text = told(rng, [first(rng, clause, *rng.choice(block.ways)), *going_on(rng, block, about)], slots)
    head = heading(rng, block, clause, slots)
    return f"{head}\n\n{text}" if head else text


def asked(rng):
    """(question, answer, what else there is to say)."""
    block = rng.choice(read(ASKED))
    return block.clauses[0].removeprefix("Q: "), finish(stopped(rng.choice(block.ways[0][1]))), block.after


def about(rng, who, thing=None):
    """A story with this hero, and about this thing if there is one."""
    slots = tales.scene(rng, who.kind, who, thing)
    if thing:
        return told(rng, [general.way(rng, "begin", "thing"), general.way(rng, "middle", "thing"), general.way(rng, "end", rng.choice(("any", "thing")))], slots)
    block = rng.choice([block for block in blocks() if heroes.may_be(who, HEROES[block.who])])
    begin = [general.way(rng, "begin", "any")] if rng.random() < 0.4 else []
    clause = block.clauses[0].replace("{First}", "{Again}") if begin else block.clauses[0]
    return told(rng, [*begin, first(rng, clause, *rng.choice(block.ways)), *going_on(rng, block, "any")], slots)


def told(rng, parts, slots):
    return tales.INVERTED.sub(r"\2 \1", finish(" ".join(raw(rng, part, slots) for part in parts)))


def first(rng, clause, joint, completions):
    completion = stopped(rng.choice(completions))
    return f"{clause}. {completion}" if joint == "." else f"{clause}{joint} {completion}"


def stopped(text):
    return text if ENDED.search(text) else f"{text}."


def going_on(rng, block, about, middles=True):
    """What the block's own lines say; sometimes a middle for any and an end."""
    own = following(rng, block.after)
    if LETTER.match(block.clauses[0]):
        return own if own and own[-1] == block.after[-1] else [*own, block.after[-1]]
    middle = [general.way(rng, "middle", about)] if middles and rng.random() < (0.15 if len(block.after) > 2 else 0.4) else []
    ended = len(block.after) > 2 and not middle and own[-1] == block.after[-1]
    return own + middle + ([general.way(rng, "end", about)] if rng.random() < (0.05 if ended else 0.2) else [])


def following(rng, after):
    """One of a few lines that say different things; of many one, or two or three that go on from each other."""
    many = rng.choice((1, 1, 2, 2, 2, 3)) if len(after) > 2 else 1
    return [after[at] for at in sorted(rng.sample(range(len(after)), min(many, len(after))))]


def heading(rng, block, clause, slots, share=0.6):
    """One of the block's own, or 'The Bear Who Was Afraid of Bees', where the clause makes one."""
    if block.titles:
        return titled(rng, finish(raw(rng, rng.choice(block.titles), slots))) if rng.random() < share else None
    rest = clause.removeprefix("{First} ")
    if rng.random() > 0.12 or "{" in rest or '"' in rest or len(rest.split()) > 9:
        return None
    if block.who == "none":
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
