"""Animals and plants, and what is true of them."""

from .tables import table, words

# move and call are verb phrases; size grows from 1 (a bee) to 6 (an ox).
ANIMALS = table("Animal", "noun home food call colour trait young move size kind", """
fox | a den under the roots of a tree | mice and berries | bark | red | clever | cub | slip through the grass | 3 | wild
wolf | a cave in the hills | deer and hares | howl | grey | proud | cub | run for hours without a rest | 4 | wild
bear | a cave in the forest | honey, fish and berries | growl | brown | strong | cub | climb after honey | 6 | wild
hare | a hollow in the meadow | grass and clover | drum with its feet | brown | quick | leveret | leap over ditches | 2 | wild
rabbit | a burrow in the hill | grass and carrots | thump with its feet | grey | shy | kit | hop through the clover | 2 | wild
hedgehog | a heap of leaves under the hedge | beetles and worms | snuffle | brown | careful | hoglet | roll into a ball | 2 | wild
squirrel | a nest in an oak | nuts and acorns | chatter | red | busy | kit | jump from branch to branch | 2 | wild
mouse | a hole behind the wall | grain and cheese | squeak | grey | small | pup | creep along the wall | 1 | wild
mole | a tunnel under the meadow | worms | squeak | black | patient | pup | dig in the dark | 1 | wild
otter | a den in the river bank | fish and crabs | whistle | brown | playful | pup | slide down the muddy bank | 3 | wild
deer | a quiet part of the forest | grass and leaves | bleat | brown | gentle | fawn | step softly between the trees | 5 | wild
bat | the roof of the barn | moths and flies | squeak | black | quiet | pup | fly in the dark | 1 | wild
frog | a pond | flies and gnats | croak | green | cheerful | tadpole | jump into the water | 1 | wild
toad | a damp place under a stone | slugs and flies | croak | brown | grumpy | tadpole | sit still for hours | 1 | wild
snail | a damp corner of the garden | leaves | make no sound at all | brown | slow | young snail | carry its house on its back | 1 | wild
bee | a hive | nectar | buzz | golden | busy | larva | fly from flower to flower | 1 | insect
ant | an ant hill | seeds and crumbs | make no sound at all | black | hard-working | larva | carry loads larger than itself | 1 | insect
butterfly | a flowery meadow | nectar | make no sound at all | yellow | delicate | caterpillar | flutter over the flowers | 1 | insect
spider | a web in the corner | flies | make no sound at all | grey | patient | spiderling | spin a web | 1 | insect
worm | the soft earth | dead leaves | make no sound at all | pink | quiet | young worm | dig through the soil | 1 | insect
owl | a hollow tree | mice | hoot | brown | wise | owlet | fly without a sound | 2 | bird
crow | the top of a tall elm | seeds and scraps | caw | black | clever | chick | open nuts with a stone | 2 | bird
swallow | a nest of mud in the stable | flies | twitter | dark blue | fast | chick | fly south in autumn | 1 | bird
dove | the dovecote | grain | coo | white | gentle | squab | carry a message home | 2 | bird
stork | a great nest on the chimney | frogs and fish | clap its beak | white and black | proud | chick | stand on one leg | 4 | bird
swan | the lake | water plants | hiss | white | proud | cygnet | glide over the water | 4 | bird
duck | the pond | water plants and snails | quack | brown | cheerful | duckling | swim in a row | 2 | farm
goose | the farmyard | grass | honk | white | bold | gosling | chase strangers | 3 | farm
hen | the hen house | grain and worms | cluck | brown | busy | chick | scratch in the dust | 2 | farm
rooster | the hen house | grain | crow | red and gold | proud | chick | wake the whole village | 2 | farm
cow | the cowshed | grass and hay | moo | brown and white | calm | calf | chew all day | 6 | farm
horse | the stable | oats and hay | neigh | chestnut | faithful | foal | gallop over the field | 6 | farm
pony | the stable | hay and apples | neigh | dun | stubborn | foal | trot along the lane | 5 | farm
donkey | the shed by the gate | hay and thistles | bray | grey | stubborn | foal | carry heavy sacks | 5 | farm
sheep | the fold on the hill | grass | bleat | white | gentle | lamb | follow the others | 4 | farm
goat | the rocky pasture | leaves, grass and sometimes hats | bleat | white | cheeky | kid | climb on the roof | 4 | farm
pig | the sty | turnips and scraps | grunt | pink | clever | piglet | roll in the mud | 5 | farm
dog | the kennel by the door | meat and bones | bark | brown | faithful | puppy | guard the house | 3 | pet
canary | a cage by the window | seeds | sing | yellow | merry | chick | sing in the morning | 1 | pet
parrot | a perch in the tavern | nuts and fruit | talk | green | cheeky | chick | copy what people say | 2 | pet
cat | the warm place by the stove | fish and mice | purr | black | proud | kitten | sleep on the window sill | 2 | pet
trout | the cold stream | flies and worms | make no sound at all | silver | quick | fry | leap out of the water | 2 | water
""")

TREES = table("Tree", "noun fruit use trait", """
oak | acorns | ships and strong doors | old and broad
beech | beechnuts | chairs and bowls | smooth and grey
birch | tiny winged seeds | brooms and spoons | white and slender
ash | winged seeds | handles of tools | straight and tough
willow | soft catkins | baskets | bent over the water
pine | cones | roof beams | straight and dark
fir | cones | boards and boxes | tall and green all year
maple | winged seeds | fiddles and tables | golden in autumn
chestnut tree | chestnuts | fences and barrels | wide and shady
hazel | hazelnuts | walking sticks | low and bushy
apple tree | apples | sweet-smelling firewood | crooked and kind
pear tree | pears | flutes | tall and full of wasps in autumn
cherry tree | cherries | small boxes | white in spring
""")

FLOWERS = table("Flower", "noun colour place season", """
rose | red | by the garden gate | summer
daisy | white and yellow | in the meadow | spring
poppy | red | between the wheat | summer
snowdrop | white | under the bare trees | winter
violet | purple | in the shade of the hedge | spring
sunflower | yellow | against the south wall | summer
lavender | purple | along the garden path | summer
tulip | red | in the round flower bed | spring
lily | white | beside the well | summer
cornflower | blue | in the barley field | summer
buttercup | yellow | in the cow pasture | spring
dandelion | yellow | in every crack of the yard | spring
""")

HERBS = words("""mint, thyme, sage, parsley, rosemary, dill, chives, basil, marjoram, camomile, lovage, fennel, sorrel,
caraway, nettle, lemon balm, bay, tarragon, coriander, garlic""")
