/// The categories and products of the sample catalogue; prices in cents of whatever the shop's currency is.
extension SampleCatalog {
    static let categories: [SampleCategory] = [
        SampleCategory(
            "electronics", "Electronics", parent: nil, sortOrder: 10,
            "Phones, computers, sound and light for desk and home."),
        SampleCategory("audio", "Audio", parent: "electronics", sortOrder: 10, "Headphones, speakers and turntables."),
        SampleCategory(
            "computers", "Computers", parent: "electronics", sortOrder: 20, "Laptops, keyboards, monitors and storage."),
        SampleCategory(
            "smart-home", "Smart Home", parent: "electronics", sortOrder: 30, "Lights, sensors and thermostats."),
        SampleCategory(
            "home-kitchen", "Home & Kitchen", parent: nil, sortOrder: 20,
            "Everything for cooking, sleeping and sitting well."),
        SampleCategory("cookware", "Cookware", parent: "home-kitchen", sortOrder: 10, "Pots, pans and knives."),
        SampleCategory(
            "coffee-tea", "Coffee & Tea", parent: "home-kitchen", sortOrder: 20, "Grinders, kettles and beans."),
        SampleCategory("bedding", "Bedding", parent: "home-kitchen", sortOrder: 30, "Linen, duvets and pillows."),
        SampleCategory("outdoors", "Outdoors", parent: nil, sortOrder: 30, "For the trail, the campsite and the road."),
        SampleCategory("camping", "Camping", parent: "outdoors", sortOrder: 10, "Tents, stoves and sleeping bags."),
        SampleCategory("cycling", "Cycling", parent: "outdoors", sortOrder: 20, "Lights, helmets and tools."),
        SampleCategory("clothing", "Clothing", parent: nil, sortOrder: 40, "Made to be worn for years."),
        SampleCategory("shoes", "Shoes", parent: "clothing", sortOrder: 10, "Running, hiking and everyday shoes."),
        SampleCategory("books", "Books", parent: nil, sortOrder: 50, "Novels, cookbooks and field guides."),
    ]

    static let products: [SampleProduct] = [
        SampleProduct(
            "AUD-HP-700", in: "audio", "Nimbus 700 Wireless Headphones", brand: "Nimbus", price: 24_900, before: 29_900,
            grams: 260,
            stock: 120, threshold: 10,
            "Over-ear headphones with active noise cancelling, 38 hours of battery and a fold-flat case."),
        SampleProduct(
            "AUD-EB-200", in: "audio", "Nimbus Buds 2", brand: "Nimbus", price: 12_900, before: nil, grams: 52,
            stock: 200, threshold: 20,
            "True wireless earbuds with transparency mode and a case that charges in ten minutes."),
        SampleProduct(
            "AUD-SP-110", in: "audio", "Harbor Portable Speaker", brand: "Harbor", price: 8_900, before: 9_900,
            grams: 610,
            stock: 85, threshold: 10,
            "Waterproof Bluetooth speaker with a warm sound and a strap for the bike."),
        SampleProduct(
            "AUD-TT-330", in: "audio", "Linden Belt-Drive Turntable", brand: "Linden", price: 34_900, before: nil,
            grams: 5_200,
            stock: 18, threshold: 5,
            "Two-speed turntable with a walnut plinth, built-in preamp and a carbon tonearm."),
        SampleProduct(
            "AUD-SB-410", in: "audio", "Harbor Soundbar 2.1", brand: "Harbor", price: 27_900, before: nil, grams: 7_300,
            stock: 30, threshold: 5,
            "Soundbar with a wireless subwoofer and a dialogue mode that makes speech clear."),
        SampleProduct(
            "CMP-LT-140", in: "computers", "Aster 14 Laptop, 16 GB", brand: "Aster", price: 119_900, before: 129_900,
            grams: 1_290,
            stock: 40, threshold: 5,
            "Fourteen-inch laptop with a matte display, a full day of battery and a quiet fan."),
        SampleProduct(
            "CMP-LT-160", in: "computers", "Aster 16 Laptop, 32 GB", brand: "Aster", price: 179_900, before: nil,
            grams: 1_890,
            stock: 22, threshold: 5,
            "Sixteen-inch laptop for code and video, with a bright display and four USB-C ports."),
        SampleProduct(
            "CMP-KB-087", in: "computers", "Tessera 87 Mechanical Keyboard", brand: "Tessera", price: 13_900,
            before: nil, grams: 980,
            stock: 75, threshold: 10,
            "Tenkeyless mechanical keyboard with hot-swappable tactile switches and PBT keycaps."),
        SampleProduct(
            "CMP-MS-020", in: "computers", "Tessera Glide Mouse", brand: "Tessera", price: 5_900, before: nil,
            grams: 82,
            stock: 150, threshold: 20,
            "Light wireless mouse with a precise sensor and silent buttons."),
        SampleProduct(
            "CMP-MN-270", in: "computers", "Vista 27 4K Monitor", brand: "Vista", price: 42_900, before: 47_900,
            grams: 5_600,
            stock: 28, threshold: 5,
            "Twenty-seven-inch 4K monitor with USB-C power delivery and an adjustable stand."),
        SampleProduct(
            "CMP-SD-200", in: "computers", "Granite Portable SSD 2 TB", brand: "Granite", price: 16_900, before: nil,
            grams: 58,
            stock: 140, threshold: 15,
            "Pocket solid-state drive with 2 TB, a rubber shell and hardware encryption."),
        SampleProduct(
            "CMP-DK-110", in: "computers", "Quay USB-C Dock", brand: "Quay", price: 18_900, before: nil, grams: 340,
            stock: 60, threshold: 10,
            "Eleven ports, two displays and one cable to the laptop."),
        SampleProduct(
            "SMH-BL-400", in: "smart-home", "Lumen Smart Bulb, 4 Pack", brand: "Lumen", price: 4_900, before: nil,
            grams: 320,
            stock: 210, threshold: 25,
            "Dimmable white and color bulbs that need no hub."),
        SampleProduct(
            "SMH-TH-100", in: "smart-home", "Hearth Learning Thermostat", brand: "Hearth", price: 19_900, before: nil,
            grams: 410,
            stock: 45, threshold: 10,
            "Thermostat that learns when you are home and shows what it saves."),
        SampleProduct(
            "SMH-SN-300", in: "smart-home", "Lumen Motion Sensor", brand: "Lumen", price: 2_900, before: nil, grams: 44,
            stock: 160, threshold: 20,
            "Battery-powered motion and light sensor for halls and stairs."),
        SampleProduct(
            "SMH-DB-150", in: "smart-home", "Porchlight Video Doorbell", brand: "Porchlight", price: 14_900,
            before: 16_900, grams: 280,
            stock: 55, threshold: 10,
            "Doorbell with a wide view, night vision and recordings that stay at home."),
        SampleProduct(
            "KIT-SK-260", in: "cookware", "Forge Carbon Steel Skillet 26 cm", brand: "Forge", price: 6_900, before: nil,
            grams: 1_750,
            stock: 90, threshold: 10,
            "Pre-seasoned carbon steel skillet that goes from stove to oven."),
        SampleProduct(
            "KIT-DO-550", in: "cookware", "Forge Enameled Dutch Oven 5.5 l", brand: "Forge", price: 18_900,
            before: 21_900, grams: 5_400,
            stock: 35, threshold: 5,
            "Cast-iron Dutch oven with a cream enamel for bread, stews and braises."),
        SampleProduct(
            "KIT-KN-200", in: "cookware", "Kiso Chef's Knife 20 cm", brand: "Kiso", price: 12_900, before: nil,
            grams: 190,
            stock: 65, threshold: 10,
            "Hand-finished Japanese chef's knife with a layered steel blade and an oak handle."),
        SampleProduct(
            "KIT-CB-450", in: "cookware", "Maple End-Grain Cutting Board", brand: "Forge", price: 9_900, before: nil,
            grams: 3_900,
            stock: 40, threshold: 5,
            "End-grain maple board that is kind to knives, with a juice groove."),
        SampleProduct(
            "KIT-ST-300", in: "cookware", "Stacking Mixing Bowls, Set of 3", brand: "Forge", price: 3_900, before: nil,
            grams: 1_300,
            stock: 120, threshold: 15,
            "Stainless steel bowls with lids and non-slip feet."),
        SampleProduct(
            "COF-GR-040", in: "coffee-tea", "Burr & Bean Hand Grinder", brand: "Burr & Bean", price: 8_900, before: nil,
            grams: 620,
            stock: 70, threshold: 10,
            "Hand coffee grinder with steel burrs and forty click settings."),
        SampleProduct(
            "COF-KT-100", in: "coffee-tea", "Gooseneck Electric Kettle 1 l", brand: "Burr & Bean", price: 7_900,
            before: 8_900, grams: 1_150,
            stock: 80, threshold: 10,
            "Electric kettle with a slow, precise pour and temperature to the degree."),
        SampleProduct(
            "COF-ES-900", in: "coffee-tea", "Piccolo Espresso Machine", brand: "Piccolo", price: 54_900, before: nil,
            grams: 8_900,
            stock: 15, threshold: 5,
            "Compact espresso machine with a steel boiler, a pressure gauge and a steam wand."),
        SampleProduct(
            "COF-BN-250", in: "coffee-tea", "Single Origin Coffee Beans 250 g", brand: "Burr & Bean", price: 1_450,
            before: nil, grams: 260,
            stock: 400, threshold: 50,
            "Washed Ethiopian beans, roasted every Tuesday, with notes of apricot and honey."),
        SampleProduct(
            "TEA-GN-100", in: "coffee-tea", "Sencha Green Tea 100 g", brand: "Kiso", price: 1_290, before: nil,
            grams: 120,
            stock: 300, threshold: 40,
            "First-flush Japanese green tea, grassy and sweet."),
        SampleProduct(
            "BED-LN-200", in: "bedding", "Stonewashed Linen Duvet Cover", brand: "Hemlock", price: 15_900, before: nil,
            grams: 1_600,
            stock: 50, threshold: 10,
            "Duvet cover of European linen that softens with every wash."),
        SampleProduct(
            "BED-PW-050", in: "bedding", "Down Alternative Pillow, 2 Pack", brand: "Hemlock", price: 6_900, before: nil,
            grams: 1_700,
            stock: 110, threshold: 15,
            "Two medium-firm pillows with recycled filling and cotton covers."),
        SampleProduct(
            "BED-WB-150", in: "bedding", "Merino Wool Blanket", brand: "Hemlock", price: 17_900, before: 19_900,
            grams: 1_450,
            stock: 33, threshold: 5,
            "Woven merino blanket, warm without weight, in heather grey."),
        SampleProduct(
            "BED-MT-160", in: "bedding", "Foam Mattress Topper 160 cm", brand: "Hemlock", price: 21_900, before: nil,
            grams: 9_800,
            stock: 20, threshold: 5,
            "Cooling foam topper with a washable cover."),
        SampleProduct(
            "CAM-TN-002", in: "camping", "Ridgeline 2 Person Tent", brand: "Ridgeline", price: 32_900, before: 36_900,
            grams: 1_900,
            stock: 25, threshold: 5,
            "Freestanding three-season tent with two doors, under two kilograms."),
        SampleProduct(
            "CAM-SB-010", in: "camping", "Ridgeline Down Sleeping Bag -5", brand: "Ridgeline", price: 28_900,
            before: nil, grams: 890,
            stock: 30, threshold: 5,
            "Down sleeping bag for cold nights, with a two-way zip and a draft collar."),
        SampleProduct(
            "CAM-ST-020", in: "camping", "Ember Pocket Stove", brand: "Ember", price: 5_900, before: nil, grams: 95,
            stock: 140, threshold: 15,
            "Gas stove the size of a fist that boils a liter in three minutes."),
        SampleProduct(
            "CAM-HL-400", in: "camping", "Ember 400 Headlamp", brand: "Ember", price: 4_500, before: nil, grams: 78,
            stock: 180, threshold: 20,
            "Rechargeable headlamp with red light and a lock against waking up in the pack."),
        SampleProduct(
            "CAM-BT-075", in: "camping", "Insulated Steel Bottle 750 ml", brand: "Ridgeline", price: 3_200, before: nil,
            grams: 340,
            stock: 260, threshold: 30,
            "Vacuum bottle that keeps tea hot for twelve hours."),
        SampleProduct(
            "CAM-BP-045", in: "camping", "Ridgeline 45 l Trekking Backpack", brand: "Ridgeline", price: 17_900,
            before: nil, grams: 1_420,
            stock: 42, threshold: 5,
            "Trekking backpack with a ventilated back and a rain cover."),
        SampleProduct(
            "CYC-HM-310", in: "cycling", "Vento Road Helmet", brand: "Vento", price: 11_900, before: nil, grams: 260,
            stock: 65, threshold: 10,
            "Light helmet with rotational protection and eighteen vents."),
        SampleProduct(
            "CYC-LT-080", in: "cycling", "Vento Light Set 800", brand: "Vento", price: 6_900, before: 7_900, grams: 190,
            stock: 130, threshold: 15,
            "Front and rear lights, seen from a mile away, charged by USB-C."),
        SampleProduct(
            "CYC-TL-017", in: "cycling", "17-in-1 Multi-Tool", brand: "Vento", price: 3_400, before: nil, grams: 165,
            stock: 190, threshold: 20,
            "Chain tool, hex and torx keys in one pocket-sized tool."),
        SampleProduct(
            "CYC-PN-700", in: "cycling", "Commuter Pannier, Waterproof", brand: "Vento", price: 8_900, before: nil,
            grams: 980,
            stock: 48, threshold: 10,
            "Roll-top pannier with a laptop sleeve and a mount that clicks."),
        SampleProduct(
            "SHO-RN-410", in: "shoes", "Stride Daily Running Shoe", brand: "Stride", price: 12_900, before: nil,
            grams: 520,
            stock: 95, threshold: 10,
            "Cushioned running shoe for everyday miles, with an engineered mesh upper."),
        SampleProduct(
            "SHO-HK-520", in: "shoes", "Summit Hiking Boot", brand: "Summit", price: 18_900, before: 21_900,
            grams: 1_180,
            stock: 52, threshold: 10,
            "Waterproof leather hiking boot with a grippy rubber sole that can be replaced."),
        SampleProduct(
            "SHO-SN-130", in: "shoes", "Court Leather Sneaker", brand: "Stride", price: 9_900, before: nil, grams: 760,
            stock: 88, threshold: 10,
            "Plain white leather sneaker that goes with everything."),
        SampleProduct(
            "CLO-JK-610", in: "clothing", "Tempest Rain Jacket", brand: "Summit", price: 19_900, before: nil,
            grams: 390,
            stock: 60, threshold: 10,
            "Three-layer rain jacket with taped seams and pit zips."),
        SampleProduct(
            "CLO-SW-220", in: "clothing", "Lambswool Crewneck Sweater", brand: "Hemlock", price: 9_900, before: nil,
            grams: 430,
            stock: 72, threshold: 10,
            "Lambswool sweater knitted in one piece, without seams."),
        SampleProduct(
            "CLO-TS-100", in: "clothing", "Heavyweight Cotton T-Shirt", brand: "Hemlock", price: 2_900, before: nil,
            grams: 240,
            stock: 500, threshold: 50,
            "Boxy T-shirt of thick organic cotton that keeps its shape."),
        SampleProduct(
            "CLO-SK-300", in: "clothing", "Merino Hiking Socks, 3 Pack", brand: "Summit", price: 3_600, before: nil,
            grams: 150,
            stock: 320, threshold: 40,
            "Merino socks with a padded heel, guaranteed for life."),
        SampleProduct(
            "BOK-CK-001", in: "books", "The Patient Baker", brand: "Longleaf Press", price: 3_400, before: nil,
            grams: 1_250,
            stock: 100, threshold: 10,
            "A cookbook of slow breads: sourdough, rye and the weekends they take."),
        SampleProduct(
            "BOK-FG-002", in: "books", "A Field Guide to Night Skies", brand: "Longleaf Press", price: 2_600,
            before: nil, grams: 540,
            stock: 85, threshold: 10,
            "Star charts and stories for every month, readable by red light."),
        SampleProduct(
            "BOK-NV-003", in: "books", "The Lighthouse Ledger", brand: "Longleaf Press", price: 1_800, before: nil,
            grams: 380,
            stock: 140, threshold: 15,
            "A novel about an island, its keeper and the accounts that do not add up."),
        SampleProduct(
            "BOK-NV-004", in: "books", "Small Repairs", brand: "Longleaf Press", price: 1_600, before: nil, grams: 310,
            stock: 150, threshold: 15,
            "Twelve linked stories about things that are mended and people who are not."),
    ]
}
