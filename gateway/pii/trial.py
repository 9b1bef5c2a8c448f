"""What would be found in a text, and what would be sent of it: for whoever writes the rules.

Promise: the same detector, the same actions and the same tokens as in the pipeline; only the key of the tokens is made
up, so that what is shown says nothing of a team's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import msgspec

from gateway.core.identity import Principal
from gateway.core.policy import Policy
from gateway.core.privacy import Detector
from gateway.core.privacy_rules import Action, RuleSet
from gateway.core.safe_echo import shown
from gateway.errors import PersonalDataRefused
from gateway.pii.leaves import Site, Sites
from gateway.pii.reading_order import Request
from gateway.pii.redaction import look_again
from gateway.pii.tokens import Issued
from gateway.pii.treat import Treatment
from gateway.policy.resolve import levels_over, resolve

KEY = bytes(32)


class TrialFinding(msgspec.Struct, frozen=True):
    """One finding: where it stands in the text (code points), what it is, which rule says so, what becomes of it."""

    start: int
    end: int
    type: str
    confidence: float
    rule: str
    cloud: Action
    sovereign: Action


class Trial(msgspec.Struct, frozen=True):
    """`sent`: what a provider in the cloud would see; None where the text would not be sent there."""

    traces: tuple[TrialFinding, ...]
    sent: str | None


class NoSuchRules(Exception):
    """Says in a sentence which rule set to name."""


def chosen(sets: Mapping[str, RuleSet], name: str | None) -> RuleSet:
    """The one of that name, or the only one; raises NoSuchRules."""
    name = name or (next(iter(sets)) if len(sets) == 1 else None)
    if name is not None and name in sets:
        return sets[name]
    hint = _hint(name or "", sets)
    raise NoSuchRules(f"there is no rule set {shown(name, 'of that name')}; {hint}" if name else hint)


def of_team(policy: Policy, principal: Principal, now: float) -> RuleSet | None:
    """What holds for such a request at this time in Unix seconds, the team's own actions counted in; None where nothing
    is looked for. Raises NoSuchRules.
    """
    levels = levels_over(policy, principal)
    if not levels:
        hint = _hint(principal.team, policy.teams)
        raise NoSuchRules(f"there is no team {shown(principal.team, 'of that name')}; {hint}")
    choice = resolve(policy, levels).pii
    if choice is None:
        return None
    rules = policy.pii[choice.rules]
    today = time.strftime("%Y-%m-%d", time.gmtime(now))
    return msgspec.structs.replace(rules, cloud=rules.actions_on(today, choice.actions))


def _hint(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"did you mean '{near[0]}'?" if near else f"name one of: {', '.join(known) or 'there are none'}"


def unsearched(text: str) -> Trial:
    """Of a team for which nothing is looked for."""
    return Trial((), text)


def trial(text: str, rules: RuleSet, detector: Detector) -> Trial:
    """`text` as one string of a request; JSON in it is read as JSON."""
    sites = Sites()
    sites.sites.append(Site(("text",), text, ()))
    request = Request(sites)
    found = [pair for _, own in request.find(detector) for pair in own]
    cloud = Treatment(rules.cloud, Issued(KEY), KEY, sovereign=False)
    sovereign = Treatment(rules.sovereign, Issued(KEY), KEY, sovereign=True)
    traces = []
    for piece, finding in found:
        start, end = piece.raw(finding.start, finding.end)
        actions = cloud.action(finding.type), sovereign.action(finding.type)
        traces.append(TrialFinding(start, end, finding.type, round(finding.confidence, 2), finding.rule, *actions))
    cloud.treat(request.places[0], found)
    sent = None if cloud.blocked or cloud.routed_local else _sent(cloud, detector, text)
    return Trial(tuple(sorted(traces, key=lambda trace: (trace.start, trace.end))), sent)


def _sent(cloud: Treatment, detector: Detector, text: str) -> str | None:
    try:
        look_again(cloud, detector)
    except PersonalDataRefused:
        return None
    return str(cloud.edits[-1].value) if cloud.edits else text
