"""How-tos that are not about food."""

from .food import FOODS
from .grammar import ing, plural, say
from .living import ANIMALS, HERBS
from .things import THINGS

# topic, what one needs, steps
TASKS = (
    ("plant {plants}", "a spade, {plant} seeds and water", ("[Choose a sunny place.|Look for a place with good soil.]", "[Dig the soil|Loosen the earth] and take out the weeds.", "[Make a small hole for each plant.|Draw a line in the earth with a stick.]", "[Put in the seeds|Lay the seeds in the earth] and cover them.", "[Water them every evening.|Give them a little water each day.]", "[After some weeks you will see the first leaves.|Be patient until the first green shows.]")),
    ("light a fire", "dry wood, paper and a match", ("[Put some paper|Lay some dry grass] in the middle.", "[Build a small tent of thin sticks around it.|Place thin sticks on top.]", "Light the paper [from below|with a match].", "[Wait until the sticks burn.|Blow gently.]", "[Then add bigger pieces of wood.|Put on thicker wood, one piece at a time.]", "[Never leave the fire alone.|Keep a bucket of water near.]")),
    ("wash {clothes}", "warm water, soap and a line", ("[Fill a tub with warm water.|Heat some water and pour it into a tub.]", "[Put in a little soap.|Rub the dirty places with soap.]", "[Let it soak for an hour.|Move everything about with your hands.]", "[Rinse it in clear water.|Pour away the water and rinse twice.]", "[Press out the water, but do not twist too hard.|Squeeze it gently.]", "[Hang it on the line in the wind.|Dry it in the sun.]")),
    ("mend a hole in {clothes}", "a needle, thread and a small piece of cloth", ("[Cut away the loose threads.|Lay the cloth flat on the table.]", "[Cut a patch that is larger than the hole.|Find a piece of cloth of the same colour.]", "[Put the patch under the hole.|Pin the patch in place.]", "[Thread the needle and make a knot.|Choose a strong thread.]", "[Sew around the edge with small stitches.|Make small stitches close together.]", "[Cut the thread and press it flat.|Look at it from both sides.]")),
    ("clean {thing}", "a soft cloth, warm water and a little soap", ("[Wipe off the dust first.|Take a dry cloth and remove the dust.]", "[Wet the cloth in warm water.|Put a drop of soap into warm water.]", "[Rub gently in small circles.|Clean it from top to bottom.]", "[Do not use sand, because it scratches.|Use an old brush for the corners.]", "[Dry it with a clean towel.|Let it dry in the air.]", "[Then put it back in its place.|Now it looks like new.]")),
    ("look after {animal}", "{food}, fresh water and time", ("[Give it a clean, dry place.|Make a bed of straw or an old blanket.]", "[Feed it {food}.|It likes {food}.]", "[Put out fresh water every day.|Never forget the water.]", "[Speak softly and move slowly.|Do not frighten it.]", "[Watch whether it eats.|When it does not eat, ask somebody who knows.]", "[Remember that it needs you every day.|If it is a wild one, let it go when it is strong.]")),
    ("make {thing}", "{material}, good tools and patience", ("[Look at one that is well made.|Draw it first.]", "[Choose good {material}.|Get the best {material} you can find.]", "[Measure twice and cut once.|Make all the pieces first.]", "[Put the pieces together without haste.|Work slowly and clean up as you go.]", "[Ask the {maker} when you get stuck.|Let an old {maker} look at it.]", "[At the end make it smooth.|Try it out, and use it to {use}.]")),
    ("write a letter", "paper, a pen and a quiet hour", ("[Write the place and the day at the top.|Begin with a greeting.]", "[Ask how your friend is.|Think of the one who will read it.]", "[Tell what has happened, one thing after the other.|Write as if you were talking.]", "[Say why you are writing.|Do not forget the most important thing.]", "[End with a kind wish and your name.|Close with good wishes.]", "[Fold it and bring it to the post office.|Read it once more before you send it.]")),
    ("fall asleep", "a dark room and a calm mind", ("[Open the window for a while.|Put out the lamp.]", "[Drink a cup of warm milk.|Do not eat too late.]", "[Lie down and breathe slowly.|Close your eyes.]", "[Think of something pleasant.|Count sheep that jump over a fence.]", "[Do not look at the clock.|Let your thoughts pass like clouds.]", "[Sleep comes to those who do not chase it.|If it does not work, read a few pages.]")),
    ("make friends", "a friendly face and some courage", ("[Say hello first.|Smile and say your name.]", "[Ask a question.|Ask what the other one likes.]", "[Listen to the answer.|Listen more than you talk.]", "[Share something, such as an apple.|Offer to help.]", "[Keep your promises.|Tell the truth.]", "[Give it time.|Friendship grows slowly, like a tree.]")),
    ("say sorry", "courage", ("[Think about what went wrong.|Wait until you are calm.]", "[Go to the other one yourself.|Do not send somebody else.]", "[Say clearly what you did.|Say what you are sorry for.]", "[Do not look for excuses.|Do not say that the other one was wrong, too.]", "[Ask how you can make it good again.|Try to mend what is broken.]", "[Then do better next time.|And give the other one time.]")),
    ("catch a fish", "a fishing rod, a worm and patience", ("[Go to the river early in the morning.|Find a quiet place in the shade.]", "[Put a worm on the hook.|Fix the hook to the line.]", "[Throw the line into the water.|Let the hook sink.]", "[Sit still and do not talk.|Wait without moving.]", "[When the line moves, pull slowly.|Feel the line with your finger.]", "[Let small fish go again.|Take only what you can eat.]")),
    ("find your way in the forest", "a map, a compass and good shoes", ("[Look at the map before you go.|Tell somebody where you are going.]", "[Remember where the sun is.|In the morning the sun stands in the east.]", "[Follow a path or a stream.|A stream leads down to the valley.]", "[Look back from time to time.|Remember special trees and stones.]", "[When you are lost, stay calm.|Do not run.]", "[Sit down and think, or call for help.|Go back to the last place you knew.]")),
    ("dry {herb}", "fresh {herb} and some string", ("[Pick it in the morning, when the dew is gone.|Cut it on a dry day.]", "[Shake off the dust and the insects.|Do not wash it, if it is clean.]", "[Tie small bunches with string.|Make bunches as thick as a thumb.]", "[Hang them upside down.|Hang them from a beam.]", "[Choose a dark place with fresh air.|Wait two weeks.]", "[Keep the dry leaves in a jar.|When the leaves break in your fingers, they are ready.]")),
    ("build a snowman", "fresh snow and warm gloves", ("[Roll a large ball of snow.|Make a small ball and roll it until it is large.]", "[Make a second ball and put it on top.|Roll a second one for the belly.]", "[A third, small one is the head.|Then make the head.]", "[Use a carrot for the nose.|Two stones are the eyes.]", "[Give him an old hat.|Put a broom into his arm.]", "[He will stay until the sun comes.|Then warm your hands by the stove.]")),
    ("keep warm in winter", "wool, wood and hot tea", ("[Wear several thin layers.|Put on woollen socks.]", "[Cover your head and your neck.|Do not forget a hat.]", "[Close the doors and curtains.|Put a blanket against the door.]", "[Move about.|Work a little, and you will be warm.]", "[Drink something hot.|Eat warm soup.]", "[Sit close together by the stove.|A friend is the best stove.]")),
    ("pick {plants}", "a basket and a dry day", ("[Choose only the ripe ones.|Look at the colour and feel them.]", "[Hold them gently.|Do not press them.]", "[Turn them a little, and they come off.|Cut the stem with a small knife.]", "[Lay them into the basket without dropping them.|Put the heavy ones at the bottom.]", "[Leave some for the birds.|Do not break the branches.]", "[Eat the soft ones first.|Keep the rest in a cool place.]")),
    ("learn something new", "time and a little courage", ("[Begin with something small.|Choose one thing only.]", "[Watch somebody who can do it.|Ask a good teacher.]", "[Try it yourself.|Do it slowly at first.]", "[Make mistakes and look at them.|Do not be angry about mistakes.]", "[Practise a little every day.|Repeat it until it is easy.]", "[Teach it to someone else.|Be proud of every small step.]")),
)


def howto(rng):
    """(topic, needs, steps)"""
    topic, needs, steps = rng.choice(TASKS)
    thing = rng.choice([t for t in THINGS if not t.noun.startswith("pair") and t.maker != "postman"])
    animal = rng.choice([a for a in ANIMALS if a.kind in ("wild", "farm", "pet", "bird") and int(a.size) < 5])
    food = rng.choice([f for f in FOODS if f.kind in ("fruit", "vegetable")])
    slots = dict(plants=plural(food.noun), plant=food.noun, clothes=rng.choice(("a shirt", "a coat", "a pair of trousers", "a jacket", "a dress", "a blanket", "a woollen jumper", "a scarf")),
                 thing=f"a {thing.noun}", material=thing.material, maker=thing.maker, use=thing.use, animal=f"a {animal.noun}", food=animal.food, herb=rng.choice(HERBS))
    fill = lambda text: say(rng, text, **slots)
    return fill(topic)[:1].lower() + fill(topic)[1:], fill(needs)[:1].lower() + fill(needs)[1:], [fill(step) for step in steps]


def document(rng):
    topic, needs, steps = howto(rng)
    head = rng.choice((f"How to {topic}", f"How to {topic}", f"{ing(topic)}", f"A few words about {ing(topic)}", f"How do you {topic}?", f"Learn how to {topic}"))
    head = head[0].upper() + head[1:]
    style = rng.random()
    if style < 0.4:
        return f"{head}\n\n" + "\n".join(f"{at}. {step}" for at, step in enumerate(steps, 1))
    if style < 0.7:
        return f"{head}\n\n" + say(rng, f"[You need|For this you need|All you need is] {needs}. ") + " " + " ".join(steps)
    return say(rng, f"[To {topic}, you need {needs}.|If you want to {topic}, you need {needs}.|It is not hard to {topic}.|Not everyone knows how to {topic}.]") + " " + " ".join(steps)
