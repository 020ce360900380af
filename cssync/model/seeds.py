"""The 44 statements on how much a CSM can carry that the defaults rest on, from five public articles.

A threshold that cites "seed 4" means the fourth of them. They disagree with each other in places; each is given in
our own words, as narrowly as its article has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Article(StrEnum):
    """*_COMMENTS: what readers wrote under the article."""

    CLIENT_SUCCESS_1 = "ClientSuccess, first version"
    CLIENT_SUCCESS_2 = "ClientSuccess, second version"
    HOW_MANY_CSMS = "How Many CSMs You Really Need"
    SAASTR = "SaaStr, The $2 Million Dollar Man/Woman"
    SAASTR_COMMENTS = "SaaStr, The $2 Million Dollar Man/Woman (comments)"
    HOW_MANY_ACCOUNTS = "How Many Accounts Should a CSM Have"


@dataclass(frozen=True, slots=True)
class Seed:
    """*row*: 1 to 44. *says*: the statement, a sentence without its full stop."""

    row: int
    articles: tuple[Article, ...]
    says: str


_BOTH = (Article.CLIENT_SUCCESS_1, Article.CLIENT_SUCCESS_2)
_FIRST = (Article.CLIENT_SUCCESS_1,)
_SECOND = (Article.CLIENT_SUCCESS_2,)
_MIX = (Article.HOW_MANY_CSMS,)
_SAASTR = (Article.SAASTR,)
_COMMENTS = (Article.SAASTR_COMMENTS,)
_ACCOUNTS = (Article.HOW_MANY_ACCOUNTS,)

SEEDS: tuple[Seed, ...] = (
    Seed(1, _BOTH, "A book over $2M of ARR is the trigger to hire; enterprise CSMs may carry more"),
    Seed(2, _FIRST, "More than 50 accounts are too many for one CSM"),
    Seed(3, _SECOND, "25 to 35 accounts are ideal, up to 50 workable; from there on proactive work degrades severely"),
    Seed(4, _BOTH, "A CSM heading for 75 accounts by the end of next quarter: start interviewing and budgeting now"),
    Seed(5, _BOTH, "The more complex the product, the fewer accounts one CSM can look after"),
    Seed(6, _SECOND, "40 mid-market customers, 10 strategic ones and $2M of ARR are about the same load"),
    Seed(
        7, _BOTH, "Define value, complexity and volume explicitly; where a book is right as it is, record the exception"
    ),
    Seed(8, _SECOND, "Shallow relationships, overworked CSMs and rising churn are signs that the model needs refining"),
    Seed(9, _BOTH, "Company stage, travel, training and the CSM's experience change what one CSM can carry"),
    Seed(10, _BOTH, "The CEO and the CFO must know the number"),
    Seed(11, _MIX, "Never apply $2M blindly: look at the mix of the book"),
    Seed(12, _MIX, "What success and support cost must stay below the recurring revenue that they look after"),
    Seed(13, _MIX, "A mature book of low maintenance may far exceed $2M"),
    Seed(14, _MIX, "A book that is about to grow gets no further accounts if engagement would fall"),
    Seed(15, _MIX, "Sort the portfolio by profitability and growth: stars, cash cows, question marks, poor dogs"),
    Seed(16, _MIX, "There is no ideal ratio: the right headcount is the one that maximises value"),
    Seed(17, _SAASTR, "Accounts per CSM are $2M by the deal size: $100k 20, $20k 100, $5k 400, $1k 2,000"),
    Seed(18, _SAASTR, "The deal size decides the touch, from two visits a year down to answering tickets"),
    Seed(19, _SAASTR, "Segment the team by deal size"),
    Seed(20, _SAASTR, "Hire ahead of the need, not in arrears"),
    Seed(
        21, _SAASTR, "The first CSM of large accounts at two of them; of the middle when the segment has $300k to $500k"
    ),
    Seed(22, _SAASTR, "While growing quickly, $1M per CSM until $10M of ARR or more"),
    Seed(23, _SAASTR, "A CSM costs about $100k a year; a customer can be worth up to six times the first deal"),
    Seed(24, _SAASTR, "The direction of churn matters more than its level"),
    Seed(25, _COMMENTS, "Tooling must say which customers need attention, and why"),
    Seed(26, _COMMENTS, "Use what is known of usage and of changes among decision makers"),
    Seed(27, _COMMENTS, "Early on two CSMs per $1M, then one or two, with leaders and support; roles specialise later"),
    Seed(28, _COMMENTS, "Basic renewals go to finance, small upsells to CS, large ones to sales with CS"),
    Seed(29, _COMMENTS, "Allocate by portfolio or segment potential; individual focus until $10M of ARR"),
    Seed(
        30, _COMMENTS, "The ratio slides: $2M per CSM up to $10M of ARR, then $2.5M, $3M and $4M past $20M, $50M, $100M"
    ),
    Seed(31, _COMMENTS, "A CSM ramps for two to three months, and customers expect support from day one"),
    Seed(32, _COMMENTS, "A customer over $2M has a CSM of its own; $100k to $1M are shared 20 to 2; below, pooled"),
    Seed(33, _COMMENTS, "Some of the staff carry no book: leaders, a centre of excellence"),
    Seed(34, _COMMENTS, "Sales works an upsell only from a share of the first deal on, such as 100%"),
    Seed(35, _COMMENTS, "$2M is for ongoing care alone; onboarding, services, support and presales lower it far"),
    Seed(36, _COMMENTS, "One owner per account"),
    Seed(37, _COMMENTS, "Past 500 to 600 customers a separate team renews; CSMs find leads and never close"),
    Seed(38, _COMMENTS, "Whether CSMs implement and train must be stated"),
    Seed(39, _ACCOUNTS, "Accounts per CSM: SMB 125 to 200, mid-market 80 to 125, large 40 to 80, enterprise 10 to 40"),
    Seed(40, _ACCOUNTS, "Of B2B SaaS companies 23% have under 10 accounts a CSM, 33% 10 to 25, 29% to 50, 14% to 100"),
    Seed(41, _ACCOUNTS, "High touch gets a CSM of its own, low touch is automated; segment by use case and outcome"),
    Seed(
        42, _ACCOUNTS, "One to many: automate. One to one: few accounts, and reviews of outcomes instead of check-ins"
    ),
    Seed(43, _ACCOUNTS, "Against analysis paralysis: each alert names one action"),
    Seed(44, _ACCOUNTS, "Playbooks: an outcomes plan, prescriptive onboarding, an executive outcomes review"),
)

_BY_ROW = {seed.row: seed for seed in SEEDS}
_NUMBER = re.compile(r"\d+")


def seed(row: int) -> Seed:
    """Raises KeyError where there is no such row."""
    return _BY_ROW[row]


def cited(text: str) -> Iterator[Seed]:
    """Yield the seeds that a citation names: "seed 5", "seeds 1, 2 and 3"."""
    _, _, rows = text.partition("seed")
    yield from (seed(int(row)) for row in _NUMBER.findall(rows))
