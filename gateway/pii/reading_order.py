"""A request as detectors read it: its strings as texts, JSON in them taken apart, what was cut in two put together.

Promise: a value that a model would read as one is looked at as one, and what is found leads back to the very
characters of the request.

Invariants
- Every string is a text or, where it is JSON, the texts in it; none is left out for being one or the other.
- Where a message comes in parts, the seams are looked at once more with both sides joined; a finding there counts only
  where it crosses a seam, and either nothing was found on its own or the seam cuts a word in two.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from gateway.background_work import free_list, yield_interpreter
from gateway.core.edits import Path, Renamed
from gateway.core.privacy import Detector, Finding, Leaf
from gateway.pii.cut_values import CutValue, cut_values
from gateway.pii.file_names import HOLDING, readings
from gateway.pii.json_text import parses, pieces_of
from gateway.pii.leaves import Kind, Site, Sites
from gateway.pii.neighbours import Member, Neighbours, neighbours_of
from gateway.pii.seams import Window, windows
from gateway.pii.siblings import surnames_told
from gateway.pii.texts import Found, Spaced, Taken, Text, longest
from gateway.pii.token_ids import ids_of
from gateway.pii.web_queries import queries

FEWEST_DIGITS: Final = 5
SHORTEST_KEY: Final = 20
LONGEST_MEMBER: Final = 400
"""Characters of a value that is looked at together with what stands beside it."""

_STEERING: Final[frozenset[Kind]] = frozenset(("steering", "signed", "key"))
_FIXED: Final[frozenset[Kind]] = _STEERING | {"document"}


class Place(msgspec.Struct, gc=False, eq=False):
    """One string of the request and its texts.

    `fixed`: it cannot be changed; `steers`: it is no prose, either. `number`: it is one, and would become a text.
    It is part of no circle, and a request may have a hundred thousand: garbage is not looked for there.
    """

    site: Site
    texts: list[Text]
    json: bool = False

    def __repr__(self) -> str:
        return f"<Place of {len(self.text)}>"

    @property
    def path(self) -> Path:
        return self.site.path

    @property
    def text(self) -> str:
        return self.site.text

    @property
    def steers(self) -> bool:
        return self.site.kind in _STEERING

    @property
    def fixed(self) -> bool:
        return self.site.kind in _FIXED

    @property
    def number(self) -> bool:
        return self.site.kind == "number"

    def holds(self, text: str) -> bool:
        """Whether another text may stand here: where there was JSON, JSON."""
        return not self.json or parses(text)

    def written(self, text: str) -> str | Renamed | list[int]:
        """What an edit puts in the string's place for another text."""
        if self.site.kind == "ids":
            return ids_of(text)
        if self.site.kind == "name":
            return Renamed(text)
        prefix = self.site.prefix
        return text if prefix is None else prefix + b64encode(text.encode()).decode()


def _place(site: Site) -> Place:
    whole = Text(site.text, site.names)
    if site.kind != "text":
        return Place(site, [whole])
    pieces = pieces_of(site.text, site.names)
    texts = [whole] if pieces is None else []
    for piece in pieces or ():
        texts.append(Text(piece.text, piece.names, piece))
        if piece.names and piece.names[-1] in HOLDING:
            texts += readings(piece.names[-1], piece.text, piece.names, piece)
    if site.path and (member := site.path[-1]) in HOLDING:
        texts += readings(str(member), site.text, site.names)
    if "=" in site.text:
        texts += [query for read in texts if type(read) is Text for query in queries(read)]
    return Place(site, texts, pieces is not None)


class Request:
    """The strings of one request, in the order in which they are read."""

    def __init__(self, sites: Sites) -> None:
        self.places: list[Place] = []
        self._looked_at: list[Place] = []
        steering: list[str] = []
        for site in sites.sites:
            yield_interpreter()
            place = _place(site)
            self.places.append(place)
            if site.kind not in _STEERING:
                self._looked_at.append(place)
            elif _may_hold(site.text):
                steering.append(site.text)
        self._seams: list[Window] = []
        if sites.groups or sites.cut_turns or sites.to_embed:  # of most requests none
            self._seams += windows(sites.groups, self._text)
            self._seams += windows(sites.cut_turns, self._text, of_turns=True)
            self._seams += windows(sites.to_embed, self._text, apart=True)
        # What cannot be changed can only be refused: it is looked at in one go.
        if steering:
            self._looked_at.append(_place(Site((), "\n".join(steering), (), "steering")))

    @property
    def texts(self) -> list[str]:
        return [text.text for place in self.places for text in place.texts]

    def find(self, detector: Detector) -> list[tuple[Place, Found]]:
        """Each place in which something was found."""
        places, seams = self._looked_at, self._seams
        texts = [(number, text) for number, place in enumerate(places) for text in place.texts]
        paths: Iterable[tuple[str, ...]] = [text.names for _, text in texts]
        beside: list[Neighbours] = []
        cut: list[CutValue] = []
        if any(text.piece is not None or text.names for _, text in texts):
            paths = surnames_told([*paths], [text.text for _, text in texts])
            members = list(_members(places, texts))
            beside = neighbours_of(members)
            cut = list(cut_values(members))
            free_list(members)
        leaves = [Leaf(text.text, path) for (_, text), path in zip(texts, paths, strict=True)]
        leaves += [window.leaf() for window in seams]
        leaves += [Leaf(window.text, joined=window.command) for window in beside]
        leaves += [Leaf(value.text, value.names) for value in cut]
        findings = detector.find(leaves)
        free_list(leaves)
        if not any(findings):
            free_list(texts)
            return []
        in_order = iter(findings)
        found = _found_in(texts, islice(in_order, len(texts)))
        if seams:
            self._add_crossing(found, islice(in_order, len(seams)))
        _add_beside(found, texts, zip(beside, islice(in_order, len(beside)), strict=True))
        for value, whole in zip(cut, in_order, strict=True):
            for finding in filter(value.is_one, whole):
                value.share(finding, texts, found)
        free_list(texts)
        return [(places[number], found[number]) for number in sorted(found) if found[number]]

    def _add_crossing(self, found: dict[int, Found], findings: Iterable[Sequence[Finding]]) -> None:
        """What crosses a seam; of each window over one, in their order."""
        by_place = {id(place): number for number, place in enumerate(self._looked_at)}
        for window, crossing in zip(self._seams, findings, strict=True):
            for finding in crossing:
                window.share(finding, found, lambda site: by_place[id(self.places[site])])

    def put_away(self) -> None:
        """When nothing is asked of it any more."""
        for place in self._looked_at:
            if len(place.texts) > 1:  # one goes with its place
                free_list(place.texts)
        free_list(self._looked_at)
        free_list(self.places)

    def _text(self, site: int) -> str:
        return self.places[site].text


def _found_in(texts: Sequence[tuple[int, Text]], findings: Iterable[Sequence[Finding]]) -> dict[int, Found]:
    """What each place's own texts hold, by its number. Of a place that is read in two ways: the longest of findings
    that overlap.
    """
    found: dict[int, Found] = {}
    read_twice: set[int] = set()
    for (number, text), own in zip(texts, findings, strict=True):
        if own:
            if isinstance(text, Spaced) and number in found:
                read_twice.add(number)
            found.setdefault(number, []).extend([(text, finding) for finding in own])
    for number in read_twice:
        found[number] = longest(found[number])
    return found


def _add_beside(
    found: dict[int, Found],
    texts: Sequence[tuple[int, Text]],
    windows: Iterable[tuple[Neighbours, Sequence[Finding]]],
) -> None:
    """What a value is by its neighbours, where nothing was found in it on its own."""
    taken: dict[int, Taken] = {}
    for window, findings in windows:
        for member, finding in window.own(findings):
            number, text = texts[member]
            others = found.setdefault(number, [])
            if number not in taken:
                taken[number] = Taken(others)
            if taken[number].take(*text.raw(finding.start, finding.end)):
                others.append((text, finding))


def _members(places: Sequence[Place], texts: Sequence[tuple[int, Text]]) -> Iterator[Member]:
    """What is a member of an object or an array: of JSON in a text, or of the request's own, where no dialect reads it
    as prose.
    """
    inside: tuple[str | int, ...] = ()  # one for all members of an object or array
    for at, (number, text) in enumerate(texts):
        piece, path = text.piece, places[number].path
        if len(text.text) > LONGEST_MEMBER:
            continue
        if piece is not None:
            if piece.inside >= 0:
                if inside != (number, piece.inside):
                    inside = number, piece.inside
                yield Member(at, text.text, text.names, inside, piece.column)
        elif text.names and path:
            column = path[-1] if type(path[-1]) is int else -1
            if inside != path[:-1]:
                inside = path[:-1]
            yield Member(at, text.text, text.names, inside, column)


def _may_hold(text: str) -> bool:
    """Whether there is room for a value whose form leaves no doubt: each has five digits, an `@`, or is a long key."""
    return len(text) >= SHORTEST_KEY or "@" in text or sum(map(str.isdigit, text)) >= FEWEST_DIGITS
