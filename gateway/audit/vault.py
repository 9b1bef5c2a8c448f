"""Data keys wrapped by HashiCorp Vault's Transit engine, over its HTTP API.

    POST /v1/{mount}/encrypt/{name}   {"plaintext", "associated_data"}   -> {"data": {"ciphertext": "vault:v3:…"}}
    POST /v1/{mount}/decrypt/{name}   {"ciphertext", "associated_data"}  -> {"data": {"plaintext": …}}
    GET  /v1/{mount}/keys/{name}                                         -> {"data": {"latest_version": 3}}

Invariants
- The token goes out as a header, to this one address, and shows nowhere; redirects are not followed.
- The key encryption key never leaves Vault; its version stands in the ciphertext, and becomes part of `kek`.
- A call blocks for at most SECONDS: a gateway makes one for each team, day and process.
"""

from __future__ import annotations

import base64
import http.client
import ssl
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from gateway.audit.wrapping import CannotUnwrap
from gateway.core.policy import Secret

SECONDS: Final = 3.0
MAX_REPLY_BYTES: Final = 1024 * 1024


class VaultTransit:
    """Implements `wrapping.KeyWrapper`. `address` as `https://vault:8200/transit/gateway-audit`: mount and key name."""

    def __init__(self, address: str, token: Secret, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(address)
        mount, _, name = parts.path.strip("/").rpartition("/")
        if parts.scheme not in ("http", "https") or not (parts.hostname and mount and name):
            raise ValueError("write Vault's address with mount and key, as in https://vault:8200/transit/gateway-audit")
        self._host, self._port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._mount, self._name, self._token = quote(mount), quote(name, safe=""), token

    def __repr__(self) -> str:
        return f"<VaultTransit {self._name} at {self._host}>"

    @property
    def current(self) -> str:
        version = self._ask("GET", "keys", None).get("latest_version")
        if type(version) is not int:
            raise CannotUnwrap("Vault does not tell the key's latest version")
        return f"vault:v{version}"

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        text = self._told("encrypt", "ciphertext", plaintext=data_key, associated_data=key_id)
        vault, version, rest = text.split(":", 2) if text.count(":") >= 2 else ("", "", "")
        if vault != "vault" or not rest:
            raise CannotUnwrap("Vault answers with something else than a ciphertext")
        return f"vault:{version}", text.encode()

    def unwrap(self, wrapped: bytes, key_id: bytes, kek: str) -> bytes:
        if not kek.startswith("vault:"):
            raise CannotUnwrap(f"{kek} is no key of Vault; load it as GATEWAY_AUDIT_KEY_PREVIOUS")
        text = self._told("decrypt", "plaintext", ciphertext=wrapped.decode("ascii", "replace"), associated_data=key_id)
        return base64.b64decode(text)

    def _told(self, verb: str, wanted: str, **fields: bytes | str) -> str:
        body = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in fields.items()
        }
        text = self._ask("POST", verb, body).get(wanted)
        if type(text) is not str:
            raise CannotUnwrap(f"Vault's answer holds no {wanted}")
        return text

    def _ask(self, method: str, verb: str, body: dict[str, str] | None) -> dict[str, Any]:
        if self._tls is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        else:
            connection = http.client.HTTPSConnection(self._host, self._port, timeout=SECONDS, context=self._tls)
        headers = {"X-Vault-Token": self._token.reveal(), "X-Vault-Request": "true"}
        try:
            connection.request(
                method,
                f"/v1/{self._mount}/{verb}/{self._name}",
                None if body is None else msgspec.json.encode(body),
                headers,
            )
            response = connection.getresponse()
            reply = response.read(MAX_REPLY_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise CannotUnwrap(f"Vault at {self._host} does not answer ({type(error).__name__})") from None
        finally:
            connection.close()
        if response.status != 200:
            raise CannotUnwrap(f"Vault refuses to {verb} with {self._name}: status {response.status}")
        return _data_of(reply)


def _data_of(reply: bytes) -> dict[str, Any]:
    """`data` of a reply whose other members may be anything."""
    try:
        data = msgspec.json.decode(reply)["data"]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise CannotUnwrap("Vault answers with something else than its API says") from None
    if not isinstance(data, dict):
        raise CannotUnwrap("Vault answers with something else than its API says")
    return data
