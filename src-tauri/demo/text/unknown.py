"""Questions from outside the small world, and honest answers to them."""

from .cast import unheard
from .grammar import capital, plural, raw, say
from .tables import words

COUNTRIES = words("""France, Brazil, Japan, Peru, Canada, Egypt, Norway, Spain, China, India, Mexico, Kenya, Poland, Greece,
Turkey, Italy, Chile, Cuba, Nepal, Ghana, Iceland, Portugal, Australia, Argentina, Germany, Russia, Vietnam, Morocco""")
CITIES = words("""Paris, London, Tokyo, Berlin, Rome, Cairo, New York, Lima, Moscow, Delhi, Vienna, Oslo, Madrid, Athens,
Boston, Chicago, Lisbon, Dublin, Sydney, Toronto, Prague, Warsaw, Seoul, Bangkok""")
FAMOUS = words("""Einstein, Napoleon, Shakespeare, Mozart, Newton, Darwin, Cleopatra, Caesar, Picasso, Lincoln, Gandhi,
Beethoven, Columbus, Plato, Marie Curie, Leonardo, Churchill, Galileo, Tesla, Van Gogh""")
TOPICS = words("""computers, telephones, the internet, aeroplanes, cars, rockets, the moon landing, television, electricity,
football, tennis, politics, elections, the stock market, taxes, banks, atoms, black holes, planets, galaxies, gravity,
dinosaurs, volcanoes, chemistry, algebra, geometry, philosophy, Latin, Chinese, physics, robots, video games, movies,
pop music, jazz, opera, cameras, satellites, submarines, nuclear power, vaccines, surgery, cancer, DNA, evolution,
economics, law, marketing, insurance, quantum mechanics, statistics, programming, Python, databases, web pages,
machine learning, neural networks, smartphones, email, social media, basketball, baseball, golf, the Olympics,
kings of old empires, world wars, the pyramids, the Roman empire, the French revolution, deserts, jungles, lions,
elephants, sharks, penguins, kangaroos, monkeys, tigers, crocodiles, pizza, sushi, chocolate bars, coffee machines""")
# Words of the large world that are asked about as things of the small one are.
FOREIGN = words("""camel, zebra, giraffe, hippopotamus, octopus, whale, dolphin, eagle, flamingo, ostrich, lizard, panda, koala, jaguar,
leopard, rhinoceros, gorilla, turtle, lobster, walrus, bison, moose, hyena, cobra, tractor, helicopter, microscope, thermometer, calculator,
keyboard, skyscraper, escalator, elevator, guitar, piano, saxophone, banana, pineapple, mango, coconut, avocado, papaya, cactus, bamboo,
orchid, plumber, lawyer, dentist, pilot, astronaut, chemist, stapler, trampoline, blender, toaster, scooter, bulldozer, vampire, dragonfruit""")
FRAMES = (
    ("[Where does a {foreign} live?|What does a {foreign} eat?|What colour is a {foreign}?|What is the young of a {foreign} called?|What can a {foreign} do?|What sound does a {foreign} make?|Can you tell me where a {foreign} lives?|What is a {foreign}?|What do {foreigns} eat?]", "{foreigns}"),
    ("[What is a {foreign} for?|What is a {foreign} made of?|Who makes {foreigns}?|What does a {foreign} do?|What does a {foreign} taste like?|Tell me about {foreigns}.|What do you know about {foreigns}?|How many legs has a {foreign}?|Where do you keep a {foreign}?|What grows on a {foreign}?]", "{foreigns}"),
    ("[What is the capital of {country}?|How many people live in {country}?|Where is {country}?|Who rules {country}?|What language do they speak in {country}?]", "{country}"),
    ("[Tell me about {city}.|How far is it to {city}?|What is there to see in {city}?|How do I get to {city}?|What is the weather in {city}?]", "{city}"),
    ("[Who was {famous}?|When was {famous} born?|What did {famous} do?|Tell me about {famous}.]", "{famous}"),
    ("[What do you know about {topic}?|Tell me about {topic}.|Explain {topic} to me.|Can you explain {topic}?|How do {topic2} work?|Write something about {topic}.|What are {topic2}?]", "{topic}"),
    ("[Who won the {match} in {year}?|What happened in {year}?|In what year did the war end?|Who was president in {year}?|What was the news in {year}?]", "that year"),
    ("[How much does a {gadget} cost?|Which {gadget} should I buy?|How do I repair a {gadget}?|My {gadget} does not work. What can I do?|How does a {gadget} work?]", "a {gadget}"),
    ("[Write a program that {does}.|Write code that {does}.|How do I write a program that {does}?]", "programs"),
    ("[What is {big} times {big2}?|What is the square root of {big}?|What is {big} divided by {small}?|What is {big} plus {big2}?]", "such large sums"),
    ("[What time is it?|What is the date today?|What will the weather be tomorrow?|What is in the news?|Who is the president?]", "what happens outside"),
    ("[Translate this into {language}.|How do you say hello in {language}?|Do you speak {language}?]", "{language}"),
    ("[What is a {odd}?|Who is {odd2}?|Tell me about {odd2}.|Do you know what {odd} means?|Where is {odd2}?]", "that word"),
    ("[What medicine should I take for {illness}?|How is {illness} treated?|I think I have {illness}. What should I do?]", "{illness}"),
)
GADGETS = words("computer, telephone, laptop, printer cable, car, motorcycle, television, radio, camera, refrigerator, washing machine, tablet, drone, microphone, battery, engine")
LANGUAGES = words("French, Spanish, German, Japanese, Russian, Italian, Arabic, Swedish, Latin, Greek, Korean, Dutch")
DOES = words("sorts a list, adds two numbers, prints a table, counts words, reads a file, draws a circle, finds prime numbers, sends an email")
ILLNESSES = words("diabetes, cancer, malaria, high blood pressure, asthma, a broken rib, an infection")
MATCHES = words("world cup, championship, election, race, final, Nobel prize")
ANSWERS = (
    "[I do not know.|I am sorry, I do not know that.|That is something I do not know.|I cannot tell you that.|I am afraid I do not know.|I have no idea.]",
    "[I do not know anything about {about}.|I have never learned about {about}.|I know nothing about {about}.|About {about} I cannot say anything.|{About}? I do not know anything about that.]",
    "[I am only a small model|I am a very small model|My world is small]: [I know about villages, animals, food and crafts|I know stories, recipes, lists and small sums|I know the things of a small village].",
    "[Ask me about a fox, a baker or a pie instead.|Perhaps you would like a story instead?|You could ask me how to bake bread.|You had better ask somebody who knows.|A larger model or a good book can tell you.|I would rather say so than make something up.]",
)


def invented(rng):
    return unheard(rng).lower()


def question(rng):
    """(question, what it is about)"""
    frame, about = rng.choice(FRAMES)
    many = [topic for topic in TOPICS if topic.endswith("s") and " of " not in topic and topic[0].islower()
            and not topic.endswith(("ics", "gas"))]
    odd = invented(rng)
    foreign = invented(rng) if rng.random() < 0.6 else rng.choice(FOREIGN)
    slots = dict(country=rng.choice(COUNTRIES), city=rng.choice(CITIES), famous=rng.choice(FAMOUS), topic=rng.choice(TOPICS), topic2=None, match=rng.choice(MATCHES),
                 year=str(rng.randint(1700, 2030)), gadget=rng.choice(GADGETS), does=rng.choice(DOES), big=str(rng.randint(101, 9999)), big2=str(rng.randint(101, 9999)),
                 small=str(rng.randint(3, 60)), language=rng.choice(LANGUAGES), odd=odd, odd2=capital(odd), foreign=foreign, foreigns=plural(foreign), illness=rng.choice(ILLNESSES))
    if about == "{topic}":
        slots["topic"] = rng.choice(many if rng.random() < 0.5 else TOPICS)
        if slots["topic"] not in many:
            frame = "[What do you know about {topic}?|Tell me about {topic}.|Explain {topic} to me.|Can you explain {topic}?|Write something about {topic}.]"
        slots["topic2"] = slots["topic"]
    return say(rng, frame, **slots), raw(rng, about, slots)


def answer(rng, about, length):
    """One sentence says that the answer is not known; more of them say why and what to do."""
    first = rng.choice(ANSWERS[:2])
    frames = [first, *rng.sample(ANSWERS[2:], 2)][:max(1, length)]
    return [say(rng, frame, about=about) for frame in frames]


def unknown(rng, length=2):
    asked, about = question(rng)
    return asked, answer(rng, about, length)
