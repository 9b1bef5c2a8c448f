"""Replay: one `Idempotency-Key`, one call, however often and by however many the request is sent.

Invariants
- A key belongs to a team, and to the request that it first came with: another request under it is refused.
- The first answer is given again for REPLAY_SECONDS, to the byte, whatever it holds: tool calls, varied and filtered
  ones too. It needs no rule in the team's policy, and costs nothing.
- What failed, was cut, or is longer than what is kept (`caching.entry.MAX_BYTES`) is not kept: the next try asks again.
- No two requests of one key are at the provider at the same time: the others wait, and where the first brought
  nothing, one of them is next. With Redis that holds over all replicas (`caching.claims`), else in each process.
- Where the answer cannot be read any more (its provider has left the policy; personal data in the request has other
  tokens by now, so that values would not come back), the request is made anew.
- Only requests to models: calls about objects are not kept. A request without the header pays for one look at it.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable
from hashlib import sha256
from typing import Final

import msgspec

from gateway.caching.claims import TRIES, Claim
from gateway.caching.entry import KeptAnswer
from gateway.caching.flights import Flight, Flights
from gateway.core.caching import ClaimStore
from gateway.core.edits import apply_edits
from gateway.core.events import Failed
from gateway.core.idempotency import HEADER, REPLAY_SECONDS, IdempotencyConflict, checked_key
from gateway.exchange import Exchange, Flow
from gateway.stages.answers.kept_answers import AnswerCapture, Judges, KeptAnswers
from gateway.stages.choose import Choose
from gateway.stages.redact import Redact
from gateway.stages.stage import Stage

DIGEST_BYTES: Final = 32
NO_FAILURES: Final[Judges] = {Failed: lambda _: False}
"""What makes an answer unfit to be kept."""

_encode = msgspec.msgpack.Encoder().encode


class Replay(Stage):
    """Sets `exchange.replay_capture`; and where the key has an answer, what Call would have set, and `said_as`."""

    after = (Redact, Choose)  # only who may ask is answered, and only where values can be restored
    answers = True

    def __init__(self, kept: KeptAnswers, secret: bytes, claims: ClaimStore | None) -> None:
        """`claims`: of all who share the kept answers; None where nobody does."""
        self._kept = kept
        self._secret = secret
        self._claims = claims
        self._flights = Flights()

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        sent = exchange.inbound.headers.get(HEADER)
        return None if sent is None or exchange.inbound.call is not None else self._look_for(exchange, sent)

    async def _look_for(self, exchange: Exchange, sent: str) -> None:
        key = self._digest("idempotency-key", exchange.team.name, checked_key(sent))
        asked = self._request(exchange)
        while True:
            if (kept := await self._kept.find(key)) is not None and await self._given(exchange, kept, asked):
                return
            flight = self._flights.under_way(key)
            if flight is None:
                break
            landing = await self._kept.in_time(exchange, flight.landed())
            if isinstance(landing, KeptAnswer) and await self._given(exchange, landing, asked):
                return
        flight = self._flights.lead(key)
        if self._claims is not None and await self._given_elsewhere(exchange, flight, Claim(self._claims, key), asked):
            return
        exchange.replay_capture = AnswerCapture(key, REPLAY_SECONDS, flight, NO_FAILURES, asked)

    def watch(self, exchange: Exchange, flow: Flow) -> Flow:
        capture: AnswerCapture | None = exchange.replay_capture
        return flow if capture is None else self._kept.capture(exchange, flow, capture)

    def settle(self, exchange: Exchange) -> None:
        capture: AnswerCapture | None = exchange.replay_capture
        if capture is not None:
            capture.settle(exchange)

    async def _given_elsewhere(self, exchange: Exchange, flight: Flight, claim: Claim, asked: bytes) -> bool:
        """Whether another replica asked, and its answer was given again; if not, no other asks until the flight lands.

        Raises as `_given`, and UpstreamTimedOut.
        """
        flight.claim = claim
        try:
            another_had_it = await self._kept.in_time(exchange, claim.held())
            kept = await self._kept.find(claim.key, TRIES if another_had_it else 1)
            given = kept is not None and await self._given(exchange, kept, asked)
        except BaseException:
            flight.land("cut")
            raise
        if given:
            flight.land("nothing")  # who waits in this process finds it, too
        return given

    async def _given(self, exchange: Exchange, kept: KeptAnswer, asked: bytes) -> bool:
        """Whether this answer was given again; raises IdempotencyConflict."""
        if kept.asked[:DIGEST_BYTES] != asked[:DIGEST_BYTES]:
            raise IdempotencyConflict(
                "This Idempotency-Key was used for another request. Send the same body, or another key."
            )
        if kept.asked != asked or not self._kept.can_give(exchange, kept):
            return False
        if not await self._kept.give(exchange, kept, "replay"):
            return False
        exchange.said_as = (kept.request_id, kept.at)
        return True

    def _request(self, exchange: Exchange) -> bytes:
        """Two digests: of the request as the client sent it, and of the words that stand in it for personal data."""
        inbound = exchange.inbound
        surface = (
            inbound.operation.name,
            inbound.dialect,
            inbound.path_model,
            inbound.path_stream,
            inbound.query,
            exchange.strict,
        )
        asked = self._digest(*surface, exchange.body)
        redacted = exchange.redacted
        if redacted is None or redacted.issued is None:
            return asked
        ways = (redacted.to_cloud, redacted.to_sovereign)
        return asked + self._digest(*(apply_edits(exchange.body, way) for way in ways))

    def _digest(self, *parts: object) -> bytes:
        return hmac.digest(self._secret, _encode(parts), sha256)
