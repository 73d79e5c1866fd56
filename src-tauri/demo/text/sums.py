"""Small sums: plus and minus under twenty, doubles and halves, and little problems in words."""

from .food import FOODS
from .grammar import NUMBERS, count, plural, say
from .people import BOYS, GIRLS


def bare(rng):
    """(question, short, sentences)"""
    if rng.random() < 0.5:
        a, b = rng.randint(0, 10), rng.randint(0, 10)
        word, sign, answer = "plus", "+", a + b
    else:
        a = rng.randint(0, 20)
        b = rng.randint(0, a)
        word, sign, answer = "minus", "-", a - b
    if rng.random() < 0.6:
        return (say(rng, f"[What is {a} {sign} {b}?|{a} {sign} {b} = ?|How much is {a} {sign} {b}?|What is {a} {word} {b}?]"), str(answer),
                [say(rng, f"[{a} {sign} {b} = {answer}.|{a} {word} {b} is {answer}.|The answer is {answer}.|It is {answer}.]")])
    x, y, z = NUMBERS[a], NUMBERS[b], NUMBERS[answer]
    return (say(rng, f"[What is {x} {word} {y}?|How much is {x} {word} {y}?]"), z.capitalize() + ".",
            [say(rng, f"[{x} {word} {y} is {z}.|The answer is {z}.|That makes {z}.]")])


def problem(rng):
    """A little story that ends in a number, with the way to it."""
    name, he = rng.choice([(name, "she") for name in GIRLS] + [(name, "he") for name in BOYS])
    noun = rng.choice([food.noun for food in FOODS] + ["egg", "candle", "button", "coin", "marble", "nail", "book", "cup"])
    a = rng.randint(2, 12)
    if rng.random() < 0.5:
        b = rng.randint(1, 20 - a if a < 12 else 8)
        more = rng.choice(("finds {b} more", "buys {b} more", "gets {b} more from a friend", "picks {b} more"))
        answer, sign, word = a + b, "+", "plus"
    else:
        b = rng.randint(1, a)
        more = rng.choice(("gives away {b}", "loses {b}", "sells {b}", "puts {b} aside"))
        answer, sign, word = a - b, "-", "minus"
    question = f"{name} has {count(a, noun)}. {he.capitalize()} {more.replace('{b}', NUMBERS[b])}. How many {plural(noun)} does {name} have now?"
    way = say(rng, f"[{a} {sign} {b} = {answer}.|{NUMBERS[a]} {word} {NUMBERS[b]} is {NUMBERS[answer]}.]")
    end = f"{name} has {count(answer, noun) if answer else 'no ' + plural(noun)} now."
    return question, f"{NUMBERS[answer].capitalize()}.", [end, way]


def counting(rng):
    start = rng.randint(0, 8)
    end = start + rng.randint(3, 10)
    back = rng.random() < 0.3
    numbers = [str(n) for n in range(start, end + 1)]
    ask = f"[Count from {start} to {end}.|Please count from {start} to {end}.|Can you count from {start} to {end}?]"
    if back:
        numbers.reverse()
        ask = f"[Count backwards from {end} to {start}.|Count down from {end} to {start}.]"
    line = ", ".join(numbers) + "."
    return say(rng, ask), line, [line]


def any_sum(rng):
    return rng.choices((bare, problem, counting), (5, 4, 1))[0](rng)
