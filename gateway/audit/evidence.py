"""What a person is owed, and what an auditor asks for: made of the log, on record in it.

Invariants
- A subject's data is shown to whoever handles the request, so its export is on record before the file is written.
- The pack says only what records say: providers and regions are those that were used, not those that policy allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

import msgspec

from gateway.audit.checkpoint import BadCheckpoint
from gateway.audit.reading import all_placed
from gateway.audit.record import Header, read_header
from gateway.audit.reveal import Shown, shown
from gateway.audit.session import MICROSECONDS, AuditSession

ISO_27001: Final = {
    "A.5.15 Access control": "content opens for auditors only, others' with a second one's leave; see access_list",
    "A.5.18 Access rights": "who may open contents; see may_read",
    "A.5.23 Information security for use of cloud services": "who processed what, and where; see sub_processors",
    "A.5.28 Collection of evidence": "RFC 6962 tree, signed checkpoints, `gateway audit verify` on an export",
    "A.5.33 Protection of records": "sealed, chained, witnessed; a change is named by its place",
    "A.5.34 Privacy and protection of personal data": "pseudonyms in headers; erasure by destroyed salts; see erasures",
    "A.8.10 Information deletion": "keys destroyed after retention; see retention_proof",
    "A.8.15 Logging": "every request of a known key, every read, every administrator's act; see records_by_kind",
    "A.8.17 Clock synchronization": "times are of each gateway's system clock, in UTC",
    "A.8.24 Use of cryptography": "AES-256-GCM, HKDF-SHA256, Ed25519; keys by team and day, wrapped; see keys",
}
"""Controls of Annex A of ISO/IEC 27001:2022, and what here answers to each."""


async def subject_data(session: AuditSession, subject: str, ticket: str) -> dict[str, Any]:
    """Everything that the audit holds of a person, opened."""
    people = await session.store.people_of(session.pseudonyms.subject(subject))
    places = [row.place async for row in session.store.search(people=people)]
    await session.note(
        "read", {"act": "subject export", "records": str(len(places))}, {"subject": subject, "ticket": ticket}
    )
    records = [shown(session, *row) for row in await session.store.whole(places)]
    return {"subject": subject, "records": [as_json(each) for each in sorted(records, key=lambda each: each.place)]}


def as_json(each: Shown) -> dict[str, Any]:
    """A record as people read it."""
    content = each.content
    return {
        "place": each.place,
        "header": each.header,
        "destroyed": each.destroyed,
        "content": None
        if content is None
        else {
            "prompt": content.prompt.decode("utf-8", "replace"),
            "answer": content.answer.decode("utf-8", "replace")
            if isinstance(content.answer, bytes)
            else content.answer,
            "changes": [f"{path}: {stage}" for path, stage in content.changes],
            "address": content.address,
            "model_asked": content.model_asked,
            "details": content.details,
        },
    }


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What policies and settings say: team -> how it is recorded; provider -> who runs it; accounts that may read;
    places that keep checkpoints.
    """

    teams: Mapping[str, Mapping[str, Any]]
    operators: Mapping[str, str | None]
    auditors: tuple[str, ...]
    anchors: tuple[str, ...]


class _Survey:
    """What the pack counts and lists, record by record in the log's order. Times in microseconds."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.used: Counter[tuple[str, str, str]] = Counter()
        """Calls by provider, region and model."""
        self.operations: Counter[str] = Counter()
        self.destroyed: list[dict[str, Any]] = []
        self.erasures: list[dict[str, Any]] = []
        self.accesses: list[int] = []
        """Places of the records of reads and of administrators' acts."""
        self.first: int | None = None
        self.last = 0

    def add(self, place: int, header: Header) -> None:
        self.kinds[header.kind] += 1
        self.first = header.at if self.first is None else min(header.at, self.first)
        self.last = max(header.at, self.last)
        if header.kind == "outcome" and header.attempts:
            self.used[header.provider, header.region, header.model] += 1
            self.operations[header.operation] += 1
        elif header.kind == "key_destroyed":
            self.destroyed.append({"place": place, "at": _time(header.at), **header.about})
        elif header.kind == "person_erased":
            salts = len(header.about.get("persons", "").split())
            self.erasures.append({"place": place, "at": _time(header.at), "salts": salts})
        elif header.kind in {"read", "admin"}:
            self.accesses.append(place)


async def evidence(
    session: AuditSession, rules: Rules, progress: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """The pack. Times are UTC. `progress`: how many records were verified."""
    await session.note("read", {"act": "evidence pack"}, {})
    verdict = await session.verify(progress=progress)
    survey = _Survey()
    async for row in all_placed(session.tables):
        survey.add(row.index, read_header(row.record.header))
    assert survey.first is not None, "this act is on record"
    accesses = [_access(shown(session, *row)) for row in await session.store.whole(survey.accesses)]
    return {
        "made": {"at": _time(int(session.clock.now() * MICROSECONDS)), "by": session.actor},
        "gateway": version("llm-gateway"),
        "period": {"from": _time(survey.first), "to": _time(survey.last)},
        "record_of_processing": {
            "purposes": dict(survey.operations),
            "categories_of_data": "prompts and answers, sealed; pseudonymous facts of each call",
            "teams": {name: {"pseudonym": session.pseudonyms.team(name), **rule} for name, rule in rules.teams.items()},
        },
        "sub_processors": _sub_processors(survey.used, rules.operators),
        "retention_proof": {"destroyed": survey.destroyed, "oldest_readable": await _oldest(session)},
        "erasures": survey.erasures,
        "legal_holds": await _legal_holds(session, rules),
        "may_read": list(rules.auditors),
        "access_list": accesses,
        "records_by_kind": dict(survey.kinds),
        "keys": await session.store.wrapped_by(),
        "iso_27001_annex_a": ISO_27001,
        "verified": verdict,
        "checkpoint": await _checkpoint(session),
        "anchors": list(rules.anchors),
        "verify_key": str(session.keys.signing.verify_key),
    }


def _sub_processors(
    used: Mapping[tuple[str, str, str], int], operators: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    return [
        {
            "provider": provider,
            "operator": operators.get(provider),
            "region": region,
            "model": model,
            "calls": calls,
        }
        for (provider, region, model), calls in sorted(used.items())
    ]


async def _legal_holds(session: AuditSession, rules: Rules) -> list[dict[str, Any]]:
    teams = {session.pseudonyms.team(name): name for name in rules.teams}
    return [
        {
            "id": hold.id,
            "scope": hold.scope,
            "team": teams.get(hold.whose) if hold.scope == "team" else None,
            "reason": hold.reason,
            "placed_by": hold.placed_by,
            "placed_at": _time(int(hold.placed_at * MICROSECONDS)),
            "released_at": hold.released_at and _time(int(hold.released_at * MICROSECONDS)),
        }
        for hold in await session.store.holds.all(released=True)
    ]


def _access(each: Shown) -> dict[str, Any]:
    """An act as a line of the list: what was done to what, by whom and why."""
    details = {} if each.content is None else each.content.details
    about = {name: value for name, value in each.header.about.items() if name != "by"}
    line = {"place": each.place, "at": _time(each.header.at), "kind": each.header.kind, **about, **details}
    return {**line, "destroyed": True} if each.destroyed else line


def _time(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds // MICROSECONDS, UTC).isoformat().replace("+00:00", "Z")


async def _oldest(session: AuditSession) -> str | None:
    days = await session.store.live_days()
    return days[0][1] if days else None


async def _checkpoint(session: AuditSession) -> str | None:
    latest = await session.tables.last_checkpoint()
    if latest is None:
        return None
    try:
        session.keys.signing.verify_key.read(latest[1])
    except BadCheckpoint:
        return None
    return latest[1]
