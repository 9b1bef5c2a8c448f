"""Retention of many teams at once: each team's day by itself on record, whatever is held among them."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.audit import retention
from gateway.audit.record import read_header
from gateway.audit.sequencer import put_into_log
from gateway.audit.session import AuditSession
from gateway.audit.writer import day_of
from tests.support.audit_logs import KEYS, NOW, PSEUDONYMS, WRAPPER, new_writer, shipment
from tests.support.clocks import HandClock

DAY = 86_400.0
TEAMS = ("one", "two", "three", "four", "five")


@pytest.mark.asyncio
async def test_a_day_of_many_teams_is_destroyed_but_for_what_is_held(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "TEAMS_AT_ONCE", 2)
    writer = new_writer()
    said = [("one", "anna"), ("two", "bert"), ("three", "cleo"), ("four", "anna"), ("five", "bert"), ("five", "dora")]
    async with engine.begin() as connection:
        await put_into_log(connection, [shipment(writer, team, who) for team, who in said], KEYS, NOW)
    clock = HandClock(NOW + 10 * DAY)

    async def alike(_: AsyncEngine) -> float:
        return clock.now()

    monkeypatch.setattr(retention, "server_time", alike)
    session = AuditSession(engine, KEYS, WRAPPER, PSEUDONYMS, clock, "auditor")
    await retention.hold(session, "subject", "cleo", "case 44")
    held_team, _ = await retention.hold(session, "team", "two", "case 45")
    kept = dict.fromkeys(TEAMS, 5 * DAY)

    foretold = await retention.retain(session, kept, dry=True)
    told = {each.team: (each.keys, each.contents, each.held) for each in foretold}
    done = {each.team: (each.keys, each.contents, each.held) for each in await retention.retain(session, kept)}
    gone = {"one": (1, 1, False), "four": (1, 1, False), "five": (1, 2, False)}
    assert told == done == {**gone, "two": (0, 0, True), "three": (0, 0, True)}

    records = [row async for row in session.store.search(kinds=["key_destroyed"])]
    told = [read_header(row.header).about for row in records]
    assert sorted(each["team"] for each in told) == sorted(map(PSEUDONYMS.team, gone))
    assert {each["day"] for each in told} == {day_of(NOW)}
    readable = [row.readable async for row in session.store.search(kinds=["request"])]
    assert readable == [team in ("two", "three") for team, _ in said]

    assert await retention.release(session, held_team)
    [later] = [each for each in await retention.retain(session, kept) if not each.held]
    assert (later.team, later.keys, later.contents) == ("two", 1, 1)
    await session.close()
    assert (await session.verify()).state == "whole"


@pytest.mark.asyncio
async def test_a_hold_is_on_whom_it_cannot_tell_since_their_first_record_is_set_aside(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That record names the person. Destroyed before it comes, what they said would be gone for good."""
    writer = new_writer()
    said = [("one", "bert"), ("one", "anna"), ("one", "anna"), ("two", "bert")]
    known, first, second, elsewhere = (shipment(writer, team, who) for team, who in said)
    async with engine.begin() as connection:
        await put_into_log(connection, [known, second, elsewhere], KEYS, NOW)
    clock = HandClock(NOW + 10 * DAY)

    async def alike(_: AsyncEngine) -> float:
        return clock.now()

    monkeypatch.setattr(retention, "server_time", alike)
    session = AuditSession(engine, KEYS, WRAPPER, PSEUDONYMS, clock, "auditor")
    kept = dict.fromkeys(("one", "two"), 5 * DAY)
    hold, heard_of = await retention.hold(session, "subject", "anna", "case 44")
    assert not heard_of
    done = {each.team: (each.contents, each.held) for each in await retention.retain(session, kept)}
    assert done == {"one": (0, True), "two": (1, False)}
    team_hold, _ = await retention.hold(session, "team", "one", "case 45")
    with pytest.raises(retention.OnHold, match="has asked, or may have"):
        await retention.erase(session, "carl", None)
    assert await retention.release(session, team_hold)

    async with engine.begin() as connection:
        await put_into_log(connection, [first], KEYS, clock.now())
    people = await session.store.people_of(PSEUDONYMS.subject("anna"))
    assert [row.readable async for row in session.store.search(people=people)] == [True, True]
    assert [each.held for each in await retention.retain(session, kept)] == [True], "and from here on for herself"
    assert await retention.release(session, hold)
    [later] = await retention.retain(session, kept)
    assert (later.team, later.contents, later.held) == ("one", 3, False)
    await session.close()
    assert (await session.verify()).state == "whole"
