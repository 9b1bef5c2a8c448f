"""Role × endpoint × field: who may do what, written here once more by hand and compared with what the port does.

Deny by default: an endpoint, a field or a role that does not stand in these tables fails the test.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

import gateway.admin
from gateway.admin.guards import PUBLIC
from gateway.admin.keys import KeyOrder, KeyShown
from gateway.admin.spending import UsageShown
from gateway.core.administration import ROLES
from tests.admin.conftest import AdminPort
from tests.admin.test_port import routes
from tests.support.running import LoopThread

EVERYBODY = frozenset(ROLES)
ISSUERS = frozenset({"team-admin", "key-admin"})


class Endpoint(NamedTuple):
    method: str
    path: str
    allowed: frozenset[str]
    body: dict[str, Any] | None = None
    query: str = ""


def readers(*without: str) -> frozenset[str]:
    return EVERYBODY - set(without)


ENDPOINTS = [
    Endpoint("GET", "/openapi.json", EVERYBODY),
    Endpoint("GET", "/me", EVERYBODY),
    Endpoint("POST", "/session/end", EVERYBODY, {}),
    Endpoint("GET", "/keys", readers("finance", "policy-admin")),
    Endpoint("GET", "/keys/{key_id:str}", readers("finance", "policy-admin")),
    Endpoint("POST", "/keys", ISSUERS, {"team": "support"}),
    Endpoint("POST", "/keys/{key_id:str}/rotate", ISSUERS, {}),
    Endpoint("POST", "/keys/{key_id:str}/revoke", ISSUERS | {"security"}, {}),
    Endpoint("GET", "/teams", EVERYBODY),
    Endpoint("GET", "/teams/{team:str}/explain", EVERYBODY, query="?model=fast-chat"),
    Endpoint("GET", "/policy", frozenset({"viewer", "policy-admin", "auditor"})),
    Endpoint("GET", "/policy/next", frozenset({"viewer", "policy-admin", "auditor"})),
    Endpoint("POST", "/policy/rollout", frozenset({"policy-admin"}), {"share": 0}),
    Endpoint("POST", "/policy/rollback", frozenset({"policy-admin"}), {}),
    Endpoint("POST", "/pii/try", frozenset({"policy-admin", "auditor", "security"}), {"text": "hi"}),
    Endpoint("GET", "/usage", frozenset({"finance", "team-admin", "auditor"})),
    Endpoint("GET", "/costs", frozenset({"finance", "team-admin", "auditor"})),
    Endpoint("GET", "/replicas", frozenset({"viewer", "policy-admin", "auditor", "security"})),
    Endpoint("GET", "/engines", frozenset({"viewer", "policy-admin", "auditor", "security"})),
    Endpoint("GET", "/log", frozenset({"auditor", "security"})),
    Endpoint("POST", "/sessions/end", frozenset({"security"}), {"subject": "nobody"}),
]

SEE_PERSONS = frozenset({"team-admin", "key-admin", "auditor", "security"})
SEE_COSTS = frozenset({"team-admin", "finance", "auditor"})
RESTRICTED_KEY_FIELDS = {"user": SEE_PERSONS}
RESTRICTED_USAGE_FIELDS = {"user": SEE_PERSONS, "cost": SEE_COSTS}
ORDERED = {
    "name": "bot",
    "user": "ada",
    "expires": "1d",
    "models": ["fast-chat"],
    "networks": ["10.0.0.0/8"],
}
"""A value for each field of an order beside `team`."""


def ask(admin: AdminPort, endpoint: Endpoint, headers: dict[str, str], team: str = "support") -> httpx.Response:
    key_id = admin.issue(team=team)["id"] if "{key_id" in endpoint.path else ""
    path = endpoint.path.replace("{key_id:str}", key_id).replace("{team:str}", team)
    body = endpoint.body if endpoint.body is None or "team" not in endpoint.body else {**endpoint.body, "team": team}
    return admin.api.request(endpoint.method, path + endpoint.query, json=body, headers=headers)


def test_every_endpoint_stands_in_the_table(admin: AdminPort) -> None:
    guarded = {
        (method, path.removeprefix("/admin/v1"))
        for path, handler in routes(admin)
        if handler.fn.__name__ != "options_handler" and not handler.opt.get(PUBLIC)
        for method in handler.http_methods
    }
    assert guarded == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


CELLS = [*itertools.product(ENDPOINTS, ROLES)]


@pytest.mark.parametrize(
    ("endpoint", "role"), CELLS, ids=[f"{role}->{each.method} {each.path}" for each, role in CELLS]
)
def test_a_role_reaches_what_the_table_says_and_no_more(admin: AdminPort, endpoint: Endpoint, role: str) -> None:
    answer = ask(admin, endpoint, admin.bearer(role))
    assert (answer.status_code == 403) is (role not in endpoint.allowed), answer.text
    if answer.status_code == 403:
        assert set(answer.json()) == {"error"}
    else:  # the policy of these tests is no folder's, so it is neither explained nor changed
        of_folder = endpoint.path.endswith(("explain", "next", "rollout", "rollback"))
        assert answer.status_code in ({404} if of_folder else {200, 201})


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
def test_without_a_role_only_oneself_is_seen(admin: AdminPort, endpoint: Endpoint) -> None:
    answer = ask(admin, endpoint, admin.bearer())
    assert (answer.status_code == 403) is (endpoint.allowed != EVERYBODY or endpoint.path.startswith("/teams"))


IN_TEAMS = [each for each in ENDPOINTS if "{" in each.path or each.path in {"/keys", "/usage", "/costs"}]


@pytest.mark.parametrize("endpoint", IN_TEAMS, ids=lambda each: f"{each.method} {each.path}")
def test_a_team_admin_stays_in_his_team(admin: AdminPort, endpoint: Endpoint) -> None:
    if endpoint.method == "GET" and "{" not in endpoint.path:
        endpoint = endpoint._replace(query="?team=sales")
    before = admin.api.get("/log?limit=1").json()["entries"]
    answer = ask(admin, endpoint, admin.bearer("team-admin"), team="sales")
    assert answer.status_code in {403, 404}
    made = int("{key_id" in endpoint.path)
    assert admin.api.get(f"/log?limit={1 + made}").json()["entries"][made:] == before
    everything = admin.api.get("/keys?limit=500", headers=admin.bearer("team-admin")).json()["keys"]
    assert {key["team"] for key in everything} <= {"support"}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_reads_the_fields_that_the_table_says(admin: AdminPort, gateway_thread: LoopThread, role: str) -> None:
    made = admin.issue(user="ada@example.com")
    said = {"model": "fast-chat", "messages": [{"role": "user", "content": "say hi"}]}
    url = f"{admin.running.url}/v1/chat/completions"
    assert httpx.post(url, json=said, headers={"authorization": f"Bearer {made['key']}"}).status_code == 200
    gateway_thread.run(admin.running.usage_rows())
    for path, listed, shape, restricted in (
        ("/keys?limit=500", "keys", KeyShown, RESTRICTED_KEY_FIELDS),
        ("/usage", "usage", UsageShown, RESTRICTED_USAGE_FIELDS),
    ):
        answer = admin.api.get(path, headers=admin.bearer(role))
        if answer.status_code == 403:
            continue
        expected = {name for name in shape.__struct_fields__ if role in restricted.get(name, EVERYBODY)}
        rows = answer.json()[listed]
        assert rows
        assert {frozenset(row) for row in rows} == {frozenset(expected)}
    shown = admin.api.get(f"/keys/{made['id']}", headers=admin.bearer(role))
    if shown.status_code == 200:
        assert ("user" in shown.json()) is (role in SEE_PERSONS)


def test_every_field_of_an_order_is_tried() -> None:
    assert {"team", *ORDERED} == {field.name for field in msgspec.structs.fields(KeyOrder)}


@pytest.mark.parametrize(("role", "field"), [*itertools.product(sorted(ROLES), ORDERED)], ids=str)
def test_a_role_writes_the_fields_that_the_table_says(admin: AdminPort, role: str, field: str) -> None:
    answer = admin.api.post("/keys", json={"team": "support", field: ORDERED[field]}, headers=admin.bearer(role))
    assert answer.status_code == (201 if role in ISSUERS else 403)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_nobody_grants_more_than_he_has(admin: AdminPort, role: str) -> None:
    """A key without an end, of another team, or for what the team itself may not use."""
    headers = admin.bearer(role)

    def status(**order: Any) -> int:
        return admin.api.post("/keys", json={"team": "support", **order}, headers=headers).status_code

    assert status(expires="never") == (201 if role == "key-admin" else 403)
    assert status(team="sales") == (201 if role == "key-admin" else 403)
    assert status(models=["secret-model"]) == 403
    for unknown in ("role", "roles", "allowed_routes", "user_role", "admin", "team_id", "rights"):
        assert status(**{unknown: "key-admin"}) in {400, 403}


def test_roles_add_up_and_bind_to_their_teams_only(admin: AdminPort) -> None:
    both = admin.bearer("team-admin", "viewer")
    told = admin.api.get("/me", headers=both).json()
    assert told["roles"] == ["team-admin:support", "viewer"]
    assert "keys.issue" not in told["rights"]
    assert "keys.issue" in told["within"]["support"]
    assert admin.api.post("/keys", json={"team": "sales"}, headers=both).status_code == 403
    assert admin.api.get("/keys?team=sales", headers=both).status_code == 200


def test_the_document_shows_the_roles_as_they_are() -> None:
    text = (Path(gateway.admin.__file__).parent / "ROLES.md").read_text(encoding="utf-8")
    rows = text.partition("<!-- roles -->\n")[2].partition("<!-- /roles -->")[0].splitlines()
    names = [cell.strip() for cell in rows[0].split("|")[2:-1]]
    shown = {
        name: {row.split("|")[1].strip(" `") for row in rows[2:] if row.split("|")[2 + column].strip()}
        for column, name in enumerate(names)
    }
    assert shown == {name: {right.value for right in rights} for name, rights in ROLES.items()}
