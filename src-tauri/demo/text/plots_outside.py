"""Plots out of doors: weather, journeys, animals in need, fear overcome."""

from .plot import BOTH, Plot

STORM = Plot(
    topic="the [night of the storm|great storm|storm over {village}]",
    beats=(
        ("{Time}, dark clouds [came over the hills|rose in the west|gathered over {village}]. \"[A storm is coming|This will be a bad night|We must hurry],\" said {friend}.",
         "It had been [still|hot|strangely quiet] all day. Then {friend} [pointed at the sky|came running]. \"Look!\" cried {friend}. \"[A storm|The storm is coming]!\""),
        ("The [hay|washing|corn|firewood] was still outside, and the [roof of the barn|gate|old fence] was [weak|open|not yet mended].",
         "The sheep were still [on the hill|in the far meadow], and {pet} was [nowhere to be seen|out there, too]."),
        ("{Hero} [did not wait|ran outside|took a rope and a lantern]. {They} [worked as fast as {they} could|called for help|ran from house to house].",
         "\"We need every hand,\" {he} said, and [soon the whole street was helping|they all came: {maker}, {third} and even the children]."),
        ("Then the wind came. It [tore at the shutters|howled around the house|bent the {tree.noun} almost to the ground], and the rain [beat on the roof|fell like stones|came in at every crack].",
         "The first drops fell, [fat and cold|heavy as coins]. A moment later [thunder rolled|lightning lit the whole valley|it was as dark as night]."),
        ("In the middle of it all {he} heard a [cry|faint sound|weak voice]. It was {pet}, [caught under a branch|up to the neck in water|shaking behind the wall].",
         "\"Where is the {pet.noun}?\" asked {friend}. {Hero} went out [once more|alone|with the lantern] and found {pet} [under the bridge|in the ditch|by the broken gate]."),
        ("{He} [carried|brought] the {pet.noun} inside[, wrapped in a blanket|, wet to the skin|]. {Friend} [made a fire|gave {them} {drink}|rubbed {them} dry].",
         "Step by step {he} [fought {his} way back|came back through the mud], with the {pet.noun} under {his} coat."),
        ("By morning the storm was over. [The air was clean and clear.|A branch lay across the lane, but the house stood.|Birds sang as if nothing had happened.]",
         "At dawn the wind grew tired. Everybody was [safe|alive|well], and that was all that mattered."),
        ("{They} ate {meal} together, and [nobody spoke much|each told the story in a different way|the {pet.noun} slept by the stove].",
         "People in {village} still [talk about that night|tell the story], and the {pet.noun} [has been {whose} friend ever since|never went far from {whom} again]."),
    ),
    morals=("Together people are stronger than the wind.", "When everyone helps, no storm is too strong."),
)

RESCUE = Plot(
    topic="[a|the] {trait} {noun} and a {young} in need",
    beasts=BOTH,
    beats=(
        ("{Time}, on the way to the {place.noun}, {he} heard a [weak|small|sad] cry.", "{Time}, {he} saw something move {search}.",
         "{He} was [walking|on the way home] {time} when something [moved in the grass|called from the ditch]."),
        ("It was a [small|tiny|young] {pet.noun}. One [leg|foot] was [hurt|caught in a string|stuck between two stones], and it [shook with fear|could not get away|was cold and hungry].",
         "There, [all alone|in the wet grass|behind a stone], sat a [little|young] {pet.noun} that had lost its mother."),
        ("\"Do not be afraid,\" {he} said [softly|in a low voice], and [sat down beside it|held out a hand|came closer step by step].",
         "{He} wanted to [pick it up|help], but the little one [tried to run away|made itself very small]. So {he} [waited|sat down and sang softly|kept still]."),
        ("{He} took it home, [washed the wound|gave it water|dried it with a towel] and made a bed of [straw|leaves|wool] [in an old basket|by the stove|in a quiet corner].",
         "{He} carried it to {friend}, who knew a lot about animals. \"It needs [rest|warmth|sleep], and it likes {food2},\" said {friend}. \"[Be patient|Do not touch it too often|Then it will live].\""),
        ("Every day {he} brought it {food2}. [Slowly|Day by day|Little by little] it [grew stronger|lost its fear|began to walk again].",
         "The first night was [hard|long]. {He} did not sleep. But in the morning the little {pet.noun} [ate a little|opened its eyes|was on its feet]."),
        ("After [two weeks|a month|some time] it was well again. {Hero} knew that it [belonged in the wild|had to go home|missed its own kind].",
         "When spring came, the {pet.noun} [looked out of the window all day|stood at the door every evening]. {Hero} understood."),
        ("{He} opened the door. The {pet.noun} [looked back once|stopped for a moment|turned around twice] and then [was gone|went home].",
         "{He} took it back to the place where {he} had found it. There {its} mother was waiting. [It was hard to say goodbye.|]"),
        ("But sometimes, in the evening, a {pet.noun} [comes to the garden gate|sits at the edge of the meadow|waits under the {tree.noun}], and {hero} [waves|smiles|puts out some food].".replace("comes", "came").replace("sits", "sat").replace("waits", "waited").replace("waves", "waved").replace("smiles", "smiled").replace("puts", "put"),
         "[One year later|The next summer|Many months later] it came back, and it was not alone: three little ones [followed it|walked behind it]."),
    ),
    morals=("To help is also to let go.", "Kindness is never wasted.", "Those who are small remember those who were kind."),
)

JOURNEY = Plot(
    topic="[a long|the long] way to {village2}",
    beasts=BOTH,
    beats=(
        ("{Time}, {he} had to [bring|take|carry] a {look} {thing.noun} to {village2}.",
         "{His} {relative} in {village2} was [ill|lonely|waiting for news], and {he} decided to go there.",
         "A letter came from {village2}. \"Come quickly,\" it said, \"and bring the {thing.noun}.\""),
        ("The way was long: first along the [river|stream|old wall], then over the [hill|moor], and at last through the forest.",
         "{He} packed [some bread and cheese|{foods} and bread|a warm blanket] and [set off|left before sunrise|closed the door behind {him}]."),
        ("At noon {he} came to a place where the path [split in two|ended in a marsh|was lost in the grass]. [There was no sign.|The sign had fallen down.|] {He} [took the left one|went straight on|guessed], and it was the wrong one.",
         "Then {weather.sentence}, and soon {he} could not see [the path|ten steps ahead|where {he} was going]. {He} was lost."),
        ("\"[Where am I|Which way now]?\" {he} [thought|said aloud|asked the trees]. {His} feet hurt, and [it was getting dark|the bread was eaten|{he} was afraid].",
         "{He} walked and walked. [Every tree looked like the last one.|Three times {he} came back to the same {tree.noun}.|Far away an owl called.]"),
        ("Then {he} saw a [light|small fire|thin line of smoke]. It was the [hut|camp|house] of {friend}. \"Come in,\" said {friend}. \"[You look tired|Nobody should be out so late|I have {meal} on the table].\"",
         "At last {he} met {friend}. \"To {village2}?\" said {friend}. \"[Follow the stream|Keep the church tower on your left|Walk towards the setting sun], and you cannot miss it.\""),
        ("{They} [ate {meal}|sat by the fire|talked about the weather and the world], and [in the morning|after a good rest] {friend} [showed {him} the way|walked with {him} as far as the bridge|drew a map in the sand].",
         "{He} thanked {friend} and [went on|gave {friend.him} a coin|shared the last of the bread with {friend.him}]."),
        ("In the evening of the next day {he} reached {village2}. [The bells were ringing.|The windows were bright.|] {His} journey was over.",
         "And so {he} came to {village2} [at last|safe and sound|with dusty shoes], just in time [for supper|for the feast|before the gate was shut]."),
        ("{He} [often thought of {friend} afterwards|never forgot the kindness of {friend}|told the story for years].",
         "On the way back {he} did not take a wrong turn, and {he} brought {friend} a [loaf of bread|jar of honey|bag of apples]."),
    ),
    morals=("Who asks the way does not stay lost.", "A wrong path can lead to a friend.", "The road is shorter when someone is kind."),
)

FEAR = Plot(
    topic="a {noun} who was afraid",
    beasts=BOTH,
    beats=(
        ("There was one thing {he} [was afraid of|feared]: {fear}. [The others laughed about it.|Nobody knew it.|{He} was ashamed of it.|]",
         "{He} was afraid of {fear}, and {he} [hid it well|told nobody|always found a reason to stay at home]."),
        ("When the others [played {game}|went to the {place.noun}|went out], {he} [stayed behind|watched from far away|said that {he} was tired].",
         "\"[You do not have to be afraid|It is not so bad],\" said {friend}, but that [did not help|was easy to say]."),
        ("Then, {time}, something happened. {Pet} was [in danger|lost|hurt], and the only way to help was to face {fear}.",
         "But {time} {friend} [did not come home|called for help|was in trouble], and [nobody else was there|all the others were away]."),
        ("{Hero} [stood still|trembled|felt {his} knees shake]. \"[I cannot do it|What if I fall|Somebody else must go],\" {he} thought. But there was nobody else.",
         "{His} heart beat like a drum. {He} wanted to run away. [Then {he} heard the cry again.|But {he} did not.]"),
        ("{He} [took a deep breath|closed {his} eyes and opened them again|counted to three] and [took the first step|went on]. Then {he} took another, and another.",
         "\"One step,\" {he} told {himself}. \"Only one step.\" And after the first step came [the second|the next one]."),
        ("It was [hard|cold|worse than {he} had thought], but {he} [did not turn back|went on|sang a little song to keep {his} courage]. And [in the end|at last] {he} reached the place and [brought the lost one home|held out a hand].",
         "In the middle {he} noticed something strange: [{he} was still afraid, but {his} feet went on|the fear was growing smaller|{he} had forgotten to be afraid]."),
        ("\"You were very brave,\" said {friend} [later|that evening]. \"No,\" {he} said, \"I was afraid [all the time|from beginning to end].\" \"[That is what brave means|Only those who are afraid can be brave],\" said {friend}.",
         "When [it was over|{they} were safe], everyone [cheered|wanted to shake {his} hand|was proud of {him}]. {Hero} [sat down|laughed|cried a little], for now the worst was over."),
        ("After that {he} was still a little afraid of {fear}, but [it did not stop {him} any more|not as much as before|{he} knew what to do].",
         "From then on [nobody laughed at {him}|{he} went along with the others|{he} was never again as afraid of {fear} as before]."),
    ),
    morals=("Brave is not the one who feels no fear, but the one who goes on.", "The first step is the hardest."),
)

ISLAND = Plot(
    topic="the [secret|map] in {thing.phrase}",
    beats=(
        ("{Time}, {he} bought a {look} {thing.noun} at the {place.noun}. Inside {he} found {secret}.",
         "{Time}, {he} was cleaning an old {thing.noun} when {he} found {secret} hidden inside."),
        ("There was a note with it. \"[For the one who looks closely|To whoever finds this|Bring this home],\" it said, \"[go to {village2}|ask in {village2}|I lived in {village2}].\"",
         "On the back somebody had written a name and a place: {oldname}, {village2}."),
        ("{He} showed it to {friend}. \"[How strange|This is very old|I have seen this before],\" said {friend}. \"[Let us find out|You must go there|I will come with you].\"",
         "{He} could not stop thinking about it. [All night {he} lay awake.|Whose was it? Who had hidden it there?] {Friend} [was curious, too|offered to come along]."),
        ("The next day {they} [walked|rode|took the cart] to {village2} and asked [from door to door|at the inn|at the {place2.noun}].",
         "In {village2} [nobody knew anything at first|most people shook their heads|the first three doors stayed shut]."),
        ("At last {they} met {oldone}, very old, who [sat on a bench in the sun|lived in the smallest house|was feeding the pigeons]. When the old hands touched {secret}, the old eyes [filled with tears|grew bright].",
         "Then an old man [at the well|on a bench|in a doorway] looked up. \"I know that,\" he said [slowly|in a low voice]. \"I have been looking for it for [fifty|forty|thirty] years.\""),
        ("\"I hid it there when I was [a child|young],\" came the answer, \"and then the {thing.noun} was sold. [I never thought I would see it again|You have brought back my youth|It was a present from my mother].\"",
         "It had belonged to [a lost brother|a dear friend|somebody much loved], and nothing else was left."),
        ("{Hero} gave it back [at once|gladly|without a word], and {they} drank tea and listened to stories [until evening|of long ago].",
         "{They} were given {meal}, and when {they} left, [the sun was setting|the old voice called, \"Come again!\"|{they} had a new friend]."),
        ("The {thing.noun} [stands in {whose} room to this day|still stands by {whose} window]. It is empty now, but [it is worth more than before|{he} would not sell it for anything].".replace("stands", "stood").replace("It is empty now, but", "It was empty now, but").replace("it is worth", "it was worth").replace("to this day", "from then on"),
         "And {hero} thought that [the best finds are those one gives back|a secret is happiest when it comes home]."),
    ),
    morals=("What you give back is never lost.",),
)

HARVEST = Plot(
    topic="two neighbours and the winter",
    beasts=(True,),
    told=False,
    beats=(
        ("{His} neighbour was {friend}. All summer {hero} [gathered {food2}|worked hard|carried food home], while {friend} [sang|slept in the sun|played {game}].",
         "Next door lived {friend}. While {hero} [filled {his} store room|collected food], {friend} [lay in the grass|laughed at {him}|danced]."),
        ("\"Why do you work so much?\" asked {friend}. \"[The sun is shining|Summer is long|There is food everywhere].\" \"Winter will come,\" said {hero}[, and went on working|].",
         "\"Come and play,\" said {friend}. \"I have no time,\" said {hero}. \"[The days are getting shorter|When the snow comes, I want to be ready].\""),
        ("Autumn came, and then {weather2}. The ground was [hard as stone|white and hard], and there was nothing [to eat|left to find].",
         "Then the leaves fell, and one morning [everything was white|the snow lay deep]. {Friend} looked for food {search} and {search2}, but found nothing."),
        ("Cold and hungry, {friend} knocked at {whose} door. \"[Please help me|May I come in|Can you spare a little food]?\" {friend.he} asked [in a small voice|].",
         "{Friend} was too proud to ask. But {hero} saw {friend.his} tracks in the snow and [knew at once|followed them]."),
        ("{Hero} [thought for a moment|looked at {friend}|remembered the summer]. Then {he} [opened the door wide|smiled]. \"Come in,\" {he} said. \"[There is enough for two|But you must sing for me|Next year you will help].\"",
         "\"You laughed at me,\" said {hero}. \"I know,\" said {friend}. \"I am sorry.\" [That was enough.|Then {hero} moved over and made room.]"),
        ("All winter {they} [shared the food|sat together], and in the long evenings {friend} [sang|told stories], so that [the cold was forgotten|time passed quickly].",
         "So they ate together, and {friend} [learned how to save|promised to do better]."),
        ("And when spring came, {friend} was the first to [start work|get up|gather food].", "The next summer both worked, and both sang, and [the store room was full|nobody was hungry]."),
    ),
    morals=("Those who think of tomorrow can help today.", "Work has its time, and so has song."),
)

PLOTS = [STORM, RESCUE, JOURNEY, FEAR, ISLAND, HARVEST]
