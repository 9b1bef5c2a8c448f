"""`gateway keys release`: a person has looked at a key that was restricted, and lets it go on, on record."""

from __future__ import annotations

import argparse
import time

from gateway.cli.database import settings_to_write, with_database
from gateway.cli.output import instant, print_json, remark, say
from gateway.cli.recording import write_down
from gateway.storage.anomalies import AnomalyBooks
from gateway.storage.engine import Engine


def release(arguments: argparse.Namespace) -> int:
    now = time.time()

    async def release(engine: Engine) -> int:
        books = AnomalyBooks(engine)
        for held in await books.restrictions(now):
            if held.key_id == arguments.id:
                before = {"grade": held.grade, "until": instant(held.until), "evidence": list(held.evidence)}
                after = {"released_at": instant(now)}
                await write_down(engine, "key.release", held.key_id, team=held.team, before=before, after=after)
        return await books.release(arguments.id, now)

    lifted = with_database(settings_to_write(), release)
    if arguments.json:
        print_json({"id": arguments.id, "released": lifted > 0})
    elif lifted:
        say(f"The key {arguments.id} is released; gateways know within a minute.")
    if not lifted:
        remark(f"gateway: nothing restricts the key {arguments.id}")
    return 0 if lifted else 1
