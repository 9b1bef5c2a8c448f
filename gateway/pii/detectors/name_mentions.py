"""Names in passing: a given name alone behind `Kaffee mit`, `lieber`; a party's surname behind `gegen`; whoever a
comment in code leaves something to.

A given name alone is somebody's behind words of meeting and greeting, where it means nothing else; behind any other
only near somebody who was found (`names_alone`). A surname alone needs a word that only stands before persons and
parties.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import GIVEN, WORDS
from gateway.pii.detectors.name_reading import COMPANY, LOWER, UPPER, as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.name_records import AMBIGUOUS
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import ASKED_FOR, COMMON, NO_NAMES, THINGS, THINGS_SO_CALLED, is_nominal, word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_COMPANY = (
    "(?:kaffee|mittagessen|termin|treffen|abgesprochen|telefoniert|coffee|lunch|sync|café|déjeuner|rendez-vous|rdv|caffè"
    "|pranzo|appuntamento)[ ](?:mit|with|avec|con)|lieber?|liebes|looping in|adding|1:1|elterngespräch|parents of"
    "|eltern von|parents d[e']|genitori di|wie geht(?:'s|[ ]es)|comment va|come sta|sonst übernimmt|sinon"
    "|se no subentra|otherwise|ma cheffe|mon chef"
    "|la mia capa|il mio capo|my boss|(?:should|shall|must|can)[ ](?:we|i)[ ]let"
)
_ALONE = shape(rf"(?:^|[^<U><L>0-9'\-])(?i:{_COMPANY})[ ]<CAP>")
_ALONE_PATTERN = compiled(_ALONE)
_AGAINST = (
    r"in sachen|gegen|against|contre|contro|(?:grievance|complaint|claim) (?:raised |filed |lodged )?(?:by|from)"
    r"|plainte de|reclamo di|beschwerde (?:von|durch)|il sottoscritto|la sottoscritta|le soussigné|la soussignée"
    r"|der unterzeichnete|die unterzeichnete|nurse|pat\.|paz\.|kollege|kollegin|kunde|kundin|il cliente|la cliente"
    r"|le client|senator|pc|np|portiere|époux|ehepaar|coniugi|famiglia|patientin|patiente|paziente|praxis|hausarzt"
    r"|chef|chefin|student|studentin"
    r"|étudiant|étudiante|studente|studentessa|dottor|tochter|hallo"
)
_PARTY = shape(rf"(?:^|[^<U><L>0-9'\-])(?i:{_AGAINST})[ ]<CAP>")
_PARTY_PATTERN = compiled(_PARTY)
_ITS_WORDS = re.compile(rb".*[ ]", re.DOTALL)
_LONGER = re.compile(rb"-|[ ]?[\-/][" + UPPER + LOWER + rb"]|[ ][" + UPPER + rb"]|'s |[0-9_.@(]\S")
_LEFT_TO = rb"(?:TODO|FIXME|XXX|HACK|NOTE)\([A-Za-z\xc0-\xff]{3,20}\)"
_LEFT_TO_PATTERN = compiled(_LEFT_TO)
PLACES = AMBIGUOUS | word_set("monaco parma pisa lodi genova modena como novara london england holland france spain")
# `@camille, peux-tu`, `@arta.morina`: whoever is called in a chat.
_CALLED = rb"(?:^|[ \n(])@[a-z\xdf-\xff]{4,20}(?:\.[a-z\xdf-\xff]{3,24})?(?:[ ,:;?!.)\n]|$)"
_CALLED_PATTERN = compiled(_CALLED)
SAFE_GIVEN = frozenset(
    name.encode("latin-1")
    for name in GIVEN
    if len(name) > 3
    and all(ord(letter) < 256 for letter in name)
    and name not in WORDS
    and name not in AMBIGUOUS
    and name not in THINGS_SO_CALLED
    and not (name in THINGS or name in COMMON or name in NO_NAMES or name in ASKED_FOR or is_nominal(name))
)
_AROUND_A_WORD = frozenset((b"", b" ", b",", b".", b"?", b"!", b"\n", b"'", b":", b";", b")", b"("))


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if not is_of_learning(view):
        yield from _alone(data)
    for start, end in _PARTY_PATTERN.spans(data):
        words = read(data, _capital(data, start, end), 3)
        small = [word for _, _, word in words]
        listed = [word for word in small if is_surname(word) and not is_word(word) and word not in PLACES]
        if words and COMPANY.match(data, words[-1][1] + 1):  # `Kunde Meier AG`
            continue
        if listed and not is_famous(small) and (len(small) < 3 or is_given(small[0])):
            yield as_found(words, 0.65, "name-party")
    for start, end in _CALLED_PATTERN.spans(data):
        begin = data.index(b"@", start, end) + 1
        called = data[begin:end].rstrip(b" ,:;?!.)\n")
        given, _, surname = called.partition(b".")
        if given in SAFE_GIVEN and not (surname and is_word(lowered(surname))):
            yield Found(begin, begin + len(called), "person", lowered(called), 0.65, "name-mention")
    for start, end in _LEFT_TO_PATTERN.spans(data):
        begin = data.index(b"(", start, end) + 1
        word = lowered(data[begin : end - 1])
        if (is_given(word) and word not in WORDS) or (is_surname(word) and not is_word(word)):
            yield Found(begin, end - 1, "person", word, 0.65, "name-in-comment")


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


def stands_alone(data: bytes, start: int, end: int) -> bool:
    """Between blanks and signs of sentences: no part of a path, an address or a name in code."""
    return data[start - 1 : start] in _AROUND_A_WORD and data[end : end + 1] in _AROUND_A_WORD


def is_word(word: str) -> bool:
    return word in THINGS or word in COMMON or word in NO_NAMES or word in ASKED_FOR or is_nominal(word)


RULES = (Rule("name-mention", ("person",), (_ALONE, _PARTY, _LEFT_TO, _CALLED), _find),)
