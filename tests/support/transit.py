"""A server that keeps to the API of Vault's Transit engine for one key of type aes256-gcm96, as far as a gateway asks.

    with transit() as vault:
        vault.address     http://127.0.0.1:PORT/transit/gateway-audit
        vault.requests    (method, path, headers) of all requests so far

Paths, fields and texts of errors are those of Vault's documentation and answers; OpenBao's are the same.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import ssl
from collections import deque
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.support.anchor_places import in_a_thread

TOO_OLD = "ciphertext or signature version is disallowed by policy (too old)"


class Transit(ThreadingHTTPServer):
    """`ailing`: statuses that it answers next, before it is well again. `allowed`: what the token's policy allows."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.keys = [os.urandom(32)]
        self.least = 1
        """min_decryption_version"""
        self.tokens = {"hvs.good"}
        self.namespace: str | None = None
        self.name = "gateway-audit"
        self.allowed = {"encrypt", "decrypt", "keys"}
        self.ailing: deque[int] = deque()
        self.requests: list[tuple[str, str, Message]] = []
        self.scheme = "http"

    @property
    def address(self) -> str:
        host = "localhost" if self.scheme == "https" else "127.0.0.1"
        return f"{self.scheme}://{host}:{self.server_address[1]}/transit/gateway-audit"


@contextlib.contextmanager
def transit(tls: ssl.SSLContext | None = None) -> Iterator[Transit]:
    """Running; with `tls` at https://localhost."""
    server = Transit()
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    with in_a_thread(server):
        yield server


class _Refused(Exception):
    def __init__(self, status: int, *errors: str) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors


class _Answer(BaseHTTPRequestHandler):
    server: Transit

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"] or 0)) or b"{}")
        self.server.requests.append((self.command, self.path, self.headers))
        try:
            reply: dict[str, Any] = {"request_id": "r", "lease_id": "", "renewable": False, "lease_duration": 0}
            reply |= {"data": self._data(body), "wrap_info": None, "warnings": None, "auth": None}
            status = 200
        except _Refused as refused:
            status, reply = refused.status, {"errors": list(refused.errors)}
        sent = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        if status == 307:
            self.send_header("location", "https://vault-2:8200" + self.path)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def _data(self, body: dict[str, str]) -> dict[str, Any]:
        vault = self.server
        if vault.ailing:
            status = vault.ailing.popleft()
            raise _Refused(status, *(["Vault is sealed"] if status == 503 else ["internal error"]))
        if self.headers["X-Vault-Namespace"] != vault.namespace:
            raise _Refused(404, "no handler for route")
        verb = self.path.split("/")[3]
        if self.headers["X-Vault-Token"] not in vault.tokens or verb not in vault.allowed:
            raise _Refused(403, "1 error occurred:\n\t* permission denied\n\n")
        known = self.path == f"/v1/transit/{verb}/{vault.name}"
        if verb == "keys":
            if not known:
                raise _Refused(404)
            keys = {str(number): 1_790_000_000 for number in range(vault.least, len(vault.keys) + 1)}
            return {
                "type": "aes256-gcm96",
                "latest_version": len(vault.keys),
                "keys": keys,
                "supports_encryption": True,
            }
        if not known:
            raise _Refused(400, "encryption key not found")
        associated = base64.b64decode(body["associated_data"])
        if verb == "encrypt":
            nonce, version = os.urandom(12), len(vault.keys)
            sealed = AESGCM(vault.keys[-1]).encrypt(nonce, base64.b64decode(body["plaintext"]), associated)
            return {
                "ciphertext": f"vault:v{version}:{base64.b64encode(nonce + sealed).decode()}",
                "key_version": version,
            }
        _, version_text, encoded = body["ciphertext"].split(":")
        version, sealed = int(version_text[1:]), base64.b64decode(encoded)
        if version < vault.least:
            raise _Refused(400, TOO_OLD)
        try:
            plain = AESGCM(vault.keys[version - 1]).decrypt(sealed[:12], sealed[12:], associated)
        except (InvalidTag, IndexError):
            raise _Refused(400, "cipher: message authentication failed") from None
        return {"plaintext": base64.b64encode(plain).decode()}
