"""Words that were drawn by lot to be a password: `kettle-orchid-walnut`, and no `server-side-only`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.pii.detectors.random_values import is_example
from gateway.pii.detectors.words import NO_NAMES, THINGS, word_set

# What forms and programs say of a password in place of it: what it has to be, what became of it, what it is called.
_STATES = """
    required optional invalid incorrect wrong expired changed change reset missing empty hidden masked encrypted hashed
    plain plaintext cleartext unchanged forgotten forgot correct valid accepted rejected weak strong medium string text
    none null unknown true false show hide edit update enter confirm repeat here below above same default postgres admin
    root user guest test demo pass password passwort secret bcrypt argon scrypt disabled enabled locked active prompt
    erforderlich pflichtfeld falsch ungültig abgelaufen geändert ändern zurückgesetzt zurücksetzen vergessen leer fehlt
    bekannt unbekannt siehe unverändert verschlüsselt gesperrt richtig gültig schwach stark anzeigen eingeben
    wiederholen bestätigen gespeichert vorhanden nötig notwendig requis requise obligatoire facultatif erroné expiré
    oublié modifié changé inchangé vide inconnu voir identique chiffré masqué afficher valide faible fort obbligatorio
    obbligatoria richiesta richiesto facoltativa facoltativo errata errato scaduta scaduto dimenticata cambiata vuota
    sconosciuta vedi invariata nascosta mostra debole forte valida generated auto automatic random username email
    benutzername token bearer
    """
NO_VALUE: Final = frozenset(_STATES.encode("latin-1").split())
IN_FOURS: Final = re.compile(rb"[a-z]{4}(?:[ \-][a-z]{4}){3}")
_PLACES = word_set("mountain valley island islands beach city county state kingdom award berg see fluss tal")
SAID_OF_ANYTHING: Final = NO_NAMES - THINGS - _PLACES
"""Of what names end before, the words that are no things: whoever draws words by lot draws a river as well."""

_JOINED = re.compile(rb"[a-z\xdf-\xff]{2,16}(?:-[a-z\xdf-\xff]{2,16}){2,11}")
_DOTTED = re.compile(rb"[a-z]{3,16}(?:\.[a-z]{3,16}){2,7}[0-9]{0,4}")
# Of what programs call a value by its place: `settings.database.secret`, `request.form.login`.
_PLACES_OF_PROGRAMS = """
    access account action admin alias api app application apply args assets attributes auth aws azure base body broker
    builder bundle cache call certs channel claims class client clients cloud cluster code com common conf config
    configuration connection console const consts container content context controller cookie cookies core cred
    credential credentials creds current custom data database datasource default defaults deploy detail details dev
    dict display document element engine entity entry env environ environment error event events export exports
    factory field fields file files flags form forms function gateway get global globals google graph group handler hash
    header headers helper hooks host http https idea image import index info inner input inputs instance int internal
    issuer item items java job json kafka key keys lang ldap lib library list local location log logger login lookup
    mail main manager map meta metadata method middleware mock model models module modules mongo mongodb mysql name
    names net network node nodes null oauth object opts option options org output outputs package param parameter
    parameters params parent parse parser part parts pass passwd password path payload pkg plugin policy
    pool postgres primary private process prod production profile project prop properties property props prototype
    provider proxy public pwd python query queue random redis ref register registry remote render repo repository
    request require res reset resolver resource resources response result results return root route router row run
    runtime sample schema scope script secret secrets section secure security select self selector server service
    services session set setting settings setup shared smtp source spec spring sql ssh ssl staging state static status
    storage store stream string strings struct sub super supplier support sys system tab table target task temp
    template tenant test tests text this token tokens tools tree type types url user username users utility util value
    values var variable variables vars vault version view web webhook window work worker yaml
    """
_OF_PROGRAMS = frozenset(_PLACES_OF_PROGRAMS.encode().split())
_FEW, _SHORTEST, _MOST_SAID = 4, 4, 3
# How compounds end that tell what something is like: no `je-suis-une-licorne`, no `correct-horse-battery`.
_LIKE = re.compile(r".*(?:ed|ing|ly|iert)|only|based|free|wide|less|bound|like|term|time|able|side|safe|aware")


def is_joined_phrase(text: bytes) -> bool:
    """Three words and more, for where what stands there can only be a password."""
    return _JOINED.fullmatch(text) is not None and is_lot_of_words(text.split(b"-"))


def is_dotted_phrase(text: bytes) -> bool:
    """`falke.orage.tiger`, and no `settings.database.secret`: for settings, whose values are no code."""
    words = text.rstrip(b"0123456789").split(b".")
    return _DOTTED.fullmatch(text) is not None and _OF_PROGRAMS.isdisjoint(words) and is_lot_of_words(words)


def is_phrase_of_an_account(text: bytes) -> bool:
    """`window-lemon-meadow-harbor`, and neither `end-to-end-encryption` nor `customer-portal-staging-account`."""
    words = text.split(b"-")
    return (
        is_joined_phrase(text)
        and len(_OF_PROGRAMS.intersection(words)) < 2
        and SAID_OF_ANYTHING.isdisjoint(text.decode("latin-1").split("-"))
    )


def is_compound(text: bytes) -> bool:
    """`end-to-end-encrypted`: three words and more that tell what something is like."""
    if _JOINED.fullmatch(text) is None:
        return False
    said = text.decode("latin-1").split("-")
    return _LIKE.fullmatch(said[-1]) is not None and _how_many_say_something(said) * _MOST_SAID >= len(said)


def is_lot_of_words(words: Sequence[bytes]) -> bool:
    """Words drawn by lot, and none of which sentences, or names of things about passwords, are made."""
    said = [word.decode("latin-1") for word in words]
    saying = _how_many_say_something(said)
    if len(words) < _FEW and (saying or min(map(len, words)) < _SHORTEST):
        return False  # `one-time-use`
    return saying * _MOST_SAID < len(words) and not is_example(b"-".join(words))


def is_said(word: str) -> bool:
    """What sentences about passwords are made of: `stored encrypted using …`."""
    return word.encode("latin-1") in NO_VALUE or word.endswith(("ed", "ing", "ly", "ert", "iert"))


def _how_many_say_something(words: Sequence[str]) -> int:
    return sum(word in SAID_OF_ANYTHING or is_said(word) for word in words)
