"""Who very short stories are about: one or several, named or not, in first and in later mentions."""

import dataclasses

from . import cast
from .grammar import plural
from .people import BOYS, CRAFTS, GIRLS, RELATIVES, TRAITS

GENDERS = {"f": ("she", "her", "her", "herself"), "m": ("he", "him", "his", "himself"),
           "many": ("they", "them", "their", "themselves"), "I": ("I", "me", "my", "myself"), "we": ("we", "us", "our", "ourselves")}
GROUPS = ("two brothers", "two sisters", "the children", "the sailors", "three friends", "the travellers", "two neighbours", "four musicians", "the fishermen",
          "two old women", "the shepherds", "three boys", "two girls", "the farmers", "the people of the village", "a father and his son", "an old couple")
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
    if kind in ("all", "people") and rng.random() < (0.2 if kind == "all" else 0.5):
        return several(rng, beasts=kind == "all")
    if kind == "people":
        return someone(rng)
    if kind == "craft":
        return craftsman(rng)
    if kind == "beast" or kind in ("all", "one") and rng.random() < 0.4:
        return beast(rng)
    return rng.choice((someone, someone, craftsman, pronoun if kind != "one" else someone, relative, named, belonging if kind != "person" else named))(rng)


def may_be(who, kind):
    return kind in {"beast": ("all", "beast", "one"), "craft": ("all", "craft", "person", "one"), "several": ("all", "people")}.get(who.kind, ("all", "person", "one"))


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
    return described(rng, animal.noun, cast.PETS, "beast", gender, animal=animal)


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


def named(rng):
    """'Anna', with no word about who she is; or 'old Tom'."""
    gender = rng.choice("fm")
    name = rng.choice(GIRLS if gender == "f" else BOYS)
    trait = rng.choice(("", "", "", "old ", "little ", "young "))
    noun = {"f": ("girl", "old woman"), "m": ("boy", "old man")}[gender][trait == "old "]
    return Hero("person", noun, trait + name, name if rng.random() < 0.6 else GENDERS[gender][0], gender)


def belonging(rng):
    """'The smith's old horse'."""
    animal = rng.choice([animal for animal in cast.WALKERS if animal.kind in ("pet", "farm")])
    gender = {"hen": "f", "cow": "f", "rooster": "m", "bull": "m", "ox": "m"}.get(animal.noun, rng.choice("fm"))
    trait = rng.choice(("", "", "", "old ", "little ", f"{rng.choice(TRAITS)} "))
    return Hero("beast", animal.noun, f"the {rng.choice(CRAFTS).noun}'s {trait}{animal.noun}", f"the {animal.noun}", gender, animal=animal)


def relative(rng):
    noun = rng.choice((*RELATIVES, "neighbour", "friend"))
    gender = "f" if noun in FEMALE else rng.choice("fm") if noun in ("cousin", "friend") else "m"
    mine = rng.choice(("my", "my", "our"))
    return Hero("person", noun, f"{mine} {noun}", f"{mine} {noun}" if rng.random() < 0.5 else GENDERS[gender][0], gender)


def pronoun(rng):
    """A story that begins in the middle: 'she', 'he', 'I'."""
    gender = rng.choice(("f", "m", "I", "I", "we"))
    word = GENDERS[gender][0]
    return Hero("several" if gender == "we" else "person", "traveller", word, word, gender)


def several(rng, beasts):
    if rng.random() < 0.2:
        return Hero("several", "friends", "they", "they", "many")
    many = plural(rng.choice(cast.WALKERS if beasts and rng.random() < 0.5 else CRAFTS).noun)
    group = rng.choice((*GROUPS, f"two {many}", f"three {many}"))
    again = "they" if rng.random() < 0.4 or group.startswith(("a ", "an ")) else "the " + group.removeprefix("the ")
    return Hero("several", plural("neighbour") if "neighbour" in group else group.removeprefix("the "), group, again, "many")


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
