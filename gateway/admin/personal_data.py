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
from gateway.core.identity import Principal
from gateway.core.privacy import DetectionFailed
from gateway.core.privacy_rules import RuleSet
from gateway.pii.trial import NoSuchRules, TrialFinding, chosen, of_team, trial, unsearched

LONGEST_TEXT = 4_000


class TextToTry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rules` may be left out where the policy has one rule set. `team` in its place: what holds for the team today."""

    text: Annotated[str, Meta(max_length=LONGEST_TEXT)]
    rules: Label | None = None
    team: Label | None = None

    def __repr__(self) -> str:
        return f"<TextToTry of {len(self.text)}>"


class TextTried(msgspec.Struct, frozen=True):
    """`found`: places in code points. `sent`: what a provider in the cloud would see; null: it would not be sent.
    `rules` null: nothing is looked for.
    """

    rules: str | None
    found: tuple[TrialFinding, ...]
    sent: str | None

    def __repr__(self) -> str:
        return f"<TextTried {self.rules}: {len(self.found)}>"


def personal_data_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    """Handlers below /admin/v1."""

    @writes(context.authenticator, "/pii/try", Right.PII_TRY)
    async def try_rules(request: Request[Actor, Any, Any], data: JSONBody[TextToTry]) -> TextTried:
        """What a rule set finds in a text, by which rule, and what would be sent of it. The text is kept nowhere."""
        policy = context.policies.current
        if data.team is not None and data.rules is not None:
            raise Refusal(400, "invalid_request", "A team brings its own rule set: leave out `rules`.")
        try:
            if data.team is None:
                rules: RuleSet | None = chosen(policy.pii, data.rules)
            else:
                rules = of_team(policy, Principal(key_id="", team=data.team), context.clock.now())
        except NoSuchRules as error:
            raise Refusal(404, "no_such_rules", str(error)) from None

        name = "no rules" if rules is None else rules.name
        about = {"characters": len(data.text)}

        async def work() -> TextTried:
            if rules is None:
                plain = unsearched(data.text)
                return TextTried(None, plain.traces, plain.sent)
            searched = policy.pii[rules.name].searched_for(rules.cloud)  # mostly the set itself, whose detector is kept
            detector = context.detectors.thorough(searched)
            told = await asyncio.to_thread(trial, data.text, rules, detector)
            return TextTried(rules.name, told.traces, told.sent)

        try:
            return await context.write(request.user, "pii.try", name, work, team=data.team, after=about)
        except DetectionFailed:
            raise Refusal(503, "not_searched", "The text could not be searched. Try again, or see the log.") from None

    return [try_rules]
