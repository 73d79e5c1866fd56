"""Lists: some things of a kind, with or without a word about each."""

from .food import DISHES, DRINKS, FOODS, MEALS
from .grammar import NUMBERS, capital, finish, join, plural, say
from .living import ANIMALS, FLOWERS, HERBS, TREES
from .people import CRAFTS, TRAITS
from .places import DAYS, MONTHS, PLACES
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
    yield from thing_groups()


def animal_groups():
    names = {"wild": "wild animals", "bird": "birds", "farm": "farm animals", "pet": "animals that live with people", "insect": "small creatures", "water": "animals of the water"}
    for kind, name in names.items():
        yield name, [(plural(animal.noun), animal.trait) for animal in ANIMALS if animal.kind == kind]
    yield "animals", [(plural(animal.noun), animal.trait) for animal in ANIMALS]
    for colour in ("brown", "black", "grey", "green", "white"):
        yield f"{colour} animals", [(plural(animal.noun), animal.trait) for animal in ANIMALS if animal.colour == colour]
    yield "animals of the forest", [(plural(animal.noun), animal.trait) for animal in ANIMALS if "forest" in animal.home or "tree" in animal.home or "wood" in animal.home or "oak" in animal.home]


def word_groups():
    yield "colours", [(colour, "") for colour in COLOURS]
    yield "games", [(game, "") for game in GAMES]
    yield "herbs", [(herb, "") for herb in HERBS]
    yield "days of the week", [(day, "") for day in DAYS]
    yield "months of the year", [(month, "") for month in MONTHS]
    yield "good qualities", [(f"being {trait}", "") for trait in TRAITS if trait in ("kind", "brave", "patient", "honest", "modest", "polite", "wise", "generous", "helpful", "thoughtful")]
    yield "warm drinks and cold ones", [(drink, "") for drink in DRINKS]
    yield "good suppers", [(meal, "") for meal in MEALS]
    yield "trees", [(plural(tree.noun), tree.trait) for tree in TREES]
    yield "flowers", [(plural(flower.noun), flower.colour) for flower in FLOWERS]
    for season in ("spring", "summer"):
        yield f"flowers of {season}", [(plural(flower.noun), flower.colour) for flower in FLOWERS if flower.season == season]
    yield "materials", [(material.noun, material.trait) for material in MATERIALS]
    for method, name in (("soup", "soups"), ("pie", "pies and tarts"), ("cake", "cakes"), ("stew", "stews"), ("jam", "jams"), ("salad", "salads")):
        yield name, [(dish.noun, "") for dish in DISHES if dish.method == method]


def thing_groups():
    yield "crafts", [(craft.noun, craft.makes) for craft in CRAFTS]
    yield "things in a house", [(f"a {thing.noun}", f"to {thing.use}") for thing in THINGS if "kitchen" in thing.place or "table" in thing.place or "wall" in thing.place]
    for word, name in (("drawer", "things you find in a drawer"), ("shed", "tools in a shed"), ("shelf", "things on a shelf"), ("hall", "things in the hall"), ("stove", "things by the stove"), ("box", "things in a small box")):
        yield name, [(f"a {thing.noun}", f"to {thing.use}") for thing in THINGS if word in thing.place]
    for maker in ("carpenter", "smith", "potter", "tinsmith", "toymaker", "weaver", "shoemaker", "saddler"):
        yield f"things that a {maker} makes", [(f"a {thing.noun}", f"to {thing.use}") for thing in THINGS if thing.maker == maker]
    for material in ("oak", "iron", "leather", "clay", "brass", "wool", "glass"):
        yield f"things made of {material}", [(f"a {thing.noun}", f"to {thing.use}") for thing in THINGS if thing.material == material]
    yield "places in a village", [(f"the {place.noun}", place.trait) for place in PLACES]


GROUPS = [(name, members) for name, members in groups() if len(members) >= 2]


def any_list(rng):
    """(request, how many, lines or one sentence)"""
    name, members = rng.choice(GROUPS)
    number = min(len(members), rng.randint(2, 7))
    return name, rng.sample(members, number)


def request(rng, name, number):
    return say(rng, f"[List|Name|Give me|Tell me|Can you name|Please list|I need|Think of|Write down] {NUMBERS[number]} {name}").replace("Can you name", "Name") + rng.choice((".", ".", ":"))


def lines(rng, members, style=None):
    style = style or rng.choice(("number", "dash", "comma"))
    words = [finish(member) for member, _ in members]
    if style == "comma":
        return say(rng, join(member for member, _ in members) + ".")
    remark = rng.random() < 0.35 and all(note for _, note in members)
    return "\n".join(f"{f'{at}.' if style == 'number' else '-'} {capital(word)}{f' ({note})' if remark else ''}"
                     for at, (word, (_, note)) in enumerate(zip(words, members), 1))


def document(rng):
    name, members = any_list(rng)
    head = rng.choice((f"{NUMBERS[len(members)]} {name}:", f"{name}:", request(rng, name, len(members)), f"a list of {name}:", f"here are {NUMBERS[len(members)]} {name}:", f"list {NUMBERS[len(members)]} {name}:", f"my favourite {name}:"))
    return f"{finish(head)}\n{lines(rng, members, rng.choice(('number', 'dash')))}"
