"""The image and the compose file: linted, of this checkout, and shut in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import check_jsonschema
import jsonschema
import pytest
import yaml
from packaging.specifiers import SpecifierSet

from cssync.cli.app import COMMANDS
from cssync.settings import secrets
from tests.deploy.tools import run, tool
from tests.documents import ROOT

DOCKERFILE = ROOT / "deploy" / "docker" / "Dockerfile"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
SCHEMA = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
EXACT = re.compile(r"docker\.io/library/[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+(@sha256:[0-9a-f]{64})?")


def instructions(name: str) -> list[str]:
    """The arguments of every instruction of that name, in order."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [line.split(None, 1)[1] for line in text.splitlines() if line.split(None, 1)[:1] == [name]]


def last(name: str) -> str:
    return instructions(name)[-1]


def test_hadolint_finds_nothing() -> None:
    found = tool("hadolint", "--no-color", DOCKERFILE)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_image_stands_on_an_exact_python_that_the_project_supports() -> None:
    first, *others = instructions("FROM")
    assert EXACT.fullmatch(first.removesuffix(" AS python"))
    assert {other.partition(" AS ")[0] for other in others} == {"python"}
    python = re.search(r"python:([\d.]+)-", first)
    supported = re.search(r'^requires-python = "(.*)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert python
    assert supported
    assert SpecifierSet(supported[1]).contains(python[1])
    assert f'base.name="{first.removesuffix(" AS python")}"' in last("LABEL")


def test_the_image_is_built_by_the_uv_of_the_lock() -> None:
    asked = re.search(r'"uv==\$\((.*)\)"', instructions("RUN")[0])
    assert asked
    told = run("bash", "-c", asked[1], folder=ROOT).stdout
    assert told.strip() == tool("uv", "--version").stdout.split()[1]


def test_the_image_starts_as_a_user_without_a_shell_in_between() -> None:
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", last("USER"))
    assert json.loads(last("ENTRYPOINT")) == ["cssync"]
    assert json.loads(last("CMD"))[0] in COMMANDS
    program, command = json.loads(last("HEALTHCHECK").partition(" CMD ")[2])
    assert program == "cssync"
    assert command in COMMANDS
    assert last("STOPSIGNAL") == "SIGTERM"


def test_the_builder_is_sent_what_the_image_is_built_from_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sent = {line.strip("!/") for line in lines if line.startswith("!")}
    copied = {word for copy in instructions("COPY") if not copy.startswith("--from") for word in copy.split()[:-1]}
    assert "*" in lines
    assert sent == copied
    assert {name for name in copied if not (ROOT / name).exists()} == set()


def test_the_compose_file_is_one() -> None:
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(COMPOSE)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_container_is_shut_in(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "cap_add" not in service
    assert "ports" not in service
    assert "build" in service or EXACT.fullmatch(service["image"])


def test_every_secret_is_a_file_called_like_its_variable_and_no_value_stands_in_the_compose_file() -> None:
    used = {name for service in COMPOSE["services"].values() for name in service["secrets"]}
    assert used == set(COMPOSE["secrets"])
    assert {name: secret["file"] for name, secret in COMPOSE["secrets"].items()} == {n: f"./private/{n}" for n in used}
    assert set(COMPOSE["services"]["cssync"]["secrets"]) <= set(secrets.names())
    assert not set(secrets.names()) & set(COMPOSE["services"]["cssync"]["environment"])
    assert COMPOSE["services"]["cssync"]["environment"]["CSSYNC_SECRETS"] == "/run/secrets"


def test_cssync_waits_for_a_database_that_nobody_else_can_reach() -> None:
    assert COMPOSE["services"]["cssync"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert "--host=127.0.0.1" in COMPOSE["services"]["postgres"]["healthcheck"]["test"]
    assert COMPOSE["services"]["postgres"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_git_leaves_the_private_folder_alone() -> None:
    assert "/deploy/private/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
