"""Which root key a database is made with: told by its log's first checkpoint, whose signing key is derived of it.

Promise: nobody with another root key adds to a log. What they added could be read and proved by nobody, and would make
it tampered for good; and every virtual key of the database would be unknown to them.

Invariants
- Whoever begins a database signs the checkpoint of its empty log before anything else is written under their root key.
  There can be one such row: of those who begin at the same moment the database lets in the first, and tells the others.
- In `dev` a root key is made for an empty database alone, and never beside one that has another's: releases before
  issued virtual keys beside an empty log, and those are some root key's, too. Such a database is not begun with a key
  that is given while another is kept in the state directory, which has issued them.
"""

from __future__ import annotations

import asyncio
import time

from gateway.audit.chain import EMPTY_ROOT
from gateway.audit.checkpoint import Head
from gateway.audit.keys import log_keys
from gateway.settings import (
    ConfigurationError,
    Settings,
    keeps_another_root_key,
    with_kept_root_key,
    with_root_key,
)
from gateway.storage.audit_log import AuditTables
from gateway.storage.keys import KeyStore

_THAT_ONE = "give that one (where the gateway made it, `root.key` of its state directory), or another database"
ANOTHER_ROOT_KEY = f"is not the one that this database was made with: {_THAT_ONE}"
NO_ROOT_KEY = f"is not here, and this database was made with one: {_THAT_ONE}"


async def check_made_with(tables: AuditTables, settings: Settings, *, for_reading: bool = False) -> None:
    """Raises ConfigurationError where another root key began the log; errors of the database pass through.

    A checkpoint that names no key, or this one beside a bad signature, is for `gateway audit verify`; so is what
    another key added later, before that was refused. `for_reading`: what is not sealed is read without a root key, too.
    """
    if settings.root_key is None:
        if not for_reading and await _is_somebodys(tables):
            raise ConfigurationError("GATEWAY_ROOT_KEY", NO_ROOT_KEY)
        return
    first = await tables.first_checkpoint()
    if first is not None and log_keys(settings).signing.verify_key.is_another_of(first[1]):
        raise ConfigurationError("GATEWAY_ROOT_KEY", ANOTHER_ROOT_KEY)


async def with_key_of(tables: AuditTables, settings: Settings) -> Settings:
    """With the root key that the database was made with, or is to be; raises ConfigurationError where that is not here.

    Errors of the database pass through.
    """
    if settings.root_key is None:
        # In this order: whoever began it beside us made the key first.
        rooted = with_kept_root_key if await _is_somebodys(tables) else with_root_key
        settings = await asyncio.to_thread(rooted, settings)
    await check_made_with(tables, settings)
    return settings


async def _is_somebodys(tables: AuditTables) -> bool:
    return await tables.first_checkpoint() is not None or await KeyStore(tables.engine).has_any()


async def begin(tables: AuditTables, settings: Settings) -> None:
    """Make an empty database this root key's; raises ConfigurationError where it is another's already.

    Errors of the database pass through.
    """
    if await tables.first_checkpoint() is None:
        if await KeyStore(tables.engine).has_any() and await asyncio.to_thread(keeps_another_root_key, settings):
            raise ConfigurationError("GATEWAY_ROOT_KEY", ANOTHER_ROOT_KEY)
        await tables.begin(log_keys(settings).signing.checkpoint(Head(0, EMPTY_ROOT)), time.time())
    await check_made_with(tables, settings)
