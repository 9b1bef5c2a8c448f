"""Words that people agreed on to know each other by, and passwords of wireless networks: plain words, too."""

from __future__ import annotations

import re

from gateway.pii.detectors.phrases import NO_VALUE
from gateway.pii.detectors.random_values import is_example
from gateway.pii.linear import compiled

Password = tuple[int, bytes]
"""Where a password stands, and its text."""
NO_PASSWORD: Password = (0, b"")

# `das Losungswort «Kormoran»`
_QUOTED = (
    rb"(?i)(?:losungswort|codewort|code ?word|safe ?word|parola d'ordine|parole d'ordre|phrases? secr\xe8te"
    rb"|passphrase|frase segreta)"
    rb"[ ](?:[a-z\xdf-\xff]{2,12}[ ]){0,2}[\"\xab'][ ]?[A-Za-z\xc0-\xff]"
)
_IN_QUOTES = re.compile(rb"[^\"\xab\xbb\n]{4,64}?(?=[ ]?[\"\xbb'](?:[ .,;!?)]|$))")
# `Codewort für Rückfragen der Bank: Regenbogenforelle`
_WATCHWORD = (
    rb"(?i)(?:losungswort|codewort|kundenkennwort|(?:verbal|spoken|phone|telefon(?:isches)?"
    rb"|tel\.?)[ \-]?(?:password|passwort|kennwort)|code ?word|safe ?word|memorable (?:word|name|place"
    rb"|info(?:rmation)?)|mot de code"
    rb"|parola d'ordine)[^\n:.]*(?::|[ ](?:ist|lautet|is|est|\xe8))[ ]"
)
_WATCHWORD_VALUE = re.compile(
    rb"(?:(?<=: )[ ]?[\"'`]?"
    rb"|(?=[A-Z\xc0-\xde]))([A-Za-z\xc0-\xff][A-Za-z\xc0-\xff0-9\-]{3,40})[\"'`]?"
    rb"[ ]*(?:[.,;)\n]|$)"
)
# `the wifi password is seasidecottage`
_WIRELESS = (
    rb"(?i)(?:(?:wi-?fi|wlan)[^\n.;:]{0,24}"
    rb"(?:passwor[dt]|kennwort|mot de passe|mdp|code|key|schl\xfcssel|cl\xe9|chiave)"
    rb"|(?:passwor[dt]|kennwort|mot de passe|mdp|code|key|schl\xfcssel|cl\xe9|chiave)"
    rb"[ ](?:(?:vom|f\xfcrs?|for|the|du|de|del|della|da)[ ]){0,2}(?:wi-?fi|wlan|wpa[23]?)\b)"
)
_WORD_OF_IT = re.compile(
    rb"(?i)[^\n.;:0-9]{0,24}?[ ](?:is|ist|lautet|est|c'est|\xe8"
    rb"|heisst)[ ][\"'`]?((?-i:[a-z]{7,32}))[\"'`]?[ ]?(?:[.,;!)\n]|$)"
    rb"|[^\n.;0-9]{0,48}?[ :]{1,2}([0-9]{8,32})(?![0-9A-Za-z])"
)
_TALKED = re.compile(
    rb"(?:ed|ing|able|ible|ive|ful|ert|iert|en|et|ut|ato|ata|uto|uta|ito|ita|ig|lich|isch|ect|own|ong|ere|igue)$"
)


def _quoted(data: bytes, _: int, end: int) -> Password:
    word = _IN_QUOTES.match(data, end - 1)
    return (end - 1, word[0]) if word and word[0].lower() not in NO_VALUE else NO_PASSWORD


def _watchword(data: bytes, _: int, end: int) -> Password:
    word = _WATCHWORD_VALUE.match(data, end)
    return (
        (word.start(1), word[1])
        if word and word[1].lower() not in NO_VALUE and not is_example(word[1])
        else NO_PASSWORD
    )


def _wireless(data: bytes, _: int, end: int) -> Password:
    word = _WORD_OF_IT.match(data, end)
    text = word[word.lastindex or 0] if word else b""
    told = word and text not in NO_VALUE and not _TALKED.search(text)
    return (word.start(word.lastindex or 0), text) if word and told else NO_PASSWORD


WATCHWORDS = (
    (compiled(_QUOTED), _quoted),
    (compiled(_WATCHWORD.replace(rb"*(?::", rb"{0,48}(?::")), _watchword),
    (compiled(_WIRELESS), _wireless),
)
WATCHWORD_PROBES = (_QUOTED, _WATCHWORD, _WIRELESS.replace(rb"{0,24}", rb"*"))
