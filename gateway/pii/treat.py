"""From findings to what goes out: each value treated as its type and the destination ask.

Promise: what is to be hidden is hidden wherever it stands in the request, or the request is refused.

Invariants
- The surface is replaced exactly; every other character of a string stays.
- Two readings are made, one for the cloud and one for sovereign providers, from the same findings and with the same
  tokens.
- A value in a place that cannot be changed (a role, an id, a signed block) refuses the request, if it is of a type
  whose form leaves no doubt.
- The share of a value that was cut over two strings is empty in all but the first of them.
- What only shows once its neighbours are words is replaced in a second round, where that leaves JSON what it was.
- Refusals name types and counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from gateway.background_work import free_list
from gateway.core.edits import Edit
from gateway.core.privacy import CERTAIN, UNMISTAKABLE, Finding
from gateway.core.privacy_rules import NEW_TYPE, Action
from gateway.pii.reading_order import Place
from gateway.pii.texts import Text
from gateway.pii.tokens import Issued, hashed, word_of

STAGE: Final = "redact"

REPLACING: Final[frozenset[Action]] = frozenset({"pseudonymise", "hash", "redact"})
FEWEST_LEFT: Final = 5
WORDS_OF_OURS: Final = re.compile(r"[A-Z]{2,13}[a-z]?_[0-9a-hjkmnp-tv-z]{6,16}|\[[A-Z]{2,13}\]")
"""Tokens, words for good and the names of types, as they stand in a text that was treated."""
_LONGEST_OF_OURS: Final = 32

_YEAR: Final = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_IPV4: Final = re.compile(r"([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})\.[0-9]{1,3}")
_POSTCODE: Final = re.compile(r"(?<![0-9])([0-9]{2})[0-9]{2,3}(?![0-9])")
_SHOWN: Final = 4


class Treatment:
    """One destination's reading of a request."""

    def __init__(self, actions: dict[str, Action], issued: Issued, hash_key: bytes, *, sovereign: bool) -> None:
        self._actions = actions
        self._issued = issued
        self._hash_key = hash_key
        self._default = NEW_TYPE[sovereign]
        self.edits: list[Edit] = []
        self.changed: list[tuple[Place, str]] = []
        """The strings that came of it and were not looked at again."""
        self.counts: Counter[tuple[str, Action]] = Counter()
        self.blocked: Counter[str] = Counter()
        self.routed_local = False
        self.unchangeable: Counter[str] = Counter()

    def action(self, type_: str) -> Action:
        return self._actions.get(type_, self._default)

    def treat(self, place: Place, found: Sequence[tuple[Text, Finding]]) -> None:
        """One string of the request, with what was found in it."""
        splices: list[tuple[int, int, str]] = []
        for text, finding in found:
            action = self.action(finding.type)
            surface = text.surface(finding.start, finding.end)
            if (place.steers or place.number or text.bare) and not _without_doubt(finding, action):
                continue
            self.counts[finding.type, action] += bool(surface)
            match action:
                case "allow":
                    continue
                case "block":
                    self.blocked[finding.type] += 1
                case "route_local":
                    self.routed_local = True
                case _ if place.fixed:
                    self.unchangeable[finding.type] += 1
                case _:
                    start, end = text.raw(finding.start, finding.end)
                    word = self._word(action, finding, surface) if surface else ""
                    splices.append((start, end, text.quoted(word)))
        if splices:
            self._change(place, spliced(place.text, splices))
            free_list(splices)

    def treat_again(self, place: Place, text: str, found: Sequence[Finding], *, last: bool) -> Counter[str]:
        """What a further look found in a changed string; gives the types of what stays, after the last look all."""
        splices: list[tuple[int, int, str]] = []
        left: Counter[str] = Counter()
        for finding in found:
            action = self.action(finding.type)
            surface = text[finding.start : finding.end]
            rest = _beside_ours(text, finding.start, finding.end)
            if rest != surface and len(rest) < FEWEST_LEFT:
                continue  # a word was taken for a value
            if last or rest != surface or action not in REPLACING or "\\" in surface:
                left[finding.type] += 1
                continue
            self.counts[finding.type, action] += 1
            splices.append((finding.start, finding.end, self._word(action, finding, surface)))
        if splices and not left:
            changed = spliced(text, splices)
            if place.holds(changed):
                self._change(place, changed)
            else:
                left.update(finding.type for finding in found)
        return left

    def _change(self, place: Place, text: str) -> None:
        self.changed.append((place, text))
        self.edits.append(Edit(place.path, place.written(text), STAGE))

    def _word(self, action: Action, finding: Finding, surface: str) -> str:
        match action:
            case "pseudonymise":
                return self._issued.token(finding.type, finding.canonical, surface)
            case "hash":
                return hashed(self._hash_key, finding.type, finding.canonical)
            case "mask":
                return masked(surface)
            case "generalise":
                return generalised(finding.type, surface)
            case _:
                return f"[{word_of(finding.type)}]"


def _beside_ours(text: str, start: int, end: int) -> str:
    """What of a span is of no word of ours, wherever such a word begins and ends: `[SECRET` is one without its end."""
    rest, done = "", start
    for ours in WORDS_OF_OURS.finditer(text, max(0, start - _LONGEST_OF_OURS), end + _LONGEST_OF_OURS):
        if ours.end() > done and ours.start() < end:
            rest += text[done : max(done, ours.start())]
            done = ours.end()
    return rest + text[done:end]


def _without_doubt(finding: Finding, action: Action) -> bool:
    return action != "allow" and finding.type in UNMISTAKABLE and finding.confidence >= CERTAIN


def spliced(text: str, splices: list[tuple[int, int, str]]) -> str:
    """`text` with spans replaced; of two that overlap, the one that begins first counts, widened to hold both."""
    splices.sort()
    out: list[str] = []
    done = 0
    for start, end, word in splices:
        if start < done:
            done = max(done, end)
            continue
        out += (text[done:start], word)
        done = end
    out.append(text[done:])
    whole = "".join(out)
    free_list(out)
    return whole


def masked(surface: str) -> str:
    """`****1234`; the end shows only of what is long enough for it to say little."""
    letters = [letter for letter in surface if letter.isalnum()]
    return "****" + "".join(letters[-_SHOWN:]) if len(letters) >= 3 * _SHOWN else "****"


def generalised(type_: str, surface: str) -> str:
    """Less exact where there is a way to be, else only the type."""
    rule = _LESS_EXACT.get(type_)
    return (rule(surface) if rule else None) or f"[{word_of(type_)}]"


def _year(surface: str) -> str | None:
    match = _YEAR.search(surface)
    return match[0] if match else None


def _network(surface: str) -> str | None:
    match = _IPV4.fullmatch(surface)
    if match:
        return f"{match[1]}.0/24"
    groups = surface.split(":")
    return ":".join(groups[:3]) + "::/48" if len(groups) > 3 and all(groups[:3]) else None


def _region(surface: str) -> str | None:
    match = _POSTCODE.search(surface)
    return f"[{word_of('address')} {match[1]}…]" if match else None


_LESS_EXACT: Final[dict[str, Callable[[str], str | None]]] = {
    "date_of_birth": _year,
    "ip_address": _network,
    "address": _region,
}
