"""Where the library and HubSpot's addresses may be met: in one module each, so that a change of either is one edit."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from cssync.errors import TransientError
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.building import AS_OF, connector
from tests.connectors.hubspot.nights import Calendar, company_of, night
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import html, too_many
from tests.emulators.hubspot.faults import Fault
from tests.emulators.hubspot.server import HubspotEmulator

CONNECTOR = Path(__file__).parents[3] / "connectors" / "hubspot"
# /crm/..., /account-info/..., /settings/v3/..., /oauth/v2/...: what begins like an address within HubSpot's API.
API_PATH = re.compile(r"^/(crm|account-info|settings|oauth|integrations|owners|companies|deals)\b")


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(CONNECTOR.glob("*.py")):
        yield path.name, ast.parse(path.read_text("utf-8"))


def _texts(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_case_7_the_urllib3_that_breaks_the_library_is_excluded_by_what_is_installed() -> None:
    required = [Requirement(each) for each in metadata.requires("cssync") or ()]
    (urllib3,) = [each for each in required if each.name == "urllib3"]

    assert not urllib3.specifier.contains("2.6.0")
    assert urllib3.specifier.contains("2.6.1")
    assert urllib3.specifier.contains(metadata.version("urllib3"))


def test_case_11_the_untyped_library_is_met_in_one_module_and_none_of_its_objects_leaves_it() -> None:
    assert {name for name, module in _modules() for each in _imported(module) if each.split(".")[0] == "hubspot"} == {
        "transport.py"
    }
    (transport,) = [module for name, module in _modules() if name == "transport.py"]
    (sends,) = [node for node in ast.walk(transport) if isinstance(node, ast.FunctionDef) and node.name == "send"]
    assert sends.returns is not None
    assert ast.unparse(sends.returns) == "Reply | Again"


def test_case_51_no_module_but_one_knows_an_address_of_the_api() -> None:
    assert {name for name, module in _modules() if any(API_PATH.match(text) for text in _texts(module))} == {
        "endpoints.py"
    }


@pytest.mark.parametrize(
    "fault",
    [
        faults.instead(too_many("SECONDLY")),
        faults.instead(html(502, "Bad Gateway")),
        faults.instead(html(200, "We are down for maintenance")),
        faults.null_results,
        faults.truncated,
        faults.reset,
    ],
    ids=["429", "502", "html", "null", "truncated", "reset"],
)
@pytest.mark.parametrize("path", ["/companies/search", "/deals/search", "/crm/v4/associations/"])
def test_case_8_9_searches_and_batches_are_tried_again_like_any_other_request(path: str, fault: Fault) -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 3, deals=3)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=3)
        portal.edit("companies", 1, name="New")
        portal.edit("deals", 1002, amount="12")
        hubspot.requests.clear()
        hubspot.faults.on(1, fault, path=path)
        pull = night(hubspot, mirror, calendar)

        assert (pull.changed, len(hubspot.requested(path))) == (1, 2 if "v4" in path else 3)
        assert pull.opportunities.sort("opportunity_id")["amount"].to_list() == [10, 12, 10]


def test_case_8_a_429_without_retry_after_on_a_search_is_waited_out_as_its_policy_says() -> None:
    pauses: list[float] = []
    with HubspotEmulator(company_of(Calendar(), 3)) as hubspot:
        hubspot.faults.on(1, faults.instead(too_many("TEN_SECONDLY_ROLLING")), path="/companies/search")
        connector(hubspot, sleep=pauses.append).pull(AS_OF)

    (pause,) = pauses
    assert 10 <= pause <= 10.5


def test_case_8_a_search_that_never_works_ends_after_six_attempts() -> None:
    with HubspotEmulator(company_of(Calendar(), 3)) as hubspot:
        hubspot.faults.always(faults.instead(html(502, "Bad Gateway")), path="/companies/search")
        with pytest.raises(TransientError, match="6 times in a row"):
            connector(hubspot).pull(AS_OF)
        assert len(hubspot.requested("/companies/search")) == 6
