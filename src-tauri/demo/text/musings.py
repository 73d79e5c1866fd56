"""Short pieces in the present tense: reasons, advice, differences, lessons, letters, diaries, news, verses."""

from .cast import village
from .food import DRINKS, FOODS, MEALS
from .grammar import finish, ing, plural, raw, say
from .howtos import howto
from .living import ANIMALS, FLOWERS, TREES
from .people import CRAFTS, GIRLS, BOYS, RELATIVES
from .places import DAYS, MONTHS, PLACES, SEASONS, WEATHER
from .things import GAMES, MATERIALS, THINGS

USABLE = [thing for thing in THINGS if not thing.noun.startswith("pair") and thing.noun != "soap"]
VIRTUES = ("[listens|helps without being asked|tells the truth|keeps a promise|shares the last piece of bread|does not laugh at mistakes|has time|comes when it rains]",)
JOYS = ("it is quiet there", "one can forget the time", "everybody is friendly", "it smells of childhood", "there is always something to see", "nobody is in a hurry", "it costs nothing",
                "one meets old friends", "the work is done", "it makes the heart light", "one learns something new", "it reminds me of my grandmother")


def reason(rng):
    """Why something is so."""
    thing, material, animal, craft, place, season = (rng.choice(rows) for rows in (USABLE, MATERIALS, ANIMALS, CRAFTS, PLACES, list(SEASONS)))
    flower, tree, food = rng.choice(FLOWERS), rng.choice(TREES), rng.choice(FOODS)
    frame = rng.choice((
        "[A {t} is useful because you can {use} with it.|Every house needs a {t}, because without one nobody can {use}.|People have a {t} so that they can {use}.] [It is made of {tm}, and {it} lasts for years.|Most of the time it is {tplace}.|The {maker} makes it.]",
        "[{M} is a good material because it is {mt}.|People like {m} because it is {mt}.|{M} comes from {ms}, and it is {mt}.] [That is why it is used for so many things.|One can learn to work with it, but it takes time.|My {rel} always says so.]",
        "[Children like {s} because {sa} and {sb}.|Old people like {s} because {sa}.|The best thing about {s} is that {sa}.|I like {s} because {sa}.] [Then {sc}, too.|And in the evening there is {meal}.|It never lasts long enough.]",
        "[A {c} needs patience because the work is slow.|The hardest part of {cing} is the beginning.|The first thing a {c} learns is to wait.|A {c} without {cn} is like a bird without wings.|A {c} must get up early to {cw}.] [But there is nothing better than good work.|Still, nobody would like to do anything else.|It takes many years to become a master.]",
        "[I like the {p} because {joy}.|The {p} is the best place in the village because {joy}.|We often go to the {p}, because {joy}.|Why do I love the {p}? Because {joy}.] It is {pt}. [You can meet {pp} there.|In the evening I go home and am content.]",
        "[An animal like the {a} must be careful, because life outside is hard.|The {a} is a clever animal: it knows where to find {af}.|If you want to see a {a}, you must keep still.|Not everyone has seen a {a}, because it likes to hide.] It lives in {ah} and eats {af}. [It can {am}.|I could watch it for hours.]",
        "[A good friend is someone who|A good neighbour is somebody who|A good teacher is one who|A wise person is one who|A true friend] {v}. [Such people are rare.|If you find one, be glad.|That is worth more than gold.|You can learn it, too.]",
        "[The smell of {smell}|The taste of {fm}|The sound of the bells|The light of a candle] makes [me happy|people friendly|every house a home|me think of my {rel}]. [I do not know why.|It was always so.|It needs so little.]",
        "[{Fl} grow {fp}, and in {fs} they are {fc}.|In {fs}, when the {f} opens, bees come from far away.|Nobody plants {fl} {fp}; they come by themselves.] [I pick only a few.|They smell best after rain.|My {rel} dries them between books.]",
        "[Under the {tr} one can rest.|The old {tr} has seen many winters.|The {tr} beside the {p} is {trt}.] [Its wood is good for {tru}.|Birds live in it.|It bears {trf}.] [Who planted it? Nobody knows.|Trees have time.]",
    ))
    signs = rng.sample(SEASONS[season], 3)
    return say(rng, frame, t=thing.noun, use=thing.use, tm=thing.material, tplace=thing.place, maker=thing.maker, it="it", m=material.noun, mt=material.trait, ms=material.source,
               rel=rng.choice(RELATIVES), s=season, sa=signs[0], sb=signs[1], sc=signs[2], meal=rng.choice(MEALS), c=craft.noun, cing=ing(craft.work), cn=craft.needs, cw=craft.work,
               p=place.noun, pt=place.trait, pp=place.people, joy=rng.choice(JOYS), a=animal.noun, af=animal.food, ah=animal.home, am=animal.move, v=raw(rng, VIRTUES[0], {}),
               smell=rng.choice(("fresh bread", "wet earth", "wood smoke", "cut hay", "old books", "apples in the cellar", "soap")), fm=rng.choice(MEALS), fl=plural(flower.noun), f=flower.noun,
               fp=flower.place, fs=flower.season, fc=flower.colour, tr=tree.noun, trt=tree.trait, tru=tree.use, trf=tree.fruit)


def advice(rng):
    topic, needs, steps = howto(rng)
    frame = rng.choice((
        "If you want to {t}, {s1} Then {s2} {s3}", "When you want to {t}, remember this: {s1} {s2} {s3}", "Before you {t}, you need {n}. {s1} {s2}",
        "To {t}, you first need {n}. {s1} {s2} {s3}", "Some advice for those who want to {t}: {s1} {s2} {s3}", "My {r} taught me how to {t}. {s1} {s2} {s3}", "In our village everybody knows how to {t}. {s1} {s2}",
    ))
    low = lambda step: step[0].lower() + step[1:]
    s1, s2 = steps[0], steps[1]
    if frame.startswith("If"):
        s1, s2 = low(s1), low(s2)
    return say(rng, frame, t=topic, n=needs, s1=s1, s2=s2, s3=steps[2], r=rng.choice(RELATIVES))


def difference(rng):
    a, b = rng.sample(ANIMALS, 2)
    frame = rng.choice((
        "The difference between a {a} and a {b} is easy to see: a {a} is {ac}, and a {b} is {bc}. A {a} lives in {ah}, but a {b} lives in {bh}.",
        "A {a} and a {b} are not the same. The {a} eats {af}, while the {b} likes {bf}. And the {a} can {am}, which the {b} cannot.",
        "What does a {a} have that a {b} does not have? The {a} is {at}, and the {b} is {bt}. The {a} lives in {ah}.",
        "Some people mix up {as} and {bs}. But {as} are {ac}, and {bs} are {bc}. You find a {a} in {ah}.",
    ))
    slots = {f"{key}{field[0]}": getattr(row, field) for key, row in (("a", a), ("b", b)) for field in ("colour", "home", "food", "move", "trait")}
    return say(rng, frame, a=a.noun, b=b.noun, bs=plural(b.noun), **(slots | {"as": plural(a.noun)})) if a.colour != b.colour and a.move != b.move else difference(rng)


def letter(rng):
    to = rng.choice(("Dear {name}", "Dear {rel}", "Dear friend", "My dear {name}", "Dear neighbour"))
    frames = (to + ",\n", "[thank you for your letter|I am writing to you because I have news|I hope you are well|thank you for the {t} you sent me|it is a long time since I wrote].",
              "[Here in {v} {w}.|Here everything is as always.|All week {w}, and {e}.]",
              "[Yesterday I went to the {p} and saw a {a}.|Last {day} we ate {meal} and played {g}.|My {t} is broken, but the {m} will mend it.|Our {a} has run away and come back twice.|I have learned to {cw}.|The {c} asked about you.]",
              "[Please come and visit us soon.|Write to me when you have time.|Tell me what you are doing.|I will come in {month}.|Do not forget to feed the {a}.]", "\n[Yours|With love|Your friend|Best wishes|Yours truly],\n{me}")
    return fill(rng, frames)


def diary(rng):
    frames = ("{Day}. [{W}, and {e}.|It is {month}, and {w}.|I got up early.|Today I am tired.|Today was a good day.|I am writing this by candlelight.]",
              "[In the morning I went to the {p}.|I mended my {t}.|I tried to {cw}, but it went wrong.|My {rel} sent me to the {p}.|We had {meal} for dinner.|The {c} came to see us.]",
              "[On the way I saw a {a}.|Nobody was there but a {a}.|{Name} laughed at me, and then I laughed, too.|I lost my {t} and found it again.|We played {g} until it was dark.]",
              "[Tomorrow I will sleep longer.|I want to remember this day.|Now I will put out the lamp.|Perhaps it will be different tomorrow.|I am glad that it is over.]")
    return fill(rng, frames)


def news(rng):
    frames = ("News from {v}: [the {c} has lost the {t}.|the goat of the {c} is back.|the {p} is open again.|{name} has grown the largest {food} anyone has seen.|on {day} there will be a feast at the {p}.|a {a} was seen near the {p}.]",
              "[{W}, and {e}.|Nobody was hurt.|The mayor is pleased.|Children are asked to be careful.|The {c} says that it was a surprise.|Everyone talks about it.]",
              "[Whoever finds a {t} should bring it to the town hall.|There will be {meal} for all.|The music begins at six.|More about it next week.|Old people say that it has happened before.]")
    return fill(rng, frames)


RHYMES = (
    ("The {a} sits upon the hill,", "the wind is cold, the night is still."), ("The {c} is asleep in bed,", "the moon is climbing overhead."),
    ("A little {a} came down the lane,", "its feet were wet, its coat was plain."), ("The snow is lying on the ground,", "the {a} walks home without a sound."),
    ("The kettle sings, the fire is bright,", "come in, my friend, and stay tonight."), ("The {f} is asleep below,", "it dreams of sun beneath the snow."),
    ("The river runs, the mill goes round,", "the {c} works without a sound."), ("A {t} was lying in the hay,", "it waited for a sunny day."),
    ("The rain is falling on the roof,", "the horse lifts up a muddy hoof."), ("The bees are humming in the tree,", "they do not care for you and me."),
    ("The {a} has a coat of {col},", "it sings the song its mother knew."), ("The bread is warm, the butter sweet,", "sit down, sit down, it is time to eat."),
    ("One star, two stars, three stars shine,", "one of them is yours, and one is mine."), ("The autumn leaves are falling fast,", "the summer days are gone at last."),
    ("The boat comes home across the bay,", "it brings the fish of yesterday."), ("Good night, good night, the day is done,", "sleep well, sleep well, my little one."),
    ("The lamb is white, the crow is black,", "the road goes out, the road comes back."), ("The apples hang upon the bough,", "the {a} would like to have one now."),
    ("The winter wind is at the door,", "but we have wood and bread in store."), ("The clock upon the wall says four,", "the {a} is waiting at the door."),
)


def verse(rng):
    pairs = rng.sample(RHYMES, rng.randint(1, 4))
    a, c, f, t = rng.choice([a for a in ANIMALS if int(a.size) < 6]).noun, rng.choice(CRAFTS).noun, rng.choice(FLOWERS).noun, rng.choice(USABLE).noun
    slots = dict(a=a, c=c, f=f, t=t, col="blue")
    lines = [finish(raw(rng, line, slots)) for pair in pairs for line in pair]
    head = rng.choice(("", "", f"A poem about a {a}:\n", "A small poem\n\n", "A song for the evening\n\n", "A verse:\n"))
    return finish(head) + ("\n\n" if head.endswith("\n\n") else "\n" if head else "") + "\n".join(lines)


def saying(rng):
    animal, food, craft = rng.choice(ANIMALS), rng.choice(FOODS), rng.choice(CRAFTS)
    return say(rng, rng.choice((
        "[My {r} used to say|An old {c} once said|They say in {v}]: \"[{Cap1}|Who goes slowly also arrives|Do today what you can, and sleep well|An open door costs nothing|Even a {a} was small once|One {food} does not make a pie|Ask twice and err once|A full basket is heavy to carry]\". [I did not understand it then.|Now I know that it is true.|I often think of it.]",
        "[Things my {r} taught me|What I learned from an old {c}|Small rules for every day]: [get up early|be kind to {as}|listen before you speak|finish what you begin], [look after your tools|never laugh at a {c}|eat slowly|say thank you], and [close the gate behind you|sing when you are afraid|share what you have|keep your word].",
        "[The rules of the game are simple|This is how we play {g}]: [one of us counts to ten|one of us begins|two of us stand at the wall], the others [hide|run|wait]. [Who is found first must look for the others.|Who laughs has lost.|Who comes last brings {drink}.] We play until [it is dark|supper is ready|somebody falls into the pond].",
    )), r=rng.choice(RELATIVES), c=craft.noun, v=village(rng), a=animal.noun, food=food.noun, g=rng.choice(GAMES), drink=rng.choice(DRINKS), cap1="Patience bakes the best bread", **{"as": plural(animal.noun)}).replace('".', '."')


def fill(rng, frames):
    craft, place, weather, thing = (rng.choice(rows) for rows in (CRAFTS, PLACES, WEATHER, USABLE))
    slots = dict(name=rng.choice(GIRLS + BOYS), me=rng.choice(GIRLS + BOYS), rel=rng.choice(RELATIVES), t=thing.noun, m=thing.maker, v=village(rng), w=weather.sentence, e=weather.effect,
                 p=place.noun, a=rng.choice([a for a in ANIMALS if a.kind in ("pet", "farm", "bird", "wild")]).noun, day=rng.choice(DAYS), meal=rng.choice(MEALS), g=rng.choice(GAMES), c=craft.noun, cw=craft.work,
                 month=rng.choice(MONTHS), food=rng.choice(FOODS).noun)
    return "\n".join(finish(line) for line in " ".join(raw(rng, frame, slots) for frame in frames).split("\n"))


KINDS = (reason, reason, reason, reason, advice, advice, difference, letter, letter, diary, diary, news, verse, saying, saying)


def document(rng):
    text = rng.choice(KINDS)(rng)
    while len(text) < 160 and rng.random() < 0.4 and "\n" not in text:
        text += " " + reason(rng)
    return text
