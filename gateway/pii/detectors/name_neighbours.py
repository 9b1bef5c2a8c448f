"""Names of persons by what stands behind them: a birth, an account, a telephone, or what only persons own and do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_mentions import PLACES, is_word
from gateway.pii.detectors.name_reading import TWO_CAPITALS, as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.name_records import AMBIGUOUS
from gateway.pii.detectors.names_alone import EVERYDAY
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import COMMON, NO_NAMES, THINGS, is_nominal, word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_OF_PERSONS = (
    "geb(?:\\.|oren)|\\*[ ]?[0-9]|née?[ ]|né\\(e\\)|nat(?:[oa](?:/a)?|_{1,4})[ ](?:il\\b|a\\b|[0-9])|born\\b|dob\\b"
    "|d\\.o\\.b|date of birth|date de naissance"
    "|data di nascita|geburtsdatum|jahrgang|jg\\.|wohnhaft|demeurant|domicili|residente|iban\\b|ahv"
    "|avs\\b|ssn\\b|tel\\b|tél\\b|telefon|téléphone|telefono|mobile?\\b|natel\\b|handy\\b|e-?mail|courriel|passport|passeport"
    "|passaporto|reisepass"
)
# `Svea Schacht, geboren am`, `Jon Ruud (IBAN`.
_BESIDE = shape(f"<CAP>[ ](?:<CAP>[ ]){{0,2}}<CAP>(?:[ ]?[,;:(|][ ]?|[ ](?:-[ ])?)(?i:{_OF_PERSONS})")
# `Pt Castillo, Harry, DOB`: the surname first.
_TURNED = shape(
    r"<CAP>,[ ]<CAP>(?:[ ]<CAP>)?[ ]?[,;(|/][ ]?(?i:dob\b|d\.o\.b|born\b|geb(?:\.|oren)|née?[ ]|nat[oa][ ])"
)
# `Luka (geb. …)`: whoever is born.
_BORN = shape(
    r"<CAP>(?:[ ]<CAP>){0,2}(?:[ ]?\(|,[ ])"
    r"(?i:geb\.|geboren[ ]|\*[ ]?[0-9]|née?[ ](?:le|en)|nat[oa][ ](?:il|a|nel)\b|born[ ]"
    r"|[0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:19|20)[0-9]{2}\))"
)
# `Yannik (y@x.ch)`, `Iole (347-4583771)`: whoever can be reached so.
_REACHED = shape(r"<CAP>[ ]\((?:\+|00?[1-9]|[1-9][0-9]{2}[ .\-]|\([0-9]|[<L>0-9._\-]+@)")
OWNED = (
    "mum|mom|dad|address|number|phone|e-?mail|birthday|salary|contract|file|passport|account|performance|manager|husband|wife|mother"
    "|father|son|daughter|brother|sister|boss|desk|laptop|application|cv"
)
# `Lucia's address`: a given name alone owns what only persons have.
_OWNS = shape(f"<CAP>'s[ ](?:(?:new|old|home|private|work)[ ])?(?:{OWNED})\\b")
# `Michael, call …`, `Marina can be reached`.
_ASKED = (
    "call|please|can|could|did|do|are|will|thanks|your|bitte|kannst|könntest|hast|ruf|danke|deine?|ihre?"
    "|peux|pourrais|appelle|merci|votre|vos|ta|ton|tes|puoi|la tua|il tuo|i tuoi"
    "|potresti|chiama|grazie"
)
_DOES = "can be reached|is reachable|ist erreichbar|est joignable|è raggiungibile|lives at|wohnt|habite|abita"
_ADDRESSED = shape(f'(?:^|\\n|["][ ]?|[.!?,][ ])<CAP>(?:,[ ](?:{_ASKED})\\b|[ ](?:{_DOES})\\b)')
# `Point 3 : Firmin vérifie …`: what only persons do.
_TELLS = (
    "verlangte?|klärte?|stört|bringt|prüft"
    "|meldete?|fragte?|sagte?|meinte?|schreibt|schrieb|bittet|bat|übernimmt|rief|möchte|wünscht"
    "|kümmert|bestätigte?|hat (?:gesagt|angerufen|geschrieben|gemeldet|bestätigt|gefragt|gebeten)"
    "|vérifiera|vérifie|amène|prépare|dérange|envoie|demandait|demande|souhaite|écrit|propose|confirme|rappelle"
    "|s'occupe|se charge"
    "|a (?:dit|demandé|écrit|appelé|confirmé|proposé)"
    "|verifica|chiedeva|porta|disturba|prepara|chiede|vorrebbe|scrive|propone|conferma|richiama|si occupa"
    "|ha (?:detto|chiesto|scritto|chiamato|confermato|proposto)"
    "|brings|drafts|disrupts|asked|asks|said|says|told|wants|wanted|wrote|called|replied|agreed|complained|confirmed|emailed|phoned"
    "|hat [^.;:\n]{0,40}(?:übernommen|erledigt|gelöst|geprüft|bestellt|vergessen|geschickt|unterschrieben)"
    "|to (?:check|call|send|ask|confirm|clarify|follow|prepare|contact|review)|is (?:off|sick|back)"
    "|ist (?:krank|einverstanden|dagegen|abwesend)|kommt (?:heute|morgen|erst|nicht)|torna|revient"
    "|est (?:malade|d'accord|absente?)|è (?:malat[oa]|d'accordo|assente)|ha (?:già|firmato)|a (?:déjà|signé)"
)
# `Firmin et Fanny seront absents`: two of them in a row.
_BOTH = shape("<CAP>[ ](?:und|and|et|ed|e|&)[ ]<CAP>")
_BOTH_PATTERN = compiled(_BOTH)
# `Ralph Lauren and Calvin Klein`
_ANOTHER_BEFORE = re.compile(rb"[A-Z\xc0-\xde][A-Za-z\xc0-\xff'.\-]*[ ]$")
_ANOTHER_BEHIND = re.compile(rb"[ \-][A-Z\xc0-\xde]")
_JOINED = re.compile(rb"[ ](?:und|and|et|ed|e|&)[ ]")
# `Beschluss: Ramseier klärt …; Imboden ist einverstanden`, `Punkt 3 (Egli): …`: in minutes by their surnames.
_MINUTED = shape(
    f"(?:[:;,][ ]|^|\\n)<CAP>[ ](?:{_TELLS}|klärt|macht|trouve|voit avec|trova|sente|talks to|thinks|agrees|dagegen"
    r"|dafür|contre|contrari[oa]|against)(?:[ ]|[.,;]|$)|[ ]\(<CAP>\)[ ]?:"
)
# Surnames that are firms first, or a language of programs.
_FIRMS = word_set(
    """
    bosch siemens philips miele kellogg dyson porsche opel peugeot michelin schindler sulzer bühler braun bayer merck
    henkel krupp thyssen zeiss lindt sprüngli suchard hero knorr barilla ferrero pirelli olivetti lavazza armani
    prada gucci versace benetton fendi ferrari lamborghini maserati bugatti dior chanel cartier omega tissot boeing dell
    hewlett packard pfizer chase goldman deere kraft mars disney mercedes fust globus stihl kärcher claas jura ricola
    rust
    """
)
# `201 Wenger, 202 Yilmaz`, `Woche 12: Cavelti`: one of those whom rooms, weeks or seats are given to.
_NUMBERED = shape(r"(?:^|[^<U><L>0-9.,'])[0-9]{1,4}[ ]?:?[ ]<CAP>[ ]?(?:[,;\n]|$)")
_NUMBERED_PATTERN, _NUMBER = compiled(_NUMBERED), re.compile(rb"[0-9]+")
_TELLING = shape(f'(?:^|\\n|["][ ]?|[.!?:;][ ]|-[ ])<CAP>[ ](?:[<U>]{{1,3}}[ ])?(?:{_TELLS})(?:[ ]|[.,;]|$)')
_TELLING_PATTERN, _MINUTED_PATTERN = compiled(_TELLING), compiled(_MINUTED)
_BESIDE_PATTERN, _OWNS_PATTERN, _ADDRESSED_PATTERN = compiled(_BESIDE), compiled(_OWNS), compiled(_ADDRESSED)
_REACHED_PATTERN = compiled(_REACHED)
_BORN_PATTERN, _TURNED_PATTERN = compiled(_BORN), compiled(_TURNED)
_VALUE = re.compile(rb"[^\n]{0,48}?[0-9@]")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _BESIDE_PATTERN.spans(data):
        words = _from_given(read(data, start, 4))
        small = [word for _, _, word in words]
        if _is_name(small) and (_is_known(small) or _tells_of_somebody(data, words, end)):
            yield as_found(words, 0.75, "name-beside")
    for start, end in _BORN_PATTERN.spans(data):
        words = _from_given(read(data, start, 4))
        small = [word for _, _, word in words]
        if data[end - 1 : end] == b")" and not (len(small) > 1 and _is_known(small)):  # a date alone: of whatever
            continue
        if words and not is_famous(small) and not is_nominal(small[-1]):
            yield as_found(words, 0.75, "name-born")
    for start, _ in _TURNED_PATTERN.spans(data):
        if words := _turned(data, start):
            yield as_found(words, 0.75, "name-born")
    for start, _ in _REACHED_PATTERN.spans(data):
        words = read(data, start, 1)
        if words and is_given(words[0][2]) and words[0][2] not in WORDS:
            yield as_found(words, 0.7, "name-reached")
    for pattern, rule in ((_OWNS_PATTERN, "name-owns"), (_ADDRESSED_PATTERN, "name-addressed")):
        for start, end in pattern.spans(data):
            words = _from_capital(data, start, end)
            if words and is_given(words[0][2]):
                yield as_found(words, 0.65, rule)
    if is_of_learning(view):
        return
    for start, end in _TELLING_PATTERN.spans(data):
        words = _from_capital(data, start, end)
        if words and is_given_alone(words[0][2]):
            yield as_found(words, 0.65, "name-tells")
    yield from _numbered(data)
    for start, end in _MINUTED_PATTERN.spans(data):
        words = _from_capital(data, start, end)
        if words and is_surname_alone(words[0][2]) and data[words[0][0] + 1 : words[0][1]].islower():
            yield as_found(words, 0.6, "name-minuted")
    for start, end in _BOTH_PATTERN.spans(data):
        for words in _both(data, start, end):
            yield as_found(words, 0.65, "name-both")


def _numbered(data: bytes) -> Iterator[Found]:
    """The names behind numbers that follow one another, which those of towns and of goods do not."""
    before: tuple[int, list[tuple[int, int, str]]] | None = None
    for start, end in _NUMBERED_PATTERN.spans(data):
        number, words = _NUMBER.search(data, start, end), _from_capital(data, start, end)
        if number is None or not words or not (is_surname_alone(words[0][2]) or is_given_alone(words[0][2])):
            before = None
            continue
        if before is not None and int(number[0]) == before[0] + 1:
            yield as_found(before[1], 0.6, "name-numbered")
            yield as_found(words, 0.6, "name-numbered")
        before = int(number[0]), words


def _turned(data: bytes, start: int) -> list[tuple[int, int, str]]:
    """The surname at `start` and what stands behind its comma, where one of them is on the lists."""
    last = read(data, start, 1)
    first = read(data, last[0][1] + 2, 2) if last else []
    small = [word for _, _, word in (*first, *last)]
    if not first or not _is_known(small) or is_famous(small):
        return []
    return [] if any(word in THINGS or word in NO_NAMES for word in small) else [*last, *first]


def _from_capital(data: bytes, start: int, end: int) -> list[tuple[int, int, str]]:
    """The word that begins with the first capital."""
    return read(data, next(at for at in range(start, end) if data[at : at + 1].decode("latin-1").isupper()), 1)


def _both(data: bytes, start: int, end: int) -> list[list[tuple[int, int, str]]]:
    """Two given names, unless one of them belongs to a longer name."""
    joined = _JOINED.search(data, start, end)
    both = [read(data, start, 1), read(data, joined.end(), 1)] if joined else []
    names = [name[0][2] for name in both if name]
    if len(names) < 2 or not all(map(is_given_alone, names)) or is_famous(names):
        return []
    before = _ANOTHER_BEFORE.search(data, max(0, start - 24), start)
    led = before is not None and lowered(before[0][:-1]) not in NO_NAMES  # `Für Noemi und Lukas`
    return [] if led or _ANOTHER_BEHIND.match(data, end) else both


def _from_given(words: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """`Klientin Barbara Wyss, geb. …` without the word that is no name's."""
    if len(words) < 3 or is_given(words[0][2]) or is_surname(words[0][2]):
        return words
    return words[1:] if is_given(words[1][2]) and words[1][2] not in WORDS else words


def is_given_alone(word: str) -> bool:
    return is_given(word) and word not in WORDS and word not in AMBIGUOUS


def is_surname_alone(word: str) -> bool:
    """A surname that is neither a word, a place, a firm nor known to all the world."""
    return is_surname(word) and not (
        is_word(word) or word in PLACES or word in EVERYDAY or word in _FIRMS or is_given(word) or is_famous([word])
    )


def _is_known(words: list[str]) -> bool:
    first = words if len(words) == 2 else words[:1]  # `Rossi Anna`, too
    return any(is_given(word) and word not in WORDS for word in first) or is_surname(words[-1])


def _tells_of_somebody(data: bytes, words: list[tuple[int, int, str]], end: int) -> bool:
    """`Jon Ruud, e-mail: j@…`, and not `Number Lookup, Email Verification` or `Python SDK. Email …`."""
    value = _VALUE.match(data, end)
    return value is not None and not any(data[start:stop].isupper() and stop - start > 2 for start, stop, _ in words)


def _is_name(words: list[str]) -> bool:
    if len(words) < 2 or is_famous(words) or any(word in THINGS or word in COMMON for word in words):
        return False
    if _is_known(words):
        return True
    return len(words) <= 3 and words[0] not in WORDS and not any(is_nominal(word) or word in NO_NAMES for word in words)


RULES = (
    Rule(
        "name-neighbour",
        ("person",),
        (_BESIDE, _TURNED, _BORN, _REACHED, _OWNS, _ADDRESSED, _TELLING, _MINUTED, _NUMBERED, _BOTH),
        _find,
        leads=(TWO_CAPITALS, _BORN, _REACHED, _OWNS, _ADDRESSED, _TELLING, _MINUTED, _NUMBERED, _BOTH),
    ),
)
