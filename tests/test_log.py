"""The log is one line a stage on stderr, and no secret is ever in it, whatever form it takes."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from cssync import log
from tests.hostile import NAMES, acted_upon

KEY = "-----BEGIN PRIVATE KEY-----\nCANARYkey+/line1\nCANARYkey+/line2\n-----END PRIVATE KEY-----"
TOKEN = "xoxb-CANARY-token"
PASSWORD = 'CANARY"pass\\word'
DATABASE = "postgresql://me:CANARYdb@db.example/cssync"
SECRETS = (KEY, TOKEN, PASSWORD, DATABASE)


def written(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_stage_is_one_line_of_json_when_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "auto")
    log.get_logger().info("pulled", accounts=4120, seconds=8.2)
    (text,) = written(capsys).splitlines()
    assert text.endswith('"level": "info", "event": "pulled", "accounts": 4120, "seconds": 8.2}')
    line = json.loads(text)
    assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC


def test_a_stage_is_readable_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "console")
    log.get_logger().info("pulled", accounts=4120)
    line = written(capsys)
    assert "pulled" in line
    assert "accounts=4120" in line
    assert "\x1b" not in line


def test_less_than_the_level_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("warning", "json")
    log.get_logger().info("pulled")
    log.get_logger().warning("slow")
    assert [json.loads(line)["event"] for line in written(capsys).splitlines()] == ["slow"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_in_any_line(capsys: pytest.CaptureFixture[str], form: str) -> None:
    log.configure("debug", "json" if form == "json" else "console", SECRETS)
    logger = log.get_logger()
    for secret in SECRETS:
        event = f"signing in with {secret}"
        logger.info(event, header=f"Bearer {secret}", nested={"a": [secret]}, raw=secret.encode())
        logger.warning("read", line=secret.splitlines()[-2:], url=f"https://x.example/?t={secret}")
        logging.getLogger("library").warning("sent %s", secret)
        refused = ValueError(f"bad token {secret}")
        logger.error("failed", exc_info=refused)
        logging.getLogger("library").error("failed", exc_info=refused)
    lines = written(capsys)
    assert "CANARY" not in lines
    assert log.MASK in lines
    if form == "json":
        assert all(isinstance(json.loads(line), dict) for line in lines.splitlines())


def test_the_password_inside_a_url_is_masked_on_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json", [DATABASE])
    log.get_logger().info("connecting", user="me", password="CANARYdb", host="db.example")
    line = json.loads(written(capsys))
    assert (line["user"], line["password"], line["host"]) == ("me", "***", "db.example")


def test_libraries_are_heard_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("debug", "json")
    logging.getLogger("library").info("request sent")
    logging.getLogger("library").warning("retrying")
    (line,) = written(capsys).splitlines()
    assert json.loads(line)["event"] == "retrying"


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_terminal_acts_upon_a_line(capsys: pytest.CaptureFixture[str], form: str) -> None:
    log.configure("info", "json" if form == "json" else "console")
    for typed in NAMES.values():
        log.get_logger().info(f"refused {typed}", reason=typed, nested=[typed])
    assert acted_upon(written(capsys)) == []
