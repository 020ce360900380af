"""The nouns of the trade, as frozen values. Nothing here does any input or output."""
