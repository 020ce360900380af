"""What a newcomer does: the demo company out of nothing, then one step after the other, each naming the next."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.desk import Ran, cssync

RULES = {
    "hire_by",
    "arr_over_limit",
    "load_over_capacity",
    "accounts_over_limit",
    "trending_to_ceiling",
    "without_working_csm",
    "new_customer_unassigned",
    "book_cost_not_covered",
    "growth_book_closed",
    "dual_ownership",
    "churn_in_healthy_books",
}


def last_line(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    return ran.out.rstrip().splitlines()[-1]


def test_without_any_settings_a_rehearsal_shows_every_rule_at_work(tmp_path: Path) -> None:
    ran = cssync("run", "--dry", "--json", cwd=tmp_path)

    assert ran.code == 0, ran.err
    assert {finding["rule"] for finding in ran.json["findings"]} == RULES
    assert all(finding["action"] for finding in ran.json["findings"])
    who = [entry["who"] for entry in ran.json["digest"]["entries"]]
    assert who[0] == "Dana Roy"
    assert len(who) == len(set(who))
    assert list(tmp_path.iterdir()) == []


def test_every_step_names_the_next(tmp_path: Path) -> None:
    first = cssync("run", "--dry", cwd=tmp_path)
    assert last_line(first).endswith("Next: cssync init")

    made = cssync("init", "--source", "demo", cwd=tmp_path)
    assert last_line(made).startswith("Next: run `cssync run --dry`")

    examined = cssync("doctor", cwd=tmp_path)
    assert last_line(examined).endswith("Next: cssync run --dry")
    assert "FAILED" not in examined.out

    rehearsed = cssync("run", "--dry", cwd=tmp_path)
    assert last_line(rehearsed).endswith("Next, for real: cssync run")
    assert "CS capacity: " in rehearsed.out

    night = cssync("run", cwd=tmp_path)
    assert last_line(night).startswith("Next, every night: cssync schedule")
    assert "CS capacity: " in night.out

    again = cssync("run", cwd=tmp_path)
    assert "nothing changed, nothing posted" in again.out
    assert "CS capacity: " not in again.out
    assert last_line(again).startswith("Next, every night: cssync schedule")
