"""The circuit breaker of one target: a provider's model that fails is left alone until a probe finds it well again.

Invariants
- It opens when at least half of at least MINIMUM calls failed within WINDOW seconds, or when UNREACHABLE_IN_A_ROW
  calls in a row found nobody there, or GONE_IN_A_ROW found the model gone. A refusal that is about
  the request (4xx) or about our rate (429) is no failure. A stream that has begun speaks for its target for as long as
  it goes on: failures are told at once, and would weigh more than the minutes that go well beside them.
- Open, it lets nothing through for a pause that doubles from FIRST_PAUSE to LONGEST_PAUSE with each probe that fails.
- After the pause exactly one call goes through, the probe; its end decides. A probe that nobody finished (the client
  left) gives its turn to the next, and so does one whose answer has begun: that may go on for minutes.
- While it is open nothing counts but how a probe ended: a call that was begun before says what was.
- Times are monotonic seconds, given by who calls; nothing here reads a clock.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

WINDOW: Final = 10.0
MINIMUM: Final = 20
UNREACHABLE_IN_A_ROW: Final = 5
GONE_IN_A_ROW: Final = 3
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 60.0

_HALF: Final = WINDOW / 2


class Admission(IntEnum):
    """How a call was let through; whoever tells how it ended says whether it was the probe."""

    REFUSED = 0
    CALL = 1
    PROBE = 2


class Breaker:
    """Of one target. Counts in two halves of a window, so that a success costs an addition."""

    __slots__ = ("_before", "_failed", "_half_began", "_ok", "_pause", "_probing", "_row", "_until")

    def __init__(self, now: float) -> None:
        self._half_began = now
        self._ok = self._failed = 0
        self._before = (0, 0)
        """(ok, failed) of the half before this one."""
        self._row = 0
        """Unreachable or gone so many times in a row."""
        self._until: float | None = None
        """When the pause ends; None while closed."""
        self._pause = FIRST_PAUSE
        """The next one."""
        self._probing = False

    @property
    def closed(self) -> bool:
        return self._until is None

    def wait(self, now: float) -> float:
        """Seconds until a call could go through; 0 where one may now."""
        if self._until is None or (now >= self._until and not self._probing):
            return 0.0
        return max(self._until - now, 1.0)

    def begin(self, now: float) -> Admission:
        """Whether this call may go; where the pause is over, it is the probe."""
        if self._until is None:
            return Admission.CALL
        if now < self._until or self._probing:
            return Admission.REFUSED
        self._probing = True
        return Admission.PROBE

    def succeeded(self, now: float, *, probe: bool = False) -> None:
        if self._until is not None:
            if not probe:
                return  # begun before it opened
            # as new: what was counted before says nothing any more
            self._until, self._pause, self._probing = None, FIRST_PAUSE, False
            self._half_began, self._ok, self._failed, self._before = now, 0, 0, (0, 0)
        self._turn(now)
        self._ok += 1
        self._row = 0

    def failed(
        self, now: float, *, unreachable: bool, gone: bool = False, probe: bool = False, streaming: int = 0
    ) -> bool:
        """Count it; True where this failure opens the breaker, or keeps it open. `streaming`: answers under way."""
        if self._until is not None:
            return probe and self._open(now)
        self._turn(now)
        self._failed += 1
        self._row = self._row + 1 if unreachable or gone else 0
        failed = self._failed + self._before[1]
        calls = failed + self._ok + self._before[0] + streaming
        if self._row >= (GONE_IN_A_ROW if gone else UNREACHABLE_IN_A_ROW) or (calls >= MINIMUM and failed * 2 >= calls):
            return self._open(now)
        return False

    def give_turn(self) -> None:
        """The probe has begun to answer, or ended without saying anything about the target: the next may go."""
        self._probing = False

    def _open(self, now: float) -> bool:
        self._until = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._probing = False
        return True

    def _turn(self, now: float) -> None:
        """Let what is older than a window go."""
        age = now - self._half_began
        if age < _HALF:
            return
        self._before = (self._ok, self._failed) if age < WINDOW else (0, 0)
        self._ok = self._failed = 0
        self._half_began = now
