"""The README's table of the 44 statements: where each lives in the product, and which test holds it.

``python -m tests.seed_table`` writes it into README.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cssync.model.seeds import SEEDS
from tests.documents import README, ROOT, numbered_tests

BEGIN, END = "<!-- written by: python -m tests.seed_table -->\n", "<!-- end of the seeds -->\n"

_NUMBERED = re.compile(r"^test_seed(_\d+)+_")

# What of the product carries each statement out; rules, settings, commands and files in backticks.
LIVES: Mapping[int, str] = {
    1: "`arr_over_limit`: `limits.arr`, and `limits.segments` where enterprise CSMs carry more",
    2: "`accounts_over_limit`: `limits.accounts`",
    3: "`accounts_over_limit`; the ideal beside it in `cssync verdicts`",
    4: "`trending_to_ceiling`: `limits.trend_accounts`, by the end of next fiscal quarter",
    5: "`limits.complexity` divides account limits and multiplies the hours of an account",
    6: "accounts a CSM by deal size: `cssync/capacity/touch.py`, `cssync verdicts`",
    7: "all limits are settings; exceptions of `cssync alerts` lapse: `alerts.review_exceptions_days`",
    8: "`churn_in_healthy_books`, whose action is to run `cssync backtest`",
    9: "`team.members`: part time, experience, other duties; `capacity.duties`; `limits.stage`",
    10: "the second line of each digest: `cssync/report/digest.py`",
    11: "the mix stands in the story of every alert: `rules/evidence.py`",
    12: "`book_cost_not_covered`: `capacity.cost_per_year`",
    13: "`arr_over_limit` is softened while the hours are there: `rules.arr_over_limit.soften`",
    14: "`growth_book_closed`: `portfolio.growth_book_from`; `cssync rebalance` fills no such book",
    15: "`cssync/capacity/portfolio.py`, in `cssync verdicts` and each story; cut-offs under `portfolio`",
    16: "`cssync plan`: each hire's own value beside its cost, and that of one more",
    17: "`cssync/capacity/touch.py`, `cssync verdicts`",
    18: "`cssync/capacity/touch.py`, in the story of each book: `rules/evidence.py`",
    19: "books, teams and segments by deal size: `cssync/capacity/touch.py`",
    20: "`hire_by`: need at `hiring.quantile`, looked for a whole lead ahead",
    21: "`hire_by` and `cssync plan`: `hiring.first_csm`",
    22: "`limits.stage`: growth, `limits.stages.growth`",
    23: "`capacity.cost_per_year`, `hiring.value.lifetime` in `cssync plan`",
    24: "`churn_in_healthy_books`; the direction of churn in `cssync plan`",
    25: "who needs attention, and why, in the story of each book: `rules/service.py`",
    26: "`source.accounts.usage` and `source.accounts.decision_maker_changed`, in the same place",
    27: "`limits.stage`: early; roles of `team.members`; the ratio in `cssync plan`",
    28: "who works which deal, in the story of each book: `deals.renewal`, `deals.large_from`",
    29: "`cssync plan` goes by segment; by what a company of its size goes, in `cssync verdicts`",
    30: "`limits.stage`: sliding, off by default: `limits.stages.sliding`",
    31: "`hiring.ramp_days`; `without_working_csm`, `new_customer_unassigned`",
    32: "`hiring.dedicated_from_arr`, `hiring.pooled_under_arr`, `team.pools`",
    33: "roles of `team.members`: no book, no limit, but in the cost of `cssync plan`",
    34: "who works an upsell: `deals.sales_past`",
    35: "`team.scope`, `capacity.duties`; `hiring.value.valuation` in `cssync plan`",
    36: "`dual_ownership`: `source.accounts.second_csm`",
    37: "`team.renewals_team_from`, in `cssync plan`",
    38: "`team.scope`, which every settings file must state",
    39: "`cssync verdicts`: by segment",
    40: "`cssync verdicts`: where a book stands among companies",
    41: "`cssync/capacity/touch.py`; `capacity.modifiers.low_touch`; limits and hours by segment",
    42: "`capacity.modifiers.low_touch`, `playbooks.executive_outcomes_review`",
    43: "every alert: `cssync/model/finding.py`",
    44: "`playbooks.outcomes_plan`, `playbooks.prescriptive_onboarding`, `playbooks.executive_outcomes_review`",
}


def table() -> str:
    """One row a seed, in Markdown. Raises KeyError where a seed lives nowhere, or has no test."""
    tests = numbered_tests("seed")
    rows = (f"| {seed.row} | {seed.says} | {LIVES[seed.row]} | {_link(_foremost(tests[seed.row]))} |" for seed in SEEDS)
    return "\n".join(("| seed | what it says | where it lives | test |", "|---|---|---|---|", *rows, ""))


def _foremost(tests: list[str]) -> str:
    """What people are told before what it is reckoned from."""
    return min(tests, key=lambda test: not test.startswith("tests/rules/"))


def _link(test: str) -> str:
    """What the test says, and its file; it is found there by the number of the seed."""
    file, _, name = test.partition("::")
    return f"[{_NUMBERED.sub('', name).replace('_', ' ')}]({file})"


def written(readme: str) -> str:
    """*readme* with the table as it ought to be."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    (ROOT / "README.md").write_text(written(README), "utf-8")
