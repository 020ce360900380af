"""The pages of deploy/ tell no stories: their commands are run, or say what they need; their tables are complete."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from cssync.settings import secrets
from tests.deploy.test_image import COMPOSE
from tests.deploy.tools import run, tool
from tests.documents import DEPLOY, KEEPING, ROOT, block, quoted, the_table

BLOCK = re.compile(r"(?:<!-- (needs|runs in): ([\w ]+) -->\n)?```console\n(.*?)```", re.DOTALL)
NEEDED = {"systemd", "docker", "a cluster"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder as a reader has it, without what the page makes."""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("private"))
    return tmp_path


def test_every_block_is_run_or_says_what_it_needs() -> None:
    marks = {(how, what) for how, what, _ in BLOCK.findall(DEPLOY)}
    assert marks == {("needs", each) for each in NEEDED} | {("runs in", "checkout")}


def test_the_commands_that_need_nothing_work_one_after_the_other(checkout: Path) -> None:
    environ = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(checkout), "COLUMNS": "80"}
    for how, _, text in BLOCK.findall(DEPLOY):
        for command in re.findall(r"^\$ (.*)$", text, re.MULTILINE) if how == "runs in" else ():
            done = run("bash", "-euc", command, folder=checkout, environ=environ)
            assert done.returncode == 0, f"{command}\n{done.stderr}"
    private = checkout / "deploy" / "private"
    assert private.stat().st_mode & 0o777 == 0o700
    mounted = {f"./private/{path.name}" for path in private.iterdir()}
    assert {secret["file"] for secret in COMPOSE["secrets"].values()} | {"./private/cssync.yaml"} <= mounted
    password = (private / "POSTGRES_PASSWORD").read_text("utf-8").strip()
    assert (private / "DATABASE_URL").read_text("utf-8") == f"postgresql://cssync:{password}@postgres/cssync"
    (secret,) = yaml.safe_load_all((checkout / "secret.yaml").read_text("utf-8"))
    assert (secret["kind"], list(secret["data"])) == ("Secret", ["SLACK_BOT_TOKEN"])


def test_the_kustomization_that_is_shown_puts_in_its_own_settings_and_registry(checkout: Path) -> None:
    (checkout / "kustomization.yaml").write_text(block(DEPLOY, "Kubernetes", "yaml"), "utf-8")
    (checkout / "cssync.yaml").write_text("tenant: acme\n", "utf-8")
    built = tool("kubectl", "kustomize", checkout)
    assert built.returncode == 0, built.stderr
    found = {each["kind"]: each for each in yaml.safe_load_all(built.stdout)}
    assert found["ConfigMap"]["data"] == {"cssync.yaml": "tenant: acme\n"}
    pod = found["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["image"].startswith("registry.example.com/cssync:")
    (settings,) = [volume["configMap"] for volume in pod["volumes"] if "configMap" in volume]
    assert settings["name"] == found["ConfigMap"]["metadata"]["name"]


def test_the_page_on_secrets_has_all_there_are() -> None:
    assert [quoted(row["variable"])[0] for row in the_table(KEEPING, "Each secret")] == list(secrets.names())


def test_every_unit_that_is_named_exists() -> None:
    named = set(re.findall(r"\bcssync-(?:night|schedule|outbox)(?:\.\w+)?", DEPLOY))
    units = {path.name for path in (ROOT / "deploy" / "systemd").iterdir()}
    assert named
    assert {name for name in named if name not in units and f"{name}.service" not in units} == set()
