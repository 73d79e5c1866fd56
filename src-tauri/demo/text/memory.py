"""Names and things that are told and asked for again: what is to be copied cannot be known otherwise."""

import dataclasses

from . import cast
from .grammar import NUMBERS, plural, say
from .people import BOYS, CRAFTS, GIRLS, PETS
from .things import COLOURS, THINGS

KEPT = "cat dog horse goat hen duck pony donkey rabbit sheep cow goose".split()
KIN = "brother sister friend grandmother aunt uncle cousin neighbour teacher".split()


@dataclasses.dataclass
class Told:
    """Something said of oneself, what is asked later, and the answer; `other` says the same of somebody else."""

    said: str
    hello: str
    asked: str
    answer: str
    short: str
    other: str
    other_asked: str
    other_answer: str


FRAMES = (
    ("[My name is {n}.|I am {n}.|Hello, my name is {n}.|I am called {n}.|Hi, I am {n}.]", "[Hello, {n}!|Nice to meet you, {n}.|Good day, {n}. How can I help you?]",
     "[What is my name?|Do you remember my name?|Who am I?|Do you know who I am?]", "[Your name is {n}.|You are {n}.|You told me that your name is {n}.]", "{n}",
     "The name of the {who} was {n}.", "What was the name of the {who}?", "The name of the {who} was {n}."),
    ("[My {kin} is called {n}.|I have a {kin} called {n}.|The name of my {kin} is {n}.]", "[{n} is a good name.|That is a nice name.|Please greet {n} from me.]",
     "[What is the name of my {kin}?|What is my {kin} called?|Do you remember the name of my {kin}?]", "[Your {kin} is called {n}.|It is {n}.|The name of your {kin} is {n}.]", "{n}",
     "{o} has a {kin} called {n}.", "What is the {kin} of {o} called?", "The {kin} of {o} is called {n}."),
    ("[I have a {pet} called {n}.|My {pet} is called {n}.|The name of my {pet} is {n}.]", "[A {pet} is good company.|{n} is a good name for a {pet}.|I like that.]",
     "[What is my {pet} called?|What is the name of my {pet}?|How do I call my {pet}?]", "[Your {pet} is called {n}.|The name of your {pet} is {n}.|It is called {n}.]", "{n}",
     "{o} has a {pet} called {n}.", "What is the {pet} of {o} called?", "The {pet} of {o} is called {n}."),
    ("[My favourite colour is {c}.|I like {c} best of all colours.|I love the colour {c}.]", "[That is a beautiful colour.|I like {c}, too.]",
     "[What is my favourite colour?|Which colour do I like best?]", "[Your favourite colour is {c}.|You like {c} best.|It is {c}.]", "{c}",
     "The favourite colour of {o} is {c}.", "What is the favourite colour of {o}?", "The favourite colour of {o} is {c}."),
    ("[I am a {craft}.|I work as a {craft}.]", "[That is a fine craft.|Then you are busy.|I would like to see that.]",
     "[What is my work?|What do I work as?|Do you remember what I am?]", "[You are a {craft}.|You work as a {craft}.]", "a {craft}",
     "{o} is a {craft}.", "What is the work of {o}?", "{o} is a {craft}."),
    ("[I have {k} {pets}.|There are {k} {pets} in my house.]", "[That is a lively house.|They must be good company.]",
     "[How many {pets} do I have?|Do you remember how many {pets} I have?]", "[You have {k} {pets}.|You told me that you have {k} {pets}.]", "{k}",
     "{o} has {k} {pets}.", "How many {pets} does {o} have?", "{o} has {k} {pets}."),
    ("[I have lost my {thing}.|I cannot find my {thing}.]", "[I am sorry to hear that.|I hope that you find it.|Did you look under the bed?]",
     "[What have I lost?|What am I looking for?]", "[You have lost your {thing}.|You are looking for your {thing}.|Your {thing}.]", "a {thing}",
     "{o} has lost a {thing}.", "What has {o} lost?", "{o} has lost a {thing}."),
    ("[I bought a {colour} {thing}.|I have a new {thing}, and it is {colour}.]", "[A {colour} {thing} is a good thing to have.|That sounds nice.]",
     "[What colour is my {thing}?|Which colour is my new {thing}?]", "[Your {thing} is {colour}.|It is {colour}.]", "{colour}",
     "{o} has a {colour} {thing}.", "What colour is the {thing} of {o}?", "The {thing} of {o} is {colour}."),
)


def name(rng):
    """A usual one, or one that nobody has heard before."""
    return cast.unheard(rng) if rng.random() < 0.7 else rng.choice(GIRLS + BOYS + PETS)


def told(rng):
    pet = rng.choice(KEPT)
    slots = dict(n=name(rng), o=rng.choice(GIRLS + BOYS), kin=rng.choice(KIN), pet=pet, pets=plural(pet), c=rng.choice(COLOURS), colour=rng.choice(COLOURS), craft=rng.choice(CRAFTS).noun,
                 who=rng.choice((rng.choice(CRAFTS).noun, "girl", "boy", "king", "queen")), k=rng.choice(NUMBERS[2:11]), thing=rng.choice([thing.noun for thing in THINGS if not thing.noun.startswith("pair")]))
    return Told(*(say(rng, frame, **slots) for frame in rng.choice(FRAMES)))


def line(rng):
    """What can be said again: a few words or names, known and unheard, in no order."""
    word = lambda: cast.unheard(rng) if rng.random() < 0.7 else rng.choice(THINGS).noun
    kept = [word() for _ in range(rng.randint(1, 4))]
    return rng.choice((" ", ", ")).join(kept if rng.random() < 0.5 else [text.lower() for text in kept])


def again(rng):
    """Lines that come back as they were."""
    lines = [line(rng) for _ in range(rng.randint(1, 4))]
    head, then = rng.choice((("Remember this:", "Once more:"), ("Names:", "The same names again:"), ("First:", "Again:"), ("Words:", "The same words:")))
    return "\n".join([head, *lines, then, *lines])


def document(rng):
    return (again if rng.random() < 0.3 else asked)(rng)


def asked(rng):
    """Two to four such things, and questions about them."""
    facts = [told(rng) for _ in range(rng.randint(2, 4))]
    facts = list({fact.other_asked: fact for fact in facts}.values())
    text = " ".join(fact.other for fact in facts)
    question, answer = rng.choice((("Q: ", "A: "), ("Question: ", "Answer: "), ("", "")))
    asked = [f"{question}{fact.other_asked}\n{answer}{rng.choice((fact.other_answer, fact.short + '.'))}" for fact in rng.sample(facts, rng.randint(1, len(facts)))]
    return "\n\n".join([text, *asked])
