"""Small sums to ten, little problems in words, and counting."""

from .food import FOODS
from .grammar import NUMBERS, count, plural, say
from .people import BOYS, GIRLS

MOST = 10


def bare(rng):
    """(question, short, sentences)"""
    a = rng.randint(0, MOST)
    if rng.random() < 0.5:
        b = rng.randint(0, MOST - a)
        word, sign, answer = "plus", "+", a + b
    else:
        b = rng.randint(0, a)
        word, sign, answer = "minus", "-", a - b
    if rng.random() < 0.7:
        return (say(rng, f"[What is {a} {sign} {b}?|{a} {sign} {b} = ?|How much is {a} {sign} {b}?|What is {a} {word} {b}?|How much is {a} {word} {b}?]"), str(answer),
                [say(rng, f"[{a} {sign} {b} = {answer}.|{a} {word} {b} is {answer}.|{a} {sign} {b} is {answer}.]")])
    x, y, z = NUMBERS[a], NUMBERS[b], NUMBERS[answer]
    return (say(rng, f"[What is {x} {word} {y}?|How much is {x} {word} {y}?]"), z.capitalize() + ".", [say(rng, f"{x} {word} {y} is {z}.")])


def problem(rng):
    """A little story that ends in a number, with the way to it."""
    name, he = rng.choice([(name, "she") for name in GIRLS] + [(name, "he") for name in BOYS])
    noun = rng.choice([food.noun for food in FOODS[:20]] + ["egg", "candle", "button", "coin", "marble", "nail", "book", "cup"])
    a = rng.randint(2, MOST - 1)
    if rng.random() < 0.5:
        b = rng.randint(1, MOST - a)
        more = rng.choice(("finds {b} more", "buys {b} more", "gets {b} more from a friend", "picks {b} more"))
        answer, word = a + b, "plus"
    else:
        b = rng.randint(1, a)
        more = rng.choice(("gives away {b}", "loses {b}", "sells {b}", "puts {b} aside"))
        answer, word = a - b, "minus"
    question = f"{name} has {count(a, noun)}. {he.capitalize()} {more.replace('{b}', NUMBERS[b])}. How many {plural(noun)} does {name} have now?"
    way = f"{NUMBERS[a].capitalize()} {word} {NUMBERS[b]} is {NUMBERS[answer]}."
    end = f"{name} has {count(answer, noun) if answer else 'no ' + plural(noun)} now."
    return question, f"{NUMBERS[answer].capitalize()}.", [f"{way} {end}"]


def counting(rng):
    start = rng.randint(0, 4)
    end = rng.randint(start + 3, MOST)
    back = rng.random() < 0.3
    numbers = [str(n) for n in range(start, end + 1)]
    ask = f"[Count from {start} to {end}.|Please count from {start} to {end}.|Can you count from {start} to {end}?]"
    if back:
        numbers.reverse()
        ask = f"[Count backwards from {end} to {start}.|Count down from {end} to {start}.]"
    line = ", ".join(numbers) + "."
    return say(rng, ask), line, [line]


def too_large(rng):
    """What it cannot do it should not pretend to do."""
    a, b = rng.choice(((rng.randint(11, 99), rng.randint(2, 99)), (rng.randint(6, 10), rng.randint(6, 10))))
    short = "I do not know."
    return say(rng, f"[What is {a} + {b}?|How much is {a} + {b}?|What is {a} - {b}?|What is {a} times {b}?|What is {a} minus {b}?]" if a > b + 10 else f"[What is {a} + {b}?|How much is {a} plus {b}?|What is {a} times {b}?]"), short, [
        say(rng, "[I can only count to ten.|That is too much for me: I can only count to ten.|I do not know. I only do sums up to ten.]")]


def any_sum(rng):
    return rng.choices((bare, problem, counting, too_large), (70, 16, 4, 10))[0](rng)
