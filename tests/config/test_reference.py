"""What lies in config/ is what the program means: the reference, the examples and the schema cannot drift."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from cssync.settings import fields, secrets
from cssync.settings.base import Section
from cssync.settings.limits import LimitSet
from cssync.settings.load import load
from cssync.settings.model import Settings
from cssync.settings.reference import reference
from cssync.settings.schema import schema
from cssync.settings.source import HubspotSource, SalesforceSource
from cssync.settings.team import Member, Pool

CONFIG = Path(__file__).parents[2] / "config"
TEMPLATES = Path(fields.__file__).parent / "templates"
SOURCES = ("salesforce", "hubspot", "file")
MARK = re.compile(r"^(?P<setting> *\w+:).*# <- fill in.*, as in (?P<example>\S+)$", re.MULTILINE)


def filled(text: str) -> str:
    """*text* as an operator would fill it in."""
    return MARK.sub(r"\g<setting> \g<example>", text)


def uncommented(text: str, first: str) -> str:
    """The commented block that begins with *first*, as an editor would uncomment it."""
    lines = text.split(f"# {first}\n", 1)[1].split("\n\n", maxsplit=1)[0].splitlines()
    return "\n".join([first, *(line.removeprefix("# ") for line in lines)]) + "\n"


def described(section: type[Section], above: str = "") -> Iterator[tuple[str, str | None]]:
    for name, info in fields.fields(section):
        yield f"{above}{name}", info.description
        for below in fields.at(*f"{above}{name}".split(".")).sections:
            yield from described(below, f"{above}{name}.")


def test_the_reference_is_the_one_that_the_program_prints() -> None:
    assert (CONFIG / "cssync.reference.yaml").read_text("utf-8") == reference(), (
        "run: cssync config reference > config/cssync.reference.yaml"
    )


def test_the_schema_is_the_one_that_the_program_prints() -> None:
    assert json.loads((CONFIG / "cssync.schema.json").read_text("utf-8")) == schema(), (
        "run: cssync config schema > config/cssync.schema.json"
    )


@pytest.mark.parametrize("source", SOURCES)
def test_each_example_is_what_init_writes(source: str) -> None:
    example = (CONFIG / f"{source}.example.yaml").read_text("utf-8")
    assert example == (TEMPLATES / f"{source}.yaml").read_text("utf-8")


def test_the_reference_changes_nothing(tmp_path: Path) -> None:
    assert load(CONFIG / "cssync.reference.yaml", {}, tmp_path).settings == Settings()


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, text in described(Settings) if not text] == []


def test_every_setting_stands_in_the_reference_below_its_description() -> None:
    flat = re.sub(r"\n[ #]*", " ", reference())
    for name, text in described(Settings):
        setting = name.rpartition(".")[2]
        assert f"{text} {setting}:" in flat, name


@pytest.mark.parametrize(("kind", "source"), [("salesforce", SalesforceSource), ("hubspot", HubspotSource)])
def test_the_other_sources_in_the_reference_are_their_defaults(tmp_path: Path, kind: str, source: Any) -> None:
    parts = reference().split("# Or this source instead.")
    block = next(part for part in parts if f"kind: {kind}" in part)
    file = tmp_path / "cssync.yaml"
    file.write_text(uncommented(block, "source:") + "team: {scope: []}\n", "utf-8")
    user = {"CSSYNC__SOURCE__USERNAME": "u"} if kind == "salesforce" else {}
    given = {"username": "u"} if kind == "salesforce" else {}
    assert load(file, user, tmp_path).settings.source == source(kind=kind, **given)


def test_the_examples_in_comments_can_be_uncommented(tmp_path: Path) -> None:
    sections = (
        re.search(rf"^{name}:\n(?:.+\n)+", reference(), re.MULTILINE)
        for name in ("money", "team", "limits", "capacity")
    )
    file = tmp_path / "cssync.yaml"
    offered = re.compile(r"(?m)^( +)# (\S+:(?: .*)?$|  .*)")
    file.write_text("".join(offered.sub(r"\1\2", section[0]) for section in sections if section), "utf-8")
    settings = load(file, {}, tmp_path).settings
    assert settings.money.rates == {"EUR": Decimal("1.25")}
    assert settings.limits.complexity == {"Platform": Decimal("1.25")}
    assert settings.limits.segments == {"enterprise": LimitSet()}
    assert settings.limits.csms == {"dana@acme.test": LimitSet()}
    assert settings.team.members == {"dana@acme.test": Member()}
    assert settings.team.pools == {"cs.pool@acme.test": Pool()}


@pytest.mark.parametrize("source", [*SOURCES, "demo"])
def test_an_example_loads_once_its_marked_lines_are_filled_in(tmp_path: Path, source: str) -> None:
    text = (TEMPLATES / f"{source}.yaml").read_text("utf-8")
    file = tmp_path / "cssync.yaml"
    file.write_text(filled(text), "utf-8")
    settings = load(file, {}, tmp_path).settings
    assert settings.source.kind == ("file" if source == "demo" else source)
    assert len(MARK.findall(text)) == {"salesforce": 4, "hubspot": 3, "file": 2, "demo": 0}[source]


@pytest.mark.parametrize("source", [*SOURCES, "demo"])
def test_every_line_that_an_example_offers_in_a_comment_is_a_setting(tmp_path: Path, source: str) -> None:
    """What is offered begins with a name and a colon; explanations do not."""
    text = filled((TEMPLATES / f"{source}.yaml").read_text("utf-8"))
    offered = re.sub(r"(?m)^( *)# ( *(?:[a-z_]+|dana@acme\.example):(?: .*)?)$", r"\1\2", text)
    file = tmp_path / "cssync.yaml"
    file.write_text(offered, "utf-8")
    settings = load(file, {}, tmp_path).settings
    assert settings.notify.slack.channel == "C0123456789"
    assert source == "demo" or settings.limits.csms == {"dana@acme.example": LimitSet(arr=Decimal(3_000_000))}


@pytest.mark.parametrize("source", [*SOURCES, "demo"])
def test_the_secrets_that_an_example_asks_for_are_known(source: str) -> None:
    text = (TEMPLATES / f"{source}.env").read_text("utf-8")
    asked = {name.removesuffix("_FILE") for name in re.findall(r"^(?:# )?([A-Z_]+)=$", text, re.MULTILINE)}
    assert asked <= set(secrets.names())
    if source in ("salesforce", "hubspot"):
        assert {name for name in secrets.names() if name.startswith(source.upper())} <= asked


def test_the_schema_is_sound_and_accepts_the_reference_and_every_example() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    validator.validate(yaml.safe_load((CONFIG / "cssync.reference.yaml").read_text("utf-8")))
    for source in SOURCES:
        validator.validate(yaml.safe_load(filled((CONFIG / f"{source}.example.yaml").read_text("utf-8"))))


@pytest.mark.parametrize(
    "wrong",
    [
        {"limits": {"acounts": 5}},
        {"limits": {"accounts": -5}},
        {"limits": {"accounts": [5]}},
        {"source": {"kind": "pipedrive"}},
        {"source": None},
        {"schedule": {"at": "soon"}},
        {"log": {"level": "loud"}},
    ],
)
def test_the_schema_refuses_what_the_program_refuses(wrong: Any) -> None:
    assert not jsonschema.Draft202012Validator(schema()).is_valid(wrong)


def test_the_schema_explains_every_setting_to_an_editor() -> None:
    definitions = [schema(), *schema()["$defs"].values()]
    silent = [
        name
        for definition in definitions
        for name, setting in definition.get("properties", {}).items()
        if not setting.get("description")
    ]
    assert silent == []
