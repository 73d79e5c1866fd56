"""Descriptions of places, people, animals, things and days, and small first-person pieces."""

from .cast import human, village
from .food import DRINKS, MEALS
from .grammar import finish, plural, raw
from .living import ANIMALS, FLOWERS, TREES
from .people import CLOTHES, CRAFTS, HABITS, HAIR, RELATIVES, TRAITS
from .places import PLACES, SEASONS, WEATHER
from .things import COLOURS, GAMES, SECRETS, THINGS


def place(rng):
    p, animal, tree = rng.choice(PLACES), rng.choice(ANIMALS), rng.choice(TREES)
    frames = (
        "The {n} [of {village}|in {village}] [stands|lies|is] {where}. [It is {trait}.|Everyone says it is {trait}.]",
        "[Early in the morning|In the morning|At dawn] [you hear nothing but {birds}|the first light falls on the {tree}|it smells of {smell}]. [Later|By noon] {people} [come|arrive], and [it grows loud|there is much to see|the day begins].",
        "[In winter|In summer|In autumn|In spring] [it looks quite different|people like to stay longer|the light is soft]. [An old {tree} grows beside it.|Beside it grow {flowers}.|There is a bench where one can rest.]",
        "[Children|Old people] say that [there is a treasure hidden there|a {animal} has lived there for a hundred years|nobody has ever counted the steps]. [Perhaps it is true.|Nobody knows for sure.]",
        "[In the evening|When the sun sets] [everything is still|the windows glow|a bell rings], and [one would like to stay|people go home|the {animal} comes out].",
    )
    return write(rng, frames, n=p.noun, where=p.where, trait=p.trait, people=p.people, village=village(rng), tree=tree.noun, animal=animal.noun,
                 birds=plural(rng.choice([a for a in ANIMALS if a.kind == "bird"]).noun), flowers=plural(rng.choice(FLOWERS).noun),
                 smell=rng.choice(("bread", "hay", "rain", "wood smoke", "apples", "the sea", "wet earth", "soap", "leather")))


def write(rng, frames, **slots):
    """All the frames, or the first few of them."""
    number = rng.randint(min(3, len(frames)), len(frames))
    return finish(" ".join(raw(rng, frame, slots) for frame in frames[:number]))


def person(rng):
    p = human(rng)
    frames = (
        rng.choice(("{Name} is a {trait} {noun} [from|in] {village}.", "My [neighbour|friend|teacher|{relative}] {name} is a {noun}.", "In {village} lives {name}, a {noun}.", "The {noun} of {village} is called {name}.")) if not p.name.startswith("the ") else "{Name} [of|in] {village} is [{trait}|very {trait}|known to everyone].",
        "{He} has {hair} hair and wears {clothes}[ and {clothes2}|].",
        "{He} [{habit}|{habit} and {habit2}].",
        "{His} house stands {where}[, and the door is always open|, near the {place}|]. [Inside it smells of {smell}.|On the table there is always {meal}.|]",
        "[People like {him} because {he} is {trait2}.|Children like {him} very much.|Not everyone understands {him}, but everyone trusts {him}.|When somebody needs help, {he} is there.]",
    )
    habit, habit2 = rng.sample(HABITS, 2)
    clothes = rng.sample(CLOTHES, 2)
    return write(rng, frames, name=p.name, noun=p.noun, trait=p.trait, he=p.he, him=p.him, his=p.his, hair=rng.choice(HAIR), clothes=clothes[0], clothes2=clothes[1],
                 habit=habit, habit2=habit2, trait2=rng.choice(TRAITS), village=village(rng), where=rng.choice(PLACES).where, place=rng.choice(PLACES).noun,
                 relative=rng.choice(RELATIVES), meal=rng.choice(MEALS), smell=rng.choice(("coffee", "apples", "old books", "soap", "fresh paint", "cinnamon")))


def animal(rng):
    a = rng.choice(ANIMALS)
    frames = (
        "[A {n} is|The {n} is] [a {trait} animal|{colour}|{trait} and {colour}].", "It lives in {home}.", "[It eats {food}.|Its food is {food}.|Most of all it likes {food}.]",
        "It can {move}.", "[Sometimes you can hear it {call}.|It is not often seen.]" if "no sound" not in a.call else "It is quiet, and it is not often seen.",
        "[A young one is called a {young}.|Its young is called a {young}.]", "[If you keep still, it may come close.|It is a pleasure to watch it.|Some people are afraid of it, but there is no need.|In winter it has a hard time.]",
    )
    return write(rng, (frames[0], *rng.sample(frames[1:6], 5), frames[6]), n=a.noun, trait=a.trait, colour=a.colour, home=a.home, food=a.food, move=a.move, call=a.call, young=a.young)


def thing(rng):
    t = rng.choice([t for t in THINGS if not t.noun.startswith("pair")])
    frames = (
        "[This|That] is [my|our|the old|my {relative}'s] {n}.", "It is made of {m} and [is|looks] {colour}.", "[It is used to {use}.|We use it to {use}.|With it one can {use}.]",
        "[It is kept|Its place is|It has always been] {place}.", "[The {maker} of {village} made it|My {relative} bought it at the fair|It came from {village}] [many years ago|long before I was born|when my {relative} was young].",
        "[There is a small crack in it, but nobody minds.|It is old, but it still does its work.|I would not sell it for any money.|When I see it, I think of home.|Once {secret} was hidden in it.]",
    )
    return write(rng, frames, n=t.noun, m=t.material, colour=rng.choice(COLOURS), use=t.use, place=t.place, maker=t.maker, village=village(rng), relative=rng.choice(RELATIVES), secret=rng.choice(SECRETS))


def favourite(rng):
    """'My favourite ...'"""
    subject, name, more = rng.choice((
        ("food", rng.choice(MEALS), ("It [smells wonderful|makes me strong|warms me from inside].", "My {relative} makes it [best|on Sundays|when I am sad].", "I could eat it [every day|for breakfast, too].")),
        ("place", f"the {(p := rng.choice(PLACES)).noun} {p.where}", ("It is {trait}.", "I go there [when I want to think|with my {relative}|every week].", "[Nobody disturbs me there.|There I can see the whole village.|I know every stone of it.]")),
        ("animal", f"the {(a := rng.choice(ANIMALS)).noun}", ("I like it because it is {trait}.", "It [eats {food}|lives in {home}].", "[Once I saw one from very near.|I would like to have one as a friend.|I have drawn it many times.]")),
        ("season", (s := rng.choice(list(SEASONS))), ("Then " + rng.choice(SEASONS[s]) + ".", "I like to [sit in the garden|walk with my {relative}|look out of the window] at that time.", "[It is a pity that it is so short.|I wait for it all year.]")),
        ("colour", rng.choice(COLOURS), ("My {thing} is of that colour.", "It makes me think of [the sea|the meadow|a summer evening|my home].", "[I would paint the whole house with it.|My {relative} likes it, too.]")),
        ("game", rng.choice(GAMES), ("We play it [in the yard|in the evening|on Sundays|after school].", "My {relative} [taught me|always wins|does not know the rules].", "[It is not about winning.|Once we played until it was dark.]")),
        ("flower", f"the {(f := rng.choice(FLOWERS)).noun}", ("It is " + f.colour + ".", "It grows " + f.place + " and flowers in " + f.season + ".", "[My {relative} likes it, too.|I keep one in a book.]")),
        ("thing", f"my old {(t := rng.choice(THINGS)).noun}", ("It is made of " + t.material + ".", "I use it to " + t.use + ".", "My {relative} gave it to me.")),
        ("tree", f"the {(t := rng.choice(TREES)).noun}", ("It is " + t.trait + ".", "It bears " + t.fruit + ".", "I like to [sit under it|climb it|listen to its leaves].")),
        ("work", f"the work of a {(c := rng.choice(CRAFTS)).noun}", ("I like to {work}.", "The {place} is [always warm|a friendly place|full of life].", "[One day I want to do it, too.|My {relative} taught me.]")),
        ("month", rng.choice(("April", "May", "June", "July", "August", "September", "October", "December")), ("[It is my birthday then.|I like the light in that month.]", "My {relative} and I [work in the garden|go for long walks|sit by the window] then.")),
    ))
    slots = dict(relative=rng.choice(RELATIVES), thing=rng.choice(THINGS).noun, trait="", food="", home="", work="", place="")
    for row, fields in ((locals().get("p"), ("trait",)), (locals().get("a"), ("trait", "food", "home")), (locals().get("c"), ("work", "place"))):
        if row is not None:
            slots |= {field: getattr(row, field) for field in fields}
    if subject == "place":
        slots["trait"] = p.trait
    elif subject == "animal":
        slots["trait"] = a.trait
    start = rng.choice((f"My favourite {subject} is {name}.", f"My favourite {subject} is {name}.", f"I like {name} best of all."))
    return finish(" ".join([start, *(raw(rng, text, slots) for text in more)]))


def day(rng):
    w = rng.choice(WEATHER)
    frames = (
        "[Today|This morning|Yesterday|All week] {weather}, and {effect}.",
        "[I|We|My {relative} and I] [stayed at home and|sat by the stove and|went to the {place} and] [ate {meal}|drank {drink}|played {game}|told stories|mended an old {thing}].",
        "[The {animal} slept all day.|A {animal} looked in at the window.|Far away a {animal} called.|Nobody was in the street.]",
        "[Later|In the afternoon|Towards evening] [the sky cleared|it became quiet|{name} came to visit|a letter came], and [we went outside|I was glad|the day was not lost after all].",
        "[It was a good day.|I went to bed early.|Tomorrow it may be different.|Such days are rare.|I will remember it.]",
    )
    return write(rng, frames, weather=w.sentence, effect=w.effect, relative=rng.choice(RELATIVES), place=rng.choice(PLACES).noun, meal=rng.choice(MEALS), drink=rng.choice(DRINKS), game=rng.choice(GAMES),
                 thing=rng.choice(THINGS).noun, animal=rng.choice([a for a in ANIMALS if a.kind in ("pet", "farm", "bird")]).noun, name=human(rng, "child").call)


def season(rng):
    name = rng.choice(list(SEASONS))
    signs = rng.sample(SEASONS[name], 4)
    frames = ("[{S} has come|It is {s} again|{S} is here]: {a} and {b}.", "[In {village}|Everywhere] {c}.", "[The {noun} is busy|My {relative} is happy|The children are outside all day], for {d}.",
              "[The air smells of {smell}.|One can smell {smell} in every street.]", "[Nobody wants it to end.|It will soon be over.|So it is every year, and still it is new.]")
    return write(rng, frames, s=name, a=signs[0], b=signs[1], c=signs[2], d=signs[3], village=village(rng), noun=rng.choice(CRAFTS).noun, relative=rng.choice(RELATIVES),
                 smell=rng.choice({"spring": ("wet earth", "blossom"), "summer": ("hay", "roses"), "autumn": ("apples", "smoke"), "winter": ("snow", "cinnamon", "smoke")}[name]))


KINDS = (place, place, person, person, animal, thing, favourite, favourite, day, season)


def document(rng):
    return rng.choice(KINDS)(rng)
