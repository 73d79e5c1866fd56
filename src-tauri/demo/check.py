#!/usr/bin/env python3
"""Figures about the training text, and the promise that no prompt to judge by occurs in it.

    src-tauri/demo/check.py [--documents N]

Reads the first N documents of training, by default about as many as a training of an hour sees.
"""

import argparse
import collections
import itertools
import pathlib
import re
import sys

import text.corpus as corpus
from text.corpus import HELD_OUT_SEED, SEED

HERE = pathlib.Path(__file__).resolve().parent
# What a template must not leave behind.
LEFT_OVER = re.compile(r"[{}\[\]|]|  |[^=] [.,;!?]|\.\.|[?!]\.|\bNone\b(?! of)|\b[Aa] (?!one|use|uni)[aeiou]|\b(the|a|an|and|of|to) \1\b")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    arguments = parser.parse_args()
    kinds, words, sentences, grams, faults = collections.Counter(), collections.Counter(), collections.Counter(), set(), 0
    prompts = (HERE / "prompts.txt").read_text().splitlines()
    met = set()
    for kind, text in (corpus.numbered(SEED, at) for at in range(arguments.documents)):
        kinds[kind] += len(text)
        words.update(re.findall(r"[A-Za-z'-]+", text))
        sentences.update(hash(sentence) for sentence in split(text))
        grams.update(four_grams(text))
        met.update(prompt for prompt in prompts if prompt in text)
        if fault := LEFT_OVER.search(text):
            faults += 1
            print(f"fault {fault[0]!r} in {text[max(0, fault.start() - 60):fault.end() + 60]!r}")
    report(kinds, words, sentences, grams)
    print(f"{len(prompts)} prompts, of which {len(met)} occur in the text: {sorted(met)}")
    sys.exit(1 if met or faults or len(set(prompts)) != 200 else 0)


def report(kinds, words, sentences, grams):
    total = sum(kinds.values())
    print(f"{total} characters; share of each kind: {', '.join(f'{kind} {count / total:.0%}' for kind, count in kinds.most_common())}")
    lower = collections.Counter()
    for word, count in words.items():
        lower[word.lower()] += count
    print(f"{len(lower)} different words, {sum(count >= 20 for count in lower.values())} of them at least 20 times")
    print(f"{sum(sentences.values())} sentences, {len(sentences) / sum(sentences.values()):.0%} of them different")
    held = [text for _, text in itertools.islice(corpus.documents(HELD_OUT_SEED), 300)]
    new_sentences = [hash(sentence) not in sentences for text in held for sentence in split(text)]
    new_grams = [gram not in grams for text in held for gram in four_grams(text)]
    print(f"held out: {sum(new_sentences) / len(new_sentences):.0%} of the sentences and {sum(new_grams) / len(new_grams):.1%} of the runs of four words are new")


def split(text):
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+|\n", text) if sentence and not sentence.startswith("<")]


def four_grams(text):
    words = re.findall(r"[a-z'-]+", text.lower())
    return {hash(gram) for gram in zip(words, words[1:], words[2:], words[3:])}


if __name__ == "__main__":
    main()
