"""Short stories: a plot is a list of beats, a beat a choice of frames, all about the same cast."""

from . import plots_home, plots_outside, plots_people
from .cast import beast, human, narrator, other, village
from .food import DISHES, DRINKS, FOODS, MEALS
from .grammar import finish, heading, plural, raw
from .living import ANIMALS, FLOWERS, TREES
from .people import BOYS, CLOTHES, CRAFTS, GIRLS, HABITS, RELATIVES, TRAITS
from .places import DAYS, PLACES, SEARCH, TIMES, WEATHER
from .things import COLOURS, GAMES, SECRETS, THINGS

PLOTS = plots_home.PLOTS + plots_outside.PLOTS + plots_people.PLOTS
LOOKS = ("old", "new", "small", "large", "beautiful", "plain", "pretty", "simple", "fine", "well-made", "good",
         "precious", "little", "useful", "heavy")
OPENINGS = {
    "named": (
        "[Once upon a time|Long ago|Many years ago|Once|A long time ago] [there was|there lived] {intro} [in {village}|in a village called {village}|{where}|in a small house {where}].",
        "In {village} [there lived|lived] {intro} [who {habit}|who was known to everyone|who had few worries||who liked {meal} more than anything].",
        "{Hero} was a {trait} {noun} [from|in] {village}[| who {habit}| and wore {clothes} every day].",
        "{Hero} lived [in {village}|in a small house {where}|near the {place.noun} of {village}]. {He} was [a {trait} {noun}|{trait} and {trait2}|known as the most {trait} {noun} for miles].",
        "[This is the story of|This is a story about] {intro} [and|who lived in {village}, and] [of] {topic}.",
        "Everyone in {village} knew {hero}, the {trait} {noun}[| who always wore {clothes}].",
        "There was once {intro} who [lived in {village}|lived {where}|{habit}].",
        "{Time}, {weather.sentence}. {Hero} [the {noun}|, a {noun} from {village},] [sat at the window|was at home|was on the way home|had nothing to do].",
    ),
    "plain": (
        "[Once upon a time|Long ago|Many years ago|Once|A long time ago] [there was|there lived] {intro} [in {village}|in a village called {village}|{where}].",
        "{Hero} lived [in {village}|in a small house {where}|near the {place.noun} of {village}]. {He} was [{trait2}|very {trait2}|alone most of the time].",
        "In {village} [there lived|lived] {intro} [who {habit}|who was known to everyone|who had few worries].",
        "{Hero} [who lived {where}|of {village}] was known for being {trait2}.",
        "There was once {intro} who [lived in {village}|lived {where}|{habit}].",
        "{Hero} had lived [in {village}|{where}] for [many years|as long as anyone could remember|only one winter].",
    ),
    "I": (
        "When I was [young|a child|seven years old|ten years old|a little older than you], [I lived|we lived] [in {village}|{where}|near the {place.noun} of {village}].",
        "I [grew up|was born|used to live] in {village}[|, near the {place.noun}|, in a small house {where}].",
        "My [{relative}|{relative} and I] [lived|used to live] in {village}[|, {where}].",
        "I still remember [that day|that year|the day it happened] in {village}. {Weather.sentence}.",
        "My name is {own}, and I [come from|live in] {village}. [I want to tell you a story.|This is what happened to me.|Let me tell you about {topic}.]",
        "This happened to me [in {village}|{where}|when I lived in {village}|many years ago in {village}].",
    ),
    "beast": (
        "[Once upon a time|Long ago|Once|In the old days] [there was|there lived] {intro} [in the forest near {village}|in {animal.home}|on a farm near {village}].",
        "In {animal.home} lived {intro} [who was very {trait}||who {habit2}].",
        "Near {village}, in {animal.home}, lived {intro}.",
        "{Hero} was a {trait} {noun} who [lived in {animal.home}|lived near {village}|{habit2}].",
        "{Time}, {weather.sentence}. {Hero} the {noun} [looked out of {animal.home}|woke up early|was hungry].",
    ),
}
TITLES = "[The {thing.noun} of {village}|{Hero} and {topic}|A story about {topic}|{Topic}|The {noun} of {village}|The {noun} and {topic}]"
BASICS = ("butter", "milk", "cream", "honey", "sugar", "salt", "pepper", "flour", "oil", "yeast", "syrup")
FEARS = ("the dark", "deep water", "high places", "thunder", "the forest", "strangers", "the old tower", "fire", "the wind",
         "the river", "the cellar", "snow and ice")
BEAST_HABITS = ("slept most of the day", "was afraid of nothing", "liked to be alone", "was always hungry", "knew every path",
                "had many brothers and sisters", "loved to talk", "never stayed long in one place", "had a very good nose")


def story(rng, plot=None, hero=None, thing=None, long=True):
    """A whole story, with the words that describe it."""
    hero = hero or choose_hero(rng)
    plot = plot or rng.choice([plot for plot in PLOTS if fits(plot, hero)])
    slots = scene(rng, hero, thing)
    slots["topic"] = raw(rng, plot.topic, slots)
    beats = [opening(rng, hero, slots)] + [rng.choice(beat) for beat in plot.beats]
    if plot.morals and long and rng.random() < 0.6:
        beats.append(rng.choice(plot.morals))
    text = " ".join(raw(rng, beat, slots) for beat in beats)
    return finish(text), slots


def choose_hero(rng):
    return rng.choices((human, beast, narrator), (6, 3, 2))[0](rng)


def fits(plot, hero):
    return (hero.kind == "beast") in plot.beasts and (hero.he != "I" or plot.told)


def scene(rng, hero, thing=None):
    """Everything a frame may name. Drawn once, so that it stays the same through the story."""
    friend = other(hero, rng)
    place, place2 = rng.sample(PLACES, 2)
    searches, time = rng.sample(SEARCH, 3), rng.choice(TIMES)
    thing, thing2 = [thing or rng.choice(THINGS), rng.choice(THINGS)]
    slots = dict(hero=hero.name, intro=hero.intro.rstrip(","), noun=hero.noun, trait=hero.trait, he=hero.he, him=hero.him,
                 his=hero.his, himself=hero.himself, whom=hero.whom, whose=hero.whose, call=hero.call, friend=friend,
                 third=other(friend, rng, "old"), village=village(rng), village2=village(rng), where=place.where,
                 place=place, place2=place2, thing=thing, thing2=thing2, look=rng.choice(LOOKS), colour=rng.choice(COLOURS),
                 search=searches[0], search2=searches[1], search3=searches[2], time=time,
                 weather=rng.choice(weathers(time)), meal=rng.choice(MEALS), dish=rng.choice(DISHES), food=rng.choice(FOODS),
                 secret=rng.choice(SECRETS), game=rng.choice(GAMES), flower=rng.choice(FLOWERS), tree=rng.choice(TREES),
                 clothes=rng.choice(CLOTHES), habit=rng.choice(HABITS), relative=rng.choice(RELATIVES),
                 pet=beast(rng, rng.choice([a for a in ANIMALS if a.kind in ("pet", "farm", "wild", "bird") and a.noun != hero.noun]),
                           taken=(hero.name, friend.name), named=True),
                 craft=hero.craft or rng.choice(CRAFTS), maker=f"the {thing.maker}", own=rng.choice([name for name in GIRLS + BOYS if name != friend.name]),
                 animal=hero.animal or rng.choice(ANIMALS), habit2=rng.choice(BEAST_HABITS), trait2=rng.choice([trait for trait in TRAITS if trait != hero.trait]))
    slots["habit"] = past_habit(slots["habit"])
    return slots | phrases(rng, hero, friend, slots)


def weathers(time):
    """No snow in May."""
    seasons = {"winter": "winter New", "spring": "spring May warm", "summer": "summer harvest school longest",
               "autumn": "autumn October foggy rainy windy"}
    now = [season for season, hints in seasons.items() if any(hint in time for hint in hints.split())]
    return [weather for weather in WEATHER if not now or weather.season in now]


def phrases(rng, hero, friend, slots):
    """What follows from the cast: 'they' or 'we', and phrases built of two words."""
    me = hero.he == "I"
    for role in ("thing", "thing2"):
        slots[role] = Named(slots[role], f"a {rng.choice(LOOKS)} {slots[role].noun}")
    pantry, pantry2 = rng.sample(BASICS, 2)
    return dict(they="we" if me else "they", them="us" if me else "them", flowers=plural(slots["flower"].noun),
                foods=plural(slots["food"].noun), hero2="I" if me else hero.name, its="its",
                day=rng.choice(DAYS), food2=slots["pet"].animal.food, young=slots["pet"].animal.young,
                fear=rng.choice(FEARS), drink=rng.choice(DRINKS), pantry=pantry, pantry2=pantry2, weather2=rng.choice(("snow", "frost", "the cold")),
                oldname=rng.choice(GIRLS + BOYS), oldone=rng.choice(("a woman", "a man")),
                hat=rng.choice(("hat", "cap", "straw hat", "woollen hat", "night cap")))


class Named:
    """A word with its first mention: 'an old lantern'."""

    def __init__(self, row, phrase):
        self.row, self.phrase = row, phrase

    def __getattr__(self, field):
        return getattr(self.row, field)


def past_habit(habit):
    """'hums while working' -> 'hummed while working'."""
    return HABIT_PASTS[habit]


HABIT_PASTS = dict(zip(HABITS, (
    "hummed at work", "always carried a pencil", "never left the house without an apple", "talked to the birds",
    "counted the steps to the well", "laughed at the smallest thing", "forgot where things were", "got up before the sun",
    "told the same joke every week", "whistled on the stairs", "loved the smell of rain", "collected smooth stones",
    "kept a diary", "sang in the choir", "drank tea at any hour", "fed every cat in the street", "wrote long letters",
    "walked barefoot in summer", "could not pass a dog without a word", "read by candlelight"), strict=True))


def opening(rng, hero, slots):
    if hero.he == "I":
        return rng.choice(OPENINGS["I"])
    if hero.name.startswith("the "):
        return rng.choice(OPENINGS["plain"] if hero.kind != "beast" else OPENINGS["beast"][:3])
    return rng.choice(OPENINGS["beast" if hero.kind == "beast" else "named"])


def titled(rng, text, slots):
    """A story as it may stand on a page: with a heading, or without one."""
    if rng.random() < 0.75:
        return text
    own = slots["noun"] in slots["topic"]
    title = raw(rng, "[A story about {topic}|{Topic}]" if own or slots["he"] == "I" else TITLES, slots).replace(",", "")
    return f"{heading(rng, finish(title))}\n\n{text}"
