"""The environment's proxies and authorities, and the name under which all vendors see us."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path

import pytest
import trustme

from cssync import __version__, network
from cssync.errors import ConfigError

_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_PRIVATE = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*_NAMES, *map(str.upper, _NAMES), *_PRIVATE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


def authorities(context: ssl.SSLContext) -> set[str]:
    return {str(each["serialNumber"]) for each in context.get_ca_certs()}


def serial_of(path: Path) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    (serial,) = authorities(context)
    return serial


def test_the_user_agent_says_who_we_are_and_what_we_run_on() -> None:
    assert re.fullmatch(rf"cssync/{re.escape(__version__)} (\(\+https://\S+\) )?python/3\.\d+", network.user_agent())


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authorities_of_one_s_own_are_trusted_and_no_others(
    variable: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(authority))
    assert authorities(network.tls_context()) == {serial_of(authority)}
    assert str(network.trust()) == f"{authority} ({variable})"


def test_without_a_variable_the_world_s_authorities_are_trusted() -> None:
    assert len(authorities(network.tls_context())) > 50
    assert str(network.trust()) == "the system's authorities and certifi's"


def test_the_first_variable_decides(tmp_path: Path, authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SSL_CERT_DIR", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        path = tmp_path / f"{variable}.pem"
        trustme.CA().cert_pem.write_to_path(str(path))
        monkeypatch.setenv(variable, str(path))
        assert serial_of(path) in authorities(network.tls_context())
    assert authorities(network.tls_context()) == {serial_of(tmp_path / "REQUESTS_CA_BUNDLE.pem")}


def test_an_empty_variable_is_not_set(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", " ")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert authorities(network.tls_context()) == {serial_of(authority)}


@pytest.mark.parametrize("variable", _PRIVATE)
def test_authorities_that_are_not_there_are_named_with_their_variable(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "gone.pem"))
    with pytest.raises(ConfigError, match=rf"{variable} names .*gone\.pem: no such file") as refused:
        network.tls_context()
    assert refused.value.remedy == f"point {variable} at a file of certificates in PEM form, or unset it"


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_authorities_that_are_none_are_named_with_their_variable(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(ConfigError, match=r"REQUESTS_CA_BUNDLE names .*ca\.pem: no pem certificates"):
        network.tls_context()


def test_a_folder_of_authorities_wants_openssl_s_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with pytest.raises(ConfigError, match="SSL_CERT_DIR names the folder") as refused:
        network.tls_context()
    assert refused.value.remedy == f"run: openssl rehash {tmp_path}"
    (tmp_path / "0a1b2c3d.0").touch()
    network.tls_context()


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_taken(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "proxy.acme.test:3128")
    found = network.proxy_for("https://slack.com/api/")
    assert found is not None
    assert (found.url, found.headers) == ("http://proxy.acme.test:3128", {})


def test_small_letters_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://loud.test:1")
    monkeypatch.setenv("https_proxy", "http://quiet.test:1")
    found = network.proxy_for("https://slack.com/")
    assert found is not None
    assert found.url == "http://quiet.test:1"


@pytest.mark.parametrize(
    ("exceptions", "direct"),
    [
        ("slack.com", True),
        (".slack.com", True),
        ("other.test, slack.com:443", False),  # a port that the address does not name
        ("slack.com:8443", False),
        ("*", True),
        ("com", True),
        ("lack.com", False),
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_no_proxy_names_hosts_and_their_parts(
    variable: str, exceptions: str, *, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv(variable, exceptions)
    assert (network.proxy_for("https://api.slack.com/") is None) is direct


def test_without_a_proxy_for_its_scheme_an_address_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.test:3128")
    assert network.proxy_for("https://slack.com/") is None
    assert network.proxy_for("http://slack.test/") is not None


def test_the_login_of_a_proxy_is_sent_to_it_and_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://us%40er:c%C3%A4nary%3A@proxy.test:3128")
    found = network.proxy_for("https://slack.com/")
    assert found is not None
    assert found.url == "http://proxy.test:3128"
    # us@er:cänary:
    assert found.headers == {"Proxy-Authorization": "Basic dXNAZXI6Y8OkbmFyeTo="}
    assert found.with_login == os.environ["HTTPS_PROXY"]
    assert "nary" not in repr(found)


@pytest.mark.parametrize("address", ["socks5://canary:canary@proxy.test:1080", "https://canary:canary@proxy.test:443"])
def test_a_proxy_that_not_every_client_can_speak_to_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", address)
    with pytest.raises(ConfigError, match="ALL_PROXY") as refused:
        network.proxy_for("https://slack.com/")
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["http://", "http://canary:canary@:1", "http://canary:can/ary@proxy:80", "http://p:x"]
)
def test_a_proxy_that_is_no_address_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(ConfigError, match="HTTPS_PROXY is not the address of a proxy") as refused:
        network.proxy_for("https://slack.com/")
    assert "canary" not in str(refused.value)


def test_pauses_grow_by_lot_up_to_a_ceiling() -> None:
    for attempt, most in ((1, 1.0), (2, 2.0), (3, 4.0), (4, 6.0), (100, 6.0), (10_000, 6.0)):
        drawn = {network.backoff(attempt, first=1.0, longest=6.0) for _ in range(50)}
        assert len(drawn) > 1
        assert most / 2 <= min(drawn) <= max(drawn) <= most


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_proxy_that_fails_for_the_moment_has_refused_nothing(status: str) -> None:
    assert network.proxy_refusal(OSError(f"Tunnel connection failed: {status}")) is None


def test_what_a_proxy_is_told_of_us_is_known_in_each_form_in_which_it_may_be_quoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:p%40ss@proxy.acme.test:3128")
    monkeypatch.setenv("NO_PROXY", "acme.test")
    monkeypatch.setenv("HTTP_PROXY", "nobody.acme.test:3128")
    assert set(network.logins()) == {"me:p%40ss", "me:p@ss", "p%40ss", "p@ss", "bWU6cEBzcw=="}
    monkeypatch.setenv("HTTPS_PROXY", "http://[broken:secret@")
    assert "[broken:secret" in network.logins()
