"""Holds README.md and docs/ true: commands run, output is what is printed, tables are what the code says."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from connectors.file import exports, owners
from connectors.hubspot import endpoints
from cssync.capacity.limits import LimitBook
from cssync.cli import failures
from cssync.cli.app import COMMANDS, app, load
from cssync.errors import ExitCode
from cssync.model.tables import OPPORTUNITIES, SNAPSHOT
from cssync.settings import fields, secrets
from cssync.settings import load as loading
from cssync.settings.environment import FOLDER_VARIABLE
from cssync.settings.model import Settings
from cssync.settings.source import (
    AccountFields,
    HubspotAccountFields,
    HubspotOpportunityFields,
    OpportunityFields,
    SalesforceAccountFields,
    SalesforceOpportunityFields,
)
from rules.engine import RULES
from tests.documents import (
    DOCS,
    LEFT_OUT,
    PAGES,
    README,
    ROOT,
    block,
    command_lines,
    quoted,
    recorded,
    section,
    tables,
    the_table,
    unmarked,
)
from tests.nights import Nights, many, pull_of

DAY = "2026-11-22"
CONNECT, RULES_PAGE, CAPACITY, SETTINGS = (
    DOCS[f"docs/{name}.md"] for name in ("connect", "rules", "capacity", "settings")
)
# What a page and a folder of it show, one command after the other.
RECORDED = {(page, folder): shown for page, text in PAGES.items() for folder, shown in recorded(text).items()}
WALKS = [walk for walk in RECORDED if not walk[0].startswith("deploy/")]
# What has happened in a folder before the page begins.
BEFORE = {
    "night": ("cssync init --source file --scope none", "cssync demo --out config/exports", "cssync run"),
}
EXCERPTS = re.findall(r"<!-- from: (\S+) -->\n```text\n(.*?)```", README, re.DOTALL)
# What differs from run to run, in a form of the same length where the width of a line depends on it.
_PASSING = (
    (re.compile(r"\bin \d+\.\d s"), "in 0.1 s"),
    (re.compile(r"\d\d:\d\d UTC"), "00:00 UTC"),
    (re.compile(r"\brun [0-9a-f]{8}\b"), "run 00000000"),
    (re.compile(r"\bwritten \d{4}-\d\d-\d\d\b"), "written 0000-00-00"),
)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and an environment that says nothing to cssync."""
    for name in os.environ:
        if name.startswith("CSSYNC") or name.removesuffix("_FILE") in secrets.names():
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(command: str) -> list[str]:
    """What *command* writes to stdout on the day of the README."""
    _, *arguments = shlex.split(command)
    if arguments[0] in {"run", "demo"}:
        arguments += ["--as-of", DAY]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == ExitCode.OK, done.output
    return lasting(done.stdout)


def lasting(text: str) -> list[str]:
    for passing, instead in _PASSING:
        text = passing.sub(instead, text)
    return [line.rstrip() for line in text.rstrip().splitlines()]


@pytest.mark.parametrize("walk", WALKS, ids=" ".join)
def test_the_output_shown_is_what_is_printed(walk: tuple[str, str], alone: Path) -> None:
    for command in BEFORE.get(walk[1], ()):
        printed(command)
    for shown in RECORDED[walk]:
        out = printed(shown.command)
        expected = type(shown)(shown.command, tuple(lasting("\n".join(shown.lines))))
        missing = expected.missing_from(out)
        assert not missing, f"{shown.command} does not print this here:\n{missing}\nbut:\n" + "\n".join(out)


def test_all_walks_and_the_excerpt_were_read() -> None:
    assert {walk: len(RECORDED[walk]) for walk in WALKS} == {
        ("README.md", "demo"): 1,
        ("README.md", "own"): 12,
        ("docs/capacity.md", "night"): 1,
    }
    assert [story for story, _ in EXCERPTS] == ["tests/e2e/dana.txt"]


@pytest.mark.parametrize("page", ["README.md", *DOCS])
def test_every_block_of_commands_is_run_or_says_what_it_needs(page: str) -> None:
    assert not unmarked(PAGES[page])


@pytest.mark.parametrize(("story", "excerpt"), EXCERPTS)
def test_an_excerpt_is_what_the_whole_holds(story: str, excerpt: str) -> None:
    """Apart from where lines end: the page is narrower."""
    whole, at = " ".join((ROOT / story).read_text("utf-8").split()), 0
    for passage in excerpt.split(f"\n{LEFT_OUT}\n"):
        said = " ".join(passage.split())
        assert said in whole[at:], said
        at = whole.index(said, at) + len(said)


def options(*path: str) -> dict[str, set[str]]:
    """Every spelling of every option of a command, by its longest one."""
    command: Any = load(path[0])
    for name in path[1:]:
        command = command.commands[name]
    return {max(each.opts, key=len): set(each.opts) for each in command.params if each.param_type_name == "option"}


def commands() -> Iterator[tuple[str, ...]]:
    for name in COMMANDS:
        command: Any = load(name)
        below = getattr(command, "commands", {})
        yield from ((name, each) for each in below)
        if not below or command.invoke_without_command:
            yield (name,)


@pytest.mark.parametrize("line", sorted(set(chain.from_iterable(map(command_lines, PAGES.values())))))
def test_a_command_that_is_named_exists_with_its_options(line: str) -> None:
    _, *words = shlex.split(line, comments=True)
    if words[0] == "--version":
        return
    path = next(path for path in commands() if list(path) == words[: len(path)])
    known = set().union(*options(*path).values())
    assert {word for word in words if word.startswith("-")} <= known


def test_the_commands_are_all_there_are() -> None:
    told = {
        row["command"]: (set(quoted(row["options"])), row["what it does"])
        for row in the_table(DOCS["docs/commands.md"], "Commands")
    }
    assert told == {
        f"`cssync {' '.join(path)}`": (set(options(*path)) - {"--config"}, help_of(*path)) for path in commands()
    }


def help_of(*path: str) -> str:
    command: Any = load(path[0])
    for name in path[1:]:
        command = command.commands[name]
    return str(command.help).partition("\n")[0]


def test_the_exit_codes_are_all_there_are() -> None:
    told = the_table(DOCS["docs/nights.md"], "Exit codes")
    assert [(row["exit code"], row["name"]) for row in told] == [(str(int(code)), code.name) for code in ExitCode]


@cache
def defaults() -> dict[str, str]:
    """Every setting's default by its dotted name, as YAML would say it."""

    def leaves(value: Any, above: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name, below in value.items():
                yield from leaves(below, f"{above}.{name}" if above else name)
        else:
            yield above, str(value).lower() if isinstance(value, bool) else str(value)

    return dict(leaves(Settings().model_dump(mode="json", by_alias=True), ""))


def test_the_figures_of_the_capacity_model_are_those_in_force() -> None:
    capacity, hours = Settings().capacity, Settings().capacity.hours_per_account
    duties = ", ".join(f"{share:.0%} {name}" for name, share in capacity.duties)
    told = {quoted(row["setting"])[-1]: row["default"] for row in the_table(CAPACITY, "Load and capacity")}
    assert told == {
        "capacity.hours_per_account": (
            f"{hours.smb} SMB and digital, {hours.mid_market} mid-market, "
            f"{hours.large} large, {hours.enterprise} enterprise"
        ),
        "limits.complexity": "1",
        **{
            f"capacity.modifiers.{name}": f"\N{MULTIPLICATION SIGN} {getattr(capacity.modifiers, name).times}"
            for name in ("onboarding", "at_risk", "renewal", "low_touch")
        },
        "capacity.productive_hours": str(capacity.productive_hours),
        "team.members": "full time, like others, none",
        "capacity.duties": f"must be said; {duties}",
        "hiring.ramp_days": f"{Settings().hiring.ramp_days} days",
        "capacity.cost_per_year": str(capacity.cost_per_year),
    }
    assert hours.digital == hours.smb


def test_every_default_that_is_given_is_the_one_in_force() -> None:
    pages = "\n".join((README, *DOCS.values()))
    given = re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`\s\(`?([^`()]+?)`?\)", pages)
    told = {name: value for name, value in given if name in defaults()}
    assert len(told) > 40
    assert told == {name: defaults()[name] for name in told}


@pytest.mark.parametrize("page", ["README.md", *sorted(DOCS.keys() - {"docs/json.md"})])
def test_every_setting_that_is_named_exists(page: str) -> None:
    named = {name.partition(":")[0] for name in quoted(PAGES[page])}
    dotted = {name for name in named if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", name)}
    settings = {name for name in dotted if name.partition(".")[0] in Settings.model_fields}
    assert settings - set(fields.names()) == set()


def test_the_rules_are_all_there_are() -> None:
    told = the_table(RULES_PAGE, "Rules")
    assert [(quoted(row["rule"])[0], row["seeds"]) for row in told] == [(r.id, ", ".join(r.seeds)) for r in RULES]
    of = ("limits.", "capacity.amber_at")
    limits = (next((name for name in quoted(row["fires when"]) if name.startswith(of)), "") for row in told)
    assert [row["default"] for row in told] == [defaults().get(name, "0") for name in limits]


@pytest.mark.parametrize(
    ("book", "accounts"),
    [
        ({"csm": "U1", "segment": "Enterprise"}, 60),
        ({"csm": "U2", "segment": "Enterprise"}, 25),
        ({"csm": "U2", "segment": "Mid-Market", "product": "Platform"}, 40),
        ({"csm": "U2", "segment": "Mid-Market"}, 50),
    ],
)
def test_the_example_of_limits_works_out_as_told(book: dict[str, str], accounts: int) -> None:
    example = block(CAPACITY, "Which limit holds", "yaml").replace("dana@acme.test", "U1")
    settings = Settings.model_validate(yaml.safe_load(example))
    held = Nights(settings).walk(pull_of(many(4, **book))).book(book["csm"])
    limits = LimitBook(settings.limits, lambda _: "default")
    assert limits.limit(held, "accounts").value == accounts
    assert limits.limit(held, "arr").value == Decimal(2_000_000)


def test_the_settings_that_the_readme_begins_with_are_accepted() -> None:
    settings = Settings.model_validate(yaml.safe_load(block(README, "Configure", "yaml")))
    assert settings.team.members["lena.fischer@acme.test"].fte == Decimal("0.5")
    assert settings.notify.slack.enabled


@pytest.mark.parametrize(
    ("title", "models"),
    [
        ("`source.accounts`", (AccountFields, SalesforceAccountFields, HubspotAccountFields)),
        ("`source.opportunities`", (OpportunityFields, SalesforceOpportunityFields, HubspotOpportunityFields)),
    ],
)
def test_the_mapping_is_the_one_that_is_built_in(title: str, models: tuple[type[AccountFields], ...]) -> None:
    told = the_table(SETTINGS, title)
    assert [quoted(row["setting"])[0] for row in told] == list(models[0].model_fields)
    for row in told:
        for source, model in zip(("file", "Salesforce", "HubSpot"), models, strict=True):
            default = model.model_fields[quoted(row["setting"])[0]].get_default()
            assert row[source] == ("none" if default is None else f"`{default}`")


def test_conditions_may_use_these_names() -> None:
    told = {row["condition on"]: quoted(row["names"]) for row in the_table(SETTINGS, "Conditions")}
    hidden = {"is_customer", "book_id", "unit_id"}
    assert told == {"accounts": [c for c in SNAPSHOT if c not in hidden], "opportunities": list(OPPORTUNITIES)}


def test_the_secrets_are_all_there_are() -> None:
    assert [quoted(row["variable"])[0] for row in the_table(SETTINGS, "Secrets")] == list(secrets.names())


def test_the_variables_are_those_that_are_read() -> None:
    told = [quoted(row["variable"])[0] for row in the_table(SETTINGS, "Environment")]
    override = f"{loading.OVERRIDE}SECTION__NAME"
    assert told == [loading.PATH_VARIABLE, FOLDER_VARIABLE, override, failures.DEBUG_VARIABLE, "NO_COLOR", "COLUMNS"]


def test_hubspot_is_granted_the_scopes_that_are_asked_for() -> None:
    asked = [value for value in vars(endpoints).values() if isinstance(value, endpoints.Endpoint)]
    for record_type in (endpoints.COMPANIES, endpoints.DEALS):
        asked += [record_type.list, record_type.search, record_type.properties]
    told = re.findall(r"`(crm\.[a-z.]+|multi-currency-read)`", section(CONNECT, "HubSpot"))
    assert sorted(told) == sorted({endpoint.scope for endpoint in asked} - {""})


def test_the_columns_of_files_are_those_that_are_read() -> None:
    table = next(table for table in tables(section(CONNECT, "Files")) if "file" in table[0])
    told = {quoted(row["file"])[0]: (quoted(row["needed columns"]), quoted(row["optional columns"])) for row in table}
    assert told == {
        "owners": (list(owners.NEEDED), list(owners.OPTIONAL)),
        "ownership": (list(exports.OWNERSHIP_COLUMNS), list(exports.OWNERSHIP_OPTIONAL)),
        "opportunity_history": (list(exports.DEAL_HISTORY_COLUMNS), list(exports.DEAL_HISTORY_OPTIONAL)),
        "rates": (list(owners.RATES), []),
    }
    header = block(CONNECT, "Files", "csv").partition("\n")[0].split(",")
    assert set(header) <= {info.get_default() for info in AccountFields.model_fields.values()}


def test_the_layers_are_those_that_are_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = project["tool"]["importlinter"]["contracts"]
    assert "\n".join(contract["layers"]) in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[page]):
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        headings = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}, target


def test_every_file_that_is_named_exists() -> None:
    named = {
        name
        for page in (README, *DOCS.values())
        for name in quoted(page)
        if re.fullmatch(r"(cssync|config|tests|deploy|rules)/[\w./]*", name)
    }
    assert {name for name in named if not (ROOT / name).exists()} <= {"config/cssync.yaml", "config/.env"}


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= set(re.findall(r"(?:`|\$ )make ([a-z-]+)", "\n".join(PAGES.values()))) <= targets
