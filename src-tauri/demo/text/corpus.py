"""The mixture: which kinds of document, how often, and in which order."""

import itertools
import random

from . import chats, descriptions, facts, general, howtos, lists, musings, recipes, stories, sums, tales, tasks

SEED = 3
HELD_OUT_SEED = "held out"
WEIGHTS = {"tale": 88, "story": 11, "musing": 20, "description": 12, "list": 15, "recipe": 6, "howto": 5, "questions": 21, "sums": 3, "essay": 5, "chat": 37}
# The mixture changes after so many documents: first every tale as it is, so that many words and turns
# are met, then mostly beginnings that go on in general ways, so that any beginning can be taken up.
EARLY_DOCUMENTS = 62_000
LATER_WEIGHTS = WEIGHTS | {"tale": 30, "general": 90, "story": 6}
KINDS = tuple(LATER_WEIGHTS)


def document(rng, kind=None, early=False):
    weights = WEIGHTS if early else LATER_WEIGHTS
    kind = kind or rng.choices(tuple(weights), weights.values())[0]
    return kind, MAKERS[kind](rng)


def story(rng):
    return stories.titled(rng, *stories.story(rng))


def questions(rng):
    """One to four questions with answers, in one of the usual spellings."""
    question, answer = rng.choice((("Q: ", "A: "), ("Q: ", "A: "), ("Question: ", "Answer: "), ("", "")))
    pairs = []
    for _ in range(rng.randint(1, 4)):
        task = rng.choices((tasks.fact, tasks.number, tasks.outside), (8, 2, 1))[0](rng)
        pairs.append(f"{question}{task.request}\n{answer}{task.answer(rng.choice((1, 1, 2, 3)))}")
    return "\n\n".join(pairs)


def sum_lines(rng):
    pairs = [sums.any_sum(rng) for _ in range(rng.randint(1, 6))]
    return "\n".join(f"{question} {' '.join(sentences)}" if rng.random() < 0.5 else f"{question}\n{' '.join(sentences)}" for question, _, sentences in pairs)


def essay(rng):
    """Facts about one thing, told without a question."""
    fact = facts.any_fact(rng)
    while len(fact.sentences) < 4 or fact.sentences[0].startswith(("A young", "Yes, ", "No, ")):
        fact = facts.any_fact(rng)
    return " ".join(fact.sentences)


MAKERS = {"tale": tales.tale, "general": general.document, "story": story, "musing": musings.document, "description": descriptions.document, "list": lists.document,
          "recipe": recipes.document, "howto": howtos.document, "questions": questions, "sums": sum_lines, "essay": essay, "chat": chats.document}


def numbered(seed, at):
    """Each document of the training has a seed of its own, so that any one can be made again."""
    return document(random.Random(f"{seed}/{at}"), early=at < EARLY_DOCUMENTS)


def documents(seed, early=False):
    """Without end."""
    return (document(random.Random(f"{seed}/{at}"), early=early) for at in itertools.count())
