"""Short texts of three to six sentences, begun in as many ways as texts are begun.

Where the plots of `stories.py` teach how a long story holds together, these teach to take up any
beginning, to keep to its words, and to come to an end. They stand in tales/*.txt, apart by empty
lines. The first line of each says who may be the hero, and after a `|` what heading it may have:

    all     any hero, one or several    one     any single hero       person  a human being
    people  one or several humans       craft   somebody with a craft beast   an animal
    two     two heroes, {one} and {two}                               none    no hero at all

Every other line is a beat, and every reading of a beat follows from every reading of those before.
"""

import functools
import pathlib
import re

from . import grammar, heroes
from .cast import WALKERS, village
from .food import DISHES, DRINKS, FOODS, MEALS
from .grammar import finish, ing, past, plural, raw, third
from .heroes import Mention
from .living import ANIMALS, FLOWERS, HERBS, TREES
from .people import BOYS, CLOTHES, CRAFTS, GIRLS, RELATIVES, TRAITS
from .places import DAYS, MONTHS, PLACES, SEARCH, SEASONS, WEATHER
from .tables import words
from .things import COLOURS, GAMES, MATERIALS, THINGS

FOLDER = pathlib.Path(__file__).with_name("tales")
KINDS = ("all", "one", "person", "people", "craft", "beast", "two", "none")
LEADS = words("""one morning, one evening, late in the evening, early in the morning, one cold night, on a Sunday, on market day,
just before noon, one day in spring, in the middle of winter, on a rainy day, in the deepest snow, when the moon was full, after supper,
before sunrise, long ago, once, many years ago, in the old days, not far from {village}, in {village}, behind the {place}, near the {place},
down by the river, deep in the forest, high up in the hills, at the end of the lane, on top of the hill, beside the {place}, at first light,
without a word, suddenly, slowly, carefully, quietly, happily, by chance, that year, last summer, last night, the other day,
a week before the feast, on the way to {village}, on the first day of {season}, one {day}, in {month}""")
LOOKS = words("old, new, small, large, beautiful, plain, simple, fine, heavy, strange, broken, shiny, golden, wooden, tiny")
TASKS = words("""write a letter, bake bread, play the fiddle, swim, mend the roof, build a boat, catch a fish, make a kite, dance, read, whistle,
knit a scarf, light a fire, ring the bell, sail a boat, tell a story, count to a hundred, draw a horse, milk a cow, climb a tree, sing, plant beans""")
SMALL = [animal for animal in WALKERS if int(animal.size) <= 2]
PETS = [animal for animal in ANIMALS if animal.kind == "pet"]
# What can be found, carried, lost and given away.
OWNED = [thing for thing in THINGS if not thing.noun.startswith("pair") and thing.noun != "soap" and thing.maker not in ("carpenter", "postman")]
# What fits into a pocket.
TRINKETS = words("key, watch, button, thimble, pen, pencil, letter, compass, whistle, ring, necklace, brooch, coin, comb, spoon, glove, notebook, map")
# 'Once there was the fox' knows him already.
KNOWN = re.compile(r"\b(there was once|once there was|once upon a time there was) the ", re.IGNORECASE)
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
    text = INVERTED.sub(r"\2 \1", finish(KNOWN.sub(r"\1 a ", " ".join(raw(rng, beat, slots) for beat in beats))))
    if who or (kind == "none" and not heading) or rng.random() < (0.7 if heading else 0.9):
        return text
    return headed(rng, heading or title(rng, kind, beats, slots), slots, text)


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
    if kind == "none" or slots["he"] in ("I", "we", "they"):
        return f"The {{{rng.choice(about)}}}" if about else "A story"
    return f"The {{noun}} and the {{{rng.choice(about)}}}" if about else "[The {noun} of {village}|A {noun} in {village}]"


def scene(rng, kind, who, owned=None):
    """Everything that a tale may name, drawn once."""
    one, two = heroes.pair(rng)
    taken = [who.noun] if kind != "two" else [one.noun, two.noun]
    thing, thing2 = owned or rng.choice([thing for thing in OWNED if thing.maker not in taken]), rng.choice(OWNED)
    animal, small, pet = beasts(rng, taken)
    craft = who.craft if kind == "craft" else rng.choice([craft for craft in CRAFTS if craft.noun not in taken])
    place, place2 = rng.sample(PLACES, 2)
    slots = dict(
        first=who.first, again=who.again, noun=who.noun, hero=who.animal or animal, one=one.first, two=two.first, theone=one.again, thetwo=two.again,
        noun1=one.noun, noun2=two.noun, friend=heroes.stranger(rng, (*taken, animal.noun, small.noun, pet.noun)), thing=thing, thing2=thing2, trinket=rng.choice(TRINKETS),
        maker=f"the {thing.maker}", place=place.noun, place2=place2.noun, trait=place.trait, people=place.people, where=place.where if rng.random() < 0.4 else f"{preposition(place)} the {place.noun}",
        village=village(rng), village2=village(rng), animal=animal, small=small, pet=pet.noun, craft=craft, look=rng.choice(LOOKS), look2=rng.choice(LOOKS),
        tree=rng.choice(TREES), flower=rng.choice(FLOWERS), food=rng.choice(FOODS), meal=rng.choice(MEALS), drink=rng.choice(DRINKS), dish=article(rng.choice(DISHES)),
        material=rng.choice(MATERIALS), herb=rng.choice(HERBS), relative=rng.choice(RELATIVES), taskdo=rng.choice(TASKS), clothes=rng.choice(CLOTHES), colour=rng.choice(COLOURS),
        game=rng.choice(GAMES), girl=another(rng, GIRLS, who), boy=another(rng, BOYS, who), day=rng.choice(DAYS), month=rng.choice(MONTHS), character=rng.choice(TRAITS))
    season = rng.choice(list(SEASONS))
    slots |= dict(zip(("search", "search2"), rng.sample(SEARCH, 2))) | dict(season=season) | dict(zip(("sign", "sign2"), rng.sample(SEASONS[season], 2)))
    weather = rng.choice([weather for weather in WEATHER if weather.season == season])
    slots |= dict(weather=weather.sentence, effect=weather.effect) | pronouns(who)
    slots = {name: value if isinstance(value, (str, Mention)) else Noun(value) for name, value in slots.items()}
    return slots | dict(lead=lead(rng, slots))


def another(rng, names, who):
    return rng.choice([name for name in names if name not in who.first])


def pronouns(who):
    he, him, his, himself = who.pronouns()
    many = who.gender in ("many", "we")
    plain = many or he == "I"
    whom = who.first if he not in ("I", "we") and who.first != he else him
    return dict(he=he, him=him, his=his, himself=himself, whom=whom, both="we" if he in ("I", "we") else "they", was="were" if many else "was", s="" if plain else "s", has="have" if plain else "has",
                **{"is": "am" if he == "I" else "are" if many else "is"})


def beasts(rng, taken):
    """A large or small animal, a small one, and a pet, all different from each other and from the heroes."""
    found = []
    for rows in (WALKERS, SMALL, PETS):
        found.append(rng.choice([animal for animal in rows if animal.noun not in (*taken, *(other.noun for other in found))]))
    return found


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


def preposition(place):
    return "at" if place.noun in ("market square", "harbour", "inn", "station", "lake", "well", "bridge", "school", "beach") else "near"


def article(dish):
    """What one makes of it: 'a plum pie', but 'bean soup'."""
    return dish.noun if dish.method in ("soup", "stew", "jam", "salad", "loaf") or dish.noun.endswith("s") or dish.noun == "gingerbread" else f"a {dish.noun}"


def lead(rng, slots):
    """'Late in the evening, ', for two stories in five; otherwise nothing."""
    return raw(rng, rng.choice(LEADS), slots) + rng.choice((", ", ", ", " ")) if rng.random() < 0.4 else ""
