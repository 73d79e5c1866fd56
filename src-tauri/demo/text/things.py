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
broom | birch | sweep the floor | behind the kitchen door | basket maker
ladder | ash wood | reach the high apples | along the barn wall | carpenter
wheelbarrow | oak | move earth and stones | beside the compost | wheelwright
rope | hemp | tie up the boat | in a coil on the wall | rope maker
net | string | catch fish | over the fence to dry | rope maker
boat | oak | cross the lake | at the landing | boat builder
clock | brass | tell the time | on the kitchen wall | clockmaker
bell | bronze | call people to dinner | above the door | bell founder
mirror | glass | see your own face | in the hall | glassblower
bottle | glass | keep milk | on the shelf | glassblower
jug | clay | pour milk | on the table | potter
bowl | clay | eat soup | in the cupboard | potter
cup | clay | drink tea | on the shelf above the sink | potter
spoon | wood | stir the soup | in the drawer | carpenter
knife | steel | cut bread | in the drawer | smith
pan | iron | fry eggs | on a hook over the stove | tinsmith
table | oak | eat dinner together | in the middle of the kitchen | carpenter
chair | beech | sit down | beside the window | carpenter
bed | pine | sleep at night | in the attic room | carpenter
door | oak | keep out the wind | at the front of the house | carpenter
box | cherry wood | keep letters | under the bed | carpenter
blanket | wool | keep warm | on the bed | weaver
sack | cloth | carry flour | in the mill | weaver
coat | wool | stay warm in winter | on a peg in the hall | tailor
scarf | wool | keep your neck warm | on a peg in the hall | weaver
hat | felt | keep the rain off | on the hat stand | hatter
glove | leather | keep your hand warm | in a coat pocket | saddler
shoe | leather | walk to school | under the bench | shoemaker
button | bone | close a coat | in a tin box | toymaker
needle | steel | sew on buttons | in the sewing basket | smith
umbrella | cloth | stay dry in the rain | in the hall | seamstress
candle | wax | read at night | on the night table | candle maker
lamp | brass | read in the evening | on the table | tinsmith
book | paper | learn about the world | on the shelf | bookbinder
map | paper | find the way | in a leather tube | map maker
letter | paper | send news to a friend | in the drawer of the desk | postman
fiddle | maple | play at dances | in a case lined with velvet | fiddle maker
drum | wood and skin | keep the beat | in the attic | cooper
whistle | tin | call the dog | on a string around the neck | tinsmith
doll | cloth | play house | on the bed | toymaker
kite | paper | play in the wind | on top of the wardrobe | toymaker
ball | leather | play in the yard | under the stairs | saddler
ring | gold | show a promise | in a small velvet box | tinsmith
coin | silver | pay at the market | in a purse | smith
comb | horn | tidy your hair | beside the mirror | toymaker
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
straw | light and dry | wheat fields
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
