"""Members of JSON beside each other: a text in which a reader finds what says what a value is.

A date says by itself nothing of whose it is; in `[["Anna Muster", "1980-05-04"]]` its neighbour does, and in
`{"columns": ["name", "dob"], "data": […]}` a head far away. So what stands around such values is written once more as
people write it, objects as `key: value` and arrays as rows of a table, and is looked at as one text. The words of a
command (`["mysql", "-u", "root", "-pTiger5540"]`) are written as its line.

Invariants
- Only where a value could be a date of birth that nothing else says to be one, or where a flag stands in an array:
  other requests pay for two expressions a value.
- A finding counts only within one value, and only if nothing was found there on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from gateway.core.privacy import Finding
from gateway.pii.hashed_cache import cached_by_hash
from gateway.pii.labels import kind_of

_DATE: Final = re.compile(
    r"(?:19[1-9][0-9]|20[0-2][0-9])[-./]?[0-9]{1,2}[-./]?[0-9]{1,2}(?:T00:00.{0,16})?"
    r"|[0-9]{1,2}[-./][ ]?[0-9]{1,2}[-./][ ]?(?:19[1-9][0-9]|20[0-2][0-9]|[0-9]{2})"
    r"|[^0-9]{0,12}[0-9]{1,2}[^0-9]{1,14}(?:19[1-9][0-9]|20[0-2][0-9])"
)
_EVENT: Final = re.compile(
    r"(?i)creat|updat|modif|timestamp|expir|valid|issued|releas|publi|start|begin|\bend|_end|until|due|deliver|order|hire"
    r"|join|sign|closed|opened|seen|visit|_at$|(?-i:[a-z]At$)|erstellt|geändert|gültig|eintritt|austritt|beginn|ende\b|fällig"
    r"|liefer|bestell|cré[ée]|expira|début|fin\b|embauch|livraison|scaden|inizio|fine\b|assunzion|consegna"
)
_LONGEST: Final = 32
_NEAR: Final = 8
"""Values before and behind one that may be a date."""
_WIDEST_GAP: Final = 32
_ACCEPTED: Final = frozenset({"date_of_birth", "license_plate", "phone"})
_OF_A_COMMAND: Final = frozenset({"secret"})
_FLAG: Final = re.compile(r"--?[A-Za-z]")
_MOST_ARGUMENTS: Final = 64


class Member(msgspec.Struct, frozen=True, gc=False):
    """A value. `number`: which text it is. `inside`: what it is a member of, another for each object and array.

    `column`: its place in an array, -1 in an object. It is part of no circle, and a text may have a hundred thousand.
    """

    number: int
    text: str
    names: tuple[str, ...]
    inside: object
    column: int

    def __repr__(self) -> str:
        return f"<Member of {len(self.text)}>"


class Neighbours:
    """Values that stand beside each other, as one text."""

    __slots__ = ("_places", "command", "text")

    def __init__(self, members: Sequence[Member], *, command: bool = False) -> None:
        self.command = command
        written: list[str] = []
        self._places: list[tuple[int, int, int]] = []
        """(start, end, number of the text)."""
        length = 0
        before: Member | None = None
        for member in members:
            lead = _lead(before, member) if not command else " " if before else ""
            quote = '"' if command and before and _leads_to_secret(before.text) and '"' not in member.text else ""
            lead += quote
            written += (lead, member.text, quote)
            self._places.append((length + len(lead), length + len(lead) + len(member.text), member.number))
            length += len(lead) + len(member.text) + len(quote)
            before = member
        self.text = "".join(written)

    def own(self, findings: Sequence[Finding]) -> list[tuple[int, Finding]]:
        """Those that lie within one value, each with the number of its text and in offsets of that."""
        found: list[tuple[int, Finding]] = []
        accepted = _OF_A_COMMAND if self.command else _ACCEPTED
        at = 0
        for finding in findings:
            while at < len(self._places) and self._places[at][1] <= finding.start:
                at += 1
            if at == len(self._places):
                break
            start, end, number = self._places[at]
            if finding.type in accepted and start <= finding.start and finding.end <= end:
                own = Finding(
                    finding.start - start,
                    finding.end - start,
                    finding.type,
                    finding.canonical,
                    finding.confidence,
                    finding.rule,
                )
                found.append((number, own))
        return found


def _leads_to_secret(word: str) -> bool:
    """`--password`: behind it one word of an array is one value, whatever blanks it has."""
    return word.startswith("--") and kind_of(word) == "secret"


def _lead(before: Member | None, member: Member) -> str:
    """What is written between a value and the one before it."""
    if member.column < 0:
        label = member.names[-1] if member.names else ""
        return ("\n" if before else "") + (f"{label}: " if label else "")
    if before is None or before.inside != member.inside:
        return "\n" + "\t" * min(member.column, _WIDEST_GAP) if before else ""
    return "\t" * min(max(1, member.column - before.column), _WIDEST_GAP)


def neighbours_of(members: Sequence[Member]) -> list[Neighbours]:
    """The texts that are worth a look, for the values of one request in the order in which they stand."""
    near: list[list[int]] = []
    for place, member in enumerate(members):
        if not _may_be_birth(member):
            continue
        since, until = max(0, place - _NEAR), min(len(members), place + _NEAR + 1)
        if near and since <= near[-1][1]:
            near[-1][1] = until
        else:
            near.append([since, until])
    return [Neighbours(members[since:until]) for since, until in near] + [
        Neighbours(words, command=True) for words in _commands(members)
    ]


def _commands(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    """What stands in an array with a flag: a few words before the first, and what follows. No word is in two."""
    done = 0
    for place, member in enumerate(members):
        if place < done or member.column < 0 or _FLAG.match(member.text) is None:
            continue
        since = place
        while since > done and members[since - 1].inside == member.inside and place - since < _NEAR:
            since -= 1
        done = place + 1
        while done < len(members) and members[done].inside == member.inside and done - since < _MOST_ARGUMENTS:
            done += 1
        if done - since > 1:
            yield members[since:done]


def _may_be_birth(member: Member) -> bool:
    text = member.text
    if len(text) > _LONGEST or len(text) < 6 or _DATE.fullmatch(text) is None:
        return False
    return not member.names or (kind_of(member.names[-1]) is None and not _says_what_happened(member.names[-1]))


@cached_by_hash(4096)
def _says_what_happened(label: str) -> bool:
    """`created_at`, `Eintrittsdatum`: whoever names a day so was not born on it, and most dates of JSON are such."""
    return _EVENT.search(label) is not None
