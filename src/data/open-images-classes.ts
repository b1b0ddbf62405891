/**
 * The classes of OpenImages that layouts are made of: the 300 most frequent ones and those that COCO has, too
 * (taming-transformers, `top_300_classes_plus_coco_compatibility`), by name.
 */
const TOP_CLASSES = `
Aircraft; Airplane; Alarm clock; Animal; Antelope; Apple; Auto part; Backpack; Bagel; Baked goods; Ball; Balloon;
Banana; Barrel; Baseball bat; Baseball glove; Bathroom accessory; Bear; Bed; Bee; Beer; Beetle; Bench; Bicycle;
Bicycle helmet; Bicycle wheel; Billboard; Bird; Boat; Book; Bookcase; Boot; Bottle; Bowl; Box; Boy; Brassiere;
Bread; Broccoli; Bronze sculpture; Building; Bull; Bus; Bust; Butterfly; Cabinetry; Cake; Camel; Camera; Candle;
Candy; Cannon; Canoe; Car; Carnivore; Carrot; Cart; Castle; Cat; Cattle; Cello; Chair; Cheese; Chest of drawers;
Chicken; Christmas tree; Clock; Clothing; Coat; Cocktail; Coffee; Coffee cup; Coffee table; Coin; Common sunflower;
Computer keyboard; Computer monitor; Computer mouse; Convenience store; Cookie; Cosmetics; Couch; Countertop; Cowboy
hat; Crab; Crocodile; Cucumber; Cupboard; Curtain; Dairy Product; Deer; Desk; Dessert; Dinosaur; Dog; Doll; Dolphin;
Door; Doughnut; Dragonfly; Drawer; Dress; Drink; Drum; Duck; Eagle; Earrings; Egg (Food); Elephant; Falcon; Fashion
accessory; Fast food; Fedora; Fire hydrant; Fish; Flag; Flower; Flowerpot; Flying disc; Food; Football; Football
helmet; Footwear; Fork; Fountain; French fries; French horn; Frog; Fruit; Furniture; Giraffe; Girl; Glasses; Goat;
Goggles; Goldfish; Gondola; Goose; Grape; Grapefruit; Guitar; Hair dryer; Hamburger; Handbag; Harbor seal; Hat;
Headphones; Helicopter; Helmet; High heels; Hiking equipment; Home appliance; Horse; Hot dog; House; Houseplant;
Human arm; Human beard; Human body; Human ear; Human eye; Human face; Human foot; Human hair; Human hand; Human
head; Human leg; Human mouth; Human nose; Ice cream; Insect; Invertebrate; Jacket; Jeans; Jellyfish; Juice; Kitchen
& dining room table; Kitchen appliance; Kitchen knife; Kite; Knife; Ladybug; Lamp; Land vehicle; Lantern; Laptop;
Lavender (Plant); Lemon; Lighthouse; Lily; Lion; Lizard; Luggage and bags; Man; Maple; Marine invertebrates; Marine
mammal; Medical equipment; Microphone; Microwave oven; Mirror; Mobile phone; Monkey; Moths and butterflies;
Motorcycle; Muffin; Mug; Mule; Mushroom; Musical instrument; Musical keyboard; Necklace; Office building; Office
supplies; Orange; Ostrich; Oven; Owl; Oyster; Paddle; Palm tree; Panda; Parachute; Parking meter; Parrot; Pastry;
Pear; Pen; Penguin; Person; Personal flotation device; Piano; Picture frame; Pig; Pillow; Pizza; Plant; Plate;
Platter; Polar bear; Porch; Poster; Pumpkin; Rabbit; Refrigerator; Remote control; Rifle; Roller skates; Rose;
Salad; Sandal; Sandwich; Saucer; Saxophone; Scarf; Scissors; Sculpture; Sea lion; Sea turtle; Seafood; Shark; Sheep;
Shelf; Shellfish; Shirt; Shorts; Shrimp; Sink; Skateboard; Ski; Skirt; Skull; Skyscraper; Snack; Snail; Snake;
Snowboard; Sock; Sofa bed; Sparrow; Spider; Spoon; Sports equipment; Sports uniform; Squirrel; Stairs; Stool; Stop
sign; Strawberry; Street light; Studio couch; Submarine sandwich; Suit; Suitcase; Sun hat; Sunglasses; Surfboard;
Sushi; Swan; Swimming pool; Swimwear; Table; Tableware; Tank; Taxi; Tea; Teddy bear; Television; Tennis ball; Tennis
racket; Tent; Tie; Tiger; Tin can; Tire; Toaster; Toilet; Tomato; Tool; Toothbrush; Tortoise; Tower; Toy; Traffic
light; Traffic sign; Train; Tree; Tripod; Trousers; Truck; Trumpet; Umbrella; Van; Vase; Vegetable; Vehicle; Vehicle
registration plate; Violin; Wall clock; Waste container; Watch; Watercraft; Weapon; Wheel; Wheelchair; Whiteboard;
Window; Wine; Wine glass; Woman; Zebra; Zucchini
`;

/** Classes that COCO does not tell apart, by OpenImages' ids (`open_images_unify_categories_for_coco`). */
const UNIFIED = [
  { to: '/m/01g317', from: ['/m/03bt1vf', '/m/04yx4', '/m/05r655', '/m/01bl7v'] },
  { to: '/m/01xq0k1', from: ['/m/0cnyhnx'] },
  { to: '/m/018xm', from: ['/m/01226z', '/m/05ctyq'] },
  { to: '/m/04ctx', from: ['/m/058qzx'] },
  { to: '/m/0l515', from: ['/m/06pcq'] },
  { to: '/m/02crq1', from: ['/m/03m3pdh'] },
  { to: '/m/01x3z', from: ['/m/046dlr', '/m/0h8mzrc'] },
] as const;

/** The lists of classes that can be chosen, by their published names. */
export const categoryAllowLists: Readonly<Record<string, ReadonlySet<string>>> = {
  'taming.data.open_images_helper.top_300_classes_plus_coco_compatibility': new Set(
    TOP_CLASSES.split(';').map((name) => name.replaceAll('\n', ' ').trim()),
  ),
};

/** What classes count as, by their published names: from the id of one to that of another. */
export const categoryMappings: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  'taming.data.open_images_helper.open_images_unify_categories_for_coco': new Map(
    UNIFIED.flatMap(({ to, from }) => from.map((id) => [id, to] as const)),
  ),
};
