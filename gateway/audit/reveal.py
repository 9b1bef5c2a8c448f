"""Reading what was said: who may, with whose leave, and for how long.

Promise: nobody reads another person's prompt alone and unseen.

Invariants
- Asking, giving leave and being shown are three records; the last is committed before anything is shown.
- Leave is given by another auditor within ASK_SECONDS, holds for LEAVE_SECONDS, for who asked, and for at most MOST
  records.
- One's own content needs no leave. Breaking the glass needs none either, and is told as an alert at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from gateway.audit.opening import open_content
from gateway.audit.reading import placed
from gateway.audit.record import Header, read_header
from gateway.audit.seal import CannotOpen, Content
from gateway.audit.session import AuditSession
from gateway.audit.writer import DataKey, Person
from gateway.core.alerting import Alert
from gateway.core.ports import Record
from gateway.storage.alerts import StoredAlerts
from gateway.telemetry import logs

MOST: Final = 100
ASK_SECONDS: Final = 24 * 3600.0
LEAVE_SECONDS: Final = 3600.0


class RevealRefused(Exception):
    """The content may not be shown; the text says what to do."""


class Shown(msgspec.Struct, frozen=True):
    """One record. `content` None: it had none, or what opened it was destroyed."""

    place: int
    header: Header
    content: Content | None
    destroyed: bool


async def ask(session: AuditSession, places: Sequence[int], ticket: str, reason: str) -> str:
    """The id of a request for leave; raises RevealRefused."""
    await _check(session, places)
    leave_id = secrets.token_hex(8)
    listed = " ".join(map(str, places))
    about = {"act": "ask", "leave": leave_id, "places": listed}
    async with session.act() as connection:
        await session.put(connection, session.shipment("read", about, {"ticket": ticket, "reason": reason}))
        await session.store.ask(
            connection,
            {
                "id": leave_id,
                "asked_by": session.actor,
                "asked_at": session.clock.now(),
                "ticket": ticket,
                "reason": reason,
                "places": listed,
            },
        )
    return leave_id


async def give(session: AuditSession, leave_id: str) -> None:
    """Leave, by the second of four eyes; raises RevealRefused."""
    leave = await session.store.leave(leave_id)
    now = session.clock.now()
    if leave is None:
        await _refuse(
            session, leave_id, "nobody asked for such a leave: the id is as `gateway audit reveal` told who asked"
        )
    elif leave.asked_by == session.actor:
        await _refuse(session, leave_id, "who asked cannot give leave: another auditor can, one of GATEWAY_AUDITORS")
    elif now - leave.asked_at > ASK_SECONDS:
        await _refuse(session, leave_id, "it was asked more than 24 hours ago: ask again")
    else:
        async with session.act() as connection:
            await session.store.take_turn(connection)
            given = await session.store.give(connection, leave_id, session.actor, now)
            if given:
                about = {"act": "give", "leave": leave_id}
                await session.put(connection, session.shipment("read", about, {"asked by": leave.asked_by}))
        if not given:
            await _refuse(session, leave_id, "leave was given before")


async def with_leave(session: AuditSession, leave_id: str) -> list[Shown]:
    """What leave was given for; raises RevealRefused."""
    leave = await session.store.leave(leave_id)
    now = session.clock.now()
    if leave is None or leave.asked_by != session.actor:
        await _refuse(session, leave_id, "you asked for no such leave: ask with --request, --ticket and --reason")
    elif leave.given_at is None or leave.given_by == leave.asked_by:
        await _refuse(
            session, leave_id, f"no other auditor has given leave yet: gateway audit reveal --approve {leave_id}"
        )
    elif now - leave.given_at > LEAVE_SECONDS:
        await _refuse(session, leave_id, "leave ended an hour after it was given: ask again")
    else:
        places = [int(place) for place in leave.places.split()]
        details = {"ticket": leave.ticket, "reason": leave.reason, "leave of": leave.given_by}
        return await _show(session, places, {"act": "show", "leave": leave_id}, details)
    raise AssertionError("refusing raises")


async def own(session: AuditSession, places: Sequence[int], ticket: str, reason: str) -> list[Shown]:
    """The actor's own content; raises RevealRefused where any of it is another's."""
    await _check(session, places)
    if not await is_own(session, places):
        raise RevealRefused("other people's content needs the leave of a second auditor")
    return await _show(session, places, {"act": "show own"}, {"ticket": ticket, "reason": reason})


async def is_own(session: AuditSession, places: Sequence[int]) -> bool:
    """Whether all of it was said by or to the actor."""
    mine = set(await session.store.people_of(session.pseudonyms.subject(session.actor)))
    return all(row.person in mine for row, _, _ in await session.store.whole(places[:MOST]))


async def break_glass(session: AuditSession, places: Sequence[int], ticket: str, reason: str) -> list[Shown]:
    """Alone, and with an alert, which the running gateways tell; raises RevealRefused."""
    await _check(session, places)
    logs.warning(logs.AUDIT_GLASS_BROKEN, actor=session.actor, ticket=ticket, records=len(places))
    told = (
        f"{session.actor} is shown {len(places)} records of the audit without a second auditor's leave, for {ticket}."
    )
    alert = Alert(
        key=f"audit-glass-{secrets.token_hex(8)}", at=session.clock.now(), title="The glass was broken", text=told
    )
    async with session.engine.begin() as connection:
        record = Record(0, "alert", alert.key, msgspec.msgpack.encode(alert))
        await StoredAlerts(session.engine).project(connection, [record])
    return await _show(session, places, {"act": "break glass"}, {"ticket": ticket, "reason": reason})


async def _show(
    session: AuditSession, places: Sequence[int], about: dict[str, str], details: dict[str, str]
) -> list[Shown]:
    await session.note("read", {**about, "places": " ".join(map(str, places))}, details)
    return [shown(session, *row) for row in await session.store.whole(places)]


def shown(session: AuditSession, row: Any, key: Any, person: Any) -> Shown:
    """A record opened, where it can be."""
    record, header = placed(row).record, read_header(row.header)
    if not header.key:
        return Shown(row.place, header, None, destroyed=False)
    if record.content is None or key is None or key.wrapped is None or (header.person and _is_gone(person)):
        return Shown(row.place, header, None, destroyed=True)
    data_key = DataKey(key.id, key.team, key.day, key.kek, key.wrapped, 0.0)
    salt = Person(person.id, person.subject, person.salt, 0.0) if header.person else None
    try:
        return Shown(row.place, header, open_content(record, data_key, salt, session.wrapper), destroyed=False)
    except CannotOpen:
        return Shown(row.place, header, None, destroyed=True)


def _is_gone(person: Any) -> bool:
    return person is None or person.salt is None


async def _check(session: AuditSession, places: Sequence[int]) -> None:
    if not 0 < len(places) <= MOST:
        raise RevealRefused(f"leave is for 1 to {MOST} records, and this is {len(places)}")
    there = {row.place for row, _, _ in await session.store.whole(places)}
    if missing := [str(place) for place in places if place not in there]:
        raise RevealRefused(f"the log has no record {', '.join(missing)}")


async def _refuse(session: AuditSession, leave_id: str, why: str) -> None:
    await session.note("read", {"act": "refused", "leave": leave_id[:64]}, {"why": why})
    raise RevealRefused(why)
