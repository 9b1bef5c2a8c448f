"""What the admin API shows: usage in pages, costs as reports have them, the policy, and why it decides."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.admin import rollouts
from gateway.billing.price_coverage import check_priced
from gateway.policy.source import PolicyFolder
from gateway.providers.simulated.server import SimulatedServer
from tests.admin.conftest import TOKEN, AdminPort, admin_policy
from tests.support.replicas import POLICY
from tests.support.running import LoopThread, in_thread, serving


def spend_something(admin: AdminPort, thread: LoopThread, team: str, calls: int) -> None:
    key = admin.issue(team=team)["key"]
    said = {"model": "fast-chat", "messages": [{"role": "user", "content": "say hi"}]}
    for _ in range(calls):
        url = f"{admin.running.url}/v1/chat/completions"
        assert httpx.post(url, json=said, headers={"authorization": f"Bearer {key}"}).status_code == 200
    thread.run(admin.running.usage_rows())


def test_usage_comes_in_pages_each_request_once(admin: AdminPort, gateway_thread: LoopThread) -> None:
    spend_something(admin, gateway_thread, "support", 5)
    found: list[str] = []
    after = None
    while True:
        query = {"limit": 2, "team": "support", **({"after": after} if after else {})}
        page = admin.api.get("/usage", params=query).json()
        found += [line["request_id"] for line in page["usage"]]
        after = page["next"]
        if after is None:
            break
    assert len(found) == len(set(found)) >= 5
    assert admin.api.get("/usage?since=2030-01-01T00:00:00Z&until=2031-01-01T00:00:00").json()["usage"] == []
    assert admin.api.get("/usage?since=2031-01-01T00:00:00Z&until=2030-01-01T00:00:00Z").status_code == 400
    for wrong in ("since=yesterday", "after=x", "limit=0", "limit=501", "limit=2&limit=3", "unknown=1"):
        assert admin.api.get(f"/usage?{wrong}").status_code == 400, wrong


def test_costs_are_those_of_the_usage_and_a_team_admin_sees_his_teams(
    admin: AdminPort, gateway_thread: LoopThread
) -> None:
    spend_something(admin, gateway_thread, "support", 2)
    spend_something(admin, gateway_thread, "sales", 1)
    costs = admin.api.get("/costs").json()
    assert {line["team"] for line in costs["spend"]} == {"support", "sales"}
    assert costs["whole"] is True
    lines = admin.api.get("/usage?limit=500&team=sales").json()["usage"]
    spent = sum((Decimal(line["cost"].split()[0]) for line in lines), Decimal(0))
    [sales] = admin.api.get("/costs?team=sales").json()["spend"]
    assert (Decimal(sales["billed"]), sales["requests"]) == (spent, len(lines))
    own = admin.api.get("/costs", headers=admin.bearer("team-admin")).json()["spend"]
    assert {line["team"] for line in own} == {"support"}
    assert admin.api.get("/costs?month=2020-01").json()["spend"] == []
    assert admin.api.get("/costs?month=2020-13").status_code == 400


def test_the_policy_is_shown_without_its_secrets(admin: AdminPort) -> None:
    answer = admin.api.get("/policy")
    told = answer.json()
    assert (told["version"], told["trouble"], told["teams"]) == ("admin-test", None, 2)
    assert told["providers"]["openai"] == "us"
    assert "provider-secret" not in answer.text


@pytest.mark.parametrize(
    ("table", "method", "path", "body"),
    [
        ("admin_log", "GET", "/log", None),
        ("admin_session", "POST", "/session", {"token": TOKEN}),
        ("admin_session", "GET", "/me", None),
    ],
)
def test_what_the_database_does_not_answer_is_unavailable_and_no_defect(
    admin: AdminPort, table: str, method: str, path: str, body: Any
) -> None:
    with admin.stranger() as client, sqlite3.connect(admin.running.database_url.rpartition("://")[2]) as database:
        assert client.post("/session", json={"token": TOKEN}).status_code == 200
        database.execute(f"ALTER TABLE {table} RENAME TO away")
        database.commit()
        try:
            answer = client.request(method, path, json=body)
        finally:
            database.execute(f"ALTER TABLE away RENAME TO {table}")
            database.commit()
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")
        assert client.request(method, path, json=body).status_code == 200
    database.close()


FOLDER = f'{POLICY}  quiet: {{cost_center: "1"}}\norganisation: {{models: ["*"]}}\n'


@pytest.fixture(scope="module")
def from_folder(
    simulated: SimulatedServer, gateway_thread: LoopThread, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, Path]]:
    home = tmp_path_factory.mktemp("folder")
    (home / "policies").mkdir()
    (home / "policies" / "policy.yaml").write_text(FOLDER)
    context: Any = serving(
        admin_policy(simulated.url),
        home / "state",
        source=lambda: PolicyFolder(home / "policies", {}, also=check_priced),
    )
    with in_thread(context, gateway_thread) as running:
        url = gateway_thread.run(running.admin_url())
        with httpx.Client(base_url=f"{url}/admin/v1", headers={"authorization": f"Bearer {TOKEN}"}) as client:
            yield client, home / "policies"


def test_a_policy_of_a_folder_is_explained_line_by_line(from_folder: tuple[httpx.Client, Path]) -> None:
    api, _ = from_folder
    told = api.get("/teams/demo/explain?model=fast").json()
    assert told["verdict"] == "permitted"
    assert any(fact["setting"] == "models" and fact["at"].endswith("policy.yaml:7") for fact in told["facts"])
    assert api.get("/teams/demo/explain?model=other").json()["verdict"] != "permitted"
    assert api.get("/teams/nobody/explain?model=fast").status_code == 404
    assert {team["name"]: team["models"] for team in api.get("/teams").json()["teams"]} == {
        "demo": ["fast"],
        "quiet": None,  # it says nothing: what the organisation permits
    }


def test_a_version_that_lies_ready_is_compared_put_into_force_and_taken_back(
    from_folder: tuple[httpx.Client, Path],
) -> None:
    api, folder = from_folder
    assert api.get("/policy/next").json() == {"version": None, "changes": [], "errors": []}
    assert api.post("/policy/rollback", json={}).status_code == 409
    ready = folder / ".next"
    ready.mkdir()
    (ready / "policy.yaml").write_text("version: 1\nteams: {")
    assert api.get("/policy/next").json()["errors"]
    assert api.post("/policy/rollout", json={"share": 100}).status_code == 409
    (ready / "policy.yaml").write_text(FOLDER.replace("demo:", "demo: ").replace("models: [fast]", 'models: ["*"]'))
    told = api.get("/policy/next").json()
    assert [change["effect"] for change in told["changes"]]
    before = (folder / "policy.yaml").read_text()
    assert api.post("/policy/rollout", json={"share": 0}).json()["state"] == "on trial as a shadow"
    done = api.post("/policy/rollout", json={"share": 100}).json()
    assert done == {"version": told["version"], "state": "in force"}
    assert (folder / "policy.yaml").read_text() != before
    assert api.post("/policy/rollback", json={}).json()["state"] == "in force again"
    assert (folder / "policy.yaml").read_text() == before
    back, whole, shadow = api.get("/log?limit=3").json()["entries"]
    assert [each["action"] for each in (back, whole, shadow)] == ["policy.rollback", "policy.rollout", "policy.rollout"]
    old, new = shadow["before"]["version"], told["version"]
    assert shadow["before"] == {"version": old, "trial": None}
    assert shadow["after"] == {"version": old, "trial": {"version": new, "share": 0}}
    assert whole["after"] == {"version": new, "trial": None, "confirmed": False}
    assert back["after"] == {"version": old, "trial": None}
    for wrong in ({}, {"share": 101}, {"share": -1}, {"share": 1, "folder": "/etc"}):
        assert api.post("/policy/rollout", json=wrong).status_code == 400


def test_a_version_that_this_gateway_would_not_take_goes_nowhere(from_folder: tuple[httpx.Client, Path]) -> None:
    """A budget that pays for a model without a price: the folder's own watch refuses it, so the API does, too."""
    api, folder = from_folder
    budgeted = FOLDER.replace("models: [fast]", "models: [fast], budgets: [{period: month, limit: 5 CHF}]")
    budgeted = budgeted.replace("kind: local, ", "kind: simulated, speaks: [openai_chat], ").replace(
        ", engine: vllm", ""
    )
    before = lay_ready(folder, budgeted)
    assert "has no price" in api.get("/policy/next").json()["errors"][0]
    for share in (0, 10, 100):
        refused = api.post("/policy/rollout", json={"share": share})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "policy_broken")
    assert (folder / "policy.yaml").read_text() == before
    assert not (folder / ".next" / "rollout").exists()
    shutil.rmtree(folder / ".next")


def test_who_names_a_version_gets_no_other(from_folder: tuple[httpx.Client, Path]) -> None:
    """Two policy admins: one looks at what lies there, the other lays something else."""
    api, folder = from_folder
    lay_ready(folder, FOLDER.replace('"1"', '"2"'))
    seen = api.get("/policy/next").json()["version"]
    before = lay_ready(folder, FOLDER.replace('"1"', '"3"'))
    for share in (0, 100):
        refused = api.post("/policy/rollout", json={"share": share, "version": seen})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "another_version")
        assert api.get("/policy/next").json()["version"] in refused.json()["error"]["message"]
    assert (folder / "policy.yaml").read_text() == before
    now = api.get("/policy/next").json()["version"]
    assert api.post("/policy/rollout", json={"share": 100, "version": now}).json()["version"] == now
    assert api.post("/policy/rollback", json={}).json()["state"] == "in force again"


def test_what_is_laid_there_after_the_record_is_not_put_into_force(
    from_folder: tuple[httpx.Client, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, folder = from_folder
    before = lay_ready(folder, FOLDER.replace('"1"', '"4"'))
    put_in_force = rollouts.put_in_force

    def late(*arguments: Any, **named: Any) -> Any:
        lay_ready(folder, FOLDER.replace('"1"', '"5"'))
        return put_in_force(*arguments, **named)

    monkeypatch.setattr(rollouts, "put_in_force", late)
    refused = api.post("/policy/rollout", json={"share": 100})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "another_version")
    assert (folder / "policy.yaml").read_text() == before
    shutil.rmtree(folder / ".next")


def lay_ready(folder: Path, text: str) -> str:
    """What is in force meanwhile."""
    (folder / ".next").mkdir(exist_ok=True)
    (folder / ".next" / "policy.yaml").write_text(text)
    return (folder / "policy.yaml").read_text()
