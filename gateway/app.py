"""The ASGI application.

Litestar carries health, metrics and the life cycle; everything else goes straight to the edge, so that the hot path
pays for no framework and sees paths as clients sent them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, route

from gateway.admin_port import AdminPort
from gateway.api.health import health_routes
from gateway.billing.price_coverage import check_priced
from gateway.graceful_shutdown import graceful_shutdown
from gateway.pii.rampart import installed_names
from gateway.policy.kept import PURPOSE, KeptPolicy
from gateway.policy.source import FixedPolicies, PolicyFolder
from gateway.routing.servers import servers
from gateway.settings import Settings, load_settings
from gateway.storage.clock_watch import ClockWatch
from gateway.tasks import broken, close_in_turn, spawn_for_good
from gateway.telemetry import logs
from gateway.telemetry.libraries import hear_libraries
from gateway.telemetry.process import process_exposition
from gateway.undumpable import forbid_dumps
from gateway.wiring import Gateway

Source = PolicyFolder | FixedPolicies

FRAMEWORK_PATHS = frozenset({"/", "/health/live", "/health/ready", "/metrics"})

PROBLEMS: Final = ("replica", "database", "ledger", "work", "policies", "redis", "budgets", "clock", "lesser_work")
"""Names that /health/ready gives to what is not as it should be."""

ABOUT = {
    "service": "llm-gateway",
    "base_urls": {"openai": "/v1", "anthropic": "/", "google-genai": "/", "mistralai": "/mistral"},
}


class Application:
    """One process's gateway, between start and stop of the server."""

    def __init__(self, settings: Settings, policies: Callable[[], Source], environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._policies = policies
        self._environ = environ
        self.gateway: Gateway | None = None
        self.admin: AdminPort | None = None
        self._source: Source | None = None
        self._clocks: ClockWatch | None = None
        self._leaving = False
        self._hurrying = asyncio.Event()
        self._framework = self._litestar()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        if scope["type"] != "http" or (scope["path"] in FRAMEWORK_PATHS and not _called_at_root(scope)):
            await self._framework(scope, receive, send)
        else:
            await self._running().edge(scope, receive, send)

    def _running(self) -> Gateway:
        assert self.gateway is not None, "the server starts the lifespan before it serves"
        return self.gateway

    @asynccontextmanager
    async def _lifespan(self, _: Litestar) -> AsyncGenerator[None, None]:
        source = await asyncio.to_thread(self._policies)
        await asyncio.to_thread(installed_names)  # read from disk once, where there is one, and kept
        self._source = source
        self.gateway = Gateway(self._settings, source, self._environ)
        await self.gateway.warm()
        self._clocks = ClockWatch(self.gateway.engine, self.gateway.clock)
        self._clocks.start()
        watching: asyncio.Task[None] | None = None
        if isinstance(source, PolicyFolder):
            watching = spawn_for_good(source.watch(), "watch policies", vital=True)
        self.admin = AdminPort(self.gateway, self._settings, source, self._problems)
        self.admin.start()
        logs.event(logs.STARTED, policy_version=source.current.version)
        try:
            with graceful_shutdown(self.leave, self.hurry, self.tell_policy):
                yield
        finally:
            if watching is not None:
                watching.cancel()
            drain = source.current.overload.drain
            await close_in_turn(self._clocks.close, self.admin.close, lambda: self._running().close(drain))
            logs.event(logs.STOPPED)

    def tell_policy(self) -> None:
        """To whoever asked for a reload: what is in force, since every edit is taken without being asked for."""
        if (source := self._source) is None:
            return  # it has not begun
        logs.event(
            logs.RELOAD_ASKED,
            policy_version=source.current.version,
            policies=source.degraded or "in force as they are written",
            remedy="none: edits of policies are in force within 2 s; settings of the environment count from a restart",
        )

    async def leave(self) -> None:
        """Stop serving, in the order that costs no client an answer: not ready, then nobody new, then nobody."""
        gateway = self._running()
        rules = gateway.policies.current.overload
        self._leaving = True
        logs.event(logs.LEAVING, requests=len(gateway.edge.in_flight))
        if self._settings.environment == "prod":
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rules.announce):
                    await self._hurrying.wait()
        gateway.mirrors.stop()
        await gateway.edge.drain(rules.drain)

    async def hurry(self) -> None:
        """End what is under way now; everything is still settled and told."""
        self._hurrying.set()
        await self._running().edge.drain(0)

    async def _obstacles(self) -> dict[str, str]:
        gateway = self._running()
        found: dict[str, str] = {"replica": "shuts down"} if self._leaving else {}
        if not gateway.keys.are_known:
            found["database"] = "does not answer, and it is not known who holds a key"
        if gateway.ledger.full:
            found["ledger"] = (
                "cannot take more usage rows: the disk of the state folder is full or fails (`journal_failed` in the"
                " log), or the database has been away for too long"
            )
        if names := broken(vital=True):
            found["work"] = _ended_by_a_defect(names)
        return found

    async def _degradations(self) -> dict[str, str]:
        reason = self._source.degraded if self._source is not None else None
        redis, keys, shipper = self._running().redis, self._running().keys, self._running().shipper
        found = {"policies": reason} if reason else {}
        if keys.are_known and not keys.hears_changes:  # all replicas would leave the balancer at once, and need not
            found["database"] = "does not answer: what is to be written waits on this machine's disk"
        elif keys.are_known and shipper.stalled:
            found["database"] = "takes no records: what is to be written waits on this machine's disk"
        if redis is not None and redis.trouble is not None:
            found["redis"] = redis.trouble
        if (why := self._running().limits.budgets.unchecked.why) is not None:
            found["budgets"] = f"cannot be checked, so requests that have one are refused: {why}"
        if self._clocks is not None and (why := self._clocks.trouble) is not None:
            found["clock"] = why
        if names := broken(vital=False):
            found["lesser_work"] = _ended_by_a_defect(names)
        return found

    async def _problems(self) -> dict[str, str]:
        return {**await self._obstacles(), **await self._degradations()}

    def _policy_version(self) -> str:
        return self._running().policies.current.version

    async def _exposition(self) -> bytes:
        gateway = self._running()
        problems = await self._problems()
        gateway.metrics.problems = {problem: problem in problems for problem in PROBLEMS}
        gateway.metrics.warnings = dict(logs.warnings)  # threads count, too
        gateway.metrics.failed_attempts = dict(gateway.health.failed_attempts)
        gateway.metrics.turns_waiting = gateway.guards.turns.waiting + gateway.guards.gate.waiting
        gateway.metrics.turns_refused = gateway.guards.turns.refused
        gateway.metrics.journal_waiting = gateway.shipper.waiting
        gateway.metrics.journal_set_aside = gateway.shipper.set_aside
        gateway.metrics.audit_anchored = gateway.anchoring.anchored
        gateway.metrics.targets_open = len(gateway.health.open)
        gateway.metrics.hedges = dict(gateway.hedging.counts)
        gateway.metrics.shadows = dict(gateway.mirrors.counts)
        gateway.metrics.servers = servers(
            gateway.policies.current, gateway.engines.seen, gateway.health.under_way, gateway.mirrors.calls
        )
        gateway.metrics.semantic_cache = dict(gateway.similar_answers.counts)
        gateway.metrics.targets_limited = len(gateway.health.pace.limited)
        gateway.metrics.policy_version = gateway.policies.current.version
        trial = gateway.policies.trial
        gateway.metrics.policy_trial = None if trial is None else (trial.policy.version, trial.share)
        versions = {gateway.policies.current.version, *(() if trial is None else (trial.policy.version,))}
        gateway.metrics.canaries_out = len(gateway.trials.out(*versions))
        gateway.metrics.policy_shadow = dict(gateway.shadow.counts) if trial is not None else {}
        gateway.metrics.policy_degraded = self._source is not None and self._source.degraded is not None
        return gateway.metrics.exposition() + await asyncio.to_thread(process_exposition)

    def _litestar(self) -> Litestar:
        @route("/", http_method=["GET", "HEAD"], include_in_schema=False)
        async def about() -> Response[dict[str, object]]:
            """A probe finds a gateway (Claude Code asks HEAD /)."""
            return Response(dict(ABOUT))

        return Litestar(
            route_handlers=[
                about,
                *health_routes(self._exposition, self._obstacles, self._degradations, self._policy_version),
            ],
            lifespan=[self._lifespan],
            openapi_config=None,
            logging_config=None,
            debug=False,
        )


def _ended_by_a_defect(names: list[str]) -> str:
    return f"was ended by a defect ({', '.join(names)}): restart this replica, and look for its faults in the log"


def _called_at_root(scope: Any) -> bool:
    """An SDK whose base URL lacks its path: it is told the right one, in a form that it reads."""
    return scope["path"] == "/" and scope["method"] not in ("GET", "HEAD", "OPTIONS")


def create(read: PolicyFolder | None = None, *, several: bool = False) -> Application:
    """The application as the environment configures it; what each server worker calls. `read`: its policies, where they
    have been read already. `several`: as `Settings` has it.
    """
    settings = msgspec.structs.replace(load_settings(os.environ), several=several)
    if settings.environment == "prod":
        forbid_dumps()
    logs.configure(settings.log_level)
    hear_libraries()
    kept = kept_policy(settings)

    def policies() -> PolicyFolder:
        return read or PolicyFolder(settings.policies, os.environ, kept=kept, also=check_priced)

    return Application(settings, policies, os.environ)


def kept_policy(settings: Settings) -> KeptPolicy:
    """Where this machine keeps its last good policy."""
    return KeptPolicy(settings.state_dir, settings.key_for(PURPOSE))
