"""All commands: their words, the function behind each, what it does, an example, its arguments.

Those of `audit` and `report` have modules of their own. A function is named as `module:function`, and imported when
its command is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

from gateway.cli.arguments import (
    expiry,
    grace,
    key_id,
    label,
    minute,
    models,
    needs,
    networks,
    percent,
    period,
    port,
    size,
    tags,
    workers,
)
from gateway.cli.audit_commands import AUDIT_COMMANDS
from gateway.cli.command import AS_JSON, ASKED, POLICIES, Command, argument
from gateway.cli.report_commands import REPORT_COMMANDS
from gateway.core.operations import OperationName
from gateway.core.routes import LANGUAGES

TEAM: Final = argument("--team", type=label, metavar="T", help="only this team's")
KEY: Final = argument("id", type=key_id, metavar="ID", help="the key's id, or the whole key")
OPERATIONS: Final = get_args(OperationName)
HOST: Final = argument(
    "--host", default="127.0.0.1", help="address to listen on; '::': all, of IPv4 and IPv6 (default: %(default)s)"
)
PORT: Final = argument("--port", type=port, default=8080, help="port; 0: any that is free (default: %(default)s)")

COMMANDS: Final[tuple[Command, ...]] = (
    (
        "serve",
        "gateway.cli.serve:serve",
        "Run the proxy.",
        "gateway serve --policies policies --port 8080",
        (
            POLICIES,
            HOST,
            PORT,
            argument("--admin-host", metavar="H", help="address of the admin port (default: $GATEWAY_ADMIN_HOST)"),
            argument("--workers", type=workers, default=1, metavar="N", help="processes (default: 1)"),
        ),
    ),
    (
        "demo",
        "gateway.demo:demo",
        "Run the proxy with simulated providers, or those whose API keys are set, and print how to call it.",
        "OPENAI_API_KEY=… gateway demo",
        (HOST, PORT),
    ),
    (
        "migrate",
        "gateway.cli.migrate:migrate",
        "Bring the database's tables up to date; safe to run again and on several machines at once.",
        "gateway migrate",
        (AS_JSON,),
    ),
    (
        "keys create",
        "gateway.cli.keys:create",
        "Issue a virtual key. It is shown once.",
        "gateway keys create --team support --name chatbot --expires 90d",
        (
            argument("--team", type=label, metavar="T", required=True, help="the team that it acts for"),
            argument("--name", type=label, metavar="N", help="what it is for"),
            argument("--user", type=label, metavar="U", help="the person who uses it"),
            argument("--expires", type=expiry, metavar="90d", default="90d", help="or 'never' (default: 90d)"),
            argument("--models", type=models, metavar="M,…", help="the only models it may use of its team's"),
            argument("--networks", type=networks, metavar="N,…", help="the only addresses it may be used from"),
            AS_JSON,
        ),
    ),
    (
        "keys list",
        "gateway.cli.keys:show",
        "List the virtual keys, oldest first, without their secrets.",
        "gateway keys list --team support --json",
        (TEAM, AS_JSON),
    ),
    (
        "keys revoke",
        "gateway.cli.keys:revoke",
        "Revoke a virtual key for good. Running gateways refuse it within seconds.",
        "gateway keys revoke 4fQ9sLz0Ab",
        (KEY, AS_JSON),
    ),
    (
        "keys release",
        "gateway.cli.release:release",
        "Let a key go on that was slowed down or stopped since it was used in an unusual way.",
        "gateway keys release 4fQ9sLz0Ab",
        (KEY, AS_JSON),
    ),
    (
        "keys rotate",
        "gateway.cli.keys:rotate",
        "Give a virtual key a new secret. It is shown once; the old one stays good for the time of grace.",
        "gateway keys rotate 4fQ9sLz0Ab --grace 24h",
        (
            KEY,
            argument("--grace", type=grace, metavar="24h", default="24h", help="0s to 24h (default: %(default)s)"),
            AS_JSON,
        ),
    ),
    (
        "policy check",
        "gateway.cli.policy:check",
        "Read a folder of policies and tell everything that is wrong with it.",
        "gateway policy check policies",
        (argument("folder", type=Path, metavar="DIR", help="the folder"), AS_JSON),
    ),
    (
        "policy schema",
        "gateway.cli.policy:schema",
        "Print the JSON Schema of policy files, for editors.",
        "gateway policy schema",
        (argument("--json", action="store_true", help="print JSON, as it does in any case"),),
    ),
    (
        "policy diff",
        "gateway.cli.policy:diff",
        "Tell what changes from one folder of policies to another, and what lets more or less through.",
        "gateway policy diff policies policies-new",
        (
            argument("old", type=Path, metavar="OLD", help="the folder that is in force"),
            argument("new", type=Path, metavar="NEW", help="the folder that would be"),
            AS_JSON,
        ),
    ),
    (
        "policy confirm",
        "gateway.cli.policy:confirm",
        "Let a version take effect that takes away more than a fifth of the teams or keys.",
        "gateway policy confirm 1f2e3d4c5b6a",
        (argument("version", metavar="VERSION", help="as the gateway's complaint names it"), POLICIES, AS_JSON),
    ),
    (
        "policy simulate",
        "gateway.cli.simulate:run",
        "Play a folder of policies through on recorded requests: who would be refused, sent elsewhere, charged more.",
        "gateway policy simulate policies-new --since 7d",
        (
            argument("new", type=Path, metavar="NEW", help="the folder that would be in force"),
            argument("--since", type=period, metavar="7d", default="7d", help="how far back (default: %(default)s)"),
            POLICIES,
            AS_JSON,
        ),
    ),
    (
        "policy rollout",
        "gateway.cli.rollout:rollout",
        "Try a version of the policies: as a shadow that is only compared, for a share of the keys, then for all.",
        "gateway policy rollout policies-new --share 10",
        (
            argument(
                "new", type=Path, metavar="NEW", nargs="?", help="the version's folder (default: the one on trial)"
            ),
            argument("--share", type=percent, metavar="10", help="percent of the keys; left out: none, a shadow"),
            argument("--all", action="store_true", help="put it in force; what was is kept for `policy rollback`"),
            argument("--confirmed", action="store_true", help="even if much is taken away"),
            POLICIES,
            AS_JSON,
        ),
    ),
    (
        "policy rollback",
        "gateway.cli.rollout:rollback",
        "End the trial of a version, or put the version back that was in force before; again: the one before that.",
        "gateway policy rollback",
        (POLICIES, AS_JSON),
    ),
    (
        "policy explain",
        "gateway.cli.policy:explain",
        "Tell what would become of a request, and which line of which file decided it; 1 where it would be refused.",
        "gateway policy explain --team support --model fast-chat --key mailbox-prod",
        (
            *ASKED,
            argument("--operation", choices=OPERATIONS, default="chat", help="what is asked for (default: chat)"),
            POLICIES,
            AS_JSON,
        ),
    ),
    (
        "pii try",
        "gateway.cli.pii:attempt",
        "Tell what personal data would be found in a text, and what a provider would see of it; 1 where it is refused.",
        "gateway pii try letter.txt --rules swiss-default",
        (
            argument("file", metavar="FILE", help="the text; - for standard input"),
            argument("--rules", type=label, metavar="NAME", help="the rule set (default: the only one)"),
            argument("--team", type=label, metavar="T", help="instead: what holds for this team today"),
            argument("--key", type=label, metavar="NAME", help="... and for this key of it"),
            argument("--user", type=label, metavar="U", help="... and for this person of it"),
            POLICIES,
            AS_JSON,
        ),
    ),
    *AUDIT_COMMANDS,
    (
        "doctor",
        "gateway.cli.doctor:doctor",
        "Tell what is configured, what can be reached and what is degraded; shows no secrets.",
        "gateway doctor --json",
        (AS_JSON,),
    ),
    *REPORT_COMMANDS,
    (
        "route explain",
        "gateway.cli.route:explain",
        "Tell where a request would go, by which condition and weights, and who is passed over; 1 where nobody is.",
        "gateway route explain --team support --model fast-chat --needs images --size 2MiB",
        (
            *ASKED,
            argument("--size", type=size, default=1024, metavar="S", help="of the request (default: 1 KiB)"),
            argument("--needs", type=needs, default=(), metavar="F,…", help="images, audio, files, tools, schema"),
            argument("--tags", type=tags, default=(), metavar="N=V,…", help="its tags"),
            argument("--data-class", type=label, metavar="C", help="its class of data (default: the policy's)"),
            argument("--personal-data", action="store_true", help="personal data was found in it"),
            argument("--stream", action="store_true", help="it is streamed"),
            argument("--language", choices=LANGUAGES, help="what its user wrote in"),
            argument("--now", action="store_true", help="ask local servers for their models and queues"),
            argument("--at", type=minute, metavar="HH:MM", help="the time of day (default: now)"),
            POLICIES,
            AS_JSON,
        ),
    ),
)

GROUPS: Final = {
    "audit": "Prove, search, read and forget what was recorded.",
    "keys": "Issue, list, rotate and revoke virtual keys.",
    "pii": "Try a rule set for personal data on a text.",
    "policy": "Check, explain, compare, simulate and roll out policies.",
    "route": "Tell where a request would go, and why.",
    "report": "Costs for finance: reports, closed months, providers' bills.",
}
