"""An audit session for the length of one command."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.audit.keys import keeper_of, log_keys, pseudonyms, setting_of_keeper
from gateway.audit.session import AuditSession
from gateway.audit.wrapping import CannotUnwrap
from gateway.cli.account import account
from gateway.cli.database import begun
from gateway.cli.output import remark
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load_policy
from gateway.settings import ConfigurationError, Settings
from gateway.storage.engine import Engine
from gateway.storage.keys import KeyStore
from gateway.system_clock import SystemClock

T = TypeVar("T")


def known_teams(settings: Settings) -> list[str]:
    """Those that have names, as far as the policies can be read."""
    try:
        return list(load_policy(settings.policies, os.environ).teams)
    except PolicyErrors:
        return []


async def known_people(settings: Settings, engine: Engine) -> set[str]:
    """Those that have names here: holders of keys, and whom the policies name."""
    people = set(await KeyStore(engine).users())
    with contextlib.suppress(PolicyErrors):
        for team in load_policy(settings.policies, os.environ).teams.values():
            people.update(team.users)
    return people


def in_audit_session(settings: Settings, work: Callable[[AuditSession], Awaitable[T]]) -> T:
    """What `work` gives. Raises ConfigurationError where database or keys cannot be had."""

    async def run() -> T:
        async with begun(settings) as (rooted, engine):
            session = AuditSession(
                engine, log_keys(rooted), keeper_of(rooted), pseudonyms(rooted), SystemClock(), account()
            )
            try:
                return await work(session)
            finally:
                await session.close()
                if session.destroyed and not await session.store.empty_log():
                    remark(
                        "gateway: what was destroyed cannot be opened any more, but stands in the database's log until"
                        " that is written over: somebody reads the database all the time. Run the command again to"
                        " empty it"
                    )

    try:
        return asyncio.run(run())
    except CannotUnwrap as error:
        raise ConfigurationError(setting_of_keeper(settings), str(error)) from None
