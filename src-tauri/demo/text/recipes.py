"""Recipes: what goes in, and steps in an order that makes sense."""

from .food import DISHES
from .grammar import raw, say

# Each method: what is needed besides the main things, then the steps.
METHODS = {
    "pie": ("flour, butter, {more}", (
        "[Heat the oven.|First heat the oven.|Light the oven early.]",
        "[Mix the flour and the butter with a little water.|Rub the butter into the flour and add cold water.|Make a dough of flour, butter and a little water.]",
        "[Roll out the dough|Roll the dough thin] and [put it into|line] a [round|flat|buttered] dish.",
        "[Wash and cut|Clean and slice|Prepare] the {main} and [spread them over the dough|put them on top|fill the dish with them].",
        "[Add|Sprinkle with|Do not forget] the {more}.",
        "Bake the {n} for {time}[, until it is golden|, until the crust is brown|].",
        "[Let it cool a little.|Serve it warm.|Let it rest before you cut it.]")),
    "soup": ("an onion, butter, salt, {more}", (
        "[Chop the onion|Cut the onion small] and [fry it in butter|cook it in a little butter until it is soft].",
        "[Wash and cut|Clean and chop|Cut up] the {main} and [add them|put them into the pot].",
        "[Pour in water until everything is covered.|Add a litre of water and some salt.|Cover with water.]",
        "[Cook it gently for {time}.|Let it simmer for {time}.|Boil the soup for {time}.]",
        "[Stir now and then.|Taste it and add salt.|Press some of it through a sieve, if you like it smooth.]",
        "[Add the {more} at the end.|Stir in the {more}.|Put the {more} on top.]",
        "[Serve the {n} hot with bread.|Eat it while it is hot.|Bring it to the table in a warm bowl.]")),
    "loaf": ("yeast, warm water, {more}", (
        "[Stir the yeast into warm water|Mix the yeast with a cup of warm water] and wait [five|ten] minutes.",
        "[Put the {main} into a large bowl|Measure the {main} into a bowl] and add the {more}.",
        "[Pour in the yeast|Add the yeast and water] and [mix everything with a wooden spoon|stir until a dough forms].",
        "Knead the dough [for ten minutes|until it is smooth|with both hands until it is soft].",
        "[Cover the bowl with a cloth|Put a towel over the bowl] and let the dough rise [in a warm place|by the stove] for [an hour|two hours].",
        "[Shape it into a loaf|Form a loaf] and bake it for {time}.",
        "[Knock on the bottom: if it sounds hollow, the {n} is done.|Let the {n} cool before you cut it.|Let it cool on a rack.]")),
    "cake": ("butter, two eggs, {more}", (
        "[Heat the oven and butter a tin.|Butter a cake tin and heat the oven.]",
        "[Stir the butter until it is soft|Beat the butter] and add the eggs [one by one|one after the other].",
        "Mix in the {main}[ little by little| slowly|].",
        "Add the {more} and [stir well|mix until there are no lumps|stir until it is smooth].",
        "[Pour it into the tin|Fill the tin] and bake it for {time}.",
        "[Push a thin stick into the {n}: if it comes out clean, it is done.|The {n} is done when it smells good and feels firm.]",
        "[Let it cool before you cut it.|Eat it the same day.|It tastes even better the next day.]")),
    "pancake": ("two eggs, butter, {more}", (
        "[Mix the {main} in a bowl|Put the {main} into a bowl] and add the eggs.",
        "[Stir until the batter is smooth.|Beat it until there are no lumps.]",
        "[Let it rest for ten minutes.|Wait a little, so that it thickens.]",
        "[Melt some butter in a pan|Heat a pan with a little butter].",
        "[Pour in one ladle|Put in a small ladle] of batter and fry it for {time}.",
        "[Turn it when the edge is brown|Turn it over] and fry the other side, too.",
        "[Serve the {n} with {more}.|Eat the {n} hot, with {more} on top.]")),
    "stew": ("an onion, oil, salt, {more}", (
        "[Heat some oil in a heavy pot.|Put a heavy pot on the stove with a little oil.]",
        "[Chop an onion and fry it until it is golden.|Fry a chopped onion until it is soft.]",
        "[Cut the {main} into pieces|Clean and cut the {main}] and [add them|put them in].",
        "[Add a cup of water|Pour in a little water] and some salt[ and pepper|].",
        "[Put the lid on and cook it for {time}.|Let it cook on a low fire for {time}.]",
        "[Stir from time to time.|Add water when it gets dry.]",
        "[Add the {more} and serve the {n} with bread.|Stir in the {more}. It goes well with potatoes.]")),
    "jam": ("sugar, {more}, clean jars", (
        "[Wash the {main}|Wash and clean the {main}] and [cut them small|take out the stones and stems|crush them a little].",
        "Put them into a large pot with the same weight of sugar[| and let them stand for an hour].",
        "Add the {more}.",
        "[Bring it to the boil|Heat it slowly] and [stir all the time|keep stirring].",
        "Let it boil for {time}.",
        "[Put a drop on a cold plate: if it sets, the {n} is ready.|It is ready when a drop stays firm on a plate.]",
        "[Fill the jars while it is hot and close them at once.|Pour it into the jars and shut the lids.]")),
    "salad": ("oil, vinegar, salt, {more}", (
        "[Wash and slice|Clean and cut|Cut up] the {main}.",
        "[Put them into a bowl.|Mix them in a large bowl.]",
        "[Stir|Mix] two spoons of oil with one spoon of vinegar and a little salt.",
        "[Pour it over the {n}|Pour it on top] and mix [gently|well].",
        "[Add the {more}|Put the {more} on top].",
        "Let it stand for {time}[, so that the taste can spread|].",
        "[Serve it with fresh bread.|Eat it the same day.]")),
    "drink": ("hot water or a small pot, {more}", (
        "[Put the {main} into a pot.|Take a handful of {main} or a full cup of it.]",
        "[Add hot water, if it is tea.|Heat it slowly, but do not let it boil for long.]",
        "[Wait {time}.|Let it stand for {time}.]",
        "[Stir in the {more}.|Add the {more} at the end.]",
        "[Drink it while it is hot.|Drink it in small sips.|Pour it into your favourite cup.]")),
    "porridge": ("a little salt, {more}", (
        "[Put the {main} into a pot|Heat the {main} in a pot] with a little salt.",
        "[Bring it to the boil while you stir.|Let it boil once.]",
        "[Cook it on a low fire for {time}.|Let it simmer for {time}.]",
        "[Stir often, so that it does not burn.|Keep stirring, or it will stick.]",
        "[Add the {more}.|Put the {more} on top.]",
        "[Serve the {n} in a deep bowl.|Eat the {n} warm.]")),
    "roast": ("{more}", (
        "[Heat the oven.|Make a good fire in the oven.]",
        "[Wash the {main} and dry them.|Clean the {main} well.]",
        "[Put them on a tray|Lay them in a flat dish] and add the {more}.",
        "Bake them for {time}[, until they are brown|, until they are soft|].",
        "[Turn them once.|Look at them now and then.]",
        "[Serve the {n} hot.|Eat the {n} with bread and salad.]")),
    "eggs": ("butter, {more}", (
        "[Break four eggs into a bowl|Break the eggs into a bowl] and beat them with a fork.",
        "[Melt some butter in a pan.|Heat a pan with a piece of butter.]",
        "[Pour in the eggs|Add the eggs] and [keep the fire low|do not let them get brown].",
        "[Cook them for {time}.|Wait {time}, until they are nearly firm.]",
        "[Add the rest and the {more}.|Put the {more} on top.]",
        "[Serve the {n} at once with bread.|Eat the {n} while it is hot.]")),
}


def recipe(rng, dish=None, steps=None):
    """(dish, what is needed, the steps as a list of sentences)"""
    dish = dish or rng.choice(DISHES)
    needs, all_steps = METHODS[dish.method]
    slots = dict(n=dish.noun, main=dish.main, more=dish.more, time=dish.time)
    written = [say(rng, step, **slots) for step in all_steps[:steps]]
    needs = raw(rng, f"{dish.main}, {needs}" if dish.method != "eggs" else f"{dish.main}, {needs}", slots)
    return dish, needs, [step if step.endswith(".") else step + "." for step in written]


def document(rng):
    dish, needs, steps = recipe(rng)
    head = say(rng, "[How to make {n}|{N}|Recipe for {n}|How to cook {n}|A recipe for {n}|My grandmother's {n}|{N}, a simple recipe|How do you make {n}?]", n=dish.noun)
    style = rng.random()
    if style < 0.35:
        body = "\n".join(f"{at}. {step}" for at, step in enumerate(steps, 1))
        return f"{head}\n\nYou need: {needs}.\n\n{body}"
    if style < 0.7:
        return say(rng, f"{head}\n\n[You need|For this you need|Take] {needs}. " + " ".join(steps))
    return say(rng, "[{N} [is not difficult|is easy to make|takes a little time, but it is worth it].|[To make {n}, you need|For {n} you need] {needs}.] ", n=dish.noun, needs=needs) + " " + " ".join(steps)
