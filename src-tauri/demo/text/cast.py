"""Who takes part in a story: a name, pronouns and a first mention that stay the same throughout."""

import dataclasses

from .grammar import finish, raw
from .living import ANIMALS
from .people import BOYS, CRAFTS, GIRLS, PETS, TRAITS
from .places import FIRST, LAST

PRONOUNS = {"f": ("she", "her", "her", "herself"), "m": ("he", "him", "his", "himself")}
WALKERS = [animal for animal in ANIMALS if animal.kind in ("wild", "farm", "bird", "pet")]
SYLLABLES = "ba be bi bo da de di do fa fe ga go ha he jo ka ki la le li lo ma me mi mo na ne ni no pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi wa wi".split()
AGES = {"child": "[young|little|small|clever|]", "craft": "[young|old||]", "old": "old", "beast": "[young|old|little|]"}


@dataclasses.dataclass
class Character:
    """`name` stands as a subject, `whom` as an object; `intro` is the first mention."""

    kind: str
    noun: str
    trait: str
    name: str
    intro: str
    call: str
    he: str
    him: str
    his: str
    himself: str
    craft: object = None
    animal: object = None
    whom: str = ""
    whom: str = ""
    whose: str = ""
    known: bool = False

    def __post_init__(self):
        self.whom = self.whom or self.name
        self.whose = self.whose or f"{self.name}'s"

    def __str__(self):
        """At the first mention 'a baker called Otto', afterwards 'Otto'."""
        first, self.known = not self.known, True
        return self.intro if first else self.name


def village(rng):
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return first + (last if first[-1] != last[0] else "ham" if last != "ham" else "ton")


def unheard(rng):
    """A name that nobody has heard before, so that it can only be copied."""
    return "".join(rng.sample(SYLLABLES, rng.choice((2, 2, 3)))).capitalize() + rng.choice(("", "", "", "n", "s", "l", "t"))


def human(rng, kind=None, gender=None, taken=()):
    kind = kind or rng.choices(("child", "craft", "old"), (4, 5, 2))[0]
    gender = gender or rng.choice("fm")
    craft = rng.choice(CRAFTS) if kind == "craft" else None
    noun = {"child": {"f": "girl", "m": "boy"}[gender], "old": {"f": "woman", "m": "man"}[gender]}.get(kind)
    if craft:
        noun, gender = craft.noun, gendered(craft.noun, gender)
    names = [name for name in (GIRLS if gender == "f" else BOYS) if name not in taken]
    return build(rng, kind, noun, rng.choice(names), PRONOUNS[gender], craft=craft)


def gendered(noun, gender):
    """Some words say who is meant."""
    if noun in ("laundress", "seamstress", "midwife", "lace maker"):
        return "f"
    return "m" if noun in ("fisherman", "ferryman", "postman", "watchman") else gender


def beast(rng, animal=None, gender=None, taken=(), named=None):
    animal = animal or rng.choice(WALKERS)
    gender = {"hen": "f", "cow": "f", "rooster": "m", "bull": "m", "ox": "m"}.get(animal.noun, gender or rng.choice("fm"))
    names = [name for name in PETS if name not in taken]
    return build(rng, "beast", animal.noun, rng.choice(names), PRONOUNS[gender], named, animal=animal)


def build(rng, kind, noun, name, pronouns, named=None, **more):
    """Named in two stories of three; otherwise 'the old sailor' from beginning to end."""
    trait, age = rng.choice(TRAITS), raw(rng, AGES[kind], {})
    named = rng.random() < 0.66 if named is None else named
    described = f"{age} {noun}".strip()
    if named:
        intro = raw(rng, "[a {d} called {n}|a {t} {noun} called {n}|a {d} named {n}]",
                    {"d": described, "n": name, "t": trait, "noun": noun})
        call = name
    else:
        described = rng.choice((described, f"{trait} {noun}"))
        intro, name, call = f"a {described}", f"the {described}", rng.choice(("my friend", "dear friend", "my dear"))
    return Character(kind, noun, trait, name, intro, call, *pronouns, **more)


def narrator(rng):
    """A hero who tells the story: 'I'."""
    hero = human(rng)
    article = finish(f"a {hero.noun}")[2:].strip()
    intro = f"I, a {hero.trait} {article},"
    return dataclasses.replace(hero, name="I", intro=intro, call=rng.choice(("my friend", "my dear")), he="I", him="me",
                               his="my", himself="myself", whom="me", whose="my")


def other(hero, rng, kind=None):
    """A second character, usually of the other gender so that pronouns stay clear."""
    gender = {"she": "m", "he": "f"}.get(hero.he)
    gender = gender if rng.random() < 0.85 else None
    if hero.kind == "beast" and kind is None and rng.random() < 0.8:
        animal = rng.choice([animal for animal in WALKERS if animal.noun != hero.noun])
        return beast(rng, animal, gender, taken=(hero.name,))
    friend = human(rng, kind, gender, taken=(hero.name,))
    if friend.noun == hero.noun:
        return other(hero, rng, kind)
    return friend
