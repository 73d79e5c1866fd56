"""The mixture: which kinds of document, and how often."""

import itertools
import random

from . import chats, descriptions, facts, howtos, lists, memory, musings, recipes, sums, tales, tasks

SEED = 3
HELD_OUT_SEED = "held out"
WEIGHTS = {"tale": 430, "musing": 10, "description": 10, "list": 90, "recipe": 8, "howto": 10, "questions": 130, "sums": 30, "memory": 110, "essay": 25, "chat": 130, "steered": 37}

# What the end of the training is about: chats, with attributes that change an answer, of which the mixture above has too little.
LAST_WEIGHTS = {"tale": 230, "chat": 210, "steered": 80, "questions": 150, "memory": 120, "list": 120, "sums": 70, "essay": 20}


def document(rng, kind=None, weights=WEIGHTS):
    kind = kind or rng.choices(tuple(weights), weights.values())[0]
    return kind, MAKERS[kind](rng)


def questions(rng):
    """Two to six questions with answers, in one of the usual spellings."""
    question, answer = rng.choice((("Q: ", "A: "), ("Q: ", "A: "), ("Question: ", "Answer: "), ("", "")))
    pairs = []
    for _ in range(rng.randint(2, 6)):
        task = rng.choices((tasks.fact, tasks.number, tasks.outside), (14, 1, 2))[0](rng)
        pairs.append(f"{question}{task.request}\n{answer}{task.answer(rng.choice((1, 1, 2, 3)))}")
    return "\n\n".join(pairs)


def sum_lines(rng):
    pairs = [sums.any_sum(rng) for _ in range(rng.randint(1, 6))]
    return "\n".join(f"{question} {' '.join(sentences)}" if rng.random() < 0.5 else f"{question}\n{' '.join(sentences)}" for question, _, sentences in pairs)


def essay(rng):
    """Facts about one thing, told without a question."""
    fact = facts.any_fact(rng)
    while len(fact.sentences) < 3 or fact.sentences[0].startswith(("A young", "Yes, ", "No, ")):
        fact = facts.any_fact(rng)
    return " ".join(fact.sentences)


MAKERS = {"tale": tales.tale, "musing": musings.document, "description": descriptions.document, "list": lists.document,
          "recipe": recipes.document, "howto": howtos.document, "questions": questions, "sums": sum_lines, "memory": memory.document, "essay": essay, "chat": chats.document, "steered": chats.steerlm}


def numbered(seed, at, last=False):
    """Each document has a seed of its own, so that any one can be made again."""
    return document(random.Random(f"{seed}/{at}"), weights=LAST_WEIGHTS if last else WEIGHTS)


def documents(seed):
    """Without end."""
    return (numbered(seed, at) for at in itertools.count())
