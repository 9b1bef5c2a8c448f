"""Numbers with a check digit that are cut over members of JSON: `{"iban_1": "CH93", "iban_2": "0076", …}`,
`{"card": ["4539", "1488", …]}`.

None of the members says anything by itself; put together they are what their names announce.

Invariants
- Linear: a member is part of one run at most, and a run longer than any number is left alone.
- A finding counts only if all members of the run are its own, so that no list of sizes becomes a card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from gateway.core.privacy import Finding
from gateway.pii.neighbours import Member
from gateway.pii.seams import shared
from gateway.pii.texts import Found, Shared, Text, overlap

CHECKED: Final = frozenset(
    ("iban", "credit_card", "ch_ahv", "ch_health_card", "fr_nir", "de_tax_id", "de_svnr", "it_cf", "es_nif", "uk_nhs",
     "national_id")
)  # fmt: skip
_PIECE: Final = re.compile(r"[0-9A-Za-z]{1,8}")
_NUMBERED: Final = re.compile(
    r"(?i)(.{2,40}?)[_\- .]?(?:part|teil|partie|parte|block|bloc|gruppe|group|groupe|gruppo|segment|chunk)?"
    r"[_\- .]?[0-9]{1,2}"
)
MOST_PIECES: Final = 12
_LONGEST, _FEWEST_DIGITS = 34, 9
_SURE: Final = 0.9
"""Of a number whose check digit holds."""
_OF_A_CARD: Final = re.compile(r"(?i)card|kart|carte|carta|\bpan\b|visa|amex")


class CutValue:
    """Members that follow each other, put together. `parts`: (number of the text, start in `text`, end)."""

    __slots__ = ("names", "parts", "text")

    def __init__(self, members: Sequence[Member], called: str) -> None:
        self.names = (*members[0].names[:-1], called)
        self.text = "".join(member.text for member in members)
        self.parts: list[tuple[int, int, int]] = []
        at = 0
        for member in members:
            self.parts.append((member.number, at, at + len(member.text)))
            at += len(member.text)

    def is_one(self, finding: Finding) -> bool:
        """Whether it is the number that these members are: a card needs a word that says so, since one of ten numbers
        that are drawn by lot has its check digit.
        """
        sure = finding.type in CHECKED and finding.confidence >= _SURE
        whole = sure and finding.start == 0 and finding.end == len(self.text)
        return whole and (finding.type != "credit_card" or any(map(_OF_A_CARD.search, self.names)))

    def share(self, finding: Finding, texts: Sequence[tuple[int, Text]], found: dict[int, Found]) -> None:
        """The first of the members gets the number, and the others nothing: none is left of what was found in them.

        `texts`: all that are looked at, each with its place; `found`: what was found, by place.
        """
        for member, start, end in self.parts:
            number, text = texts[member]
            own = text.raw(0, end - start)
            others = found.setdefault(number, [])
            others[:] = [other for other in others if not overlap([other], *own)]
            surface = self.text if start == 0 else ""
            others.append((Shared(surface, (), start=own[0], end=own[1]), shared(finding, len(surface))))


def cut_values(members: Sequence[Member]) -> Iterator[CutValue]:
    """What is worth a look, of the values of one request in the order in which they stand."""
    run: list[Member] = []
    called: str | None = None
    for member in members:
        name = _called(member) if _PIECE.fullmatch(member.text) else None
        if run and (name is None or name != called or member.inside != run[-1].inside):
            yield from _whole(run, called)
            run = []
        if name is not None:
            called = name
            run.append(member)
    yield from _whole(run, called)


def _called(member: Member) -> str | None:
    """The name that the pieces of one number share: that of their array, or their own without its number."""
    if not member.names:
        return None
    if member.column >= 0:
        return member.names[-1]
    return numbered(member.names[-1])


def numbered(name: str) -> str | None:
    """What the pieces of one number are called, of the name of one of them: `iban` of `iban_part_2`."""
    found = _NUMBERED.fullmatch(name)
    return found[1] if found else None


def _whole(run: Sequence[Member], called: str | None) -> Iterator[CutValue]:
    if called is None or not 1 < len(run) <= MOST_PIECES:
        return
    texts = [member.text for member in run]
    digits = sum(sum(map(str.isdigit, text)) for text in texts)
    if digits >= _FEWEST_DIGITS and sum(map(len, texts)) <= _LONGEST:
        yield CutValue(run, called)
