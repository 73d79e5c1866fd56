#!/usr/bin/env python3
"""Writes samples.md: what the demo model makes of prompts that its training text cannot contain.

    src-tauri/demo/judge.py [--nemotron PROGRAM] [--model FILE] [--seed N] [--out FILE]

Twenty of the 200 prompts in prompts.txt are drawn by seed and continued for 80 tokens at three
temperatures; then come some chats. A person reads and judges.
"""

import argparse
import os
import pathlib
import random
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TEMPERATURES = (0.2, 0.7, 1.5)
DRAWN = 20
STEERLM = ("A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, "
           "and polite answers to the user's questions.")
CHATS = (
    ("", ["Hello! Who are you?", "Can you tell me where a hedgehog sleeps?", "Thank you!"]),
    ("", ["My name is Philippa.", "What does a stork eat?", "What is my name?"]),
    ("", ["My dog is called Krax.", "What is 3 + 4?", "What is the name of my dog?"]),
    ("You are a helpful assistant.", ["Tell me a story about a hedgehog and a lantern."]),
    ("You are a helpful assistant.", ["How do I bake bread with walnuts in it?"]),
    ("You are a helpful assistant.", ["What is 4 + 3?", "And what is 9 minus 8?", "How much is seven plus two?"]),
    ("You answer in one sentence.", ["What is an umbrella for?", "What do you know about weavers?"]),
    ("You speak like a pirate.", ["What does a goat eat?"]),
    ("", ["What colour is a swallow?", "What is a young goat called?", "Where does a mole live?", "What does an owl eat?"]),
    ("", ["Which month comes after March?", "What is the opposite of brave?", "Is a carrot a fruit or a vegetable?", "Which is bigger, a mouse or a cow?"]),
    ("", ["Who makes jugs?", "What does a cooper do?", "Why do bees fly to flowers?"]),
    ("", ["Name four farm animals.", "Give me three things to take on a picnic.", "Which flowers of spring do you know?"]),
    ("", ["Who discovered penicillin?", "How do I install a printer driver?", "What is the capital of Bolivia?", "What does a platypus eat?", "What is a periscope made of?"]),
    ("", ["I feel a bit lonely today.", "Say: bandersnatch", "What can you do?"]),
)
STEERED = ("What does a smith do?", "Tell me about owls.", "How do you make plum jam?")
ATTRIBUTES = ({"verbosity": 0}, {"verbosity": 2}, {"verbosity": 4}, {"verbosity": 2, "toxicity": 4}, {"verbosity": 2, "humor": 4},
              {"verbosity": 2, "creativity": 4})


def main():
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nemotron", default=target / "release/nemotron")
    parser.add_argument("--model", default=HERE / "demo.nemo")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "samples.md")
    arguments = parser.parse_args()
    sections = [*completions(arguments), *chats(arguments), *steered(arguments)]
    arguments.out.write_text("# What the demo model writes\n\nWritten by judge.py; nothing is left out or chosen.\n\n" + "\n\n".join(sections) + "\n")


def complete(arguments, prompt, temperature, tokens=80, stop=()):
    command = [arguments.nemotron, "complete", "--model", arguments.model, "--prompt", prompt, "--temperature", str(temperature),
               "--max-tokens", str(tokens), "--seed", str(arguments.seed)]
    for text in stop:
        command += ["--stop", text]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip("\n")


def completions(arguments):
    prompts = (HERE / "prompts.txt").read_text().splitlines()
    yield f"## Completions of {DRAWN} prompts, 80 tokens"
    for at, prompt in enumerate(random.Random(arguments.seed).sample(prompts, DRAWN), 1):
        lines = [f"### {at}. {prompt}"]
        for temperature in TEMPERATURES:
            lines.append(f"*{temperature}:* **{prompt}**{quoted(complete(arguments, prompt, temperature))}")
        yield "\n\n".join(lines)


def quoted(text):
    """Line ends stay visible in Markdown."""
    return text.replace("\n", "  \n").replace("<", "\\<")


def chats(arguments):
    yield "## Chats at 0.2"
    for system, requests in CHATS:
        prompt, lines = f"<extra_id_0>System\n{system}\n", [f"### System: {system or '(empty)'}"]
        for request in requests:
            prompt += f"<extra_id_1>User\n{request}\n<extra_id_1>Assistant\n"
            answer = complete(arguments, prompt, 0.2, 250, ["<extra_id_1>"]).strip()
            prompt += answer + "\n"
            lines.append(f"**User:** {request}\n\n**Assistant:** {quoted(answer)}")
        yield "\n\n".join(lines)


def steered(arguments):
    from text import chats as template

    yield "## SteerLM attributes at 0.2"
    for request in STEERED:
        lines = [f"### {request}"]
        for changed in ATTRIBUTES:
            values = dict.fromkeys(template.ATTRIBUTES, 0) | dict(quality=4, understanding=4, correctness=4, coherence=4, complexity=2, helpfulness=4) | changed
            prompt = f"<extra_id_0>System\n{STEERLM}\n<extra_id_1>User\n{request}\n<extra_id_1>Assistant\n<extra_id_2>{template.line(values)}\n"
            lines.append(f"*{', '.join(f'{name} {value}' for name, value in changed.items())}:* {quoted(complete(arguments, prompt, 0.2, 250, ['<extra_id_1>']).strip())}")
        yield "\n\n".join(lines)


if __name__ == "__main__":
    main()
