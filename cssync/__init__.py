"""Sees customer success managers overload before customers leave."""

__version__ = "0.1.0"
