"""Other people's connectors on the same emulators: the Singer taps of Salesforce and HubSpot, as they are shipped.

Each is installed into an environment of its own under ``.venv-bench``, once, and led to the emulator by ``detour``.
Whole programs are compared, from the start of Python to its end; a tap writes its rows to stdout as JSON, cssync
makes its tables and keeps them.

Left out: tap-hubspot (PyPI), which reads companies through the v2 API, one request each; the emulator speaks v3.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

from tests.benchmarks import sources
from tests.benchmarks.measure import PYTHON, Figure, Measured, child, in_turns
from tests.benchmarks.served import Served, served

_TAP_SALESFORCE, _TAP_HUBSPOT = "tap-salesforce==2.8.1", "meltano-tap-hubspot==0.10.1"
_SCRATCH = Path(__file__).parents[2] / ".venv-bench"
_UV = str(Path(PYTHON).with_name("uv"))
_DETOUR = Path(__file__).with_name("detour")
_RECORD = re.compile(r'^\{"type": ?"RECORD"', re.MULTILINE)
_EVER = "2000-01-01T00:00:00Z"
_MODIFIED = "hs_lastmodifieddate"
_SHOWN = 80  # characters of what went wrong


def figures(accounts: int, repeat: int) -> Iterator[Figure]:
    """A peer that does not install, or does not get on with the emulator, is said not to."""
    for kind, package, executable, prepared in (
        ("salesforce", _TAP_SALESFORCE, "tap-salesforce", _salesforce),
        ("hubspot", _TAP_HUBSPOT, "tap-hubspot", _hubspot),
    ):
        try:
            tap = str(_installed(package) / executable)
        except subprocess.CalledProcessError as refused:
            yield Figure(f"{package} could not be installed", str(refused.stderr).strip()[-_SHOWN:])
            continue
        with served(kind, accounts) as crm, tempfile.TemporaryDirectory(prefix="cssync-bench-") as folder:
            environ = {**crm.environ, "BENCHMARK_URL": crm.url, "PYTHONPATH": str(_DETOUR)}
            try:
                command = (tap, *prepared(crm, tap, Path(folder), environ))
                theirs = lambda: child(command, environ)  # noqa: B023, E731 # called before the loop goes on
                ours = lambda: child((PYTHON, "-m", "tests.benchmarks.reading", kind, crm.url), crm.environ)  # noqa: B023, E731
                yield from _side_by_side(package, theirs, ours, repeat)
            except SystemExit as failure:
                yield Figure(f"{package} did not run", str(failure).strip()[-_SHOWN:])


def _side_by_side(
    package: str, theirs: Callable[[], Measured], ours: Callable[[], Measured], repeat: int
) -> Iterator[Figure]:
    rows = len(_RECORD.findall(theirs().output))  # the emulator thinks: not measured
    ours_rows = int(json.loads(ours().output)["rows"])
    if rows != ours_rows:
        raise SystemExit(f"it read {rows:,} rows where cssync read {ours_rows:,}")
    runs, our_runs = in_turns((theirs, ours), repeat)
    for what, each in ((f"{package}, {rows:,} rows, the whole program", runs), ("  cssync, the same", our_runs)):
        rate = rows / median(run.seconds for run in each)
        yield Figure(what, f"{rate:,.0f} rows/s, {max(run.peak_mb for run in each):,.0f} MB")
    ratio = median(their.seconds / our.seconds for their, our in zip(runs, our_runs, strict=True))
    yield Figure("  cssync beside it", f"{ratio:.1f}x")


def _installed(package: str) -> Path:
    """The folder of its programs. Raises CalledProcessError, which says why, where it cannot be had."""
    home = _SCRATCH / package.replace("==", "-")
    done = home / "installed"
    if not done.exists():
        for command in ((_UV, "venv", "--clear", str(home)), (_UV, "pip", "install", "--python", str(home), package)):
            subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own commands
        done.touch()
    return home / "bin"


def _salesforce(crm: Served, tap: str, folder: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Through REST: its bulk mode speaks the first Bulk API, and polls every 20 seconds."""
    config = {
        "refresh_token": crm.secret,
        "client_id": "benchmark",
        "client_secret": "benchmark",
        "start_date": _EVER,
        "api_type": "REST",
    }
    configured = ("--config", _written(folder / "config.json", config))
    catalog = json.loads(child((tap, *configured, "--discover"), environ).output)
    wanted = set(sources.mapped(sources.SALESFORCE_FIELDS))
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            path = entry["breadcrumb"]
            entry["metadata"]["selected"] = stream["stream"] == "Account" and (not path or path[-1] in wanted)
    return (*configured, "--properties", _written(folder / "catalog.json", catalog))


def _hubspot(crm: Served, tap: str, folder: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """By list, as it does without a start date. It discovers two dozen kinds of record; here its catalog says one."""
    nullable = {"type": ["string", "null"]}
    moment = {**nullable, "format": "date-time"}
    columns = dict.fromkeys(sources.mapped(sources.HUBSPOT_FIELDS), nullable)
    properties = {
        "id": nullable,
        "properties": {"type": ["object", "null"], "properties": columns},
        "createdAt": moment,
        "updatedAt": moment,
        "archived": {"type": ["boolean", "null"]},
        _MODIFIED: moment,
    }
    stream = {
        "tap_stream_id": "companies",
        "stream": "companies",
        "key_properties": ["id"],
        "replication_method": "INCREMENTAL",
        "replication_key": _MODIFIED,
        "schema": {"type": "object", "properties": properties},
        "metadata": [{"breadcrumb": [], "metadata": {"selected": True, "table-key-properties": ["id"]}}],
    }
    return (
        "--config",
        _written(folder / "config.json", {"access_token": crm.secret}),
        "--catalog",
        _written(folder / "catalog.json", {"streams": [stream]}),
    )


def _written(path: Path, content: object) -> str:
    path.write_text(json.dumps(content))
    return str(path)
