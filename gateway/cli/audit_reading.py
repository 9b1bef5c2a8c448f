"""`gateway audit search`, `reveal`, `export`: reading the audit, which the audit records.

Invariants
- Only accounts of GATEWAY_AUDITORS read. Who they are is the machine's word, not the environment's.
- A file is made for its owner alone, and not over another; one that could not be finished is taken away again.
"""

from __future__ import annotations

import argparse
import os
from typing import IO, Any, Final, Literal

import msgspec

from gateway.audit import reveal as revealing
from gateway.audit.evidence import Rules, as_json, evidence, subject_data
from gateway.audit.exporting import export_log
from gateway.audit.naming import Names
from gateway.audit.record import Header, read_header
from gateway.audit.session import MICROSECONDS, AuditSession
from gateway.cli.account import account, is_auditor
from gateway.cli.audit_keeping import processing_of
from gateway.cli.audit_session import in_audit_session, known_teams
from gateway.cli.output import instant, print_json, print_table, remark, say
from gateway.cli.progress import Progress
from gateway.settings import load_settings
from gateway.storage.person import held_in_the_clear

FILTERED = ("provider", "model", "status")


def search(arguments: argparse.Namespace) -> int:
    settings = load_settings(os.environ)
    if not is_auditor(settings, account()):
        return 1

    async def find(session: AuditSession) -> tuple[list[tuple[int, Header, bool]], Names]:
        asked = {
            name: value for name in ("team", "subject", "request", *FILTERED) if (value := getattr(arguments, name))
        }
        people = None
        if arguments.subject:
            people = await session.store.people_of(session.pseudonyms.subject(arguments.subject))
        await session.note("read", {"act": "search"}, asked)
        names = Names(session.pseudonyms, known_teams(settings), {*settings.audit.auditors, account()})
        found: list[tuple[int, Header, bool]] = []
        rows = session.store.search(
            since=_micro(arguments.since),
            until=_micro(arguments.until),
            kinds=arguments.kind,
            team=session.pseudonyms.team(arguments.team) if arguments.team else None,
            people=people,
            request=arguments.request,
        )
        with Progress("searching"):
            async for row in rows:
                header = read_header(row.header)
                if all(getattr(arguments, name) in (None, getattr(header, name)) for name in FILTERED):
                    found.append((row.place, header, bool(row.readable)))
                    if len(found) >= arguments.limit:
                        break
        return found, names

    found, names = in_audit_session(settings, find)
    if arguments.json:
        print_json(
            [
                {
                    "place": place,
                    "time": instant(header.at / MICROSECONDS),
                    "who": names.who(header),
                    "readable": readable,
                    **msgspec.to_builtins(header),
                }
                for place, header, readable in found
            ]
        )
    else:
        columns = ("place", "at", "kind", "who", "what", "request", "provider", "model", "region")
        print_table(columns, [_row(place, header, names) for place, header, _ in found])
    if not found:
        remark(
            "gateway: no record is like that; teams are named as in the policies, persons as `keys create --user` gave"
            " them (who was erased has no records any more), and --since looks back from now"
        )
    return 0 if found else 1


def reveal(arguments: argparse.Namespace) -> int:
    settings = load_settings(os.environ)
    if not is_auditor(settings, account()):
        return 1
    if arguments.approve is None and arguments.leave is None and not (arguments.ticket and arguments.reason):
        remark("gateway: say for which --ticket and --reason")
        return 2
    if arguments.approve is None and arguments.leave is None and not (arguments.request or arguments.place):
        remark("gateway: say which --request or --place; `gateway audit search` finds them")
        return 2
    try:
        shown = in_audit_session(settings, lambda session: _reveal(session, arguments))
    except revealing.RevealRefused as refused:
        remark(f"gateway: {refused}")
        return 1
    if isinstance(shown, _Leave):
        if arguments.json:
            print_json(shown)
        else:
            say(f"{_NEXT[shown.state]} {shown.leave}")
    elif arguments.json:
        print_json([as_json(each) for each in shown])
    else:
        for each in shown:
            say(msgspec.json.encode(as_json(each)).decode())
    return 0


class _Leave(msgspec.Struct, frozen=True):
    leave: str
    state: Literal["asked", "given"]


_NEXT: Final = {
    "asked": "Another auditor has 24 hours to give leave: gateway audit reveal --approve",
    "given": "Leave is given for an hour: gateway audit reveal --leave",
}


async def _reveal(session: AuditSession, arguments: argparse.Namespace) -> list[revealing.Shown] | _Leave:
    if arguments.approve is not None:
        await revealing.give(session, arguments.approve)
        return _Leave(arguments.approve, "given")
    if arguments.leave is not None:
        return await revealing.with_leave(session, arguments.leave)
    places: list[int] = list(arguments.place)
    for request in arguments.request:
        of_it = [row.place async for row in session.store.search(request=request)]
        if not of_it:
            raise revealing.RevealRefused(f"the log has no record of a request {request}")
        places += of_it
    if arguments.break_glass:
        return await revealing.break_glass(session, places, arguments.ticket, arguments.reason)
    if await revealing.is_own(session, places):
        return await revealing.own(session, places, arguments.ticket, arguments.reason)
    return _Leave(await revealing.ask(session, places, arguments.ticket, arguments.reason), "asked")


def export(arguments: argparse.Namespace) -> int:
    """Exit code 1 where nothing is held of the person: a name may be mistyped. The file says so, too."""
    settings = load_settings(os.environ)
    if not is_auditor(settings, account()):
        return 1
    wanted = [arguments.subject is not None, arguments.evidence, arguments.log]
    if sum(wanted) != 1:
        remark("gateway: say one of --subject, --evidence and --log")
        return 2
    if arguments.subject is not None and not arguments.ticket:
        remark("gateway: a person's data is given out for a --ticket")
        return 2
    rules = processing_of(settings) if arguments.evidence else None
    try:
        descriptor = os.open(arguments.output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        remark(f"gateway: {arguments.output} cannot be made: {error.strerror}")
        return 2
    try:
        with os.fdopen(descriptor, "wb") as file:
            found = in_audit_session(settings, lambda session: _written(session, arguments, rules, file))
    except BaseException:
        arguments.output.unlink(missing_ok=True)
        raise
    if not found.of_the_audit:
        remark(
            f"gateway: the audit knows nothing of {arguments.subject}, or nothing any more; "
            + (
                "what other tables hold stands in the file under `tables`"
                if found.of_tables
                else "nor does any other table: the name is as `keys create --user` gave it"
            )
        )
    if arguments.json:
        print_json({"written": str(arguments.output)})
    else:
        say(f"Written to {arguments.output}")
    return 0 if found.of_the_audit or found.of_tables else 1


class _Found(msgspec.Struct, frozen=True):
    """Whether there was anything of whom or what was asked for."""

    of_the_audit: bool = True
    of_tables: bool = True


async def _written(
    session: AuditSession, arguments: argparse.Namespace, rules: Rules | None, file: IO[bytes]
) -> _Found:
    with Progress("records") as progress:
        if arguments.log:
            await session.note("read", {"act": "log export"}, {})
            await export_log(session.tables, session.keys.signing.verify_key, file, progress)
            return _Found()
        data: dict[str, Any]
        if rules is not None:
            data = await evidence(session, rules, progress)
        else:
            data = await subject_data(session, arguments.subject, arguments.ticket)
            data["tables"] = await held_in_the_clear(session.engine, arguments.subject)
        file.write(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")
    return _Found() if rules is not None else _Found(bool(data["records"]), bool(data["tables"]))


def _micro(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * MICROSECONDS)


def _row(place: int, header: Header, names: Names) -> tuple[str, ...]:
    at, what = instant(header.at / MICROSECONDS), header.status or header.about.get("act")
    where = (header.provider, header.model, header.region)
    return tuple(cell or "-" for cell in (str(place), at, header.kind, names.who(header), what, header.request, *where))
