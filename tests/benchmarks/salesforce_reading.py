"""How fast 100,000 accounts of a Salesforce org become the table of accounts, and how much memory that takes.

Beside the same program: the floor, which streams the same bulk pages into a CSV reader and drops them; and
simple_salesforce, which reads the same rows page by page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.benchmarks import sources
from tests.benchmarks.measure import Cost, Figure, cost, in_turns, middle, ratio
from tests.benchmarks.served import Asked, Served, served

_OF_FLOOR, _TIMES_CLIENT, _PEAK_MB = 0.5, 2.0, 200.0
_FULL_SIZE = 100_000
_RESULTS = re.compile(r"/services/data/v\d+\.0/jobs/query/\w+/results(\?.*)?")


def figures(accounts: int, many: int, repeat: int) -> Iterator[Figure]:
    """*many*: the size at which memory is looked at again; 0 leaves that out."""
    judged = accounts >= _FULL_SIZE
    with served("salesforce", accounts) as crm:
        _cssync(crm, accounts)  # the emulator thinks: not measured
        asked = crm.asked()
        pages, query = bulk_pages(asked), whole_query()
        _client(crm, "simple_salesforce", [query])
        ours, floor, plain = in_turns(
            (
                lambda: _cssync(crm, accounts),
                lambda: _client(crm, "floor", pages),
                lambda: _client(crm, "simple_salesforce", [query]),
            ),
            repeat,
        )
    peak = max(each.peak_mb for each in ours)
    of_floor, of_client = ratio(ours, floor), ratio(ours, plain)
    yield Figure(
        f"Salesforce, {accounts:,} accounts of {len(query.split(','))} fields by Bulk 2.0", f"{len(asked)} calls"
    )
    yield Figure("  cssync, to the finished table of accounts", str(middle(ours)))
    yield Figure("  the floor: urllib3 and csv.reader, the same pages", str(middle(floor)))
    yield Figure(
        "  cssync beside the floor", str(of_floor), f">= {_OF_FLOOR}", of_floor.rate >= _OF_FLOOR if judged else None
    )
    yield Figure("  simple_salesforce query_all_iter, the same rows", str(middle(plain)))
    yield Figure(
        "  cssync beside that",
        str(of_client),
        f">= {_TIMES_CLIENT}",
        of_client.rate >= _TIMES_CLIENT if judged else None,
    )
    yield Figure(
        "  peak memory over the interpreter's own",
        f"{peak:,.0f} MB",
        f"< {_PEAK_MB:.0f} MB",
        peak < _PEAK_MB if judged else None,
    )
    if many:
        yield from _growth(accounts, peak, many)


def _growth(accounts: int, peak: float, many: int) -> Iterator[Figure]:
    with served("salesforce", many) as crm:
        _cssync(crm, many)
        larger = _cssync(crm, many)
    growth, rows = larger.peak_mb / peak, many / accounts
    yield Figure(f"  {many:,} accounts", str(larger))
    yield Figure(
        "  peak memory of that",
        f"{larger.peak_mb:,.0f} MB, {growth:.1f}x",
        f"< {rows:.0f}x for {rows:.0f}x the rows",
        growth < rows,
    )


def whole_query() -> str:
    """All accounts, the fields that are mapped and no others."""
    return f"SELECT {', '.join(sources.mapped(sources.SALESFORCE_FIELDS))} FROM Account"  # noqa: S608 # names of fields, all ours


def bulk_pages(asked: Sequence[Asked]) -> list[str]:
    """The addresses of the pages of bulk results, in the order in which they were asked for."""
    return [each.target for each in asked if each.method == "GET" and _RESULTS.fullmatch(each.target)]


def _cssync(crm: Served, accounts: int) -> Cost:
    bulk_from = min(accounts, sources.BULK_FROM)
    return cost("reading", "salesforce", crm.url, f"bulk_from={bulk_from}", environ=crm.environ)


def _client(crm: Served, name: str, tasks: Sequence[str]) -> Cost:
    return cost("clients", name, crm.url, crm.ca_file, environ=crm.environ, stdin="\n".join(tasks))
