"""All that calls to providers need in one process, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectRegister
from gateway.core.ports import Clock
from gateway.dialects.codec import Operation, ProviderCodec
from gateway.dialects.registry import PROVIDER_CODECS
from gateway.providers.provider import Provider
from gateway.providers.registry import ProviderRegistry
from gateway.routing.health import Health
from gateway.routing.salts import CacheSalts
from gateway.routing.trials import Trials
from gateway.stages.account import Account
from gateway.stages.attest import Attest
from gateway.stages.audit import Audit
from gateway.stages.call import Call, Providers, Resilience
from gateway.stages.calls.another_call import AnotherCall
from gateway.stages.calls.call_objects import ObjectCalls
from gateway.stages.calls.hedge import Hedging
from gateway.stages.calls.hold_answers import AnswerHolder
from gateway.stages.dispatch import Dispatch
from gateway.stages.money.end_jobs import JobsEnd
from gateway.stages.money.hold_jobs import JobHolder
from gateway.stages.money.hold_money import MoneyHolder
from gateway.stages.reserve import ReserveSideCall
from gateway.stages.stage import Stage

Draw = Callable[[], float]
"""A number from 0 up to, not including, 1."""


def codec_of(operation: Operation, provider: Provider, dialect: Dialect) -> ProviderCodec:
    """The codec for what this provider makes of a dialect."""
    return operation.flavours.get(provider.policy.kind, operation.providers)[dialect]


class Calling:
    """Makes `Call`s that share everything but what they know of how targets fare."""

    def __init__(
        self,
        providers: ProviderRegistry,
        objects: ObjectRegister,
        jobs: JobHolder,
        jobs_end: JobsEnd,
        another: AnotherCall,
        clock: Clock,
        draw: Draw,
        salts: CacheSalts,
    ) -> None:
        provider, upstream = providers.provider, providers.upstream
        self._asked = Providers(provider, upstream, codec_of)
        self._rest = (
            clock,
            draw,
            ObjectCalls(provider, upstream, PROVIDER_CODECS, objects, clock, jobs, jobs_end),
            AnswerHolder(objects, jobs),
            salts,
            another,
        )

    def by(self, health: Health, trials: Trials, hedging: Hedging | None = None) -> Call:
        return Call(self._asked, Resilience(health, trials, hedging), *self._rest)


def side_call_stages(made: Mapping[type[Stage], Stage], money: MoneyHolder) -> list[Stage]:
    """The stages of a call beside a request's own, a shadow's or a hedge's, down to where it leaves the house.

    They are the pipeline's own, but for what holds the money. The first holds nothing.
    """
    return [made[Account], ReserveSideCall(money), made[Audit], made[Attest], made[Dispatch]]
