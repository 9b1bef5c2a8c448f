"""Keys over the admin API: issued, used at the proxy, rotated, revoked, and recorded."""

from __future__ import annotations

import httpx
import pytest

from tests.admin.conftest import AdminPort


def status_at_proxy(admin: AdminPort, key: str) -> int:
    return httpx.get(f"{admin.running.url}/v1/models", headers={"authorization": f"Bearer {key}"}).status_code


def test_a_key_lives_from_issue_to_revocation(admin: AdminPort) -> None:
    made = admin.issue(name="bot", user="ada@example.com", expires="30d", models=["fast-chat"], networks=["127.0.0.1"])
    assert made["networks"] == ["127.0.0.1/32"]
    assert status_at_proxy(admin, made["key"]) == 200
    rotated = admin.api.post(f"/keys/{made['id']}/rotate", json={"grace": "0s"}).json()
    assert rotated["id"] == made["id"]
    assert [status_at_proxy(admin, key) for key in (made["key"], rotated["key"])] == [401, 200]
    revoked = admin.api.post(f"/keys/{made['id']}/revoke", json={}).json()
    assert revoked["state"] == "revoked"
    assert status_at_proxy(admin, rotated["key"]) == 401
    assert admin.api.post(f"/keys/{made['id']}/rotate", json={}).status_code == 409
    shown = admin.api.get(f"/keys/{made['id']}").json()
    assert shown["user"] == "ada@example.com"
    assert "key" not in shown


def test_every_write_is_recorded_before_and_after_and_without_secrets(admin: AdminPort) -> None:
    made = admin.issue(name="recorded")
    rotated = admin.api.post(
        f"/keys/{made['id']}/rotate", json={"grace": "1h"}, headers=admin.bearer("key-admin")
    ).json()
    admin.api.post(f"/keys/{made['id']}/revoke", json={})
    answer = admin.api.get("/log?limit=3")
    revoke, rotate, issue = answer.json()["entries"]
    assert [entry["action"] for entry in (issue, rotate, revoke)] == ["key.issue", "key.rotate", "key.revoke"]
    assert (issue["object"], issue["team"], issue["actor"], issue["proof"]) == (
        made["id"],
        "support",
        "bootstrap",
        "bootstrap",
    )
    assert issue["before"] is None
    assert (issue["after"]["team"], issue["after"]["name"]) == ("support", "recorded")
    assert (rotate["object"], rotate["actor"], rotate["proof"]) == (made["id"], "ada", "bearer")
    assert rotate["before"]["previous_secret_until"] is None
    assert rotate["after"]["previous_secret_until"] is not None
    assert revoke["before"]["state"] == "not revoked"
    for secret in (made["key"], rotated["key"]):
        assert secret.split("_")[3] not in answer.text


def test_a_key_is_good_for_90_days_unless_told_otherwise(admin: AdminPort) -> None:
    from datetime import datetime

    made = admin.issue()
    times = [datetime.fromisoformat(made[name]) for name in ("created_at", "expires_at")]
    assert (times[1] - times[0]).days == 90
    assert admin.issue(expires="never")["expires_at"] is None


def test_pages_hold_every_key_once(admin: AdminPort) -> None:
    made = {admin.issue(team="sales")["id"] for _ in range(5)}
    found: list[str] = []
    after = None
    while True:
        query = {"team": "sales", "limit": 2, **({"after": after} if after else {})}
        page = admin.api.get("/keys", params=query).json()
        found += [key["id"] for key in page["keys"]]
        after = page["next"]
        if after is None:
            break
    assert len(found) == len(set(found))
    assert made <= set(found)


@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({"team": "nobody"}, 400),
        ({"team": "support", "admin": True}, 400),
        ({"team": "support", "expires": "1y"}, 400),
        ({"team": "support", "expires": "0s"}, 400),
        ({"team": "support", "expires": "999999999d"}, 400),
        ({"team": "support", "networks": ["10.0.0.1/8"]}, 400),
        ({"team": "support", "name": "a\nb"}, 400),
        ({"team": "support", "name": "bot\n"}, 400),
        ({"team": "support", "user": "\u202emoc.elpmaxe@ada"}, 400),
        ({"team": "support", "user": " "}, 400),
        ({"team": "support", "models": ["fast-chat\n"]}, 400),
        ({"team": "support", "models": []}, 400),
        ({"team": "support", "models": ["secret-model"]}, 403),
        ({}, 400),
        ([], 400),
    ],
    ids=str,
)
def test_an_order_that_cannot_stand_changes_nothing(admin: AdminPort, order: object, status: int) -> None:
    before = admin.api.get("/log?limit=1").text
    answer = admin.api.post("/keys", json=order)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert admin.api.get("/log?limit=1").text == before


def test_who_is_refused_is_told_what_is_wrong_and_whom_to_ask(admin: AdminPort) -> None:
    unknown = admin.api.post("/keys", json={"team": "support", "canary": 1}).json()["error"]["message"]
    assert "a field that is unknown here" in unknown
    assert "canary" not in unknown
    forbidden = admin.api.post("/keys", json={"team": "support"}, headers=admin.bearer("viewer")).json()["error"]
    assert "Roles with it: team-admin, key-admin. Yours are in /admin/v1/me." in forbidden["message"]


def test_the_log_is_read_page_by_page_without_a_loss(admin: AdminPort) -> None:
    for _ in range(3):
        admin.issue()
    every = [entry["id"] for entry in admin.api.get("/log?limit=3").json()["entries"]]
    read = [admin.api.get("/log?limit=1").json()["entries"][0]["id"]]
    while len(read) < 3:
        (entry,) = admin.api.get(f"/log?limit=1&after={read[-1]}").json()["entries"]
        read.append(entry["id"])
    assert read == every
    first = admin.api.get("/log?limit=2").json()
    assert first["next"] == first["entries"][-1]["id"]
    seen, after = len(first["entries"]), first["next"]
    while after is not None:
        page = admin.api.get(f"/log?limit=5&after={after}").json()
        seen, after = seen + len(page["entries"]), page["next"]
        assert page["entries"], "a page that is promised has something on it"
    assert seen == len(admin.api.get("/log?limit=500").json()["entries"])
    answer = admin.api.get("/log?after=ffff")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_entry")


def test_a_write_that_cannot_be_recorded_is_not_done(admin: AdminPort, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.storage.administration import StoredAdminLog

    async def refuse(*_: object) -> None:
        raise OSError

    made = admin.issue()
    monkeypatch.setattr(StoredAdminLog, "record", refuse)
    assert admin.api.post(f"/keys/{made['id']}/revoke", json={}).status_code == 503
    assert status_at_proxy(admin, made["key"]) == 200


def test_a_write_that_fails_is_recorded_as_failed(admin: AdminPort, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.storage.keys import KeyStore

    async def fail(*_: object) -> None:
        raise ValueError("a secret detail")

    made = admin.issue()
    monkeypatch.setattr(KeyStore, "revoke", fail)
    answer = admin.api.post(f"/keys/{made['id']}/revoke", json={})
    assert answer.status_code == 500
    assert "detail" not in answer.text
    entries = admin.api.get("/log?limit=2").json()["entries"]
    assert [entry["outcome"] for entry in entries] == ["failed", "begun"]
