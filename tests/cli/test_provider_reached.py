"""`gateway doctor` and providers over TLS: their certificate, and ours."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from tests.cli.conftest import Gateway

NOW = dt.datetime.now(dt.UTC)
POLICY = """\
version: 1
providers:
  corp: {{kind: local, base_url: "https://localhost:{port}/v1", region: on_prem, engine: vllm{files}}}
models: {{fast: {{targets: [{{provider: corp, model: m}}]}}}}
teams: {{support: {{models: [fast]}}}}
"""


class Server(ThreadingHTTPServer):
    """Asks for a certificate of `authority`, and waits for a request."""

    daemon_threads = True

    def __init__(self, authority: trustme.CA) -> None:
        super().__init__(("127.0.0.1", 0), BaseHTTPRequestHandler)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(tls)
        authority.configure_trust(tls)
        tls.verify_mode = ssl.CERT_REQUIRED
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever is refused is no defect of this server."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def port(authority: trustme.CA) -> Iterator[int]:
    with Server(authority) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join(10)


@pytest.fixture
def files(home: Path, authority: trustme.CA) -> Path:
    """Where a provider's files are, beside the policies."""
    folder = home / "certificates"
    folder.mkdir()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return folder


def told(gateway: Gateway, home: Path, port: int, files: str) -> tuple[str, str]:
    (home / "policies" / "policy.yaml").write_text(POLICY.format(port=port, files=files))
    gateway("migrate")
    [found] = [each for each in gateway("doctor", "--json").json["checks"] if each["check"] == "provider corp"]
    return found["state"], found["detail"]


def ours(folder: Path, signer: trustme.CA, ends: dt.datetime) -> str:
    made = signer.issue_cert("gateway.example", not_after=ends)
    made.cert_chain_pems[0].write_to_path(str(folder / "tls.crt"))
    made.private_key_pem.write_to_path(str(folder / "tls.key"))
    names = {"ca_file": "ca.pem", "client_cert_file": "tls.crt", "client_key_file": "tls.key"}
    return "".join(f", {key}: {folder / name}" for key, name in names.items())


def test_until_when_our_certificate_is_good(
    gateway: Gateway, home: Path, port: int, files: Path, authority: trustme.CA
) -> None:
    ends = NOW + dt.timedelta(days=3)
    state, detail = told(gateway, home, port, ours(files, authority, ends))
    assert state == "ok"
    assert f"our certificate good until {ends:%Y-%m-%d %H:%M} UTC" in detail


def test_our_certificate_has_ended(gateway: Gateway, home: Path, port: int, files: Path, authority: trustme.CA) -> None:
    ends = NOW - dt.timedelta(days=3)
    state, detail = told(gateway, home, port, ours(files, authority, ends))
    assert (state, f"ended on {ends:%Y-%m-%d %H:%M} UTC: renew it" in detail) == ("degraded", True)


@pytest.mark.parametrize("shown", ["none", "a stranger's"])
def test_our_certificate_is_refused(gateway: Gateway, home: Path, port: int, files: Path, shown: str) -> None:
    stranger = ours(files, trustme.CA(), NOW + dt.timedelta(days=3))
    state, detail = told(gateway, home, port, f", ca_file: {files / 'ca.pem'}" if shown == "none" else stranger)
    assert (state, "client_cert_file and client_key_file name what to show" in detail) == ("degraded", True)


def test_their_certificate_is_not_trusted(gateway: Gateway, home: Path, port: int) -> None:
    state, detail = told(gateway, home, port, "")
    assert state == "degraded"
    assert detail.startswith("its certificate is not trusted: ")
    assert detail.endswith("; ca_file names whom to trust")


def test_a_server_without_tls(gateway: Gateway, home: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as plain:
        thread = threading.Thread(target=plain.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        state, detail = told(gateway, home, plain.server_address[1], "")
        plain.shutdown()
        thread.join(10)
    assert (state, detail.startswith("no TLS connection to localhost")) == ("degraded", True)
