"""What administrators change is in the audit: the act in the clear, who and what sealed, and before it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.audit.reading import all_placed
from gateway.audit.record import read_header
from gateway.storage.audit_log import AuditTables
from tests.admin.conftest import AdminPort


async def acts(running: Any) -> list[dict[str, str]]:
    await running.gateway.recorded()
    tables = AuditTables(running.gateway.engine)
    headers = [read_header(row.record.header) async for row in all_placed(tables)]
    return [header.about for header in headers if header.kind == "admin"]


def told(admin: AdminPort, gateway_thread: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = gateway_thread.run(acts(admin.running))
    return found


def test_a_change_is_in_the_audit(admin: AdminPort, gateway_thread: Any) -> None:
    before = len(told(admin, gateway_thread))
    made = admin.issue(name="audited-by-name")
    after = told(admin, gateway_thread)[before:]
    assert [entry["outcome"] for entry in after] == ["begun"]
    assert after[0]["act"] == "key.issue"
    assert "audited-by-name" not in str(after)
    assert made["key"] not in str(after)


def test_what_cannot_be_audited_is_not_done(admin: AdminPort, gateway_thread: Any) -> None:
    journal = admin.running.gateway.journal
    keys = len(admin.api.get("/keys").json()["keys"])
    durable = journal.durable

    async def broken(_: int, refusal: Callable[[], Exception]) -> None:
        raise refusal()

    journal.durable = broken
    try:
        refused = admin.api.post("/keys", json={"team": "support"})
    finally:
        journal.durable = durable
    assert refused.status_code == 503
    assert len(admin.api.get("/keys").json()["keys"]) == keys
