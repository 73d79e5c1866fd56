"""Who very short stories are about: a beast, a craftsman, or two of them, in first and in later mentions."""

import dataclasses

from . import cast
from .people import BOYS, CRAFTS, GIRLS, PETS, TRAITS

GENDERS = {"f": ("she", "her", "her", "herself"), "m": ("he", "him", "his", "himself")}
RELATED = ("son", "daughter", "apprentice", "wife", "husband", "brother", "sister")
# What may be said of man and beast.
FURTHER = (" from the mill", " from the other side of the river", " with one ear", " at the end of the village", " under the hill", " with the red scarf", " in the valley",
           " of whom everyone talks", " from far away", " next door", " by the pond", " with the loud voice", " who never slept", " from the forest")
FEMALE = ("daughter", "wife", "sister", "aunt", "mother", "grandmother", "neighbour")
TOWNSFOLK = ("king", "queen", "judge", "mayor", "postman", "doctor", "teacher", "innkeeper", "lighthouse keeper", "hunter", "thief", "watchman", "old woman", "old man",
             "little girl", "small boy", "stranger", "widow", "prince", "princess", "giant", "sailor", "captain", "farmer's wife", "beggar", "bell ringer", "ferryman")


@dataclasses.dataclass
class Hero:
    """`first` stands as the subject of a first sentence, `again` as that of any other."""

    kind: str
    noun: str
    first: str
    again: str
    gender: str
    craft: object = None
    animal: object = None

    def pronouns(self):
        return GENDERS[self.gender]


class Mention:
    """'an old woman' the first time, 'the old woman' from then on."""

    def __init__(self, first, again):
        self.first, self.again, self.known = first, again, False

    def __str__(self):
        known, self.known = self.known, True
        return self.again if known else self.first


def hero(rng, kind):
    """Of the kind that a tale asks for."""
    return {"beast": beast, "craft": craftsman}.get(kind, rng.choice((beast, craftsman)))(rng)


def may_be(who, kind):
    return kind in (who.kind, "one")


def described(rng, noun, names, kind, gender, **more):
    """The usual ways to bring somebody in."""
    trait = rng.choice(TRAITS)
    way = rng.choice(("the", "the", "a", "trait", "called", "named"))
    first = {"the": f"the {noun}", "a": f"a {noun}", "trait": f"{rng.choice(('a', 'the'))} {trait} {noun}"}.get(way)
    if first and rng.random() < 0.15:
        first += rng.choice(FURTHER)
    again = f"the {noun}"
    if first is None:
        name = rng.choice(names)
        first, again = (f"a {noun} called {name}" if way == "called" else f"{name} the {noun}"), rng.choice((name, again))
    return Hero(kind, noun, first, again, gender, **more)


def craftsman(rng):
    craft, gender = rng.choice(CRAFTS), rng.choice("fm")
    gender = cast.gendered(craft.noun, gender)
    return described(rng, craft.noun, GIRLS if gender == "f" else BOYS, "craft", gender, craft=craft)


def beast(rng):
    animal = rng.choice(cast.WALKERS)
    gender = {"hen": "f", "cow": "f", "rooster": "m", "bull": "m", "ox": "m"}.get(animal.noun, rng.choice("fm"))
    return described(rng, animal.noun, PETS, "beast", gender, animal=animal)


def someone(rng):
    """A child, somebody of the town, or one who belongs to somebody: 'the miller's daughter'."""
    noun = rng.choice(("girl", "boy", rng.choice(TOWNSFOLK), rng.choice(TOWNSFOLK), "related"))
    if noun == "related":
        related = rng.choice(RELATED)
        whole = f"{rng.choice(CRAFTS).noun}'s {related}"
        return Hero("person", whole, f"the {whole}", rng.choice((f"the {whole}", f"the {related}")), "f" if related in FEMALE else "m")
    woman = noun in ("girl", "queen", "old woman", "little girl", "widow", "princess", "farmer's wife")
    either = noun in ("doctor", "teacher", "innkeeper", "lighthouse keeper", "stranger", "thief", "judge")
    gender = rng.choice("fm") if either else "f" if woman else "m"
    return described(rng, noun, GIRLS if gender == "f" else BOYS, "person", gender)


def stranger(rng, taken):
    """A second one, first 'an old miller', then 'the miller'."""
    noun = rng.choice((rng.choice(CRAFTS).noun, rng.choice(TOWNSFOLK), rng.choice(cast.WALKERS).noun, "neighbour"))
    if any(noun in (other, other.removesuffix("s")) or noun in other.split() for other in taken):
        return stranger(rng, taken)
    article = rng.choice(("a", "the", "the", f"a {rng.choice(TRAITS)}"))
    return Mention(f"{article} {noun}", f"the {noun}")


def pair(rng):
    """Two for stories of two: their nouns differ."""
    one = rng.choice((craftsman, beast, beast, someone))(rng)
    two = rng.choice((craftsman, beast, beast, someone))(rng)
    return (one, two) if one.noun != two.noun else pair(rng)
