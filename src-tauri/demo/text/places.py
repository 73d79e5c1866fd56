"""Places, weather, seasons and time."""

from .tables import table, words

FIRST = words("""Willow, Stone, Oak, Mill, Fern, Ash, Black, White, Green, High, Low, Long, Rose, Honey""")
LAST = words("""brook, bridge, field, ford, hill, wood, well, mere""")

PLACES = table("Place", "noun where trait people", """
market square | in the middle of the town | loud and full of colours | traders and buyers
old mill | by the river | white with flour | the miller and the farmers
harbour | below the cliffs | full of masts and gulls | sailors and fishermen
lighthouse | on the last rock | tall and white | the keeper and his cat
church | on the little hill | cool and quiet | old women and pigeons
school | beside the pond | small and full of voices | the teacher and thirty children
inn | at the crossroads | warm and full of smoke | travellers
smithy | at the end of the lane | hot and full of sparks | the smith and his boy
bakery | on the corner of the square | warm and full of good smells | early customers
forest | behind the last houses | dark and green | woodcutters and foxes
meadow | along the stream | bright with flowers | bees and cows
orchard | behind the wall | sweet with ripe fruit | pickers with ladders
bridge | over the river | old and narrow | carts and children with fishing rods
castle ruin | on top of the hill | grey and covered with ivy | owls and bats
farm | on the plain | busy from dawn to dusk | the farmer and his animals
barn | beyond the yard | dusty and full of hay | mice and swallows
well | in front of the town hall | deep and cool | girls with buckets
town hall | on the square | solemn and draughty | the mayor and the judge
library | above the post office | silent and smelling of paper | readers of every age
garden | behind the cottage | wild and full of herbs | bees and a sleepy cat
beach | beyond the dunes | wide and windy | crabs and gulls
cave | in the side of the hill | cold and dripping | bats
lake | between two hills | smooth and dark | ducks and one old boat
island | in the middle of the lake | small and stony | herons
moor | above the village | brown and lonely | sheep
vineyard | on the south slope | green in rows | workers with baskets
quarry | behind the hill | white with dust | stonemasons
station | at the edge of the town | loud with steam | travellers with heavy bags
windmill | on the ridge | tall with turning sails | the miller and his cat
monastery | deep in the valley | quiet and cool | monks and bees
fair | on the green | noisy and full of music | everyone
attic | under the roof | dusty and full of boxes | spiders and one moth
cellar | below the kitchen | cool and dark | jars, barrels and a toad
kitchen | at the back of the house | warm and crowded | the cook and the cat
workshop | across the yard | full of shavings and tools | the carpenter and two apprentices
stable | behind the inn | warm and smelling of hay | horses
marsh | beyond the river | wet and full of reeds | herons and frogs
waterfall | at the top of the valley | loud and white | trout and brave boys
tower | beside the gate | narrow and very high | the watchman
graveyard | behind the church | still and green | an old yew
theatre | in the old barn | full of painted cloth | actors and a dog
toy shop | near the fountain | small and bright | children with flat noses at the window
hospital | on the quiet side of the town | clean and white | the doctor and two nurses
post office | next to the inn | busy in the morning | the postman and his bag
""")

WEATHER = table("Weather", "noun sentence effect season", """
rain | it rained all day | the roads turned to mud | autumn
heavy rain | the rain beat on the roofs | the stream rose over its banks | spring
snow | the snow lay as high as the fences | the road to the town was closed | winter
frost | the frost painted flowers on the windows | the pond froze hard | winter
fog | a thick fog lay on the valley | nobody could see the church tower | autumn
storm | a storm tore at the shutters | the big elm fell across the lane | autumn
thunder | thunder rolled over the hills | the cows ran to the gate | summer
heat | the sun burned for weeks | the well was almost dry | summer
wind | a cold wind blew from the sea | hats flew over the square | autumn
sunshine | the sun shone from a clear sky | the washing dried in an hour | summer
hail | hail fell like small stones | the lettuce was full of holes | spring
ice | the ice covered every path | people walked with tiny steps | winter
mist | mist rose from the river | the boats vanished one after another | spring
drizzle | a fine drizzle fell | the wool on the sheep sparkled | spring
""")
SEASONS = {
    "spring": words("the snow melts, the first lambs are born, the swallows come back, the buds open, farmers sow oats"),
    "summer": words("the days are long, the hay is cut, the cherries are ripe, children swim in the lake, the bees are busy"),
    "autumn": words("the leaves turn yellow, the apples are picked, the swallows fly south, fog lies on the fields, the corn is brought in"),
    "winter": words("the pond freezes, the nights are long, the stove is lit early, snow covers the roofs, the hedgehogs sleep"),
}
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
