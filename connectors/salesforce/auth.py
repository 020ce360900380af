"""Opens a session with Salesforce by whichever of the four ways the settings name.

simple-salesforce does the talking. What it lets through is put right here: which secret is missing, which failures
will pass by themselves, and that no answer of a login is ever shown in full, since proxies echo what they were sent.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors.salesforce.refusals import NOT_UNDERSTOOD, BusyError, unreachable
from cssync.errors import AuthError, ConfigError, ConnectorError, QuotaError
from cssync.settings.source import SalesforceSecrets, SalesforceSource

if TYPE_CHECKING:
    import requests
    from simple_salesforce.exceptions import SalesforceAuthenticationFailed

_SHOWN = 200  # characters of what Salesforce says
_PASSING = frozenset({"server_error", "temporarily_unavailable", "unknown_error", "SERVER_UNAVAILABLE"})
_REMEDIES = {
    "invalid_client_id": "correct SALESFORCE_CLIENT_ID: the consumer key of the connected app",
    "invalid_client": "correct SALESFORCE_CLIENT_SECRET, or rotate it in the connected app",
    "INVALID_LOGIN": "correct source.username, SALESFORCE_PASSWORD and SALESFORCE_SECURITY_TOKEN; for a sandbox set"
    " source.domain: test",
    "INVALID_OPERATION": "set source.auth to jwt or client_credentials: this org has SOAP login switched off",
}
_GRANT_REMEDY = (
    "approve the connected app for source.username (Setup > Connected Apps > Manage), check that its certificate"
    " belongs to SALESFORCE_PRIVATE_KEY, and that source.domain is right: login, test (sandbox) or the My Domain"
)
_NO_LOGIN_ANSWER = "Salesforce's login answered with something that is no login answer"
_LAST_SOAP_LOGIN = "64.0"  # later versions have no login() any more; its session serves them all the same
_FINE = 200
_SERVER_ERRORS = 500
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Access:
    """An open session; *host* may carry a port."""

    session_id: str = field(repr=False)
    host: str


def log_in(settings: SalesforceSource, secrets: SalesforceSecrets, session: requests.Session) -> Access:
    """Raises ConfigError (a secret is missing), AuthError, QuotaError or BusyError (try again)."""
    match settings.auth:
        case "session":
            host = urlsplit(settings.instance_url or "").netloc
            if not host:
                raise ConfigError(
                    "source.instance_url is not a web address",
                    remedy="write it in full: https://acme.my.salesforce.com",
                )
            return Access(_needed(secrets.session_id, "SALESFORCE_SESSION_ID", settings), host)
        case "jwt":
            return _by_token(
                session,
                username=settings.username or "",
                consumer_key=_needed(secrets.client_id, "SALESFORCE_CLIENT_ID", settings),
                privatekey=_pem(_needed(secrets.private_key, "SALESFORCE_PRIVATE_KEY", settings)),
                domain=_domain(settings),
            )
        case "client_credentials":
            if _domain(settings) in {"login", "test"}:
                raise ConfigError(
                    f"Salesforce grants client credentials on a My Domain only, and source.domain is {settings.domain}",
                    remedy="set source.domain to the part of the org's address before .salesforce.com: acme.my",
                )
            return _by_token(
                session,
                consumer_key=_needed(secrets.client_id, "SALESFORCE_CLIENT_ID", settings),
                consumer_secret=_needed(secrets.client_secret, "SALESFORCE_CLIENT_SECRET", settings),
                domain=_domain(settings),
            )
        case "password":
            return _by_token(
                session,
                username=settings.username or "",
                password=_needed(secrets.password, "SALESFORCE_PASSWORD", settings),
                # Orgs that trust the address of this machine ask for no token; an empty one does no harm then.
                security_token=secrets.security_token.get_secret_value() if secrets.security_token else "",
                domain=_domain(settings),
                sf_version=min(settings.api_version, _LAST_SOAP_LOGIN, key=float),
            )


def _by_token(session: requests.Session, **arguments: str) -> Access:
    from xml.parsers.expat import ExpatError

    from jwt.exceptions import PyJWTError
    from requests.exceptions import RequestException
    from simple_salesforce.exceptions import SalesforceAuthenticationFailed
    from simple_salesforce.login import SalesforceLogin

    try:
        with warnings.catch_warnings():
            # simple-salesforce warns of an app that is not approved with a link that holds the consumer key.
            warnings.simplefilter("ignore", UserWarning)
            session_id, host = SalesforceLogin(session=session, **arguments)  # type: ignore[arg-type] # names, not order
    except SalesforceAuthenticationFailed as refused:
        raise _refused(refused, arguments) from None  # what it holds may echo a secret
    except RequestException as failure:
        raise unreachable(failure) from failure
    except (PyJWTError, ValueError):
        if "privatekey" not in arguments:
            raise BusyError(_NO_LOGIN_ANSWER, remedy=NOT_UNDERSTOOD) from None
        raise ConfigError(
            "SALESFORCE_PRIVATE_KEY is not an RSA private key in PEM form",
            remedy="give the whole file, from -----BEGIN to -----END, or its path in SALESFORCE_PRIVATE_KEY_FILE",
        ) from None  # the parser's own words may quote the key
    except (ExpatError, AttributeError, TypeError):
        # An answer of another shape than expected trips simple-salesforce up in these ways.
        raise BusyError(_NO_LOGIN_ANSWER, remedy=NOT_UNDERSTOOD) from None
    if not session_id or not host:
        raise BusyError("Salesforce's login answered without a session")
    return Access(session_id, host.split("/")[0])


def _refused(failure: SalesforceAuthenticationFailed, arguments: dict[str, str]) -> ConnectorError:
    code = failure.code
    said = _without(arguments, failure.auth_message)
    if isinstance(code, int) and (code >= _SERVER_ERRORS or code == _TOO_MANY):
        return BusyError(f"Salesforce's login is not available (HTTP {code})")
    if code == _FINE:
        return BusyError(_NO_LOGIN_ANSWER, remedy=NOT_UNDERSTOOD)
    if code in _PASSING or "login rate exceeded" in said.lower():
        return BusyError(f"Salesforce's login asks to try again ({code}: {said})")
    if code == "REQUEST_LIMIT_EXCEEDED":
        return QuotaError(f"Salesforce refused the login: {said}", remedy="run again when the org's API limit resets")
    return AuthError(f"Salesforce refused the login ({code}: {said})", remedy=_REMEDIES.get(str(code), _GRANT_REMEDY))


def _without(arguments: dict[str, str], said: str) -> str:
    """*said*, on one line, shortened, with every credential that it repeats taken out."""
    for name, value in arguments.items():
        if value and name not in {"username", "domain", "sf_version"}:
            said = said.replace(value, "***")
    plain = re.sub(r"<[^>]*>|\s+", " ", said).strip()
    return plain[:_SHOWN]


def _needed(secret: SecretStr | None, variable: str, settings: SalesforceSource) -> str:
    if secret is None or not secret.get_secret_value().strip():
        raise ConfigError(
            f"{variable} is not set, and source.auth: {settings.auth} needs it",
            remedy=f"set {variable}, or {variable}_FILE to the path of a file that holds it",
        )
    return secret.get_secret_value().strip()


def _pem(key: str) -> str:
    r"""Environment files often hold the line breaks of a key as \n."""
    return key if "\n" in key else key.replace("\\n", "\n")


def _domain(settings: SalesforceSource) -> str:
    """The part before .salesforce.com, however much of the address was given."""
    return settings.domain.removeprefix("https://").rstrip("/").removesuffix(".salesforce.com")
