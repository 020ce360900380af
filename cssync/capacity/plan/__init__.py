"""How many CSMs each segment needs, from when on, by when to hire them, and what that costs and brings."""
