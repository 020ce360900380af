"""The Kubernetes manifests: built by kustomize, valid for the API, and the same pod in both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

import cssync
from cssync.cli.app import COMMANDS
from cssync.errors import ExitCode
from cssync.schedule.timetable import ATTEMPTS_A_NIGHT
from cssync.settings.load import load
from cssync.settings.model import Metrics
from tests.deploy.tools import tool

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
# The oldest that has all that is used, and the newest that there is a schema for.
VERSIONS = ("1.31", "1.37")

Manifest = dict[str, Any]


def built(folder: Path) -> dict[str, Manifest]:
    """Every object of the kustomization, by its kind."""
    found = tool("kubectl", "kustomize", folder)
    assert found.returncode == 0, found.stderr
    return {manifest["kind"]: manifest for manifest in yaml.safe_load_all(found.stdout)}


BASE, SCHEDULE = built(FOLDER / "base"), built(FOLDER / "schedule")
JOB: Manifest = BASE["CronJob"]["spec"]["jobTemplate"]["spec"]
DEPLOYMENT: Manifest = SCHEDULE["Deployment"]["spec"]
PODS = {"base": JOB["template"]["spec"], "schedule": DEPLOYMENT["template"]["spec"]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", [*BASE.values(), *SCHEDULE.values()], ids=lambda manifest: manifest["kind"])
def test_every_object_is_one_of_the_api_and_says_nothing_that_it_does_not_know(
    manifest: Manifest, version: str
) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_one_of_the_two_runs_never_both() -> None:
    assert {"CronJob", "Deployment"} & set(BASE) == {"CronJob"}
    assert {"CronJob", "Deployment"} & set(SCHEDULE) == {"Deployment"}


@pytest.mark.parametrize("pod", PODS.values(), ids=PODS)
def test_a_pod_is_nobody_and_writes_nowhere_but_where_it_must(pod: Manifest) -> None:
    (container,) = pod["containers"]
    assert container["image"] == f"cssync:{cssync.__version__}"
    assert container["args"][0] in COMMANDS
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    writable = [mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
    assert writable == ["/data", "/tmp"]  # noqa: S108  the pod's own


def test_both_pods_are_the_same_but_for_what_they_run() -> None:
    def common(pod: Manifest) -> Manifest:
        (container,) = pod["containers"]
        of_its_own = {"args", "ports", "startupProbe", "livenessProbe", "readinessProbe"}
        rest = {name: value for name, value in container.items() if name not in of_its_own}
        rest["env"] = [variable for variable in rest["env"] if "METRICS" not in variable["name"]]
        return {**pod, "containers": [rest], "restartPolicy": ""}

    assert common(PODS["base"]) == common(PODS["schedule"])


def test_a_night_is_tried_as_often_as_elsewhere_and_only_where_it_may_pass_by_itself() -> None:
    assert JOB["backoffLimit"] + 1 == ATTEMPTS_A_NIGHT
    assert JOB["template"]["spec"]["restartPolicy"] == "Never"
    (never,) = [rule["onExitCodes"] for rule in JOB["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]
    assert set(never["values"]) == {ExitCode.BUG, ExitCode.CONFIG, ExitCode.REFUSED}


def test_nights_do_not_overlap_and_a_missed_one_is_caught_up() -> None:
    spec = BASE["CronJob"]["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["timeZone"]
    assert spec["startingDeadlineSeconds"] == 12 * 3600
    assert int(spec["schedule"].split()[1]) >= 4


def test_there_is_one_schedule_and_it_is_given_time_to_end() -> None:
    assert DEPLOYMENT["replicas"] == 1
    assert DEPLOYMENT["strategy"] == {"type": "Recreate"}
    assert DEPLOYMENT["template"]["spec"]["terminationGracePeriodSeconds"] == 60


def test_the_probes_ask_where_the_schedule_answers() -> None:
    (container,) = DEPLOYMENT["template"]["spec"]["containers"]
    (port,) = container["ports"]
    assert port["containerPort"] == Metrics().port
    asked = {probe: container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {get["port"] for get in asked.values()} == {port["name"]}
    assert [get["path"] for get in asked.values()] == ["/livez", "/livez", "/healthz"]
    assert {"name": "CSSYNC__METRICS__HOST", "value": "0.0.0.0"} in container["env"]  # noqa: S104  the pod's own


def test_nobody_comes_in() -> None:
    policy = BASE["NetworkPolicy"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policy


def test_the_settings_that_come_with_it_are_sound(tmp_path: Path) -> None:
    file = tmp_path / "cssync.yaml"
    file.write_text(BASE["ConfigMap"]["data"]["cssync.yaml"], encoding="utf-8")
    assert load(file, {}, tmp_path).settings.source.kind == "file"
