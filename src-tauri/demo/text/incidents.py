"""Looser stories: an opening, two to four incidents in one setting, an ending.

An incident is what happened, what was done about it, and what came of it; sentences join the parts
in many ways. They teach how sentences can go on, where the plots teach how stories do.
"""

from .cast import WALKERS, beast, human, narrator, other, village
from .food import DRINKS, FOODS, MEALS
from .grammar import finish, ing, plural, raw
from .living import ANIMALS, FLOWERS, TREES
from .people import CLOTHES, CRAFTS, RELATIVES, TRAITS
from .places import PLACES, TIMES, WEATHER
from .tables import table
from .things import THINGS

# alternatives are apart by `;`
INCIDENTS = table("Incident", "setting happened done came", """
home | the lamp went out; the last candle burned down | {he} felt for the matches; {he} stood still and listened; {he} opened the door to let in the moonlight | soon a small flame burned again; the night was brighter than {he} had thought; nothing had changed but the light
home | somebody knocked at the door; there was a knock at the window | {he} put down the {thing} and went to look; {he} asked who was there; {he} opened it a little | it was only {friend}; a cold wind came in, but nobody was there; {friend} stood outside, wet and tired
home | the soup boiled over; the milk burned on the stove | {he} ran to the stove; {he} pulled the pot from the fire; {he} opened all the windows | half of it could still be eaten; the kitchen smelled of smoke for three days; {friend} laughed and cut some bread instead
home | a cup fell from the shelf and broke; the {thing} fell down with a crash | {he} picked up the pieces; {he} fetched the broom; {he} looked at the cat | the cat looked away; nobody was angry; {he} kept one piece for luck
home | rain came through the roof; water dripped on the bed | {he} put a bucket under it; {he} climbed up with a hammer; {he} moved the bed to the other wall | the drops played a little tune; by evening the roof was tight again; {he} slept dry that night
home | a letter came from {village2}; the postman brought a letter | {he} read it twice; {he} opened it with a knife; {he} sat down by the window to read | it was good news; {his} {relative} was coming to visit; there was only one line in it, but it made {him} happy
home | {he} found an old {thing} in the chest; {he} found a {thing} behind the cupboard | {he} wiped off the dust; {he} turned it over and over; {he} showed it to {friend} | it had belonged to {his} {relative}; it still worked; a name was written on the bottom
home | the stove would not burn; the wood was wet | {he} blew into the ashes; {he} fetched dry sticks from the shed; {he} burned an old basket | in the end a fire crackled; the room grew warm at last; smoke came out, and then a flame
home | there was no bread left; the flour was all gone | {he} looked into every jar; {he} went next door to borrow some; {he} boiled two potatoes instead | it was enough for one evening; {friend} gave {him} half a loaf; hunger is the best cook, as they say
home | a bird flew in at the window; a {bird} sat on the table | {he} closed the door softly; {he} held out a crumb; {he} did not move | it took the crumb and flew away; it sang once and was gone; the next day it came again
home | the cat brought a mouse; the cat jumped on the table | {he} laughed; {he} chased it with a towel; {he} pretended to be angry | the mouse escaped behind the stove; peace was made with a bowl of milk; it purred as if nothing had happened
home | the clock stopped; the old clock struck thirteen | {he} shook it; {he} opened it and looked inside; {he} asked {friend} what time it was | there was a dead fly between the wheels; after that it was always a little late; nobody missed the ticking
outside | {he} heard a cry from the ditch; something moved in the bushes | {he} bent down to look; {he} held {his} breath; {he} took a stick and went closer | it was a young {animal} that had lost its way; a {animal} ran across the path; two bright eyes looked at {him}
outside | the path came to an end; the path split in two | {he} climbed a tree to look around; {he} threw a stone to decide; {he} turned to the left | from there {he} could see the church tower; it was the right way after all; an hour later {he} was back where {he} had started
outside | the bridge was broken; the water had carried away the bridge | {he} looked for a shallow place; {he} took off {his} shoes; {he} tied a rope to a {tree} | the water was cold, but {he} reached the other side; a ferryman took {him} across for a song; {he} crossed it step by step
outside | it began to rain; the first drops fell | {he} ran under a {tree}; {he} pulled the hood over {his} head; {he} sat down in a dry cave | it was over as quickly as it had come; a rainbow stood over the hills; the whole wood smelled of wet earth
outside | it grew dark; the sun went down behind the hills | {he} gathered leaves for a bed; {he} walked faster; {he} looked for a light | far away a window shone; the stars came out one by one; an owl called, and it sounded almost friendly
outside | {he} met {friend} on the road; {friend} came along with a heavy basket | {he} offered to help; {he} greeted politely; {he} asked the way to {village2} | they went on together; {friend} gave {him} an apple; they talked until the road divided
outside | {he} saw smoke behind the trees; a thin line of smoke rose from the wood | {he} went to see what it was; {he} ran as fast as {he} could; {he} called for help | it was only a charcoal burner at work; a dry bush was burning, and {he} put out the fire; somebody was frying sausages
outside | a {animal} stood in the way; {he} came face to face with a {animal} | {he} stood as still as a stone; {he} spoke to it in a low voice; {he} took off {his} hat | it sniffed and went away; neither of them was very brave; it walked beside {him} for a while
outside | {his} foot slipped on a wet stone; {he} stumbled over a root | {he} held on to a branch; {he} sat down and rubbed {his} knee; {he} laughed at {himself} | there, between the roots, lay a silver coin; it hurt, but nothing was broken; after that {he} looked where {he} was going
outside | {he} found strange tracks in the snow; there were large tracks in the mud | {he} followed them to the stream; {he} measured them with {his} hand; {he} showed them to {friend} | they led to the hen house; they were {his} own; they ended under an old {tree}
outside | the wind took {his} hat; {his} hat flew over the wall | {he} ran after it; {he} climbed over the wall; {he} called to the children for help | it landed on the head of a {animal2}; it hung in a {tree} for a week; {friend} caught it with one hand
market | a cart of apples fell over; a basket of {foods} fell from the cart | {he} helped to pick them up; everybody ran to help; the children filled their pockets | not one of them was lost; the farmer gave {him} the reddest one; for a moment everyone was laughing
market | somebody cried, "Stop, thief!"; a purse was gone | {he} looked around; {he} caught the thief by the coat; {he} pointed to the {animal2} | it was only a magpie; the thief was a hungry boy, and {he} gave him bread; the purse was found under a table
market | a man sold a {thing} that could do everything; a stranger praised a wonderful {thing} | {he} asked for the price; {he} looked at it closely; {he} shook {his} head | at home it did nothing at all; it was only painted tin; in the end nobody bought it
market | musicians began to play; a fiddle began to play | {he} clapped {his} hands; {he} began to dance; {he} forgot what {he} had come for | even the mayor tapped his foot; the whole square was dancing; {he} came home with an empty basket and a light heart
market | the goat ate the mayor's hat; a goat broke loose | {he} tried not to laugh; {he} ran after it; {he} held out a turnip | the mayor bought a new one; it let {him} lead it home; by noon the whole town knew the story
market | nobody wanted to buy anything; the whole morning nobody stopped | {he} began to sing; {he} gave a piece to a child; {he} put up a sign | soon there was a long line; the child told everyone; by evening the basket was empty
market | {he} had forgotten {his} money; there was a hole in {his} pocket | {he} turned out all {his} pockets; {he} offered to work for it; {he} turned red | the baker said, "Pay me tomorrow"; {friend} lent {him} a coin; {he} carried sacks for an hour, and then they were even
market | two women were quarrelling about a goose; two men wanted the same pig | {he} listened to both sides; {he} asked the goose; {he} made a joke | in the end they shared the eggs; they both had to laugh; the animal walked away in the meantime
water | the wind dropped; there was no wind at all | {he} took the oars; {he} waited; {he} whistled for wind | in the evening a light breeze came; the boat lay as still as a house; {he} rowed until {his} hands hurt
water | a wave came over the side; water came into the boat | {he} took a bucket and worked; {he} held on to the mast; {he} turned the boat into the wind | after an hour the worst was over; a fish lay at {his} feet; everything was wet, but they were safe
water | the fog came down; fog rolled over the water | {he} rang the bell; {he} listened for the sea; {he} let down the anchor | from far away another bell answered; the light of the lighthouse broke through; then the sun came, and the fog was gone
water | the line jerked; something heavy was in the net | {he} pulled with all {his} strength; {he} called {friend} to help; {he} gave a little line | it was an old boot; the largest pike of the lake hung on the hook; {he} looked into its eyes and let it go
water | {he} found a bottle on the beach; the waves brought a wooden box | {he} opened it with a knife; {he} held it up to the light; {he} ran home with it | inside was a note from a lonely sailor; it was full of sand; it was empty, but it smelled of far lands
water | a ship came into the harbour; a strange sail stood on the horizon | {he} ran to the landing; {he} climbed the tower to see better; {he} waved a red cloth | on board was {friend}, home after two years; it brought oranges and news; nobody knew the flag
water | the rope broke; the knot came loose | {he} jumped into the water; {he} threw another rope; {he} shouted | {friend} caught the end; the boat was saved; since then {he} has always tied two knots
water | a seal looked out of the water; a whale rose beside the boat | {he} forgot to row; {he} took off {his} cap; {he} threw it a fish | it looked at {him} for a long time; it dived without a sound; nobody on land believed it
work | the {tool} broke; {he} could not find the {tool} | {he} mended it with wire; {he} borrowed another; {he} used {his} hands | the work was done by evening; it worked better than before; it had been in {his} apron all the time
work | a customer came in and was angry; somebody complained | {he} listened quietly; {he} offered {drink}; {he} looked at the work again | it had been a mistake; they parted as friends; the next day the same customer came back and bought two
work | the apprentice did everything wrong; the apprentice fell asleep | {he} showed it once more; {he} counted to ten; {he} said nothing and waited | the next time it was perfect; they both laughed about it; even masters were once beginners
work | there was too much to do; everybody wanted something at once | {he} did one thing after the other; {he} asked {friend} for help; {he} drank {drink} first | by night everything was ready; two can do more than twice as much; nobody had to wait long
work | there was nothing to do; nobody came all day | {he} cleaned the {place}; {he} tried something new; {he} sat in the sun | it became the best piece {he} had ever made; never had the {place} looked so tidy; it was a good day all the same
work | the {needs} was used up; there was no {needs} left | {he} sent the apprentice to {village2}; {he} asked the neighbours; {he} waited for the cart | the cart came late, but it came; somebody always has some; they made do with half of it
work | a child asked how it was done; a child stood in the door and watched | {he} let the child try; {he} explained everything from the beginning; {he} went on without a word | the child came back every day; that was how it all began; small hands can learn much
work | the mayor ordered something special; a rich man wanted something very fine | {he} worked for seven nights; {he} thought about it for a long time; {he} made it as plain as possible | it was the talk of the town; the plain one pleased him most; {he} was paid in gold and bought a cow
""")

ACTIONS = tuple("""opened the door; closed the window; put on {clothes}; took the {thing}; looked at the sky; sat down on the bench; lit the lamp;
got up early; walked to the {place}; came home late; drank {drink}; ate {meal}; counted the coins; told a story; sang an old song; wrote a letter;
fed the {animal2}; watered the garden; swept the yard; carried water from the well; climbed the stairs; looked out of the window; listened to the wind;
washed {his} hands; thought of {his} {relative}; put the {thing} on the table; cut the bread; made a fire; read a book; dusted the {thing};
waited at the gate; waved to {friend}; locked the door; picked some {flowers}; laughed out loud; fell asleep; crossed the bridge; went down to the river;
bought a {thing}; looked for the {thing}; talked to the neighbours; rested under a {tree}; shook {his} head; took a deep breath""".replace("\n", " ").split("; "))

BEAST_ACTIONS = tuple("""woke up early; looked for food; crept through the grass; listened to the wind; looked at the sky; slept in the sun; came home late;
drank from the stream; sat under a {tree}; crossed the stream; watched the {animal2}; went to the {place}; talked to the {animal2}; sniffed the air; hid in the bushes;
ran home; counted {his} stores; sang an old song; thought of {his} {relative}; shook {his} head; took a deep breath; laughed out loud; rested under a {tree};
waited at the gate; looked in at the window; walked around the {place}; ate some {foods}; danced in the moonlight; dug a small hole; sat quite still""".replace("\n", " ").split("; "))

OPENINGS = (
    "{Time}, {hero} {act} and {act2}.", "{Hero} {act}, {act2} and {act3}.", "{Hero} {act}. Then {he} {act2}.",
    "After {acting}, {hero} {act2}.", "When {hero} had come to {village}, {he} {act2} every {evening}.", "{Hero} {act} because {weather}.",
    "{Weather}, but {hero} {act} and {act2} all the same.", "Nobody believed {whom} when {he} said that [a {animal} had {done}|there was a {animal} at the {place}].",
    "Every {evening} {hero} {act} and {act2}. But {time} it was different.", "Behind the {place} {where} there was a place that only {hero} knew.",
    "Far behind the hills there was a village where {hero} {act} every {evening}.", "It was {time2} when {hero} {act}.", "The {thing} stood {thingplace}, and {hero} {act}.",
    "{Hero} had only one wish: to see [the sea|{village2}|a {animal}|the {place} of {village2}].", "{Hero} [was tired of|did not mind|was proud of] {work}.",
    "On the night before the {feast}, {hero} {act}.", "Before {acting}, {hero} always {act2}.", "There was no {noun} in {village} as {trait} as {hero}.",
    "In the middle of {village} stood a house, and in it lived {intro}.", "Without a word {hero} {act} and {act2}.", "Late in the {evening2} {hero} {act}, for {weather}.",
    "{Hero} could not sleep, so {he} {act} and {act2}.", "They say that {hero} once {act} and never [spoke of it|came back to it|did it again]. This is how it was.",
    "\"Where are you going?\" asked {friend}. \"To the {place},\" said {hero}.", "\"I have an idea,\" said {hero}, and {act}.", "Not far from {village} {hero} {act}.",
    "The day began quietly: {hero} {act}, {friend} {fact}, and {weather}.", "{Hero} and {friend} were [old friends|neighbours|never of one mind]. {Time}, {hero} {act}.",
)
ENDINGS = (
    "And that was the end of it.", "In the evening {he} {act4} and was content.", "{He} {act4}, and then {he} slept without a dream.", "It had been a good day after all.",
    "\"What a day!\" {he} said, and {act4}.", "{He} told {friend} about it, and {friend} [laughed|nodded|would not believe it].", "After that {he} often {act4}.",
    "So everything turned out well.", "Since then {he} has never {regret}.", "That evening there was {meal}, and nobody was hungry.", "And if you go to {village}, people will tell you the same story.",
    "{He} was tired, but {he} would not have missed it.", "Then {he} went home, and the stars were shining.", "\"Tomorrow,\" {he} thought, \"I will [do it better|begin again|sleep until noon].\"",
    "{He} smiled and {act4}.", "Only the {animal2} knew better, and it said nothing.", "From then on {friend} often came to visit.", "And {friend} never asked about it again.",
)
FIRST_LINKS = ("Then {h}.", "But {time} {h}.", "{Time}, {h}.", "{H}.", "One day {h}.", "Soon {h}.", "It was {time2} when {h}.")
LINKS = ("A little later {h}.", "Then {h}.", "The next day {h}.", "But then {h}.", "That same evening {h}.", "Soon afterwards {h}.", "And as if that were not enough, {h}.", "{H}.", "Hardly an hour had passed when {h}.")
TURNS = ("{D}, and {c}.", "{D}. {C}.", "So {d}, and {c}.", "At first {d}. In the end {c}.", "Without thinking, {d}. {C}.", "For a moment {d}. Then {c}.", "What else was there to do? {D}. {C}.")
JOINED = ("When {h}, {d}. {C}.", "{H}, so {d}. {C}.", "{H}, and {d}. {C}.", "As soon as {h}, {d}, and {c}.", "Because {h}, {d}. {C}.")
BEAST_GERUNDS = ("wake up", "cross the stream", "drink from the stream", "look for food", "leave home", "go to the {place}")
GERUNDS = ("open the door", "sweep the yard", "feed the {animal2}", "light the lamp", "climb the stairs", "eat {meal}", "drink {drink}", "count the coins", "write a letter", "cross the bridge", "water the garden", "lock the door", "go to the {place}", "make a fire")
TIMED = ("in ", "by ", "soon", "after", "for ", "then", "at ", "from ", "the next", "far ", "since", "there, ", "an hour")
REGRETS = ("left the house without a lamp", "laughed at a frog", "trusted a magpie", "forgotten that day", "been afraid of the dark", "told a lie", "lost {his} way", "bought anything in a hurry", "closed {his} door to a guest")
DONE = ("laughed at him", "stolen the bread", "sung in the church", "danced on the bridge", "talked to the miller", "opened the gate")
SETTINGS = {"home": 4, "outside": 4, "market": 2, "water": 2, "work": 3}


def document(rng, hero=None):
    setting = rng.choices(list(SETTINGS), SETTINGS.values())[0]
    hero = hero or choose_hero(rng, setting)
    slots = scene(rng, hero)
    rows = rng.sample([row for row in INCIDENTS if row.setting == setting], rng.choice((1, 2, 2, 3)))
    frames = [opening(rng, hero)]
    for at, row in enumerate(rows):
        frames += incident(rng, row, at == 0)
    frames.append(rng.choice(ENDINGS))
    return finish(" ".join(raw(rng, frame, slots) for frame in frames))


def choose_hero(rng, setting):
    if setting == "work":
        return human(rng, "craft")
    if setting == "water":
        return rng.choices((human, narrator), (4, 1))[0](rng)
    return rng.choices((human, beast, narrator), (5, 4 if setting == "outside" else 0, 2))[0](rng)


def opening(rng, hero):
    """'I' cannot be looked at from outside."""
    if hero.he == "I":
        return rng.choice([frame for frame in OPENINGS if not any(word in frame for word in ("{intro}", "said", "as {trait}", "lived", "whom", "They say"))])
    if hero.name.startswith("the ") and rng.random() < 0.3:
        return rng.choice(("There was once {intro} who {act} every {evening}.", "In {village} lived {intro}. {Time}, {he} {act}.", "{Intro} once {act} and {act2}."))
    return rng.choice(OPENINGS)


def incident(rng, row, first):
    """One to three sentences."""
    happened, done, came = (rng.choice(cell.split(";")).strip() for cell in row[1:])
    fill = lambda frame: frame.replace("{h}", happened).replace("{H}", upper(happened)).replace("{d}", done).replace("{D}", upper(done)).replace("{c}", came).replace("{C}", upper(came))
    if rng.random() < 0.3 and '"' not in happened:
        return [fill(rng.choice(JOINED))]
    turns = [turn for turn in TURNS if "end {c}" not in turn and "Then {c}" not in turn] if came.startswith(TIMED) else TURNS
    return [fill(rng.choice(FIRST_LINKS if first else LINKS)), fill(rng.choice(turns))]


def upper(clause):
    """A capital, also where a slot comes first."""
    return clause[0] + clause[1].upper() + clause[2:] if clause.startswith("{") else clause[0].upper() + clause[1:]


def scene(rng, hero):
    friend, craft = other(hero, rng), hero.craft or rng.choice(CRAFTS)
    place, thing = rng.choice(PLACES), rng.choice([t for t in THINGS if not t.noun.startswith("pair")])
    animal, animal2 = rng.sample([a for a in WALKERS if a.noun not in (hero.noun, friend.noun)], 2)
    tame = rng.choice([a for a in ANIMALS if a.kind in ("pet", "farm") and a.noun not in (hero.noun, friend.noun)])
    slots = dict(hero=hero, he=hero.he, him=hero.him, his=hero.his, himself=hero.himself, whom=hero.whom, intro=hero.intro, noun=hero.noun, trait=hero.trait,
                 friend=friend, thing=thing.noun, thingplace=thing.place, place=place.noun, where=place.where, village=village(rng), village2=village(rng),
                 animal=animal.noun, animal2=tame.noun, bird=rng.choice([a for a in ANIMALS if a.kind == "bird" and int(a.size) < 3]).noun, relative=rng.choice(RELATIVES),
                 tree=rng.choice(TREES).noun, foods=plural(rng.choice(FOODS).noun), drink=rng.choice(DRINKS), meal=rng.choice(MEALS), clothes=rng.choice(CLOTHES),
                 flowers=plural(rng.choice(FLOWERS).noun), weather=rng.choice(WEATHER).sentence, time=rng.choice(TIMES), time2=rng.choice(("nearly dark", "still early", "almost noon", "long past midnight", "getting cold", "very quiet")),
                 evening=rng.choice(("evening", "morning", "Sunday", "night", "week")), evening2=rng.choice(("evening", "night", "afternoon")),
                 feast=rng.choice(("feast", "fair", "wedding", "harvest", "market", "first snow")), tool=craft.tool, needs=craft.needs.split(" and ")[0], work=ing(craft.work), done=rng.choice(DONE))
    if slots["needs"] in ("seeds", "nets", "flowers", "vegetables", "full shelves", "herbs", "strings", "trees", "slates", "ashes", "roots", "strong legs"):
        slots["needs"] = "wood"
    hero.known = hero.he == "I" or rng.random() < 0.4 or hero.name.startswith("the ")
    acts = rng.sample(BEAST_ACTIONS if hero.kind == "beast" else ACTIONS, 5)
    for name, act in zip(("act", "act2", "act3", "act4"), acts):
        slots[name] = raw(rng, act, slots)
    slots["fact"] = raw(rng, rng.choice(("was asleep", "had gone to town", "sang", "was busy", "told a story")), slots)
    slots["acting"] = raw(rng, ing(rng.choice(BEAST_GERUNDS if hero.kind == "beast" else GERUNDS)), slots)
    slots["regret"] = raw(rng, rng.choice(REGRETS), slots)
    friend.known = False
    if hero.he != "I":
        hero.known = hero.name.startswith("the ") or rng.random() < 0.3
    return slots
