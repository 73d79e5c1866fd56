"""What is true in the small world: questions, a short answer, and sentences that say more.

Each maker returns `Fact(question, short, sentences, subject)`: one sentence answers, the others
add to it, so that an answer can be as long as it should.
"""

import dataclasses

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
    return Fact(say_it(question), say_it(short), [say_it(text) for text in sentences], raw(rng, subject, slots))


def following(facts, at):
    """The other facts, in the order in which they are always told: what varies needlessly is learned late."""
    return [sentence for _, _, sentence in facts[at + 1:] + facts[:at]]


KINDS = {"wild": "a wild animal", "insect": "a small creature", "bird": "a wild bird", "farm": "an animal of the farm",
         "pet": "an animal that lives with people", "water": "an animal of the water"}


def animal(rng):
    a = rng.choice(ANIMALS)
    quiet = "no sound" in a.call
    facts = [
        ("[What is {a}?|What is {a} like?|Tell me about {many}.|What do you know about {a}?|Tell me something about {a}.|What do you know about {many}?|Can you tell me about {many}?|Describe {a}.]", "{Kind}.", "{A} is {kind}."),
        ("[Where does {a} live?|Where do {many} live?|Where does {a} sleep?|Where can I find {a}?|Where is {a} at home?|Do you know where {a} lives?|Can you tell me where {a} lives?|Can you tell me where {a} sleeps?]", "In {home}.", "{A} lives in {home}."),
        ("[What does {a} eat?|What do {many} eat?|What does {a} like to eat?|What is the food of {a}?|What can I give to {a} to eat?|Do you know what {a} eats?|Can you tell me what {many} eat?]", "{Food}.", "{A} eats {food}."),
        ("[What colour is {a}?|What colour are {many}?|Which colour does {a} have?|Do you know what colour {a} is?]", "{Colour}.", "{A} is {colour}."),
        ("[What can {a} do?|What is {a} good at?|What can {many} do?]", "It can {move}.", "{A} can {move}."),
        ("[What sound does {a} make?|What does {a} sound like?|How does {a} call?]", "No sound at all." if quiet else "It can {call}.", "{A} makes no sound at all." if quiet else "You can hear {a} {call}."),
        ("[What is the young of {a} called?|What do you call a young {n}?|What is a young {n} called?|What are the young of {a} called?]", "{Young2}.", "A young {n} is called {young2}."),
    ]
    at = rng.choices(range(len(facts)), (4, 4, 4, 3, 3, 1, 2))[0]
    question, short, first = facts[at]
    more = [text.replace("{A} ", "It ").replace("hear {a}", "hear it") for text in following(facts, at) if text != facts[0][2] or rng.random() < 0.3]
    return fact(rng, question, short, [first, *more], "{many}", a=f"a {a.noun}", n=a.noun, many=plural(a.noun), home=a.home,
                food=a.food, call=a.call, colour=a.colour, move=a.move, kind=KINDS[a.kind], young2=f"a {a.young}")


def craft(rng):
    c = rng.choice(CRAFTS)
    facts = [
        ("[What does a {n} do?|What is the work of a {n}?|What is a {n}?|Tell me about {many}.|What do you know about {many}?|What do {many} do?|What does a {n} know how to do?]", "{Doing}.", "A {n} knows how to {work}."),
        ("[Where does a {n} work?|Where can I find a {n}?|Where do {many} work?|What is the place of a {n}?]", "{In} the {place}.", "A {n} works {in} the {place}."),
        ("[What tool does a {n} use?|What does a {n} need for work?|Which tool is the most important one of a {n}?]", "A {tool}.", "A {n} uses a {tool}."),
        ("[What do we get from a {n}?|What comes from a {n}?|What does a {n} give us?|What can I get from a {n}?]", "{Makes}.", "A {n} gives us {makes}."),
        ("[What can a {n} not work without?|What does the work of a {n} take?]", "{Needs}.", "The work cannot be done without {needs}."),
    ]
    at = rng.choices(range(len(facts)), (5, 3, 3, 3, 1))[0]
    slots = {"in": {"farm": "on", "hillside": "on", "town gate": "at"}.get(c.place, "in")}
    return fact(rng, *facts[at][:2], [facts[at][2], *(text.replace("A {n} ", "The {n} ") for text in following(facts, at))], "the work of a {n}", n=c.noun, many=plural(c.noun), work=c.work,
                doing=ing(c.work), place=c.place, tool=c.tool, makes=c.makes, needs=c.needs, **slots)


def thing(rng):
    t = rng.choice(THINGS)
    facts = [
        ("[What is a {n} for?|What do you do with a {n}?|What is a {n} used for?|Why do people have a {n}?|What is a {n}?|Tell me about {many}.|What can I do with a {n}?]", "To {use}.", "With a {n} you can {use}."),
        ("[What is a {n} made of?|What are {many} made of?|Do you know what a {n} is made of?]", "{M}.", "A {n} is made of {m}."),
        ("[Who makes {many}?|Where can I get a {n}?|Who can mend a {n}?|Where does a {n} come from?|Who makes a {n}?]", "The {maker}.", "You get a {n} from the {maker}."),
        ("[Where do you keep a {n}?|Where is a {n} kept?|Where should I look for a {n}?]", "{Place}.", "A {n} is kept {place}."),
    ]
    if t.maker == "postman":
        del facts[2]
    at = rng.choices(range(len(facts)), (4, 3, 2, 2)[:len(facts)])[0]
    more = [text.replace("A {n} is", "It is").replace("With a {n}", "With it").replace("get a {n}", "get it") for text in following(facts, at)]
    return fact(rng, *facts[at][:2], [facts[at][2], *more], "{many}", n=t.noun, many=plural(t.noun), m=t.material, use=t.use, place=t.place, maker=t.maker)


def eaten(rng):
    f = rng.choice(FOODS)
    facts = [
        ("[What does a {n} taste like?|How does a {n} taste?|How do {many} taste?|What do {many} taste like?]", "{Taste}.", "A {n} tastes {taste}."),
        ("[What colour is a {n}?|What colour are {many}?|Which colour does a {n} have?]", "{Colour}.", "A {n} is {colour}."),
        ("[What is a {n}?|What kind of food is a {n}?|Tell me about {many}.|What do you know about {many}?]" if f.kind == "nut" else "[Is a {n} a fruit or a vegetable?|What is a {n}?|What kind of food is a {n}?|Tell me about {many}.|What do you know about {many}?]", "A {kind}.", "A {n} is a {kind}."),
    ]
    at = rng.randrange(3)
    more = [text.replace("A {n} ", "It ") for text in following(facts, at)]
    return fact(rng, *facts[at][:2], [facts[at][2], *more, "You can buy {many} at the market."], "{many}", n=f.noun, many=plural(f.noun), taste=f.taste, colour=f.colour, kind=f.kind)


def flower(rng):
    f = rng.choice(FLOWERS)
    facts = [("[What colour is a {n}?|What colour are {many}?|Which colour does a {n} have?|What does a {n} look like?]", "{Colour}.", "A {n} is {colour}."),
             ("[Where does a {n} grow?|Where can I find {many}?|Where do {many} grow?|Tell me about {many}.]", "{Place}.", "A {n} grows {place}."),
             ("[When does a {n} flower?|When can I see {many}?|When do {many} flower?]", "In {season}.", "A {n} flowers in {season}.")]
    at = rng.randrange(3)
    return fact(rng, *facts[at][:2], [facts[at][2], *(text.replace("A {n} ", "It ") for text in following(facts, at))], "{many}", n=f.noun, many=plural(f.noun), colour=f.colour, place=f.place, season=f.season)


def tree(rng):
    t = rng.choice(TREES)
    facts = [("[What grows on {a}?|What is the fruit of {a}?|What fruit does {a} bear?]", "{Fruit}.", "{A} bears {fruit}."),
             ("[What is the wood of {a} used for?|What can you make from {a}?|What is {a} good for?]", "{Use}.", "Its wood is used for {use}."),
             ("[What does {a} look like?|Tell me about {many}.|Describe {a}.|What is {a}?|What do you know about {many}?]", "{Trait}.", "{A} is {trait}.")]
    at = rng.randrange(3)
    first = facts[at][2].replace("Its wood", "The wood of {a}")
    return fact(rng, *facts[at][:2], [first, *(text.replace("{A} ", "It ") for text in following(facts, at))], "{many}", a=f"a {t.noun}", many=plural(t.noun), fruit=t.fruit, use=t.use, trait=t.trait)


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


MAKERS = (animal, craft, thing, eaten, flower, tree, season, calendar, comparison, opposite, material, yes_or_no, whys.why)
# By what there is to know of each kind.
WEIGHTS = (34, 13, 16, 8, 5, 5, 2, 5, 2, 5, 3, 5, 15)


def any_fact(rng):
    return rng.choices(MAKERS, WEIGHTS)[0](rng)
