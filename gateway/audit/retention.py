"""Forgetting: what is older than policy keeps it, and what a person asks to be erased.

Promise: what was destroyed cannot be read again from this database, and the proof of what was there still holds.

Invariants
- In one transaction: the key or the salts are destroyed, the content is dropped, and a record says so. The leaf's hash
  and the pseudonymous header stay.
- What is under legal hold is passed over, and told: a team's content, whoever said it, and a person's, wherever. A hold
  stands from the moment at which it is on record, and is looked for in the transaction that would destroy.
- The gateway's own records (who read, who changed) have a class of their own and are kept OWN_RETENTION.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from gateway.audit.session import MICROSECONDS, AuditSession
from gateway.audit.verdict import KEYS_LISTED, PERSONS_LISTED
from gateway.audit.wrapping import CannotUnwrap
from gateway.audit.writer import DAY, THE_GATEWAY, day_mark, day_of
from gateway.storage.engine import server_time

OWN_RETENTION: Final = 3660.0 * DAY
IDS_IN_A_RECORD: Final = 200
MOST_REFUSED: Final = 10
"""Data keys in a row that cannot be unwrapped."""
TEAMS_AT_ONCE: Final = 100
"""Teams whose day is destroyed in one transaction: SQLite looks through the day once for all of them."""

Class = Literal["requests", "own"]


class Destroyed(msgspec.Struct, frozen=True, kw_only=True):
    """One team's day."""

    team: str
    day: str
    keys: int
    contents: int
    held: bool = False


class OnHold(Exception):
    """Somebody has to be able to read it; the text says who said so."""


async def retain(
    session: AuditSession,
    retention: Mapping[str, float],
    *,
    only: str | None = None,
    class_: Class | None = None,
    dry: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Destroyed]:
    """Destroy what is older. `retention`: team -> seconds; what belongs to a team that policy no longer names goes with
    the shortest of them. `progress(done, of)`: days of teams. By the earlier of our clock and the database server's:
    what one that runs ahead destroys is gone for good.
    """
    now = min(session.clock.now(), await server_time(session.engine))
    names = {session.pseudonyms.team(name): name for name in (*retention, THE_GATEWAY)}
    kept = {**retention, THE_GATEWAY: OWN_RETENTION}
    shortest = min(retention.values(), default=OWN_RETENTION)
    due: dict[str, dict[str, str]] = {}
    for team, day in await session.store.live_days():
        name = names.get(team, team)
        own = name == THE_GATEWAY
        if (only is not None and name != only) or (class_ is not None and own != (class_ == "own")):
            continue
        if day >= day_of(now - kept.get(name, shortest)):
            continue
        due.setdefault(day, {})[team] = name
    done: list[Destroyed] = []
    number = sum(map(len, due.values()))
    for day, teams in due.items():
        listed = list(teams.items())
        for start in range(0, len(listed), TEAMS_AT_ONCE):
            some = dict(listed[start : start + TEAMS_AT_ONCE])
            done += (
                await _would_destroy(session, day, some) if dry else await _destroyed(session, day, some, "retention")
            )
            progress(len(done), number)
    return done


def _bounds(day: str) -> tuple[int, int]:
    """A day's begin and end in microseconds, and a day around it: a key is of the day in which it was made."""
    begin = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    return (begin - DAY) * MICROSECONDS, (begin + 2 * DAY) * MICROSECONDS


async def destroy_day(
    session: AuditSession, team: str, day: str, name: str, why: str
) -> tuple[Destroyed, float | None]:
    """Shred a team's day, unless a hold is on it; and when that was done before, where nothing was left to shred.

    `team`: its pseudonym.
    """
    [done] = await _destroyed(session, day, {team: name}, why)
    return done, None if done.keys or done.held else await session.store.destroyed_at(team, day)


async def _would_destroy(session: AuditSession, day: str, teams: Mapping[str, str]) -> list[Destroyed]:
    async with session.engine.connect() as connection:
        held = await session.store.holds.on_day(connection, list(teams), day, _bounds(day))
        keys = {team: await session.store.keys_of_day(connection, team, day) for team in teams.keys() - held}
        all_keys = [key for ids in keys.values() for key in ids]
        contents = await session.store.contents_under(connection, list(teams), all_keys, _bounds(day))
    return _by_team(day, teams, held, keys, contents)


async def _destroyed(session: AuditSession, day: str, teams: Mapping[str, str], why: str) -> list[Destroyed]:
    """Shred a day of these teams, pseudonym -> name, but for those on which a hold is."""
    async with session.act() as connection:
        await session.store.take_turn(connection)
        held = await session.store.holds.on_day(connection, list(teams), day, _bounds(day))
        keys: dict[str, list[str]] = {}
        for team in teams.keys() - held:
            mark = day_mark(team, day)
            keys[team] = await session.store.destroy_day(connection, team, day, mark, session.clock.now())
        all_keys = [key for ids in keys.values() for key in ids]
        contents = await session.store.drop_day(connection, list(teams), all_keys, _bounds(day))
        records = [
            session.shipment("key_destroyed", {"team": team, "day": day, KEYS_LISTED: " ".join(some)}, {"why": why})
            for team, ids in keys.items()
            for start in range(0, len(ids), IDS_IN_A_RECORD)
            if (some := ids[start : start + IDS_IN_A_RECORD])
        ]
        if records:
            await session.put(connection, *records)
    session.destroyed = session.destroyed or bool(all_keys)
    return _by_team(day, teams, held, keys, contents)


def _by_team(
    day: str,
    teams: Mapping[str, str],
    held: Collection[str],
    keys: Mapping[str, list[str]],
    contents: Mapping[str, int],
) -> list[Destroyed]:
    """`keys`: team -> data keys of the day; `contents`: data key -> how many it sealed."""
    return [
        Destroyed(
            team=name,
            day=day,
            keys=len(ids := keys.get(team, [])),
            contents=sum(contents.get(key, 0) for key in ids),
            held=team in held,
        )
        for team, name in teams.items()
    ]


async def erase(session: AuditSession, subject: str, ticket: str | None) -> tuple[int, int]:
    """Erase a person: (salts destroyed, contents dropped). Raises OnHold. Where a `ticket` asks for it, it is kept."""
    about = {} if ticket is None else {"ticket": ticket}
    whose = session.pseudonyms.subject(subject)
    async with session.act() as connection:
        await session.store.take_turn(connection)
        hold = await session.store.holds.on_person(connection, whose)
        if hold is not None:
            what = subject if hold.scope == "subject" else f"a team for which {subject} has asked, or may have"
            raise OnHold(
                f"{what} is under legal hold {hold.id}, placed by {hold.placed_by}: {hold.reason}. Where it"
                f" is over, `gateway audit hold --release {hold.id}`, and erase again"
            )
        people = await session.store.erase(connection, whose, session.clock.now())
        contents = await session.store.drop_people(connection, people)
        for start in range(0, max(len(people), 1), IDS_IN_A_RECORD):
            some = " ".join(people[start : start + IDS_IN_A_RECORD])
            await session.put(connection, session.shipment("person_erased", {PERSONS_LISTED: some}, about))
    session.destroyed = True
    return len(people), contents


async def hold(session: AuditSession, scope: Literal["team", "subject"], name: str, reason: str) -> tuple[str, bool]:
    """Keep a team's or a person's content, whatever policy says: the hold's id, and whether the audit knows the name.

    It may become known later: the hold is on what comes, too.
    """
    hold_id = secrets.token_hex(8)
    if scope == "team":
        whose = session.pseudonyms.team(name)
        known = await session.store.knows_team(whose)
    else:
        subject = session.pseudonyms.subject(name)
        whose, known = subject.hex(), bool(await session.store.people_of(subject))
    about = {"act": "hold placed", "hold": hold_id, "scope": scope}
    async with session.act() as connection:
        await session.put(connection, session.shipment("admin", about, {"whose": name, "reason": reason}))
        await session.store.holds.place(
            connection,
            {
                "id": hold_id,
                "scope": scope,
                "whose": whose,
                "reason": reason,
                "placed_by": session.actor,
                "placed_at": session.clock.now(),
            },
        )
    return hold_id, known


async def release(session: AuditSession, hold_id: str) -> bool:
    """False where no such hold stands."""
    async with session.act() as connection:
        await session.store.take_turn(connection)
        if not await session.store.holds.release(connection, hold_id, session.actor, session.clock.now()):
            return False
        await session.put(connection, session.shipment("admin", {"act": "hold released", "hold": hold_id}, {}))
    return True


class Rewrapping(msgspec.Struct, frozen=True):
    """`left`: wrapping key -> data keys that it still wraps. `refused`: how many nobody can unwrap, and why."""

    current: str
    done: int
    left: dict[str, int]
    refused: int = 0
    why: str = ""


async def rewrap(
    session: AuditSession, *, at_once: int = 100, progress: Callable[[int, int], None] = lambda *_: None
) -> Rewrapping:
    """Wrap every data key by the current wrapping key. May be stopped anywhere, and run again; touches no record.
    `progress(done, of)` after each.

    One that nobody can unwrap keeps no other from it. Raises CannotUnwrap where so many in a row cannot be that nobody
    who unwraps seems to be there.
    """
    current = session.wrapper.current
    done, refused, in_a_row, why, after = 0, 0, 0, "", ""
    number = sum((await rewrapping(session)).left.values())
    while rows := await session.store.keys_not_under(current, at_once, after):
        for row in rows:
            progress(done + refused, number)
            try:
                secret = session.wrapper.unwrap(row.wrapped, bytes.fromhex(row.id), row.kek)
            except CannotUnwrap as error:
                refused, in_a_row, why = refused + 1, in_a_row + 1, str(error)
                if in_a_row >= MOST_REFUSED:
                    raise
                continue
            kek, wrapped = session.wrapper.wrap(secret, bytes.fromhex(row.id))
            await session.store.rewrap(row, kek, wrapped)
            done, in_a_row = done + 1, 0
        after = rows[-1].id
    if done:
        await session.note("admin", {"act": "rewrap", "kek": current, "keys": str(done)}, {})
    return msgspec.structs.replace(await rewrapping(session, done), refused=refused, why=why)


async def rewrapping(session: AuditSession, done: int = 0) -> Rewrapping:
    current = session.wrapper.current
    wrapped_by = await session.store.wrapped_by()
    return Rewrapping(current, done, {kek: number for kek, number in wrapped_by.items() if kek != current})
