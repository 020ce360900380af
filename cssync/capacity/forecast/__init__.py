"""Where each book, and each segment, is heading."""

from cssync.capacity.forecast.ledger import Hours, Ledger
from cssync.capacity.forecast.told import (
    Components,
    Forecast,
    Forecaster,
    LikelyLoss,
    OpenDeal,
    UnseenWins,
)

__all__ = [
    "Components",
    "Forecast",
    "Forecaster",
    "Hours",
    "Ledger",
    "LikelyLoss",
    "OpenDeal",
    "UnseenWins",
]
