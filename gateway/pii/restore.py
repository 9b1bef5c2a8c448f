"""Values put back where their tokens stand, in a text that comes in pieces.

Promise: what was issued to this request comes back byte for byte, however the pieces are cut and however a model has
bent the token: in capitals or small letters, with something else for the underscore (`token_separators.py`) or nothing,
in bold, with an ending, with one slip in the word or the tag, or with the word translated.

Invariants
- Only the end of a text that can still become an issued token, or an escape before one, is held back: at most
  `LONGEST_HELD` characters of one that is written as it was issued, `LONGEST_SPELT_OUT` of one whose underscore is
  spelt out.
- An escape of JSON stays whole, whatever stands behind it: arguments that parsed still do.
- Nothing else is changed: what was not issued to this request stays as it is, and is counted; so does a token that was
  shortened with dots.
- Inside an address nothing is restored unless its host is on the list: a model that was told to by a document would
  otherwise carry values out in the address of an image.
- A value is written as its place asks: escaped as often as the JSON string around it, percent-encoded in an address,
  with entities where the token had one. Marks of bold type inside a token stand around the value.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.pii.addresses import Addresses
from gateway.pii.looked_for import Tokens
from gateway.pii.quoting import Quoting, encoded, escaped
from gateway.pii.token_separators import (
    ANCHOR,
    BEGUN,
    ESCAPE_BEGUN,
    INTERRUPTED,
    LETTERS_AND_BEGUN,
    LONGEST_ESCAPE,
    LONGEST_SPELT_OUT,
    LOOSE,
    MAY_HOLD,
    SEPARATOR,
    SHORTENED,
    SIGN_BEGUN,
    escape_into,
    writing_of,
)
from gateway.pii.tokens import ALPHABET, LONGEST_WORD, TAG_LENGTH, one_slip

LONGEST_HELD: Final = 24

_RUN: Final = re.compile(r"[0-9A-Za-z]*")
_CAPITALS: Final = re.compile(rf"[A-ZÀ-Þ]{{1,{LONGEST_WORD}}}$")
_WORD_LETTERS: Final = LONGEST_WORD + 2

Found = tuple[int, int, str, str, str, str]
"""(start, end, value, the separator as written, marks to stand before the value, marks behind it)."""


class Restorer:
    """One channel of one answer. `json`: the text is JSON, or begins so."""

    __slots__ = ("_addresses", "_came", "_held", "_json", "_quoting", "_tokens", "moves", "restored", "unknown")

    def __init__(self, tokens: Tokens, hosts: tuple[str, ...], *, json: bool = False) -> None:
        self._tokens = tokens
        self._addresses = Addresses(hosts)
        self._held = ""
        self._json: bool | None = True if json else None
        self._quoting = Quoting()
        self._came = 0
        """Characters that came before what is at hand."""
        self.moves: list[tuple[int, int, int]] = []
        """As `citations.Moves`, of what came."""
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
        self._came += held
        out.append(self._pass(text[done:held]))
        return "".join(out)

    def whole(self, text: str) -> str:
        """What is held and `text`, which nothing follows."""
        text = self._held + text
        self._held = ""
        out, done = self._replaced(text, final=True)
        self._came += len(text)
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
        for anchor in ANCHOR.finditer(text):
            at = anchor.start()
            if at < done:
                continue
            found = self._token(text, done, at, final=final)
            if found is None:
                continue
            start, end, value, separator, before, after = found
            out.append(self._pass(text[done:start]))
            if self._addresses.forbid():
                out.append(self._pass(text[start:end]))
            else:
                value = before + self._written(value, separator) + after
                self._addresses.feed(text[end - TAG_LENGTH : end])  # what parts it from its word may be a slash
                self.restored += 1
                came = self._came
                self.moves.append((came + start, came + end, len(value) - end + start))
                out.append(value)
            done = end
        return out, done

    def _written(self, value: str, separator: str) -> str:
        """The value as it has to stand here."""
        writing, times = writing_of(separator)
        if self._addresses.within:
            times = times if writing == "percent" else 1
            writing = "percent"
        elif writing == "percent" and not self._addresses.encodes:
            times = 0
        if times:
            value = encoded(value, writing, times, self._addresses.closing)
        return escaped(value, self._quoting.depth) if self._json else value

    def _token(self, text: str, done: int, at: int, *, final: bool) -> Found | None:
        """The token whose separator, or whose tag's first digit, stands at `at` behind a letter."""
        letter = text[at]
        if "0" <= letter <= "9":
            return self._without_separator(text, done, at)
        tokens, begin = self._tokens, max(done, at - _WORD_LETTERS)
        head = tokens.head_at_end(text, begin, at)
        if head is None and letter in LOOSE:
            return None
        separator = SEPARATOR.match(text, at)
        if separator is None:
            return None
        tag_at = separator.end()
        after, strong, before = separator.groups()
        if after == before:  # only the underscore is in bold
            after = before = ""
        forms = tokens.values.get(text[tag_at : tag_at + TAG_LENGTH].lower())
        if forms is not None:
            own = tokens.longest_of(forms, text, begin, at)
            start = _word(text, done, at)
            translated = None if start is None else tokens.longest_of(tokens.translations, text, start, at)
            written = max(own or "", translated or "", key=len)
            if own is None and strong is not None:
                word = text[start:at].upper()  # misspelt, or translated
                own = next((known for known in forms if one_slip(word, known)), next(iter(forms)))
            if written:  # what stands before it is no part of it: `xPERSONNE`
                start = at - len(written)
            if own is not None and start is not None:
                return start, tag_at + TAG_LENGTH, forms[own], separator[0], before, after
        if head is None:
            return None
        repaired = self._repaired(text, tag_at, head, strong=strong is not None, final=final)
        if repaired is None:
            return None
        end, value = repaired
        return at - len(head), end, value, separator[0], before, after

    def _without_separator(self, text: str, done: int, digit: int) -> Found | None:
        """`PERSONk7f3q2`: a tag right behind its word, exactly."""
        for start in range(max(done, digit - TAG_LENGTH + 1), digit + 1):
            forms = self._tokens.values.get(text[start : start + TAG_LENGTH].lower())
            if forms is not None:
                head = self._tokens.longest_of(forms, text, max(done, start - _WORD_LETTERS), start)
                if head is not None:
                    return start - len(head), start + TAG_LENGTH, forms[head], "", "", ""
        return None

    def _repaired(self, text: str, at: int, head: str, *, strong: bool, final: bool) -> tuple[int, str] | None:
        """(end, value) of the one issued tag that a slip has made into what stands at `at`."""
        run = _RUN.match(text, at)
        assert run is not None
        end, length, written = run.end(), run.end() - at, run[0].lower()
        if end == len(text) and not final and length < TAG_LENGTH + 2:
            return None  # more of it may come
        if length == TAG_LENGTH - 1 and (SHORTENED.match(text, end) or (not final and SIGN_BEGUN.fullmatch(text, end))):
            return None
        if length < TAG_LENGTH and (inside := INTERRUPTED.match(text, at)) is not None:
            tag = (inside[1] + inside[2]).lower()[:TAG_LENGTH]
            value = self._tokens.values.get(tag, {}).get(head)
            if value is not None:
                return inside.start(2) + TAG_LENGTH - len(inside[1]), value
            if not final and inside.end() == len(text) and len(tag) < TAG_LENGTH and self._tokens.begins(tag):
                return None
        near = self._tokens.near(written, head)
        if len(near) == 1:
            [(size, value)] = near
            return at + size, value
        if strong and length >= TAG_LENGTH and set(written[:TAG_LENGTH]) <= set(ALPHABET):
            self.unknown += 1
        return None

    def _to_hold(self, text: str, done: int) -> int:
        """Where the end begins that can still become a token."""
        tokens, begin = self._tokens, max(done, len(text) - LONGEST_SPELT_OUT)
        tail = text[begin:]
        upper = tail.upper()
        if len(upper) == len(tail):
            for head in tokens.heads:
                at = upper.find(head)
                while at >= 0:
                    begun = BEGUN.fullmatch(tail, at + len(head))
                    if begun is not None and self._may_become(begun):
                        end = begin + at + len(head)
                        start = _word(text, begin, end)
                        if start is not None and tokens.is_translation(text[start:end]):
                            return start
                        return begin + at
                    at = upper.find(head, at + 1)
        if MAY_HOLD.search(tail) is not None:
            told = LETTERS_AND_BEGUN.search(tail)
            if told is not None:
                end = begin + told.end(1)
                start = _word(text, begin, end)
                if start is not None and self._may_be_translated(text[start:end], told):
                    return start
        if (begun := ESCAPE_BEGUN.search(text, max(begin, len(text) - LONGEST_ESCAPE))) is not None:
            return begun.start()
        start = _letters(text, begin, len(text))
        if start is None:
            return len(text)
        escape, word_at = escape_into(text, begin, start, len(text))
        word = text[start:].upper()
        if len(word) != len(text) - start:
            return len(text)
        held = len(text)
        if word_at < held and (_CAPITALS.match(text, word_at) or tokens.misspelt(word[word_at - start :])):
            held = word_at
        for at in range(start, held):
            if word[at - start :] in tokens.prefixes:
                return at if at >= word_at else escape
        return held

    def _may_become(self, begun: re.Match[str]) -> bool:
        """Whether this, behind an issued word, is the beginning of a separator and a tag."""
        separator, _, _, written, rest = begun.groups()
        if not written:
            return True
        if rest is not None:
            return self._tokens.begins(written + rest)
        if self._tokens.begins(written):
            return True
        nearly = self._tokens.begins_nearly
        return separator != "" and (nearly(written) or (len(written) > TAG_LENGTH and nearly(written[:TAG_LENGTH])))

    def _may_be_translated(self, word: str, told: re.Match[str]) -> bool:
        """Whether `word` may be a translated or misspelt one, and behind it are an underscore and a tag's beginning."""
        _, separator, strong, begun, written, rest = told.groups()
        if not (strong is not None or begun or separator.startswith("*")) or rest is not None:
            return False
        if written and not self._tokens.begins(written):
            return False
        return _CAPITALS.match(word) is not None or self._tokens.misspelt(word.upper())


def _letters(text: str, begin: int, end: int) -> int | None:
    """Where the letters begin that end at `end`; at most a word's number of them."""
    start, begin = end, max(begin, end - _WORD_LETTERS)
    while start > begin and text[start - 1].isalpha():
        start -= 1
    return start if start < end else None


def _word(text: str, begin: int, end: int) -> int | None:
    """As `_letters`, without those of an escape."""
    start = _letters(text, begin, end)
    if start is not None:
        start = escape_into(text, begin, start, end)[1]
    return start if start != end else None
