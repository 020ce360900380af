"""The way of every older store to the tables of today. Only forward: the way back is a backup."""
