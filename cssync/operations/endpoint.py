"""Answers ``/metrics``, ``/healthz`` and ``/livez`` beside the schedule; ``cssync health`` asks it."""

from __future__ import annotations

import http.client
import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import structlog

from cssync.errors import ConfigError
from cssync.operations.health import Health
from cssync.settings.model import Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from prometheus_client import CollectorRegistry

log = structlog.get_logger()

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  looked for, not bound to
_ANSWER_WITHIN_SECONDS = 10.0


def application(collected: CollectorRegistry, checks: Mapping[str, Callable[[], Health]]) -> WSGIApplication:
    """``/metrics`` from *collected*, and for each path of *checks* 200 or 503 with a JSON body that says why."""
    from prometheus_client import make_wsgi_app

    metrics = make_wsgi_app(collected)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        try:
            if path == "/metrics":
                return list(metrics(environ, start_response))
            if path in checks:
                found = checks[path]()
                return _json(start_response, HTTPStatus.OK if found.is_well else HTTPStatus.SERVICE_UNAVAILABLE, found)
        except Exception as error:  # noqa: BLE001  a bug here must cost no more than this answer, and quote no data
            log.error("endpoint_failed", path=path, error=type(error).__name__)  # noqa: TRY400  the same
            return _json(start_response, HTTPStatus.INTERNAL_SERVER_ERROR, Health(f"a bug: {type(error).__name__}"))
        known = ", ".join(["/metrics", *checks])
        return _json(start_response, HTTPStatus.NOT_FOUND, Health(f"there is nothing here; there is {known}"))

    return answer


@contextmanager
def served(settings: Metrics, app: WSGIApplication) -> Iterator[int]:
    """Yield the port at which *app* answers meanwhile. Raises ConfigError where it cannot be opened."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        server = _server(family)((settings.host, settings.port), _Quiet)
    except OSError as error:
        raise ConfigError(
            f"metrics.host and metrics.port: {settings.host}:{settings.port} cannot be opened ({error.strerror})",
            remedy="set metrics.port to a free one and metrics.host to an address of this host, or metrics.enabled"
            " to false",
        ) from error
    server.set_app(app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(settings: Metrics) -> Health:
    """What the schedule on this host says of its own health. An answer that does not come is none of health."""
    host = _EVERYWHERE.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=_ANSWER_WITHIN_SECONDS)
    try:
        connection.request("GET", "/healthz")
        told = json.loads(connection.getresponse().read())
        return Health(str(told["reason"]), str(told["night"]), str(told["state"]))
    except (OSError, http.client.HTTPException):
        return Health(f"no schedule answers at {host}:{settings.port}")
    except (ValueError, KeyError, TypeError):
        return Health(f"something else than cssync answers at {host}:{settings.port}")
    finally:
        connection.close()


def _json(start_response: StartResponse, status: HTTPStatus, found: Health) -> list[bytes]:
    body = json.dumps({"status": "ok" if found.is_well else "failing", **asdict(found)}).encode() + b"\n"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]


def _server(family: int) -> type[WSGIServer]:
    class Server(socketserver.ThreadingMixIn, WSGIServer):
        daemon_threads = True
        address_family = family

        def server_bind(self) -> None:
            # WSGIServer would look its own name up in the DNS, which may take long.
            socketserver.TCPServer.server_bind(self)
            self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
            self.setup_environ()

    return Server


class _Quiet(WSGIRequestHandler):
    timeout = 30  # for a client that connects and says nothing

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  named by http.server
        """Say nothing: every scrape would be a line."""
