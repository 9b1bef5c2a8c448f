"""`gateway migrate`."""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import Final

from gateway.cli.database import opened
from gateway.cli.output import print_json, remark, say
from gateway.cli.progress import Progress
from gateway.settings import Settings, load_settings
from gateway.storage import schema
from gateway.storage.schema import SchemaState

MIGRATION_SECONDS: Final = 4 * 3600.0
"""For one statement: a table of many years is read once when it is cut by months."""


def migrate(arguments: argparse.Namespace) -> int:
    """Exit code 1 where others held a table for too long."""
    try:
        before, after = asyncio.run(_migrate(load_settings(os.environ)))
    except schema.MigrationHeldUp:
        remark(
            "Others use the database's tables all the time (a long query, a backup, much traffic): nothing was changed."
            " Run `gateway migrate` again at a quieter moment."
        )
        return 1
    if arguments.json:
        print_json({"before": before, "after": after})
    elif before == after == "ahead":
        say("The database is newer than this version of the gateway; nothing was changed.")
    elif before == after:
        say("The database was up to date; nothing was changed.")
    else:
        say("The database is up to date now.")
    return 0


async def _migrate(settings: Settings) -> tuple[SchemaState, SchemaState]:
    async with opened(settings, MIGRATION_SECONDS) as engine:
        with Progress("migrations") as progress:
            return await schema.migrate(engine, progress)
