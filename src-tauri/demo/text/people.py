"""Names, crafts and characters."""

from .tables import table, words

GIRLS = words("""Mina, Ada, Lotte, Clara, Greta, Nell, Ruth, Hanna, Ivy, Tilda, Rosa, Elsa, Marta, Anna, Edith, Frieda,
Agnes, Berta, Cora, Dora, Emma, Flora, Gilda, Hilda, Ida, Jana, Karla, Lena, Mabel, Nora, Olga, Paula, Sara, Thea, Una,
Vera, Wilma, Yara, Zora, Alma, Bella, Celia, Daisy, Ella, Fanny, Gerda, Hazel, Irma, Josie, Kitty, Lucy, Molly, Netta,
Opal, Penny, Rika, Sally, Tessa, Ursula, Viola, Wanda, Annika, Bridget, Marlene, Susanna, Juliet, Matilda, Rosalind,
Beatrice, Lydia, Sophie, Amelia, Eliza, Harriet, Linnea, Mirabel, Odette, Pearl, Selma, Sigrid, Winnie, Zelda""")
BOYS = words("""Otto, Tom, Peter, Jonas, Emil, Hugo, Karl, Leo, Max, Noah, Oscar, Paul, Robin, Sam, Theo, Victor, Willem,
Arne, Ben, Caspar, David, Edgar, Felix, Georg, Henry, Ivo, Jakob, Kurt, Lukas, Martin, Nils, Olaf, Philip, Rolf, Simon,
Toby, Urs, Walter, Albert, Bruno, Conrad, Dirk, Erik, Fred, Gustav, Harry, Isaac, Joseph, Kaspar, Ludwig, Moritz, Ned,
Orson, Piet, Quentin, Rupert, Stefan, Tim, Ulrich, Vincent, Wendel, Anton, Barnaby, Clement, Dominik, Edmund, Finn,
Gregor, Hannes, Jasper, Klaus, Leonard, Magnus, Nathan, Oliver, Rasmus, Sebastian, Tobias, Wilfred""")
PETS = words("""Rufus, Pip, Bramble, Thistle, Button, Pepper, Nutmeg, Patch, Biscuit, Clover, Whisker, Ginger, Smoky,
Ember, Hazelnut, Moss, Acorn, Sooty, Twig, Pebble, Fern, Bracken, Barley, Crumb, Dapple, Fidget, Grumble, Juniper,
Marble, Nibble, Poppy, Quill, Rowan, Saffron, Tansy, Velvet, Willow, Snowy, Sprout, Truffle""")

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
saddler | saddlery | saddles and belts | knife | cut and stitch the straps | leather
cooper | barrel yard | barrels and buckets | mallet | make barrels | oak
fisherman | boat house | fresh fish | net | catch fish | nets
gardener | garden | beans, peas and flowers | spade | dig and water the beds | seeds
farmer | farm | wheat, milk and eggs | plough | plough the fields | seed corn
shepherd | hillside | wool and cheese | crook | watch the sheep | grass
beekeeper | bee garden | honey and candles | smoker | look after the hives | flowers
candle maker | candle shop | candles | mould | pour candles | wax
basket maker | basket shed | baskets | knife | weave baskets | willow
glassblower | glass house | bottles and windows | long pipe | blow glass | sand
clockmaker | clock shop | clocks and watches | small screwdriver | mend clocks | brass
bookbinder | bindery | books | bone folder | bind books | paper
printer | printing house | books and posters | press | print the news | ink
painter | studio | pictures | brush | paint pictures | paint
stonemason | stone yard | walls and steps | chisel | cut stone | stone
roofer | yard by the church | roofs | ladder | mend roofs | slates
thatcher | barn | thatched roofs | rake | lay straw on roofs | straw
wheelwright | wheel shop | wheels and carts | spoke shave | build wheels | ash wood
rope maker | rope walk | ropes and string | hook | twist ropes | hemp
tinsmith | tin shop | pans, lanterns and kettles | snips | bend and solder tin | tin
locksmith | lock shop | locks and keys | file | cut keys | brass
soap maker | soap house | soap | kettle | boil soap | ashes and fat
dyer | dye house | bright cloth | copper tub | dye cloth | roots and berries
hatter | hat shop | hats and caps | steam iron | shape hats | felt
lace maker | front room | lace | bobbins | make lace | thread
toymaker | toy shop | dolls, tops and wooden animals | carving knife | carve toys | wood
fiddle maker | quiet workshop | fiddles | small plane | build fiddles | maple
cook | kitchen of the inn | soups and roasts | ladle | cook dinner | vegetables
innkeeper | inn | beds, meals and good cheer | big ring of keys | look after the guests | bread and beer
brewer | brewery | beer | copper | brew beer | barley
cheese maker | dairy | cheese and butter | press | make cheese | milk
butcher | butcher's shop | sausages and ham | cleaver | cut meat | meat
grocer | grocery | sugar, tea and salt | scales | weigh the goods | full shelves
ferryman | landing | safe crossings | oar | row people over the river | a dry boat
sailor | harbour | tales of far islands | rope | sail the boat | wind
lighthouse keeper | lighthouse | light | lamp | light the lamp | oil
postman | post office | letters and parcels | leather bag | carry the letters | strong legs
teacher | school | good readers | chalk | teach the children | patience
doctor | small white house | good advice and bitter medicine | black bag | look after the sick | herbs
midwife | cottage by the well | safe births | basket | help mothers | clean water
apothecary | herb shop | ointments and teas | mortar | mix medicines | herbs
librarian | library | quiet hours | ladder | lend books | books
musician | little house by the square | songs | fiddle | play at weddings | strings
watchman | town gate | peaceful nights | lantern | walk through the streets at night | oil
woodcutter | forest hut | firewood | axe | cut firewood | trees
charcoal burner | clearing | charcoal | shovel | watch the smoking heap | wood
hunter | hut in the woods | venison | bow | follow tracks | patience
chimney sweep | attic by the church | clean chimneys | brush | sweep chimneys | a long rope
laundress | wash house | clean linen | washboard | wash sheets | soap
seamstress | sewing room | dresses and shirts | needle | sew dresses | thread
carter | yard | full carts | whip | drive the cart | a strong horse
bell founder | foundry | bells | ladle | cast bells | bronze
boat builder | boat yard | boats | adze | build boats | oak
map maker | high room | maps | compass | draw maps | ink
judge | town hall | fair decisions | small hammer | listen to both sides | patience
mayor | town hall | speeches | golden chain | speak for the town | patience
""")

TRAITS = words("""kind, brave, shy, curious, patient, cheerful, careful, clever, stubborn, gentle, lively, quiet, honest,
proud, dreamy, forgetful, generous, grumpy, hard-working, helpful, merry, modest, polite, restless, sensible, thoughtful,
tidy, untidy, warm-hearted, wise, playful, friendly, hopeful, lonely, nervous, bold, serious, silly""")
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
