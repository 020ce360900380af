"""Every part of the benchmark still comes to its figures, on companies too small to say anything about speed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import run
from tests.benchmarks.measure import Figure
from tests.benchmarks.served import served

_DETOUR = Path(__file__).with_name("detour")
_TINY = (
    *("--accounts", "400", "--rows", "400", "--many", "800", "--limited", "400", "--records", "400"),
    *("--repeat", "1", "--starts", "1", "--companies", "1", "--watched", "1", "--csms", "24"),
    *("--sizes", "1", "--seeds", "1"),
)


def _figures(part: str) -> dict[str, Figure]:
    found = {figure.what.strip(): figure for figure in run.figures(part, run.parsed(_TINY))}
    assert all(figure.measured for figure in found.values())
    return found


def test_proposals_are_made_by_every_way_and_ours_is_judged() -> None:
    found = _figures("rebalance")
    assert {"ours", "HiGHS, one program", "greedy", "greedy and exchanges"} <= set(found)
    assert found["ours"].target == "<= 1% missed, 10 s, < 1 GB"
    assert "misses" in found["greedy"].measured


def test_the_start_is_timed() -> None:
    assert set(_figures("startup")) == {"python -c 'import typer'", "cssync --help"}


def test_nights_are_timed_and_the_calls_of_quiet_ones_counted() -> None:
    found = _figures("nights")
    assert "first night, 400 accounts from Parquet, SQLite" in found
    assert "second night, 0.1% of them changed" in found
    assert found["Salesforce, quiet night, 1 of 400 changed"].measured.endswith("calls, 1 found")
    assert found["Salesforce, quiet night, 1 of 400 changed, with a formula"].measured.endswith("calls, 1 found")
    assert found["HubSpot, quiet night, 1 of 400 changed"].measured.endswith("calls, 1 found")
    assert found["of them to look through the archive"].measured.endswith("calls")


def test_salesforce_is_read_by_cssync_beside_the_floor_and_the_plain_client() -> None:
    found = _figures("salesforce")
    for what in (
        "cssync, to the finished table of accounts",
        "the floor: urllib3 and csv.reader, the same pages",
        "simple_salesforce query_all_iter, the same rows",
        "800 accounts",
    ):
        assert "rows/s" in found[what].measured
    assert "Salesforce, 400 accounts of 14 fields by Bulk 2.0" in found
    assert "MB" in found["peak memory of that"].measured
    assert "Salesforce, 400 accounts: cssync run --dry, as a whole" in found


def test_hubspot_is_read_by_cssync_beside_the_plain_client_and_under_a_limit() -> None:
    found = _figures("hubspot")
    assert "rows/s" in found["cssync, to the finished table of accounts"].measured
    assert "rows/s" in found["hubspot-api-client companies.get_all"].measured
    assert found["refused with 429"].measured == "0"


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment in which a program that knows HubSpot's host alone reaches the emulator."""
    with served("hubspot", 400) as crm:
        yield {
            **os.environ,
            "BENCHMARK_URL": crm.url,
            "BENCHMARK_SECONDS": str(tmp_path / "seconds"),
            "PYTHONPATH": str(_DETOUR),
            "TOKEN": crm.secret,
        }


def test_a_program_that_knows_the_vendors_host_alone_is_led_to_the_emulator(vendor: dict[str, str]) -> None:
    program = (
        "import os, requests; print(requests.get('https://api.hubapi.com/crm/v3/objects/companies?limit=20',"
        " headers={'Authorization': f'Bearer {os.environ[\"TOKEN\"]}'}).text)"
    )
    answer = subprocess.run(  # noqa: S603 - our own
        (sys.executable, "-c", program), env=vendor, capture_output=True, text=True, check=True
    )
    assert len(json.loads(answer.stdout)["results"]) == 20
    assert float(Path(vendor["BENCHMARK_SECONDS"]).read_text()) > 0


def test_a_line_of_the_table_says_what_was_to_be_met() -> None:
    missed = run.line(Figure("speed", "3 rows/s", "> 4", met=False))
    assert missed.split() == ["speed", "3", "rows/s", ">", "4", "MISSED"]
    assert run.line(Figure("speed", "3 rows/s")).split() == ["speed", "3", "rows/s"]
