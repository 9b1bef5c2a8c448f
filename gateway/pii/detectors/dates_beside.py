"""Dates of birth that no word tells: directly behind a name, as lists and files put them, before a sex, or of grown-ups
in the same lines as a name, if nothing else is said to have happened on that day.

`1) Joel Bayer, 11.9.1975, …`, `Mme Petitjean (16-05-2008)`, `13.2.1970, w`. Only years in which people who work, sign
and fall ill were born: what is signed or sent on a day stands behind names, too, and is younger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from gateway.pii.detectors.date_forms import A_DATE, DATE, DATE_SOURCE, canonical_date
from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_reading import LOWER, UPPER, is_given, is_surname, lowered
from gateway.pii.detectors.name_records import AMBIGUOUS
from gateway.pii.detectors.public_figures import is_famous, is_of_learning, is_of_the_world
from gateway.pii.detectors.words import LEADS, NO_NAMES, THINGS, is_nominal
from gateway.pii.linear import compiled, mention
from gateway.pii.view import ALNUM, Found, Rule, View

_BETWEEN = rb"(?:[,;][ ]?|[ ]?[(\[][ ]?|[ ][\-/|][ ]|[ ]?:[ ]|\t|[ ]{1,12}|[\"'],[ ]?[\"'])(?:\*[ ]?)?"
# `Keller, Markus, männlich, 19.10.1985`
_SEX_BEHIND = re.compile(
    rb"[,;/][ ]?(?:[mwfdMWFD]|weibl(?:ich|\.)|m\xe4nnl(?:ich|\.)|(?:fe)?male|masch(?:io|\.)"
    rb"|f\xe9minin|masculin|femmina)$"
)
_LETTER = rb"[" + UPPER + LOWER + rb".]\)?"
_BEHIND_NAME = compiled(_LETTER + _BETWEEN + rb"(?:" + DATE_SOURCE + rb")")
# With a capital, or as `patient`, `paziente`, `assuré` and `dott.` do: seen first, all else tries each title.
_NAME = re.compile(
    rb"(?=[" + UPPER + rb"pad])"
    rb"((?:Herrn?|Frau|Fr\.|Hr\.|Pat\.?|[Pp]atient(?:in|e)?|[Pp]aziente|Versicherte[rn]?(?: Person)?|[Aa]ssur\xe9e?"
    rb"|[Aa]ssicurat[oa]|M\.|Mme|Mlle|Monsieur|Madame|Sig\.?(?:ra|na)?|Signora?|Mr\.?|Mrs\.?|Ms\.?"
    rb"|Dr\.?|dott\.(?:ssa)?"
    rb"|(?P<kin>Kind|Sohn|Tochter|Enfant|Fils|Fille|Figli[oa]|Child|Son|Daughter)(?=[ ]?:))"
    rb"[ ]?:?[ ](?:(?:v[oa]n|de)(?:[ ](?:de[rnm]?|la))?[ ])?)?(["
    + UPPER
    + rb"]["
    + UPPER
    + LOWER
    + rb"'\-.]{1,24}(?:,?[ ]["
    + UPPER
    + rb"]["
    + UPPER
    + LOWER
    + rb"'\-.]{0,24}){0,3})\)?$"
)
_SEX = (
    rb"(?:[ ]?[,;/][ ]?|[ ]|\|{1,2})(?:[mwfdMWFD]|weibl[a-z.]*|m\xe4nnl[a-z.]*|(?:fe)?male|masch[a-z.]*|femm[a-z.]*"
    rb"|homme|masculin|divers)(?:[^A-Za-z0-9.\xc0-\xff]|$)"
)
# `30.10.1987, Neuchâtel, célibataire`
_CIVIL_STATUS = (
    rb"(?i)[,;][ ](?:[a-z\xdf-\xff.\- ]{2,24}[,;][ ])?(?:ledig|verheiratet|geschieden|verwitwet|c\xe9libataire"
    rb"|mari\xe9e?|divorc\xe9e?|veuf|veuve|celibe|nubile|coniugat[oa]|single|married|divorced|widowed)"
    rb"(?:[ ]?[,.;)\n]|$)"
)
# What somebody is known or reached by, in the same line: `ti passo i suoi dati: 4.7.1984, Via Po 3, natel 079 …`
_KNOWN_BY = compiled(
    rb"(?i)\b756[. ][0-9]|\b(?:natel|cell(?:ulare)?|mob(?:ile?|il)?|handy|tel|telefono?|phone|t\xe9l(?:\xe9phone)?|iban"
    rb"|ahv|avs|ssn|nhs|nino|codice fiscale|c\.?f\.?)\b[^\n0-9A-Za-z]{0,4}(?:(?:nr|no|n)\.?[ ])?[(+]?[0-9A-Z]"
    # `…, 076/386 09 09, 14.5.1973`, `… | 512 378 6255 | …`
    rb"|\+[1-9][0-9]{0,2}[ ./\-()]{0,2}[0-9][0-9 ./\-()]{5,14}[0-9]"
    rb"|\b0[0-9]{2,3}[ /\-][0-9][0-9 ./\-]{4,14}[0-9]|\b0[1-9][0-9]{7,9}\b"
    rb"|[^0-9.\-/][2-9][0-9]{2}\)?[ .\-][2-9][0-9]{2}[ .\-][0-9]{4}\b"
)
_MAIL = compiled(rb"@[A-Za-z0-9\-]+\.[a-z]")
_OF_A_DAY = re.compile(
    rb"(?i)\b(?:vom|am|dated?|datum|data|sent|gesendet|envoy\xe9|inviat[oa]|of|on|from|since|by|to|il|del|dal|al|le|du"
    rb"|au|den)[ :]{1,2}$"
)
_DAY_LONGEST = 12
_BEFORE_SEX = compiled(rb"(?:" + DATE_SOURCE + rb")\)?(?:" + _SEX + rb"|" + _CIVIL_STATUS + rb")")
_BEGINS_A_LINE = re.compile(rb"(?:^|\n|[:;][ ])[ \t\-*+>0-9.)]{0,8}$")
_IN_BRACKETS = (
    rb"(?i:employee|person|patient|customer|member|student|client|user|mitarbeiter|kunde|personne|persona)[A-Za-z]*\("
)
_LISTED = compiled(rb"@[A-Za-z0-9.\-]{4,64}[,;|][ ]?(?:[^,;|\n@]{5,32}[,;|][ ]?)?(?:" + DATE_SOURCE + rb")")
_CALL = compiled(_IN_BRACKETS + rb"[^\n]{0,80}?(?:" + DATE_SOURCE + rb")")
_STARS = mention(
    rb"horoskop|sternzeichen|zodiac|horoscop|star sign|signe astro|signe du|oroscopo|segno zodiacale|aszendent"
)
_PUPILS = mention(
    rb"(?i)roster|pupil|student|\bclass\b|child|\bkids?\b|school|\bkita\b|schul|klasse|sch\xfcler|kinder|\xe9l\xe8ve|\xe9cole"
    rb"|enfant|alunn|scuola|bambin|allievi"
    rb"|\bsohn\b|tochter|\bkind\b|\bfils\b|\bfille\b|figli[oa]\b|\bson\b|daughter"
)
_YOUNGEST_PUPIL = 2022
_GROWN = compiled(rb"(?:^|[^0-9A-Za-z./\-])(?:" + DATE_SOURCE + rb")")
_GROWN_SINCE = 2006
_PAIR = re.compile(
    rb"([" + UPPER + rb"][" + LOWER + rb"'\-]{1,20})[ ]([" + UPPER + rb"][" + UPPER + LOWER + rb"'\-]{1,24})"
)
_AROUND, _TOLD_BEFORE, _TOLD_BEHIND = 120, 60, 40
EVENT = compiled(
    rb"(?i)\b(?:re)?hir(?:e|ing)|revision|creat|modif|updat|start|\bbegin|began|since|until|join|left|leave|died|death|ended|\bend\b|married|marriage|wedding|divorc"
    rb"|sign|contract|agreement|invoice|founded|incorporat|establish|publish|releas|issued|valid|expir|purchas|\bsold\b|bought"
    rb"|built|graduat|degree|enrol|elected|appointed|promot|award|\bwon\b|judgment|ruling|\blaw\b|\bact\b|treaty|\bwar\b|battle"
    rb"|seit|\bbis\b|\bab\b|eintritt|eingetreten|austritt|beginn|anfang|gestorben|verstorben|verheiratet|heirat|geheiratet|trauung"
    rb"|unterzeich|vertrag|rechnung|gegr\xfcndet|er\xf6ffn|ver\xf6ffentlich|erschienen|g\xfcltig|gekauft|verkauft|gebaut|erbaut"
    rb"|abschluss|diplom|gew\xe4hlt|ernannt|bef\xf6rdert|urteil|gesetz|krieg|schlacht|fassung|stand|angestellt|t\xe4tig|erteilt"
    rb"|depuis|jusqu|embauch|entr\xe9e|\bd\xe9but|d\xe9c\xe9d|mort|mari[\xe9a]|noces|divorc|sign\xe9|contrat|facture|fond\xe9|cr\xe9\xe9e?|publi\xe9"
    rb"|sorti|valable|achet|vendu|constru|dipl\xf4m|\xe9lu|nomm\xe9|promu|jugement|arr\xeat|\bloi\b|guerre|bataille|d\xe9livr"
    rb"|\bdal\b|fino|assunt|inizi|decedut|morto|sposat|matrimon|firmat|contratt|fattura|fondat|pubblicat|uscit|valid|scaden"
    rb"|acquist|vendut|costruit|laurea|diplom|eletto|nominat|promoss|sentenza|legge|guerra|battaglia|rilasciat|giving|lease"
)
_YEAR = re.compile(rb"(?:19|20)[0-9]{2}")
_SHORT_YEAR = re.compile(rb"[0-9]{2}$")
_FIRST_YEAR, _LAST_YEAR = 1915, 2012
_REACH = 72


def _find(view: View) -> Iterator[Found]:
    data = view.data
    told: set[tuple[int, int]] = set()
    for start, end in _BEHIND_NAME.spans(data):
        date = DATE.search(data, start + 1, end)
        if date and (lived(date[0]) or (_is_pupil(date[0]) and view.mentions(_PUPILS))) and _somebody(data, start + 1):
            told.add(date.span())
            yield _found(data, *date.span())
    for start, end in (
        _LISTED.spans(data) if b"@" in data else ()
    ):  # `Jo Roy, jr@example.org, 079 123 45 67, 1984-05-03`
        date = DATE.search(data, data.index(b"@", start, end), end)
        if date and lived(date[0]):
            yield _found(data, *date.span())
    for start, end in (
        _CALL.spans(data) if b"(" in data else ()
    ):  # `new Employee("Ida", "Lang", LocalDate.parse("1990-05-03"))`
        date = DATE.search(data, start, end + 1)
        if date and lived(date[0]):
            yield _found(data, *date.span())
    for start, end in _GROWN.spans(data):
        date = DATE.search(data, start, end + 1)
        if (
            date
            and date.span() not in told
            and grown(date[0])
            and (view.mentions(_STARS) or _near_somebody(view, *date.span()) or _beside_contacts(data, *date.span()))
        ):
            yield _found(data, *date.span())
    for start, end in _BEFORE_SEX.spans(data):
        date = DATE.match(data, start, end)
        if date and (lived(date[0]) or not _YEAR.search(date[0])):
            yield _found(data, *date.span())


def _near_somebody(view: View, start: int, end: int) -> bool:
    """Whether a name stands in the lines around a date, and no word of what happened on it."""
    data = view.data
    since, until = max(0, start - _AROUND), min(len(data), end + _AROUND)
    passage = data[since:until]
    before, behind = data[max(0, start - _TOLD_BEFORE) : start], data[end : end + _TOLD_BEHIND]
    if EVENT.occurs(before) or EVENT.occurs(behind) or is_of_learning(view):
        return False
    return any(
        is_given(first)
        and first not in WORDS
        and not is_famous([first, last])
        and last not in NO_NAMES
        and last not in THINGS
        and not is_nominal(last)
        for first, last in (map(lowered, pair.groups()) for pair in _PAIR.finditer(passage))
    )


def _beside_contacts(data: bytes, start: int, end: int) -> bool:
    """Whether its line holds what somebody is known by; a log of changes has lines of a date and an address of mail."""
    since = max(0, start - _AROUND)
    since = data.rfind(b"\n", since, start) + 1 or since
    stop = data.find(b"\n", end, end + _AROUND)
    until = stop if stop >= 0 else min(len(data), end + _AROUND)
    line, before = data[since:until], data[since:start]
    return (
        (_KNOWN_BY.occurs(line) or (_MAIL.occurs(line) and any(byte in ALNUM for byte in before)))
        and _OF_A_DAY.search(before[-_DAY_LONGEST:]) is None
        and not EVENT.occurs(before)
        and not EVENT.occurs(data[end : min(until, end + _TOLD_BEHIND)])
    )


def lived(date: bytes) -> bool:
    """Whether somebody who is written about may have been born on that day."""
    year = _YEAR.search(date)
    if year:
        return _FIRST_YEAR <= int(year[0]) <= _LAST_YEAR
    short = _SHORT_YEAR.search(date)
    return short is not None and int(short[0]) >= 30


def _is_pupil(date: bytes) -> bool:
    year = _YEAR.search(date)
    return year is not None and _LAST_YEAR < int(year[0]) <= _YOUNGEST_PUPIL


def grown(date: bytes) -> bool:
    """Whether whoever was born then is grown up: only of years in four figures."""
    year = _YEAR.search(date)
    return year is not None and _FIRST_YEAR <= int(year[0]) <= _GROWN_SINCE


def _somebody(data: bytes, end: int) -> bool:
    """Whether a name ends there: with a title, or of a known given name and another word."""
    passage = _SEX_BEHIND.sub(b"", data[max(0, end - _REACH) : end])
    name = _NAME.search(passage)
    if not name or is_of_the_world(name[0]):
        return False
    words = [lowered(word).strip(".,") for word in name[3].split()]
    if name["kin"] == b"Kind" and not is_given(words[0].partition("-")[0]):  # of Kubernetes: `Kind: Deployment, …`
        return False
    if name[1]:
        return words[-1] not in NO_NAMES
    if len(words) == 1 and passage.endswith(b"(" + name[3]):  # `Husband (Grace, 13 November 1983)`
        return is_given(words[0]) and words[0] not in WORDS and words[0] not in AMBIGUOUS
    if len(words) < 2 or words[0] in LEADS or words[-1] in NO_NAMES:
        return False
    if any(is_given(one) and (other not in NO_NAMES) for one, other in pairwise(words)):
        return True
    if name[3].split()[0].strip(b",").isupper() and len(words[0]) > 2 and is_given(words[-1]):  # `JACOT Jean`
        return True
    begins = _BEGINS_A_LINE.search(data, max(0, end - _REACH - 16), max(0, end - _REACH) + name.start())
    return is_given(words[-1]) and (is_surname(words[-2]) or begins is not None)  # `- Radisch Therese, 2.1.1980`


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "date_of_birth", canonical_date(data[start:end]), 0.8, "birth-beside")


RULES = (
    Rule(
        "birth-beside",
        ("date_of_birth",),
        A_DATE,
        _find,
    ),
)
