"""How long the client itself waits, by what its SDK says of it, and what of that is left.

Source of the meanings, read in the SDKs (2026-11):

- `x-stainless-read-timeout` (Python: OpenAI, Anthropic): the longest silence on the wire, in seconds, also before the
  head. Our heartbeats break a silence; so it bounds a stream's only where it is shorter than these come.
- `x-stainless-timeout` (JavaScript, others): until the head of the answer. Python: Anthropic sends its read time-out
  by this name, too, or `NOT_GIVEN`.
- `x-server-timeout` (Google): until the end of the answer.
- `x-gateway-timeout`: the same, for whoever has no SDK that says it.

Invariants
- An answer that comes whole says nothing before its end, so that each of these bounds all of it.
- What a client does not wait for is no failure of the target: nobody else's calls are kept from it.
- What an SDK says that is not a number says nothing; what somebody wrote by hand is refused (`check_ours`). Nobody is
  taken to wait for less than SHORTEST.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

from gateway.core.policy import Timeouts
from gateway.errors import BadParameter
from gateway.exchange import Exchange

SILENCE: Final = "x-stainless-read-timeout"
HEAD: Final = "x-stainless-timeout"
END: Final = ("x-server-timeout", "x-gateway-timeout")
OURS: Final = END[1]

SHORTEST: Final = 1.0
LEAST_LEFT: Final = 1.0
"""Seconds: with less than this, no other attempt is begun."""
HEARTBEAT: Final = 15.0
"""Seconds of silence after which a stream says something (`api.answer`)."""
LONGEST_HEADER: Final = 16


class ClientTimeouts(msgspec.Struct, frozen=True):
    """Seconds: of silence, until the head, until the end. Infinite where nothing is said."""

    silence: float = math.inf
    head: float = math.inf
    end: float = math.inf

    def until_head(self, stream: bool) -> float:
        """From the request's arrival."""
        least = min(self.silence, self.head)
        return least if stream else min(least, self.end)

    def until_end(self, stream: bool) -> float:
        return self.end if stream else min(self.silence, self.head, self.end)


_UNBOUNDED: Final = ClientTimeouts()


def client_timeouts(exchange: Exchange) -> ClientTimeouts:
    """What the request's headers say. A shadow has nobody who waits for it."""
    relation = exchange.side_call_of
    if relation is not None and relation[0] == "shadow_of":
        return _UNBOUNDED
    headers = exchange.inbound.headers
    said = headers.get(SILENCE), headers.get(HEAD), headers.get(END[0]), headers.get(OURS)
    if said == _NOTHING or any(text is not None and len(text) > LONGEST_HEADER for text in said):
        return _UNBOUNDED
    return _read(*said)


def check_ours(headers: Mapping[str, str]) -> None:
    """Raises BadParameter where our own header says nothing, rather than let its client wait for minutes."""
    told = headers.get(OURS)
    if told is not None and (len(told) > LONGEST_HEADER or math.isinf(_seconds(told))):
        raise BadParameter(f"{OURS} must be a number of seconds above 0, as in 30.", param=OURS)


def limits(own: Timeouts, exchange: Exchange, now: float) -> Timeouts:
    """A provider's, cut to what is left of the client's patience, and of the provider's own whole time."""
    patience, record = client_timeouts(exchange), exchange.record
    again, spent = record.attempts > 1, now - exchange.inbound.received
    if not again and spent < SHORTEST:
        return own if patience is _UNBOUNDED else _cut(own, patience, record.stream)
    cut = _cut(own, patience, record.stream)
    total = max(min(cut.total, patience.until_end(record.stream) - spent, own.total - spent if again else own.total), 0)
    head = patience.until_head(record.stream) - spent
    total, head = max(total, SHORTEST), max(head, SHORTEST)
    return msgspec.structs.replace(cut, first_byte=min(cut.first_byte, head, total), total=total)


def too_late(exchange: Exchange, now: float) -> bool:
    """Whether too little is left of the client's patience for another attempt."""
    return time_left(exchange, now) < LEAST_LEFT


def time_left(exchange: Exchange, now: float) -> float:
    """Seconds for which the client still waits for an answer to begin; infinite where it does not say."""
    patience = client_timeouts(exchange)
    if patience is _UNBOUNDED:
        return math.inf
    stream, spent = exchange.record.stream, now - exchange.inbound.received
    return min(patience.until_head(stream), patience.until_end(stream)) - spent


def gave_up(own: Timeouts, cut: Timeouts, waited: float, *, begun: bool) -> bool:
    """Whether a time-out was the client's, and not the provider's own. `waited`: since it was asked, in seconds.

    `begun`: the answer had begun.
    """
    if cut == own:
        return False
    if begun:
        return cut.idle < own.idle or cut.total - _NEAR <= waited < own.total
    return waited < min(own.first_byte, own.total)


@lru_cache(maxsize=1024)
def _cut(own: Timeouts, patience: ClientTimeouts, stream: bool) -> Timeouts:
    total = min(own.total, patience.until_end(stream))
    return msgspec.structs.replace(
        own,
        first_byte=min(own.first_byte, patience.until_head(stream), total),
        idle=min(own.idle, patience.silence) if stream and patience.silence < HEARTBEAT else own.idle,
        total=total,
    )


_NEAR: Final = 0.2
"""Seconds by which a timer may be early or late."""

_NOTHING: Final = (None, None, None, None)


@lru_cache(maxsize=512)
def _read(silence: str | None, head: str | None, end: str | None, ours: str | None) -> ClientTimeouts:
    return ClientTimeouts(_seconds(silence), _seconds(head), min(_seconds(end), _seconds(ours)))


def _seconds(text: str | None) -> float:
    if text is None:
        return math.inf
    try:
        seconds = float(text)
    except ValueError:
        return math.inf
    return max(seconds, SHORTEST) if seconds > 0 and math.isfinite(seconds) else math.inf
