"""One request over hubspot-api-client: what the library leaves out is added here, and what it throws is understood.

Left out by the library, and so done here: timeouts, gzip, and one connection pool for everything (each access of
``.basic_api`` opens a new one), which goes by the environment's proxy and authorities. Replies are taken as bytes from
its REST client: its models are slow, and make ``results=None`` of a page of HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from gzip import BadGzipFile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from isal import igzip, isal_zlib
from pydantic import SecretStr

from connectors.hubspot.replies import Again, Reply
from cssync import network
from cssync.errors import AuthError, ConnectorError

if TYPE_CHECKING:
    import urllib3

_CONNECT_SECONDS = 10.0
_ZIPPED = "gzip"  # the one encoding to ask for


class Transport:
    """Sends with *token* to *base_url*. Any HTTP status is a Reply, a broken connection is Again."""

    def __init__(self, token: SecretStr | None, *, base_url: str, timeout_seconds: float) -> None:
        self._token = token
        self._base_url = base_url
        self._timeout = (min(_CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        self._rest: Any = None
        self._headers: Mapping[str, str] = {}

    def send(
        self, method: str, path: str, params: Mapping[str, str | int], body: Mapping[str, Any] | None
    ) -> Reply | Again:
        """Raises AuthError where there is no token that could be sent, ConfigError where a proxy refuses to pass it on,
        ConnectorError where the server's certificate is not trusted.
        """
        import urllib3
        from hubspot.crm.companies.exceptions import ApiException

        rest = self._opened()
        # Query and all: the library would escape the commas, and urllib3 look at every escape once more.
        query = f"?{urlencode(params, safe=',')}" if params else ""
        try:
            response = rest.request(
                method,
                f"{self._base_url}{path}{query}",
                headers={**self._headers},
                body=body,
                _preload_content=False,
                _request_timeout=self._timeout,
            )
            return Reply(response.status, response.headers, _body(response))
        except ApiException as error:
            return self._refusal(error)
        except urllib3.exceptions.HTTPError as error:
            if refused := network.proxy_refusal(error):
                raise refused from error
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise ConnectorError("no trusted connection to HubSpot", remedy=network.UNTRUSTED) from error
            return Again(network.broken(error))

    def close(self) -> None:
        if self._rest is not None:
            self._rest.pool_manager.clear()

    def _refusal(self, error: Any) -> Reply:
        """The reply inside the library's exception, which itself goes no further: it quotes bodies and headers."""
        body = (error.body or b"").replace(self._secret().encode(), b"***")
        return Reply(int(error.status or 0), error.headers or {}, body)

    def _opened(self) -> Any:
        if self._rest is None:
            from hubspot import HubSpot

            library = HubSpot(access_token=self._secret(), host=self._base_url)
            api = library.crm.companies.basic_api.api_client
            api.rest_client.pool_manager = _OneHost(self._base_url)
            headers = {"Accept": "application/json", "Accept-Encoding": _ZIPPED, "User-Agent": network.user_agent()}
            api.update_params_for_auth(headers, [], ["oauth2"])
            self._rest, self._headers = api.rest_client, headers
        return self._rest

    def _secret(self) -> str:
        token = self._token.get_secret_value().strip() if self._token else ""
        if not token:
            raise AuthError(
                "there is no HubSpot token",
                remedy="put the token of a private app into HUBSPOT_TOKEN, or its file's name into HUBSPOT_TOKEN_FILE",
            )
        # http.client would quote a header that it cannot send, token and all.
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise AuthError(
                "the secret HUBSPOT_TOKEN holds characters that no token has",
                remedy="copy the token anew: one line, without blanks",
            )
        return token


def _body(response: urllib3.BaseHTTPResponse) -> bytes:
    """What came in *response*, unzipped by ISA-L in less than half the time of zlib, which urllib3 has.

    Raises urllib3's exceptions where it broke off.
    """
    from urllib3.exceptions import DecodeError

    if response.headers.get("content-encoding") != _ZIPPED:
        return response.data
    zipped = response.read(decode_content=False)
    try:
        unzipped: bytes = igzip.decompress(zipped)  # type: ignore[no-untyped-call]
    except (EOFError, BadGzipFile, isal_zlib.error) as cut:  # type: ignore[misc] # classes, whatever the stub says
        raise DecodeError("the zipped answer is not whole") from cut
    return unzipped


class _OneHost:
    """What the library takes for a pool manager. All goes to one host, so nobody looks it up for each request."""

    def __init__(self, base_url: str) -> None:
        self._manager = network.pool(base_url)
        host = urlsplit(base_url)
        self._origin = f"{host.scheme}://{host.netloc}"
        # Without TLS, a proxy is asked for whole addresses.
        direct = self._manager.proxy is None or host.scheme == "https"
        self._connections = self._manager.connection_from_url(base_url) if direct else None

    def request(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:
        if self._connections is None:
            return self._manager.request(method, url, **options)
        return self._connections.request(method, url.removeprefix(self._origin), **options)

    def clear(self) -> None:
        self._manager.clear()
