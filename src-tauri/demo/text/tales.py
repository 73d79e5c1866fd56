"""Short texts of three to six sentences, each with some eleven ways to begin it.

They stand in tales/*.txt, apart by empty lines. The first line of each says who may be the hero, and
after a `|` what heading it may have:

    beast   an animal      craft   somebody with a craft      one     either
    two     two heroes, {one} and {two}

Every other line is a beat, and every reading of a beat follows from every reading of those before.
One way to begin is kept back: no document has it. prompts.txt is made of these (prompts.py), so the
model is judged by tales that it knows, begun in words that it has never met.
"""

import functools
import pathlib
import re

from . import grammar, heroes
from .cast import WALKERS, village
from .food import DISHES, DRINKS, FOODS, MEALS
from .grammar import finish, ing, past, plural, raw, readings, third
from .heroes import Mention
from .living import FLOWERS, HERBS, TREES
from .people import BOYS, CRAFTS, GIRLS, RELATIVES
from .places import DAYS, MONTHS, PLACES, SEASONS, WEATHER
from .tables import words
from .things import COLOURS, THINGS

FOLDER = pathlib.Path(__file__).with_name("tales")
KINDS = ("beast", "craft", "one", "two")
LEADS = words("""one morning, one evening, late in the evening, early in the morning, one cold night, on a Sunday, on market day,
just before noon, one day in spring, in the middle of winter, on a rainy day, in the deepest snow, when the moon was full, after supper,
before sunrise, long ago, once, many years ago, in the old days, not far from {village}, in {village}, behind the {place}, near the {place},
down by the river, deep in the forest, high up in the hills, at the end of the lane, on top of the hill, beside the {place}, at first light,
without a word, suddenly, slowly, carefully, quietly, happily, by chance, that year, last summer, last night, the other day,
a week before the feast, on the way to {village}, on the first day of {season}, one {day}, in {month}""")
LOOKS = words("old, new, small, large, beautiful, plain, simple, fine, heavy, strange, broken, shiny, golden, wooden, tiny")
SMALL = [animal for animal in WALKERS if int(animal.size) <= 2]
# What can be found, carried, lost and given away.
OWNED = [thing for thing in THINGS if not thing.noun.startswith("pair") and thing.noun != "soap" and thing.maker not in ("carpenter", "postman")]
# What fits into a pocket.
TRINKETS = words("key, watch, button, thimble, pen, pencil, letter, compass, whistle, ring, necklace, brooch, coin, comb, spoon, glove, notebook, map")
# 'Once there was the fox' knows him already.
KNOWN = re.compile(r"\b(there was once|once there was|once upon a time there was) the ", re.IGNORECASE)
# The first sentence of several; '"Why?" asked the hen.' is one.
SENTENCE = re.compile(r'.*?[.!?]"?(?= ["A-Z]|$)')
# 'said he' reads like an old book.
INVERTED = re.compile(r"(?<=\" )(said|asked|cried|whispered|answered|called|shouted|replied|begged|thought|wrote) (I|she|he|they|we)\b")


@functools.lru_cache(maxsize=None)
def tales(file="*"):
    """(kind, heading, beats) of every tale."""
    return [parsed(block, path) for path in sorted(FOLDER.glob(f"{file}.txt")) for block in path.read_text().strip().split("\n\n")]


def parsed(block, path):
    head, *beats = [line.strip() for line in block.strip().split("\n")]
    kind, _, heading = (part.strip() for part in head.partition("|"))
    if kind not in KINDS or not beats:
        raise ValueError(f"{path.name}: {block!r} is no tale")
    return kind, heading, tuple(beats)


def tale(rng, who=None, owned=None, file="*"):
    """One of them; `who` and `owned`, where given, are the hero and the thing in it, and then there is no heading."""
    kind, heading, beats = rng.choice([tale for tale in tales(file) if may_tell(tale, who, owned)])
    slots = scene(rng, kind, who or heroes.hero(rng, kind), owned)
    text = told(rng, (beginning(rng, beats), *beats[1:]), slots)
    if who or rng.random() < (0.7 if heading else 0.9):
        return text
    return headed(rng, heading or title(rng, kind, beats, slots), slots, text)


def prompt(rng, tale):
    """The beginning that is kept back, with a hero, and the sentence behind it: no document begins so."""
    kind, _, beats = tale
    begun, rest = told(rng, (kept_back(beats), beats[1]), scene(rng, kind, heroes.hero(rng, kind)), "\n").split("\n")
    return f"{begun} {SENTENCE.match(rest)[0]}"


def told(rng, beats, slots, between=" "):
    return INVERTED.sub(r"\2 \1", finish(KNOWN.sub(r"\1 a ", between.join(raw(rng, beat, slots) for beat in beats))))


def beginning(rng, beats):
    return rng.choice([reading for reading in readings(beats[0]) if reading != kept_back(beats)])


def kept_back(beats):
    """From the middle of the list: neither the plainest way to begin nor the most distant one."""
    ways = readings(beats[0])
    return ways[len(ways) // 2]


def headed(rng, heading, slots, text):
    head = finish(raw(rng, heading, slots))
    return f"{head}{rng.choice((' ', chr(10)))}{text}" if head.endswith(":") else f"{grammar.heading(rng, head)}\n\n{text}"


def may_tell(tale, who, owned):
    return (who is None or heroes.may_be(who, tale[0])) and (owned is None or "{thing}" in " ".join(tale[2]))


def title(rng, kind, beats, slots):
    """A heading that names only what the tale is about."""
    about = [name for name in ("thing", "animal", "small", "pet", "place") if f"{{{name}}}" in beats[0]]
    if kind == "two":
        return "[{Noun1} and {noun2}|The {noun1} and the {noun2}]"
    return f"The {{noun}} and the {{{rng.choice(about)}}}" if about else "[The {noun} of {village}|A {noun} in {village}]"


def scene(rng, kind, who, owned=None):
    """Everything that a tale may name, drawn once."""
    one, two = heroes.pair(rng)
    taken = [who.noun] if kind != "two" else [one.noun, two.noun]
    thing = owned or rng.choice([thing for thing in OWNED if thing.maker not in taken])
    animal, small = beasts(rng, taken)
    craft = who.craft if kind == "craft" else rng.choice([craft for craft in CRAFTS if craft.noun not in taken])
    slots = dict(
        first=who.first, again=who.again, noun=who.noun, hero=who.animal or animal, one=one.first, two=two.first, theone=one.again, thetwo=two.again,
        noun1=one.noun, noun2=two.noun, friend=heroes.stranger(rng, (*taken, animal.noun, small.noun)), thing=thing, trinket=rng.choice(TRINKETS),
        place=rng.choice(PLACES).noun, village=village(rng), animal=animal, small=small, craft=craft, look=rng.choice(LOOKS), tree=rng.choice(TREES), flower=rng.choice(FLOWERS),
        food=rng.choice(FOODS), meal=rng.choice(MEALS), drink=rng.choice(DRINKS), dish=article(rng.choice(DISHES)), herb=rng.choice(HERBS), relative=rng.choice(RELATIVES),
        colour=rng.choice(COLOURS), girl=another(rng, GIRLS, who), boy=another(rng, BOYS, who), day=rng.choice(DAYS), month=rng.choice(MONTHS))
    season = rng.choice(list(SEASONS))
    slots |= dict(season=season) | dict(zip(("sign", "sign2"), rng.sample(SEASONS[season], 2)))
    weather = rng.choice([weather for weather in WEATHER if weather.season == season])
    slots |= dict(weather=weather.sentence, effect=weather.effect) | pronouns(who)
    slots = {name: value if isinstance(value, (str, Mention)) else Noun(value) for name, value in slots.items()}
    return slots | dict(lead=lead(rng, slots))


def another(rng, names, who):
    return rng.choice([name for name in names if name not in who.first])


def pronouns(who):
    return dict(zip(("he", "him", "his", "himself"), who.pronouns())) | dict(whom=who.first)


def beasts(rng, taken):
    """A large or small animal and a small one, different from each other and from the heroes."""
    animal = rng.choice([animal for animal in WALKERS if animal.noun not in taken])
    return animal, rng.choice([small for small in SMALL if small.noun not in (*taken, animal.noun)])


class Noun:
    """A row of a table: reads as its noun, knows its fields, and `many` of it.

    Fields that are verb phrases come in three forms: 'weave cloth' is `work`, `working` and `worked`.
    """

    VERBS = {"using": ("use", ing), "used": ("use", past), "uses": ("use", third), "working": ("work", ing), "worked": ("work", past),
             "works": ("work", third), "moving": ("move", ing), "moved": ("move", past), "moves": ("move", third), "calling": ("call", ing)}

    def __init__(self, row):
        self.row = row

    def __getattr__(self, field):
        if field == "many":
            return plural(self.row.noun)
        if field in self.VERBS:
            base, form = self.VERBS[field]
            return form(getattr(self.row, base))
        return getattr(self.row, field)

    def __str__(self):
        return self.row.noun


def article(dish):
    """What one makes of it: 'a plum pie', but 'bean soup'."""
    return dish.noun if dish.method in ("soup", "stew", "jam", "salad", "loaf") or dish.noun.endswith("s") or dish.noun == "gingerbread" else f"a {dish.noun}"


def lead(rng, slots):
    """'Late in the evening, ', for two stories in five; otherwise nothing."""
    return raw(rng, rng.choice(LEADS), slots) + rng.choice((", ", ", ", " ")) if rng.random() < 0.4 else ""
