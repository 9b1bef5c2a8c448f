"""Codes that open something: a door, a safe, a card, an account; of digits, or of digits and capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.code_words import CODE_OF_SOMEBODY, CODES, KEYED, OPENED, OPENING, ORDINARY, PINS, is_nobodys
from gateway.pii.linear import compiled
from gateway.pii.view import DIGITS, Found, Rule, View

# `Alarm aus mit 4711`, `la cassetta si apre con 4711.`, `entsperren mit 4711`, and no `door with 1500 mm`
_BY = rb"[ ](?:mit|with|avec|con)[ ](?:dem |den |le |il |the |code |codice ){0,2}[0-9](?:[0-9]{3}|(?:-[0-9]){3})"
_TYPED = (
    rb"(?i)(?:"
    + OPENED
    + rb")[^\n.;0-9]{0,60}[ ](?:(?:off|aus|opens?|s'ouvre|(?:un)?scharf|d\xe9sactiv[a-z\xdf-\xff]*|disattiva(?:re)?"
    rb"|disarms?|deactivat[a-z]*|(?:si )?apr(?:e|ono)|ouvre|\xf6ffnet)"
    + _BY
    + rb"|(?:"
    + KEYED
    + rb")[ ](?:einfach |simply |just |juste |il |le |the code |den code |le code |il codice )?[0-9]{4}"
    rb"|[0-9]{4,8}[#*]?[ ](?:ein|eintippen|eingeben|tippen|dr\xfccken)\b"
    rb"|(?:geht|gehen|offen)[^\n.;0-9]{0,16}[ ]mit (?:der nummer |dem code )?[0-9]{4}"
    rb"|mit[ ][0-9]+[ ](?:ab|aus|scharf|entsch\xe4rf|\xf6ffn|entsperr|deaktivier))"
    # `Use 698301 to verify your account`, and no `Use 100000 to verify the sum`
    rb"|\b(?:use|enter|type|utilise[rz]?|saisi(?:r|s|ssez)|entrez|usa(?:re)?|inseri(?:re|sci)|digita(?:re)?)[ ]"
    rb"(?:[0-9]{3}(?:[1-9][0-9]{2}|0[1-9][0-9]|00[1-9])[ ](?:to|pour|per)[ ]"
    rb"(?:verif|confirm|v\xe9rif|valid|activ|attiv)"
    rb"|[0-9]{6}[ ](?:to|pour|per)[ ](?:log ?in|sign ?in|acced|vous connect"
    rb"|(?:verif|confirm|v\xe9rif|valid|activ|attiv)[a-z]{0,8} (?:your|ton|votre|il tuo|la tua|account|identity)))"
    rb"|\b(?:get|come|buzz|let yourself) in(?:to)?\b[^\n.;0-9]{0,40}[ ](?:with|using)[ ][0-9]{4}"
    rb"|\b"
    + KEYED
    + rb"[ ][0-9]{4,8}[#*]?[ ](?:at|on|into|am|an|bei[mn]?|sur|sul|sulla)[ ][^\n.;0-9]{0,12}(?:"
    + OPENED
    + rb")"
    rb"|\b"
    + KEYED
    + rb"[ ][0-9]{4,8}[#*]?[ ][^\n.;0-9]{0,40}(?:pour entrer|to (?:get in|enter)|per entrare|zum eintreten"
    rb"|touche (?:cl\xe9|\xe9toile)|(?:hash|star|pound) key)"
    # `Pour déverrouiller la tablette c'est …`
    rb"|\b(?:d\xe9verrouiller|entsperren|unlock|sbloccare)[^\n.;0-9]{0,32}[ ](?:c'est|it's|ist(?: es)?|\xe8)[ ][0-9]{4}"
    rb"|\b(?:entsperr|entsch\xe4rf|unlock|disarm|d\xe9verrouill|d\xe9sarm|sblocc|disinser)[a-z\xdf-\xff]*(?: du"
    rb"| sie| man| ihr)?" + _BY
)
_TYPED_PATTERN = compiled(_TYPED)
_TYPED_VALUE = re.compile(
    rb"(?i)[ ]([0-9]{4,8}[#*]?|[0-9](?:-[0-9]){3,5})(?![.,\-]?[0-9])"
    rb"(?=[ ]?(?:[,.;:)!#*\n]|$|\((?:pin|code|codice)\b|(?:and|und|et|e|then|dann|puis|poi|at|on|in|ein|ab|aus"
    rb"|auf|sur|sul|sulla|am|an|to|to the|pour|per"
    rb"|scharf|eintippen|eingeben|tippen|dr\xfccken)\b|entsch|\xf6ffn|entsperr|deakt))"
)
# `449811 is your one-time passcode`, `G-771920 est votre code`
_IS_YOUR = (
    rb"(?i)[0-9][#*]?[ ](?:as|als|comme|come)[ ](?:the |a |your |my |den |deinen |il "
    rb"|le )?(?:[a-z\xdf-\xff]{2,14}[ \-]){0,2}(?:code|pin|passcode|codice|password|passwort)\b"
    rb"|[0-9][ ](?:is|ist|est|\xe8)[ ](?:your|ihr|dein|votre|ton|il tuo"
    rb"|il suo)[ ](?:[^ \n.]{1,20}[ ]){0,3}[^ \n.]{0,20}"
    rb"(?:code|otp|pin|password|passcode|codice)\b"
)
# `steht hinten 751 als Sicherheitscode`
_AS_OF_CARD = (
    rb"(?i)[0-9][ ](?:as|als|comme|come)[ ](?:the |my |den |le |il )?(?:security code|sicherheitscode"
    rb"|pr\xfcf(?:ziffer|nummer)|code de s\xe9curit\xe9|codice di sicurezza|cryptogramme|cv[vc]2?\b)"
)
_AS_OF_CARD_PATTERN = compiled(rb"(?i)[0-9]{2,3}" + _AS_OF_CARD[4:])
_CARD = re.compile(rb"(?i)(?:karte\b|\bcards?\b|\bcarte\b|\bcarta\b)[^.;!?\n]*$")  # in the same sentence
_NEAR_CARD = 48
_IS_YOUR_PATTERN = compiled(rb"(?i)[0-9]{3,7}(?:" + _IS_YOUR[4:] + rb")")
_FEW_DIGITS = re.compile(rb"[0-9]{3,4}")
_IS_YOUR_CODE = re.compile(rb"[0-9]{4,8}")
# `Bestätigen Sie mit dem Code 782883`, `Use code 714436 to reset …`, `Verification: 831698`
_CONFIRMED = (
    rb"(?i)(?:\b(?:use|enter|mit|with|avec|con)[ ](?:the |dem |le |il )?(?:code|codice)[ ]"
    rb"|(?:verification|verifizierung|best\xe4tigung|v\xe9rification|verifica)[ ]?:[ ])[0-9]{6}"
)
_CONFIRMED_PATTERN = compiled(_CONFIRMED)
_SIX = re.compile(rb"[0-9]{6}(?![0-9%]|[ ](?:for|f\xfcr|pour|per)[ ][0-9]|[ ]?[a-z]+ checked)")
# `Ihre TAN für die Überweisung von CHF 250.00 lautet 771920`
_TOLD_LATE = rb"(?:TAN|(?i:[a-z]code|code|codice|otp)) [^\n]*[ ](?:lautet|ist|is|est|\xe8)[ :]+[0-9]{6}"
_TOLD_LATE_PATTERN = compiled(_TOLD_LATE.replace(rb"[^\n]*", rb"(?:f\xfcr|for|pour|per|zur|zum) [^\n]{0,80}?"))
_LATE = re.compile(rb"[ ](?:lautet|ist|is|est|\xe8)[ :]{1,2}([0-9]{6,8})(?![0-9.,:]*[0-9])")
# `Garage keypad: 6691`, `burglar alarm: 1122`
_THING = (
    rb"(?i)(?:" + OPENED + rb"|\b(?:un)?scharf|\bdisarm|disinserimento)[^\n.;:0-9]{0,24}(?::|->|=>?|\x7f)[ ]{1,2}[0-9]"
)
_THING_PATTERN = compiled(_THING)
# `Der Tresor im Archiv wurde neu codiert. Code: 6521`
_OF_A_THING = (
    rb"(?i)(?:" + OPENED + rb")[^\n0-9]*[.;,!][ ](?:(?:der|the|le|il|neuer?|new|nouveau|nuovo)[ ]){0,2}"
    rb"(?:code|codice|pin|kombination|combinaison|combinazione|combination)"
    rb"[ ]?(?:[:=]|(?:ist|is|est|lautet|\xe8)\b)[ ]{1,2}[0-9]"
)
_OF_A_THING_PATTERN = compiled(_OF_A_THING.replace(rb"[^\n0-9]*", rb"[^\n0-9]{0,72}?"))
# `Zahlenschloss 1048`, `keysafe 5458`
_LOCK = (
    rb"(?i)(?:zahlenschloss|veloschloss|fahrradschloss|key ?safe|key ?box|schl\xfcssel(?:box|tresor|safe|kasten)"
    rb"|lock ?box|keypad|(?:side|front|back) door"
    rb"|digicode|cadenas|lucchetto|bo\xeete \xe0 cl\xe9s?|cassetta (?:delle )?chiavi)[ ][0-9]"
)
_LOCK_PATTERN = compiled(_LOCK)
_LOCK_CODE = re.compile(rb"[0-9]{3,6}[A-Z#*]?(?![0-9A-Za-z%.,:/\-]*[0-9A-Za-z])")
_THING_CODE = re.compile(rb"[:>=\x7f][ ]{1,2}([0-9]{4,6}[#*]?)(?![0-9.,:/\-]*[0-9A-Za-z])")
_PATTERN = compiled(rb"(?i)(?:" + CODES + rb"|" + PINS + rb"|" + OPENING + rb"|" + CODE_OF_SOMEBODY + rb")")
_PROBE = (
    rb"(?i)(?:"
    + CODES
    + rb"|"
    + PINS
    + rb"|"
    + OPENING.replace(rb"{0,60}", rb"*")
    + rb"|\bcode\b|codice|cod\.|comb[io])"
)
_GROUPS = rb"(?=[A-Za-z\-]*[0-9])(?:(?:[A-Z0-9]{3,6}-){1,7}[A-Z0-9]{3,6}|(?:[a-z0-9]{3,6}-){1,7}[a-z0-9]{3,6})"
_DIGITS_APART = rb"[0-9]{3,4}[ \-][0-9]{3,4}|[0-9]{1,3}(?:[ ]?-[ ]?[0-9]{1,3}){2,6}|[0-9]{2}(?:[ ][0-9]{2}){2}"
# What may stand between: words, and no number, no end of a sentence.
_VALUE = re.compile(
    rb"([^\n.;!?0-9]{0,48}?|[^\n.;!?0-9]{0,24}\?(?:[ ]|[ ]?\r?\n(?:[^\n:0-9]{1,24}[:>][ ])?)[^\n.;!?0-9]{0,24}?"
    rb"|[.][ ](?i:(?:pour info,? )?(?:it is|it's"
    rb"|c'est|es ist|er ist|sie ist|\xe8))[ ])"
    rb"(?<![A-Za-z0-9])(" + _DIGITS_APART + rb"|[0-9]{4,8}[#*]?|[0-9]{2}[A-Z][0-9]{2}"
    rb"|[A-Z][0-9]{3,6}|[A-Z]?[0-9]{3,6}[A-Z]"
    rb"|[A-Z]-[0-9]{4,8}|" + _GROUPS + rb"|[A-Z0-9]{6,12})(?![\w\-/:%])"
)
_THREE = re.compile(rb"[^\n.;!?0-9]{0,24}?(?<![A-Za-z0-9])([0-9]{3,4})(?![\w\-/:%])")
_OF_CARDS = re.compile(
    rb"(?i)security number|cvv|cvc|pr(?:\xfc|ue)f|cryptogramme"
    rb"|(?:on|of) (?:the|my|your) card|(?:der|meiner) karte|della carta|\bcsc\b|r\xfcckseite|au (?:dos|verso)|sul retro"
    rb"|on the (?:back|front)|\bcid\b"
)
_SAID = re.compile(
    rb"(?i)[:=#?\xab]|\($|'s[ ]|\b(?:ist|lautete?|is|was|war|w\xe4re|would be|serait|sarebbe|est|\xe9tait|era|sar\xe0"
    rb"|sera|gilt|bleibt|stays|remains|reste|resta)\b|\xe8 |c'est"
    rb"|\b(?:auf|set to|changed to|impostat[oa] (?:a|su)|pass\xe9 \xe0)[ ]|^[ ,]{0,2}(?:(?:number|nr\.?|code|enter"
    rb"|use)[ ])?$"
    rb"|^[ ](?:(?:f\xfcrs?|du|de|de la|della|del|for|vom|zum|zur)[ ])?(?:badge|token|handy|natel|telefon"
    rb"|(?:kredit|bank|debit|ec-?)?karte|carte|(?:carte |carta )?sim|carta|bancomat|firma digitale|tablet|tessera"
    rb"|postcard|alarm|postomat|laptop|notebook|iphone|signatur|smartcard)[ ]$"
)
_REPORTED = re.compile(
    rb"(?i)sensor|report|return|error|fehler|meld|declin|abgelehnt|refus|rifiut|fault|status|erreur|errore"
)
_ANOTHER = re.compile(rb"(?i)\b(?:celui|celle|quello|quella|the one|that of|und der|und die|jener)\b")
_NO_CODE = re.compile(
    rb"(?i)[.,]?[0-9]|[ ]?(?:minut|second|sekund|digit|stell|zeichen"
    rb"|zeile|lines?\b|lignes|righe|char|caract|caratter|chiffres|cifre|uhr"
    rb"|chf|eur|usd|\$|(?:steht|stands|means|bedeutet|signifie|significa|entspricht)\b)"
)
_LIST = re.compile(
    rb"[\s,;:/\-*\xb7]{1,8}(?:(?:und|and|et|e|oder|or)[ ])?(?:[0-9]{1,2}[.)][ ])?("
    rb"[0-9]{4}[ ][0-9]{4}|(?=[A-Za-z\-]*[0-9])(?:[A-Za-z0-9]{4,6}(?:-[A-Za-z0-9]{4,6}){1,3}|[a-z0-9]{8,12})"
    rb"|(?=[A-Z\-]*[0-9])(?:[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){1,3}|[A-Z0-9]{6,12}))(?![\w\-])"
)
_LIST_OF_LETTERS = re.compile(rb"[ \n,;]{1,2}([a-z0-9]{6,12}|[a-z0-9]{4,6}(?:-[a-z0-9]{4,6}){1,3})(?=[ \n,;]|$)")
_SEVERAL = re.compile(rb"(?i)codes\b|codici\b|keys\b")
_LIST_LED = re.compile(
    rb"[^\n0-9]{0,64}(?=(?:\r?\n){1,2}[^\n]{0,24}[0-9])|[^\n0-9.;:]{0,24}?(?:[ ](?:sind|are|sont|sono)|[ ]?:)"
)
# `… and the one of the garage is …`, `…, oben …`
_AND = re.compile(rb"(?i)^[#*]?(?:[ ]?[,;/+]|[ ](?:and|und|et|e|or|oder|ou|o|bzw\.?)\b)[^.]{0,20}$")
_CODE_OF_SOMEBODY, _ORDINARY = re.compile(rb"(?i)(?:" + CODE_OF_SOMEBODY + rb")"), re.compile(rb"(?i)" + ORDINARY)
_STRONG = re.compile(rb"(?i)" + CODES)
_FIGURES = re.compile(rb"[0-9]{4,8}[#*]?|[A-Z]?[0-9]{4,6}[A-Z]?|" + _DIGITS_APART)
_BESIDE, _BACK = 16, 32
_OPENED_THING = re.compile(rb"(?i)" + OPENED)
_MOST = 24
_REACH = 64
# `The building code was updated in 2024`
_IN_A_YEAR = re.compile(rb"(?i)\b(?:in|im|since|seit|from|by|en|depuis|d\xe8s|nel|dal|year|jahr|jahre)[ ]$")
_YEARS = re.compile(rb"(?:19|20)[0-9]{2}")


def _find(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for start, stop in _PATTERN.spans(data):
        if data[start] in b",;:(":  # `…, Code der Haustür 2561`
            again, longer = _PATTERN.first(data, start + 2, min(len(data), stop + _REACH))
            start, stop = (again, longer) if again == start + 2 else (start, stop)  # noqa: PLW2901
        if start < done or _REPORTED.search(data, start, stop):
            continue
        beside = _STRONG.search(data, start, stop + _BESIDE)  # and no `PIN 3755, Alarmcode …`, which are two
        strong = beside if beside and DIGITS.isdisjoint(data[stop : beside.start()]) else None
        at = end = max(stop, strong.end()) if strong else stop  # `le code administrateur`
        if _SEVERAL.search(data, start, end):
            led = _LIST_LED.match(data, at)
            line, before = led.end() if led else at, 0
            for _ in range(_MOST):
                listed = _LIST.match(data, line, line + _REACH)
                if listed is None and before:
                    plain = _LIST_OF_LETTERS.match(data, line, line + _REACH)
                    listed = plain if plain and len(plain[1]) == before else None  # as long as the one before
                if listed is None:
                    break
                at = line = listed.end()
                before = len(listed[1])
                yield _found(data, *listed.span(1))
        card = _OF_CARDS.search(data, start, end + _BACK) or _CARD.search(data, max(0, start - _NEAR_CARD), start)
        of_card = _THREE.match(data, end, end + _REACH) if card else None
        if of_card and not _NO_CODE.match(data, of_card.end()):
            yield _found(data, *of_card.span(1))
            at = of_card.end()
        for value in _told(data, start, end, at):
            yield _found(data, *value)
            at = value[1]
        done = at
    yield from _find_typed(data)


def _told(data: bytes, start: int, end: int, at: int) -> Iterator[tuple[int, int]]:
    """What stands behind the word for a code from `start` to `end`, and what is told on behind that."""
    first = b""
    somebodys = _CODE_OF_SOMEBODY.fullmatch(data, start, end) is not None
    while (value := _VALUE.match(data, at, at + _REACH)) is not None:
        between, text = value[1], value[2]
        if at == end:  # four digits may be a year, and pins have numbers, too
            doubtful = _YEARS.fullmatch(text) or data[start : start + 3].lower() == b"pin"
            if somebodys and (
                _ORDINARY.search(data, max(0, start - _BESIDE), value.start(2))
                or not (_FIGURES.fullmatch(text) or _STRONG.search(data, start, end))
            ):
                return
            told = not (doubtful or somebodys) or _SAID.search(between) is not None
        else:
            told = _ANOTHER.search(between) is not None or (
                _AND.match(between) is not None
                and (len(text.rstrip(b"#*")) == len(first.rstrip(b"#*")) or _OPENED_THING.search(between) is not None)
                and not _YEARS.fullmatch(text)
            )
        if at == end and _YEARS.fullmatch(text) and _IN_A_YEAR.search(between):
            return
        if b"?" in between and data[value.end() : value.end() + 1] == b"?":  # `a PIN of 4 digits? 10000?`
            return
        if between[:1] == b"." and _YEARS.match(text):  # `… a new PIN. It is 2026 after all`
            return
        if not told or is_nobodys(data, start, between, text) or _NO_CODE.match(data, value.end()):
            return
        first, at = text, value.end()
        yield value.span(2)


def _find_typed(data: bytes) -> Iterator[Found]:
    for _, end in _CONFIRMED_PATTERN.spans(data):
        code = _SIX.match(data, end - 6)
        if code:
            yield _found(data, *code.span())
    for start, end in _TOLD_LATE_PATTERN.spans(data):
        code = _LATE.search(data, start, end + _REACH)
        if code:
            yield _found(data, *code.span(1))
    for start, end in _IS_YOUR_PATTERN.spans(data):
        code = _IS_YOUR_CODE.search(data, start, end)
        if code:
            yield _found(data, *code.span())
    for start, end in _AS_OF_CARD_PATTERN.spans(data):
        code = _FEW_DIGITS.match(data, start, end)
        if code and not (start and data[start - 1] in DIGITS):
            yield _found(data, *code.span())
    for start, end in _THING_PATTERN.spans(data):
        thing = _THING_CODE.search(data, start, end + _REACH)
        if (
            thing
            and not _YEARS.fullmatch(thing[1])
            and thing[1][-2:] != b"00"
            and not _NO_CODE.match(data, thing.end())
        ):
            yield _found(data, *thing.span(1))
    for _, end in (*_OF_A_THING_PATTERN.spans(data), *_LOCK_PATTERN.spans(data)):
        code = _LOCK_CODE.match(data, end - 1)
        if code and not _YEARS.fullmatch(code[0]) and not _NO_CODE.match(data, code.end()):
            yield _found(data, *code.span())
    for start, end in _TYPED_PATTERN.spans(data):
        value = _TYPED_VALUE.search(data, start, end + _REACH)
        if value and value.start(1) < end:
            yield _found(data, *value.span(1))


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.88, "secret-code")


RULES = (
    Rule(
        "secret-code",
        ("secret",),
        (
            _PROBE,
            _TYPED.replace(rb"{0,60}", rb"*"),
            _IS_YOUR,
            _AS_OF_CARD,
            _THING,
            _OF_A_THING,
            _LOCK,
            _TOLD_LATE,
            _CONFIRMED,
        ),
        _find,
        doubtful=True,
    ),
)
