"""The words that names of people and customers are put together from."""

from __future__ import annotations

FIRST_NAMES = (
    "Aiko", "Amara", "Bram", "Carla", "Chidi", "Dario", "Elif", "Emil", "Farah", "Finn", "Gita", "Hana", "Hugo",
    "Ines", "Ivan", "Jana", "Jonas", "Kofi", "Lars", "Leila", "Luca", "Maja", "Malik", "Mei", "Mira", "Nadia",
    "Niels", "Noor", "Olga", "Oskar", "Pablo", "Paula", "Quinn", "Rafael", "Rosa", "Sanjay", "Selma", "Tariq",
    "Tessa", "Uma", "Viktor", "Wanda", "Xenia", "Yara", "Yusuf", "Zoe",
)  # fmt: skip

LAST_NAMES = (
    "Abara", "Ahlberg", "Bauer", "Bianchi", "Castro", "Chen", "Costa", "Dahl", "Dubois", "Eriksen", "Farouk",
    "Ferrari", "Garcia", "Grant", "Hansen", "Hoang", "Ivanova", "Jansen", "Kaur", "Keller", "Kim", "Kowalski",
    "Lopez", "Marsh", "Meyer", "Moreau", "Mwangi", "Novak", "Olsen", "Park", "Patel", "Petrov", "Reyes", "Rossi",
    "Sato", "Schmidt", "Silva", "Singh", "Suzuki", "Tanaka", "Toth", "Vance", "Varga", "Weber", "Yilmaz", "Zhou",
)  # fmt: skip

COMPANY_WORDS = (
    "Alder", "Amber", "Anchor", "Aspen", "Beacon", "Birch", "Bluebird", "Bramble", "Brook", "Canyon", "Cedar",
    "Cinder", "Clover", "Cobalt", "Copper", "Coral", "Crane", "Delta", "Dune", "Ember", "Falcon", "Fern", "Flint",
    "Garnet", "Glacier", "Granite", "Harbor", "Hazel", "Heron", "Indigo", "Ivory", "Juniper", "Kestrel", "Lantern",
    "Larch", "Linden", "Maple", "Marble", "Meadow", "Mistral", "Nimbus", "Oak", "Onyx", "Orchard", "Osprey",
    "Pebble", "Pine", "Prairie", "Quartz", "Quill", "Raven", "Ridge", "River", "Saffron", "Sierra", "Slate",
    "Sparrow", "Summit", "Tamarack", "Thistle", "Timber", "Tundra", "Umber", "Valley", "Violet", "Willow", "Zephyr",
)  # fmt: skip

COMPANY_TRADES = (
    "Analytics", "Apparel", "Bakeries", "Biotech", "Capital", "Ceramics", "Chemicals", "Clinics", "Coffee",
    "Construction", "Dairy", "Dental", "Design", "Diagnostics", "Education", "Electric", "Energy", "Farms", "Films",
    "Foods", "Freight", "Furniture", "Gaming", "Glass", "Hotels", "Insurance", "Interiors", "Labs", "Leasing",
    "Legal", "Logistics", "Marine", "Media", "Metals", "Mobility", "Motors", "Networks", "Optics", "Outdoor",
    "Packaging", "Pharma", "Printing", "Rail", "Retail", "Robotics", "Security", "Solar", "Sports", "Steel",
    "Studios", "Textiles", "Tools", "Travel",
)  # fmt: skip

# Told apart by place once word and trade are used up; the empty one comes first.
COMPANY_PLACES = (
    "", "Austin", "Berlin", "Boston", "Bristol", "Chicago", "Cork", "Dallas", "Denver", "Dublin", "Geneva", "Ghent",
    "Hamburg", "Helsinki", "Kobe", "Kyoto", "Leeds", "Lisbon", "Lyon", "Madrid", "Malmo", "Milan", "Montreal",
    "Nagoya", "Oslo", "Osaka", "Ottawa", "Perth", "Porto", "Prague", "Seattle", "Seville", "Sydney", "Tampa",
    "Toronto", "Turin", "Utrecht", "Vienna", "Warsaw", "Zurich",
)  # fmt: skip
