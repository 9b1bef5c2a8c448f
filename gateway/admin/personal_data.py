"""Trying a rule set on a text: what would be found in it, and what a provider would see of it.

Invariants
- The text is looked at and given back, and stands nowhere: the record of the trial tells its length and the rule set.
- The same detector, actions and answer as `gateway pii try`, which takes texts of any length.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Meta

from gateway.admin.context import AdminContext
from gateway.admin.guards import writes
from gateway.admin.parameters import Label
from gateway.admin.refusals import Refusal
from gateway.core.administration import Actor, Right
from gateway.core.privacy import DetectionFailed
from gateway.pii.trial import NoSuchRules, TrialFinding, chosen, trial

LONGEST_TEXT = 4_000


class TextToTry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rules` may be left out where the policy has one rule set."""

    text: Annotated[str, Meta(max_length=LONGEST_TEXT)]
    rules: Label | None = None

    def __repr__(self) -> str:
        return f"<TextToTry of {len(self.text)}>"


class TextTried(msgspec.Struct, frozen=True):
    """`found`: places in code points. `sent`: what a provider in the cloud would see; null: it would not be sent."""

    rules: str
    found: tuple[TrialFinding, ...]
    sent: str | None

    def __repr__(self) -> str:
        return f"<TextTried {self.rules}: {len(self.found)}>"


def personal_data_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    """Handlers below /admin/v1."""

    @writes(context.authenticator, "/pii/try", Right.PII_TRY)
    async def try_rules(request: Request[Actor, Any, Any], data: JSONBody[TextToTry]) -> TextTried:
        """What a rule set finds in a text, by which rule, and what would be sent of it. The text is kept nowhere."""
        try:
            name, rules = chosen(context.policies.current.pii, data.rules)
        except NoSuchRules as error:
            raise Refusal(404, "no_such_rules", str(error)) from None

        async def work() -> TextTried:
            told = await asyncio.to_thread(trial, data.text, rules, context.detectors.thorough(rules))
            return TextTried(name, told.traces, told.sent)

        try:
            return await context.write(request.user, "pii.try", name, work, after={"characters": len(data.text)})
        except DetectionFailed:
            raise Refusal(503, "not_searched", "The text could not be searched. Try again, or see the log.") from None

    return [try_rules]
