"""`gateway audit anchor`: the newest checkpoint to every anchor, now; whoever sets one up sees whether it works."""

from __future__ import annotations

import argparse
import asyncio
import os
import time

from gateway.audit.anchors.address import Anchor, CannotAnchor
from gateway.audit.anchors.anchoring import anchors_of
from gateway.audit.checkpoint import BadCheckpoint
from gateway.audit.keys import log_keys
from gateway.cli.database import migrated
from gateway.cli.output import print_json, print_table, remark
from gateway.cli.progress import Progress
from gateway.settings import Settings, load_settings
from gateway.storage.audit_log import AuditTables


def anchor(arguments: argparse.Namespace) -> int:
    settings = load_settings(os.environ)
    anchors = anchors_of(settings)
    if not anchors:
        remark("gateway: GATEWAY_AUDIT_ANCHORS names no place: set it to one, as syslog+tls://host:6514")
        return 1
    latest = asyncio.run(_latest(settings))
    if latest is None:
        remark("gateway: the log has no checkpoint yet")
        return 1
    try:
        head = log_keys(settings).signing.verify_key.read(latest)
    except BadCheckpoint as error:
        remark(f"gateway: the newest checkpoint is not this gateway's: {error}")
        return 1

    def why_not_taken(each: Anchor) -> str:
        try:
            each.put(latest, head, time.time())
        except CannotAnchor as error:
            return str(error)
        return ""

    with Progress("sending"):
        outcome = {each.name: why_not_taken(each) for each in anchors}
    if arguments.json:
        print_json([{"anchor": name, "taken": not why, "why": why, "size": head.size} for name, why in outcome.items()])
    else:
        print_table(
            ("anchor", "", "records"), [(name, why or "taken", str(head.size)) for name, why in outcome.items()]
        )
    return 1 if any(outcome.values()) else 0


async def _latest(settings: Settings) -> str | None:
    async with migrated(settings) as engine:
        latest = await AuditTables(engine).last_checkpoint()
    return None if latest is None else latest[1]
