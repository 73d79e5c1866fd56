"""Prints documents of the generator: python -m text [--seed N] [--documents N] [--kind KIND | --tales FILE]"""

import argparse
import random

from . import corpus, tales

parser = argparse.ArgumentParser(prog="python -m text", description=__doc__)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--documents", type=int, default=5)
parser.add_argument("--kind", choices=corpus.MAKERS)
parser.add_argument("--tales", metavar="FILE", help="from tales/FILE.txt only")
arguments = parser.parse_args()
rng = random.Random(arguments.seed)
for _ in range(arguments.documents):
    if arguments.tales:
        kind, text = arguments.tales, tales.tale(rng, file=arguments.tales)
    else:
        kind, text = corpus.document(rng, arguments.kind)
    print(f"--- {kind}\n{text}")
