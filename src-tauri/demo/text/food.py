"""Food, and dishes with what goes into them."""

from .tables import table, words

FOODS = table("Food", "noun kind colour taste", """
apple | fruit | red | sweet and crisp
pear | fruit | green | sweet and juicy
plum | fruit | purple | sweet
cherry | fruit | red | sweet and a little sour
strawberry | fruit | red | very sweet
raspberry | fruit | pink | sweet and soft
peach | fruit | orange | soft and sweet
grape | fruit | purple | sweet
lemon | fruit | yellow | very sour
carrot | vegetable | orange | sweet and crunchy
potato | vegetable | brown | mild
onion | vegetable | brown | sharp
leek | vegetable | green | mild
cabbage | vegetable | green | mild
pea | vegetable | green | sweet
bean | vegetable | green | mild
pumpkin | vegetable | orange | mild and sweet
tomato | vegetable | red | fresh and sweet
mushroom | vegetable | brown | earthy
hazelnut | nut | brown | mild and sweet
walnut | nut | brown | a little bitter
chestnut | nut | brown | sweet when it is roasted
""")

PANTRY = words("""butter, milk, cream, cheese, honey, sugar, salt, pepper, flour, oats, barley, rice, vinegar, oil, eggs,
bacon, ham, sausages, jam, tea, bread, yeast, cinnamon, raisins, mustard, syrup""")
DRINKS = words("""a cup of mint tea, a mug of cider, a glass of cold milk, a cup of cocoa, a bowl of hot broth,
a glass of apple juice, a cup of camomile tea, a mug of hot milk with honey, a jug of spring water, a glass of lemonade""")
MEALS = words("""thick vegetable soup, fresh bread with butter, bread and cheese, pancakes with jam, a plate of stew,
warm apple pie, baked potatoes, a bowl of porridge, honey cake, roast chestnuts, plum dumplings, fried trout,
an omelette with chives, bean soup, ham and eggs, gingerbread, leek pie, rice pudding, buttered toast, cherry tart,
potato pancakes, barley broth, mushroom stew, carrot cake, raisin buns, pea soup with mint, onion tart, walnut bread""")

# method is one of those in recipes.py; things is a list of main ingredients, with amounts there
DISHES = table("Dish", "noun method main more time", """
apple pie | pie | apples | cinnamon and sugar | forty minutes
plum pie | pie | plums | sugar | forty minutes
cherry pie | pie | cherries | sugar | forty minutes
pear tart | pie | pears | honey | thirty minutes
leek pie | pie | leeks | cheese and pepper | forty minutes
pumpkin pie | pie | pumpkin | cinnamon and cream | fifty minutes
onion tart | pie | onions | cream and thyme | forty minutes
mushroom pie | pie | mushrooms | parsley and cream | forty minutes
blackberry pie | pie | blackberries | sugar | thirty minutes
vegetable soup | soup | carrots and potatoes | parsley | thirty minutes
pumpkin soup | soup | pumpkin | cream | twenty minutes
onion soup | soup | onions | cheese and thyme | thirty minutes
pea soup | soup | peas | mint | twenty minutes
tomato soup | soup | tomatoes | basil | twenty minutes
potato soup | soup | potatoes and leeks | chives | thirty minutes
bean soup | soup | beans and bacon | marjoram | one hour
mushroom soup | soup | mushrooms | cream and parsley | twenty minutes
barley broth | soup | barley and carrots | parsley | one hour
nettle soup | soup | young nettles and potatoes | cream | twenty minutes
cabbage soup | soup | cabbage and potatoes | caraway | forty minutes
bread | loaf | flour | salt | forty minutes
white bread | loaf | white flour | salt and a little butter | thirty minutes
walnut bread | loaf | flour and walnuts | salt and honey | forty minutes
raisin bread | loaf | flour and raisins | sugar | forty minutes
herb bread | loaf | flour and rosemary | salt and oil | thirty minutes
oat bread | loaf | oats and flour | salt | forty minutes
honey cake | cake | honey and flour | cinnamon | thirty minutes
carrot cake | cake | carrots and flour | sugar and walnuts | forty minutes
apple cake | cake | apples and flour | cinnamon | forty minutes
lemon cake | cake | lemons and flour | sugar | thirty minutes
gingerbread | cake | flour and syrup | ginger | twenty minutes
almond cake | cake | almonds and flour | honey | thirty minutes
plum cake | cake | plums and flour | sugar | forty minutes
cherry cake | cake | cherries and flour | sugar | forty minutes
pancakes | pancake | flour and milk | jam | three minutes
apple pancakes | pancake | apples and flour | sugar | four minutes
potato pancakes | pancake | potatoes and flour | salt and chives | five minutes
buckwheat pancakes | pancake | buckwheat flour and milk | honey | three minutes
vegetable stew | stew | carrots, beans and potatoes | thyme | one hour
mushroom stew | stew | mushrooms and onions | cream | thirty minutes
fish stew | stew | fish and tomatoes | dill | thirty minutes
bean stew | stew | beans and tomatoes | sage | one hour
pumpkin stew | stew | pumpkin and beans | sage | forty minutes
lamb stew | stew | lamb and turnips | rosemary | two hours
strawberry jam | jam | strawberries | lemon juice | twenty minutes
plum jam | jam | plums | cinnamon | forty minutes
raspberry jam | jam | raspberries | lemon juice | fifteen minutes
blackberry jam | jam | blackberries | a chopped apple | twenty minutes
apricot jam | jam | apricots | lemon juice | thirty minutes
gooseberry jam | jam | gooseberries | a little water | thirty minutes
tomato salad | salad | tomatoes and onions | basil | ten minutes
cucumber salad | salad | cucumbers | dill and cream | ten minutes
bean salad | salad | cooked beans and onions | parsley | fifteen minutes
potato salad | salad | cooked potatoes | mustard and chives | ten minutes
beetroot salad | salad | cooked beetroot and apples | walnuts | ten minutes
cabbage salad | salad | cabbage and carrots | caraway | twenty minutes
fruit salad | salad | pears, plums and grapes | honey and lemon juice | ten minutes
mint tea | drink | fresh mint | honey | five minutes
camomile tea | drink | camomile flowers | honey | ten minutes
lemon balm tea | drink | lemon balm | honey | five minutes
hot milk with honey | drink | milk | honey | five minutes
spiced cider | drink | cider | cinnamon and a slice of apple | ten minutes
porridge | porridge | oats and milk | honey | ten minutes
apple porridge | porridge | oats, milk and apples | cinnamon | ten minutes
rice pudding | porridge | rice and milk | sugar and cinnamon | thirty minutes
barley porridge | porridge | barley and milk | raisins | forty minutes
baked apples | roast | apples | honey and walnuts | thirty minutes
baked potatoes | roast | potatoes | butter and salt | one hour
roast carrots | roast | carrots | honey and thyme | forty minutes
roast chestnuts | roast | chestnuts | a little salt | twenty minutes
baked trout | roast | trout | dill and butter | twenty minutes
roast parsnips | roast | parsnips | oil and rosemary | forty minutes
scrambled eggs | eggs | eggs and milk | chives | three minutes
mushroom omelette | eggs | eggs and mushrooms | parsley | five minutes
cheese omelette | eggs | eggs and cheese | pepper | four minutes
herb omelette | eggs | eggs and fresh herbs | salt | four minutes
""")
