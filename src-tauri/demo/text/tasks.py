"""What a user may ask for in a chat, and an answer as long as it should be.

A task is `(request, answer, subject)`, where `answer(length)` gives sentences for a verbosity of 0 to 4.
"""

import dataclasses
from collections.abc import Callable

from . import descriptions, facts, heroes, howtos, lists, memory, recipes, sums, tales, unknown
from .cast import human
from .grammar import NUMBERS, finish, ing, plural, say
from .food import MEALS
from .living import ANIMALS
from .places import PLACES
from .things import COLOURS, THINGS

SENTENCES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 7}


@dataclasses.dataclass
class Task:
    request: str
    answer: Callable
    kind: str
    short: str = ""
    subject: str = ""


def fact(rng):
    f = facts.any_fact(rng)
    def answer(length):
        return f.short if length == 0 else " ".join(f.sentences[:SENTENCES[length]])
    return Task(polite(rng, f.question), answer, "fact", f.short, f.subject)


def polite(rng, question):
    """People ask in many ways."""
    chance = rng.random()
    if chance < 0.75 or not question.endswith("?"):
        return question
    return rng.choice(("{q} Please tell me.", "Hello. {q}", "I have a question. {q}", "Please tell me: {l}", "Do you know? {q}", "My little brother asks: {l}", "I would like to know: {l}")).format(
        q=question, l=question[0].lower() + question[1:])


def number(rng):
    question, short, sentences = sums.any_sum(rng)
    def answer(length):
        return short if length == 0 else " ".join(sentences[:1 if length < 3 else 2])
    return Task(question, answer, "sum", short)


def listing(rng):
    name, members = lists.any_list(rng)
    style = rng.choice(("number", "comma", "comma", "dash"))
    request = lists.request(rng, name, len(members)).replace(":", ".")
    text = lists.lines(rng, members, style)
    intro = say(rng, "[Here are {k} {n}:|{k} {n}:|Gladly:|Of course:]", k=NUMBERS[len(members)], n=name)
    complete = lists.whole(members) or name.startswith("things to buy")
    closing = "I hope that helps." if complete else say(rng, "[There are more, of course.|I could name others, too.|I hope that helps.|Do you want to know more about one of them?]")
    def answer(length):
        if length <= 1:
            return lists.lines(rng, members, "comma") if style == "comma" else text
        middle = finish(f"{intro} {lists.running(members)}") if style == "comma" else f"{intro}\n{text}"
        return middle if length < 4 else f"{middle}{' ' if style == 'comma' else chr(10)}{closing}"
    return Task(request, answer, "list")


def recipe(rng):
    dish, needs, steps = recipes.recipe(rng)
    request = say(rng, "[How do I make {n}?|How do you make {n}?|How to make {n}?|Can you give me a recipe for {n}?|I want to cook {n}. What do I do?|Tell me how to make {n}.|Do you know a recipe for {n}?|Please explain how to make {n}.]", n=dish.noun)
    numbered = rng.random() < 0.4
    def answer(length):
        if length <= 1:
            return say(rng, "[You need {needs}.|Take {needs}, and {last}|The main thing is {main}.]", needs=needs, main=dish.main, last=f"cook it for {dish.time}.")
        chosen = steps[:{2: 3, 3: 5, 4: 9}[length]]
        if length == 2:
            return " ".join([*steps[1:3], steps[-2]])
        body = "\n".join(f"{at}. {step}" for at, step in enumerate(chosen, 1)) if numbered else " ".join(chosen)
        return f"You need {needs}.{chr(10) if numbered else ' '}{body}"
    return Task(request, answer, "recipe")


def howto(rng):
    topic, needs, steps = howtos.howto(rng)
    request = say(rng, "[How do I {t}?|How can I {t}?|Tell me how to {t}.|I want to {t}. What do I do?|Can you explain how to {t}?|What should I know about {g}?|Please help me to {t}.]", t=topic, g=ing(topic))
    numbered = rng.random() < 0.4
    def answer(length):
        if length <= 1:
            return say(rng, "You need {needs}.", needs=needs) if rng.random() < 0.5 else steps[0]
        chosen = {2: steps[:2], 3: steps[:4], 4: steps}[length]
        return "\n".join(f"{at}. {step}" for at, step in enumerate(chosen, 1)) if numbered and length > 2 else " ".join(chosen)
    return Task(request, answer, "howto")


def tale(rng):
    """A story with the hero, and often the thing, that were asked for."""
    who = rng.choice((heroes.beast, heroes.craftsman))(rng)
    thing = rng.choice(tales.OWNED) if rng.random() < 0.5 else None
    text = tales.tale(rng, who, thing)
    about = f"a {who.noun} and a {thing.noun}" if thing else f"a {who.noun}"
    request = say(rng, "[Tell me a story about {a}.|Write a story about {a}.|Can you tell me a story about {a}?|I want to hear a story about {a}.|Write a short story about {a}.|Tell me about {a}, as a story.|Make up a story about {a}.|Do you know a story about {a}?|A story about {a}, please.]", a=about)
    if rng.random() < 0.2:
        request = rng.choice(("Tell me a story.", "Can you tell me a story?", "Write a short story.", "I would like to hear a story.", "Please tell me a bedtime story.", "Do you know a story?"))
    def answer(length):
        return text if length >= 3 else short_tale(rng, who, thing, length)
    return Task(request, answer, "story")


def short_tale(rng, who, thing, length):
    """A story in one or two sentences."""
    he, _, his, _ = who.pronouns()
    slots = dict(first=who.first, he=he, his=his, t=thing and thing.noun, where=rng.choice(PLACES).where)
    if thing:
        frames = ("{First} [lost {his} {t}, looked everywhere and found it {where}|found a {t} {where} and gave it back to its owner].", "[A friend had helped to look.|From then on {he} looked after it better.|{He} laughed and went home.]")
    else:
        frames = ("{First} [lost the way|went out alone|met a stranger|was afraid of the dark], [asked for help|took one step after the other|kept calm] and [came home safely|found a friend|was happy in the end].",
                  "[They are still friends today.|{He} never forgot it.|That evening {he} slept well.]")
    return " ".join(say(rng, frame, **slots) for frame in frames[:1 if length < 2 else 2])


def split(text):
    return text.replace(". ", ".\n").split("\n")


def describe(rng):
    maker, name, request = rng.choice((
        (descriptions.place, "a place", "[Describe a place.|Describe a place in a village.|Tell me about a place you like.]"),
        (descriptions.person, "a person", "[Describe a person.|Describe somebody from your village.|Tell me about somebody you know.]"),
        (descriptions.day, "a day", "[Describe a day.|Tell me about your day.|What happened today?|How was your day?]"),
        (descriptions.thing, "a thing", "[Describe a thing in your house.|Describe something old.|Tell me about an old thing.]"),
    ))
    text = maker(rng)
    def answer(length):
        return " ".join(split(text)[:max(1, SENTENCES[length])])
    return Task(say(rng, request), answer, "describe")


def outside(rng):
    asked, about = unknown.question(rng)
    def answer(length):
        return " ".join(unknown.answer(rng, about, {0: 1, 1: 1, 2: 2, 3: 3, 4: 3}[length]))
    return Task(asked, answer, "unknown")


SMALL_TALK = (
    ("[Hello.|Hello!|Hi.|Hi!|Good morning.|Good evening.|Hello there.|Good day.]", "[Hello|Good day|Hello there]!", "[How can I help you?|What would you like to know?|It is nice to hear from you.]", "[You can ask me about animals, food, crafts and villages.|I can tell you a story, if you like.|I know stories, lists, recipes and small sums.]"),
    ("[How are you?|How are you today?|Are you well?|How do you feel?]", "[I am well, thank you.|I am fine, thank you.|Very well, thank you.]", "[And how are you?|I hope you are well, too.|What can I do for you?]", "[I like it when somebody asks me something.|It is a good day for a story.]"),
    ("[Who are you?|What are you?|What is your name?|Tell me about yourself.|Are you a human?|Are you a person?]", "[I am a small language model.|I am a very small model that writes text.|I am the demo model, a small one.]", "[I was trained on stories about a small world of villages.|I know a small world: villages, animals, food and crafts.]", "[I can tell stories, write lists and answer simple questions.|I often do not know the answer, and then I say so.]"),
    ("[What can you do?|How can you help me?|What do you know?|What can I ask you?|What are you good at?]", "[I can tell stories, write lists, give recipes and answer simple questions.|I know about animals, food, crafts and things in a house.|I can write about a small world of villages.]", "[Ask me about a fox, a baker or an apple pie.|I can also do small sums, such as 7 + 5.]", "[What I do not know, I do not know.|I do not know much about the large world outside.]"),
    ("[Thank you.|Thank you!|Thanks.|Thanks a lot.|Thank you very much.|That was helpful.]", "[You are welcome.|You are welcome!|Gladly.|It was a pleasure.]", "[Is there anything else?|Come back whenever you like.|I am glad that I could help.]", "[Ask me again when you need something.|Good luck!]"),
    ("[Goodbye.|Goodbye!|Bye.|See you.|Good night.|I have to go.]", "[Goodbye!|Goodbye, and take care.|See you soon.|Until next time.]", "[Have a good day.|Sleep well.|It was nice to talk to you.]", "[Come back soon.]"),
    ("[I am sad.|I feel sad today.|I feel lonely.|I am unhappy.|I had a bad day.]", "[I am sorry to hear that.|I am sorry.|That is hard.]", "[Perhaps a walk will help, or a talk with a friend.|Drink something warm and be kind to yourself.|Even the longest rain comes to an end.]", "[Do you want to tell me about it?|I could tell you a story, if you like.]"),
    ("[I am happy today.|I feel great.|Today is a good day.|I have good news.]", "[I am glad to hear that!|How nice!|That is good to hear.]", "[What happened?|Tell me more about it.|Joy grows when it is shared.]", "[Perhaps it is a day for a cake.]"),
    ("[I am bored.|What should I do today?|I do not know what to do.|Do you have an idea for me?]", "[You could bake a cake.|You could go for a walk in the forest.|You could write a letter to a friend.|You could draw an animal.]", "[Or you could play a game of cards.|Or you could mend something old.|Or you could plant a few beans.]", "[The best ideas often come while one is doing something.]"),
    ("[I am tired.|I cannot sleep.|I am so tired.]", "[Then rest a little.|Lie down and close your eyes.|Go to bed early today.]", "[A cup of warm milk may help.|Breathe slowly and think of something pleasant.]", "[Tomorrow is another day.]"),
    ("[I am afraid.|I am afraid of the dark.|I am nervous.]", "[Everyone is afraid sometimes.|That is not a shame.|Do not worry.]", "[Light a small lamp and look around.|Take a deep breath and count to ten.|Tell a friend about it.]", "[Most frightening things grow small when you look at them.]"),
    ("[I am hungry.|What should I eat?|What can I cook tonight?]", "[How about {meal}?|You could make {meal}.|I would make {meal}.]", "[It is easy and warm.|It does not take long.|Everybody likes it.]", "[Do you want a recipe?]"),
    ("[Tell me a joke.|Make me laugh.|Do you know a joke?|Tell me something funny.]", "[Why did the {animal} cross the road? Because the {animal2} on the other side owed it money.|What did the {animal} say to the {animal2}? Nothing, it was chewing.|A {animal} walked into the inn and ordered soup. The cook said, \"We do not serve {manyanimals}.\" \"That is fine,\" said the {animal}, \"I am not hungry enough to eat one.\"|Why does the {animal} never lose at cards? Because it always has a {thing} up its sleeve.]", "[I hope you laughed.|It is an old one.|My jokes are small, like me.]", ""),
    ("[Tell me a riddle.|Do you know a riddle?|Ask me a riddle.]", "[What has hands but cannot clap? A clock.|What has teeth but cannot bite? A comb.|What has a neck but no head? A bottle.|What gets wetter the more it dries? A towel.|What goes up and never comes down? Your age.|What has an eye but cannot see? A needle.|What has legs but cannot walk? A table.|What runs but has no feet? The river.|What has a tongue but cannot speak? A shoe.|What is full of holes and still holds water? A sponge.]", "[Did you know it?|It is a very old riddle.]", ""),
    ("[Do you like {manyanimals}?|What is your favourite animal?|Which animal do you like best?]", "[I like the {animal} best.|I like {manyanimals}.|The {animal} is my favourite animal.]", "[It is a fine creature.|I have never seen one, of course.]", ""),
    ("[What is your favourite colour?|Which colour do you like?]", "[I like {colour}.|My favourite colour is {colour}.]", "[It makes me think of a summer evening.|It is a friendly colour.]", ""),
    ("[What is your favourite food?|What do you like to eat?]", "[I do not eat, but I like to write about {meal}.|I cannot eat, but {meal} sounds good to me.]", "[I know many recipes.|What do you like?]", ""),
)


def small_talk(rng):
    ask, *frames = rng.choice(SMALL_TALK)
    animal, animal2 = rng.sample(ANIMALS, 2)
    slots = dict(meal=rng.choice(MEALS), animal=animal.noun, animal2=animal2.noun, manyanimals=plural(animal.noun), colour=rng.choice(COLOURS), thing=rng.choice(THINGS).noun)
    request = say(rng, ask, **slots)
    sentences = [say(rng, frame, **slots) for frame in frames if frame]
    def answer(length):
        return " ".join(sentences[:{0: 1, 1: 1, 2: 2, 3: 3, 4: 3}[length]])
    return Task(request, answer, "talk")


def sentence(rng):
    """'Use the word lantern in a sentence.'"""
    thing, hero, place = rng.choice(THINGS), human(rng), rng.choice(PLACES)
    text = say(rng, "[{Intro} bought a {t} at the {p}.|The {t} lay {w}.|Every evening {intro} took the {t} and went to the {p}.|Without a {t} nobody can {use}.|She used the {t} to {use}.]",
               intro=hero.intro, t=thing.noun, p=place.noun, w=thing.place, use=thing.use)
    request = say(rng, "[Use the word {t} in a sentence.|Write a sentence with the word {t}.|Make a sentence with the word {t}.|Write one sentence about a {t}.]", t=thing.noun)
    return Task(request, lambda length: text, "sentence", text)


def echo(rng):
    """'Say this again.'"""
    text = memory.line(rng)
    request = say(rng, "[Say {t}.|Say: {t}|Repeat after me: {t}|Please say {t}.|Write {t}.|Repeat this: {t}|Can you say {t}?|Say it again: {t}]", t=text)
    return Task(request, lambda length: f"{text[0].upper()}{text[1:]}.", "echo")


MAKERS = (fact, number, listing, recipe, howto, tale, describe, outside, small_talk, sentence, echo)
WEIGHTS = (38, 12, 10, 5, 3, 11, 2, 13, 9, 1, 4)


def any_task(rng):
    return rng.choices(MAKERS, WEIGHTS)[0](rng)
