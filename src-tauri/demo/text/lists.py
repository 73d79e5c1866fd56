"""Lists: some things of a kind, with or without a word about each.

Members come from the word tables, from NEEDS below, from the dishes, and from lists.txt: blocks apart
by empty lines, first the name of the list (after a `>` if it is wanted whole), then either one line of
members apart by commas (`member = remark`) or several lines with one sentence each.
"""

import pathlib
import re
from collections import namedtuple

from .food import DISHES, DRINKS, FOODS, MEALS
from .grammar import NUMBERS, capital, finish, join, plural, say
from .living import ANIMALS, FLOWERS, HERBS, TREES
from .people import CRAFTS, TRAITS
from .places import DAYS, MONTHS, PLACES
from .tables import table, words
from .things import COLOURS, GAMES, MATERIALS, THINGS


def groups():
    """What can be listed: a plural name, the members, and a remark on each where there is one."""
    yield from animal_groups()
    for kind in ("fruit", "vegetable", "nut"):
        foods = [food for food in FOODS if food.kind == kind]
        yield f"{kind}s" if kind != "fruit" else "kinds of fruit", [(plural(food.noun), food.taste) for food in foods]
    for colour in ("red", "green", "brown", "orange", "purple", "white"):
        foods = [(plural(food.noun), food.kind) for food in FOODS if food.colour == colour]
        if len(foods) > 3:
            yield f"foods that are {colour}", foods
    yield from word_groups()


def animal_groups():
    names = {"wild": "wild animals", "bird": "birds", "farm": "farm animals", "insect": "small creatures"}
    for kind, name in names.items():
        yield name, [(plural(animal.noun), animal.trait) for animal in ANIMALS if animal.kind == kind]
    yield "animals", [(plural(animal.noun), animal.trait) for animal in ANIMALS]
    for colour in ("brown", "black", "grey", "white"):
        yield f"{colour} animals", [(plural(animal.noun), animal.trait) for animal in ANIMALS if animal.colour == colour]
    yield "animals of the forest", [(plural(animal.noun), animal.trait) for animal in ANIMALS if "forest" in animal.home or "tree" in animal.home or "wood" in animal.home or "oak" in animal.home]


def word_groups():
    yield "colours", [(colour, "") for colour in COLOURS]
    yield "games", [(game, "") for game in GAMES]
    yield "herbs", [(herb, "") for herb in HERBS]
    yield "days of the week", [(day, "") for day in DAYS]
    yield "months of the year", [(month, "") for month in MONTHS]
    yield "warm drinks and cold ones", [(drink, "") for drink in DRINKS]
    yield "good suppers", [(meal, "") for meal in MEALS]
    yield "trees", [(plural(tree.noun), tree.trait) for tree in TREES]
    yield "flowers", [(plural(flower.noun), flower.colour) for flower in FLOWERS]
    for season in ("spring", "summer"):
        yield f"flowers of {season}", [(plural(flower.noun), flower.colour) for flower in FLOWERS if flower.season == season]
    for method, name in (("soup", "soups"), ("pie", "pies and tarts"), ("cake", "cakes")):
        yield name, [(dish.noun, "") for dish in DISHES if dish.method == method]
    yield "crafts", [(craft.noun, craft.makes) for craft in CRAFTS]



# What a craft needs, besides the tool and the material in its own table.
NEEDS = table("Needs", "noun things", """
baker | an oven, a kneading trough, salt, yeast, a pair of scales, baking tins, firewood
miller | a river or a good wind, sacks, a sieve, a hoist, a broom
smith | an anvil, a pair of tongs, bellows, charcoal, a tub of water, a leather apron
carpenter | a saw, a hammer, nails, glue, a chisel, a folding rule, a workbench
potter | a kiln, water, glaze, a sponge, a piece of wire, firewood
weaver | a shuttle, a comb, linen thread, patience, good light
tailor | scissors, thread, pins, a measuring tape, chalk, a hot iron, buttons
shoemaker | a wooden last, waxed thread, a hammer, small nails, a sharp knife, shoe wax
cooper | iron hoops, a plane, a small fire, an axe, staves
fisherman | a boat, oars, lines and hooks, baskets, high boots, an eye for the weather
gardener | a rake, a hoe, a watering can, compost, a wheelbarrow, string, a straw hat
farmer | a horse, a scythe, a harrow, a barn, a cart, good weather
shepherd | a dog, a warm cloak, a whistle, a pocket knife, shears
beekeeper | hives, a veil, gloves, a soft brush, clean jars
candle maker | wicks, a pot, a stove, scissors, a drying rack
basket maker | a tub of water, a low stool, an awl, shears
clockmaker | a magnifying glass, small wheels, springs, oil, tweezers, steady hands
roofer | a hammer, nails, a rope, a good sense of balance
cook | a sharp knife, pots and pans, salt, herbs, a hot stove, a clean apron
innkeeper | beds, clean sheets, a full cellar, mugs, a friendly face
sailor | a compass, sails, charts, knots, a warm jacket, courage
postman | good shoes, a cap, a list of streets, a coat for the rain, a bell
teacher | a blackboard, books, a bell, slates, a map, good ideas
doctor | bandages, a watch, clean hands, medicine, a calm voice
musician | good ears, a music stand, many songs, a warm coat for the way home
woodcutter | a saw, wedges, gloves, a sledge, strong arms
chimney sweep | a ladder, a black hat, a bucket for the soot, a shovel
watchman | a horn, a warm coat, a bunch of keys, a whistle, sharp ears
""")
PANTRY = {"pie": "flour, butter, salt", "soup": "onions, butter, salt", "loaf": "yeast, flour", "cake": "flour, butter, eggs", "pancake": "eggs, butter", "stew": "onions, oil, salt",
          "jam": "sugar, empty jars", "salad": "oil, vinegar, salt", "porridge": "salt", "eggs": "butter, bread"}
# Other ways to head a list or to ask for it, by its name.
FORMS = table("Form", "pattern headings questions", r"""
things that (a .+) needs | what \1 needs; tools and things of \1 | What does \1 need?; What does \1 need for work?; Which things does \1 use?
things that (a .+) makes | what \1 makes; what you get from \1 | What does \1 make?; Which things does \1 make?
things that you can make from (.+) | what you can make from \1 | What can I make from \1?; What can you make from \1?
things that you find (.+) | what you find \1; what there is \1 | What do you find \1?; What can I find \1?; What is there \1?
things that (.+) | a few things that \1 | Which things \1?
things made of (.+) | what is made of \1 | What is made of \1?; Which things are made of \1?
things to take (.+) | what to take \1; do not forget to take \1 | What should I take \1?; What do people take \1?
things to buy for (.+) | what you need for \1; a shopping list for \1; to buy for \1 | What do I need for \1?; What must I buy for \1?; Write a shopping list for \1.; What goes into \1?
things to do (.+) | what to do \1; what one can do \1 | What can one do \1?; What do people do \1?
animals that (.+) | some animals that \1 | Which animals \1?; What animals \1?
reasons why (.+) | why \1 | Why do you think that \1?; Why is it that \1?; Can you say why \1?
reasons to (.+) | why it is good to \1; good reasons to \1 | Why should I \1?; Why should one \1?; Why do people \1?
rules for (.+) | the rules for \1; some rules for \1 | What are the rules for \1?; Which rules are there for \1?
names for (a .+) | what to call \1; good names for \1 | What can I call \1?; What is a good name for \1?
good wishes (for .+) | what to wish somebody \1 | What can I wish somebody \1?; What does one wish somebody \1?
presents for (.+) | what to give to \1; good presents for \1 | What can I give to \1?; What is a good present for \1?
words that describe (.+) | how to describe \1 | Which words describe \1?; How would you describe \1?
words for (.+) | other words for \1 | Which words for \1 do you know?
parts of (.+) | the parts of \1 | What are the parts of \1?; Which parts does \1 have?
ways to (.+) | how to \1; good ways to \1 | How can I \1?; How do people \1?
signs of (.+) | the signs of \1 | What are the signs of \1?; Which signs of \1 do you know?
steps (.+) | the steps \1 | What are the steps \1?
tools for (.+) | what tools you need for \1 | Which tools do I need for \1?
clothes for (.+) | what to wear in \1 | What should I wear in \1?; What do people wear in \1?
questions to ask (.+) | what to ask \1 | What can I ask \1?
(kinds of .+) | some \1 | Which \1 do you know?; Which \1 are there?
([a-z]+) | some \1 | Which \1 do you know?; What \1 do you know?
""")
Group = namedtuple("Group", "name members least")
# More members than this are not learned.
MOST = 10


def read():
    """The lists of lists.txt."""
    for block in pathlib.Path(__file__).with_suffix(".txt").read_text().strip().split("\n\n"):
        name, *rest = block.splitlines()
        members = [pair(word) for word in words(rest[0])] if len(rest) == 1 else [(line, "") for line in rest]
        ordered = name.startswith("> ")
        yield Group(name.removeprefix("> "), members[:MOST], min(4, len(members)) if ordered else 2)


def pair(word):
    """'cows = milk' -> ('cows', 'milk')."""
    member, _, note = word.partition(" = ")
    return member, note


def needs():
    """What each craft needs."""
    crafts = {craft.noun: craft for craft in CRAFTS}
    for row in NEEDS:
        craft = crafts[row.noun]
        tool = craft.tool if craft.tool in ("snips", "scales", "chalk") else f"a {craft.tool}"
        members = dict.fromkeys([tool, *words(row.things)] + ([craft.needs] if craft.needs != plural(craft.tool) else []))
        yield Group(f"things that a {row.noun} needs", [(member, "") for member in members], 3)


def shopping():
    """All that goes into a dish."""
    for dish in DISHES:
        if dish.method in PANTRY and dish.noun != "fruit salad":
            article = "a " if dish.noun.endswith((" pie", " tart", " cake", " stew", " omelette", " salad")) else ""
            members = bought(f"{dish.main} and {dish.more} and {PANTRY[dish.method]}")
            yield Group(f"things to buy for {article}{dish.noun}", [(member, "") for member in members], len(members))


def bought(text):
    """'cooked beans and a little salt' -> ['beans', 'salt'], each thing once."""
    plain = re.sub(r"\b(cooked|a little|a chopped) ", "", text).replace("apple and", "apples and")
    things = dict.fromkeys(re.split(r", | and ", plain))
    return [thing for thing in things if thing != "water" and not any(other.endswith(f" {thing}") for other in things)]


FAMILIES = ([Group(name, members[:MOST], 2) for name, members in groups() if len(members) >= 3], list(read()), list(needs()), list(shopping()))
WEIGHTS = (32, 48, 12, 8)


def any_list(rng):
    """(name, some of the members). They keep their order: so none comes twice, which a small model cannot see otherwise."""
    group = rng.choice(rng.choices(FAMILIES, WEIGHTS)[0])
    number = min(len(group.members), rng.randint(group.least, max(5, group.least)))
    chosen = sorted(rng.sample(range(len(group.members)), number))
    return group.name, [group.members[at] for at in chosen]


def forms(name, kind):
    """Headings or questions for the list of this name."""
    for form in FORMS:
        if found := re.fullmatch(form.pattern, name):
            return [found.expand(text) for text in getattr(form, kind).split("; ")]
    return []


def request(rng, name, number):
    questions = forms(name, "questions")
    if questions and rng.random() < 0.4:
        asked = finish(rng.choice(questions))
        return asked if "things to buy" in name or rng.random() < 0.6 else f"{asked} Name {NUMBERS[number]}{' things' if name.startswith('things') else ''}."
    return say(rng, "[List|Name|Give me|Tell me|Please list|I need|Think of|Write down|Please name|Please give me|Write a list of|Make a list of] {k} {n}", k=NUMBERS[number], n=name) + rng.choice((".", ".", ":"))


def whole(members):
    """Whether they are sentences."""
    return members[0][0].endswith((".", "!", "?"))


def running(members):
    """All in one sentence, or as sentences one after the other."""
    texts = [member for member, _ in members]
    return " ".join(texts) if whole(members) else f"{join(texts)}."


def lines(rng, members, style=None):
    style = style or rng.choice(("number", "dash", "comma"))
    if style == "comma":
        return finish(running(members))
    remark = rng.random() < 0.35 and all(note for _, note in members)
    return "\n".join(f"{f'{at}.' if style == 'number' else '-'} {capital(finish(word))}{f' ({note})' if remark else ''}"
                     for at, (word, note) in enumerate(members, 1))


def heading(rng, name, number):
    """'Three reasons to be kind:' or one of many other forms."""
    counted = f"{NUMBERS[number]} {name}"
    plain = [f"{counted}:", f"{counted}:", f"{name}:", f"a list of {name}:", f"here are {counted}:", f"list {counted}:", f"name {counted}:", request(rng, name, number), request(rng, name, number)]
    favourite = [f"my favourite {name}:"] if " " not in name else []
    return finish(rng.choice(plain + favourite + [f"{head}:" for head in forms(name, "headings")]))


def document(rng):
    name, members = any_list(rng)
    style = rng.choice(("number", "number", "dash", "dash", "comma"))
    return f"{heading(rng, name, len(members))}\n{lines(rng, members, style)}"
