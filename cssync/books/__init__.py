"""Works out every book of business from the accounts of one day and the spells of the past."""
