"""Names in passing: a given name alone behind `Kaffee mit`, `lieber`; a party's surname behind `gegen`; a chat in small
letters; whoever a comment in code leaves something to.

A given name alone is somebody's behind words of meeting and greeting, where it means nothing else; behind any other
only near somebody who was found (`names_alone`). A surname alone needs a word that only stands before persons and
parties.

Invariants
- Of a text in small letters only one that is short, as chats are, and all small is read so; its words are held against
  the lists at once, so that one without a name costs a look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import GIVEN, WORDS
from gateway.pii.detectors.name_reading import COMPANY, LOWER, UPPER, as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.name_records import AMBIGUOUS
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.surnames import SURNAMES
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
# `@camille, peux-tu`: whoever is called in a chat.
_CALLED = rb"(?:^|[ \n(])@[a-z\xdf-\xff]{4,20}(?:[ ,:;?!.)\n]|$)"
_CALLED_PATTERN = compiled(_CALLED)
_SMALL_WORDS = re.compile(rb"[a-z\xdf-\xff]+(?:-[a-z\xdf-\xff]+)?")
# Several words, and no capital but of an English `I`.
_ALL_SMALL = rb"^(?:[^A-Z\xc0-\xde]|\bI\b)*[a-z\xdf-\xff] (?:[^A-Z\xc0-\xde]|\bI\b)*$"
_ALL_SMALL_PATTERN = compiled(_ALL_SMALL)
_LONGEST_CHAT = 600
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
_BEFORE_SOMEBODY = frozenset(
    """
    mal an mit von bei wenn ob em hey hoi ciao salut danke merci grazie thanks hi if did is has call appeler appelle
    chiama chiamiamo si se anche viene chunt und oder die der dem den ask asks with to from and or by tell told says
    said à avec de chez et a con di da e lo la dice frag fragt sag sagt für for pour per hat dass that que che
    ehi hei allô est è dov where till until bis jusqu fino
    """.encode("latin-1").split()
)

_TALK = frozenset(
    """
    ich du er sie wir ihr ist bin hab habe hat kannst könnt mal heute morgen noch schon dann und oder aber das die der
    nicht bitte je tu il elle on est ai as peux vu et ou mais pas le la les ton ta mon ma ce demain io tu lui lei è hai
    ho che ci non e o ma domani oggi lo i you he she we they is are can could will did do the a to and or but not about
    where know knows who has got back from for at in on we us me my your our him them how why then there here just now
    so wo weiss war wird uns mir dir mich dich auch nur wieder où sait quand qui que dit sa dove quando torna chiedere
    please today tomorrow if what when krank zurück malade malato sick doesn't off who wer qui chi
    """.encode("latin-1").split()
)
_FEWEST_OF_TALK = 3
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
        if called in SAFE_GIVEN:
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


def _find_in_a_chat(view: View) -> Iterator[Found]:
    data = view.data
    if len(data) > _LONGEST_CHAT or not _ALL_SMALL_PATTERN.occurs(data):
        return
    words = [word.span() for word in _SMALL_WORDS.finditer(data)]
    written = [data[start:end] for start, end in words]
    if SAFE_GIVEN.isdisjoint(word.partition(b"-")[0] for word in written):
        return
    named = [place for place, word in enumerate(written) if word.partition(b"-")[0] in SAFE_GIVEN]
    named = [place for place in named if stands_alone(data, *words[place])]
    full = {place for place in named if _surname_behind(data, words, place)}
    told = {place for place in named if place and written[place - 1] in _BEFORE_SOMEBODY}
    if full or told or len(_TALK.intersection(written)) >= _FEWEST_OF_TALK:
        for place in named:
            start, end = words[place][0], words[place + (place in full)][1]
            yield Found(start, end, "person", lowered(data[start:end]), 0.65, "name-in-a-chat")


def _surname_behind(data: bytes, words: list[tuple[int, int]], place: int) -> bool:
    if place + 1 == len(words) or data[words[place][1] : words[place + 1][0]] != b" ":
        return False
    surname = lowered(data[slice(*words[place + 1])])
    return surname in SURNAMES and len(surname) > 2 and surname not in COMMON and surname not in NO_NAMES


def stands_alone(data: bytes, start: int, end: int) -> bool:
    """Between blanks and signs of sentences: no part of a path, an address or a name in code."""
    return data[start - 1 : start] in _AROUND_A_WORD and data[end : end + 1] in _AROUND_A_WORD


def is_word(word: str) -> bool:
    return word in THINGS or word in COMMON or word in NO_NAMES or word in ASKED_FOR or is_nominal(word)


RULES = (
    Rule("name-mention", ("person",), (_ALONE, _PARTY, _LEFT_TO, _CALLED), _find),
    Rule("name-in-a-chat", ("person",), (_ALL_SMALL,), _find_in_a_chat),
)
