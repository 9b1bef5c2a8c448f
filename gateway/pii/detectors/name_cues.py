"""Names of persons by what addresses them: titles, greetings, farewells, and what shows a name before an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors import name_phrases as phrases
from gateway.pii.detectors import names_of_words
from gateway.pii.detectors.name_reading import (
    COMPANY,
    TITLE,
    UPPER,
    WORD,
    as_found,
    is_given,
    is_surname,
    led_from,
    lowered,
    read,
)
from gateway.pii.detectors.names_of_words import named_by_a_word
from gateway.pii.detectors.public_figures import TITLED, is_famous
from gateway.pii.detectors.words import NO_NAMES, PARTICLES, THINGS, word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_TITLE_PATTERN = compiled(TITLE)
_GREETING_PATTERN = compiled(phrases.GREETING)
_FAREWELL_PATTERN, _LINE_PATTERN = compiled(phrases.FAREWELL), compiled(phrases.FAREWELL_LINE)
_DISPLAYED_PATTERN = compiled(phrases.DISPLAYED)
_GREETED = re.compile(
    rb"(?i)(?:geehrte[rn]?|liebe[rs]?|werte[rs]?|dear|ch\xe8re?|gentile|egregi[oa]|car[oa]|stimat[oa]|bonjour|bonsoir"
    rb"|guten (?:tag|morgen|abend)|buongiorno|buonasera|gr\xfcezi|good (?:morning|afternoon|evening)|an|\xe0|to)[ ]$"
)
_WEAK_TITLE = re.compile(rb"(?:Me|RA|MS|Don|Donna|Herren|Drs\.?)[ ]")  # `MS Teams`, `Die Herren Kollegen`
_OF_A_PLAY = re.compile(rb"Don (?:Juan|Quijote|Quichotte|Quixote)\b")
_PLURAL_TITLE = re.compile(rb"(?:MM\.|Mmes|Mlles|Messrs|Cllrs|Councillors|Drs|Sigg\.|Herren)[ .]")
_ENUMERATES = re.compile(
    rb"(?:[ ]\([^()\n]{1,24}\))?(?:,[ ]|,?[ ](?:and|und|et|ed|e|sowie|&)[ ])"
    rb"(?:v[ao]n (?:de[rn]? )?|de (?:la )?|d')?(?=[" + UPPER + rb"])"
)
# `Frau Gemeindepräsidentin`, `Signor Sindaco`: whoever is addressed by an office.
_OFFICE = re.compile(
    r"[a-zß-ÿ]*(?:präsident|direktor|minister|leiter|bürgermeister|sekretär|vorsteher|schreiber|verwalter|oberst)(?:in)?"
    r"|(?:stadt|gemeinde|regierungs|kantons|national|stände|schul)(?:rat|rätin)|mayor|chairman|chairwoman|speaker"
    r"|maire|préfet|recteur|sindac[oa]|prefetto|rettore|preside"
)
_ANOTHER_TITLE, _MOST_ENUMERATED = re.compile(TITLE), 24
_TOWNS = word_set(
    "zürich zurich bern basel genf genève winterthur luzern lugano wien berlin hamburg münchen köln london dublin lyon"
    " marseille milano torino napoli"
)
"""`Guten Morgen Zürich`, as stations and papers greet."""
_PLACES_AS_SURNAMES = word_set("berg lane park piazza")
_DESKS = frozenset(
    ("support", "sales", "info", "office", "service", "customer", "desk", "help", "admin", "hr", "mailer")
)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for begin, end in _TITLE_PATTERN.spans(data):
        yield from _behind_title(data, begin, end)
    for _, end in _GREETING_PATTERN.spans(data):
        yield from _greeted(data, end)
    for _, end in _FAREWELL_PATTERN.spans(data):
        yield from _signed(data, end)
    yield from _signed_in_line(data)
    for start, _ in _DISPLAYED_PATTERN.spans(data):
        yield from _displayed(data, start)


def _behind_title(data: bytes, begin: int, end: int) -> Iterator[Found]:
    if _OF_A_PLAY.match(data, begin):
        return
    words = _titled(data, begin, end - 1) or _of_a_place(data, end - 1)
    if words and (not _WEAK_TITLE.match(data, begin) or any(map(_is_listed, words))):
        named = as_found(words, 0.9, "name-title")
        yield Found(led_from(data, named.start), named.end, "person", named.canonical, 0.9, "name-title")
        if _PLURAL_TITLE.match(data, begin):
            yield from _enumerated(data, named.end)


def _greeted(data: bytes, end: int) -> Iterator[Found]:
    """`Hallo Sepp, …`: a given name, or one or two words with a sign of greetings behind them."""
    words = read(data, end - 1, 3)
    if not words or (len(words) == 1 and (words[0][2] in THINGS or words[0][2] in _TOWNS)):
        return
    given = is_given(words[0][2]) and not is_famous([word for _, _, word in words])
    behind = data[words[-1][1] : words[-1][1] + 1]
    if given or (behind in {b",", b"!", b"\n", b"\r"} and len(words) <= 2):
        yield as_found(words[:2], 0.85, "name-greeting")


def _signed(data: bytes, end: int) -> Iterator[Found]:
    """`Freundliche Grüsse`, and below it a name: whatever stands alone there is one."""
    words = read(data, end - 1, 4)
    if not words or COMPANY.match(data, words[-1][1] + 1):
        return
    if len(words) > 1 or is_given(words[0][2]) or _ends_line(data, words[-1][1]):
        yield as_found(words, 0.85, "name-signature")


def _signed_in_line(data: bytes) -> Iterator[Found]:
    """`Gruss Regula` at the end of a line."""
    at = 0
    while (end := _LINE_PATTERN.first(data, at)[1]) > 0:
        at = end - 1  # `Danke, Gruss Regula`: what follows the first may be a second
        words = read(data, at, 3)
        if words and _ends_line(data, words[-1][1]) and is_given(words[0][2]):
            yield as_found(words, 0.8, "name-signature")


def _displayed(data: bytes, start: int) -> Iterator[Found]:
    """`Flurina Obrist <f.obrist@…>`"""
    words = read(data, start, 4)
    if len(words) > 1 and not any(word in _DESKS or word in THINGS for _, _, word in words):
        yield as_found(words, 0.85, "name-displayed")


def _ends_line(data: bytes, at: int) -> bool:
    return data[at : at + 1] in {b"", b"\n", b"\r"}


def _enumerated(data: bytes, at: int) -> Iterator[Found]:
    """`MM. Aubry, Roulin et Wicht`, `Cllrs Boyd (Chair), Hale`: who follows the first of those that a title is of."""
    for _ in range(_MOST_ENUMERATED):
        joined = _ENUMERATES.match(data, at)
        words = read(data, joined.end(), 3) if joined else []
        if not words or _ANOTHER_TITLE.match(data, words[0][0]) or is_famous([word for _, _, word in words]):
            return
        named = as_found(words, 0.8, "name-title")
        at = named.end
        yield Found(led_from(data, named.start), at, "person", named.canonical, 0.8, "name-title")


def _is_listed(word: tuple[int, int, str]) -> bool:
    return is_given(word[2]) or is_surname(word[2])


def _of_a_place(data: bytes, start: int) -> list[tuple[int, int, str]]:
    """`Herr van der Meer`, `Frau Berg`: a surname that means a place; behind particles one may mean anything."""
    word = WORD.match(data, start)
    small = lowered(word[0]) if word else ""
    led = data[start - 4 : start] in {b"der ", b"den ", b"von ", b"van "}
    if word is None or not (small in _PLACES_AS_SURNAMES or (led and small not in NO_NAMES)):
        return []
    return [(word.start(), word.end(), small)]


def _titled(data: bytes, title: int, start: int) -> list[tuple[int, int, str]]:
    """Behind a title: a surname, or a given name and a surname. Whoever is greeted is somebody, whatever the name."""
    words = read(data, start, 4) or named_by_a_word(data, start)
    if not words:
        return []
    titled = lowered(data[title:start]).split()[-1:]  # `Lady Banks`
    known = words[0][2].rstrip(".") in TITLED or is_famous([*titled, *(word for _, _, word in words)])
    if known and not _GREETED.search(data, max(0, title - 24), title):
        return []
    following = WORD.match(data, words[-1][1] + 1)
    if following and lowered(following[0]) in THINGS and len(words) == 1:
        return []
    if _OFFICE.fullmatch(words[0][2]) and not is_surname(words[0][2]):
        return words[1:]
    if len(words) > 2 and not is_given(words[0][2]) and words[1][2] not in PARTICLES:
        words = words[:2]
    return words


RULES = (
    *names_of_words.RULES,
    Rule(
        "name-cued",
        ("person",),
        (TITLE, phrases.GREETING, phrases.FAREWELL_LINE, phrases.DISPLAYED_PROBE),
        _find,
        over_lines=(phrases.FAREWELL,),
    ),
)
