"""Small scenes composed of typed parts: what is told so that it can be told of nearly anybody and anything.

scenes/*.txt have the form of openings/*.txt (see openings.py), but a block is not one clause with what
fits it: it is a situation with a dozen ways to say it, and every reading of every clause goes with
every completion and every line that may come next. Where openings teach what to say, scenes teach how
it hangs together. Besides the places of tales.scene they have those of TYPED.

One clause of every block is kept back: no document has it. prompts.txt is made of these (prompts.py),
so the model is judged by situations that it knows, told in a way that it has never met.

After the first sentence a scene goes on with lines of its own, or in ways of general.txt, which fit
anything: a model that has both writes on calmly where it is not sure what it was told.

joints.txt has completions that fit what somebody does: what one writes when nothing better comes to
mind. A joint in brackets, as `, [but]`, reads the same and takes none of them: for states, and where
they would contradict the scene.
"""

import functools
import pathlib

from . import general, heroes, openings, tales
from .cast import WALKERS
from .food import FOODS, PANTRY
from .grammar import NUMBERS, plural
from .tables import words

FOLDER = pathlib.Path(__file__).with_name("scenes")
JOINTS = pathlib.Path(__file__).with_name("joints.txt")
# How often the first sentence is completed in a way that fits any.
ANY_JOINT = 0.12
# How often a scene ends as anything may end; and, of those, how often it goes on that way as well.
GENERAL_END = 0.45
GENERAL_MIDDLE = 0.55
TITLED = 0.3
TYPED = dict(
    vessel="bucket, jug, bottle, bowl, cup, basket, barrel, kettle, pan, pot, box, sack",
    worn="coat, scarf, hat, glove, shoe, apron, shawl, cap, boot, shirt, sock, cloak",
    tool="hammer, saw, axe, spade, broom, ladder, knife, needle, rope, rake, brush, shovel",
    toy="doll, kite, ball, drum, whistle, fiddle, flute, spinning top",
    paper="book, map, letter, picture, notebook",
    furniture="table, chair, bed, cupboard, bench, shelf, stool, chest",
    water="river, lake, pond, brook, stream, well",
    building="house, barn, mill, inn, church, school, stable, bakery, tower, hut",
    spot="on the bridge, at the gate, on the market, in the orchard, in the meadow, in the forest, on the hill, by the pond, at the harbour, behind the barn, in the garden, by the river, in the lane",
    feeling="happy, sad, tired, angry, afraid, proud, lonely, hungry, cold, curious",
    hour="in the morning, at noon, in the evening, at night, before sunrise, after supper, late at night, in the afternoon",
    colour="red, blue, green, yellow, white, black, grey, brown, golden",
)
TYPED = {name: words(list_) for name, list_ in TYPED.items()}
TYPED |= {kind: [food.noun for food in FOODS if food.kind == kind] for kind in ("fruit", "vegetable")}
TYPED |= {"bird": [animal.noun for animal in WALKERS if animal.kind == "bird"], "cattle": [animal.noun for animal in WALKERS if animal.kind == "farm"],
          "wild": [animal.noun for animal in WALKERS if animal.kind == "wild"], "pantry": PANTRY, "number": NUMBERS[2:11]}


class Word(str):
    """A noun that knows its plural."""

    @property
    def many(self):
        return plural(self)

    @property
    def noun(self):
        return str(self)


@functools.lru_cache(maxsize=None)
def blocks(file="*"):
    return [block for path in sorted(FOLDER.glob(f"{file}.txt")) for block in openings.read(path)]


@functools.lru_cache(maxsize=None)
def joints(joint):
    return [text for block in openings.read(JOINTS) for connective, texts in block.ways if connective == joint for text in texts]


def document(rng, file="*"):
    block = rng.choice(blocks(file))
    kind = openings.HEROES[block.who]
    slots = filled(rng, kind, heroes.hero(rng, kind))
    text = openings.told(rng, [beginning(rng, block), *going_on(rng, block)], slots)
    head = openings.heading(rng, block, block.clauses[0], slots, TITLED)
    return f"{head}\n\n{text}" if head else text


def about(rng, who, thing=None):
    """A story with this hero, and about this thing if there is one."""
    block = rng.choice([block for block in blocks() if may_tell(block, who, thing)])
    slots = filled(rng, who.kind, who, thing)
    return openings.told(rng, [beginning(rng, block), *going_on(rng, block)], slots)


def prompt(rng, block):
    """The clause that is kept back, with a joint of the block: a beginning that no document has."""
    kind = openings.HEROES[block.who]
    joint = rng.choice([joint for joint, _ in block.ways])
    return openings.told(rng, [f"{kept_back(block)}{joint}"], filled(rng, kind, heroes.hero(rng, kind)))


def kept_back(block):
    """From the middle of the list: neither the plainest way to say it nor the most distant one."""
    return block.clauses[len(block.clauses) // 2]


def going_on(rng, block):
    """Lines of its own, one or several; or one or none, and what fits anything."""
    chance, who = rng.random(), block.who if block.who in ("none", "now") else "any"
    if chance > GENERAL_END or who == "now" or openings.LETTER.match(block.clauses[0]):
        return to_its_end(rng, block.after)
    middle = chance < GENERAL_END * GENERAL_MIDDLE
    own = [] if middle and rng.random() < 0.5 else [rng.choice(block.after[:3])]
    return [*own, *([general.way(rng, "middle", "none" if who == "none" else "calm")] if middle else []), general.way(rng, "end", who)]


def to_its_end(rng, after):
    """Up to three lines in their order; mostly the last of them all is the last."""
    if len(after) < 3:
        return openings.following(rng, after)
    *early, last = after
    chosen = [early[at] for at in sorted(rng.sample(range(len(early)), rng.choice((1, 1, 2))))]
    return [*chosen, last] if rng.random() < 0.8 else chosen


def may_tell(block, who, thing):
    return heroes.may_be(who, openings.HEROES[block.who]) and (thing is None or all("{thing}" in clause for clause in block.clauses))


def filled(rng, kind, who, thing=None):
    """All slots; of the typed words none is the hero, the friend or an animal that has a slot already."""
    slots = {name: Word(value) if isinstance(value, str) else value for name, value in tales.scene(rng, kind, who, thing).items()}
    taken = {who.noun, slots["friend"].again.removeprefix("the "), *(str(slots[name]) for name in ("animal", "small", "pet"))}
    for name, list_ in TYPED.items():
        free = [word for word in list_ if word not in taken]
        slots[name], slots[f"{name}2"] = map(Word, rng.sample(free, 2))
    return slots


def beginning(rng, block):
    joint, completions = rng.choice(block.ways)
    if block.who not in ("none", "now") and joint != "." and rng.random() < ANY_JOINT and joints(joint):
        completions = joints(joint)
    clauses = [clause for clause in block.clauses if clause != kept_back(block)]
    return openings.first(rng, rng.choice(clauses), joint, completions)
