"""What each of the articles would say of one book, side by side: they disagree, and each rests on rows of the seeds.

They are held to their own figures here, not to the settings; which limit is in force, and why, is said beside them.
Their money is US dollars; it is taken as it stands for the currency in which figures are shown.
"""

from cssync.capacity.verdicts.agreement import Side, by_article, disagreement, sides
from cssync.capacity.verdicts.articles import COLUMNS, verdicts
from cssync.capacity.verdicts.force import InForce, in_force
from cssync.capacity.verdicts.verdict import Verdict, Word

__all__ = [
    "COLUMNS",
    "InForce",
    "Side",
    "Verdict",
    "Word",
    "by_article",
    "disagreement",
    "in_force",
    "sides",
    "verdicts",
]
