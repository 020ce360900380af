"""``make audit``: a known vulnerability fails, and an audit that could not be had never passes for one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HARM = {
    "id": "PYSEC-2026-1",
    "aliases": ["CVE-2026-1"],
    "modified": "2026-01-01T00:00:00Z",
    "summary": "Loads what it should not.",
    "affected": [
        {
            "package": {"name": "pyyaml", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}


@contextmanager
def vulnerabilities(harm: dict[str, Any]) -> Iterator[str]:
    """The address of a server that answers as OSV does: *harm* for PyYAML, nothing for any other package."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"vulns": [harm]} if harm and asked["package"]["name"] == "pyyaml" else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        server.shutdown()


def audit(address: str) -> tuple[int, str]:
    environ = os.environ | {"AUDIT_SERVICES": "osv", "OSV_URL": address, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run([".ci/audit"], cwd=ROOT, env=environ, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.fixture(autouse=True)
def of_a_checkout() -> None:
    if not (ROOT / ".venv" / "bin" / "pip-audit").exists():
        pytest.skip("not installed by make install")


def test_a_known_vulnerability_fails_and_says_where_it_is_mended() -> None:
    with vulnerabilities(HARM) as address:
        code, said = audit(address)
    assert code == 1
    assert "PYSEC-2026-1 CVE-2026-1, mended in 99.0" in said
    assert "known vulnerabilities: 1" in said


def test_nothing_known_passes_and_says_how_much_was_looked_up() -> None:
    with vulnerabilities({}) as address:
        code, said = audit(address)
    assert code == 0
    assert "known vulnerabilities: 0" in said
    assert "NOTHING" not in said


def test_a_service_that_cannot_be_reached_passes_but_not_for_an_audit() -> None:
    with vulnerabilities({}) as address:
        pass
    code, said = audit(address)
    assert code == 0
    assert "audit: NOTHING WAS AUDITED" in said
