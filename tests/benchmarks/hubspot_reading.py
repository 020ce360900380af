"""How fast 100,000 companies of a HubSpot portal are read, beside its own client; and how near to its limit."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import sources
from tests.benchmarks.measure import Cost, Figure, cost, in_turns, middle, ratio
from tests.benchmarks.served import Served, served

_TIMES_CLIENT, _OF_LIMIT = 10.0, 0.9
_FULL_SIZE, _FULL_LIMITED_SIZE = 100_000, 30_000
_WINDOW_SECONDS, _TOO_MANY = 10.0, 429


def figures(companies: int, repeat: int) -> Iterator[Figure]:
    """Without any limit."""
    properties = "\n".join(sources.mapped(sources.HUBSPOT_FIELDS))
    judged = companies >= _FULL_SIZE
    with served("hubspot", companies) as crm:

        def client() -> Cost:
            return cost("clients", "hubspot", crm.url, "", environ=crm.environ, stdin=properties)

        _cssync(crm)  # the emulator thinks: not measured
        asked = crm.asked()
        client()
        ours, theirs = in_turns((lambda: _cssync(crm), client), repeat)
    beside = ratio(ours, theirs)
    yield Figure(f"HubSpot, {companies:,} companies, limits off", f"{len(asked):,} calls")
    yield Figure("  cssync, to the finished table of accounts", str(middle(ours)))
    yield Figure("  hubspot-api-client companies.get_all", str(middle(theirs)))
    yield Figure(
        "  cssync beside it", str(beside), f">= {_TIMES_CLIENT:.0f}", beside.rate >= _TIMES_CLIENT if judged else None
    )
    yield Figure(
        "  peak memory of cssync, of the client", f"{middle(ours).peak_mb:,.0f}, {middle(theirs).peak_mb:,.0f} MB"
    )


def limited(companies: int, limit: int) -> Iterator[Figure]:
    """Under a limit of so many requests per ten seconds, announced as HubSpot announces it."""
    judged = companies >= _FULL_LIMITED_SIZE
    with served("hubspot", companies, limit) as crm:
        run = _cssync(crm, "paced")
        asked = crm.asked()
    refused = sum(each.status == _TOO_MANY for each in asked)
    share = len(asked) / run.seconds / (limit / _WINDOW_SECONDS)
    yield Figure(
        f"HubSpot, {companies:,} companies, {limit} calls per 10 s", f"{len(asked):,} calls, {run.seconds:.1f} s"
    )
    yield Figure(
        "  of what the limit allows", f"{share:.2f}", f">= {_OF_LIMIT}", share >= _OF_LIMIT if judged else None
    )
    yield Figure("  refused with 429", str(refused), "0", refused == 0)


def _cssync(crm: Served, *paced: str) -> Cost:
    return cost("reading", "hubspot", crm.url, *paced, environ=crm.environ)
