"""Redact: personal data out of the request, and back into the answer.

Promise: where a team has rules, nothing that they hold back leaves the house; where they cannot be kept, the request
is refused. A team without rules pays nothing.

Invariants
- What takes long is done in a thread, with a deadline; late is refused. What only computes waits its turn, short texts
  and long ones apart: each further thread that computes would keep the loop waiting for the interpreter once more.
- Values are restored in what goes to the client, and nowhere else: frames keep the provider's events, with tokens,
  beside what the client is shown.
- The record holds types, actions and numbers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar

from msgspec import structs

from gateway.background_work import run_yielding
from gateway.core.bounded_memory import make_room
from gateway.core.multipart import Upload
from gateway.core.policy import Policy
from gateway.core.ports import Clock
from gateway.core.privacy import Detector, HastyDetector, TakesLong
from gateway.core.privacy_rules import Action, Epoch, PrivacyChoice, RuleSet
from gateway.core.redacted import Redacted, summed
from gateway.core.token_maps import TokenMaps
from gateway.errors import PersonalDataRefused, PersonalDataUnread
from gateway.exchange import Exchange, Flow
from gateway.pii.keywords import Keywords
from gateway.pii.leaves import sites_of
from gateway.pii.redaction import Asker, Ruling, issued_for, redact, redact_sites
from gateway.pii.uploads import redact_upload
from gateway.policy.per_policy import PerPolicy
from gateway.stages.answers.restoring import Restoring
from gateway.stages.answers.restoring_objects import ObjectAnswer, keep_answer, states_of
from gateway.stages.instruct import Instruct
from gateway.stages.stage import Stage
from gateway.stages.understand import Understand

INLINE_BYTES: Final = 4 * 1024
"""What is looked at on the loop. Where that takes longer, or there may be secrets in more than a few characters, it is
searched in a thread as what is longer: of a hostile text rules judge a kilobyte for a tenth of a second."""

SHORT_BYTES: Final = 128 * 1024
"""What does not wait behind what is longer."""

DEADLINE_SECONDS: Final = 20.0
BYTES_A_SECOND: Final = 100_000
"""What is given in time beyond the deadline."""

DAY_SECONDS: Final = 86_400
KEPT_POLICIES: Final = 2
"""The one in force, and one on trial."""
MAX_RULINGS: Final = 65_536

_EPOCHS: Final[dict[Epoch, str]] = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


_T = TypeVar("_T")
_ByScope = dict[tuple[str, str], Ruling]
_BySaying = dict[tuple[str, frozenset[tuple[str, Action]], str], Ruling]
_Searched = dict[tuple[str, frozenset[tuple[str, Action]]], RuleSet]
"""What is looked for, by what the rule set lets out: one object each, by which its detector is known."""


class Redact(Stage):
    """Sets `redacted` where the team has rules; writes types and counts into the record."""

    after = (Understand, Instruct)  # there must be a request to look at; templates carry data, too

    def __init__(
        self,
        detector_of: Callable[[RuleSet], Detector],
        root_key: bytes,
        clock: Clock,
        maps: TokenMaps,
        thorough: Callable[[RuleSet], Detector] | None = None,
    ) -> None:
        self._detector_of = detector_of
        self._thorough = thorough or detector_of
        self._root_key = root_key
        self._clock = clock
        self._maps = maps
        self._deadline = DEADLINE_SECONDS
        self._short = ThreadPoolExecutor(1, "personal-data-short")
        self._long = ThreadPoolExecutor(1, "personal-data-long")
        self._day = -1
        self._told: dict[Epoch, str] = {}
        self._rulings: PerPolicy[tuple[_ByScope, _BySaying, _Searched]] = PerPolicy(KEPT_POLICIES, lambda: ({}, {}, {}))

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        choice = exchange.team.pii
        return None if choice is None else self._redact(exchange, choice)

    async def _redact(self, exchange: Exchange, choice: PrivacyChoice) -> None:
        call = exchange.inbound.call
        if call is not None and call.verb != "create":
            return
        dates = self._dates()
        ruling = self._ruling(exchange, choice, dates["day"])
        states = states_of(exchange)
        asker = Asker(
            team=exchange.team.name,
            epoch=dates[ruling.rules.epoch],
            root_key=self._root_key,
            restores=_comes_back(exchange),
            hints=call is None,
            inherited=await self._maps.find(exchange.team.name, states) if states else {},
        )
        try:
            if exchange.upload is not None:
                redacted = await self._upload(exchange.upload, ruling, asker)
            else:
                redacted = await self._request(exchange, ruling, asker)
        except PersonalDataRefused as refusal:
            exchange.record.personal_data = dict(refusal.counts)
            if exchange.envelope.model not in exchange.policy.models:
                exchange.record.model_asked = None  # what was refused may stand in it
            raise
        exchange.redacted = redacted
        exchange.record.personal_data = redacted.counts
        if call is not None:
            if exchange.stays_home:
                raise PersonalDataRefused(
                    f"Take out what only a sovereign provider may see, and none keeps: {redacted.counts_text()}."
                )
            exchange.edits.extend(redacted.to_cloud)

    def watch(self, exchange: Exchange, flow: Flow) -> Flow:
        choice, call = exchange.team.pii, exchange.inbound.call
        if choice is None:
            return flow
        if call is not None:
            return ObjectAnswer(exchange, flow, call, exchange.policy.pii[choice.rules], self._maps, self._clock)
        redacted = exchange.redacted
        if redacted is None:
            return flow
        detector = None
        if redacted.rules.answers != "allow" and redacted.rules.mode == "enforce":
            detector = self._detector_of(redacted.rules)
        if redacted.issued is None and detector is None:
            return flow
        keep = None
        if hasattr(exchange, "attempt") and exchange.attempt.dialect == "openai_responses":
            keep = partial(keep_answer, exchange, redacted, self._maps, self._clock)
        return Restoring(exchange, flow, redacted, detector, keep)

    async def _request(self, exchange: Exchange, ruling: Ruling, asker: Asker) -> Redacted:
        tree, dialect, model = exchange.tree, exchange.reader.dialect, exchange.inbound.path_model
        computes = ruling.detector is ruling.quick
        if computes and len(exchange.body) <= INLINE_BYTES:
            sites = sites_of(tree, model)
            if not sites.attachments:  # to open a file may take long, however small it is
                with suppress(TakesLong):
                    return redact(tree, dialect, structs.replace(ruling, detector=ruling.hasty), asker, sites)
        return await self._in_time(
            lambda: redact(tree, dialect, ruling, asker, sites_of(tree, model)), len(exchange.body), computes=computes
        )

    async def _upload(self, upload: Upload, ruling: Ruling, asker: Asker) -> Redacted:
        issued = issued_for(asker)
        work = partial(redact_upload, upload, lambda sites: redact_sites(sites, ruling, asker, issued))
        computes = ruling.detector is ruling.quick
        upload.name, upload.content, parts = await self._in_time(work, len(upload.content), computes=computes)
        return summed(ruling.rules, parts, issued if len(issued) else None)

    async def _in_time(self, work: Callable[[], _T], size: int, *, computes: bool) -> _T:
        """`computes`: it asks nobody who would have to be waited for."""
        turn = (self._short if size <= SHORT_BYTES else self._long) if computes else None
        try:
            async with asyncio.timeout(self._deadline + size / BYTES_A_SECOND):
                return await asyncio.get_running_loop().run_in_executor(turn, partial(run_yielding, work))
        except TimeoutError:
            raise PersonalDataUnread(
                "The request could not be searched for personal data in time, so it was not sent. Send less at once."
            ) from None

    def _dates(self) -> dict[Epoch, str]:
        """What every epoch is called now, in UTC; worked out once a day."""
        day = int(self._clock.now() // DAY_SECONDS)
        if day != self._day:
            began = time.gmtime(day * DAY_SECONDS)
            self._day, self._told = day, {epoch: time.strftime(form, began) for epoch, form in _EPOCHS.items()}
        return self._told

    def _ruling(self, exchange: Exchange, choice: PrivacyChoice, today: str) -> Ruling:
        by_scope, by_saying, searched = self._rulings.of(exchange.policy)
        key = exchange.team.scope, today
        ruling = by_scope.get(key)
        if ruling is None:
            make_room(by_scope, MAX_RULINGS)
            ruling = by_scope[key] = self._made(exchange.policy, choice, today, by_saying, searched)
        return ruling

    def _made(self, policy: Policy, choice: PrivacyChoice, today: str, known: _BySaying, searched: _Searched) -> Ruling:
        """One for all teams that say the same."""
        saying = choice.rules, frozenset(choice.actions.items()), today
        ruling = known.get(saying)
        if ruling is None:
            make_room(known, MAX_RULINGS)
            written = policy.pii[choice.rules]
            cloud = written.actions_on(today, choice.actions)
            rules = written.searched_for(cloud)
            rules = searched.setdefault((choice.rules, frozenset(rules.cloud.items())), rules)
            quick = self._detector_of(rules)
            ruling = known[saying] = Ruling(
                rules=rules,
                detector=self._thorough(rules),
                quick=quick,
                hasty=quick.hasty() if isinstance(quick, HastyDetector) else quick,
                keywords=Keywords(rules.sensitive),
                cloud=cloud,
                sovereign=rules.sovereign,
            )
        return ruling


def _comes_back(exchange: Exchange) -> bool:
    """Whether an answer can hold tokens: to this request, or one day to what it makes."""
    call, upload = exchange.inbound.call, exchange.upload
    if call is None:
        return not exchange.inbound.operation.wordless
    if upload is not None:
        return upload.field("purpose") == "batch"
    return call.kind in ("batch", "conversation")
