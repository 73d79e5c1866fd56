"""Things people own, and what they are made of and good for."""

from .tables import table, words

# use is a verb phrase; place is where it is kept; owner is a craft that makes or mends it
THINGS = table("Thing", "noun material use place maker", """
lantern | tin | light the way home | on a hook by the door | tinsmith
key | brass | open the front door | under the flower pot | locksmith
kettle | copper | boil water | on the stove | tinsmith
basket | willow | carry apples | under the kitchen table | basket maker
bucket | oak | fetch water | beside the well | cooper
barrel | oak | store rain water | behind the house | cooper
hammer | iron | drive nails | in the tool box | smith
saw | steel | cut boards | on the workshop wall | smith
axe | iron | split firewood | in the shed | smith
spade | iron | dig the garden | in the shed | smith
rake | ash wood | gather leaves | behind the barn door | carpenter
scythe | steel | cut the long grass | in the barn | smith
broom | birch | sweep the floor | behind the kitchen door | basket maker
ladder | ash wood | reach the high apples | along the barn wall | carpenter
wheelbarrow | oak | move earth and stones | beside the compost | wheelwright
cart | oak | bring hay to the barn | in the yard | wheelwright
rope | hemp | tie up the boat | in a coil on the wall | rope maker
net | string | catch fish | over the fence to dry | rope maker
boat | oak | cross the lake | at the landing | boat builder
oar | ash wood | row the boat | in the boat house | boat builder
clock | brass | tell the time | on the kitchen wall | clockmaker
watch | silver | tell the time | in a waistcoat pocket | clockmaker
bell | bronze | call people to dinner | above the door | bell founder
mirror | glass | see your own face | in the hall | glassblower
bottle | glass | keep milk | on the shelf | glassblower
jar | glass | keep jam | in the cellar | glassblower
jug | clay | pour milk | on the table | potter
bowl | clay | eat soup | in the cupboard | potter
plate | clay | serve dinner | in the cupboard | potter
cup | clay | drink tea | on the shelf above the sink | potter
teapot | clay | make tea | on the tray | potter
flower pot | clay | grow herbs | on the window sill | potter
spoon | wood | stir the soup | in the drawer | carpenter
knife | steel | cut bread | in the drawer | smith
fork | steel | pick up potatoes | in the drawer | smith
ladle | tin | serve soup | on a nail by the stove | tinsmith
pan | iron | fry eggs | on a hook over the stove | tinsmith
pot | iron | cook stew | on the stove | tinsmith
sieve | wire | sift flour | on the pantry wall | tinsmith
rolling pin | beech | roll out dough | in the drawer | carpenter
table | oak | eat dinner together | in the middle of the kitchen | carpenter
chair | beech | sit down | beside the window | carpenter
stool | pine | milk the cow | in the cowshed | carpenter
bench | oak | rest in the evening | in front of the house | carpenter
bed | pine | sleep at night | in the attic room | carpenter
cradle | lime wood | rock the baby | beside the bed | carpenter
cupboard | walnut | keep plates | in the corner of the kitchen | carpenter
chest | oak | keep blankets | at the foot of the bed | carpenter
door | oak | keep out the wind | at the front of the house | carpenter
shelf | pine | hold books | over the desk | carpenter
box | cherry wood | keep letters | under the bed | carpenter
blanket | wool | keep warm | on the bed | weaver
carpet | wool | keep feet warm | in front of the fire | weaver
curtain | linen | keep out the light | at the window | weaver
pillow | linen | rest your head | on the bed | seamstress
sack | cloth | carry flour | in the mill | weaver
coat | wool | stay warm in winter | on a peg in the hall | tailor
jacket | linen | look neat on Sundays | on a peg in the hall | tailor
scarf | wool | keep your neck warm | on a peg in the hall | weaver
hat | felt | keep the rain off | on the hat stand | hatter
cap | cloth | keep the sun off | on a nail by the door | hatter
apron | linen | keep clothes clean | on the kitchen door | seamstress
shirt | linen | wear under a jacket | in the chest | seamstress
glove | leather | keep your hand warm | in a coat pocket | saddler
boot | leather | walk through mud | on the door mat | shoemaker
shoe | leather | walk to school | under the bench | shoemaker
belt | leather | hold up trousers | on the back of a chair | saddler
saddle | leather | ride a horse | in the stable | saddler
bag | leather | carry letters | on a hook in the hall | saddler
button | bone | close a coat | in a tin box | toymaker
needle | steel | sew on buttons | in the sewing basket | smith
thimble | silver | protect your finger | in the sewing basket | tinsmith
umbrella | cloth | stay dry in the rain | in the hall | seamstress
walking stick | hazel | climb steep paths | in the corner by the door | woodcutter
candle | wax | read at night | on the night table | candle maker
lamp | brass | read in the evening | on the table | tinsmith
book | paper | learn about the world | on the shelf | bookbinder
notebook | paper | write down thoughts | in the desk | bookbinder
pen | silver | write letters | in the desk | smith
pencil | cedar | draw pictures | behind the ear | carpenter
map | paper | find the way | in a leather tube | map maker
compass | brass | find north | in a small box | clockmaker
letter | paper | send news to a friend | in the drawer of the desk | postman
fiddle | maple | play at dances | in a case lined with velvet | fiddle maker
flute | pear wood | play soft tunes | on the shelf | toymaker
drum | wood and skin | keep the beat | in the attic | cooper
harp | maple | play slow songs | in the front room | fiddle maker
whistle | tin | call the dog | on a string around the neck | tinsmith
trumpet | brass | wake the soldiers | on the wall of the town hall | tinsmith
doll | cloth | play house | on the bed | toymaker
spinning top | wood | play on the floor | in the toy box | toymaker
kite | paper | play in the wind | on top of the wardrobe | toymaker
ball | leather | play in the yard | under the stairs | saddler
sledge | ash wood | slide down the hill | in the barn | wheelwright
rocking horse | lime wood | ride without leaving the room | in the nursery | toymaker
wooden horse | lime wood | play farm | on the window sill | toymaker
music box | walnut | listen to a tune | on the dresser | clockmaker
ring | gold | show a promise | in a small velvet box | tinsmith
necklace | amber | look pretty at the fair | in a small box | tinsmith
brooch | silver | fasten a shawl | in a small box | tinsmith
coin | silver | pay at the market | in a purse | smith
purse | leather | keep money | in a deep pocket | saddler
comb | horn | tidy your hair | beside the mirror | toymaker
brush | wood and bristles | paint the fence | in the shed | basket maker
soap | ashes and fat | wash your hands | beside the basin | soap maker
towel | linen | dry your hands | on the rail | weaver
horseshoe | iron | protect a hoof | over the stable door | smith
chain | iron | hold the dog | beside the kennel | smith
anchor | iron | hold a boat still | in the bow of the boat | smith
plough | iron and wood | turn the soil | in the shed | smith
wheel | ash wood | make a cart roll | in the wheel shop | wheelwright
weather vane | copper | show where the wind comes from | on top of the roof | tinsmith
telescope | brass and glass | see ships far away | at the top window | glassblower
hourglass | glass | measure an hour | on the desk | glassblower
pair of scissors | steel | cut cloth | in the sewing basket | smith
pair of glasses | glass and wire | read small letters | on the tip of the nose | glassblower
bird house | pine | give birds a home | in the apple tree | carpenter
beehive | straw | keep bees | at the end of the garden | basket maker
fishing rod | hazel | catch trout | against the boat house | woodcutter
churn | oak | make butter | in the dairy | cooper
spinning wheel | beech | make thread | by the window | wheelwright
loom | oak | weave cloth | in the back room | carpenter
""")

MATERIALS = table("Material", "noun trait source", """
wood | warm and easy to cut | trees
iron | hard and heavy | ore from the hills
clay | soft when wet and hard when fired | the river bank
glass | clear and easy to break | sand and fire
wool | soft and warm | sheep
leather | tough and smooth | the skins of cattle
linen | cool and strong | flax
wax | soft and sweet-smelling | beehives
stone | hard and cold | the quarry
paper | thin and light | rags and wood
brass | bright and golden | copper and zinc
silver | shiny and pale | mines
straw | light and dry | wheat fields
rope | strong and bendy | hemp
felt | thick and warm | pressed wool
copper | reddish and easy to bend | mines
""")

COLOURS = words("""red, blue, green, yellow, white, black, grey, brown, orange, purple, pink, golden, silver, dark red,
pale blue, dark green, bright yellow, sky blue, cream""")
LOOKS = words("""old, new, small, large, beautiful, plain, heavy, light, shiny, dusty, worn, pretty, simple, fine,
sturdy, odd, bent, painted, carved, well-made, rusty, precious, tiny, faded, polished""")
SECRETS = words("""a bundle of old letters, a silver coin, a pressed flower, a tiny key, a faded map, a child's shoe,
a dried apple, a blue feather, a broken watch, a nest of mice, a folded note, a string of beads, a curl of hair,
a sea shell, a recipe for plum cake, a small portrait, a tin soldier, a fine gold ring""")
GAMES = words("""hide and seek, marbles, skittles, tag, leapfrog, blind man's buff, hopscotch, catch, draughts, cards,
dominoes, tug of war, sack races, riddles""")
