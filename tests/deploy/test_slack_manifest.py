"""The manifest of the Slack app: Slack's own keys, and every scope that cssync asks for with what it is for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.documents import DOCS, quoted, section

TEXT = (Path(__file__).parents[2] / "deploy" / "slack" / "manifest.yaml").read_text("utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load(TEXT)
SCOPES: list[str] = MANIFEST["oauth_config"]["scopes"]["bot"]
SCOPE = re.compile(r"[a-z]+:[a-z]+(\.[a-z]+)?")


def test_it_has_the_keys_that_slack_documents_within_their_limits() -> None:
    assert set(MANIFEST) == {"display_information", "features", "oauth_config", "settings"}
    about = MANIFEST["display_information"]
    assert set(about) <= {"name", "description", "long_description", "background_color"}
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", about["background_color"])
    assert set(MANIFEST["features"]) == {"bot_user"}
    assert set(MANIFEST["features"]["bot_user"]) == {"display_name", "always_online"}
    assert set(MANIFEST["oauth_config"]) == {"scopes"}
    assert set(MANIFEST["oauth_config"]["scopes"]) == {"bot"}


def test_buttons_come_over_a_connection_of_ours() -> None:
    assert MANIFEST["settings"] == {
        "socket_mode_enabled": True,
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "token_rotation_enabled": False,
    }
    assert "connections:write" in TEXT


def test_every_scope_that_the_readme_names_is_asked_for_once() -> None:
    named = {name for name in quoted(section(DOCS["docs/connect.md"], "Slack")) if SCOPE.fullmatch(name)}
    assert {"chat:write", "channels:history"} <= named
    assert named - set(SCOPES) - {"connections:write"} == set()
    assert len(SCOPES) == len(set(SCOPES))


def test_every_scope_says_what_it_is_for() -> None:
    told = dict(re.findall(r"^ +- (\S+) # (.+)$", TEXT, re.MULTILINE))
    assert list(told) == SCOPES
