"""Works out every book of business from the accounts of one day and the spells of the past.

``snapshot`` classifies and converts a pull; ``spells`` compares it with what is remembered; ``aggregate`` adds up.
All of it is pure: the same input gives the same books, and nothing is read or written.
"""
