"""The commands of `gateway audit …`."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

from gateway.audit.record import KINDS
from gateway.cli.arguments import at_most, day, label, moment, place
from gateway.cli.command import AS_JSON, Command, argument
from gateway.core.ports import Status

TICKET: Final = argument("--ticket", type=label, metavar="T", help="the ticket that asks for it")
KEY: Final = argument(
    "--key", metavar="KEY", help="the log's verifying key (`gateway audit key`); else of the root key"
)
SUBJECT: Final = argument("--subject", type=label, metavar="S", help="the person, as `keys create --user` names it")
TEAM: Final = argument("--team", type=label, metavar="T", help="only this team's")

AUDIT_COMMANDS: Final[tuple[Command, ...]] = (
    (
        "audit verify",
        "gateway.cli.audit_proof:verify",
        "Compute every leaf again, and name the first bad record and the kind. Exit: 0 whole, 1 tampered, 2 unknown.",
        "gateway audit verify --witness head.note --json",
        (
            argument(
                "--export",
                type=Path,
                metavar="F",
                help="verify this file (`gateway audit export --log`), not the database",
            ),
            KEY,
            argument(
                "--witness", type=Path, metavar="F", action="append", default=[], help="a head that a witness kept"
            ),
            argument(
                "--anchors",
                type=Path,
                metavar="F",
                action="append",
                default=[],
                help="checkpoints fetched from anchors: a file of notes, log lines or saved mails, or a folder of them",
            ),
            AS_JSON,
        ),
    ),
    (
        "audit anchor",
        "gateway.cli.audit_anchor:anchor",
        "Anchor the newest checkpoint now, at every place of GATEWAY_AUDIT_ANCHORS, and tell which took it.",
        "gateway audit anchor",
        (AS_JSON,),
    ),
    (
        "audit key",
        "gateway.cli.audit_proof:key",
        "Print the log's verifying key, for witnesses and auditors.",
        "gateway audit key",
        (AS_JSON,),
    ),
    (
        "audit prove",
        "gateway.cli.audit_proof:prove",
        "Prove that a record is in the log, to whoever has the verifying key (RFC 6962).",
        "gateway audit prove --place 4711",
        (
            argument(
                "--place", type=place, metavar="N", required=True, help="the record's place (`gateway audit search`)"
            ),
            KEY,
            AS_JSON,
        ),
    ),
    (
        "audit witness",
        "gateway.cli.audit_proof:witness",
        "On another host: demand a proof that the log only grew since the head that is kept, and keep the new one.",
        "gateway audit witness --keep head.note --key llm-gateway/audit+…",
        (
            argument("--keep", type=Path, metavar="F", required=True, help="the file of the head"),
            KEY,
            AS_JSON,
        ),
    ),
    (
        "audit search",
        "gateway.cli.audit_reading:search",
        "Find records by what their headers say; nothing is opened.",
        "gateway audit search --team support --since 7d --status refused",
        (
            TEAM,
            SUBJECT,
            argument("--request", metavar="ID", help="x-gateway-request-id"),
            argument("--kind", choices=KINDS, action="append", default=[], help="only records of this kind"),
            argument("--provider", metavar="P", help="only calls of this provider"),
            argument("--model", metavar="M", help="only calls of this model"),
            argument("--status", choices=get_args(Status), help="only requests that ended so"),
            argument("--since", type=moment, metavar="7d", help="a time ago, or a day"),
            argument("--until", type=moment, metavar="DAY", help="a time ago, or a day"),
            argument("--limit", type=at_most, default=1000, metavar="N", help="at most so many (default: %(default)s)"),
            AS_JSON,
        ),
    ),
    (
        "audit reveal",
        "gateway.cli.audit_reading:reveal",
        "Show what was said: ask for leave, let another auditor give it (--approve), show within an hour (--leave).",
        "gateway audit reveal --request req_… --ticket SEC-12 --reason leak",
        (
            argument("--request", metavar="ID", action="append", default=[], help="all records of this request"),
            argument("--place", type=place, metavar="N", action="append", default=[], help="the record of this place"),
            TICKET,
            argument("--reason", type=label, metavar="R", help="why"),
            argument("--approve", metavar="ID", help="give leave that another auditor asked for"),
            argument("--leave", metavar="ID", help="show what leave was given for"),
            argument("--break-glass", action="store_true", help="show at once, alone: an alert is raised"),
            AS_JSON,
        ),
    ),
    (
        "audit export",
        "gateway.cli.audit_reading:export",
        "Write a person's data, the evidence pack, or the whole sealed log to a file.",
        "gateway audit export --subject anna@example.com --ticket DPO-7 --output anna.json",
        (
            SUBJECT,
            argument("--evidence", action="store_true", help="the evidence pack for auditors"),
            argument("--log", action="store_true", help="the log, sealed as it is, for `audit verify --export`"),
            TICKET,
            argument("--output", type=Path, metavar="F", required=True, help="the file; made for its owner alone"),
            AS_JSON,
        ),
    ),
    (
        "audit retain",
        "gateway.cli.audit_keeping:retain",
        "Destroy what is older than policy keeps it: keys first, then contents; leaves stay.",
        "gateway audit retain --dry-run",
        (
            TEAM,
            argument(
                "--class", dest="class_", choices=("requests", "own"), help="only requests, or the audit's own records"
            ),
            argument(
                "--day", type=day, metavar="DAY", help="with --team and --ticket: shred this day now, whatever its age"
            ),
            TICKET,
            argument("--dry-run", action="store_true", help="only tell what would be destroyed"),
            AS_JSON,
        ),
    ),
    (
        "audit hold",
        "gateway.cli.audit_keeping:hold",
        "Place a legal hold on a team or a person (--reason), release one, or without either list those that stand.",
        "gateway audit hold --team support --reason case-2026-44",
        (
            argument("--team", type=label, metavar="T", help="the team whose records are to stay"),
            argument("--subject", type=label, metavar="S", help="the person, as `keys create --user` names it"),
            argument("--reason", type=label, metavar="R", help="why; needed to place one"),
            argument("--release", metavar="ID", help="release this hold, by the id that the list shows"),
            AS_JSON,
        ),
    ),
    (
        "audit erase",
        "gateway.cli.audit_keeping:erase",
        "Erase a person: what was said by or to them can never be read again. Exit: 1 if the name is unknown.",
        "gateway audit erase --subject anna@example.com --ticket DPO-8",
        (
            argument("--subject", type=label, metavar="S", required=True, help="the person"),
            TICKET,
            AS_JSON,
        ),
    ),
    (
        "audit rewrap",
        "gateway.cli.audit_keeping:rewrap",
        "After a rotation: wrap all data keys by the current wrapping key. May be stopped and run again.",
        "gateway audit rewrap --status",
        (argument("--status", action="store_true", help="only tell what is left"), AS_JSON),
    ),
)
