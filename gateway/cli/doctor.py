"""`gateway doctor`: what is configured, what can be reached, what is degraded.

Invariants
- No secret, and nothing that could hold one (a whole URL, the text of an exception), is shown.
- Every check has its time limit; all checks are run, whatever the first ones find.
- Exit code 1 where the gateway could not serve; what is only degraded (a provider that does not answer) leaves 0.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from gateway.admin_settings import TOKEN_FILE
from gateway.alerts.delivery import unknown_destinations
from gateway.audit.anchors.anchoring import anchors_of
from gateway.audit.keys import keeper_of
from gateway.audit.log import JOURNAL_KIND as AUDIT
from gateway.audit.made_with import check_made_with
from gateway.audit.wrapping import CannotUnwrap
from gateway.billing.price_coverage import check_priced
from gateway.cli.account import readers, unknown_accounts
from gateway.cli.database import kind_of
from gateway.cli.output import print_json, print_table
from gateway.cli.policy import in_numbers
from gateway.cli.progress import Progress
from gateway.cli.provider_reached import ProbeFailed, reached
from gateway.core.policy import Policy, ProviderPolicy
from gateway.journal.state import UNREADABLE, JournalState, journal_state
from gateway.journal.usage import USAGE
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load
from gateway.root_key import FILE_NAME
from gateway.settings import ConfigurationError, Settings, load_settings
from gateway.storage.audit_log import AuditTables
from gateway.storage.engine import DATABASE_ERRORS, open_engine, place_of
from gateway.storage.redis import Redis
from gateway.storage.schema import schema_state
from gateway.telemetry.traces import are_wanted

State = Literal["ok", "degraded", "failed"]

DATABASE_SECONDS: Final = 5.0
LITTLE_SPACE: Final = 1024**3
TOO_LITTLE_SPACE: Final = 64 * 1024**2


class Finding(msgspec.Struct, frozen=True):
    check: str
    state: State
    detail: str


def doctor(arguments: argparse.Namespace) -> int:
    try:
        settings = load_settings(os.environ)
    except ConfigurationError as error:
        _print([Finding("settings", "failed", str(error))], arguments)
        return 78
    with Progress("looking"):
        findings = asyncio.run(examine(settings, os.environ))
    _print(findings, arguments)
    return 1 if any(finding.state == "failed" for finding in findings) else 0


async def examine(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    """Every check's finding, in the order in which they are shown."""
    policy, policies = _policies(settings.policies, environ)
    providers = () if policy is None else tuple(policy.providers.values())
    database, redis = await asyncio.gather(_database(settings), _redis(settings))
    reached = await asyncio.gather(*(_provider(provider) for provider in providers))
    disabled = {} if policy is None else policy.disabled
    return [
        Finding("settings", "ok", f"environment {settings.environment}"),
        _root_key(settings, environ),
        await _audit(settings),
        database,
        _space(settings.state_dir),
        _journal(settings.state_dir),
        policies,
        *redis,
        _admin(settings),
        _traces(environ),
        *([] if policy is None else [await asyncio.to_thread(_alerts, policy)]),
        *(Finding(f"provider {name}", "degraded", f"disabled: {reason}") for name, reason in disabled.items()),
        *reached,
    ]


def _admin(settings: Settings) -> Finding:
    admin = settings.admin
    ways = ["the bootstrap token"] if admin.token is not None else []
    if not ways and settings.environment == "dev":
        ways.append(f"the bootstrap token that the first start makes ({TOKEN_FILE})")
    if admin.oidc is not None:
        ways.append(f"the identity provider {admin.oidc.issuer}")
    place = f"{admin.host}:{admin.port}"
    if not ways:
        return Finding("admin port", "degraded", f"{place}: nobody can log in, without a token or an identity provider")
    return Finding("admin port", "ok", f"{place}, logins by {' and '.join(ways)}")


def _traces(environ: Mapping[str, str]) -> Finding:
    try:
        wanted = are_wanted(environ)
    except ConfigurationError as error:
        return Finding("traces", "failed", str(error))
    if not wanted:
        return Finding("traces", "ok", "no spans are made (OTEL_EXPORTER_OTLP_ENDPOINT)")
    return Finding("traces", "ok", "spans go by OTLP over HTTP; where none are taken the log has `spans_not_taken`")


def _alerts(policy: Policy) -> Finding:
    count = len(policy.alerts)
    if not count:
        return Finding(
            "alerts", "ok", "nobody is told: `alerts.to` of the policies names nobody, or its variables are not set"
        )
    if unknown := unknown_destinations(policy.alerts):
        which = ", ".join(map(str, unknown))
        return Finding(
            "alerts",
            "degraded",
            f"no service is known for what `alerts.to` names at place {which}: nobody is told there",
        )
    return Finding("alerts", "ok", f"{count} destination{'s' * (count > 1)}; none was tried")


async def _redis(settings: Settings) -> list[Finding]:
    if settings.redis_url is None:
        alone = "none (GATEWAY_REDIS_URL): this must be the only replica, since it counts quotas and money for itself"
        return [Finding("redis", "ok", alone)]
    try:
        redis = Redis(settings.redis_url.reveal())
    except ConfigurationError as error:
        return [Finding("redis", "failed", str(error))]
    redis.start()
    up = await redis.ready()
    trouble = redis.trouble
    await redis.close()
    return [Finding("redis", "ok", "answers") if up else Finding("redis", "degraded", f"{trouble}")]


def _root_key(settings: Settings, environ: Mapping[str, str]) -> Finding:
    for name in ("GATEWAY_ROOT_KEY", "GATEWAY_ROOT_KEY_FILE"):
        if environ.get(name):
            return Finding("root key", "ok", f"from {name}")
    if settings.root_key is None:
        if settings.environment == "dev":
            return Finding("root key", "ok", f"none here; for a new database one is made, in {settings.state_dir}")
        return Finding("root key", "failed", "GATEWAY_ROOT_KEY is required in prod")
    file = settings.state_dir / FILE_NAME
    with contextlib.suppress(OSError):
        if file.stat().st_mode & 0o077:
            return Finding("root key", "degraded", f"{file} may be read by others than its owner: chmod 600 {file}")
    return Finding("root key", "ok", f"made by the gateway, in {settings.state_dir}: back it up, or the keys are lost")


async def _audit(settings: Settings) -> Finding:
    """Who wraps the audit's data keys, and who may read what they seal."""
    if settings.root_key is None:
        return Finding("audit", "ok", "its keys are derived of the root key")
    try:
        current = await asyncio.to_thread(lambda: keeper_of(settings).current)
        anchors = ", ".join(anchor.name for anchor in anchors_of(settings)) or "no place but the log lines"
    except ConfigurationError as error:
        return Finding("audit", "failed", str(error))
    except CannotUnwrap as error:
        return Finding("audit", "failed", f"{error}: no request of a new day can be recorded")
    may_read = ", ".join(readers(settings)) or "nobody (GATEWAY_AUDITORS)"
    detail = f"data keys are wrapped by {current}; content may be read by {may_read}; checkpoints are kept by {anchors}"
    if strangers := unknown_accounts(settings.audit.auditors):
        named = ", ".join(strangers)
        return Finding("audit", "degraded", f"{detail}; GATEWAY_AUDITORS names accounts that are not here: {named}")
    return Finding("audit", "ok", detail)


async def _database(settings: Settings) -> Finding:
    url = settings.database_url.reveal()
    try:
        place = place_of(url)
        engine = open_engine(url)
    except ConfigurationError as error:
        return Finding("database", "failed", str(error))
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            state = await schema_state(engine)
            if state in {"current", "ahead"}:
                await check_made_with(AuditTables(engine), settings)
    except ConfigurationError as error:
        return Finding("database", "failed", str(error))
    except DATABASE_ERRORS as error:
        return Finding("database", "failed", f"{place} does not answer ({kind_of(error)})")
    finally:
        await engine.dispose()
    match state:
        case "current":
            return Finding("database", "ok", f"{place}, up to date")
        case "ahead":
            return Finding("database", "ok", f"{place}, newer than this version of the gateway")
        case "absent" | "behind":
            return Finding("database", "failed", f"{place} is not migrated: run `gateway migrate`")


def _space(folder: Path) -> Finding:
    present = next(place for place in (folder, *folder.parents) if os.path.exists(place))  # noqa: PTH110  never raises
    try:
        free = shutil.disk_usage(present).free
    except OSError as error:
        return Finding("state folder", "failed", f"{folder}: {error.strerror}")
    if not os.access(present, os.W_OK):
        return Finding("state folder", "failed", f"{folder} cannot be written to")
    detail = f"{folder}, {free / 1024**3:.1f} GiB free"
    if free >= LITTLE_SPACE:
        if present == folder and folder.stat().st_mode & 0o002:
            return Finding("state folder", "degraded", f"{detail}: anybody may put files there: chmod o-w {folder}")
        return Finding("state folder", "ok", detail)
    return Finding("state folder", "failed" if free < TOO_LITTLE_SPACE else "degraded", f"{detail}: make room")


def _journal(folder: Path) -> Finding:
    place = folder / "journal"
    try:
        state = journal_state(place)
    except OSError as error:
        return Finding("journal", "failed", f"{place}: {error.strerror}")
    if os.path.exists(place) and not os.access(place, os.W_OK | os.X_OK):  # noqa: PTH110
        return Finding("journal", "failed", f"{place} cannot be written to")
    detail = f"{state.records} records on the disk; a file of them is deleted once the database has all that it holds"
    if state.refused or state.damaged:
        return Finding("journal", "degraded", "; ".join([detail, *_set_aside(state)]))
    return Finding("journal", "ok", detail)


def _set_aside(state: JournalState) -> list[str]:
    """What the journal could not carry on, and what to do with it."""
    told: list[str] = []
    refused = dict(state.refused)
    unreadable = refused.pop(UNREADABLE, 0)
    for kind, number in sorted(refused.items()):
        what = _WHILE_SET_ASIDE.get(kind, f"{number} records ({kind})").format(number)
        told.append(f"{what}; a gateway tries them again at each start and while it runs")
    if refused:
        told.append("`journal_record_refused` in its log says why the database refused them: keep `refused.journal`")
    if unreadable:
        told.append(f"{unreadable} of the files `refused.journal` cannot be read: keep them")
    if state.damaged:
        told.append(f"{state.damaged} files could not be read whole, and end in `.damaged`: keep them")
    return told


_WHILE_SET_ASIDE: Final = {
    USAGE: "{} usage rows are set aside, and in no report and no budget until they go in",
    AUDIT: "{} audit records are set aside, and a gap to `gateway audit verify` until they go in",
}


def _policies(folder: Path, environ: Mapping[str, str]) -> tuple[Policy | None, Finding]:
    try:
        policy = load(folder, environ, check_priced).policy
    except PolicyErrors as broken:
        more = f" (and {len(broken.errors) - 1} more)" if len(broken.errors) > 1 else ""
        return None, Finding("policies", "failed", f"{broken.errors[0]}{more}")
    return policy, Finding("policies", "ok", f"{folder}: {in_numbers(policy)}")


async def _provider(provider: ProviderPolicy) -> Finding:
    name = f"provider {provider.name}"
    try:
        return Finding(name, "ok", await reached(provider))
    except ProbeFailed as trouble:
        return Finding(name, "degraded", f"{trouble}")


def _print(findings: list[Finding], arguments: argparse.Namespace) -> None:
    if arguments.json:
        worst = max((finding.state for finding in findings), key=("ok", "degraded", "failed").index)
        print_json({"state": worst, "checks": findings})
    else:
        print_table(("check", "state", "detail"), [(item.check, item.state, item.detail) for item in findings])
