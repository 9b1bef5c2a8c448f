"""`gateway audit verify`, `key`, `witness`: what holds without trust in the database, or in whoever runs it.

Invariants
- Exit codes of verify and witness: 0 whole, 1 tampered, 2 cannot tell, also where file or key cannot be read.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

import msgspec

from gateway.audit.anchors.fetched import read_fetched
from gateway.audit.appending import LogKeys
from gateway.audit.chain import Proving, inclusion_parts, proves_inclusion
from gateway.audit.checkpoint import BadCheckpoint, Head, VerifyKey
from gateway.audit.exporting import NoExport, verify_export
from gateway.audit.keys import log_keys
from gateway.audit.reading import verify_tables
from gateway.audit.verdict import UNKNOWN, Trust, Verdict
from gateway.audit.witness import look, read_kept
from gateway.cli.database import trouble
from gateway.cli.output import print_json, remark, say
from gateway.cli.progress import Progress
from gateway.root_key import FILE_NAME
from gateway.settings import load_database_url, load_settings
from gateway.storage.audit_log import AuditTables
from gateway.storage.engine import DATABASE_ERRORS, open_engine


def verify(arguments: argparse.Namespace) -> int:
    try:
        trust = _trust(arguments.key, arguments.witness, arguments.anchors)
        if arguments.export is not None:
            with Progress("records") as progress:
                verdict = verify_export(arguments.export, trust, progress=progress)
        else:
            verdict = asyncio.run(_verify_database(trust))
    except (ValueError, BadCheckpoint, NoExport, *DATABASE_ERRORS) as error:
        return _cannot_tell(error)
    if arguments.json:
        print_json(verdict)
    else:
        _say(verdict)
    return verdict.exit_code


def key(arguments: argparse.Namespace) -> int:
    text = str(log_keys(load_settings(os.environ)).signing.verify_key)
    if arguments.json:
        print_json({"key": text})
    else:
        say(text)
    return 0


def prove(arguments: argparse.Namespace) -> int:
    """An RFC 6962 inclusion proof: anybody with the verifying key can check it."""
    place: int = arguments.place

    async def run() -> int:
        engine = open_engine(load_database_url(os.environ).reveal())
        try:
            tables = AuditTables(engine)
            latest = await tables.last_checkpoint()
            if latest is None or not 0 <= place < latest[0]:
                covered = 0 if latest is None else latest[0]
                remark(
                    f"gateway: no checkpoint covers a record {place}: {covered} are covered, from 0 on; `gateway audit"
                    " search` tells places"
                )
                return 1
            head = verifying.read(latest[1])
            proving, leaf = Proving(inclusion_parts(head.size, place)), b""
            with Progress("records") as progress:
                async for leaves in tables.leaves(head.size):
                    if proving.size <= place < proving.size + len(leaves):
                        leaf = leaves[place - proving.size]
                    proving.extend(leaves)
                    progress(proving.size, head.size)
        finally:
            await engine.dispose()
        proof = proving.proof()
        if proving.size != head.size or not proves_inclusion(leaf, place, head.size, proof, head.root):
            remark(
                "gateway: the log's records are not those of its newest checkpoint; `gateway audit verify` tells more"
            )
            return 1
        steps = [step.hex() for step in proof]
        print_json({"place": place, "leaf": leaf.hex(), "proof": steps, "checkpoint": latest[1]})
        return 0

    try:
        verifying = _verifying_key(arguments.key)
        return asyncio.run(run())
    except (ValueError, BadCheckpoint, *DATABASE_ERRORS) as error:
        return _cannot_tell(error)


def witness(arguments: argparse.Namespace) -> int:
    async def run() -> int:
        engine = open_engine(load_database_url(os.environ).reveal())
        try:
            with Progress("comparing"):
                testimony = await look(AuditTables(engine), verifying, arguments.keep)
        finally:
            await engine.dispose()
        if arguments.json:
            print_json(testimony)
        else:
            say(f"{testimony.state}: {testimony.detail or f'{testimony.size} records, {testimony.kept} kept before'}")
        if testimony.state == "tampered":
            remark(
                f"gateway: {arguments.keep} stays as it is, and so does this answer. Where a back-up of the database"
                " was restored, file it with the record of that, and keep the next head in a new file (--keep);"
                " where not, somebody changed the log: let nobody touch the database, and compare with `gateway"
                " audit verify --witness`"
            )
        return testimony.exit_code

    try:
        verifying = _verifying_key(arguments.key)
        return asyncio.run(run())
    except (ValueError, BadCheckpoint, *DATABASE_ERRORS) as error:
        return _cannot_tell(error)


def _cannot_tell(error: Exception) -> int:
    if isinstance(error, OSError) and error.filename is not None:
        why = f"{error.filename}: {error.strerror}"
    elif isinstance(error, DATABASE_ERRORS):
        why = trouble(load_database_url(os.environ).reveal(), error)
    else:
        why = str(error)
    remark(f"gateway: cannot tell: {why}")
    return UNKNOWN


def _own_keys() -> LogKeys:
    """Of the root key that there is: none is made for who verifies. Raises ValueError."""
    given = any(os.environ.get(name) for name in ("GATEWAY_ROOT_KEY", "GATEWAY_ROOT_KEY_FILE"))
    if not given and not (Path(os.environ.get("GATEWAY_STATE_DIR") or ".gateway") / FILE_NAME).exists():
        raise ValueError("there is no root key here: give --key, which `gateway audit key` prints beside the gateway")
    return log_keys(load_settings(os.environ))


def _verifying_key(text: str | None) -> VerifyKey:
    """Raises ValueError."""
    return _own_keys().signing.verify_key if text is None else VerifyKey.parse(text)


def _trust(text: str | None, kept: list[Path], anchored: list[Path]) -> Trust:
    """Raises ValueError, BadCheckpoint, OSError."""
    place_key = None if text is not None else _own_keys().place
    verifying = _verifying_key(text)
    heads: list[Head] = []
    for path in kept:
        head = read_kept(path, verifying)
        if head is None:
            raise ValueError(f"there is no head in {path}: `gateway audit witness --keep` makes one")
        heads.append(head)
    for path in anchored:
        heads += read_fetched(path, verifying)
    return Trust(verify_key=verifying, place_key=place_key, heads=tuple(heads))


async def _verify_database(trust: Trust) -> Verdict:
    engine = open_engine(load_database_url(os.environ).reveal())
    try:
        with Progress("records") as progress:
            return await verify_tables(AuditTables(engine), trust, progress)
    finally:
        await engine.dispose()


def _say(verdict: Verdict) -> None:
    shown = msgspec.to_builtins(verdict)
    for name in (
        "state",
        "kind",
        "first_bad",
        "until",
        "detail",
        "records",
        "checkpoints",
        "shredded_by_policy",
        "root",
    ):
        if name in shown:
            say(f"{name.replace('_', ' '):20}{shown[name]}")
