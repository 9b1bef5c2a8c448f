"""What a call that failed says: about its target, about the credential, and about trying once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.core.policy import Timeouts
from gateway.core.ports import FailedCall
from gateway.core.safe_echo import code_on_record
from gateway.core.usage import Usage
from gateway.errors import (
    CircuitOpen,
    UpstreamCut,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimedOut,
    UpstreamUnreachable,
)
from gateway.exchange import Attempt, Exchange
from gateway.routing.health import LIMITED_REST, REFUSED_REST, Health, Lane
from gateway.routing.pace import TargetName
from gateway.stages.calls.client_timeouts import gave_up
from gateway.stages.money.believable_usage import believable_usage

RETRIED_STATUSES = frozenset({401, 404, 408, 409, 425, 429, 500, 502, 503, 504, 529})
"""A provider's refusals that another target may not share."""

ANOTHER_CREDENTIAL: Final = frozenset({401, 403, 429})
"""Refusals that are about the credential: another one of the provider's may do."""

TOO_MUCH: Final = frozenset({429, 503, 529})
"""Refusals by which a target says that it has more to do than it can."""

RETRIED_HERE: Final = frozenset({500, 502, 503, 529})
"""Refusals that the same target may not repeat. Not 429: it would be our storm."""

HARDLY_BEGUN: Final = 2.0
"""Seconds. A connection that breaks sooner, with nothing of an answer, was one that its peer, or a balancer before it,
no longer served: it is not taken for a call that may be billed. One that a model was working on breaks when something
on the way has waited long."""

RETRY_PAUSE: Final = 0.25
"""Seconds at most before the retry, drawn evenly from nothing up to it."""


def judge(
    health: Health,
    target: TargetName,
    lane: Lane,
    lanes: Sequence[Lane],
    error: UpstreamError,
    now: float,
    *,
    alone: bool,
    probe: bool,
) -> None:
    """Tell `health` what the failure says about the target and the credential.

    `alone`: no other way remains, so that the provider's own word is the best answer. `probe`: as `begin` said.
    """
    if is_impatience(error):
        health.abandoned(target, probe=probe)
        return
    if not isinstance(error, UpstreamRefused):
        health.failed(target, now, unreachable=isinstance(error, UpstreamUnreachable), probe=probe)
        return
    if error.status in TOO_MUCH:
        health.pace.pushed_back(target, now)
    if error.status == 429:
        health.rest(lane, target[1], now, LIMITED_REST if error.retry_after is None else error.retry_after)
    elif error.status == 401 or (is_about_the_credential(error) and len(lanes) > 1):  # 403 may be about the request
        health.rest(lane, None, now, REFUSED_REST)
    if error.status >= 500:
        health.failed(target, now, unreachable=False, probe=probe)
    elif error.status == 404 and not alone:  # the model is retired: no request of ours mends that
        health.failed(target, now, unreachable=False, gone=True, probe=probe)
    else:
        health.abandoned(target, probe=probe)


def is_impatience(error: UpstreamError) -> bool:
    """Whether the client's own time was over, and not the target's."""
    return isinstance(error, UpstreamTimedOut) and error.impatient


def is_about_the_credential(error: UpstreamError) -> bool:
    """Whether another credential of the same provider may do."""
    if not isinstance(error, UpstreamRefused) or error.status not in ANOTHER_CREDENTIAL:
        return False
    return error.status != 403 or error.kind != "invalid_request"  # xAI's for content, and each attempt is billed


def is_passing(error: UpstreamError) -> bool:
    """Whether the same target may do better at once, and hardly has done the work. Time-outs are not repeated."""
    if isinstance(error, UpstreamRefused):
        return error.status in RETRIED_HERE and (error.retry_after is None or error.retry_after <= RETRY_PAUSE)
    if isinstance(error, UpstreamUnreachable):
        return not error.waited and not isinstance(error, CircuitOpen)
    return isinstance(error, UpstreamCut)


def weigh_wait(error: BaseException, own: Timeouts, cut: Timeouts, waited: float, *, answering: bool) -> None:
    """Write into the error of a call what its time says: who gave up, and whether anybody can have worked on it.

    `waited`: seconds since it was sent; `answering`: whether the head had come of an answer that comes whole, or that
    is made though nobody listens.
    """
    if isinstance(error, UpstreamTimedOut):
        error.impatient = gave_up(own, cut, waited, begun=False)
    elif isinstance(error, UpstreamCut) and not answering:
        error.worked = waited >= HARDLY_BEGUN


def another_may_help(error: UpstreamError) -> bool:
    """Whether another target may not share it."""
    return not isinstance(error, UpstreamRefused) or error.status in RETRIED_STATUSES


def note_failure(health: Health, exchange: Exchange, attempt: Attempt, error: UpstreamError) -> None:
    """Write into the record that the attempt failed, and whether it may be billed all the same; count it."""
    status = error.status if isinstance(error, UpstreamRefused) else error.code
    health.count_failure(attempt.target.provider, str(status))
    noted = f"{attempt.target.provider}/{attempt.target.model} {status}"
    record = exchange.record
    record.tried = noted if record.tried is None else f"{record.tried}, {noted}"
    used = None if error.used is None else believable_usage(exchange, error.used)
    told = used is not None and used.billed
    if told or error.worked:
        record.failed = FailedCall(
            provider=attempt.target.provider,
            model=attempt.target.model,
            region=attempt.region,
            status=error.status,
            code=code_on_record(error.code, error.status),
            usage=used if told else None,
            presumed=error.presumed or Usage(),
        )
    record.chargeable = record.failed is not None
