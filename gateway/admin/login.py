"""Logins in the browser: OpenID Connect, authorisation code with PKCE.

Promise: a session begins only for the browser that asked for it, with the code that its own request brought, and for
the person whom the identity provider names in a token for us.

Invariants
- State, nonce and verifier are drawn for each login and kept by the browser alone, in a cookie that is sealed for ten
  minutes with a key of ours: nobody can make one, or bring one of another browser.
- The verifier leaves the cookie only for the provider's token endpoint, over a protected connection.
- The code, the tokens and the client's secret are written nowhere.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import sha256
from typing import Final
from urllib.parse import quote, urlencode

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.admin.bearer import Claims, Fetch, Issuer, NotTrusted, ProviderDown
from gateway.admin_settings import OidcSettings
from gateway.core.ports import Clock

LOGIN_SECONDS: Final = 600.0
CALLBACK: Final = "/admin/v1/callback"


class _Pending(msgspec.Struct, frozen=True):
    state: str
    nonce: str
    verifier: str
    expires_at: float


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str


class Login:
    """`url`: where browsers find this port; `seal`: 32 bytes of our own."""

    def __init__(
        self, settings: OidcSettings, client_id: str, issuer: Issuer, fetch: Fetch, url: str, seal: bytes, clock: Clock
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._issuer = issuer
        self._fetch = fetch
        self._redirect = url + CALLBACK
        self._seal = AESGCM(seal)
        self._clock = clock

    async def begin(self) -> tuple[str, str]:
        """(where to send the browser, what it must bring back). Raises ProviderDown."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        pending = _Pending(state, nonce, verifier, self._clock.now() + LOGIN_SECONDS)
        challenge = base64.urlsafe_b64encode(sha256(pending.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect,
            "scope": "openid",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await self._issuer.discovery()).authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", self._close(pending)

    async def finish(self, brought: str, state: str, code: str) -> Claims:
        """Whom the provider names. Raises NotTrusted, ProviderDown."""
        pending = self._open(brought)
        if not hmac.compare_digest(pending.state.encode(), state.encode()):
            raise NotTrusted("another login's answer")
        claims = await self._issuer.claims(await self._redeem(code, pending.verifier), self._client_id)
        if claims.nonce is None or not hmac.compare_digest(claims.nonce.encode(), pending.nonce.encode()):
            raise NotTrusted("another login's token")
        return claims

    async def _redeem(self, code: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "client_id": self._client_id,
            "code_verifier": verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        if self._settings.client_secret is not None:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._settings.client_secret.reveal(), safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        endpoint = (await self._issuer.discovery()).token_endpoint
        status, body = await self._fetch("POST", endpoint, headers, urlencode(form).encode())
        if status != 200:
            raise NotTrusted("a code that the provider does not know")
        try:
            return msgspec.json.decode(body, type=_Tokens).id_token
        except msgspec.DecodeError:
            raise ProviderDown("answers without a token") from None

    def _close(self, pending: _Pending) -> str:
        nonce = secrets.token_bytes(12)
        return base64.urlsafe_b64encode(
            nonce + self._seal.encrypt(nonce, msgspec.json.encode(pending), b"login")
        ).decode()

    def _open(self, brought: str) -> _Pending:
        try:
            sealed = base64.urlsafe_b64decode(brought)
            pending = msgspec.json.decode(self._seal.decrypt(sealed[:12], sealed[12:], b"login"), type=_Pending)
        except (ValueError, InvalidTag):
            raise NotTrusted("no login under way") from None
        if pending.expires_at < self._clock.now():
            raise NotTrusted("a login that took too long")
        return pending
