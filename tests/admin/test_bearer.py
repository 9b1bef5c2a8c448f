"""Tokens of the identity provider: good ones are let in, everything that ever fooled a library is not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any, cast

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar.connection import ASGIConnection
from structlog.testing import capture_logs

from gateway.admin.authentication import MOST_FAILURES, WINDOW_SECONDS, Authenticator
from gateway.admin.bearer import (
    KEEP_SECONDS,
    LAST_GOOD_SECONDS,
    REFETCH_SECONDS,
    RETRY_SECONDS,
    Issuer,
    NotTrusted,
    ProviderDown,
)
from gateway.admin.refusals import Refusal
from gateway.admin_settings import AdminSettings, OidcSettings
from gateway.core.administration import Assignment
from gateway.storage.administration import AdminSessions
from gateway.telemetry import logs
from tests.admin.conftest import AdminPort
from tests.support.clocks import HandClock
from tests.support.issuer import AUDIENCE, SYMMETRIC, TestIssuer

STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GROUP = ["g-viewer"]


def b64(data: bytes | dict[str, Any]) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def me(admin: AdminPort, token: str) -> int:
    with admin.stranger() as client:
        return client.get("/me", headers={"authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("kid", ["rsa", "ec", "ed"])
def test_a_good_token_is_somebody(admin: AdminPort, kid: str) -> None:
    headers = {"authorization": f"Bearer {admin.issuer.token(kid, groups=['g-viewer', 'unknown'], sub='carl')}"}
    with admin.stranger() as client:
        told = client.get("/me", headers=headers).json()
    assert (told["subject"], told["proof"], told["roles"]) == ("carl", "bearer", ["viewer"])


def test_one_group_may_be_a_string_and_none_is_nobodys_role(admin: AdminPort) -> None:
    with admin.stranger() as client:
        for groups, roles in (("g-viewer", ["viewer"]), (None, []), ([], [])):
            headers = {"authorization": f"Bearer {admin.issuer.token(groups=groups)}"}
            assert client.get("/me", headers=headers).json()["roles"] == roles
            assert client.get("/keys", headers=headers).status_code == (200 if roles else 403)


def hmac_signed(header: dict[str, Any], claims: dict[str, Any], key: bytes) -> str:
    signed = f"{b64(header)}.{b64(claims)}"
    return f"{signed}.{b64(hmac.digest(key, signed.encode(), hashlib.sha256))}"


def forged(issuer: TestIssuer) -> dict[str, str]:
    """name -> a token that proves nothing."""
    claims = issuer.claims(groups=GROUP)
    good = issuer.token(groups=GROUP)
    head, body, signature = good.split(".")
    public = issuer.private_key("rsa").public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    own = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key()))
    now = int(time.time())

    def by_stranger(**header: Any) -> str:
        return jwt.encode(claims, STRANGER, "RS256", headers={"kid": "rsa", **header})

    return {
        "alg none": f"{b64({'alg': 'none', 'kid': 'rsa'})}.{body}.",
        "alg None with a signature": f"{b64({'alg': 'None', 'kid': 'rsa'})}.{body}.{signature}",
        "no signature": f"{head}.{body}.",
        "no signature part": f"{head}.{body}",
        "another signature": by_stranger(),
        "HS256 with the public key as PEM": hmac_signed({"alg": "HS256", "kid": "rsa"}, claims, pem),
        "HS256 with a published secret": hmac_signed({"alg": "HS256", "kid": "oct"}, claims, SYMMETRIC),
        "RS256 named, HMAC signed": hmac_signed({"alg": "RS256", "kid": "rsa"}, claims, pem),
        "an HS key of nothing": hmac_signed({"alg": "HS256", "kid": "rsa"}, claims, b""),
        "RS384": jwt.encode(claims, issuer.private_key("rsa"), "RS384", headers={"kid": "rsa"}),
        "PS256": jwt.encode(claims, issuer.private_key("rsa"), "PS256", headers={"kid": "rsa"}),
        "RS256 by an EC key": issuer.token("rsa", {"kid": "ec"}, groups=GROUP),
        "ES256 by an RSA key": issuer.token("ec", {"kid": "rsa"}, groups=GROUP),
        "EdDSA by a stranger": jwt.encode(claims, ed25519.Ed25519PrivateKey.generate(), "EdDSA", headers={"kid": "ed"}),
        "a key too short": issuer.token("small", groups=GROUP),
        "a key for encryption": issuer.token("rsa", {"kid": "enc"}, groups=GROUP),
        "embedded jwk": by_stranger(jwk=own),
        "jku": by_stranger(jku="http://127.0.0.1:1/keys"),
        "x5u": by_stranger(x5u="http://127.0.0.1:1/cert"),
        "x5c": by_stranger(x5c=["MIIB"]),
        "embedded jwk, rightly signed": issuer.token(header={"jwk": own}, groups=GROUP),
        "crit unknown": issuer.token(header={"crit": ["exp2"], "exp2": 1}, groups=GROUP),
        "crit b64": issuer.token(header={"crit": ["b64"], "b64": True}, groups=GROUP),
        "unknown kid": issuer.token(header={"kid": "nobody"}, groups=GROUP),
        "kid of a path": issuer.token(header={"kid": "../../../../dev/null"}, groups=GROUP),
        "kid of SQL": issuer.token(header={"kid": "x' UNION SELECT 'key"}, groups=GROUP),
        "kid of a URL": issuer.token(header={"kid": "http://127.0.0.1:1/"}, groups=GROUP),
        "kid a number": f"{b64({'alg': 'RS256', 'kid': 1})}.{body}.{signature}",
        "no kid": jwt.encode(claims, issuer.private_key("rsa"), "RS256"),
        "typ of another thing": issuer.token(header={"typ": "logout+jwt"}, groups=GROUP),
        "wrong aud": issuer.token(aud="somebody-else", groups=GROUP),
        "aud as a prefix": issuer.token(aud=AUDIENCE[:-1], groups=GROUP),
        "no aud": issuer.token(aud=None, groups=GROUP),
        "wrong iss": issuer.token(iss="https://somebody.else", groups=GROUP),
        "iss with a slash": issuer.token(iss=issuer.url + "/", groups=GROUP),
        "no iss": issuer.token(iss=None, groups=GROUP),
        "expired": issuer.token(exp=now - 60, groups=GROUP),
        "never expires": issuer.token(exp=None, groups=GROUP),
        "exp no number": issuer.token(exp="tomorrow", groups=GROUP),
        "not yet": issuer.token(nbf=now + 600, groups=GROUP),
        "no sub": issuer.token(sub=None, groups=GROUP),
        "sub of control characters": issuer.token(sub="ada\n", groups=GROUP),
        "sub too long": issuer.token(sub="a" * 256, groups=GROUP),
        "groups no list": issuer.token(groups={"g-viewer": 1}),
        "groups of numbers": issuer.token(groups=[1]),
        "JSON serialisation": json.dumps(
            {"payload": body, "signatures": [{"protected": head, "signature": signature}]}
        ),
        "JSON serialisation, flat": json.dumps({"payload": body, "protected": head, "signature": signature}),
        "JSON serialisation, no signature": json.dumps({"payload": body, "signatures": []}),
        "five parts": f"{good}.{body}.{signature}",
        "padding": f"{head}=.{body}.{signature}",
        "another payload": f"{head}.{b64({**claims, 'groups': ['g-key-admin']})}.{signature}",
        "another last byte": good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
        "a giant": issuer.token(groups=["x" * 20_000]),
        "nothing but dots": "..",
        "null bytes": "a.b.c\u0000".encode().decode("latin-1").replace("\u0000", "%00"),
    }


@pytest.mark.asyncio
async def test_whoever_runs_the_gateway_is_told_why_a_token_is_refused() -> None:
    """By its log: whoever sent it is told nothing of that."""
    way = Reached()
    trusted = Issuer(way.issuer.url, "groups", way, HandClock())
    now = int(time.time())
    for why, claims in {
        "its time is over": {"exp": now - 60},
        "its time has not come": {"nbf": now + 600},
        "for another audience": {"aud": "somebody-else"},
        "of another issuer": {"iss": "https://somebody.else"},
        "without exp, iss, aud or sub": {"sub": None},
    }.items():
        with pytest.raises(NotTrusted, match=f"^{why}$"):
            await trusted.claims(way.issuer.token(**claims), AUDIENCE)


@pytest.mark.asyncio
async def test_a_refused_login_is_logged_without_what_was_sent_and_a_crowd_of_them_is_not() -> None:
    """At an authenticator of its own: the port's has counted what other tests have tried."""
    way, clock = Reached(), HandClock()
    roles: dict[str, tuple[Assignment, ...]] = {}
    oidc = OidcSettings(
        issuer=way.issuer.url, client_id=None, client_secret=None, audience=AUDIENCE, groups_claim="groups", roles=roles
    )
    settings = AdminSettings(host="", port=0, url=None, token=None, oidc=oidc)
    sessions = cast("AdminSessions", None)  # nobody who shows a token is asked for one
    knows = Authenticator(settings, sessions, Issuer(way.issuer.url, "groups", way, clock), clock)
    token = way.issuer.token(exp=int(time.time()) - 60)
    headers = [(b"authorization", b"Bearer " + token.encode())]
    scope: Any = {"type": "http", "headers": headers, "client": ("192.0.2.1", 1)}
    connection = ASGIConnection[Any, Any, Any, Any](scope)
    with capture_logs() as lines:
        for status in [401] * MOST_FAILURES + [429]:
            with pytest.raises(Refusal) as refused:
                await knows.authenticate(connection, "GET")
            assert refused.value.status == status
        clock.advance(WINDOW_SECONDS)
        knows.failed(connection, "That login did not work.", "no login under way")
    line = {"event": logs.ADMIN_LOGIN_REFUSED, "log_level": "info"}
    whys = ["its time is over"] * MOST_FAILURES + ["no login under way"]
    assert lines == [line | {"why": why} for why in whys]


def test_no_forgery_is_let_in(admin: AdminPort) -> None:
    assert me(admin, admin.issuer.token(groups=GROUP)) == 200
    found = {name: me(admin, token) for name, token in forged(admin.issuer).items()}
    assert {name: status for name, status in found.items() if status not in {401, 429}} == {}
    assert len(found) > 50
    assert me(admin, admin.issuer.token(groups=GROUP)) == 200


def test_unknown_keys_make_the_gateway_ask_once_in_a_while(admin: AdminPort) -> None:
    me(admin, admin.issuer.token(groups=GROUP))
    before = len(admin.issuer.asked)
    for number in range(20):
        me(admin, admin.issuer.token(header={"kid": f"unknown {number}"}, groups=GROUP))
    assert len(admin.issuer.asked) - before <= 1
    assert set(admin.issuer.asked) == {"/.well-known/openid-configuration", "/keys"}


@pytest.mark.asyncio
async def test_an_issuer_that_does_not_answer_is_asked_by_one_of_a_crowd_and_then_again(issuer: TestIssuer) -> None:
    clock, down = HandClock(), True
    asked: list[str] = []

    async def fetch(method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        asked.append(url)
        await asyncio.sleep(0)
        if down:
            raise ProviderDown("does not answer")
        return 200, json.dumps(issuer.jwks() if url.endswith("/keys") else issuer.document()).encode()

    trusted, token = Issuer(issuer.url, "groups", fetch, clock), issuer.token()
    crowd = await asyncio.gather(*(trusted.claims(token, AUDIENCE) for _ in range(50)), return_exceptions=True)
    assert {type(each) for each in crowd} == {ProviderDown}
    assert len(asked) == 1
    down = False
    clock.advance(RETRY_SECONDS)
    welcome = await asyncio.gather(*(trusted.claims(token, AUDIENCE) for _ in range(50)))
    assert {claims.subject for claims in welcome} == {"ada"}
    assert len(asked) == 3


class Reached:
    """The way to an issuer of its own in this process, that can be cut."""

    def __init__(self) -> None:
        self.issuer = TestIssuer()
        self.issuer.url = "http://127.0.0.1:9"
        self.up = True
        self.asked: list[str] = []

    async def __call__(self, method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        path = url.removeprefix(self.issuer.url)
        self.asked.append(path)
        if not self.up:
            raise ProviderDown("does not answer")
        found = {"/.well-known/openid-configuration": self.issuer.document, self.issuer.keys_path: self.issuer.jwks}
        return (200, json.dumps(found[path]()).encode()) if path in found else (404, b"")


@pytest.mark.asyncio
async def test_an_issuer_may_change_its_keys_and_where_they_lie() -> None:
    clock, way = HandClock(), Reached()
    issuer = way.issuer
    trusted = Issuer(issuer.url, "groups", way, clock)
    issuer.published = ("rsa",)
    assert (await trusted.claims(issuer.token("rsa"), AUDIENCE)).subject == "ada"
    issuer.published, issuer.keys_path = ("ec",), "/new-keys"
    with pytest.raises(NotTrusted):
        await trusted.claims(issuer.token("ec"), AUDIENCE)
    clock.advance(REFETCH_SECONDS + 1)
    assert (await trusted.claims(issuer.token("ec"), AUDIENCE)).subject == "ada", "a new key is asked for"
    with pytest.raises(NotTrusted):
        await trusted.claims(issuer.token("rsa"), AUDIENCE)
    issuer.published = ("ed",)
    clock.advance(KEEP_SECONDS + 1)
    with pytest.raises(NotTrusted):  # withdrawn, though nobody asked for another
        await trusted.claims(issuer.token("ec"), AUDIENCE)
    asked = len(way.asked)
    for _ in range(20):
        with pytest.raises(NotTrusted):
            await trusted.claims(issuer.token("rsa", {"kid": "made up"}), AUDIENCE)
    assert len(way.asked) == asked, "strangers' keys make nobody ask more often"


@pytest.mark.asyncio
async def test_what_an_issuer_said_last_holds_for_an_hour_while_it_is_down() -> None:
    clock, way = HandClock(), Reached()
    issuer = way.issuer
    trusted = Issuer(issuer.url, "groups", way, clock)
    issuer.published = ("rsa",)
    await trusted.claims(issuer.token("rsa"), AUDIENCE)
    way.up = False
    for _ in range(5):
        clock.advance(LAST_GOOD_SECONDS / 5 - 1)
        assert (await trusted.claims(issuer.token("rsa"), AUDIENCE)).subject == "ada"
        assert (await trusted.discovery()).token_endpoint == f"{issuer.url}/token"
        with pytest.raises(ProviderDown):  # it may be a new key: nobody can tell
            await trusted.claims(issuer.token("ec"), AUDIENCE)
    clock.advance(REFETCH_SECONDS + 6)
    with pytest.raises(ProviderDown):
        await trusted.claims(issuer.token("rsa"), AUDIENCE)
    with pytest.raises(ProviderDown):
        await trusted.discovery()
    way.up = True
    clock.advance(RETRY_SECONDS + 1)
    assert (await trusted.claims(issuer.token("rsa"), AUDIENCE)).subject == "ada"


def test_two_tokens_are_never_taken_for_each_other(admin: AdminPort) -> None:
    """Tokens that share their first hundreds of bytes are two people all the same."""
    for name in ("ada", "bob"):
        headers = {"authorization": f"Bearer {admin.issuer.token(groups=GROUP, sub=name)}"}
        with admin.stranger() as client:
            assert client.get("/me", headers=headers).json()["subject"] == name


@pytest.mark.parametrize("credential", ["Basic YTpi", "Bearer", "bearer x y", "Token x", "x"])
def test_another_credential_is_none(admin: AdminPort, credential: str) -> None:
    with admin.stranger() as client:
        assert client.get("/me", headers={"authorization": credential}).status_code in {401, 429}


def test_two_credentials_are_none(admin: AdminPort) -> None:
    good = admin.api.headers["authorization"]
    with admin.stranger() as client:
        answer = client.get("/me", headers=[("authorization", good), ("authorization", good)])
    assert answer.status_code in {401, 429}
