"""Words that stand for values: `PERSON_k7f3q2`.

A type's word, an underscore, and six characters of a keyed hash: a model sees of what kind a value is and that two are
one, and nobody without the key can make one up.

Invariants
- Equal values of one team and epoch have equal tags: the same prompt twice gives the same bytes, and a conversation
  that only grows keeps its beginning, so that providers' prompt caches stay warm.
- A tag has a digit and a letter, so that it is neither a number nor a word, and differs from every other tag of its
  request in two places at least: one slip of a model's pen is repaired without doubt.
- Two spellings of one value share the tag, and a letter after the word tells them apart (`EMAIL_…`, `EMAILb_…`):
  each comes back byte for byte. A part of a name shares the tag of the full name.
- Nothing here outlives the request; no repr shows a value.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from gateway.core.token_maps import TokenValues

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o, u."""
_PAIRS: Final = [first + second for second in ALPHABET for first in ALPHABET]

TAG_LENGTH: Final = 6
_HALF: Final = TAG_LENGTH // 2
HASH_LENGTH: Final = 16
FORMS: Final = ("", *"bcdefghjkmnpqrstvwxyz")
LONGEST_WORD: Final = 12

_SPECIAL: Final = re.compile(r'["\\\x00-\x1f]')

WORDS: Final[dict[str, str]] = {
    "email": "EMAIL",
    "phone": "PHONE",
    "iban": "IBAN",
    "credit_card": "CARD",
    "ch_ahv": "AHV",
    "ch_uid": "UID",
    "ch_health_card": "HEALTHCARD",
    "fr_nir": "NIR",
    "de_tax_id": "TAXID",
    "de_svnr": "SVNR",
    "it_cf": "FISCALCODE",
    "es_nif": "NIF",
    "uk_nino": "NINO",
    "uk_nhs": "NHS",
    "us_ssn": "SSN",
    "national_id": "NATIONALID",
    "passport": "PASSPORT",
    "license_plate": "PLATE",
    "date_of_birth": "BIRTHDATE",
    "address": "ADDRESS",
    "person": "PERSON",
    "ip_address": "IPADDRESS",
    "mac_address": "MACADDRESS",
    "vin": "VIN",
    "secret": "SECRET",
}
"""Letters only: an underscore inside would be one more thing for a model to spoil."""


def word_of(type_: str) -> str:
    """The word for a type, a team's own types included."""
    word = WORDS.get(type_)
    if word is None:
        word = "".join(letter for letter in type_.upper() if "A" <= letter <= "Z")[:LONGEST_WORD]
        word = word if len(word) > 1 else "TERM"
    return word


class Tags:
    """Tags by their halves: one slip leaves one of the two as it was. Those of a half are one string, soon freed."""

    __slots__ = ("_by_beginning", "_by_end", "_first_letters")

    def __init__(self) -> None:
        self._by_beginning: dict[str, str] = {}
        self._by_end: dict[str, str] = {}
        self._first_letters: set[str] = set()
        """What is shorter than a half and begins one: a thousand at most."""

    def add(self, tag: str) -> None:
        beginning, end = tag[:_HALF], tag[_HALF:]
        if beginning not in self._by_beginning:
            self._first_letters.update([tag[:length] for length in range(_HALF)])
        self._by_beginning[beginning] = self._by_beginning.get(beginning, "") + tag
        self._by_end[end] = self._by_end.get(end, "") + tag

    def begins(self, written: str) -> bool:
        """Whether one of them begins so."""
        if len(written) < _HALF:
            return written in self._first_letters
        tags = self._by_beginning.get(written[:_HALF], "")
        starts = range(0, len(tags), TAG_LENGTH)
        return len(written) <= TAG_LENGTH and any(tags.startswith(written, at) for at in starts)

    def near(self, written: str) -> set[str]:
        """Those that are equal to it, or have one letter that differs or one more."""
        tags = self._by_beginning.get(written[:_HALF], "") + self._by_end.get(written[-_HALF:], "")
        if not tags:
            return set()
        alike = {tags[at : at + TAG_LENGTH] for at in range(0, len(tags), TAG_LENGTH)}
        return {tag for tag in alike if tag == written or one_slip(written, tag)}


def one_slip(written: str, meant: str) -> bool:
    """Whether one letter was changed, added or left out, and no more."""
    if len(written) == len(meant):
        return sum(a != b for a, b in zip(written, meant, strict=True)) == 1
    short, long = sorted((written, meant), key=len)
    if len(long) - len(short) != 1:
        return False
    place = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[place:] == long[place + 1 :]


class Issued:
    """The tokens of one request, and what each stands for. `key`: of the team and epoch."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod="sha256")
        self._tags: dict[tuple[str, str], str] = {}
        """(type, canonical) -> tag."""
        self._drawn = Tags()
        self._adopted = Tags()
        self._names: dict[str, list[tuple[frozenset[str], str]]] = {}
        """Word -> the full names that it is a part of, each as the words it consists of, and their tags."""
        self.values: TokenValues = {}
        """Tag -> the token's text before the underscore, in capitals -> value."""
        self.heads: set[str] = set()
        self.special = False
        """Whether any value has to be escaped in JSON."""

    def __repr__(self) -> str:
        return f"<Issued {len(self.values)} tags>"

    def __len__(self) -> int:
        return len(self.values)

    def adopt(self, values: TokenValues) -> None:
        """Take over tokens that stand in a state which the provider keeps."""
        for tag, forms in values.items():
            if tag not in self.values:
                self._adopted.add(tag)
            self.values.setdefault(tag, {}).update(forms)
            for head, value in forms.items():
                self._note(head, value)

    def token(self, type_: str, canonical: str, surface: str) -> str:
        """The token for a value in this spelling."""
        word = word_of(type_)
        tag = self._tags.get((type_, canonical))
        if tag is None:
            tag = self._tag(type_, canonical)
            self._tags[type_, canonical] = tag
        forms = self.values.setdefault(tag, {})
        for head, value in forms.items():
            if value == surface and head.startswith(word):
                return f"{_head_shown(head, word)}_{tag}"
        if len(forms) == len(FORMS):  # more spellings than letters: another tag serves the next ones
            return self.token(type_, canonical + "\0", surface)
        head = word + FORMS[len(forms)].upper()
        forms[head] = surface
        self._note(head, surface)
        return f"{_head_shown(head, word)}_{tag}"

    def _note(self, head: str, value: str) -> None:
        """What the answer's restorers ask of all together: they are on the event loop, and this is beside it."""
        self.heads.add(head)
        if not self.special and _SPECIAL.search(value):
            self.special = True

    def close(self) -> None:
        """No more will be drawn: what only that needs is freed here, and not on the event loop with the request."""
        for mapping in (self._tags, self._names):
            while mapping:
                mapping.popitem()

    def near(self, written: str) -> set[str]:
        """Tags of which one letter may have been changed, or one left out, to make what is written."""
        return self._drawn.near(written) | self._adopted.near(written)

    def begins(self, written: str) -> bool:
        """Whether a tag begins so."""
        return self._drawn.begins(written) or self._adopted.begins(written)

    def _tag(self, type_: str, canonical: str) -> str:
        if type_ == "person":
            words = frozenset(canonical.split())
            fewest = min((self._names.get(word, ()) for word in words), key=len, default=())
            full = {tag for name, tag in fewest if words < name}
            if len(full) == 1:
                return full.pop()
            tag = self._tag_of_a_part(canonical.split()) or self._new_tag(type_, canonical)
            if len(words) > 1:
                for word in words:
                    self._names.setdefault(word, []).append((words, tag))
            return tag
        return self._new_tag(type_, canonical)

    def _tag_of_a_part(self, words: Sequence[str]) -> str | None:
        """That of `Zellweger`, told before `Hans Zellweger` was: the surname's before the given name's."""
        for word in reversed(words) if len(words) > 1 else ():
            tag = self._tags.get(("person", word))
            if tag is not None and all(tag != other for _, other in self._names.get(word, ())):
                return tag
        return None

    def _new_tag(self, type_: str, canonical: str) -> str:
        counter = 0
        while True:
            tag = base32(self._digest(type_, canonical, counter), TAG_LENGTH)
            if not tag.isdigit() and not tag.isalpha() and not self._drawn.near(tag):
                self._drawn.add(tag)
                return tag
            counter += 1

    def _digest(self, type_: str, canonical: str, counter: int) -> bytes:
        told = b"%s\0%s\0%d" % (type_.encode(), canonical.encode("utf-8", "surrogatepass"), counter)
        digest = self._keyed.copy()  # a third of the time that it takes to key one
        digest.update(told)
        return digest.digest()


def _head_shown(head: str, word: str) -> str:
    return word + head[len(word) :].lower()


def hashed(key: bytes, type_: str, canonical: str) -> str:
    """A word for a value that nobody turns back."""
    told = b"hash\0%s\0%s" % (type_.encode(), canonical.encode("utf-8", "surrogatepass"))
    return f"{word_of(type_)}_{base32(hmac.digest(key, told, 'sha256'), HASH_LENGTH)}"


def base32(digest: bytes, length: int) -> str:
    """`length` is even."""
    number = int.from_bytes(digest[:16], "big")
    return "".join([_PAIRS[number >> 5 * place & 1023] for place in range(0, length, 2)])


def epoch_key(root: bytes, team: str, epoch: str) -> bytes:
    """The key of one team and epoch."""
    return hmac.new(root, b"tokens\0%s\0%s" % (team.encode(), epoch.encode()), sha256).digest()
