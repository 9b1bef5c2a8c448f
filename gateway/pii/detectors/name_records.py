"""Names where a record, a chat or a card puts them, and as only names are written.

`[09:14] Sára Novák: …`, `- Mallet Hélène, 18 août 1964`, `FN:Otfried Bloch`, `Knight^Heather`, `née Hoareau`,
`Zinovy A Gorshkov`: the form says that it is a name, so the lists may know one of its words only, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_reading import COMPANY, is_given, is_surname, lowered
from gateway.pii.detectors.public_figures import is_famous, is_of_learning, is_past
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import ASKED_FOR, COMMON, LEADS, NO_NAMES, THINGS, is_nominal, word_set
from gateway.pii.linear import compiled
from gateway.pii.prefilter import Together
from gateway.pii.view import ALNUM, Found, Rule, View

_ONE = "[<U>][<U><L>]{1,24}(?:['\\-][<U><L>]{1,24}){0,2}"
_PARTICLES = "(?:[ ](?:von|van|de|di|da|del|della|der|du|des|le|la))?"
_FULL = f"{_ONE}{_PARTICLES}(?:[ ](?:[<U>]\\.|{_ONE})){{1,3}}"
_TIME = "[0-2]?[0-9][:.][0-5][0-9](?:[:.][0-5][0-9])?(?:[ ]?[AaPp]\\.?[Mm]\\.?)?"

_KIN = (
    "spouse|wife|husband|mother|father|mom|mum|dad|sister|brother|daughter|son|partner|baby|kids?|moglie|marito"
    "|figli[aoe]?|mamma|papà|soeur|frère|mère|père|fille|fils|femme|mari|frau|mann|sohn|tochter|mutter|vater|bruder"
    "|schwester|kinder|enfants|children"
)
_BY = r"(?:[:\-(]|\b(?i:par|da|von|by|durch|an|with|mit|avec|con|zust\.|gez\.)|[<L>](?:in|er|ist))[ ]"
_BULLET = r"(?:^|\n)[ \t]{0,8}(?:[\-*+>]|[0-9]{1,3}[.)])?[ \t]{0,4}"
_REACHED = r"(?:[0-9]|\+[0-9]|[<L>0-9._\-]{1,64}@)"
_MAIDEN = r"(?:\b(?:née|geborene[rn]?|geb\.|nata|[Nn]ee)|[^<U><L>](?:ép\.|épouse))[ ]"
_FIELD = "VORNAME|NACHNAME|PR[EÉ]NOMS?|COGNOME|SURNAME|FORENAMES?|GIVEN NAMES?|FIRST NAME|LAST NAME"
_AT_THE_DOOR_OF = r"(?:[cC]/[oO]|[cC]hez|[pP]resso|[bB]ei|p\.[ ]?[aA]\.|[pP]\. ?[aA]dr\.)"
_BELL = r"(?i:klingel|sonnette|interphone|citofono|campanello|\bbell|buzzer)[ ]?:?"
_RING = r"(?i:klingeln|läuten|sonner|sonnez|suonare|suonate|ring)[ ](?:bei|chez|da|at|the bell at)"
_CLOSED = r"[ ]?(?:[,;.)(]|$|\n|[ ](?:le|am|il|à|in|on|nel)\b)"

# How many of the words have to be on a list.
_NONE, _SOME, _GIVEN = 0, 1, 2
# The rule, what occurs wherever it could find anything, the form with the name as its group, what has to be known.
_FORMS: tuple[tuple[str, str, str, int], ...] = (
    (
        "name-speaker",
        r"[0-9](?:[ ]?[AaPp]\.?[Mm]\.?)?\]?[ ](?:-[ ])?[<U>][<U><L>'\- ]+[ ]?:",
        rf"{_TIME}\]?[ ](?:-[ ])?({_FULL}|{_ONE})[ ]?:(?:[^0-9/]|$)",
        _SOME,
    ),
    (
        "name-speaker",
        r"[<L>][ ]{1,3}[0-9]+[:.][0-9]+(?:[ ]?[AaPp]\.?[Mm]\.?)?\r?\n",
        rf"(?:^|\n)({_FULL}|{_ONE})[ ]{{1,3}}{_TIME}\r?\n",
        _SOME,
    ),
    (
        "name-row",
        r"[<L>]{2}[ ]?[,;][ ]?(?:[0-9]|\+[0-9]|[<L>0-9._\-]+@)",
        rf"{_BULLET}({_FULL})[ ]?[,;][ ]?{_REACHED}",
        _GIVEN,
    ),
    # `Falier Bruno ..... 347 47 20 933`
    (
        "name-row",
        r"[<L>]{2}[ ]?(?:\.{2}|:|-|  )[ .]*[+(]?[02-9][0-9 ()./\-]{7}",
        rf"{_BULLET}({_FULL})[ ]?(?:\.{{2,40}}|:|-|  )[ ]{{0,3}}[+(]?[02-9][0-9 ()./\-]{{7}}",
        _GIVEN,
    ),
    (
        "name-row",
        r":[ ][<U>][<U><L>'\- ]+[ ]?[,(;][ ]?\(?(?:\+|0)[0-9]",
        rf":[ ]({_FULL})[ ]?[,(;][ ]?\(?(?:\+|0)[0-9][0-9 ()/.\-]{{7}}",
        _SOME,
    ),
    (
        "name-card",
        r"(?:^|\n)FN[:;]|;CN=",
        rf"(?:(?:^|\n)FN(?:;[^:\n]{{1,40}})?:|;CN=[\"]?)({_FULL})",
        _NONE,
    ),
    (
        "name-set",
        r"(?:user|author|customer|employee|operator|patient|member|assignee|reporter)=[\"'][<U>]",
        rf"(?:user|author|customer|employee|operator|patient|member|assignee|reporter)=[\"']({_FULL})[\"']",
        _SOME,
    ),
    ("name-card", r"(?:^|\n)N[:;]", rf"(?:^|\n)N(?:;[^:\n]{{1,40}})?:({_ONE};{_ONE})", _NONE),
    # HL7: `PID|1||12345^^^HOSP||SMITH^JOHN^A|…`, `PV1|…|1234^WELBY^MARCUS^^^^MD`
    (
        "name-segment",
        r"(?:PID|NK1|GT1|PD1|PV1|PV2|IN1|STF|MRG|ORC|OBR)\|[^\n\r]*[<U>]\^[<U>]",
        (
            r"(?:PID|NK1|GT1|PD1|PV1|PV2|IN1|STF|MRG|ORC|OBR)\|[^\n\r]{0,200}?\|(?:[<U>0-9]{1,12}\^)?"
            r"([<U>][<U><L>'\-]{1,30}\^[<U>][<U><L>'\-]{1,30}(?:\^[<U>][<U><L>]{0,20})?)(?:[\^|~&]|$|\n|\r)"
        ),
        _NONE,
    ),
    ("name-card", r"[<L>]\^[<U>]", rf"({_ONE}\^{_ONE})", _NONE),
    ("name-door", rf"{_BELL}[ ][<U>]", rf"{_BELL}[ ]({_FULL}|{_ONE})[ ]?(?:[,;.)\n/]|$)", _NONE),
    # `c/o Winkelried` in a line of its own, `bitte bei Kälin klingeln`
    (
        "name-door",
        rf"(?:^|\n)[ \t>]{{0,4}}{_AT_THE_DOOR_OF}[ ][<U>]",
        rf"(?:^|\n)[ \t>]{{0,4}}{_AT_THE_DOOR_OF}[ ]({_FULL}|{_ONE})[ ]?(?:\r?\n|$)",
        _NONE,
    ),
    ("name-door", rf"{_RING}[ ][<U>]", rf"{_RING}[ ]({_FULL}|{_ONE})", _NONE),
    (
        "name-door",
        r"[<U>][<U><L>'\- ]+[ ](?:klingeln|läuten)",
        rf"\bbei[ ]({_FULL}|{_ONE})[ ](?:klingeln|läuten)",
        _NONE,
    ),
    (
        "name-form",
        rf"(?:{_FIELD})[ ]+[<U>]",
        rf"\b(?:{_FIELD})[ ]{{1,8}}({_ONE})\b",
        _NONE,
    ),
    ("name-form", r"NAME[ ][<U>]", rf"\bNAME[ ]({_ONE})[ ]VORNAME\b", _NONE),
    ("name-maiden", rf"{_MAIDEN}[<U>]", rf"{_MAIDEN}({_ONE}(?:[ ]{_ONE})?){_CLOSED}", _NONE),
    ("name-middle", r"[<L>][ ][<U>]\.?[ ][<U>]", rf"({_ONE}[ ][<U>]\.?[ ]{_ONE})", _NONE),
    ("name-initialled", rf"{_BY}[<U>]\.[ ]?[<U>]", rf"{_BY}([<U>]\.[ ]?{_ONE})(?:[,;.)\n]|$)", _NONE),
    (
        "name-kin",
        rf"(?i:{_KIN})[ ]\(?[<U>]",
        rf"(?:^|[^A-Za-z])(?i:{_KIN})[ ]\(?({_ONE}(?:(?:,[ ]|[ ](?:and|und|et|e)[ ]){_ONE}){{0,3}})\b",
        _GIVEN,
    ),
    # `| Pfandl, Fabienne | 01.03.2018 |`
    (
        "name-turned",
        r"[<L>],[ ][<U>][<L>\-]+[ ]?(?:\||;|\r?\n|$)",
        rf"(?:^|\n|\||;)[ \t]{{0,4}}(?:[\-*]|[0-9]{{1,2}}[.)])?[ \t]{{0,2}}({_ONE},[ ]{_ONE})[ ]?(?:\||;|\r?\n|$)",
        _GIVEN,
    ),
    # `1. BOSSI/LAZZARO MR`, as airlines book
    (
        "name-turned",
        r"[<U>]{3}/[<U>]{3}",
        r"(?:^|[ \n.:|,;])([<U>][<U>'\-]{2,24}/[<U>]{3,24})\b",
        _GIVEN,
    ),
    # `Third party: Crowther, Terrence, vehicle …`
    (
        "name-turned",
        r": [<U>][<U><L>'\-]+,[ ][<U>]",
        rf":[ ]({_ONE},[ ]{_ONE})(?:[ ]?[,;/(|]|[ ]?\r?\n|[ ]?$|  )",
        _GIVEN,
    ),
    ("name-addressed", r"(?:^|\n)[<U>][<L>]+,[ ][<L>]", rf"(?:^|\n)({_ONE}),[ ][<L>]", _GIVEN),
)
_PATTERNS = tuple((rule, compiled(shape(form)), re.compile(shape(form)), known) for rule, _, form, known in _FORMS)
_TOGETHER = Together(pattern for _, pattern, _, _ in _PATTERNS)
# Before a letter and another capital they name a thing: `Plan B Option`, `Vitamin C Serum`.
_LETTERED = word_set(
    """
    plan vitamin type typ class klasse classe series serie hepatitis appendix exhibit section grade group gruppe groupe
    team model modell figure table unit block building gate terminal platform hall room route line level option step
    phase part form schedule annex anlage annexe allegato generation gen tier category kategorie rating grad windows
    variante variant abschnitt kapitel anhang absatz ziffer
    mac os big the a an plus python java go rust swift visual sharp objective version note file drive disk disc side
    wing tower zone area sector train bus flight channel radio tv game round stage set list key note minor major chord
    bloc point theorem lemma equation case exercise question problem task aufgabe frage fall punkt teil seite linie
    apollo boeing airbus iphone galaxy pixel xbox tesla audi bmw mercedes influenza factor protein gene virus
    """
)
AMBIGUOUS = word_set(
    """
    florence paris sofia victoria charlotte austin jordan georgia virginia carolina madison houston lincoln jackson chad
    israel kenya india asia alexandria valencia vienna geneva orlando eugene santiago diego francisco lorenzo adelaide
    sydney chelsea kent chester york preston lancaster denver dallas phoenix memphis siena verona milan roma messina
    claude alexa siri julia ruby pascal ada gemini jenkins python cursor max bob alice eve carol mallory
    """
)


def _find(view: View) -> Iterator[Found]:
    found = list(_recorded(view.data))
    if any(one.rule == "name-turned" for one in found) and is_of_learning(view):  # `Which operas: Tosca, Carmen, …`
        found = [one for one in found if one.rule != "name-turned"]
    return iter(() if found and is_past(view) else found)


def _recorded(data: bytes) -> Iterator[Found]:
    told = _TOGETHER.occurring(data)
    for rule, pattern, again, known in _PATTERNS:
        if pattern not in told:
            continue
        at = 0
        while True:
            start, end = pattern.first(data, at)
            if start < 0:
                break
            match = again.match(data, start, end)
            at = max(start + 1, end - 1)
            if match is None:
                continue
            begin, stop = match.span(1)
            if data[stop - 2 : stop] == b"'s":
                stop -= 2
            if begin and data[begin - 1] in ALNUM:
                at = begin + 1
                continue
            if (
                _is_name(rule, data[begin:stop], known)
                and not (rule == "name-kin" and is_famous(lowered(data[start:stop].lstrip()).split()))
                and not (rule == "name-addressed" and _names_flowers(data, stop))
            ):
                at = stop
                yield Found(begin, stop, "person", lowered(data[begin:stop]), 0.75, rule)
            else:
                at = min(at, _second_word(data, begin, stop))


def _names_flowers(data: bytes, stop: int) -> bool:
    """`Margherita, rosa e viola`: what stands behind the comma goes on with another that is written as a word."""
    behind = _SMALL_BEHIND.match(data, stop)
    return behind is not None and lowered(behind[1]) in WORDS


def _second_word(data: bytes, begin: int, stop: int) -> int:
    """Where the search goes on behind what is no name: its next word may begin one."""
    gap = data.find(b" ", begin, stop)
    return gap + 1 if gap > 0 else stop


_SMALL_BEHIND = re.compile(rb",[ ]([a-z\xdf-\xff]{3,})(?:,|[ ](?:e|et|und|and)[ ])")
_APART = bytes.maketrans(b"^;/", b"   ")


def _is_name(rule: str, value: bytes, known: int) -> bool:
    words = [word.strip(".,") for word in lowered(value.translate(_APART)).split()]
    if (
        rule == "name-card" and len(words) > 1 and any(map(is_given, words))
    ):  # whatever the other means: `FN:Mariana Park`
        return True
    if is_famous(words) or any(word in NO_NAMES or word in THINGS for word in words if len(word) > 2):
        return rule == "name-kin" and any(word in _AND for word in words) and _one_given(words)
    if rule == "name-door" and COMPANY.search(value):
        return False
    if rule == "name-middle":
        return _has_middle(value, words)
    if rule == "name-addressed":
        return is_given(words[0]) and words[0] not in WORDS and words[0] not in AMBIGUOUS
    if rule == "name-turned":
        return is_given(words[1]) and words[1] not in WORDS and words[1] not in AMBIGUOUS and words[0] not in COMMON
    if rule == "name-kin":
        return _one_given(words)
    if rule == "name-speaker" and len(words) == 1:
        return is_given(words[0])
    if known == _NONE:
        return not any(word in ASKED_FOR for word in words)
    if any(is_given(word) for word in words):
        return True
    return known == _SOME and (is_surname(words[-1]) or not any(is_nominal(word) or word in COMMON for word in words))


_AND = frozenset(("and", "und", "et", "e"))


def _one_given(words: list[str]) -> bool:
    return is_given(words[0])


_BEFORE_MONSIEUR = word_set(
    """
    merci selon bonjour bonsoir salut cher chers malgré hormis sauf contacter contactez appeler appelez rappeler
    rappelez voir voyez demander demandez prévenir prévenez informer informez remercier réponse rendez-vous dixit
    courrier facture devis dossier gemäss gemäß laut anruf kontakt nach lieber grüezi
    """
)


def _has_middle(value: bytes, words: list[str]) -> bool:
    """`Zinovy A Gorshkov`, `John Q. Public`, and neither `Plan B Option` nor `Model T FORD` nor `Merci M. Favre`."""
    first, last = value.split(b" ")[0], value.split(b" ")[-1]
    return not (
        words[0] in _LETTERED
        or words[0] in LEADS
        or words[0] in COMMON
        or words[-1] in COMMON
        or words[0] in ASKED_FOR
        or is_nominal(words[0])
        or is_nominal(words[-1])
        or len(first) < 3
        or len(last) < 3
        or first.isupper()
        or last.isupper()
        or (words[1] == "m" and words[0] in _BEFORE_MONSIEUR)
        or (words[1] in {"i", "a"} and not (is_given(words[0]) or is_surname(words[-1])))
    )


RULES = (Rule("name-record", ("person",), tuple(shape(probe) for _, probe, _, _ in _FORMS), _find),)
