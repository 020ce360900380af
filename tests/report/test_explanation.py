"""How an explanation reads on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from decimal import Decimal

from rich.console import Console

from cssync.explain.trace import Conversion, Explanation, Measure, Record, Source, SourceKind, Trace
from cssync.report.explanation import Page, explanation_text
from cssync.report.explanation_json import explanation_as_json
from tests.builders import DAY


def customer(number: int, arr: str, **changes: object) -> Trace:
    record = Record("account", f"A{number}", f"Name {number}", f"https://crm.test/A{number}")
    trace = Trace("customer", record.name, Decimal(arr), Measure.MONEY, 1, record=record)
    return replace(trace, **changes)  # type: ignore[arg-type] # by name, as the test says


EUROS = Conversion(Decimal("100.10"), "EUR", Decimal("1.2500"), "rates.csv")
CUSTOMERS = Trace(
    "customers",
    "Customers",
    Decimal("1155.13"),
    Measure.MONEY,
    3,
    says=("An account counts where arr > 0.",),
    sources=(
        Source(SourceKind.FIELD, "Account.ARR__c"),
        Source(SourceKind.SETTING, "customers.where", "cssync.yaml:7"),
        Source(SourceKind.SEED, "seed 2", says="More than 50 are too many"),
    ),
    parts=(customer(1, "1000.00"), customer(2, "125.12", conversion=EUROS), customer(3, "30.01")),
    adds_up=True,
)
DANA = Record("owner", "U1", "Dana Roy", "https://crm.test/U1")
PAGE = Page("USD", most=10, links=False)


def shown(*traces: Trace, page: Page = PAGE, terminal: bool = False) -> list[str]:
    out = io.StringIO()
    console = Console(
        file=out, width=100, force_terminal=terminal, color_system="truecolor" if terminal else None, highlight=False,
        markup=False,
    )  # fmt: skip
    explanation = Explanation("csm", DANA, "Dana Roy: 3 customers", ("The night of 22 Nov 2026.",), traces)
    for part in explanation_text(explanation, page):
        console.print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_sum_is_followed_by_the_records_that_make_it_and_by_itself() -> None:
    assert shown(CUSTOMERS) == [
        "Dana Roy: 3 customers",
        "The night of 22 Nov 2026.",
        "",
        "Customers: 3 customers, $1,155.13",
        "  An account counts where arr > 0.",
        "  read from Account.ARR__c",
        "  set by customers.where (cssync.yaml:7)",
        "  seed 2: More than 50 are too many",
        "  Name 1 (A1)  1  $1,000.00  https://crm.test/A1",
        "  Name 2 (A2)  1    $125.12  €100.10 at 1.25 (rates.csv); https://crm.test/A2",
        "  Name 3 (A3)  1     $30.01  https://crm.test/A3",
        "  In all       3  $1,155.13",
    ]


def test_what_is_left_out_is_added_up_so_that_the_lines_still_come_to_the_sum() -> None:
    page = replace(PAGE, most=1)
    assert shown(CUSTOMERS, page=page)[-3:] == [
        "  Name 1 (A1)  1  $1,000.00  https://crm.test/A1",
        "  2 more       2    $155.13  --all shows them",
        "  In all       3  $1,155.13",
    ]
    assert len(shown(CUSTOMERS, page=replace(PAGE, most=None))) == 12


def test_fields_and_settings_are_never_left_out() -> None:
    fields = tuple(Trace(f"field.{number}", f"F{number}", says=("empty",)) for number in range(4))
    assert len(shown(Trace("read", "What was read", parts=fields), page=replace(PAGE, most=1))[4:]) == 4


def test_where_the_terminal_follows_links_the_name_is_one_and_no_address_is_written() -> None:
    told = "\n".join(shown(CUSTOMERS, page=replace(PAGE, links=True), terminal=True))
    assert "https://crm.test/A1\x1b\\Name 1" in told
    assert "https://" not in re.sub("\x1b]8;[^\x1b]*\x1b", "", told)


def test_lines_that_do_not_come_to_the_sum_say_so() -> None:
    wrong = replace(CUSTOMERS, parts=CUSTOMERS.parts[:2])
    assert "short of it by 1 customer, $30.01: a fault in" in shown(wrong)[-2]


def test_parts_of_a_part_stand_below_it() -> None:
    window = Trace("change.30", "Since 23 Oct 2026", Decimal(5), Measure.MONEY, 1, adds_up=True, parts=(
        Trace("before", "held on 23 Oct 2026", Decimal(7), Measure.MONEY, 3),
        Trace("churned", "churned", Decimal(-2), Measure.MONEY, -2),
    ))  # fmt: skip
    assert shown(Trace("history", "How it came to this", parts=(window,)))[4:] == [
        "  Since 23 Oct 2026       1   $5.00",
        "    held on 23 Oct 2026   3   $7.00",
        "    churned              -2  -$2.00",
    ]


def test_other_figures_carry_their_measure() -> None:
    figures = (
        Trace("a", "Load", Decimal("141.25"), Measure.HOURS),
        Trace("b", "Utilisation", Decimal("1.104"), Measure.SHARE),
        Trace("c", "Limit", Decimal("50.0"), Measure.ACCOUNTS),
        Trace("d", "To hire", Decimal(2), Measure.CSMS),
    )
    assert shown(Trace("x", "X", parts=figures))[4:] == [
        "  Load           141.25 h",
        "  Utilisation        110%",
        "  Limit                50",
        "  To hire          2 CSMs",
    ]


def test_names_that_would_be_acted_upon_are_one_visible_line() -> None:
    evil = customer(1, "5", record=Record("account", "A\x1b[2J", "Ann\ncssync: all is well\u202e", None))
    assert (
        shown(replace(CUSTOMERS, parts=(evil,), adds_up=False))[-1]
        == "  Name 1: Ann cssync: all is well (A [2J)  1  $5.00"
    )


def test_a_program_gets_every_part_with_exact_figures() -> None:
    explanation = Explanation("csm", DANA, "Dana Roy: 3 customers", (), (CUSTOMERS,))
    written = explanation_as_json(explanation, DAY, "USD")
    assert (written["as_of"], written["about"], written["subject"]["id"]) == ("2026-11-22", "csm", "U1")
    (customers,) = written["traces"]
    assert (customers["value"], customers["count"], customers["adds_up"]) == ("1155.13", 3, True)
    assert customers["parts"][1]["conversion"] == {
        "amount": "100.10",
        "currency": "EUR",
        "rate": "1.2500",
        "source": "rates.csv",
    }
    assert customers["parts"][0]["record"]["url"] == "https://crm.test/A1"
