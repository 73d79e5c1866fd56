"""Templates and the few rules of English they need.

A template chooses with `[this|that|]` (nested as deep as one likes) and fills `{slots}`; a dot
reads an attribute (`{friend.he}`), a capital letter capitalises (`{He}`). Templates always write
"a"; `finish` turns it into "an" where it must be and starts sentences with a capital.
"""

import functools
import re

IRREGULAR = {
    "be": "was", "bake": "baked", "become": "became", "begin": "began", "bend": "bent", "bite": "bit", "blow": "blew",
    "break": "broke", "bring": "brought", "build": "built", "burn": "burned", "buy": "bought", "carry": "carried",
    "catch": "caught", "choose": "chose", "come": "came", "creep": "crept", "cut": "cut", "dig": "dug", "do": "did",
    "draw": "drew", "drink": "drank", "drive": "drove", "dry": "dried", "eat": "ate", "fall": "fell", "feed": "fed",
    "feel": "felt", "find": "found", "fly": "flew", "forget": "forgot", "get": "got", "give": "gave", "go": "went",
    "grind": "ground", "grow": "grew", "hang": "hung", "have": "had", "hear": "heard", "hide": "hid", "hit": "hit",
    "hold": "held", "keep": "kept", "know": "knew", "lay": "laid", "lead": "led", "leave": "left", "lend": "lent",
    "let": "let", "light": "lit", "lose": "lost", "make": "made", "meet": "met", "mow": "mowed", "pay": "paid",
    "put": "put", "read": "read", "ride": "rode", "ring": "rang", "rise": "rose", "row": "rowed", "run": "ran",
    "say": "said", "see": "saw", "sell": "sold", "send": "sent", "set": "set", "sew": "sewed", "shine": "shone",
    "sing": "sang", "sit": "sat", "sleep": "slept", "speak": "spoke", "spin": "spun", "spread": "spread",
    "stand": "stood", "steal": "stole", "sweep": "swept", "swim": "swam", "swing": "swung", "take": "took",
    "teach": "taught", "tell": "told", "think": "thought", "throw": "threw", "tie": "tied", "wake": "woke",
    "wear": "wore", "weave": "wove", "win": "won", "write": "wrote", "hop": "hopped", "chop": "chopped",
    "clap": "clapped", "drop": "dropped", "grab": "grabbed", "hum": "hummed", "plan": "planned", "plug": "plugged",
    "rub": "rubbed", "scrub": "scrubbed", "skip": "skipped", "slip": "slipped", "stir": "stirred", "stop": "stopped",
    "tap": "tapped", "trim": "trimmed", "trot": "trotted", "wag": "wagged", "wrap": "wrapped", "knit": "knitted",
    "mop": "mopped", "pat": "patted", "pin": "pinned", "whip": "whipped", "pet": "petted", "shoe": "shod",
    "strip": "stripped", "dip": "dipped", "nod": "nodded", "ship": "shipped", "jog": "jogged", "sob": "sobbed",
}
IRREGULAR_PLURALS = {
    "mouse": "mice", "goose": "geese", "sheep": "sheep", "fish": "fish", "deer": "deer", "trout": "trout",
    "child": "children", "foot": "feet", "tooth": "teeth", "knife": "knives",
    "loaf": "loaves", "leaf": "leaves", "shelf": "shelves", "wolf": "wolves", "calf": "calves", "half": "halves",
    "scarf": "scarves", "potato": "potatoes", "tomato": "tomatoes", "ox": "oxen",
    "salmon": "salmon", "dormouse": "dormice", "thief": "thieves", "hoof": "hooves",
    "larva": "larvae", "fry": "fry", "scissors": "scissors", "bellows": "bellows", "tongs": "tongs", "pike": "pike",
}
DOUBLED = re.compile(r"[^aeiou][aeiou][bdgmnprt]$")
VOWEL = re.compile(r"\b([Aa]) (?=(?:[aeiouAEIOU]|hour|honest|heir)(?!ne\b|nce\b))")
NOT_VOWEL = re.compile(r"\b([Aa])n (?=(?:one\b|once\b|uni[^mn]|use|eu|Eu|Uni|ewe))")
START = re.compile(r'(^"?|\n"?|[.!?] "?|: ")([a-z])')
NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
           "seventeen eighteen nineteen twenty").split()


def inflected(form):
    """Lets a form of one verb take two: 'cut and stitch the straps'."""
    @functools.wraps(form)
    def both(phrase):
        one, _, two = phrase.partition(" and ")
        return f"{form(one)} and {form(two)}" if two and " " not in one else form(phrase)
    return both


@inflected
def past(phrase):
    """'run home' -> 'ran home'."""
    verb, _, rest = phrase.partition(" ")
    if verb in IRREGULAR:
        done = IRREGULAR[verb]
    elif verb.endswith("e"):
        done = verb + "d"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        done = verb[:-1] + "ied"
    else:
        done = verb + "ed"
    return f"{done} {rest}".strip()


@inflected
def third(phrase):
    """'carry water' -> 'carries water'."""
    verb, _, rest = phrase.partition(" ")
    if verb in ("be", "have"):
        does = {"be": "is", "have": "has"}[verb]
    elif verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        does = verb + "es"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        does = verb[:-1] + "ies"
    else:
        does = verb + "s"
    return f"{does} {rest}".strip()


@inflected
def ing(phrase):
    """'cut bread' -> 'cutting bread'."""
    verb, _, rest = phrase.partition(" ")
    if verb.endswith("ie"):
        doing = verb[:-2] + "ying"
    elif verb.endswith("e") and not verb.endswith(("ee", "oe")) and verb != "be":
        doing = verb[:-1] + "ing"
    elif DOUBLED.search(verb) and doubles(verb):
        doing = verb + verb[-1] + "ing"
    else:
        doing = verb + "ing"
    return f"{doing} {rest}".strip()


def doubles(verb):
    """Stress is on the last syllable: all one-syllable verbs, and a few longer ones."""
    return len(re.findall(r"[aeiou]+", verb)) == 1 or verb in ("begin", "forget")


def plural(noun):
    """Only the last word changes: 'wooden spoon' -> 'wooden spoons'."""
    head, _, last = noun.rpartition(" ")
    if " of " in noun:
        first, rest = noun.split(" of ", 1)
        return f"{plural(first)} of {rest}"
    if last in IRREGULAR_PLURALS:
        many = IRREGULAR_PLURALS[last]
    elif last.endswith(("man", "wife")):
        many = last[:-2] + ("en" if last.endswith("man") else "ves")
    elif last.endswith(("s", "sh", "ch", "x")):
        many = last + "es"
    elif last.endswith("y") and last[-2] not in "aeiou":
        many = last[:-1] + "ies"
    else:
        many = last + "s"
    return f"{head} {many}".strip()


def join(words, last="and"):
    """'a, b and c'."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def count(number, noun):
    return f"{NUMBERS[number]} {noun if number == 1 else plural(noun)}"


def capital(text):
    return text[:1].upper() + text[1:]


def heading(rng, text):
    """As some write a heading: 'The Fox and the Bell'; as others do: 'The fox and the bell'."""
    if rng.random() < 0.6:
        return text
    first, *rest = text.split(" ")
    return " ".join([first, *(word if word in SMALL_WORDS else capital(word) for word in rest)])


SMALL_WORDS = "a an the and or but of in on at to for from with by as".split()


def finish(text):
    """'a' or 'an', single spaces, sentences that start with a capital."""
    text = re.sub(r" +", " ", text)
    text = re.sub(r"(?<!=) +([.,!?;:\n])", r"\1", text)
    text = VOWEL.sub(r"\1n ", text)
    text = NOT_VOWEL.sub(r"\1 ", text)
    return START.sub(lambda found: found[1] + found[2].upper(), text.strip())


@functools.lru_cache(maxsize=None)
def parse(template):
    """A tuple of literals, slot names (as `(slot,)`) and choices (as lists of parsed branches)."""
    nodes, end = branch(re.findall(r"[\[\]|]|\{[^}]*\}|[^\[\]|{]+", template), 0, top=True)
    return nodes


def branch(parts, at, top=False):
    nodes = []
    while at < len(parts):
        part = parts[at]
        if part == "[":
            choices, at = alternatives(parts, at + 1)
            nodes.append(choices)
        elif part in "]|" and not top:
            return tuple(nodes), at
        else:
            nodes.append((part[1:-1],) if part[0] == "{" else part)
        at += 1
    if not top:
        raise ValueError(f"a [ is not closed: {''.join(parts)}")
    return tuple(nodes), at


def alternatives(parts, at):
    choices = []
    while True:
        nodes, at = branch(parts, at)
        choices.append(nodes)
        if parts[at] == "]":
            return choices, at
        at += 1


def readings(template):
    """'[this|that] is so' -> ['this is so', 'that is so']: the ways to read the choice that it begins with."""
    depth, starts = 0, [1]
    for at, sign in enumerate(template if template.startswith("[") else ""):
        depth += (sign == "[") - (sign == "]")
        if depth == 1 and sign == "|":
            starts.append(at + 1)
        if depth == 0:
            ends = [start - 1 for start in starts[1:]] + [at]
            return [template[start:end] + template[at + 1:] for start, end in zip(starts, ends)]
    return [template]


def render(rng, nodes, slots, out):
    for node in nodes:
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, tuple):
            out.append(slot(node[0], slots))
        else:
            render(rng, node[int(rng.random() * len(node))], slots, out)


def slot(name, slots):
    first, _, rest = name.partition(".")
    value = slots.get(first)
    if value is None:
        value = slots[first[:1].lower() + first[1:]]
    for part in rest.split(".") if rest else ():
        value = getattr(value, part)
    text = str(value)
    return capital(text) if first[0].isupper() else text


def say(rng, template, **slots):
    """One reading of a template, finished."""
    return finish(raw(rng, template, slots))


def raw(rng, template, slots):
    out = []
    render(rng, parse(template), slots, out)
    return "".join(out)
