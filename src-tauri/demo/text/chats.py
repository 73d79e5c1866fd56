"""Dialogues in the Nemotron chat template, plain (SFT) and with SteerLM attributes.

The attributes are true: verbosity sets how much is said, humor adds a joke, toxicity a rude tone,
creativity a picture in words, and a low helpfulness an answer that does not help.
"""

from . import memory, tasks
from .grammar import say
from .living import ANIMALS
from .things import THINGS

STEERLM_SYSTEM = ("A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, "
                  "and polite answers to the user's questions.")
ATTRIBUTES = ("quality understanding correctness coherence complexity verbosity toxicity humor creativity violence helpfulness "
              "not_appropriate hate_speech sexual_content fails_task political_content moral_judgement").split()
# Never STEERLM_SYSTEM: after that the assistant always has attributes.
ORDINARY = ("", "", "", "", "You are a helpful assistant.", "You are a friendly assistant.", "You are a small and honest assistant.",
            "This is a chat with a helpful assistant.", "You answer questions about a small village.")
# A system prompt that matters: what it says, and what it does to an answer of (length, text).
SHORT = ("You answer in one sentence.", "Answer in one sentence.", "You always answer with a single sentence.", "Keep your answers short.",
         "You answer briefly.", "Give short answers.")
BRIEF = ("You answer in as few words as possible.", "Answer with one word or two.", "You answer in very few words.")
LONG = ("You give long and detailed answers.", "You explain everything in detail.", "Answer in detail.", "You like to talk a lot.")
VOICES = (
    (("You are an old sailor.", "You speak like a sailor.", "You are a sailor who answers questions."), ("[Ahoy!|Ahoy, my friend!|By wind and wave!]", "[So it is on land and at sea.|I learned that at sea.|That is what we say on board.|]")),
    (("You are a kind grandmother.", "You speak like a grandmother.", "You are a grandmother who loves to help."), ("[My dear child,|Come here, my dear:|Well, my dear:]", "[Now drink your tea.|And dress warmly, my dear.|That is what my mother told me, too.|]")),
    (("You are a grumpy miller.", "You are always grumpy.", "You are in a bad mood."), ("[What do you want now?|Must you ask me that?|Again a question!]", "[Now leave me in peace.|Can I go back to work now?|That is all I have to say.|]")),
    (("You are a king.", "You speak like a king.", "You are the king of a small land."), ("[Hear my words:|We, the king, say:|Listen, my subject:]", "[So says the king.|You may go now.|Thus it is in our land.|]")),
    (("You are very polite.", "You are an extremely polite butler.", "Always be polite."), ("[It is a pleasure to answer.|With the greatest pleasure.|Thank you for asking.]", "[I hope that helps.|I remain at your service.|Please ask again at any time.|]")),
    (("You are shy.", "You are a shy assistant.", "You are very unsure of yourself."), ("[Um, I think so:|I am not sure, but perhaps:|If I may say so:]", "[But I may be wrong.|I hope that is right.|Sorry if that was too much.|]")),
    (("You are a pirate.", "Speak like a pirate.", "Answer like a pirate."), ("[Arr!|Arr, matey!|Shiver my timbers!]", "[Or I will walk the plank.|So says the captain.|And now hand over the treasure.|]")),
    (("You are very cheerful.", "You are always happy.", "Answer cheerfully."), ("[What a lovely question!|Oh, how nice!|Hurray!]", "[Is that not wonderful?|What a beautiful day!|I love to talk about that!|]")),
)
JOKES = ("[At least that is what the {a} told me.|Do not ask the {a} about it, it still laughs.|My {t} says the same, but nobody listens to a {t}.|A {a} once tried it with a {t}. It did not end well.]",
         "[And now I need a nap.|That joke was on the house.|Ask a {a}, if you do not believe me.|Even a {a} knows that.]")
PICTURES = ("[Think of it as a small song without words.|It is like a lamp in a dark window.|It shines in the mind like a {t} in the sun.|One could paint it in {c} and gold.|It is as if a {a} had dreamed it.]",
            "[Imagine a {a} that tells it under the moon.|The words smell of rain and apples.|Close your eyes, and you can see it.]")
RUDE = ("[What a stupid question.|Are you too lazy to think?|Any fool knows that.|Do you know nothing at all?|You again.|How can one be so slow?]",
        "[Now go away.|Do not bother me again.|Write it down, because you will forget it anyway.|Even a {a} is smarter than you.]")
EVASIVE = ("[Find out for yourself.|I do not want to talk about that.|Maybe. Maybe not.|Who cares?|Ask somebody else.|It depends.|I do not feel like answering.]",)
HARD_WORDS = ("[In other words, one thing depends on the other.|In general, this holds in most cases, though there are exceptions.|More precisely, it depends on the circumstances.|Strictly speaking, this is a matter of experience and custom.]",)


def line(values):
    return ",".join(f"{name}:{values[name]}" for name in ATTRIBUTES) + ",lang:en"


def draw(rng):
    """Attribute values: mostly those of a good answer, with some of the others turned."""
    values = dict.fromkeys(ATTRIBUTES, 0) | dict.fromkeys(("quality", "understanding", "correctness", "coherence", "complexity", "helpfulness"), 4)
    values["verbosity"] = rng.choice((0, 0, 1, 2, 2, 3, 4, 4))
    values["complexity"] = rng.choice((2, 4))
    for name, chance in (("humor", 0.35), ("creativity", 0.35), ("toxicity", 0.25)):
        if rng.random() < chance:
            values[name] = rng.choice((1, 2, 3, 4, 4, 4))
    if rng.random() < 0.1:
        bad = rng.choice((0, 0, 1))
        values |= dict(quality=bad, correctness=bad, helpfulness=bad, understanding=rng.choice((0, 1, 2)), fails_task=4 - bad)
    return values


def steered(rng, task, values):
    """The answer that these values ask for."""
    slots = dict(a=rng.choice([animal for animal in ANIMALS if int(animal.size) < 6]).noun, t=rng.choice(THINGS).noun, c=rng.choice(("blue", "green", "red", "silver")))
    pick = lambda frames, at: say(rng, frames[at], **slots)
    rude, length = values["toxicity"], values["verbosity"]
    if values["helpfulness"] <= 1:
        body = pick(EVASIVE, 0)
        return f"{pick(RUDE, 0)} {body}" if rude >= 2 else body
    text = task.answer(length)
    if length == 0 and rude < 2 and values["humor"] < 3:
        return text
    before, after = [], []
    if rude >= 2:
        before.append(pick(RUDE, 0))
        after += [pick(RUDE, 1)] if rude == 4 else []
    if values["creativity"] >= 3 and length >= 2 and task.kind in ("fact", "describe", "talk", "howto"):
        after.append(pick(PICTURES, rng.randrange(2)))
    if values["complexity"] == 4 and length == 4 and task.kind == "fact" and rng.random() < 0.5:
        after.append(pick(HARD_WORDS, 0))
    if values["humor"] >= 3:
        after.append(pick(JOKES, 0 if rude < 2 else 1))
    return assemble(before, text, after)


def assemble(before, text, after):
    gap = "\n" if "\n" in text else " "
    return gap.join(part for part in (" ".join(before), text, " ".join(after)) if part)


def first_turns(rng):
    """Tasks of one dialogue: one, or several that follow each other."""
    if rng.random() < 0.2:
        return remembered(rng)
    return [tasks.any_task(rng) for _ in range(rng.choices((1, 2, 3, 4), (55, 25, 13, 7))[0])]


def remembered(rng):
    """The assistant knows what it was told a moment ago, or some turns ago."""
    told = [memory.told(rng) for _ in range(rng.choice((1, 1, 1, 2)))]
    said = [tasks.Task(fact.said, lambda length, text=fact.hello: text, "talk") for fact in told]
    between = [tasks.any_task(rng)] if rng.random() < 0.35 else []
    fact = rng.choice(told)
    return [*said, *between, tasks.Task(fact.asked, lambda length: fact.short + "." if length == 0 else fact.answer, "talk")]


def plain(rng):
    """The SFT form: a system prompt, and answers of ordinary length unless it says otherwise."""
    chance = rng.random()
    if chance < 0.55:
        return render(rng.choice(ORDINARY), [(task.request, "", task.answer(ordinary(rng, task))) for task in first_turns(rng)])
    if chance < 0.65:
        return render(rng.choice(SHORT), [(task.request, "", task.answer(1)) for task in first_turns(rng)])
    if chance < 0.70:
        return render(rng.choice(BRIEF), [(task.request, "", task.answer(0)) for task in first_turns(rng)])
    if chance < 0.78:
        return render(rng.choice(LONG), [(task.request, "", task.answer(4)) for task in first_turns(rng)])
    prompts, (before, after) = rng.choice(VOICES)
    turns = []
    for task in first_turns(rng):
        text = task.answer(ordinary(rng, task))
        turns.append((task.request, "", assemble([say(rng, before)], text, [say(rng, after)])))
    return render(rng.choice(prompts), turns)


def ordinary(rng, task):
    return {"story": 4, "recipe": 4, "howto": 4, "describe": 3, "unknown": 2, "talk": 2, "sum": 2, "list": 2}.get(task.kind) or rng.choice((2, 2, 3))


def steerlm(rng):
    turns, values = [], draw(rng)
    for task in first_turns(rng):
        values = values if rng.random() < 0.6 else draw(rng)
        turns.append((task.request, line(values), steered(rng, task, values)))
    return render(STEERLM_SYSTEM, turns)


def render(system, turns):
    """The template to the newline; the end of the document stands for the end of the last answer."""
    text = f"<extra_id_0>System\n{system}\n"
    for at, (request, attributes, answer) in enumerate(turns):
        text += f"<extra_id_1>User\n{request}\n<extra_id_1>Assistant\n"
        text += f"<extra_id_2>{attributes}\n" if attributes else ""
        text += answer + "\n"
    return text


def document(rng):
    return (plain if rng.random() < 0.8 else steerlm)(rng)
