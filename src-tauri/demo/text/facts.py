"""What is true in the small world: questions, a short answer, and sentences that say more.

Each maker returns `Fact(question, short, sentences, subject)`: one sentence answers, the others
add to it, so that an answer can be as long as it should.
"""

import dataclasses
import re

from . import whys
from .food import FOODS
from .grammar import ing, join, plural, raw, say
from .living import ANIMALS, FLOWERS, TREES
from .people import CRAFTS
from .places import DAYS, MONTHS, SEASONS
from .things import MATERIALS, THINGS


@dataclasses.dataclass
class Fact:
    question: str
    short: str
    sentences: list
    subject: str


def fact(rng, question, short, sentences, subject, **slots):
    say_it = lambda text: say(rng, text, **slots)
    first, *more = [say_it(text) for text in sentences]
    many = slots.get("many", "")
    if many.endswith("s") and many in first.lower():
        more = [several(text) for text in more]
    return Fact(say_it(question), say_it(short), [first, *more], raw(rng, subject, slots))


PLURALS = {r"\bIt (lives|eats|likes|makes|grows|flowers|tastes|smells|needs)\b": lambda found: "They " + found[1][:-1], r"\bIt is (?!an? )": "They are ",
           r"\bIt has\b": "They have", r"\bIt can\b": "They can", r"\bIts\b": "Their", r"\bits young\b": "their young",
           r"\b(hear|find|keep|Keep|With|love|in|after) it\b": r"\1 them", r"\bit will\b": "they will"}


def several(sentence):
    """'It lives in a den.' -> 'They live in a den.'"""
    for one, many in PLURALS.items():
        sentence = re.sub(one, many, sentence)
    return sentence


def animal(rng):
    a = rng.choice(ANIMALS)
    call = "It makes no sound." if "no sound" in a.call else rng.choice(("It can {call}.", "You can hear it {call}."))
    size = ("", "It is very small.", "It is small.", "It is about as big as a cat or a fox.", "It is as large as a big dog.",
            "It is larger than a sheep.", "It is a very large animal.")[int(a.size)]
    home = "[{A} lives in {home}.|The home of {a} is {home}.|You can find {a} in {home}.]" if a.home.startswith(("a ", "the ")) else "{A} lives in {home}."
    facts = {
        "Where does {a} live?": ("In {home}.", home),
        "[What does {a} eat?|What do {many} eat?|What does {a} like to eat?]": ("{Food}.", "[{A} eats {food}.|{Many} eat {food}.|{A} likes to eat {food}.]"),
        "[What colour is {a}?|What colour are {many}?]": ("{Colour}.", "[{A} is {colour}.|{A} is usually {colour}.|Most {many} are {colour}.]"),
        "[What is the young of {a} called?|What do you call a young {n}?]": ("{Young2}.", "[A young {n} is called {young2}.|{A} has young that are called {youngs}.]"),
        "[What can {a} do?|What is {a} good at?]": ("It can {move}.", "{A} can {move}."),
        "[What is {a}?|What is {a} like?|Tell me about {many}.|What do you know about {a}?|Tell me something about {a}.]": (
            "{Kind}.", "[{A} is {kind}.|{A} is a {trait} animal.]"),
    }
    question, (short, first) = rng.choice(list(facts.items()))
    more = [text for _, (_, text) in facts.items() if text != first] + [call] + ([size] if rng.random() < 0.5 else [])
    more = [text.replace("{A} ", "It ").replace("the young of {a}", "its young").replace("The home of {a}", "Its home").replace("find {a} in", "find it in") for text in rng.sample(more, len(more))]
    kind = {"wild": "a wild animal", "insect": "a small creature", "bird": "a wild bird", "farm": "an animal of the farm",
            "pet": "an animal that lives with people", "water": "an animal of the water"}[a.kind]
    return fact(rng, question, short, [first, *more], "{many}", a=f"a {a.noun}", n=a.noun, many=plural(a.noun), home=a.home,
                food=a.food, call=a.call, colour=a.colour, trait=a.trait, move=a.move.replace("its", "its"), kind=kind, young2=f"a {a.young}", youngs=plural(a.young))


def craft(rng):
    c = rng.choice(CRAFTS)
    first, question, short = rng.choice((
        ("[A {n} can {work}.|It is the work of a {n} to {work}.|A {n} knows how to {work}.]", "[What does a {n} do?|What is the work of a {n}?|What is a {n}?]", "{Doing}."),
        ("[A {n} works in the {place}.|You find a {n} at work in the {place}.]", "Where does a {n} work?", "In the {place}."),
        ("[A {n} needs a {tool}.|The most important tool of a {n} is the {tool}.|A {n} uses a {tool}.]", "[What tool does a {n} use?|What does a {n} need for work?]", "A {tool}."),
        ("[You get {makes} from a {n}.|A {n} gives us {makes}.]", "[What do we get from a {n}?|What comes from a {n}?]", "{Makes}."),
    ))
    more = ["[It is hard work, but it feeds the family.|A good one is known in every village around.|It takes years to learn.|One learns it from an old master.]",
            "[The day begins early.|In winter there is less to do.|On market days there is no rest.|There is always someone at the door.]",
            "[The work cannot be done without {needs}.|For this one needs {needs} and patience.]", "[The place of work is the {place}.|The work is done in the {place}.]"]
    more = [text for text in rng.sample(more, len(more)) if not ("{place}" in text and "{place}" in first)]
    if "bobbins" in c.tool or "scales" in c.tool or "snips" in c.tool:
        return craft(rng)
    return fact(rng, question, short, [first, *more], "the work of a {n}", n=c.noun, work=c.work, doing=ing(c.work), place=c.place,
                tool=c.tool, makes=c.makes, needs=c.needs)


def thing(rng):
    t = rng.choice(THINGS)
    use = ("[A {n} is used to {use}.|With a {n} you can {use}.|You need a {n} to {use}.]", "[What is a {n} for?|What do you do with a {n}?|What is a {n} used for?|Why do people have a {n}?]", "To {use}.")
    made = ("[A {n} is made of {m}.|Most {many} are made of {m}.|It is usually {m} that a {n} is made of.]", "[What is a {n} made of?|What are {many} made of?]", "{M}.")
    kept = ("[A {n} is kept {place}.|People keep a {n} {place}.]", "[Where do you keep a {n}?|Where is a {n} kept?]", "{Place}.")
    maker = ("[The {maker} makes {many}.|You get a {n} from the {maker}.|{Many} come from the {maker}.]", "[Who makes {many}?|Where can I get a {n}?|Who can mend a {n}?]", "The {maker}.")
    all_of = [use, made, kept, maker] if t.maker != "postman" else [use, made, kept]
    chosen = rng.choice(all_of)
    more = [text.replace("A {n} is", "It is").replace("keep a {n}", "keep it").replace("With a {n}", "With it") for text, _, _ in rng.sample(all_of, len(all_of)) if text != chosen[0]]
    more.append("[Look after it, and it will last a lifetime.|Every house has one.|A good one is not cheap.|It is a simple but useful thing.|Children like to play with it, too.|Keep it dry.]")
    if t.noun.startswith("pair") or t.noun == "soap":
        return thing(rng)
    return fact(rng, chosen[1], chosen[2], [chosen[0], *more], "{many}", n=t.noun, many=plural(t.noun), m=t.material, use=t.use, place=t.place, maker=t.maker)


def eaten(rng):
    f = rng.choice(FOODS)
    taste = ("[A {n} tastes {taste}.|{Many} are {taste}.|A ripe {n} is {taste}.]" if f.kind == "fruit" else "[A {n} tastes {taste}.|{Many} taste {taste}.]",
             "[What does a {n} taste like?|How does a {n} taste?|How do {many} taste?]", "{Taste}.")
    colour = ("[A {n} is {colour}.|Most {many} are {colour}.]", "[What colour is a {n}?|What colour are {many}?]", "{Colour}.")
    kind = ("[A {n} is a {kind}.|{Many} are a kind of {kind}.]", "[Is a {n} a fruit or a vegetable?|What is a {n}?|What kind of food is a {n}?]", "A {kind}.")
    chosen = rng.choice([taste, colour, kind])
    more = [text.replace("A {n} ", "It ") for text, _, _ in rng.sample([taste, colour, kind], 3) if text != chosen[0]]
    more += ["[You can buy them at the market.|They grow well in good soil.|They keep best in a cool cellar.|They are best when they are fresh.]",
             "[Children like them.|Many people put them into a pie.|They are good in autumn.|They make a good supper with bread.]"]
    if f.kind == "nut" and "fruit or" in chosen[1]:
        chosen = taste
    return fact(rng, chosen[1], chosen[2], [chosen[0], *more], "{many}", n=f.noun, many=plural(f.noun), taste=f.taste, colour=f.colour, kind=f.kind)


def flower(rng):
    f = rng.choice(FLOWERS)
    facts = [("[A {n} is {colour}.|The flowers of a {n} are {colour}.]", "[What colour is a {n}?|What colour are {many}?]", "{Colour}."),
             ("[A {n} grows {place}.|You can find {many} {place}.|{Many} like to grow {place}.]", "[Where does a {n} grow?|Where can I find {many}?]", "{Place}."),
             ("[A {n} flowers in {season}.|{Many} open in {season}.]", "[When does a {n} flower?|When can I see {many}?]", "In {season}.")]
    chosen = rng.choice(facts)
    more = [text.replace("A {n} ", "It ") for text, _, _ in rng.sample(facts, 3) if text != chosen[0]] + ["[Bees love it.|It smells sweet after rain.|A few of them in a jug make a room friendly.|It needs little care.|Do not pick all of them.]"]
    return fact(rng, chosen[1], chosen[2], [chosen[0], *more], "{many}", n=f.noun, many=plural(f.noun), colour=f.colour, place=f.place, season=f.season)


def tree(rng):
    t = rng.choice(TREES)
    article = f"a {t.noun}"
    facts = [("[{A} bears {fruit}.|On {a} grow {fruit}.]", "[What grows on {a}?|What is the fruit of {a}?]", "{Fruit}."),
             ("[Its wood is used for {use}.|People make {use} from {a}.]", "[What is the wood of {a} used for?|What can you make from {a}?]", "{Use}."),
             ("[{A} is {trait}.|Everyone knows {a}: {trait}.]", "[What does {a} look like?|Tell me about {many}.|Describe {a}.]", "{Trait}.")]
    chosen = rng.choice(facts)
    more = [text for text, _, _ in rng.sample(facts, 3) if text != chosen[0]] + ["[Birds build their nests in it.|It can grow very old.|In its shade one can rest.|Children climb it in summer.]"]
    return fact(rng, chosen[1], chosen[2], [chosen[0], *more], "{many}", a=article, many=plural(t.noun), fruit=t.fruit, use=t.use, trait=t.trait)


def season(rng):
    name = rng.choice(list(SEASONS))
    signs = rng.sample(SEASONS[name], 4)
    question = "[What happens in {s}?|What is {s} like?|How do you know that it is {s}?|Tell me about {s}.|What do you see in {s}?]"
    first = "[In {s}, {x} and {y}.|In {s} you can see that {x}.|When it is {s}, {x} and {y}.]"
    more = ["[Then {z}, too.|It is also the time when {z}.|And {z}.]", "[Many people like it best.|It does not last for ever.|Every season has its beauty.|After it comes {next}.]",
            "[The old people tell stories about it.|In {s} {w}.]"]
    order = list(SEASONS)
    return fact(rng, question, "{X}.", [first, *more], "{s}", s=name, x=signs[0], y=signs[1], z=signs[2], w=signs[3], next=order[(order.index(name) + 1) % 4])


def calendar(rng):
    names, kind = rng.choice(((DAYS, "day"), (MONTHS, "month")))
    at = rng.randrange(len(names))
    after, before = names[(at + 1) % len(names)], names[at - 1]
    number = "seven days in a week" if kind == "day" else "twelve months in a year"
    return rng.choice((
        lambda: fact(rng, "[Which {k} comes after {n}?|What comes after {n}?|Which {k} follows {n}?]", "{After}.", ["[After {n} comes {after}.|{After} comes after {n}.|The {k} after {n} is {after}.]", "And before {n} comes {before}.", "There are {number}."], "{n}", n=names[at], k=kind, after=after, before=before, number=number),
        lambda: fact(rng, "[Which {k} comes before {n}?|What comes before {n}?]", "{Before}.", ["[Before {n} comes {before}.|{Before} comes before {n}.|The {k} before {n} is {before}.]", "And after {n} comes {after}.", "There are {number}."], "{n}", n=names[at], k=kind, after=after, before=before, number=number),
    ))()


def comparison(rng):
    one, two = rng.sample(ANIMALS, 2)
    if abs(int(one.size) - int(two.size)) < 2:
        return comparison(rng)
    big, small = sorted((one, two), key=lambda animal: -int(animal.size))
    word, winner, loser = rng.choice((("bigger", big, small), ("smaller", small, big)))
    return fact(rng, "[Which is {w}, a {one} or a {two}?|Is a {one} or a {two} {w}?|What is {w}: a {one} or a {two}?]", "A {win}.",
                ["[A {win} is {w} than a {lose}.|A {win} is {w}.|The {win} is {w} than the {lose}.]", "[A {lose} lives in {home}.|A {win} lives in {home2}.]", "[You can see it when they stand side by side.|But both are fine animals.]"],
                "animals", w=word, one=one.noun, two=two.noun, win=winner.noun, lose=loser.noun, home=loser.home, home2=winner.home)


OPPOSITES = [pair.split() for pair in """hot cold;big small;tall short;old young;new old;wet dry;light dark;heavy light;loud quiet;fast slow;
happy sad;rich poor;strong weak;full empty;open shut;clean dirty;early late;hard soft;thick thin;wide narrow;deep shallow;sweet sour;
kind cruel;brave timid;clever foolish;near far;high low;long short;good bad;right wrong;sharp blunt;tidy untidy;polite rude;
generous mean;cheap dear;bright dull;calm wild;rough smooth;first last;up down;inside outside;day night;summer winter;friend enemy;
begin end;give take;find lose;laugh cry;push pull;buy sell;remember forget;win lose;love hate;true false;safe dangerous;easy hard""".replace("\n", "").split(";")]


def opposite(rng):
    one, two = rng.choice(OPPOSITES)
    return fact(rng, "[What is the opposite of {a}?|What is the opposite of the word {a}?|Tell me the opposite of {a}.]", "{B}.",
                ["[The opposite of {a} is {b}.|{B} is the opposite of {a}.|It is {b}.]", "[A thing cannot be both at once.|The two words belong together like day and night.|One is nothing without the other.]"], "words", a=one, b=two)


def material(rng):
    m = rng.choice(MATERIALS)
    made = [thing.noun for thing in THINGS if thing.material == m.noun and not thing.noun.startswith("pair")]
    if len(made) < 2:
        made = ["toy", "tool"]
    things = join(plural(noun) for noun in rng.sample(made, 2))
    return fact(rng, *rng.choice((
        ("[What is {m} like?|What do you know about {m}?|Tell me about {m}.]", "{Trait}.", ["[{M} is {trait}.|{M} is a good material: {trait}.]", "[It comes from {source}.|We get it from {source}.]", "[People make {things} from it.|It is used for {things}.]"]),
        ("[Where does {m} come from?|How do we get {m}?]", "From {source}.", ["[{M} comes from {source}.|We get {m} from {source}.]", "[It is {trait}.|People like it because it is {trait}.]", "[{Things} are often made of it.|People make {things} from it.]"]),
        ("[What is made of {m}?|What can you make from {m}?|What is {m} used for?]", "{Things}.", ["[{Things} are often made of {m}.|You can make {things} from {m}.]", "[It is {trait}.|It is used because it is {trait}.]", "[It comes from {source}.|We get it from {source}.]"]),
    )), "{m}", m=m.noun, trait=m.trait, source=m.source, things=things)


def yes_or_no(rng):
    a, b = rng.sample(ANIMALS, 2)
    true = rng.random() < 0.5
    kind = rng.choice(("live", "colour", "eat", "kind"))
    if kind == "eat":
        food = (a if true else b).food
        true = food == a.food
        question, yes, no = "[Does a {n} eat {x}?|Do {many} eat {x}?]", "a {n} eats {x}", "a {n} does not eat {x}. It eats {food}"
        return fact(rng, question, "[Yes.|]" if true else "[No.|]", ["[Yes, {yes}.|Yes, it does.]" if true else "No, {no}."], "{many}", n=a.noun, many=plural(a.noun), x=food, food=a.food,
                    yes=f"a {a.noun} eats {food}", no=f"a {a.noun} does not eat {food}. It eats {a.food}") if true or a.food != food else yes_or_no(rng)
    f = rng.choice(FOODS)
    other_kind = rng.choice([k for k in ("fruit", "vegetable", "nut") if k != f.kind])
    asked = f.kind if true else other_kind
    answer = f"Yes, a {f.noun} is a {f.kind}." if true else f"No, a {f.noun} is not a {asked}. It is a {f.kind}."
    return fact(rng, "Is a {n} a {k}?", "Yes." if true else "No.", [answer, f"[It is {f.colour}.|It tastes {f.taste}.]"], "food", n=f.noun, k=asked)


MAKERS = (animal, animal, animal, animal, craft, craft, thing, thing, thing, eaten, eaten, flower, tree, season, calendar, comparison, opposite, material, yes_or_no)


def any_fact(rng):
    return (whys.why if rng.random() < 0.5 else rng.choice(MAKERS))(rng)
