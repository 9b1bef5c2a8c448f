"""Names in passing: a given name alone behind `mit`, `avec`, `by`; a party's surname behind `gegen`; a chat in small
letters; whoever a comment in code leaves something to.

A given name behind a preposition is somebody's where it means nothing else; a surname alone needs a word that only
stands before persons and parties.

Invariants
- Of a text in small letters only one that is short, as chats are, and all small is read so; its words are held against
  the lists at once, so that one without a name costs a look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import GIVEN, WORDS
from gateway.pii.detectors.name_reading import LOWER, UPPER, as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.name_records import AMBIGUOUS
from gateway.pii.detectors.public_figures import is_famous, is_learned
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.surnames import SURNAMES
from gateway.pii.detectors.words import ASKED_FOR, COMMON, NO_NAMES, THINGS, THINGS_SO_CALLED, is_nominal
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_PREPOSITION = (
    "mit|with|avec|con|von|bei|durch|für|an|by|for|chez|par|pour|da|lieber?|liebes|looping in|adding|kaffee mit|1:1"
    "|elterngespräch|parents of|eltern von"
)
_ALONE = shape(rf"(?:^|[^<U><L>0-9'\-])(?i:{_PREPOSITION})[ ]<CAP>")
_ALONE_PATTERN = compiled(_ALONE)
_AGAINST = (
    r"in sachen|gegen|against|contre|contro|(?:grievance|complaint|claim) (?:raised |filed |lodged )?(?:by|from)"
    r"|plainte de|reclamo di|beschwerde (?:von|durch)|il sottoscritto|la sottoscritta|le soussigné|la soussignée"
    r"|der unterzeichnete|die unterzeichnete|nurse|pat\.|paz\.|kollege|kollegin"
)
_PARTY = shape(rf"(?:^|[^<U><L>0-9'\-])(?i:{_AGAINST})[ ]<CAP>")
_PARTY_PATTERN = compiled(_PARTY)
_ITS_WORDS = re.compile(rb".*[ ]", re.DOTALL)
_LONGER = re.compile(rb"-|[ ]?[\-/][" + UPPER + LOWER + rb"]|[ ][" + UPPER + rb"]|'s |[0-9_.@(]\S")
_LEFT_TO = rb"(?:TODO|FIXME|XXX|HACK|NOTE)\([A-Za-z\xc0-\xff]{3,20}\)"
_LEFT_TO_PATTERN = compiled(_LEFT_TO)
_SMALL_WORDS = re.compile(rb"[a-z\xdf-\xff]+(?:-[a-z\xdf-\xff]+)?")
_TWO_SMALL = rb"[a-z\xdf-\xff]{2}[ ][a-z\xdf-\xff]{2}"
_CAPITALS = bytes(byte for byte in range(256) if not (0x41 <= byte <= 0x5A or 0xC0 <= byte <= 0xDE))
_LONGEST_CHAT, _MOST_CAPITALS = 2000, 0.02
_SAFE = frozenset(
    name.encode("latin-1")
    for name in GIVEN
    if len(name) > 3
    and all(ord(letter) < 256 for letter in name)
    and name not in WORDS
    and name not in AMBIGUOUS
    and name not in THINGS_SO_CALLED
    and not (name in THINGS or name in COMMON or name in NO_NAMES or name in ASKED_FOR or is_nominal(name))
)
_BEFORE_SOMEBODY = frozenset(
    """
    mal an mit von bei und oder die der dem den ask asks with to from and or by tell told says said à avec de chez et a
    con di da e lo la dice frag fragt sag sagt für for pour per hat dass that que che
    """.encode("latin-1").split()
)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if not is_learned(data):
        yield from _alone(data)
    for start, end in _PARTY_PATTERN.spans(data):
        words = read(data, _capital(data, start, end), 3)
        small = [word for _, _, word in words]
        listed = [word for word in small if is_surname(word) and not _is_word(word)]
        if listed and not is_famous(small) and (len(small) < 3 or is_given(small[0])):
            yield as_found(words, 0.65, "name-party")
    for start, end in _LEFT_TO_PATTERN.spans(data):
        begin = data.index(b"(", start, end) + 1
        word = lowered(data[begin : end - 1])
        if (is_given(word) and word not in WORDS) or (is_surname(word) and not _is_word(word)):
            yield Found(begin, end - 1, "person", word, 0.65, "name-in-comment")
    if len(data) <= _LONGEST_CHAT and len(data.translate(None, _CAPITALS)) <= _MOST_CAPITALS * len(data):
        yield from _in_a_chat(data)


def _alone(data: bytes) -> Iterator[Found]:
    for start, end in _ALONE_PATTERN.spans(data):
        at = _capital(data, start, end)
        words = read(data, at, 1)
        if not words or _LONGER.match(data, words[0][1]):
            continue
        if _is_somebody(words[0][2]) and not data[words[0][0] : words[0][1]].isupper():
            yield as_found(words, 0.65, "name-mention")


def _is_somebody(word: str) -> bool:
    if word in WORDS or word in AMBIGUOUS or word in THINGS_SO_CALLED:
        return False
    return all(part in GIVEN for part in word.split("-"))  # no `BERT-style`


def _capital(data: bytes, start: int, end: int) -> int:
    before = _ITS_WORDS.match(data, start, end)
    return before.end() if before else start


def _in_a_chat(data: bytes) -> Iterator[Found]:
    words = [word.span() for word in _SMALL_WORDS.finditer(data)]
    if _SAFE.isdisjoint(data[start:end].partition(b"-")[0] for start, end in words):
        return
    for place, (start, end) in enumerate(words):
        if data[start:end].partition(b"-")[0] not in _SAFE:
            continue
        following = words[place + 1] if place + 1 < len(words) else (end, end)
        surname = lowered(data[slice(*following)])
        if data[end : following[0]] == b" " and surname in SURNAMES and not _is_plain(surname):
            yield Found(start, following[1], "person", f"{lowered(data[start:end])} {surname}", 0.65, "name-in-a-chat")
        elif place == 0 or (
            data[slice(*words[place - 1])] in _BEFORE_SOMEBODY and data[words[place - 1][1] : start] == b" "
        ):
            yield Found(start, end, "person", lowered(data[start:end]), 0.65, "name-in-a-chat")


def _is_plain(word: str) -> bool:
    """A word that goes on with the sentence, and no surname."""
    return len(word) < 3 or word in COMMON or word in NO_NAMES


def _is_word(word: str) -> bool:
    return word in THINGS or word in COMMON or word in NO_NAMES or word in ASKED_FOR or is_nominal(word)


RULES = (Rule("name-mention", ("person",), (_ALONE, _PARTY, _LEFT_TO, _TWO_SMALL), _find),)
