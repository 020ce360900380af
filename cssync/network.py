"""How cssync goes out into the network: under one name, by the same proxies, trusting the same authorities.

Three clients of three vendors reach it by three libraries, each of which reads another part of the environment. So the
environment is read here, for all of them alike:

- **Certificates** REQUESTS_CA_BUNDLE, else CURL_CA_BUNDLE, else SSL_CERT_FILE and SSL_CERT_DIR, else the system's
  authorities and those of certifi.
- **Proxies** HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; in small letters too, which win.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from base64 import b64encode
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from secrets import SystemRandom
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from pydantic import SecretStr

from cssync import __version__
from cssync.errors import ConfigError

if TYPE_CHECKING:
    import requests
    import urllib3

# The first one that is set decides; a file and a folder may stand beside each other.
_CA_VARIABLES = (("REQUESTS_CA_BUNDLE",), ("CURL_CA_BUNDLE",), ("SSL_CERT_FILE", "SSL_CERT_DIR"))
PLACES = frozenset(variable for variables in _CA_VARIABLES for variable in variables)
PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")
_UNAUTHENTICATED = 407
_FIRST_SERVER_ERROR = 500
_random = SystemRandom()

UNTRUSTED = (
    "where a proxy inspects traffic, point REQUESTS_CA_BUNDLE or SSL_CERT_FILE at the certificate authority it uses"
)


def user_agent() -> str:
    """cssync/1.2.0 (+https://...) python/3.11: what every vendor finds in its logs."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return " ".join(filter(None, (f"cssync/{__version__}", _home(), f"python/{version}")))


def backoff(attempt: int, *, first: float, longest: float) -> float:
    """Seconds to wait after the *attempt*-th failure (from 1): twice as many each time up to *longest*, by lot.

    Never under half of that, so that a pause is one, and never the same for all who failed together.
    """
    most = min(longest, first * 2.0 ** min(attempt - 1, 32))
    return _random.uniform(most / 2, most)


@dataclass(frozen=True, slots=True)
class Trust:
    """Where the certificates of authorities come from. *said*: the variables that say so, none for the default."""

    places: tuple[Path, ...] = ()
    said: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.places:
            return "the system's authorities and certifi's"
        named = zip(self.places, self.said, strict=True)
        return ", ".join(f"{place} ({variable})" for place, variable in named)


def trust() -> Trust:
    """Which authorities the environment wants trusted; they have not been looked at yet."""
    for variables in _CA_VARIABLES:
        if found := {variable: os.environ[variable] for variable in variables if os.environ.get(variable, "").strip()}:
            return Trust(tuple(Path(place.strip()) for place in found.values()), tuple(found))
    return Trust()


def tls_context() -> ssl.SSLContext:
    """What every TLS connection is made with. Raises ConfigError naming the variable whose authorities are unusable."""
    chosen = trust()
    context = ssl.create_default_context() if not chosen.places else _strict_context()
    for place, variable in zip(chosen.places, chosen.said, strict=True):
        _load(context, place, variable)
    if not chosen.places:
        import certifi

        # Slim images have no authorities of the system's.
        context.load_verify_locations(certifi.where())
    return context


@dataclass(frozen=True, slots=True)
class Proxy:
    """*url*: without credentials, fit to be shown. *login*: "name:password", percent-encoded as it was given."""

    url: str
    login: SecretStr | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What the proxy is sent to know who asks; secret."""
        if self.login is None:
            return {}
        pair = b64encode(unquote(self.login.get_secret_value()).encode()).decode()
        return {"Proxy-Authorization": f"Basic {pair}"}

    @property
    def with_login(self) -> str:
        """The whole URL; secret."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{self.login.get_secret_value()}@{rest}" if self.login else self.url


def proxy_for(url: str) -> Proxy | None:
    """By which proxy *url* is reached, None without one. Raises ConfigError for one that not every library can use."""
    target = urlsplit(url)
    listed = getproxies()
    scheme = target.scheme if listed.get(target.scheme) else "all"
    text = listed.get(scheme, "").strip()
    if not text or proxy_bypass(target.netloc.rpartition("@")[2]):
        return None
    return _parsed(text, f"{scheme.upper()}_PROXY")


def logins() -> tuple[str, ...]:
    """What the environment's proxies are told of who asks, in each form in which it may be quoted; all of it secret."""
    found: list[str] = []
    for url in getproxies().values():
        # Not by urlsplit: one that is no URL may be quoted all the more.
        login = url.rpartition("://")[2].rpartition("@")[0]
        if ":" in login:
            password = login.partition(":")[2]
            plain = unquote(login)
            found += [login, plain, password, unquote(password), b64encode(plain.encode()).decode()]
    return tuple(found)


def pool(url: str) -> urllib3.PoolManager:
    """Connections to *url*'s host: one attempt each, no redirect followed, under our name."""
    import urllib3

    settings: dict[str, Any] = {
        # To read hundreds of authorities takes its time, and what is not encrypted asks none of them.
        "ssl_context": tls_context() if url.startswith("https:") else None,
        "headers": {"User-Agent": user_agent()},
        # A redirect would carry a token elsewhere; whether to try again is for the caller to know.
        "retries": urllib3.Retry(total=0, redirect=False),
    }
    proxy = proxy_for(url)
    if proxy is None:
        return urllib3.PoolManager(**settings)
    return urllib3.ProxyManager(proxy.url, proxy_headers=proxy.headers, **settings)


def session() -> requests.Session:
    """The same as a session of requests, for whatever hosts it is sent to."""
    import requests
    from requests.adapters import HTTPAdapter

    context = tls_context()

    class Adapter(HTTPAdapter):
        def __init__(self) -> None:
            super().__init__()
            self._logins: dict[str, dict[str, str]] = {}

        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
            proxies = {}
            if proxy := proxy_for(request.url or ""):
                self._logins[proxy.url] = proxy.headers
                proxies = {"http": proxy.url, "https": proxy.url}
            return super().send(request, *args, **{**kwargs, "proxies": proxies})

        def proxy_headers(self, proxy: str) -> dict[str, str]:
            return self._logins.get(proxy, {})

        def build_connection_pool_key_attributes(
            self, request: requests.PreparedRequest, verify: Any, cert: Any = None
        ) -> tuple[Any, Any]:
            return super().build_connection_pool_key_attributes(request, verify, cert)[0], {"ssl_context": context}

        def cert_verify(self, *args: Any, **kwargs: Any) -> None:
            """Leave the connection to its context: requests would put certifi's authorities over it."""

    made = requests.Session()
    # Else requests reads the environment by rules of its own, and puts what ~/.netrc says over our tokens.
    made.trust_env = False
    made.headers["User-Agent"] = user_agent()
    for prefix in ("https://", "http://"):
        made.mount(prefix, Adapter())
    return made


def proxy_refusal(error: BaseException) -> ConfigError | None:
    """What to do where *error*, of whichever library, says that a proxy would not pass us on; None if it does not.

    A proxy that fails for the moment (5xx) is not meant: that passes.
    """
    found = _TUNNEL.search(str(error))
    status = int(found[1]) if found else 0
    if status == _UNAUTHENTICATED:
        return ConfigError(
            "the proxy wants to know who asks (407)",
            remedy="put a valid name and password into HTTPS_PROXY: http://name:password@proxy:port,"
            " special characters percent-encoded",
        )
    if found is None or status >= _FIRST_SERVER_ERROR:
        return None
    return ConfigError(
        f"the proxy refuses to pass us on ({status})",
        remedy="let it pass CONNECT to port 443 of the host, or name the host in NO_PROXY",
    )


def broken(error: Exception) -> str:
    """What happened to the connection, in words; *error* is one of urllib3."""
    import urllib3

    cause = getattr(error, "reason", None) or error
    match cause:
        case urllib3.exceptions.ProxyError():
            return "could not be reached through the proxy"
        case urllib3.exceptions.SSLError():
            return "could not be reached safely (TLS)"
        case urllib3.exceptions.NameResolutionError():
            return "could not be found (DNS)"
        case urllib3.exceptions.ConnectTimeoutError() | urllib3.exceptions.NewConnectionError():
            return "could not be reached"
        case urllib3.exceptions.TimeoutError():
            return "did not answer in time"
        case _:
            return "broke off in the middle of an answer"


def _home() -> str:
    try:
        urls = metadata.metadata("cssync").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # run from a source tree
        return ""
    # Each is a label, a comma and the address.
    return next((f"(+{url.partition(',')[2].strip()})" for url in urls), "")


def _strict_context() -> ssl.SSLContext:
    """A context that trusts nobody yet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _load(context: ssl.SSLContext, place: Path, variable: str) -> None:
    if place.is_dir():
        if not any(_HASHED.fullmatch(entry.name) for entry in place.iterdir()):
            raise ConfigError(
                f"{variable} names the folder {place}, which holds no certificate in the form that OpenSSL looks for",
                remedy=f"run: openssl rehash {place}",
            )
        context.load_verify_locations(capath=place)
        return
    try:
        context.load_verify_locations(cafile=place)
    except OSError as error:  # ssl.SSLError is one
        words = "no PEM certificates in it" if isinstance(error, ssl.SSLError) else (error.strerror or "unreadable")
        raise ConfigError(
            f"{variable} names the certificate authorities in {place}: {words.lower()}",
            remedy=f"point {variable} at a file of certificates in PEM form, or unset it",
        ) from error


def _parsed(text: str, variable: str) -> Proxy:
    """Raises ConfigError, without quoting *text*, which may hold a password."""
    whole = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    else:
        if parts.scheme != "http":
            raise ConfigError(
                f"{variable} names a proxy that is spoken to by {parts.scheme}; cssync knows http alone",
                remedy=f"write {variable} as http://host:port; what goes to the vendors is encrypted all the same",
            )
    if not host:
        raise ConfigError(
            f"{variable} is not the address of a proxy",
            remedy=f"write {variable} as http://host:port, a password's special characters percent-encoded",
        )
    address = f"[{host}]" if ":" in host else host
    login, at, _ = parts.netloc.rpartition("@")
    return Proxy(f"http://{address}:{port or 80}", SecretStr(login) if at else None)
