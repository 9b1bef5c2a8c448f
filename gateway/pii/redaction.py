"""One request's personal data: found, treated for each destination, and looked for once more.

Promise: what comes of this may be sent; where it may not, it raises. It computes and waits for nothing, so that the
stage may run it on the loop or in a thread.

Invariants
- Whatever a detector raises leaves as PersonalDataUnread, which says nothing of the text.
- A last look at every changed string finds nothing more of an unmistakable type, or the request is refused.
- `mode: observe` finds and counts the same, and changes and refuses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from gateway.background_work import free_list, yield_interpreter
from gateway.core.messages import Dialect
from gateway.core.privacy import CERTAIN, UNMISTAKABLE, DetectionFailed, Detector, Finding, Leaf, TakesLong
from gateway.core.privacy_rules import Action, RuleSet
from gateway.core.redacted import Redacted, counts_text
from gateway.core.token_maps import TokenValues
from gateway.errors import PersonalDataRefused, PersonalDataUnread
from gateway.pii.attachments import UNREADABLE, Attachments
from gateway.pii.hint import hint_edits
from gateway.pii.keywords import Keywords, Subjects
from gateway.pii.leaves import Sites
from gateway.pii.reading_order import Place, Request
from gateway.pii.texts import Found
from gateway.pii.tokens import Issued, epoch_key
from gateway.pii.treat import Treatment
from gateway.telemetry import logs

NO_SUBJECTS: Final = Subjects(Counter(), Counter())
STABLE: Final = "always"
"""The epoch of what is never restored: an index of embeddings is compared over years."""

MOST_LOOKS: Final = 3
"""At what was changed; the last must find nothing."""

PARTLY_SHOWN: Final[frozenset[Action]] = frozenset({"allow", "mask", "generalise", "route_local"})


class Ruling(msgspec.Struct, frozen=True):
    """What holds for a request: its team's rules, and what was made of them once.

    `quick` looks again at what was replaced: the detector itself, unless that asks a model. `hasty` may run on the
    loop, and raises TakesLong where there may be something.
    """

    rules: RuleSet
    detector: Detector
    quick: Detector
    hasty: Detector
    keywords: Keywords
    cloud: dict[str, Action]
    sovereign: dict[str, Action]


class Asker(msgspec.Struct, frozen=True):
    """`epoch`: as the tokens' keys know it. `restores`: an answer comes back that can hold tokens.

    `inherited`: tokens in a state of the provider's that the request goes on from.
    """

    team: str
    epoch: str
    root_key: bytes
    restores: bool
    hints: bool = False
    inherited: TokenValues = {}

    def __repr__(self) -> str:
        return f"<Asker {self.team}>"


def redact(
    tree: dict[str, Any],
    dialect: Dialect,
    ruling: Ruling,
    asker: Asker,
    sites: Sites,
) -> Redacted:
    """What became of a request, whose strings `sites` are; raises PersonalDataRefused, and what its detector does."""
    redacted = redact_sites(sites, ruling, asker)
    if ruling.rules.hint and asker.hints and redacted.issued is not None:
        hints = hint_edits(tree, dialect, redacted.to_cloud)
        return msgspec.structs.replace(redacted, to_cloud=(*redacted.to_cloud, *hints))
    return redacted


def issued_for(asker: Asker) -> Issued:
    issued = Issued(epoch_key(asker.root_key, asker.team, asker.epoch))
    issued.adopt(asker.inherited)
    return issued


def redact_sites(sites: Sites, ruling: Ruling, asker: Asker, shared: Issued | None = None) -> Redacted:
    """The same for strings that were gathered elsewhere; `shared`: tokens that others issue, too."""
    attachments = Attachments(ruling.rules, sites) if sites.attachments else None
    request = Request(sites)
    try:
        return _redacted(request, attachments, ruling, asker, shared)
    finally:
        request.put_away()
        free_list(sites.sites)


def _redacted(
    request: Request, attachments: Attachments | None, ruling: Ruling, asker: Asker, shared: Issued | None
) -> Redacted:
    rules = ruling.rules
    try:
        found = request.find(ruling.detector)
        subjects = ruling.keywords.found(request.texts) if rules.sensitive else None
    except TakesLong:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, its words may quote the text
        if not isinstance(error, DetectionFailed):  # which is in the log
            logs.fault(None, error)
        raise PersonalDataUnread(
            "The request could not be searched for personal data, so it was not sent. Try again, or tell the operators."
        ) from None
    if not found and subjects is None and attachments is None and shared is None and not asker.inherited:
        return Redacted(rules=rules)
    subjects = subjects or NO_SUBJECTS
    local, blocked = subjects.local, subjects.blocked
    if attachments is not None:
        local, blocked = local + attachments.local, blocked + attachments.blocked
    if not (found or local or blocked or asker.inherited) and shared is None:
        return Redacted(rules=rules)
    issued = shared if shared is not None else issued_for(asker)
    redacted = _treated(ruling, asker, issued, found, local=local, blocked=blocked)
    free_list(found)
    if shared is None:
        issued.close()
    return redacted


def _treated(
    ruling: Ruling,
    asker: Asker,
    issued: Issued,
    found: list[tuple[Place, Found]],
    *,
    local: Counter[str],
    blocked: Counter[str],
) -> Redacted:
    rules = ruling.rules
    hash_key = epoch_key(asker.root_key, asker.team, STABLE)
    cloud, sovereign = (
        Treatment(_restorable(actions, asker), issued, hash_key, sovereign=side)
        for actions, side in ((ruling.cloud, False), (ruling.sovereign, True))
    )
    for place, own in found:
        yield_interpreter()
        cloud.treat(place, own)
        sovereign.treat(place, own)
        free_list(own)
    counts: dict[str, dict[str, int]] = {}
    for (type_, action), number in cloud.counts.items():
        counts.setdefault(type_, {})[action] = number
    for subject, number in local.items():
        counts.setdefault(subject, {})["route_local"] = number
    for subject, number in blocked.items():
        counts.setdefault(subject, {})["block"] = number
    if rules.mode == "observe":
        return Redacted(rules=rules, issued=issued if asker.inherited else None, found=counts)
    home = bool(local) or cloud.routed_local
    _refuse_blocked(blocked + (Counter() if home else cloud.blocked), sovereign.blocked if home else Counter())
    _refuse_unchangeable(sovereign.unchangeable if home else cloud.unchangeable)
    for treatment in (sovereign,) if home else (cloud, sovereign):
        look_again(treatment, ruling.quick)
    return Redacted(
        rules=rules,
        to_cloud=tuple(cloud.edits),
        to_sovereign=tuple(sovereign.edits),
        sovereign_only=home,
        issued=issued if len(issued) else None,
        found=counts,
    )


def _restorable(actions: dict[str, Action], asker: Asker) -> dict[str, Action]:
    """Where no answer comes back, a token has no use, and a word for good keeps its meaning from day to day."""
    if asker.restores:
        return actions
    return {type_: "hash" if action == "pseudonymise" else action for type_, action in actions.items()}


def _refuse_blocked(cloud: Counter[str], sovereign: Counter[str]) -> None:
    if blocked := cloud + sovereign:
        advice = "A credential that was pasted somewhere should be changed." if "secret" in blocked else "Take it out."
        if UNREADABLE in blocked:
            advice = "A file of text is read if it is saved as UTF-8, or UTF-16 with its mark; else take it out."
        raise refused(f"The team's rules do not let this out: {counts_text(blocked)}. {advice}", blocked)


def _refuse_unchangeable(counts: Counter[str]) -> None:
    if counts:
        raise refused(
            f"Personal data stands where it cannot be replaced (a role, an id, the name of a member, signed "
            f"reasoning, a document): {counts_text(counts)}. Take it out.",
            counts,
        )


def refused(message: str, counts: Counter[str]) -> PersonalDataRefused:
    """The error, with what the record is to tell."""
    error = PersonalDataRefused(message)
    error.counts = {f"{type_}:block": count for type_, count in counts.items()}
    return error


def look_again(treatment: Treatment, detector: Detector) -> None:
    """Replace what shows only now, and refuse what still holds something that was to go."""
    sought = frozenset(type_ for type_ in UNMISTAKABLE if treatment.action(type_) not in PARTLY_SHOWN)
    if not sought:
        return
    for look in range(1, MOST_LOOKS + 1):
        changed, treatment.changed = treatment.changed, []
        if not changed:
            return
        left: Counter[str] = Counter()
        for (place, text), findings in zip(changed, _found_again(detector, changed, sought), strict=True):
            certain = [finding for finding in findings if finding.type in sought and finding.confidence >= CERTAIN]
            if certain:
                left += treatment.treat_again(place, text, certain, last=look == MOST_LOOKS)
        if left:
            raise refused(
                f"Found again after it had been replaced, so nothing was sent: {counts_text(left)}. Take it out.", left
            )


def _found_again(
    detector: Detector, changed: Sequence[tuple[Place, str]], sought: frozenset[str]
) -> list[list[Finding]]:
    try:
        return detector.find([Leaf(text, sought=sought) for _, text in changed])
    except Exception:  # noqa: BLE001 - as above
        raise PersonalDataUnread(
            "The request could not be searched a second time, so it was not sent. Try again, or tell the operators."
        ) from None
