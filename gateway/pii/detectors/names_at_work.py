"""Surnames alone in sentences of an office: who is on the line, opens the meeting, stands in, or wants an answer.

`Hatte heute Singh am Apparat`, `Vertretung durch Karimova`, `Line manager Shala agrees`, `1. Zanetti apre la seduta.`

Invariants
- Of one word, so a list has to know it; it is neither a word of its language, nor a firm, nor known to all the world.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import is_word
from gateway.pii.detectors.name_neighbours import is_given_alone, is_surname_alone
from gateway.pii.detectors.name_reading import is_given, lowered, read
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.labels import kind_of
from gateway.pii.linear import Pattern, compiled
from gateway.pii.view import Found, Rule, View

_EDGE = "(?:^|[^<U><L>0-9'\\-])"
_LED = "(?:(?:von der|v[oa]n|de[lrn]?|d[iau]|della|[Ll][aeo]|[Ee]l|De|Di|[Aa]l)[ ]|[dDLO]')?"
# Before the name: what only stands before whoever does a task, or answers for it.
_LEADS = shape(
    rf"{_EDGE}(?i:vertret(?:ung|en|er(?:in)?)(?: ist)?(?: durch|:)|ersetzt durch|betreut (?:von|durch)|vorgesetzte[rn]?"
    r"|linienvorgesetzte[rn]?|teamleit(?:er|erin|ung)|schichtleit(?:er|erin|ung)|stellvertreter(?:in)?|beschuldigte[rn]?"
    r"|angeklagte[rn]?|geschädigte[rn]?|verfasser(?:in)?|zuständig(?: ist)?:?|erledigt durch|bewilligt durch"
    r"|remplac(?:ement|ée?)(?: par| :)|suppléante?|supérieure?(?: hiérarchique)?,?|cheffe? d'équipe|prévenue?"
    r"|plaignante?|suivi par|approuvé par|sostitu(?:zione|it[oa])(?: da|:)|superiore,?|capo ?turno|capo ?squadra"
    r"|imputat[oa]|querelante"
    r"|approvato da|seguito da|cover(?:ed)? by|line manager|supervisor|team lead(?:er)?|shift lead(?:er)?|accused,?"
    rf"|approved by|handled by|deputised by)[ ]{_LED}<CAP>"
)
# Around it: whom one has on the telephone.
_ON_THE_LINE = shape(
    rf"{_EDGE}{_LED}<CAP>[ ](?:(?:heute[ ]|gestern[ ])?am[ ](?:Apparat|Telefon|Draht|Hörer)|en[ ]ligne|au[ ]téléphone|"
    r"au[ ]bout[ ]du[ ]fil|in[ ]linea|al[ ]telefono|on[ ]the[ ](?:phone|line|telephone))(?:[ .,;:!?]|$)"
    rf"|(?i:al telefono|in linea|au téléphone)[ ]{_LED}<CAP>[ ]?(?:[,.;:]|$)"
)
_THE = "(?:die|den|das|der|la|le|les|l'|i|gli|il|lo|the|our|an|a|une?|una|uno|eine?n?|unser[<L>]*|notre|nos|nostr[<L>]"
_THE += "|heute|morgen|bis|sofort|d'ici)"
# Behind it, where a clause begins: what somebody does in a meeting, on a shift or in anger.
_DOES = shape(
    rf"(?:^|\n|[.!?:;,][ ]|[0-9]\.[ ]|-[ ]|[ ](?:und|and|et|e|aber|but|mais|ma)[ ]){_LED}<CAP>[ ](?:"
    r"(?:eröffnet|schliesst|schließt|leitet|begrüsst|begrüßt|präsentiert|erläutert|verlangt|fordert|ouvre|clôt|préside"
    r"|présente|salue|explique|veut|exige|apre|chiude|presiede|presenta|saluta|illustra|vuole|pretende|opene?d?s?|close[ds]"
    rf"|chair(?:s|ed)|present(?:s|ed)|welcome[ds]|wants|demands)[ ]{_THE}(?:[ ]|<WORD>)"
    r"|(?:bleibt|reste|resta|stays?|remains)[ ](?:am|im|in|à|a|au|al|alla|at|on)[ ]"
    r"|(?:kommt|arrive|arriva|joins|will[ ]join|nous[ ]rejoint)"
    r"[ ](?:später|nach|erst|plus tard|après|dopo|più tardi|later)\b"
    r"|(?:will|möchte)[ ](?:<WORD>[ ]){0,3}(?:Antwort|Rückmeldung|Rückruf|Termin|Offerte|Kündigung|wissen|kündigen)\b"
    r"|(?:(?:berichtet|informiert)[ ]über|fragt[ ]nach|reported[ ]on|asked[ ]about|rend[ ]compte|demande[ ]les"
    r"|riferisce[ ]s|chiede[ ]i|told[ ](?:me|us)|hat[ ]mir|m'a[ ]dit|mi[ ]ha[ ]detto|has[ ]resigned"
    r"|hat[ ](?:per[ ]|auf[ ])?[^.;\n]{0,20}gekündigt|a[ ]donné[ ]sa|ha[ ]dato[ ]le|bestreitet[ ]|denies[ ]"
    r"|le[ ]conteste|lo[ ]nega)"
    r"|(?:vertritt|remplace|sostituisce|covers)[ ])"
)
# `geht es an Brandt in der Rechtsabteilung`, `à Besson au service juridique`
_IN_DEPARTMENT = shape(
    rf"{_EDGE}(?:an|bei|mit|von|to|with|from|by|à|chez|avec|par|de|da|con|a)[ ]{_LED}<CAP>[ ]"
    r"(?:in[ ]der|im|von[ ]der|aus[ ]der|au|du|de[ ]la|des|à[ ]la|al|alla|dell'|del|della|in|from|at)[ ]?"
    r"(?i:[a-z]*abteilung|[a-z]*dienst\b|empfang|service\b|ufficio|servizio|legal\b|finance\b|accounts\b"
    r"|payroll|reception|réception|portineria|compta|contabilità)"
)
# `1. Thibodeaux opened the meeting`: where no noun is written large, that is a name, on a list or not.
_IN_THE_CHAIR = shape(
    rf"(?:^|\n|[.!?:;][ ]|[0-9]\.[ ]|-[ ]){_LED}<CAP>[ ](?:"
    r"(?:opened|opens|closed|closes|chaired|chairs)[ ]the[ ](?:meeting|session)"
    r"|(?:ouvre|clôt|préside)[ ]la[ ](?:séance|réunion)"
    r"|(?:apre|chiude|presiede)[ ]la[ ](?:seduta|riunione)|presented[ ]the[ ]figures|présente[ ]les[ ]chiffres"
    r"|presenta[ ]i[ ]dati)\b"
)
# `get a quote (Liu, by 30 June)`: who has to do it.
_TO_DO = shape(
    rf"\({_LED}<CAP>,[ ](?:bis|by|until|due|d'ici|avant|jusqu'|entro|fino|zuständig|erledigt|done|fait|fatto)"
)
# Whoever is born is told of by the given name, whatever else it means.
_BORN = shape(
    r"(?:[Aa]ls|[Ww]hen|[Ll]orsque|[Qq]uand|[Qq]uando)[ ]<CAP>[ ](?:[^.,;:\n]{1,24}[ ])?"
    r"(?:zur[ ]Welt|geboren|came[ ]into[ ]the[ ]world|was[ ]born|a[ ]vu[ ]le[ ]jour|est[ ]née?\b|è[ ]nat[oa]\b"
    r"|è[ ]venut[oa][ ]al[ ]mondo)"
)
_PATTERNS: tuple[Pattern, ...] = tuple(map(compiled, (_LEADS, _ON_THE_LINE, _DOES, _IN_DEPARTMENT, _TO_DO)))
_BORN_PATTERN, _IN_THE_CHAIR_PATTERN = compiled(_BORN), compiled(_IN_THE_CHAIR)
_CAPITAL = re.compile(shape(r"[<U>][<L>][<U><L>'\-]*"))
_LONGER = re.compile(shape(r"[\-/@_0-9]|[ ][<U>][<L>]|[ ]&"))
_LED_BY = re.compile(shape(rf"{_LED}$"))
_REACH = 10
# `The chairman opened the meeting`
_ROLE = re.compile(
    rb"(?i)(?:man|woman|person|ents?|ente|eur|tore|trice|tor|ger|ster|cher|aker|urer|aire|ario|aria|ty|ing)$"
)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if is_of_learning(view):
        return
    for pattern in _PATTERNS:
        for start, end in pattern.spans(data):
            yield from _surname(data, start, end)
    for start, end in _IN_THE_CHAIR_PATTERN.spans(data):
        chair = _CAPITAL.search(data, start, end)
        small = lowered(chair[0]) if chair else ""
        known = is_word(small) or is_famous([small]) or kind_of(small) is not None
        if chair and not known and not _ROLE.search(chair[0]):
            begin = _led_from(data, start, chair.start())
            yield Found(begin, chair.end(), "person", lowered(data[begin : chair.end()]), 0.6, "name-at-work")
    for start, end in _BORN_PATTERN.spans(data):
        first = _CAPITAL.search(data, data.index(b" ", start, end), end)
        if first and is_given(lowered(first[0])) and not _LONGER.match(data, first.end()):
            yield Found(*first.span(), "person", lowered(first[0]), 0.6, "name-at-work")


def _surname(data: bytes, start: int, end: int) -> Iterator[Found]:
    """The first word of a match that is somebody's, with the particle that leads it."""
    for large in _CAPITAL.finditer(data, start, end):
        words = read(data, large.start(), 1)
        if not words or not (is_surname_alone(words[0][2]) or is_given_alone(words[0][2])):
            continue
        if _LONGER.match(data, words[0][1]):
            return
        begin = _led_from(data, start, large.start())
        yield Found(begin, words[0][1], "person", lowered(data[begin : words[0][1]]), 0.6, "name-at-work")
        return


def _led_from(data: bytes, start: int, at: int) -> int:
    led = _LED_BY.search(data, max(start, at - _REACH), at)
    return led.start() if led else at


_PROBES = (_LEADS, _ON_THE_LINE, _DOES, _IN_DEPARTMENT, _TO_DO, _IN_THE_CHAIR, _BORN)

RULES = (Rule("name-at-work", ("person",), _PROBES, _find),)
