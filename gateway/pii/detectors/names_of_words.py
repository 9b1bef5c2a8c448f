"""Given names that are words first (`Mark`, `Will`, `June`): only a surname behind them, or a title, tells of somebody.

Invariants
- What is found here is not spread by its first word: `Mark Keller` makes no other `Mark` his.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import is_word
from gateway.pii.detectors.name_reading import LOWER, UPPER, WORD, as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.names_alone import EVERYDAY
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.words import word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

ALSO_GIVEN = word_set("mark will may april june august bill hope faith rob art sunny mia")
_ANY = b"|".join(sorted(name.capitalize().encode("latin-1") for name in ALSO_GIVEN))
_PAIR = rb"\b(?:" + _ANY + rb") [" + UPPER + rb"][" + LOWER + rb"]{2}"
_PAIR_PATTERN = compiled(_PAIR)
# `Hi Will, …`, `ask Mark whether …`, `Mark is on holiday`, `Regards⏎Will`: no months, of which the same is said.
_ALONE = rb"(?:Mark|Will|Bill|Rob)"
_TOLD = (
    rb"\b(?:Hi|Hello|Hey|Dear|Hallo|Hoi|Ciao|Salut|Lieber|Thanks|Danke|Merci|Grazie) " + _ALONE + rb"(?:[,!\n]|$)"
    rb"|\b(?i:ask|tell|remind|chase|ping|phone|email|frag|sag|rufe?|(?:lunch|call|sync|meeting|spoke|talk|talked|chat|met"
    rb"|termin|kaffee|gespr\xe4ch) (?:with|to|mit)) "
    + _ALONE
    + rb"(?: (?:to|if|whether|about|and|for|that|ob|dass|wegen|und|tomorrow|today|on|at|morgen|heute|an)\b|[,.;?!]|$)"
    rb"|(?:^|\n|[.!?,;:] |\b(?:that|because|if|whether|and|but|when|dass|weil|ob) )"
    + _ALONE
    + rb" (?:said|says|called|wants|wrote|asked|told|thinks|needs|replied|agreed|sagt|sagte|meint|hat (?:ges|ang|gem)"
    rb"|(?:is|was) (?:on (?:holiday|leave|vacation)|off|sick|ill|out|away|back|late|working|joining|leaving|coming))\b"
    rb"|(?i:regards|thanks|cheers|best|gruss|gr\xfcsse|grazie|merci|bye),?\n{1,2}" + _ALONE + rb"[ ]?(?:\n|$)"
)
_TOLD_PATTERN = compiled(_TOLD)
_ALONE_WORD = re.compile(rb"\b" + _ALONE + rb"\b(?!['\-_0-9@]| [" + UPPER + rb"])")
_WORD_BEFORE = re.compile(rb"([" + UPPER + LOWER + rb"]{1,16})[ \-]$")
_LARGE_BEHIND = re.compile(rb"(?:'s)?[ \-][" + UPPER + rb"]|-|[0-9_@(]")
_AS_NOUNS = ALSO_GIVEN - {"mia"}
"""Before which an article may stand, and `an` is one: `eine Mail an Mia Weber`."""
# Of a month, or of what is no name.
_BEFORE_WORDS = word_set(
    """
    in im of since until by early late mid this next last every on ab bis seit ende anfang mitte am der die das den
    the a an your our my their
    """
)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if is_of_learning(view):
        return
    for start, end in _TOLD_PATTERN.spans(data):
        for word in _ALONE_WORD.finditer(data, start, end):
            yield Found(*word.span(), "person", lowered(word[0]), 0.65, "name-of-a-word")
    for start, _ in _PAIR_PATTERN.spans(data):
        words = named_by_a_word(data, start)
        if len(words) != 2 or _LARGE_BEHIND.match(data, words[1][1]):
            continue
        before = _WORD_BEFORE.search(data, max(0, start - 17), start)
        small = lowered(before[1]) if before else ""
        free = small not in _BEFORE_WORDS or words[0][2] not in _AS_NOUNS
        if free and not is_given(small) and _is_somebodys(words[0][2], words[1][2]):
            yield as_found(words, 0.75, "name-of-a-word")


def named_by_a_word(data: bytes, start: int) -> list[tuple[int, int, str]]:
    """`Ms April Jones`: the words of the name that begins at `start` with one that is a word first; else none."""
    word = WORD.match(data, start)
    if word is None or lowered(word[0]) not in ALSO_GIVEN or data[word.end() : word.end() + 1] != b" ":
        return []
    surname = read(data, word.end() + 1, 1)
    return [(word.start(), word.end(), lowered(word[0])), *surname] if surname else []


def _is_somebodys(given: str, surname: str) -> bool:
    return (
        is_surname(surname)
        and surname not in EVERYDAY
        and surname not in ALSO_GIVEN
        and not is_word(surname)
        and not is_famous([given, surname])
    )


RULES = (Rule("name-of-a-word", ("person",), (_PAIR, _TOLD), _find),)
