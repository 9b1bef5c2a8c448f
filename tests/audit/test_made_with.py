"""Whose a database is: the first to begin it, and nobody else's from then on."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from pathlib import Path

import pytest

from gateway.audit.made_with import begin, with_key_of
from gateway.settings import ConfigurationError, Settings, load_settings
from gateway.storage.audit_log import AuditTables
from gateway.storage.engine import open_engine
from gateway.storage.schema import migrate

pytestmark = pytest.mark.asyncio


def of(number: int, state: Path) -> Settings:
    root = base64.b64encode(hashlib.sha256(bytes([number])).digest()).decode()
    return load_settings({"GATEWAY_STATE_DIR": str(state), "GATEWAY_ROOT_KEY": root})


async def test_of_many_that_begin_at_once_one_may(database_url: str, tmp_path: Path) -> None:
    """Each by a connection of its own, as processes have them."""
    engines = [open_engine(database_url) for _ in range(8)]
    try:
        await migrate(engines[0])
        all_settings = [await asyncio.to_thread(of, number, tmp_path) for number in range(9)]
        begun = (begin(AuditTables(engine), settings) for engine, settings in zip(engines, all_settings, strict=False))
        outcomes = await asyncio.gather(*begun, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes if outcome is not None] == [ConfigurationError] * 7
        mine = all_settings[outcomes.index(None)]
        tables = AuditTables(engines[0])
        await begin(tables, mine)
        with pytest.raises(ConfigurationError, match="is not the one that this database was made with"):
            await begin(tables, all_settings[8])
        assert (await tables.checkpoints(), await tables.last_checkpoint()) == ([], None)  # of no record
    finally:
        for engine in engines:
            await engine.dispose()


async def test_whoever_starts_beside_the_first_takes_the_root_key_that_was_made_meanwhile(
    database_url: str, tmp_path: Path
) -> None:
    """Two commands of one state directory, or a command while the gateway starts there for the first time."""
    engine = open_engine(database_url)
    try:
        tables = AuditTables(engine)
        early = await asyncio.to_thread(load_settings, {"GATEWAY_STATE_DIR": str(tmp_path)})
        assert early.root_key is None
        first = await with_key_of(tables, early)
        await begin(tables, first)
        assert (await with_key_of(tables, early)).root_key == first.root_key
    finally:
        await engine.dispose()
