"""Plots between people (or animals): learning, quarrels, contests, tricks, newcomers."""

from .plot import BOTH, Plot

LEARNING = Plot(
    topic="how {hero} learned to {craft.work}",
    told=False,
    beats=(
        ("More than anything {he} wanted to [learn to {craft.work}|know how to {craft.work}|{craft.work} like the old {craft.noun}].",
         "{He} often stood at the door of the {craft.noun} and watched. \"[I want to learn that|Will you teach me|I could do that, too]!\" {he} said one day."),
        ("\"It is [not easy|hard work],\" said {friend}, who [knew the work well|had learned it long ago]. \"[You may try|Come back tomorrow|Show me your hands].\"",
         "The old {craft.noun} [laughed|looked at {him} for a long time|put down the {craft.tool}]. \"[Start with the broom|First you must learn to wait|We shall see],\" said the old {craft.noun}."),
        ("The first day {he} only [swept the floor|carried {craft.needs}|watched]. The second day {he} [was allowed to hold the {craft.tool}|tried it {himself}] and [did everything wrong|hurt {his} thumb|spoiled good work].",
         "{His} first try was a [failure|mess]. The second was [no better|worse]. At the third {he} threw the {craft.tool} into the corner."),
        ("\"I will never learn it,\" {he} said. \"[Look at my hands|Do you see this?|Come with me],\" said the old {craft.noun}. \"[I made the same mistakes|Every one of these marks is a mistake|It took me ten years].\"",
         "{He} wanted to run away. But {friend} said, \"[You hold it too tightly|Do not look at your hands, look at the work|Slowly is faster].\""),
        ("So {he} [tried again|began again from the beginning|practised every evening], and [slowly|day after day] {his} hands [learned|became sure|grew clever].",
         "{Weather.sentence}, but {he} came every day. [In autumn|After a year|After many weeks] it suddenly became easy."),
        ("One morning the old {craft.noun} was ill, and [the whole village was waiting|the work could not wait]. {Hero} [took the {craft.tool}|went to the {craft.place}] and did it all alone.",
         "Then came the day when {he} had to {craft.work} without help. {He} [did it|worked from dawn to dusk], and [it was good|not one thing went wrong]."),
        ("\"[Now I can rest|You do not need me any more|I could not have done it better],\" said the old {craft.noun} and gave {him} the {craft.tool}.",
         "The people of {village} [were satisfied|clapped|nodded]. And the old {craft.noun} [said nothing, but smiled|was proud]."),
    ),
    morals=("Nobody is born a master.", "Practice makes clever hands.", "Every mistake teaches those who look at it."),
)

QUARREL = Plot(
    topic="a quarrel about {thing.phrase}",
    beasts=BOTH,
    beats=(
        ("{He} had a friend, {friend}. {They} [did everything together|had never had a bad word|met every day], until {time} {they} found {thing.phrase} [{search}|on the road|near the {place.noun}].",
         "{Hero} and {friend} were the best of friends. But {time} {they} found {thing.phrase}, and both wanted it."),
        ("\"I saw it first!\" said {hero2}. \"But I picked it up!\" said {friend}. [{They} pulled and pulled.|Soon {they} were shouting.|]",
         "\"It is mine,\" {he} said. \"No, it is mine,\" said {friend}. [Neither would let go.|One word led to another.]"),
        ("[{They} parted in anger.|{Friend} turned away and went home.] For [three days|a whole week] {they} did not speak. {Hero} had the {thing.noun}, but [it gave {him} no joy|alone it was of no use|the house was silent].",
         "In the end {friend} [ran home|left without a word], and {hero} [kept|had] the {thing.noun}. But {he} [could not enjoy it|felt empty|ate {his} supper alone]."),
        ("{Weather.sentence}, and {he} [sat by the window|thought of {friend}|missed {friend.him}]. \"What is {thing.phrase} without a friend?\" {he} asked {himself}.",
         "At the {place.noun} {he} met {third}. \"[Which can you replace|What is worth more]: a {thing.noun} or a friend?\" asked {third}. {He} [had no answer|knew the answer]."),
        ("So {he} took the {thing.noun} and [went|walked|ran] to {friend}. Halfway there, {he} met {friend}, who was coming to {him}.",
         "The next morning {he} knocked at the door. \"[I was wrong|I am sorry|You can have it],\" {he} said, and held out the {thing.noun}."),
        ("\"I am sorry, too,\" said {friend}. {They} [laughed|hugged|shook hands]. \"[We will share it|One day you, one day I|It belongs to both of us].\"",
         "{Friend} [began to cry|smiled]. \"[I missed you|It is only a {thing.noun}|I was just as wrong],\" said {friend}."),
        ("And that is what {they} did. [After that {they} never quarrelled again about such things.|{They} ate {meal} and were friends again.|The {thing.noun} stood now in one house, now in the other.]",
         "That evening {they} [played {game}|ate {meal}|sat together under the {tree.noun}], and the {thing.noun} lay forgotten in the grass."),
    ),
    morals=("A friend is worth more than any thing.", "Things that are shared are twice as good.", "It takes courage to say sorry first."),
)

CONTEST = Plot(
    topic="the contest at the fair",
    beats=(
        ("Every [year|summer|autumn] there was a contest at the fair in {village2}: [who could bake the best {dish.noun}|who could grow the largest {food.noun}|who could run to the {place.noun} and back first|who could tell the best story].",
         "{Time}, {he} read a notice on the door of the town hall: \"Great contest at the fair! The prize is {thing.phrase}.\""),
        ("{He} wanted to win [very much|for once|more than anything]. But {friend} had won [every year|three times|last year] and [laughed|boasted]: \"[Nobody can beat me|You have no chance|Better stay at home]!\"",
         "{His} greatest rival was {friend}, who [was very good|never lost|had won it often]."),
        ("{He} practised [every day|in secret|from morning to night]. {His} {relative} [helped {him}|told {him} not to worry|believed in {him}].",
         "The night before the fair {he} could not sleep. {Weather.sentence}. [What if it all went wrong?|\"I will do my best,\" {he} thought.]"),
        ("On the day, the [whole village|square] was full of people. Everything [went well|began well], until {friend} [slipped and fell|dropped everything|hurt {friend.his} foot].",
         "When the contest began, {he} saw that {friend} [had forgotten something important|was in trouble|could not go on]."),
        ("{Hero} [stopped|did not think long]. {He} could win now. But {he} [turned back and helped {friend} up|shared what {he} had|called the doctor and waited].",
         "\"Now I can win,\" {he} thought. But then {he} [saw {friend.his} sad face|heard {friend} sigh], and [gave {friend.him} half of what {he} had|went to help]."),
        ("So somebody else won: {third}. [\"What a pity,\" said the people.|Nobody could believe it.|]",
         "In the end {they} finished together, side by side, and the judges [did not know what to do|talked for a long time]."),
        ("But the mayor stood up and said, \"The prize for [the best heart|the bravest deed|true friendship] goes to both.\" [Everyone clapped.|The band played.]",
         "\"Why did you do that?\" asked {friend}. \"[A prize is small|Winning alone is no fun|You would have done the same],\" {he} said. {Friend} [blushed|said nothing for a while], and from then on {they} were friends."),
    ),
    morals=("It is better to be kind than to be first.", "There are prizes that no judge can give."),
)

HAT = Plot(
    topic="a very silly mistake",
    beats=(
        ("{Time}, {he} could not find {his} {hat}. \"Somebody has stolen it!\" {he} [cried|shouted]. \"[A thief in {village}|It was here a moment ago]!\"",
         "{He} was very forgetful. {Time}, {he} looked for {his} {hat} [everywhere|for an hour|in the whole house]."),
        ("{He} looked {search}. {He} looked {search2}. {He} even looked {search3} and [asked the {pet.noun}|inside the teapot|in the soup].".replace("inside the teapot", "looked inside the teapot").replace("in the soup", "stirred the soup to see"),
         "{He} turned the whole house upside down. [The {pet.noun} hid under the bed.|Pans flew and chairs fell.] But no {hat}."),
        ("{He} ran to {friend}. \"Have you seen my {hat}?\" {he} asked. {Friend} [looked at {him}|opened {friend.his} mouth] and began to [laugh|smile|cough].",
         "The neighbours came running. \"What has been stolen?\" they asked. \"My {hat}!\" {he} cried. They [looked at each other|grew very quiet]."),
        ("\"Why are you laughing?\" {he} asked[ angrily|]. But {friend} could only [point at {his} head|point|hold {friend.his} belly].",
         "\"[What does it look like|When did you last have it]?\" asked {friend}. \"It looks like any {hat}! [How can you ask such a thing|This is no time for jokes]!\""),
        ("Then the {pet.noun} [made a noise that sounded like laughter|turned away politely|walked twice around {him}].",
         "A child [stepped forward|came closer] and said, \"But you are wearing it!\""),
        ("{Hero} put a hand to {his} head. There it was. {He} had been wearing it all the time.",
         "{Friend} brought a mirror. And there, on {his} own head, was the {hat}."),
        ("First {he} turned red. Then {he} began to laugh, too, and [laughed until {he} had to sit down|invited everyone to {meal}|the whole street laughed with {him}].",
         "\"Well,\" {he} said, \"[now I know that it does not fall off easily|at least the thief has good taste|a good {hat} is one you do not feel].\" And [everybody laughed|that was the end of it]."),
    ),
    morals=("Look first at what is nearest.", "Those who can laugh at themselves always have something to laugh about."),
    told=True,
)

NEWCOMER = Plot(
    topic="the newcomer in {village}",
    beasts=BOTH,
    beats=(
        ("{Time}, somebody new came to {village}: {friend}. [Nobody knew where {friend.he} came from.|{Friend} spoke little and kept away from the others.|People whispered behind the curtains.]",
         "{Time}, {friend} [moved into the empty house|came to live] {place2.where}. \"[Who is that|What does {friend.he} want here]?\" [asked the neighbours|people said]."),
        ("At the {place.noun} nobody [spoke to {friend}|sat next to {friend}|made room]. {Hero} saw it and [was sorry|thought about it all evening].",
         "The others [stayed away|played {game} without {friend}|laughed at {friend.his} strange way of speaking]. {Hero} [did the same at first|did not like that]."),
        ("{He} wanted to say something, but {he} was {trait2} and did not know how. So {he} [put some {food.noun} jam on the doorstep|left a {flower.noun} at the door|only smiled and walked on].",
         "One day {he} [took {meal}|picked some {flowers}] and [knocked at the door|went over]. \"Welcome,\" {he} said. \"[I live just over there.|I thought you might be hungry.|Do you like it here?]\""),
        ("{Friend} [was surprised|looked at the ground|smiled for the first time]. \"[You are the first who has asked|Thank you|I did not think anyone would come],\" said {friend}.",
         "The next day {he} found {secret} on {his} own doorstep. It was a thank you from {friend}."),
        ("{They} began to talk. {Friend} had [sailed around the world|lived in {village2}|worked as a {craft.noun}] and knew [a hundred stories|songs from far away|how to {craft.work}].",
         "It turned out that {friend} could {craft.work} [better than anyone|like nobody else], and that {friend.he} [liked {game}|loved {meal}] just as much."),
        ("Soon the others [came, too|grew curious|wanted to hear the stories]. And when [the storm broke the roof of the {place.noun}|the mill wheel stood still|the bridge was washed away], it was {friend} who [knew what to do|mended it].",
         "{Hero} took {friend} along to the [dance|fair|feast], and before the evening was over [everyone|half the village] had [talked|danced] with {friend.him}."),
        ("Today nobody [remembers|can imagine] that {friend} was once a stranger.".replace("Today nobody", "After a year nobody").replace("remembers", "remembered").replace("can imagine", "could imagine"),
         "\"How lonely it would be here without you,\" said {hero2} one evening. \"[And without you|It all began with you],\" said {friend}."),
    ),
    morals=("A stranger is a friend you have not yet met.", "A kind word opens more doors than a key."),
)

TRADE = Plot(
    topic="a lucky trade",
    beasts=(False,),
    beats=(
        ("{He} was poor and had only {thing.phrase}. {Time}, {he} [went to the market|set out to sell it|took it to the {place.noun}].",
         "All {he} had was {thing.phrase}. \"[Perhaps somebody needs it|It must be good for something],\" {he} thought, and {time} {he} [went to town|took it to the {place.noun}]."),
        ("On the way {he} met {friend}, who [had no {thing.noun}|wanted to {thing.use} and could not]. \"[Give me your {thing.noun}|I need just that],\" said {friend}, \"and I will give you {thing2.phrase}.\"",
         "There stood {friend}, looking unhappy. \"I want to {thing.use},\" said {friend}, \"but I have nothing to do it with.\" {Hero} gave {friend.him} the {thing.noun} and got {thing2.phrase} for it."),
        ("\"What will I do with {thing2.phrase}?\" {he} wondered. But {he} [went on|kept it]. Soon {he} came to {third}, who wanted to {thing2.use}.",
         "With the {thing2.noun} under {his} arm {he} walked on. At the {place2.noun} {third} called out, \"[That is what I need|A {thing2.noun}, at last|Is that for sale]!\""),
        ("\"I have no money,\" said {third}, \"but [take this old {pet.noun}|I have a {pet.noun} that eats too much|you may have my {pet.noun}].\" So now {he} had a {pet.noun}.",
         "{Third} gave {him} {pet} for it. [The {pet.noun} looked at {him} kindly.|\"Well,\" {he} said, \"now there are two of us.\"]"),
        ("People [laughed at {him}|shook their heads]: \"A {thing.noun} for a {thing2.noun}, and a {thing2.noun} for a {pet.noun}! [What a bad trade|How silly]!\"",
         "{His} {relative} [was not pleased|shook a finger]. \"Now we have one more to feed!\""),
        ("But {he} was [happy|content]. {He} had helped two people, and the {pet.noun} [kept {him} company|never left {his} side|made {him} laugh every day].",
         "But that night thieves came to {village}, and it was the {pet.noun} that [woke everyone|chased them away]. [The mayor gave {him} ten silver coins.|After that nobody laughed.]"),
    ),
    morals=("What is useless to one is a treasure to another.", "A good trade leaves both sides happy."),
)

PLOTS = [LEARNING, QUARREL, CONTEST, HAT, NEWCOMER, TRADE]
