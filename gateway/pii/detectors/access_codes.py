"""Codes that open something: a door, a safe, a card, an account; of digits, or of digits and capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.linear import compiled
from gateway.pii.view import DIGITS, Found, Rule, View

_OPENED = (
    rb"tresor|\bsafe\b|t\xfcr|\btor\b|garage|alarm|schlie(?:ss|\xdf)fach|lock ?box|\bvault|\bdoors?\b|\bgates?\b|keypad"
    rb"|padlock|digicode|portail|coffre|key ?box|schl\xfcsselbox|schl\xfcsseltresor|bo\xeete \xe0 cl\xe9s"
    rb"|cassetta delle chiavi|\bporta\b|portone|cancello|allarme|cassaforte|lucchetto|badge|vorh\xe4nge"
)
_CODES = (
    rb"(?:verification|confirmation|security|activation|one[ \-]time|access|entry|door|gate|alarm|safe|unlock|login"
    rb"|admin|administrator|disarm|[2m]fa|sms|pin|backup|recovery|rescue)[ \-]?codes?\b"
    rb"|(?:best\xe4tigungs|verifizierungs|sicherheits|aktivierungs|einmal|zugangs|zutritts|t\xfcr|tor|alarm|tresor|safe"
    rb"|freischalt|entsperr|(?:un)?scharf|admin(?:istrator)?|pin|sms|backup"
    rb"|wiederherstellungs|notfall|ersatz)-?codes?\b"
    rb"|\bcodes? (?:de (?:v\xe9rification|confirmation|s\xe9curit\xe9|validation|secours|r\xe9cup\xe9ration"
    rb"|d\xe9sarmement|d\xe9verrouillage|la (?:carte|porte)|l'(?:alarme|immeuble|entr\xe9e))"
    rb"|du (?:portail|coffre|badge|t\xe9l\xe9phone|b\xe2timent)"
    rb"|d'(?:entr\xe9e|activation|acc\xe8s)|administrateur\b|secrets?\b|pin\b)"
    rb"|\bdigicode\b|\bcodic[ei] (?:di (?:verifica|conferma|sicurezza|sblocco|attivazione|recupero|backup|emergenza"
    rb"|accesso)"
    rb"|del(?:la |l'| )(?:porta|cancello|allarme|carta|cassaforte|bancomat|portone)|segret[oi]"
    rb"|amministrator[ei]\b|pin\b)"
)
_OPENING = rb"(?:" + _OPENED + rb")[^\n.;:]{0,60}\b(?:code|codice|kombination|combination|combinaison|combinazione)\b"
# `Kombination vom Tresor`, `code for the gate`
_OPENING += (
    rb"|\b(?:code|codice|kombination|combination|combinaison|combinazione)[ ]"
    rb"(?:vom|des|der|zum|zur|f\xfcr (?:den|die|das)|du|de la|de l'|del|della|dell'|of the|for the|to the)[ ]?(?:"
    + _OPENED
    + rb")"
)
# `Tresor Büro: Kombination`, `ma carte bancaire, le code est`
_OPENING += (
    rb"|(?:" + _OPENED + rb")[^\n.;:]{0,60}:[ ](?:code|codice|kombination|combination|combinaison|combinazione)\b"
    rb"|\b(?:carte bancaire|bankkarte|ec-karte|kreditkarte|debitkarte|bank card|debit card"
    rb"|carta di (?:credito|debito))[^\n.;:]{0,60}\b(?:code|codice)\b"
)
# `Alarm aus mit 4711`, `la cassetta si apre con 4711.`, `entsperren mit 4711`, and no `door with 1500 mm`
_BY = rb"[ ](?:mit|with|avec|con)[ ][0-9]{4}"
_TYPED = (
    rb"(?i)(?:"
    + _OPENED
    + rb")[^\n.;0-9]{0,60}[ ](?:(?:off|aus|opens?|apr(?:e|ono)|ouvre|\xf6ffnet)"
    + _BY
    + rb"|(?:taper|tapez|digitare|enter)[ ][0-9]{4}|mit[ ][0-9]+[ ](?:entsch\xe4rf|\xf6ffn|entsperr|deaktivier))"
    rb"|\b(?:entsperr|entsch\xe4rf|unlock|disarm|d\xe9verrouill|d\xe9sarm|sblocc|disinser)[a-z\xdf-\xff]*" + _BY
)
_TYPED_PATTERN = compiled(_TYPED)
_TYPED_VALUE = re.compile(
    rb"(?i)[ ]([0-9]{4,8})(?![.,][0-9])"
    rb"(?=[ ]?(?:[,.;:)!#\n]|$|(?:and|und|et|e|then|dann|puis|poi)\b|entsch|\xf6ffn|entsperr|deakt))"
)
_PINS = rb"\bp(?:in|uk)\b(?:-?(?:code|nummer))?"
_PATTERN = compiled(rb"(?i)(?:" + _CODES + rb"|" + _PINS + rb"|" + _OPENING + rb")")
_PROBE = rb"(?i)(?:" + _CODES + rb"|" + _PINS + rb"|" + _OPENING.replace(rb"{0,60}", rb"*") + rb")"
# What may stand between: words, and no number, no end of a sentence.
_VALUE = re.compile(
    rb"([^\n.;!?0-9]{0,40}?|[.][ ](?i:(?:pour info,? )?(?:it is|it's|c'est|es ist|er ist|sie ist|\xe8))[ ])"
    rb"(?<![A-Za-z0-9])("
    rb"[0-9]{3}[ \-][0-9]{3}|[0-9]{2}(?:-[0-9]{2}){2,3}|[0-9]{4,8}|[0-9]{2}[A-Z][0-9]{2}|[A-Z]?[0-9]{3,6}[A-Z]"
    rb"|[A-Z0-9]{6,12})(?![\w\-/:%])"
)
_SAID = re.compile(
    rb"(?i)[:=#\xab]|\b(?:ist|lautete?|is|was|war|est|\xe9tait|era|sar\xe0|sera)\b|\xe8 |c'est"
    rb"|\b(?:auf|set to|changed to|impostat[oa] (?:a|su)|pass\xe9 \xe0)[ ]|^[ ,]{0,2}$"
)
_REPORTED = re.compile(
    rb"(?i)sensor|report|return|error|fehler|meld|declin|abgelehnt|refus|rifiut|fault|status|erreur|errore"
)
_ANOTHER = re.compile(rb"(?i)\b(?:celui|celle|quello|quella|the one|that of|und der|und die|jener)\b")
_NO_CODE = re.compile(
    rb"(?i)[.,]?[0-9]|[ ]?(?:minut|second|sekund|digit|stell|zeichen"
    rb"|zeile|lines?\b|lignes|righe|char|caract|caratter|chiffres|cifre|uhr"
    rb"|chf|eur|usd|\$)"
)
_LIST = re.compile(
    rb"[\s,;:\-*\xb7]{1,8}(?:[0-9]{1,2}[.)][ ])?("
    rb"(?=[a-z\-]*[0-9])(?:[a-z0-9]{4,6}(?:-[a-z0-9]{4,6}){1,3}|[a-z0-9]{8,12})"
    rb"|(?=[A-Z\-]*[0-9])(?:[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){1,3}|[A-Z0-9]{6,12}))(?![\w\-])"
)
_SEVERAL = re.compile(rb"(?i)codes\b|codici\b")
_LIST_BELOW = re.compile(rb"[^\n0-9]{0,64}(?=(?:\r?\n){1,2}[^\n]{0,24}[0-9])")
_MOST = 24
_REACH = 64
_YEAR = 4


def _find(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for start, end in _PATTERN.spans(data):
        if start < done or _REPORTED.search(data, start, end):
            continue
        at = end
        if _SEVERAL.search(data, start, end):
            led = _LIST_BELOW.match(data, at)
            at = led.end() if led else at
            for _ in range(_MOST):
                listed = _LIST.match(data, at, at + _REACH)
                if listed is None:
                    break
                at = listed.end()
                yield _found(data, *listed.span(1))
        while (value := _VALUE.match(data, at, at + _REACH)) is not None:
            between, text = value[1], value[2]
            if at == end:  # four digits may be a year, and pins have numbers, too
                told = (len(text) != _YEAR and data[start : start + 1] not in b"pP") or _SAID.search(
                    between
                ) is not None
            else:  # `… and the one of the garage is …`
                told = _ANOTHER.search(between) is not None
            if between[:1] == b"." and text[:2] in {b"19", b"20"}:  # `… a new PIN. It is 2026 after all`
                break
            if not told or DIGITS.isdisjoint(text) or _NO_CODE.match(data, value.end()):
                break
            at = value.end()
            yield _found(data, *value.span(2))
        done = at
    yield from _find_typed(data)


def _find_typed(data: bytes) -> Iterator[Found]:
    for start, end in _TYPED_PATTERN.spans(data):
        value = _TYPED_VALUE.search(data, start, end + _REACH)
        if value and value.start(1) < end:
            yield _found(data, *value.span(1))


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.88, "secret-code")


RULES = (Rule("secret-code", ("secret",), (_PROBE, _TYPED.replace(rb"{0,60}", rb"*")), _find),)
