"""Other people's connectors on the same emulators: the Singer taps of Salesforce and HubSpot, as they are shipped.

Each is installed into an environment of its own under ``.venv-bench``, once, and led to the emulator by ``detour``.
Compared are the reading, from the first request on, and the whole program, from the start of Python to its end. A tap
writes its rows to stdout as JSON; cssync makes its tables of them, in a new store.

Left out: tap-hubspot (PyPI), which reads companies through the v2 API, one request each; the emulator speaks v3.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks import sources
from tests.benchmarks.measure import PYTHON, Figure, child, in_turns
from tests.benchmarks.served import Served, served

_TAP_SALESFORCE, _TAP_HUBSPOT = "tap-salesforce==2.8.1", "meltano-tap-hubspot==0.10.1"
_SCRATCH = Path(__file__).parents[2] / ".venv-bench"
_UV = str(Path(PYTHON).with_name("uv"))
_DETOUR = Path(__file__).with_name("detour")
_RECORD = re.compile(r'^\{"type": ?"RECORD"', re.MULTILINE)
_EVER = "2000-01-01T00:00:00Z"
_MODIFIED = "hs_lastmodifieddate"
_SHOWN = 80  # characters of what went wrong

# Arguments for a tap's executable, given the folder to write them to and the environment to run it in.
_Prepared = Callable[[Served, str, Path, Mapping[str, str]], tuple[str, ...]]


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
            try:
                yield from _beside(crm, kind, package, _Tap.on(crm, tap, Path(folder), prepared), repeat)
            except SystemExit as failure:
                yield Figure(f"{package} did not run", str(failure).strip()[-_SHOWN:])


@dataclass(frozen=True, slots=True)
class _Run:
    """*seconds*: of the whole program; *reading*: from the first request to the end of the work."""

    rows: int
    seconds: float
    reading: float
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.rows / self.reading:,.0f}, {self.rows / self.seconds:,.0f} rows/s"


@dataclass(frozen=True, slots=True)
class _Tap:
    command: tuple[str, ...]
    environ: Mapping[str, str]

    @classmethod
    def on(cls, crm: Served, executable: str, folder: Path, prepared: _Prepared) -> _Tap:
        environ = {
            **crm.environ,
            "BENCHMARK_URL": crm.url,
            "BENCHMARK_SECONDS": str(folder / "seconds"),
            "PYTHONPATH": str(_DETOUR),
        }
        return cls((executable, *prepared(crm, executable, folder, environ)), environ)

    def run(self) -> _Run:
        done = child(self.command, self.environ)
        reading = float(Path(self.environ["BENCHMARK_SECONDS"]).read_text())
        return _Run(len(_RECORD.findall(done.output)), done.seconds, reading, done.peak_mb)


def _beside(crm: Served, kind: str, package: str, tap: _Tap, repeat: int) -> Iterator[Figure]:
    def cssync() -> _Run:
        done = child((PYTHON, "-m", "tests.benchmarks.reading", kind, crm.url), crm.environ)
        cost = json.loads(done.output)
        return _Run(cost["rows"], done.seconds, cost["seconds"], done.peak_mb)

    rows, ours = tap.run().rows, cssync().rows  # the emulator thinks: not measured
    if rows != ours:
        raise SystemExit(f"it read {rows:,} rows where cssync read {ours:,}")
    taps, pulls = in_turns((tap.run, cssync), repeat)
    for what, runs in ((f"{package}, {rows:,} rows: reading, in all", taps), ("  cssync", pulls)):
        yield Figure(what, str(sorted(runs, key=lambda each: each.seconds)[len(runs) // 2]))
    pairs = list(zip(taps, pulls, strict=True))
    reading = median(their.reading / our.reading for their, our in pairs)
    whole = median(their.seconds / our.seconds for their, our in pairs)
    yield Figure("  cssync beside it", f"{reading:.1f}x, {whole:.1f}x")


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
