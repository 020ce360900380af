"""The doors of the emulated org: the OAuth token endpoint and the SOAP login, with the refusals of the real ones."""

from __future__ import annotations

import base64
import binascii
import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

import jwt
import orjson

from tests.emulators.salesforce.credentials import signing_key
from tests.emulators.salesforce.faults import Reply
from tests.emulators.salesforce.org import Org

_JSON = {"Content-Type": "application/json;charset=UTF-8"}
_XML = {"Content-Type": "text/xml;charset=UTF-8"}
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_FIRST_VERSION_WITHOUT_SOAP_LOGIN = 65


@dataclass(frozen=True, slots=True)
class Doors:
    """*instance_url*: where a successful login sends the client."""

    org: Org
    instance_url: str

    def token(self, host: str, body: bytes, authorization: str | None) -> Reply:
        """POST /services/oauth2/token."""
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        match form.get("grant_type"):
            case grant if grant == _JWT_GRANT:
                return self._jwt_bearer(host, form.get("assertion", ""))
            case "client_credentials":
                return self._client_credentials(host, form, authorization)
            case _:
                return _oauth_error("unsupported_grant_type", "grant type not supported")

    def _jwt_bearer(self, host: str, assertion: str) -> Reply:
        known = self.org.credentials
        try:
            # Salesforce checks the audience by its own rules, below.
            claims = jwt.decode(assertion, signing_key()[1], algorithms=["RS256"], options={"verify_aud": False})
        except jwt.ExpiredSignatureError:
            return _oauth_error("invalid_grant", "expired authorization code")
        except jwt.InvalidTokenError:
            return _oauth_error("invalid_grant", "invalid assertion")
        if claims.get("iss") != known.client_id:
            return _oauth_error("invalid_client_id", "client identifier invalid")
        if claims.get("sub") != known.username:
            return _oauth_error("invalid_grant", "user hasn't approved this consumer")
        login_host = "test.salesforce.com" if self.org.is_sandbox else "login.salesforce.com"
        accepted = {f"https://{login_host}", f"https://{self.org.my_domain}.salesforce.com"}
        if claims.get("aud") not in accepted or f"https://{host}" not in accepted or "exp" not in claims:
            return _oauth_error("invalid_grant", "audience is invalid")
        return self._welcome()

    def _client_credentials(self, host: str, form: dict[str, str], authorization: str | None) -> Reply:
        known = self.org.credentials
        if host != f"{self.org.my_domain}.salesforce.com":
            return _oauth_error("invalid_grant", "request not supported on this domain")
        client_id, client_secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization is not None and authorization.startswith("Basic "):
            client_id, _, client_secret = _basic(authorization).partition(":")
        if client_id != known.client_id:
            return _oauth_error("invalid_client_id", "client identifier invalid")
        if client_secret != known.client_secret:
            return _oauth_error("invalid_client", "invalid client credentials", status=401)
        return self._welcome()

    def _welcome(self) -> Reply:
        answer = {
            "access_token": self.org.open_session(),
            "scope": "api",
            "instance_url": self.instance_url,
            "id": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001EAA",
            "token_type": "Bearer",
        }
        return Reply(200, orjson.dumps(answer), _JSON)

    def soap(self, host: str, version: str, body: bytes) -> Reply:
        """POST /services/Soap/u/{version}: username and password with the security token appended."""
        known = self.org.credentials
        if int(version.split(".", maxsplit=1)[0]) >= _FIRST_VERSION_WITHOUT_SOAP_LOGIN:
            return _fault(
                "INVALID_OPERATION",
                f"The SOAP Login operation is not available in the API version specified ({version}). Refer to the"
                " documentation for supported versions.",
            )
        if not self.org.soap_login:
            return _fault(
                "INVALID_OPERATION",
                "SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API"
                " login().",
            )
        if (host == "test.salesforce.com") != self.org.is_sandbox and host in {
            "test.salesforce.com",
            "login.salesforce.com",
        }:
            return _no_such_login()
        given = (_element(body, "username"), _element(body, "password"))
        if given != (known.username, known.password + known.security_token):
            return _no_such_login()
        return Reply(200, _LOGIN_RESULT.format(url=self.instance_url, session=self.org.open_session()).encode(), _XML)


def _basic(authorization: str) -> str:
    try:
        return base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _element(body: bytes, name: str) -> str:
    found = re.search(rf"<(?:\w+:)?{name}>(.*?)</", body.decode(), re.DOTALL)
    return html.unescape(found[1]) if found else ""


def _oauth_error(error: str, description: str, *, status: int = 400) -> Reply:
    return Reply(status, orjson.dumps({"error": error, "error_description": description}), _JSON)


def _no_such_login() -> Reply:
    return _fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")


def _fault(code: str, message: str) -> Reply:
    return Reply(500, _FAULT.format(code=code, message=message).encode(), _XML)


_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault><faultcode>sf:{code}'
    '</faultcode><faultstring>{code}: {message}</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault">'
    "<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault>"
    "</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)
_LOGIN_RESULT = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><soapenv:Body>'
    "<loginResponse><result><metadataServerUrl>{url}/services/Soap/m/62.0/00D000000000001</metadataServerUrl>"
    "<passwordExpired>false</passwordExpired><sandbox>false</sandbox>"
    "<serverUrl>{url}/services/Soap/u/62.0/00D000000000001</serverUrl><sessionId>{session}</sessionId>"
    "<userId>005000000000001EAA</userId></result></loginResponse></soapenv:Body></soapenv:Envelope>"
)
