"""Names, crafts and characters."""

from .tables import table, words

GIRLS = words("""Mina, Ada, Lotte, Clara, Greta, Nell, Ruth, Hanna, Ivy, Tilda, Rosa, Elsa, Marta, Anna, Edith, Frieda, Agnes,
Berta, Cora, Dora, Emma, Flora, Gilda, Hilda""")
BOYS = words("""Otto, Tom, Peter, Jonas, Emil, Hugo, Karl, Leo, Max, Noah, Oscar, Paul, Robin, Sam, Theo, Victor, Willem, Arne,
Ben, Caspar, David, Edgar, Felix, Georg""")
PETS = words("""Rufus, Pip, Bramble, Thistle, Button, Pepper, Nutmeg, Patch, Biscuit, Clover, Whisker, Ginger, Smoky, Ember,
Hazelnut, Moss""")

# who, where he or she works, what comes out of it, the tool, the work itself, what it is made of
CRAFTS = table("Craft", "noun place makes tool work needs", """
baker | bakery | bread, rolls and honey cakes | wooden peel | bake bread | flour
miller | mill | flour | millstone | grind the corn | wheat
smith | smithy | horseshoes, nails and hinges | hammer | shoe the horses | iron
carpenter | workshop | tables, chairs and doors | plane | saw and join the boards | wood
potter | pottery | jugs, bowls and plates | wheel | turn pots on the wheel | clay
weaver | weaving room | cloth and blankets | loom | weave cloth | wool
tailor | tailor's shop | coats and trousers | needle | sew coats | cloth
shoemaker | shoe shop | boots and shoes | awl | mend shoes | leather
cooper | barrel yard | barrels and buckets | mallet | make barrels | oak
fisherman | boat house | fresh fish | net | catch fish | nets
gardener | garden | beans, peas and flowers | spade | dig and water the beds | seeds
farmer | farm | wheat, milk and eggs | plough | plough the fields | seed corn
shepherd | hillside | wool and cheese | crook | watch the sheep | grass
beekeeper | bee garden | honey and candles | smoker | look after the hives | flowers
candle maker | candle shop | candles | mould | pour candles | wax
basket maker | basket shed | baskets | knife | weave baskets | willow
clockmaker | clock shop | clocks and watches | small screwdriver | mend clocks | brass
roofer | yard by the church | roofs | ladder | mend roofs | slates
cook | kitchen of the inn | soups and roasts | ladle | cook dinner | vegetables
innkeeper | inn | beds, meals and good cheer | big ring of keys | look after the guests | bread and beer
sailor | harbour | tales of far islands | rope | sail the boat | wind
postman | post office | letters and parcels | leather bag | carry the letters | strong legs
teacher | school | good readers | chalk | teach the children | patience
doctor | small white house | good advice and bitter medicine | black bag | look after the sick | herbs
musician | little house by the square | songs | fiddle | play at weddings | strings
watchman | town gate | peaceful nights | lantern | walk through the streets at night | oil
woodcutter | forest hut | firewood | axe | cut firewood | trees
chimney sweep | attic by the church | clean chimneys | brush | sweep chimneys | a long rope
""")

TRAITS = words("""kind, brave, shy, curious, patient, cheerful, careful, clever, stubborn, gentle, lively, quiet, honest, proud,
dreamy, forgetful, generous, grumpy, hard-working, helpful, merry, modest, polite, restless""")
RELATIVES = words("""grandmother, grandfather, mother, father, aunt, uncle, sister, brother, cousin""")
HAIR = words("""curly red, long black, short brown, straight blond, thick white, thin grey, wild brown, dark curly,
fair, silver, sandy""")
CLOTHES = words("""a blue coat, a green scarf, a straw hat, a patched jacket, a red cap, wooden shoes, a long apron,
a woollen shawl, high boots, a striped shirt, a leather belt, a brown cloak, a white collar, thick mittens,
a yellow dress, a grey waistcoat, a felt hat, a checked skirt, a linen shirt, a knitted jumper""")
HABITS = words("""hums while working, always carries a pencil, never leaves the house without an apple,
talks to the birds, counts the steps to the well, laughs at the smallest thing, forgets where things are,
gets up before the sun, tells the same joke every week, whistles on the stairs, loves the smell of rain,
collects smooth stones, keeps a diary, sings in the choir, drinks tea at any hour, feeds every cat in the street,
writes long letters, walks barefoot in summer, cannot pass a dog without a word, reads by candlelight""")
