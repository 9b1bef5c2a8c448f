"""Values put back where their tokens stand, in a text that comes in pieces.

Promise: what was issued to this request comes back byte for byte, however the pieces are cut and however a model has
bent the token: in capitals or small letters, with a space, a hyphen or backslashes for the underscore, in bold, with
an ending, with one slip in the word or the tag, or with the word translated.

Invariants
- Only the end of a text that can still become an issued token is held back, at most `LONGEST_HELD` characters.
- Nothing else is changed: what was not issued to this request stays as it is, and is counted.
- Inside an address nothing is restored unless its host is on the list: a model that was told to by a document would
  otherwise carry values out in the address of an image.
- In JSON a value is escaped as often as the string around it is.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.pii.addresses import Addresses
from gateway.pii.quoting import Quoting, escaped
from gateway.pii.tokens import ALPHABET, LONGEST_WORD, TAG_LENGTH, Issued

LONGEST_HELD: Final = 24
MOST_REMEMBERED: Final = 4096

_SPACES: Final = " -\u00a0\u2011\u202f"
_JOINT: Final = re.compile(rf"[_{_SPACES}]\*{{0,2}}(?=[0-9A-Za-z]{{5}})")
"""What stands between word and tag; the backslashes before it are stripped from the word's end."""

_LETTERS: Final = re.compile(r"[^\W\d_]+$")
_RUN: Final = re.compile(r"[0-9A-Za-z]*")
_TAIL: Final = re.compile(
    rf"([^\W\d_]+)(?:\*{{0,2}}\\{{0,4}}|\*{{0,2}}\\{{0,4}}([_{_SPACES}])\*{{0,2}}([0-9A-Za-z]{{0,7}}))$"
)
_CAPITALS: Final = re.compile(rf"[A-ZÀ-Þ]{{2,{LONGEST_WORD}}}$")
_SPECIAL: Final = re.compile(r'["\\\x00-\x1f]')


class Tokens:
    """What restorers look for, made once a request."""

    __slots__ = ("_slips", "heads", "prefixes", "special", "tags", "values")

    def __init__(self, issued: Issued) -> None:
        self.values = issued.values
        self.tags = list(issued.values)
        self.heads = {head for forms in issued.values.values() for head in forms}
        self.prefixes = {head[:end] for head in self.heads for end in range(1, len(head) + 1)}
        self.special = any(
            _SPECIAL.search(value) is not None for forms in issued.values.values() for value in forms.values()
        )
        """Whether any value has to be escaped in JSON."""
        self._slips: dict[str, bool] = {}

    def misspelt(self, word: str) -> bool:
        """Whether a word, whole, may be the beginning of an issued one with one slip in it; remembered."""
        known = self._slips.get(word)
        if known is None:
            near = any(one_slip(word, head[: len(word) + change]) for head in self.heads for change in (-1, 0, 1))
            known = self._slips[word] = len(word) > 2 and near
            if len(self._slips) > MOST_REMEMBERED:
                self._slips.clear()
        return known


class Restorer:
    """One channel of one answer. `json`: the text is JSON, or begins so."""

    __slots__ = ("_addresses", "_held", "_json", "_quoting", "_tokens", "restored", "unknown")

    def __init__(self, tokens: Tokens, hosts: tuple[str, ...], *, json: bool = False) -> None:
        self._tokens = tokens
        self._addresses = Addresses(hosts)
        self._held = ""
        self._json: bool | None = True if json else None
        self._quoting = Quoting()
        self.restored = 0
        self.unknown = 0

    @property
    def holds(self) -> bool:
        return bool(self._held)

    def feed(self, text: str) -> str:
        """The text that can go out now."""
        text = self._held + text
        out, done = self._replaced(text, final=False)
        held = self._to_hold(text, done)
        self._held = text[held:]
        out.append(self._pass(text[done:held]))
        return "".join(out)

    def flush(self) -> str:
        """The rest, since nothing follows."""
        text, self._held = self._held, ""
        out, done = self._replaced(text, final=True)
        out.append(self._pass(text[done:]))
        return "".join(out)

    def whole(self, text: str) -> str:
        """A text that came whole."""
        text = self._held + text
        self._held = ""
        out, done = self._replaced(text, final=True)
        out.append(self._pass(text[done:]))
        return "".join(out)

    def _pass(self, text: str) -> str:
        """Text that stays, of which addresses and quotes are remembered."""
        if text:
            self._addresses.feed(text)
            if self._tokens.special:
                self._mind_quotes(text)
        return text

    def _mind_quotes(self, text: str) -> None:
        if self._json is None and (head := text.lstrip()[:1]):
            self._json = head in ("{", "[")
        if self._json:
            self._quoting.feed(text)

    def _replaced(self, text: str, *, final: bool) -> tuple[list[str], int]:
        """The text up to the end of the last token, with values in place of tokens, and where that end is."""
        out: list[str] = []
        done = 0
        for joint in _JOINT.finditer(text):
            if joint.start() < done:
                continue
            found = self._token(text, done, joint, final=final)
            if found is None:
                continue
            start, end, value = found
            out.append(self._pass(text[done:start]))
            if self._addresses.forbid():
                out.append(self._pass(text[start:end]))
            else:
                self._addresses.feed(text[start:end])
                self.restored += 1
                out.append(escaped(value, self._quoting.depth) if self._json else value)
            done = end
        return out, done

    def _token(self, text: str, done: int, joint: re.Match[str], *, final: bool) -> tuple[int, int, str] | None:
        """(start, end, value) of the token whose word ends before the joint."""
        word_end = joint.start()
        while word_end > done and text[word_end - 1] in "\\*":
            word_end -= 1
        letters = _LETTERS.search(text, max(done, word_end - LONGEST_WORD - 2), word_end)
        if letters is None:
            return None
        word = letters[0].upper()
        if len(word) != len(letters[0]):
            return None
        at = joint.end()
        forms = self._tokens.values.get(text[at : at + TAG_LENGTH].lower())
        if forms is not None:
            head = max((head for head in forms if word.endswith(head)), key=len, default=None)
            if head is not None:
                return word_end - len(head), at + TAG_LENGTH, forms[head]
            if text[joint.start()] == "_":  # a word that was translated, or misspelt
                head = next((head for head in forms if one_slip(word, head)), next(iter(forms)))
                return letters.start(), at + TAG_LENGTH, forms[head]
            return None
        head = max((head for head in self._tokens.heads if word.endswith(head)), key=len, default=None)
        if head is None:
            return None
        return self._repaired(text, word_end - len(head), at, head, final=final)

    def _repaired(self, text: str, start: int, at: int, head: str, *, final: bool) -> tuple[int, int, str] | None:
        """The one issued tag that a slip has made into what stands at `at`."""
        run = _RUN.match(text, at)
        assert run is not None
        if run.end() == len(text) and not final and run.end() - at < TAG_LENGTH + 2:
            return None  # more of it may come
        length = run.end() - at
        written = run[0].lower()
        near = []
        for tag in self._tokens.tags:
            value = self._tokens.values[tag].get(head)
            if value is None:
                continue
            if length >= TAG_LENGTH and sum(a != b for a, b in zip(tag, written[:TAG_LENGTH], strict=True)) == 1:
                near.append((at + TAG_LENGTH, value))
            elif length in (TAG_LENGTH - 1, TAG_LENGTH + 1) and one_slip(written, tag):
                near.append((at + length, value))
        if len(near) == 1:
            return start, *near[0]
        if text[at - 1] == "_" and length >= TAG_LENGTH and set(written[:TAG_LENGTH]) <= set(ALPHABET):
            self.unknown += 1
        return None

    def _to_hold(self, text: str, done: int) -> int:
        """Where the end begins that can still become a token."""
        begin = max(done, len(text) - LONGEST_HELD)
        tail = _TAIL.search(text, begin)
        if tail is not None and (start := self._hold_joint(tail)) is not None:
            return start
        letters = _LETTERS.search(text, begin)
        if letters is None:
            return len(text)
        word = letters[0].upper()
        if len(word) != len(letters[0]):
            return len(text)
        if _CAPITALS.fullmatch(letters[0]) or self._tokens.misspelt(word):
            return letters.start()
        for start in range(len(word)):
            if word[start:] in self._tokens.prefixes:
                return letters.start() + start
        return len(text)

    def _hold_joint(self, tail: re.Match[str]) -> int | None:
        """The same for a word behind which an underscore, or what may stand for one, has begun."""
        tokens, word, separator = self._tokens, tail[1].upper(), tail[2]
        if tail.end(1) == tail.end() or len(word) != len(tail[1]):
            return None
        written = (tail[3] or "").lower()
        may_follow = any(known.startswith(written) for known in tokens.tags)
        head = max((head for head in tokens.heads if word.endswith(head)), key=len, default=None)
        if head is not None:
            return tail.end(1) - len(head) if separator in (None, "_") or may_follow else None
        if separator in (None, "_") and may_follow and (self._tokens.misspelt(word) or _CAPITALS.fullmatch(tail[1])):
            return tail.start(1)
        return None


def one_slip(written: str, meant: str) -> bool:
    """Whether one letter was changed, added or left out, and no more."""
    if len(written) == len(meant):
        return sum(a != b for a, b in zip(written, meant, strict=True)) == 1
    short, long = sorted((written, meant), key=len)
    if len(long) - len(short) != 1:
        return False
    place = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[place:] == long[place + 1 :]
