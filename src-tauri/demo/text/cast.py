"""People with a name, pronouns and a first mention, and names for people and places."""

import dataclasses

from .grammar import raw
from .living import ANIMALS
from .people import BOYS, CRAFTS, GIRLS, TRAITS
from .places import FIRST, LAST

PRONOUNS = {"f": ("she", "her", "her"), "m": ("he", "him", "his")}
WALKERS = [animal for animal in ANIMALS if animal.kind in ("wild", "farm", "bird", "pet")]
# What unheard names are made of: beginnings, vowels and ends of syllables.
ONSETS = "b br c ch d f fr g gr h j k l m n p ph pr qu r s sh st t th tr v w y z cl gl kr sl".split() + [""]
VOWELS = "a a e e i i o o u y ai ea ia ie io ee".split()
CODAS = "n s l r t d m x ck nd lla tt nne rd ss ph".split() + [""] * 14
AGES = {"child": "[young|little|small|clever|]", "craft": "[young|old||]", "old": "old"}


@dataclasses.dataclass
class Character:
    """`name` stands as a subject; `intro` is the first mention."""

    noun: str
    trait: str
    name: str
    intro: str
    call: str
    he: str
    him: str
    his: str


def village(rng):
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return first + (last if first[-1] != last[0] else "ham" if last != "ham" else "ton")


def unheard(rng):
    """A name that nobody has heard before, so that it can only be copied."""
    syllables = rng.choice((1, 2, 2, 2, 3, 3))
    name = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(syllables))
    return name.capitalize() if len(name) > 2 else unheard(rng)


def human(rng, kind=None):
    kind = kind or rng.choices(("child", "craft", "old"), (4, 5, 2))[0]
    gender = rng.choice("fm")
    craft = rng.choice(CRAFTS) if kind == "craft" else None
    noun = {"child": {"f": "girl", "m": "boy"}[gender], "old": {"f": "woman", "m": "man"}[gender]}.get(kind)
    if craft:
        noun, gender = craft.noun, gendered(craft.noun, gender)
    return build(rng, kind, noun, rng.choice(GIRLS if gender == "f" else BOYS), PRONOUNS[gender])


def gendered(noun, gender):
    """Some words say who is meant."""
    if noun in ("laundress", "seamstress", "midwife", "lace maker"):
        return "f"
    return "m" if noun in ("fisherman", "ferryman", "postman", "watchman") else gender


def build(rng, kind, noun, name, pronouns):
    """Named two times of three; otherwise 'the old sailor' from beginning to end."""
    trait, age = rng.choice(TRAITS), raw(rng, AGES[kind], {})
    described = f"{age} {noun}".strip()
    if rng.random() < 0.66:
        intro = raw(rng, "[a {d} called {n}|a {t} {noun} called {n}|a {d} named {n}]", {"d": described, "n": name, "t": trait, "noun": noun})
        return Character(noun, trait, name, intro, name, *pronouns)
    described = rng.choice((described, f"{trait} {noun}"))
    return Character(noun, trait, f"the {described}", f"a {described}", rng.choice(("my friend", "dear friend", "my dear")), *pronouns)
