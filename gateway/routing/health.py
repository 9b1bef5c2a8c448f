"""How each target and each credential fares, as this replica has seen it.

Promise: a broken target costs its clients nothing but the first failures, and a provider in trouble no storm of ours.

Invariants
- State is of this process alone: replicas learn for themselves, within the same few calls.
- A retry at the same target is paid from a budget that only successes fill: under total failure the calls are at most
  RETRIES_AT_ONCE more than the requests.
- A credential that was refused rests, and one that was told to wait does for the model that it asked, since limits are
  a model's; its peers are asked meanwhile. The last one is asked all the same, since its refusal is a better answer
  than ours.
- Targets that no call names any more are forgotten when MAX_KNOWN is reached.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Protocol, TypeVar

from gateway.core.policy import Secret
from gateway.errors import CircuitOpen
from gateway.routing.breaker import Admission, Breaker
from gateway.routing.pace import Pace, TargetName

RETRIES_AT_ONCE: Final = 3.0
RETRY_EARNED: Final = 0.1
"""Of a retry, by each success."""
REFUSED_REST: Final = 60.0
"""Seconds that a credential rests after a 401 or 403; somebody must mend it."""
LIMITED_REST: Final = 5.0
"""After a 429 that names no time."""
LONGEST_REST: Final = 60.0
MAX_KNOWN: Final = 4096


class Lane(Protocol):
    """A provider under one of its credentials, each of which has limits of its own."""

    @property
    def credential(self) -> Secret | None: ...


LaneType = TypeVar("LaneType", bound=Lane)


class _Target:
    __slots__ = ("breaker", "retries")

    def __init__(self, now: float) -> None:
        self.breaker = Breaker(now)
        self.retries = RETRIES_AT_ONCE


class Health:
    """Of all targets. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._targets: dict[TargetName, _Target] = {}
        self._resting: dict[tuple[Secret, str | None], float] = {}
        """(credential, model; None: all of them) -> until when."""
        self._streaming: dict[TargetName, int] = {}
        """Streams that have begun to come and have not ended."""
        self._turn = 0
        self.under_way: dict[TargetName, int] = {}
        """Calls that were begun and have not ended."""
        self.begun: dict[TargetName, int] = {}
        """Calls begun since somebody asked for that to be counted, by putting the target in here."""
        self.pace = Pace(self.under_way)
        self.open: dict[TargetName, None] = {}
        """Targets whose breaker is open, for metrics, and so that nobody looks further while there are none."""
        self.failed_attempts: dict[tuple[str, str], int] = {}
        """For metrics: by provider, and its status or our code. None of both comes from a client."""

    def count_failure(self, provider: str, code: str) -> None:
        """Of one attempt."""
        self.failed_attempts[provider, code] = self.failed_attempts.get((provider, code), 0) + 1

    def wait(self, target: TargetName, now: float) -> float:
        """Seconds until a call to the target could go through; 0 where it may now."""
        return self._targets[target].breaker.wait(now) if target in self.open else 0.0

    def begin(self, target: TargetName, now: float) -> Admission:
        """Whether the call may go; who is let through must tell how it ended, and whether it was the probe."""
        begun = self._targets[target].breaker.begin(now) if target in self.open else Admission.CALL
        if begun:
            self.under_way[target] = self.under_way.get(target, 0) + 1
            if target in self.begun:
                self.begun[target] += 1
        return begun

    def answers(self, target: TargetName, *, streamed: bool, probe: bool = False) -> None:
        """The call has begun to answer. A probe still says how that ended, but nobody waits for it; a stream goes well
        until it ends, and whoever tells its end tells that it was one.
        """
        if streamed:
            self._streaming[target] = self._streaming.get(target, 0) + 1
        if probe:
            self._give_turn(target)

    def succeeded(self, target: TargetName, now: float, *, probe: bool = False, streamed: bool = False) -> None:
        self._ended(target, streamed)
        known = self._known(target, now)
        known.breaker.succeeded(now, probe=probe)
        if known.retries < RETRIES_AT_ONCE:
            known.retries += RETRY_EARNED
        if probe and self.open:
            self.open.pop(target, None)

    def failed(
        self,
        target: TargetName,
        now: float,
        *,
        unreachable: bool,
        gone: bool = False,
        probe: bool = False,
        streamed: bool = False,
    ) -> None:
        self._ended(target, streamed)
        breaker, streaming = self._known(target, now).breaker, self._streaming.get(target, 0)
        if breaker.failed(now, unreachable=unreachable, gone=gone, probe=probe, streaming=streaming):
            self.open[target] = None

    def abandoned(self, target: TargetName, *, probe: bool = False, streamed: bool = False) -> None:
        """The call told nothing about the target: it refused this request alone, or the client left."""
        self._ended(target, streamed)
        if probe:
            self._give_turn(target)

    def may_retry(self, target: TargetName, now: float) -> bool:
        """Take one retry from the target's budget; False where it is spent."""
        known = self._known(target, now)
        if known.retries < 1.0:
            return False
        known.retries -= 1.0
        return True

    def pick(
        self, lanes: Sequence[LaneType], model: str, now: float, *, after: Collection[LaneType] = ()
    ) -> LaneType | None:
        """The lane to use: in turns, among those that do not rest. `after` these were refused: another one, or None."""
        if len(lanes) == 1:
            return None if after else lanes[0]
        rested = [lane for lane in lanes if lane not in after and self._is_rested(lane, model, now)]
        if not rested:
            return None if after else lanes[self._turn % len(lanes)]
        self._turn += 1
        return rested[self._turn % len(rested)]

    def rests(self, lane: Lane, model: str, now: float) -> bool:
        """Whether this credential was refused, or told to wait with this model."""
        return bool(self._resting) and not self._is_rested(lane, model, now)

    def rest(self, lane: Lane, model: str | None, now: float, seconds: float) -> None:
        """Leave this credential alone for so long, at most LONGEST_REST, with this model or (None) with all."""
        if lane.credential is not None:
            if len(self._resting) >= MAX_KNOWN:
                self._resting.clear()
            self._resting[lane.credential, model] = now + min(seconds, LONGEST_REST)

    def _give_turn(self, target: TargetName) -> None:
        if target in self.open:
            self._targets[target].breaker.give_turn()

    def _ended(self, target: TargetName, streamed: bool) -> None:
        _one_less(self.under_way, target)
        if streamed:
            _one_less(self._streaming, target)
        self.pace.freed(target)

    def _is_rested(self, lane: Lane, model: str, now: float) -> bool:
        credential, resting = lane.credential, self._resting
        return credential is None or max(resting.get((credential, each), 0.0) for each in (None, model)) <= now

    def _known(self, target: TargetName, now: float) -> _Target:
        known = self._targets.get(target)
        if known is None:
            if len(self._targets) >= MAX_KNOWN:
                self._targets = {name: self._targets[name] for name in self.open}
            known = self._targets[target] = _Target(now)
        return known


def _one_less(calls: dict[TargetName, int], target: TargetName) -> None:
    left = calls.get(target, 0) - 1
    if left > 0:
        calls[target] = left
    else:
        calls.pop(target, None)


def circuit_open(seconds: float) -> CircuitOpen:
    """The refusal in place of a call to a target that is left alone for so many seconds more."""
    return CircuitOpen(
        "The provider failed many times in a row, and is left alone for a moment. Try again, or name another model.",
        retry_after=seconds,
    )
