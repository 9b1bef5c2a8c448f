"""Tokens of the identity provider: who is meant, if the provider itself says so.

Promise: a token is accepted only as the compact form, signed by a key that the one issuer of the settings publishes,
with an algorithm that fits that very key, for us, and in its time. Everything else is NotTrusted.

Invariants
- The header decides nothing: it names a key among the issuer's, and every field beyond `alg`, `kid`, `typ` and
  thumbprints (jwk, jku, x5u, x5c, crit, b64, zip, …) is refused unseen.
- A key takes one algorithm: RSA of 2048 bits or more RS256, P-256 ES256, Ed25519 EdDSA. Symmetric keys take none.
- Nothing is remembered of a token, so no two tokens can be taken for each other.
- Keys are fetched from where the issuer's own document says, at most once in `REFETCH_SECONDS`, whatever is asked: for
  a key that nobody knows, and when what is known is older than `KEEP_SECONDS`. An issuer that does not answer is asked
  by one at a time, and left alone for `RETRY_SECONDS`.
- While it does not answer, what it said last holds, for `LAST_GOOD_SECONDS` and no longer: nobody could withdraw a key
  that was stolen. A key that is not among those is then no stranger's for certain, and ProviderDown.
- No message quotes a token or a part of one.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from gateway.core.ports import Clock
from gateway.environment import is_this_machine

REFETCH_SECONDS: Final = 30.0
RETRY_SECONDS: Final = 2.0
KEEP_SECONDS: Final = 600.0
LAST_GOOD_SECONDS: Final = 3600.0
LONGEST: Final = 16_384
LEEWAY: Final = 30
"""Seconds by which clocks may differ."""

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_HEADER: Final = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})

_WHY_NOT: Final[dict[type[Exception], str]] = {
    jwt.ExpiredSignatureError: "its time is over",
    jwt.ImmatureSignatureError: "its time has not come",
    jwt.InvalidIssuedAtError: "its time has not come",
    jwt.InvalidAudienceError: "for another audience",
    jwt.InvalidIssuerError: "of another issuer",
    jwt.InvalidSignatureError: "its signature is not the key's",
    jwt.MissingRequiredClaimError: "without exp, iss, aud or sub",
}


class NotTrusted(Exception):
    """The token proves nothing. The text is fixed."""


class ProviderDown(Exception):
    """The identity provider does not answer as it should."""


class Fetch(Protocol):
    async def __call__(self, method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """(status, body) of one request, without redirects; raises ProviderDown."""
        ...


class Discovery(msgspec.Struct, frozen=True):
    """What the issuer's document says, as far as we need it."""

    issuer: str
    jwks_uri: str
    authorization_endpoint: str
    token_endpoint: str


class Claims(msgspec.Struct, frozen=True):
    """What a trusted token says."""

    subject: str
    groups: tuple[str, ...]
    nonce: str | None


class Issuer:
    """The one identity provider of the settings."""

    def __init__(self, issuer: str, groups_claim: str, fetch: Fetch, clock: Clock) -> None:
        self._issuer = issuer
        self._groups_claim = groups_claim
        self._fetch = fetch
        self._clock = clock
        self._document: Discovery | None = None
        self._keys: dict[str, Any] = {}
        self._read_at = self._tried_at = float("-inf")
        """When the document was had, and when it was last asked for."""
        self._known_at = self._fetched_at = self._failed_at = float("-inf")
        """When keys were had, when they were last asked for, and when anything failed."""
        self._one_at_a_time = asyncio.Lock()
        self._asking = asyncio.Lock()

    async def discovery(self) -> Discovery:
        """What the issuer says of itself, read again now and then. Raises ProviderDown."""
        if self._document is None or self._clock.monotonic() - self._read_at > KEEP_SECONDS:
            return await self._discover()
        return self._document

    async def _discover(self) -> Discovery:
        """As it says now, or said within `REFETCH_SECONDS`; while it does not answer, as it said last."""
        if self._document is not None and self._clock.monotonic() - self._tried_at <= REFETCH_SECONDS:
            return self._document
        try:
            document = await self._read_document()
        except ProviderDown:
            if self._document is None or self._clock.monotonic() - self._read_at > LAST_GOOD_SECONDS:
                self._document = None
                raise
            self._tried_at = self._clock.monotonic()
            return self._document
        self._document = document
        self._read_at = self._tried_at = self._clock.monotonic()
        return document

    async def _read_document(self) -> Discovery:
        document: Discovery = await self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration", Discovery)
        endpoints = (document.jwks_uri, document.authorization_endpoint, document.token_endpoint)
        if document.issuer != self._issuer or not all(map(_is_protected, endpoints)):
            self._failed_at = self._clock.monotonic()
            raise ProviderDown("its document is for another issuer, or names endpoints without https")
        return document

    async def claims(self, token: str, audience: str) -> Claims:
        """What the token says, if it is the issuer's and for `audience`. Raises NotTrusted, ProviderDown."""
        if len(token) > LONGEST or not _COMPACT.fullmatch(token):
            raise NotTrusted("not a compact token")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise NotTrusted("not a token") from None
        kid = header.get("kid")
        if not set(header) <= _HEADER or not isinstance(kid, str) or len(kid) > 255:
            raise NotTrusted("its header asks for more than a key by name")
        if str(header.get("typ", "jwt")).lower() not in _TYPES:
            raise NotTrusted("of another type")
        key = await self._key(kid)
        algorithm = algorithm_of(key)
        if algorithm is None or header.get("alg") != algorithm:
            raise NotTrusted("signed with what its key does not take")
        try:
            payload: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"], "strict_aud": False},
            )
        except jwt.InvalidTokenError as error:
            raise NotTrusted(_WHY_NOT.get(type(error), "not valid")) from None
        return self._read(payload)

    def _read(self, payload: dict[str, Any]) -> Claims:
        subject, groups, nonce = payload["sub"], payload.get(self._groups_claim, []), payload.get("nonce")
        if isinstance(groups, str):
            groups = [groups]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
            raise NotTrusted("of nobody")
        if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
            raise NotTrusted("its groups are none")
        return Claims(subject, tuple(groups), nonce if isinstance(nonce, str) else None)

    async def _key(self, kid: str) -> Any:
        now = self._clock.monotonic()
        wanted = kid not in self._keys or now - self._known_at > KEEP_SECONDS
        if wanted and now - self._fetched_at > REFETCH_SECONDS:
            async with self._one_at_a_time:
                if self._clock.monotonic() - self._fetched_at > REFETCH_SECONDS:
                    await self._fetch_keys()
        try:
            return self._keys[kid]
        except KeyError:
            if self._fetched_at > self._known_at:
                raise ProviderDown("did not answer when it was asked for this key") from None
            raise NotTrusted("signed by nobody known") from None

    async def _fetch_keys(self) -> None:
        try:
            document = await self._get((await self._discover()).jwks_uri, dict[str, list[dict[str, Any]]])
        except ProviderDown:
            if not self._keys or self._clock.monotonic() - self._known_at > LAST_GOOD_SECONDS:
                self._keys = {}
                raise
            self._fetched_at = self._clock.monotonic()
            return  # what was published before still holds
        self._keys = {
            jwk["kid"]: key
            for jwk in document.get("keys", [])
            if isinstance(jwk.get("kid"), str) and (key := _key_of(jwk)) is not None
        }
        # Not before: who comes meanwhile waits for the keys.
        self._known_at = self._fetched_at = self._clock.monotonic()

    async def _get(self, url: str, kind: Any) -> Any:
        async with self._asking:
            if self._clock.monotonic() - self._failed_at < RETRY_SECONDS:
                raise ProviderDown("did not answer a moment ago")
            try:
                return await self._read_from(url, kind)
            except ProviderDown:
                self._failed_at = self._clock.monotonic()
                raise

    async def _read_from(self, url: str, kind: Any) -> Any:
        status, body = await self._fetch("GET", url, {"accept": "application/json"}, b"")
        if status != 200:
            raise ProviderDown(f"answers with status {status}")
        try:
            return msgspec.json.decode(body, type=kind, strict=False)
        except msgspec.DecodeError:
            raise ProviderDown("answers with what is not its document") from None


def algorithm_of(key: Any) -> str | None:
    """The one algorithm that a public key takes here; None: it is not trusted with any."""
    match key:
        case RSAPublicKey() if key.key_size >= 2048:
            return "RS256"
        case EllipticCurvePublicKey() if isinstance(key.curve, SECP256R1):
            return "ES256"
        case Ed25519PublicKey():
            return "EdDSA"
        case _:
            return None


def _key_of(jwk: dict[str, Any]) -> Any:
    """The public key, where it is one that signs."""
    if jwk.get("use", "sig") != "sig" or jwk.get("kty") not in {"RSA", "EC", "OKP"}:
        return None
    try:
        key = jwt.PyJWK(jwk).key
    except (jwt.PyJWTError, ValueError, KeyError):
        return None
    return key if jwk.get("alg", algorithm_of(key)) == algorithm_of(key) else None


def _is_protected(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(parts.hostname or ""))
