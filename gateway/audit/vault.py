"""Data keys wrapped by HashiCorp Vault's Transit engine (or OpenBao's), over its HTTP API.

    POST /v1/{mount}/encrypt/{name}   {"plaintext", "associated_data"}   -> {"data": {"ciphertext": "vault:v3:…"}}
    POST /v1/{mount}/decrypt/{name}   {"ciphertext", "associated_data"}  -> {"data": {"plaintext": …}}
    GET  /v1/{mount}/keys/{name}                                         -> {"data": {"latest_version": 3}}

Invariants
- The token goes out as a header, to this one address, and shows nowhere; redirects are not followed.
- A token that comes from a file is read for each call: whoever rotates it (Vault's agent) tells nobody.
- The key encryption key never leaves Vault; its version stands in the ciphertext, and becomes part of `kek`.
- A call blocks for at most SECONDS, further tries included: a gateway makes one for each team, day and process.
- Why Vault refuses is told in our words, with what to do; of its own only known phrases are looked at.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from gateway.audit.wrapping import CannotUnwrap

SECONDS: Final = 3.0
SHORTEST_SECONDS: Final = 0.01
PAUSE_SECONDS: Final = 0.1
"""Before the second try; twice as long before each one after it."""
MAX_REPLY_BYTES: Final = 1024 * 1024

_ANOTHER_TRY_HELPS: Final = frozenset({412, 429, 472, 473, 500, 502, 503, 504})
"""Behind on its log, asked too often, a standby, failing, or about to have a leader."""


class VaultTransit:
    """Implements `wrapping.KeyWrapper`. `address` as `https://vault:8200/transit/gateway-audit`: mount and key name.
    `token` gives the one that holds now; it may raise OSError and ValueError. `namespace`: Vault Enterprise, OpenBao.
    """

    def __init__(
        self,
        address: str,
        token: Callable[[], str],
        tls: ssl.SSLContext | None = None,
        namespace: str | None = None,
    ) -> None:
        parts = urlsplit(address)
        mount, _, name = parts.path.strip("/").rpartition("/")
        if namespace and not (namespace.isascii() and namespace.isprintable()):
            raise ValueError("Vault's namespace is written in printable ASCII")
        if parts.scheme not in ("http", "https") or not (parts.hostname and mount and name):
            raise ValueError("write Vault's address with mount and key, as in https://vault:8200/transit/gateway-audit")
        self._host, self._port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._mount, self._name, self._token = quote(mount), quote(name, safe=""), token
        self._headers = {"X-Vault-Request": "true"}
        if namespace:
            self._headers["X-Vault-Namespace"] = namespace

    def __repr__(self) -> str:
        return f"<VaultTransit {self._name} at {self._host}>"

    @property
    def current(self) -> str:
        version = self._ask("GET", "keys", None).get("latest_version")
        if type(version) is not int:
            raise CannotUnwrap("Vault does not tell the key's latest version")
        return f"vault:v{version}"

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        text = self._asked_for("encrypt", "ciphertext", plaintext=data_key, associated_data=key_id)
        vault, version, rest = text.split(":", 2) if text.count(":") >= 2 else ("", "", "")
        if vault != "vault" or not rest:
            raise CannotUnwrap("Vault answers with something else than a ciphertext")
        return f"vault:{version}", text.encode()

    def unwrap(self, wrapped: bytes, key_id: bytes, kek: str) -> bytes:
        if not kek.startswith("vault:"):
            raise CannotUnwrap(f"{kek} is no key of Vault; load it as GATEWAY_AUDIT_KEY_PREVIOUS")
        text = self._asked_for(
            "decrypt", "plaintext", ciphertext=wrapped.decode("ascii", "replace"), associated_data=key_id
        )
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            raise CannotUnwrap("Vault's answer holds no plaintext in base64") from None

    def _asked_for(self, verb: str, wanted: str, **fields: bytes | str) -> str:
        body = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in fields.items()
        }
        text = self._ask("POST", verb, body).get(wanted)
        if type(text) is not str:
            raise CannotUnwrap(f"Vault's answer holds no {wanted}")
        return text

    def _ask(self, method: str, verb: str, body: dict[str, str] | None) -> dict[str, Any]:
        sent = None if body is None else msgspec.json.encode(body)
        deadline, pause = time.monotonic() + SECONDS, PAUSE_SECONDS
        refused: set[str] = set()
        while True:
            token = self._token_now()
            try:
                left = max(deadline - time.monotonic(), SHORTEST_SECONDS)
                status, reply = self._once(method, verb, sent, token, left)
            except (OSError, http.client.HTTPException, UnicodeError) as error:  # the last of an impossible host name
                problem = f"Vault at {self._host} does not answer ({_named(error)})"
                again = not isinstance(error, ssl.SSLCertVerificationError | UnicodeError)
            else:
                if status == 200:
                    return _data_of(reply)
                problem = f"Vault refuses to {verb} with {self._name}: {self._why(status, verb, reply)}"
                refused.add(token)
                another = status == 403 and self._token_now() not in refused
                again = another or status in _ANOTHER_TRY_HELPS
            if not again or time.monotonic() + pause >= deadline:
                raise CannotUnwrap(problem)
            time.sleep(pause)
            pause *= 2

    def _once(self, method: str, verb: str, sent: bytes | None, token: str, seconds: float) -> tuple[int, bytes]:
        if self._tls is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        else:
            connection = http.client.HTTPSConnection(self._host, self._port, timeout=seconds, context=self._tls)
        deadline = time.monotonic() + seconds
        late = threading.Event()
        try:
            connection.connect()
            with _cut_off(connection.sock, max(deadline - time.monotonic(), SHORTEST_SECONDS), late):
                headers = {**self._headers, "X-Vault-Token": token}
                connection.request(method, f"/v1/{self._mount}/{verb}/{self._name}", sent, headers)
                response = connection.getresponse()
                answer = response.status, response.read(MAX_REPLY_BYTES)
        except (OSError, http.client.HTTPException):
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            connection.close()
        if late.is_set():  # an answer of unknown length looks as if it had ended
            raise TimeoutError
        return answer

    def _token_now(self) -> str:
        try:
            token = self._token()
        except (OSError, ValueError) as error:
            raise CannotUnwrap(f"Vault's token cannot be read ({type(error).__name__})") from None
        if not token or not token.isprintable() or not token.isascii():
            raise CannotUnwrap("Vault's token is empty, more than one line, or of other letters than ASCII")
        return token

    def _why(self, status: int, verb: str, reply: bytes) -> str:
        known = next((advice for phrase, advice in _PHRASES.items() if phrase in reply), None)
        if known is None and status == 403:
            wanted = "read" if verb == "keys" else "update"
            known = f"the token has ended, or its policy lacks '{wanted}' on {self._mount}/{verb}/{self._name}"
        elif known is None and status == 404:
            known = f"there is no key {self._name} at {self._mount} (in this namespace)"
        elif known is None and 300 <= status < 400:
            known = "this is a standby that points elsewhere; name the active node, or what stands before all of them"
        return f"status {status}" if known is None else f"{known} (status {status})"


_PHRASES: Final = {
    b"Vault is sealed": "it is sealed",
    b"encryption key not found": "there is no such key; make one of type aes256-gcm96",
    b"(too old)": "the key's min_decryption_version is above this one's; lower it, rewrap, and raise it again",
    b"message authentication failed": "this was wrapped by another key, or was changed or moved",
    b"unable to decrypt": "this was wrapped by another key, or was changed or moved",
}
"""Of what Vault writes into `errors`."""


@contextlib.contextmanager
def _cut_off(connection: socket.socket, seconds: float, late: threading.Event) -> Iterator[None]:
    """Within, and once the time is over, nothing more is read: a socket's own limit begins anew with every byte."""

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # TLS's own would wait for the other side

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _named(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not trusted; name the authority's in GATEWAY_AUDIT_VAULT_CA"
    return type(error).__name__


def _data_of(reply: bytes) -> dict[str, Any]:
    """`data` of a reply whose other members may be anything."""
    try:
        data = msgspec.json.decode(reply)["data"]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise CannotUnwrap("Vault answers with something else than its API says") from None
    if not isinstance(data, dict):
        raise CannotUnwrap("Vault answers with something else than its API says")
    return data
