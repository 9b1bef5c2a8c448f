"""Sessions of the console: begun with the token, bound to the browser, ended by the next login or by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from litestar.datastructures import Cookie, Headers

from gateway.admin.authentication import Authenticator
from gateway.admin.refusals import Refusal
from gateway.admin_settings import AdminSettings, OidcSettings
from gateway.core.administration import Assignment, Right
from gateway.core.policy import Secret
from gateway.storage.administration import AdminSessions
from gateway.storage.engine import open_engine
from gateway.system_clock import SystemClock
from tests.admin.conftest import TOKEN, AdminPort
from tests.support.databases import migrate_url, sqlite_url

CONSOLE = {"x-gateway-console": "1"}


@contextlib.contextmanager
def logged_in(admin: AdminPort) -> Iterator[httpx.Client]:
    with admin.stranger() as client:
        answer = client.post("/session", json={"token": TOKEN})
        assert answer.status_code == 200
        assert TOKEN not in answer.text
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        yield client


def test_a_session_reads_and_writes_as_the_console(admin: AdminPort) -> None:
    with logged_in(admin) as client:
        assert client.get("/me").json()["proof"] == "session"
        order = {"team": "support"}
        assert client.post("/keys", json=order).status_code == 403
        assert client.post("/keys", json=order, headers={**CONSOLE, "sec-fetch-site": "cross-site"}).status_code == 403
        assert client.post("/keys", json=order, headers={**CONSOLE, "sec-fetch-site": "same-site"}).status_code == 403
        assert client.post("/keys", json=order, headers={**CONSOLE, "sec-fetch-site": "same-origin"}).status_code == 201
        assert client.post("/keys", json=order, headers=CONSOLE).status_code == 201


def test_a_login_ends_the_sessions_before_it(admin: AdminPort) -> None:
    with logged_in(admin) as first, logged_in(admin) as second:
        assert first.get("/me").status_code == 401
        assert second.get("/me").status_code == 200


def test_who_logs_out_is_out(admin: AdminPort) -> None:
    with logged_in(admin) as client, admin.stranger() as thief:
        thief.cookies.update(client.cookies)
        assert thief.get("/me").status_code == 200
        assert client.post("/session/end", json={}, headers=CONSOLE).json() == {"sessions": 1}
        assert thief.get("/me").status_code == 401


def test_security_ends_anybodys_sessions(admin: AdminPort) -> None:
    with logged_in(admin) as client:
        order = {"subject": "bootstrap"}
        assert admin.api.post("/sessions/end", json=order, headers=admin.bearer("key-admin")).status_code == 403
        assert admin.api.post("/sessions/end", json=order, headers=admin.bearer("security")).json() == {"sessions": 1}
        assert client.get("/me").status_code == 401


def test_who_came_and_who_was_sent_away_is_on_record(admin: AdminPort) -> None:
    with logged_in(admin), logged_in(admin) as client:
        client.post("/session/end", json={}, headers=CONSOLE)
    ended, second, _ = admin.api.get("/log?limit=3").json()["entries"]
    told = [(each["action"], each["actor"], each["before"], each["after"]) for each in (ended, second)]
    assert told == [
        ("sessions.end", "bootstrap", {"sessions": 1}, {"sessions": 0}),
        ("session.begin", "bootstrap", {"sessions": 1}, {"sessions": 1}),
    ]


@pytest.mark.asyncio
async def test_a_role_taken_away_is_gone_from_sessions_under_way(tmp_path: Path) -> None:
    """What a session may do follows from the roles of now, and a changed token ends the sessions that it began."""
    await migrate_url(sqlite_url(tmp_path / "gateway.db"))
    engine = open_engine(sqlite_url(tmp_path / "gateway.db"))

    def authenticator(token: str, **roles: tuple[Assignment, ...]) -> Authenticator:
        oidc = OidcSettings(
            issuer="https://x", client_id="c", client_secret=None, audience=None, groups_claim="groups", roles=roles
        )
        admin = AdminSettings(host="127.0.0.1", port=0, url=None, token=Secret(token), oidc=oidc)
        return Authenticator(admin, AdminSessions(engine), None, SystemClock())

    def bearing(cookie: Cookie) -> Any:
        return SimpleNamespace(headers=Headers({}), cookies={"gateway_session": cookie.value}, client=None)

    before, after = (
        authenticator(TOKEN, ops=(Assignment("key-admin"),)),
        authenticator(TOKEN[::-1], ops=(Assignment("viewer"),)),
    )
    person = bearing(await before.begin_session("ada", "session", ("ops",)))
    owner = bearing(await before.begin_bootstrap_session())
    assert (await before.authenticate(person, "GET")).may(Right.KEYS_ISSUE, "support")
    assert (await before.authenticate(owner, "GET")).roles == ("owner",)
    assert not (await after.authenticate(person, "GET")).may(Right.KEYS_ISSUE, "support")
    with pytest.raises(Refusal, match="changed"):
        await after.authenticate(owner, "GET")
    await engine.dispose()


def test_a_cookie_counts_for_nothing_beside_a_credential(admin: AdminPort) -> None:
    with logged_in(admin) as client:
        assert client.get("/me", headers={"authorization": "Bearer wrong"}).status_code in {401, 429}


def test_failed_logins_are_slowed_and_a_right_one_still_works(admin: AdminPort) -> None:
    with admin.stranger() as client:
        statuses = [client.post("/session", json={"token": f"{TOKEN}{number}"}).status_code for number in range(15)]
        assert set(statuses) <= {401, 429}
        assert statuses[-1] == 429
        refused = client.post("/session", json={"token": "x"})
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert client.post("/session", json={"token": TOKEN}).status_code == 200


def test_a_login_without_a_provider_for_browsers_is_a_404(admin: AdminPort) -> None:
    with admin.stranger() as client:
        assert client.get("/login/ways").json() == {"token": True, "provider": False, "address": None}
        assert client.get("/login").status_code == 404
        assert client.get("/callback?state=x&code=y").status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "0" * 43, "' OR 1=1 --"])
def test_a_made_up_cookie_opens_nothing(admin: AdminPort, cookie: str) -> None:
    with admin.stranger() as client:
        assert client.get("/me", headers={"cookie": f"gateway_session={cookie}"}).status_code == 401
