"""Which findings stay where several lie on the same place.

All rules look at everything; only then is decided. What is weightier wins (a secret over a check digit over an address
of mail or telephone over a postal address over a person over a team's own word), of equals the surer, then the longer.
A lighter finding that sticks out keeps what sticks out, if that is still worth replacing: no part of it leaks.

Invariants
- The result is sorted, without overlaps, and covers every character that any finding covered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import TypeVar

from gateway.core.privacy import CERTAIN, Finding
from gateway.pii.view import Found

_WEIGHTS: dict[str, int] = {
    "secret": 9,
    "iban": 8, "credit_card": 8, "ch_ahv": 8, "ch_health_card": 8, "ch_uid": 7, "fr_nir": 8, "de_tax_id": 7,
    "de_svnr": 8, "it_cf": 8, "es_nif": 7, "uk_nino": 7, "uk_nhs": 7, "us_ssn": 7, "national_id": 7,
    "vin": 7, "passport": 5,
    "email": 8, "phone": 6, "ip_address": 7, "mac_address": 6, "license_plate": 4, "date_of_birth": 5,
    "address": 4, "person": 3,
}  # fmt: skip
_Finding = TypeVar("_Finding", Found, Finding)
_OWN = 2
_LOST_BY_DOUBT = 2.5
_STRETCH = 4096
_LONGEST_GROUP = 256
_START, _END = attrgetter("start"), attrgetter("end")


def yields(types: Iterable[str], sought: frozenset[str], *, doubtful: bool) -> bool:
    """Whether findings of these types are no certain ones of those `sought`, and take the place of none that is.

    `doubtful`: all of them are. One that is sought may hide another that is: without it, that one is told.
    """
    lightest = min(_WEIGHTS.get(type_, _OWN) for type_ in sought)
    lost = _LOST_BY_DOUBT if doubtful else 0
    return all((doubtful and type_ in sought) or _WEIGHTS.get(type_, _OWN) - lost < lightest for type_ in types)


def weight(finding: Finding | Found) -> tuple[float, float, int]:
    # A guess of a weighty type does not beat a certainty of a lighter one.
    rank = _WEIGHTS.get(finding.type, _OWN)
    return (
        (rank if finding.confidence >= CERTAIN else rank - _LOST_BY_DOUBT),
        finding.confidence,
        finding.end - finding.start,
    )


def heaviest(findings: Iterable[_Finding]) -> Iterable[_Finding]:
    """One for each span: several rules find most values, and of those one says what it is."""
    kept: dict[tuple[int, int], _Finding] = {}
    for finding in findings:
        span = finding.start, finding.end
        other = kept.get(span)
        if other is None or weight(finding) > weight(other):
            kept[span] = finding
    return kept.values()


def resolve(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Sorted and disjoint."""
    result: list[Finding] = []
    group: list[Finding] = []
    reach = -1
    for finding in _in_order(findings):  # only findings that chain into one another need comparing
        if finding.start >= reach and group:
            result.extend(_settle(text, group, reach))
            group = []
        elif len(group) >= _LONGEST_GROUP:  # what no later one can touch is settled
            settled = _settle(text, group, reach)
            group = [kept for kept in settled if kept.end > finding.start]
            result.extend(settled[: len(settled) - len(group)])
        group.append(finding)
        reach = max(reach, finding.end)
    if group:
        result.extend(_settle(text, group, reach))
    return result


def _in_order(findings: Iterable[Finding]) -> Iterator[Finding]:
    """By start, the longest first; sorted stretch by stretch, since one long sort would let no other thread run."""
    stretches: dict[int, list[Finding]] = {}
    for finding in findings:
        stretches.setdefault(finding.start // _STRETCH, []).append(finding)
    for stretch in sorted(stretches):
        longest_first = sorted(stretches.pop(stretch), key=_END, reverse=True)
        yield from sorted(longest_first, key=_START)


def _settle(text: str, group: list[Finding], reach: int) -> list[Finding]:
    """Of findings in order that end by `reach`."""
    first = max(group, key=weight) if len(group) > 1 else group[0]
    if first.start == group[0].start and first.end == reach:  # it covers all others
        return [first]
    kept: list[Finding] = []
    starts: list[int] = []  # of the kept ones, in order, beside them
    blank: set[tuple[int, int]] = set()  # what many findings cover, and of which nothing is left
    for finding in sorted(group, key=weight, reverse=True):
        for start, end in _free(finding.start, finding.end, kept, starts):
            piece = finding
            if (start, end) != (finding.start, finding.end):
                trimmed = None if (start, end) in blank else _trimmed(text, start, end)
                if not trimmed:
                    blank.add((start, end))
                    continue
                rest = text[trimmed[0] : trimmed[1]].casefold()
                piece = Finding(*trimmed, finding.type, rest, finding.confidence, finding.rule)
            at = bisect_right(starts, piece.start)
            kept.insert(at, piece)
            starts.insert(at, piece.start)
    return kept


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without blanks and signs at its ends, unless nothing much is left."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return (start, end) if end - start > 1 else None


def _free(start: int, end: int, kept: list[Finding], starts: list[int]) -> list[tuple[int, int]]:
    """What of a span no kept finding covers. Looks at its neighbours only."""
    free: list[tuple[int, int]] = []
    at = max(0, bisect_right(starts, start) - 1)
    while at < len(kept) and kept[at].start < end:
        other = kept[at]
        if other.end > start:
            if start < other.start:
                free.append((start, other.start))
            start = other.end
        at += 1
    if start < end:
        free.append((start, end))
    return free
