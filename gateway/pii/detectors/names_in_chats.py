"""Names in a chat in small letters: whoever speaks, is asked, called or told of there.

`guillaume: j'arrive`, `frag mal arta`, `hast du die nummer vom aksoy?`

Invariants
- Of a text in small letters only one that is short, as chats are, and all small is read so; its words are held against
  the lists at once, so that one without a name costs a look.
- A surname alone counts only near a given name, and where nobody else than a person stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import PLACES, SAFE_GIVEN, is_word, stands_alone
from gateway.pii.detectors.name_reading import is_given, lowered
from gateway.pii.detectors.names_alone import EVERYDAY
from gateway.pii.detectors.surnames import SURNAMES
from gateway.pii.detectors.words import COMMON, NO_NAMES
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_SMALL_WORDS = re.compile(rb"[a-z\xdf-\xff]+(?:-[a-z\xdf-\xff]+)?")
# Several words, and no capital but of an English `I`.
_ALL_SMALL = rb"^(?:[^A-Z\xc0-\xde]|\bI\b)*[a-z\xdf-\xff] (?:[^A-Z\xc0-\xde]|\bI\b)*$"
_ALL_SMALL_PATTERN = compiled(_ALL_SMALL)
_LONGEST_CHAT = 600
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
_BEFORE_SURNAME = frozenset(
    """
    vom von mit frau herr herrn bei für an ohne de d di del della mr mrs ms with from for by monsieur madame mme m avec
    chez pour signor signora sig con da per
    """.encode("latin-1").split()
)
_BEHIND_SURNAME = frozenset(
    """
    kommt ist hat will fehlt übernimmt weiss sagt nous est a veut vient arrive sera arriva viene vuole è ha sarà is has
    wants comes joins will said says
    """.encode("latin-1").split()
)
_CLAUSE = frozenset((b"", b", ", b". ", b"? ", b"! ", b"\n", b": "))
_SHORTEST_SURNAME, _FEWEST_SPEAKERS = 4, 2
# `guillaume: j'arrive`: a line that somebody says.
_SPEAKER = re.compile(rb"(?:^|\n)([a-z\xdf-\xff\-]{2,20})(?: [a-z\xdf-\xff]{2,20})?: ?\S")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if len(data) > _LONGEST_CHAT or not _ALL_SMALL_PATTERN.occurs(data):
        return
    words = [word.span() for word in _SMALL_WORDS.finditer(data)]
    written = [data[start:end] for start, end in words]
    if SAFE_GIVEN.isdisjoint(word.partition(b"-")[0] for word in written):
        return
    named = [place for place, word in enumerate(written) if word.partition(b"-")[0] in SAFE_GIVEN]
    named = [place for place in named if stands_alone(data, *words[place])]
    speakers = {line.start(1) for line in _SPEAKER.finditer(data)}
    full = {place for place in named if _surname_behind(data, words, place)}
    told = {place for place in named if place and written[place - 1] in _BEFORE_SOMEBODY}
    speaks = len(speakers) >= _FEWEST_SPEAKERS
    if full or told or speaks or len(_TALK.intersection(written)) >= _FEWEST_OF_TALK:
        named += [place for place in range(len(words)) if place not in full and _is_surname_told(data, words, place)]
        if speaks:  # `tiffany: …`, whatever else the name means
            named += [
                place
                for place, word in enumerate(words)
                if word[0] in speakers and is_given(lowered(data[slice(*word)]))
            ]
        for place in named:
            start, end = words[place][0], words[place + (place in full)][1]
            yield Found(start, end, "person", lowered(data[start:end]), 0.65, "name-in-a-chat")


def _is_surname_told(data: bytes, words: list[tuple[int, int]], place: int) -> bool:
    """`d nummer vom aksoy`, `…, esposito arriva dopo`: near a given name, where a surname alone stands in a chat."""
    start, end = words[place]
    small = lowered(data[start:end])
    if (
        len(small) < _SHORTEST_SURNAME
        or small not in SURNAMES
        or is_given(small)
        or small in PLACES
        or small in EVERYDAY
    ):
        return False
    if is_word(small) or not stands_alone(data, start, end):
        return False
    led = data[slice(*words[place - 1])] if place else b""
    acts = data[slice(*words[place + 1])] if place + 1 < len(words) else b""
    if led in _BEFORE_SURNAME and data[words[place - 1][1] : start] == b" ":
        return True
    if data[end : end + 3] == b"'s ":
        return True
    return acts in _BEHIND_SURNAME and data[max(0, start - 2) : start] in _CLAUSE


def _surname_behind(data: bytes, words: list[tuple[int, int]], place: int) -> bool:
    if place + 1 == len(words) or data[words[place][1] : words[place + 1][0]] != b" ":
        return False
    surname = lowered(data[slice(*words[place + 1])])
    return surname in SURNAMES and len(surname) > 2 and surname not in COMMON and surname not in NO_NAMES


RULES = (Rule("name-in-a-chat", ("person",), (_ALL_SMALL,), _find),)
