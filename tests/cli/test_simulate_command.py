"""`policy simulate` reads what was recorded, on both databases, and nothing older or answered by ourselves."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from sqlalchemy import insert

from gateway.settings import load_settings
from gateway.storage.engine import open_engine
from gateway.storage.tables import TOKEN_COUNTS, usage
from gateway.storage.traffic import recorded
from tests.cli.conftest import Gateway


async def write(rows: list[dict[str, object]]) -> None:
    engine = open_engine(load_settings(os.environ).database_url.reveal())
    common = {
        **dict.fromkeys(TOKEN_COUNTS, 0),
        "key_id": "k",
        "team": "support",
        "model_asked": "fast",
        "operation": "chat",
        "dialect": "gemini",
        "stream": True,
        "status": "ok",
        "http_status": 200,
        "estimated": False,
        "attempts": 1,
        "duration_ms": 1,
        "cache": None,
    }
    try:
        async with engine.begin() as connection:
            await connection.execute(insert(usage), [{**common, **row} for row in rows])
    finally:
        await engine.dispose()


def test_recorded_requests_are_played_through(migrated: Gateway, home: Path) -> None:
    assert migrated("migrate").code == 0
    now = time.time()
    issued = migrated("keys", "create", "--team", "support", "--name", "bot", "--json").json
    rows: list[dict[str, object]] = [
        {"request_id": "a", "at": now - 60, "input_tokens": 10},
        {"request_id": "b", "at": now - 60, "input_tokens": 21},
        {"request_id": "c", "at": now - 60, "key_id": issued["id"]},
        {"request_id": "old", "at": now - 10 * 86_400},
        {"request_id": "hit", "at": now - 60, "cache": "hit"},
        {"request_id": "none", "at": now - 60, "model_asked": None},
        {"request_id": "a.shadow1", "at": now - 60, "key_id": "shadow", "model_asked": "gpu/m"},
        {"request_id": "a.hedge", "at": now - 60},
        {"request_id": "a.failed1", "at": now - 60, "input_tokens": 10},
        {"request_id": "a.consulted1", "at": now - 60, "input_tokens": 99},
        {"request_id": "a.vector", "at": now - 60, "model_asked": "gpu/v", "operation": "embeddings"},
    ]
    asyncio.run(write(rows))

    async def read() -> list[tuple[int, int, str | None]]:
        engine = open_engine(load_settings(os.environ).database_url.reveal())
        try:
            groups = await recorded(engine, now - 86_400)
            return sorted((group.requests, group.total.input_tokens, group.principal.name) for group in groups)
        finally:
            await engine.dispose()

    assert asyncio.run(read()) == [(1, 0, "bot"), (2, 31, None)]
    told = migrated("policy", "simulate", "policies", "--since", "1d")
    assert told.code == 0
    assert "3 requests of 1 team played through" in told.out
    assert "Nothing changes" in told.out
    new = home / "new"
    new.mkdir()
    text = (home / "policies" / "policy.yaml").read_text()
    (new / "policy.yaml").write_text(
        text.replace("support: {models: [fast]}", "support: {models: [fast], keys: {bot: {regions: [ch]}}}")
    )
    told = migrated("policy", "simulate", "new", "--since", "1d", "--json")
    assert told.code == 1
    [effect] = told.json["effects"]
    assert (effect["requests"], effect["refused"], effect["why"]) == (3, 1, ["no_permitted_region"])
    told = migrated("policy", "simulate", "policies", "--policies", "new", "--since", "1d")
    assert told.code == 0
    assert "What was refused when it was asked has no tokens on record" in told.out
    (new / "policy.yaml").write_text(
        text.replace("model: m}]}", "model: m}], shadows: [{provider: gpu, model: next, share: 50%}]}")
    )
    told = migrated("policy", "simulate", "new", "--since", "1d")
    assert told.code == 0
    assert "Asked the same, at most" in told.out
    assert "support  fast   gpu/next  2         0" in told.out
