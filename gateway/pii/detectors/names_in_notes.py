"""Names alone as notes hold them: in lists, rosters, lines of forms, below a farewell, beside a department.

`- Ruth: Schlüsselliste`, `Annette (3.), Boban (11.)`, `Mo Früh Elif/Azra, Di Spät Petra`,
`Roger    Nimal`, `Nom Zufferey Prénom Candide`,
`die gerber von der buchhaltung`, `Hanspeters Büro`, `Wyss's car`.

Invariants
- One word of a list tells nothing: of two and more that stand there alike, those that the lists know are somebody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors import (
    name_handles,
    name_initials,
    names_at_work,
    names_in_chats,
    names_on_duty,
    names_wrapped,
)
from gateway.pii.detectors.name_mentions import SAFE_GIVEN, stands_alone
from gateway.pii.detectors.name_neighbours import is_given_alone, is_surname_alone
from gateway.pii.detectors.name_reading import as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.public_figures import is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import THINGS_SO_CALLED, word_set
from gateway.pii.linear import Pattern, compiled
from gateway.pii.view import Found, Rule, View

_BULLET = shape(r"(?:^|\n)[ \t]{0,4}[\-*\xb7][ ]<CAP>[ ]?:[ ]")
_ON_A_DAY = shape(r"<CAP>[ ]\([0-3]?[0-9](?:\.|st|nd|rd|th|[./][01]?[0-9]\.?)?\)")
_CELL = shape(r"(?:^|\n|[ ]{3}|\t)<CAP>(?:[ ]{3}|\t|[ ]*\r?\n|[ ]*$)")
_FEWEST, _FEWEST_CELLS = 2, 3
_DAY = (
    "(?:Mo|Di|Mi|Do|Fr|Sa|So|Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    "|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Samstag|(?i:lun|mar|mer|jeu|vendre|same)di|[Dd]imanche"
    "|(?i:lune|marte|mercole|giove|vener)dì|[Ss]abato|[Dd]omenica|lun|mar|mer|jeu|gio|ven|sam|sab|dim|dom)"
)
_SHIFT = "(?:Früh|Spät|Nacht|Tag|FD|SD|ND|(?i:matin|après-midi|soir|nuit|mattina|pomeriggio|sera|notte|early|late"
_SHIFT += "|night|am|pm))"
_DAYS = rf"(?:{_DAY}(?:[/\-]{_DAY})?|Pikett|Bereitschaft|On[ \-][Cc]all)"
_BESIDE = "(?:[ ]?[/&+][ ]?|[ ](?:und|and|et|e)[ ])"
_ON_SHIFT = shape(rf"(?:^|[^<U><L>0-9'\-]){_DAYS}\.?(?:[ ]{_SHIFT})?:?[ ]<CAP>(?:{_BESIDE}<CAP>)*")
_BEFORE_SHIFT = re.compile(shape(rf"[^<U><L>]?{_DAYS}\.?(?:[ ]{_SHIFT})?:?[ ]"))
_FORM = shape(
    r"(?i:nachname|familienname|name|nom|cognome|last name|surname)[ ]<CAP>[ ]"
    r"(?i:vorname|prénom|nome|first name|given name)[ ]<CAP>"
)
_DEPARTMENT = (
    "accounts|accounting|finance|payroll|sales|support|hr\\b|it\\b|legal|purchasing|logistics|reception|marketing|operations"
    "|buchhaltung|personalabteilung|verkauf|einkauf|logistik|lager|empfang|produktion|technik|informatik|rechnungswesen"
    "|compta|comptabilité|rh\\b|ventes|achats|réception|logistique|informatique|facturation"
    "|contabilità|vendite|acquisti|magazzino|logistica|amministrazione|ricezione|contenzioso|collections"
)
_OF_DEPARTMENT = shape(
    r"(?i:[^<U><L>0-9'\-@/.]|^)[<U><L>][<L>]{2,20}[ ](?:from|in|of|aus[ ]der|aus[ ]dem|von[ ]der|vom|de[ ]la"
    rf"|de[ ]l'|du|des|della|dell'|del|dalla)[ ]?(?:the[ ])?(?i:{_DEPARTMENT})"
)
_THINGS_OWNED = (
    "Vertrag|Büro|Lohn|Ferien|Chef|Chefin|Frau|Mann|Kinder|Sohn|Tochter|Auto|Laptop|Antrag|Geburtstag|Stelle|Pensum"
    "|Kündigung|Zeugnis|Dossier|Spesen|Nachfolger|Nachfolgerin|Stellvertreter|Stellvertreterin|Handy|Mail|Notebook"
)
_GENITIVE = shape(rf"(?:^|[^<U><L>\-'])<CAP>[ ](?:{_THINGS_OWNED})(?:[ .,;:!?)]|$)")
_OWNED = (
    "car|desk|contract|salary|laptop|application|file|cv|phone|email|mail|wife|husband|son|daughter|boss|manager|office"
    "|expenses|invoice|appointment|resignation|leave"
)
_OWNS = shape(
    rf"(?:^|[^<U><L>\-'])<CAP>'s[ ](?:{_OWNED})\b"
    r"|(?i:auto von|büro von|voiture de|bureau de|auto di|ufficio di|car of|desk of)[ ]<CAP>"
)
# Below the last sentence, and nothing behind it.
_BELOW = shape(r"[<L>][!.)]?[ ]?(?:\r?\n){1,2}<CAP>[ ]?(?:\r?\n)?$")
_LEAST_ABOVE = 12
_CAPITAL = re.compile(shape(r"[<U>][<U><L>'\-]+"))
_OWNER = re.compile(shape(r"[<U>][<L>\-]{3,20}(?=s[ ])"))
_LONGER = re.compile(shape(r"[\-/@_0-9]|[ ][<U>][<L>]"))

_BULLET_PATTERN, _ON_A_DAY_PATTERN, _CELL_PATTERN = compiled(_BULLET), compiled(_ON_A_DAY), compiled(_CELL)
_ON_SHIFT_PATTERN = compiled(_ON_SHIFT)
_FORM_PATTERN, _OF_DEPARTMENT_PATTERN = compiled(_FORM), compiled(_OF_DEPARTMENT)
_GENITIVE_PATTERN, _OWNS_PATTERN, _BELOW_PATTERN = compiled(_GENITIVE), compiled(_OWNS), compiled(_BELOW)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if is_of_learning(view):
        return
    for pattern, least in ((_BULLET_PATTERN, _FEWEST), (_ON_A_DAY_PATTERN, _FEWEST), (_CELL_PATTERN, _FEWEST_CELLS)):
        yield from _alike(data, pattern, least)
    yield from _on_shifts(data)
    for start, end in _FORM_PATTERN.spans(data):
        large = [word for word in _CAPITAL.finditer(data, start, end) if lowered(word[0]) not in _OF_FORMS]
        if any(is_given(lowered(word[0])) or is_surname(lowered(word[0])) for word in large):
            for word in large:
                yield Found(*word.span(), "person", lowered(word[0]), 0.75, "name-form")
    for start, end in _OF_DEPARTMENT_PATTERN.spans(data):
        yield from _of_department(data, start, end)
    for start, end in _GENITIVE_PATTERN.spans(data):
        owner = _OWNER.search(data, start, end)
        whole = lowered(owner[0]) + "s" if owner else ""
        if owner and _is_somebody(lowered(owner[0])) and not is_given(whole) and not is_surname(whole):  # `Thomas Mann`
            yield Found(*owner.span(), "person", lowered(owner[0]), 0.65, "name-owns")
    for start, end in _OWNS_PATTERN.spans(data):
        *_, owned = _CAPITAL.finditer(data, start, end)
        words = read(data, owned.start(), 1)
        if words and _is_somebody(words[0][2]) and not _LONGER.match(data, words[0][1]):
            yield as_found(words, 0.65, "name-owns")
    for start, end in _BELOW_PATTERN.spans(data):
        words = _first(data, start, end)
        above = data[data.rfind(b"\n", 0, start) + 1 : start]
        if words and is_given_alone(words[0][2]) and len(above) >= _LEAST_ABOVE and b" " in above:
            yield as_found(words, 0.7, "name-signature")


def _alike(data: bytes, pattern: Pattern, least: int) -> Iterator[Found]:
    words, at = [], 0
    while (span := pattern.first(data, at))[1] > 0:
        first = _first(data, *span)
        words += first
        at = max(span[0] + 1, first[0][1] if first else span[1])  # what is between two belongs to both
    known = [word for word in words if _is_somebody(word[2])]
    several = len(known) >= least and len(known) * 2 >= len(words)
    if several and any(word[2] not in THINGS_SO_CALLED for word in known):
        for word in known:
            yield as_found([word], 0.6, "name-listed")


def _on_shifts(data: bytes) -> Iterator[Found]:
    """Whoever stands behind days of the week: of a few that the lists know, the others are given names, too."""
    days = list(_ON_SHIFT_PATTERN.spans(data))
    if len(days) < _FEWEST:
        return
    words: list[re.Match[bytes]] = []
    for start, end in days:
        day = _BEFORE_SHIFT.match(data, start, end)
        words += _CAPITAL.finditer(data, day.end() if day else start, end)
    known = [word for word in words if is_given(lowered(word[0]))]
    sure = {small for word in known if is_given_alone(small := lowered(word[0]))}
    if len(sure) < _FEWEST or len(known) * 2 < len(words) or sure <= THINGS_SO_CALLED:  # `Mo Carmen, Di Tosca`: operas
        return
    for word in known:
        yield Found(*word.span(), "person", lowered(word[0]), 0.6, "name-listed")


def _of_department(data: bytes, start: int, end: int) -> Iterator[Found]:
    word = _WORD.search(data, start, end)
    if word is None or not stands_alone(data, *word.span()):
        return
    small = lowered(word[0])
    if is_surname_alone(small) or small.encode("latin-1") in SAFE_GIVEN:
        yield Found(*word.span(), "person", small, 0.65, "name-told")


_WORD = re.compile(shape("[<U><L>][<L>]{2,20}"))
_OF_FORMS = word_set("nachname familienname name nom cognome last surname vorname prénom nome first given")


def _first(data: bytes, start: int, end: int) -> list[tuple[int, int, str]]:
    large = _CAPITAL.search(data, start, end)
    return read(data, large.start(), 1) if large else []


def _is_somebody(word: str) -> bool:
    return is_given_alone(word) or is_surname_alone(word)


RULES = (
    Rule(
        "name-in-notes",
        ("person",),
        (_ON_A_DAY, _ON_SHIFT, _CELL, _FORM, _OF_DEPARTMENT, _GENITIVE, _OWNS),
        _find,
        over_lines=(_BULLET, _BELOW),
    ),
    *name_handles.RULES,
    *name_initials.RULES,
    *names_at_work.RULES,
    *names_in_chats.RULES,
    *names_on_duty.RULES,
    *names_wrapped.RULES,
)
