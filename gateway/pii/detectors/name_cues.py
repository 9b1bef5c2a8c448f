"""Names of persons by what stands before them: titles, greetings, farewells, roles, introductions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors import name_phrases as phrases
from gateway.pii.detectors.given_names import WORDS
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
from gateway.pii.detectors.public_figures import TITLED, is_famous
from gateway.pii.detectors.words import ASKED_FOR, COMMON, NO_NAMES, PARTICLES, THINGS
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_TITLE_PATTERN = compiled(TITLE)
_GREETING_PATTERN = compiled(phrases.GREETING)
_FAREWELL_PATTERN, _LINE_PATTERN = compiled(phrases.FAREWELL), compiled(phrases.FAREWELL_LINE)
_ROLE_PATTERN = compiled(phrases.ROLE)
_INTRODUCTION_PATTERN, _MENTION_PATTERN = compiled(phrases.INTRODUCTION), compiled(phrases.MENTION)
_NAMING_PATTERN, _SPOKEN_PATTERN = compiled(phrases.NAMING), compiled(phrases.SPOKEN)
_SPOKEN_BOTH_PATTERN, _SPOKEN_TITLE_PATTERN = compiled(phrases.SPOKEN_BOTH), compiled(phrases.SPOKEN_TITLE)
_FAMILY_PATTERN = compiled(phrases.FAMILY)
_DISPLAYED_PATTERN = compiled(phrases.DISPLAYED)
# Which introductions are of persons alone, and which of things as well.
_OF_PERSONS = re.compile(
    rb"(?i)(?:my name|i am|i'm|contact|ask|speak|reach|meet|sign|written|reported|ich|mein|hier|gez|vertret|betreut"
    rb"|unterz|erstellt von|je |mon |repr|sign|mi ch|il mio|rappr|firm|a nome|au nom|on behalf|im namen|zugunsten"
    rb"|in fav|z\.|attn|c/o|p\.a|att\.|i\.|ppa)"
)
_ASKED_WHO = re.compile(rb"(?i)(?:chi|qui|who|wer|cosa|quali|dove|ci|non|what)[ ]$")
# Before a surname alone: who is so called is one of those in a story, not of those in a plan.
_SOMEBODY = re.compile(
    rb"(?i)kolleg|zeug|beschuldigt|angeklagt|gesch\xe4digt|nachbar|unfall|lenker|coll\xe8gue|voisin|t\xe9moin"
    rb"|pr\xe9ven|docteur"
    rb"|collega|vicin|testimone|imputat|colleague|neighbou?r|witness|defendant|plaintiff|kl\xe4ger|beklagt"
)
# In languages that write no noun large, whoever works with somebody is called as the next large word says.
_A_COLLEAGUE = re.compile(rb"(?:coll\xe8gue|collega|colleague)[ ]")
_OF_THINGS = re.compile(rb"(?i)(?:from|its|it's|c'est|dit|known as|called)\b")
_AND = re.compile(rb"[ ](?:and|und|et|e|&)[ ]")
_GREETED = re.compile(
    rb"(?i)(?:geehrte[rn]?|liebe[rs]?|werte[rs]?|dear|ch\xe8re?|gentile|egregi[oa]|car[oa]|stimat[oa]|bonjour|bonsoir"
    rb"|guten (?:tag|morgen|abend)|buongiorno|buonasera|gr\xfcezi|good (?:morning|afternoon|evening)|an|\xe0|to)[ ]$"
)
_WEAK_TITLE = re.compile(rb"(?:Me|RA|MS|Don|Donna|Herren|Drs\.?)[ ]")  # `MS Teams`, `Die Herren Kollegen`
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
_DESKS = frozenset(
    ("support", "sales", "info", "office", "service", "customer", "desk", "help", "admin", "hr", "mailer")
)


def _find_cued(view: View) -> Iterator[Found]:
    data = view.data
    for begin, end in _TITLE_PATTERN.spans(data):
        words = _titled(data, begin, end - 1) or _of_a_place(data, end - 1)
        if words and (not _WEAK_TITLE.match(data, begin) or any(map(_is_listed, words))):
            named = as_found(words, 0.9, "name-title")
            yield Found(led_from(data, named.start), named.end, "person", named.canonical, 0.9, "name-title")
            if _PLURAL_TITLE.match(data, begin):
                yield from _enumerated(data, named.end)
    for _, end in _GREETING_PATTERN.spans(data):
        words = read(data, end - 1, 3)
        if words and not (len(words) == 1 and words[0][2] in THINGS):
            behind = data[words[-1][1] : words[-1][1] + 1]
            if (is_given(words[0][2]) and not is_famous([word for _, _, word in words])) or (
                behind in {b",", b"!", b"\n", b"\r"} and len(words) <= 2
            ):
                yield as_found(words[:2], 0.85, "name-greeting")
    for _, end in _FAREWELL_PATTERN.spans(data):
        words = read(data, end - 1, 4)
        if (
            words
            and not COMPANY.match(data, words[-1][1] + 1)
            and (
                len(words) > 1 or is_given(words[0][2]) or data[words[-1][1] : words[-1][1] + 1] in {b"", b"\n", b"\r"}
            )
        ):
            yield as_found(words, 0.85, "name-signature")
    at = 0
    while (end := _LINE_PATTERN.first(data, at)[1]) > 0:
        at = end - 1  # `Danke, Gruss Regula`: what follows the first may be a second
        words = read(data, at, 3)
        if words and data[words[-1][1] : words[-1][1] + 1] in {b"", b"\n", b"\r"} and is_given(words[0][2]):
            yield as_found(words, 0.8, "name-signature")
    for start, _ in _DISPLAYED_PATTERN.spans(data):
        words = read(data, start, 4)
        if len(words) > 1 and not any(word in _DESKS or word in THINGS for _, _, word in words):
            yield as_found(words, 0.85, "name-displayed")


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
    """`Herr van der Meer`: behind such particles a name may mean anything."""
    word = WORD.match(data, start) if data[start - 4 : start] in {b"der ", b"den ", b"von ", b"van "} else None
    small = lowered(word[0]) if word else ""
    return [] if word is None or small in NO_NAMES else [(word.start(), word.end(), small)]


def _titled(data: bytes, title: int, start: int) -> list[tuple[int, int, str]]:
    """Behind a title: a surname, or a given name and a surname. Whoever is greeted is somebody, whatever the name."""
    words = read(data, start, 4)
    if not words:
        return []
    known = words[0][2].rstrip(".") in TITLED or is_famous([word for _, _, word in words])
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


def _find_roles(view: View) -> Iterator[Found]:
    data = view.data
    for pattern, rule in ((_ROLE_PATTERN, "name-role"), (_INTRODUCTION_PATTERN, "name-introduction")):
        for cue, end in pattern.spans(data):
            words = _with_surname(data, read(data, end - 1, 4))
            role = lowered(data[cue : end - 2]).strip()
            if words and (
                is_famous([role, *(word for _, _, word in words)]) or _ASKED_WHO.search(data, max(0, cue - 8), cue)
            ):
                continue
            if len(words) > 1:
                if is_given(words[0][2]) or is_surname(words[-1][2]):
                    yield as_found(words, 0.85, rule)
                elif COMPANY.match(data, words[-1][1] + 1):
                    continue
                elif rule == "name-introduction" and _western(data, words) and _of_person(data, cue, words):
                    yield as_found(words[:3], 0.6, rule)
                elif rule == "name-role" and len(words) == 2 and _ends_clause(data, words[-1][1]):
                    yield as_found(words, 0.6, rule)
            elif len(words) == 1 and (
                (is_given(words[0][2]) and words[0][2] not in WORDS)
                or (rule == "name-role" and is_surname(words[0][2]) and _SOMEBODY.match(data, cue))
                or (_A_COLLEAGUE.match(data, cue) and words[0][2] not in COMMON and words[0][2] not in ASKED_FOR)
            ):
                yield as_found(words, 0.65, rule)
    for _, end in _MENTION_PATTERN.spans(data):
        words = read(data, end - 1, 4)
        small = [word for _, _, word in words]
        if not words or is_famous(small) or small[0] in COMMON or (small == ["alice"] and b"Bob" in data):
            continue
        if is_given(small[0]) and small[0] not in WORDS:
            yield as_found(words, 0.65, "name-mention")
            other = _AND.match(data, words[-1][1])
            words = read(data, other.end(), 3) if other else []
            if words and is_given(words[0][2]) and words[0][2] not in WORDS:
                yield as_found(words, 0.65, "name-mention")
    for start, _ in _FAMILY_PATTERN.spans(data):
        words = read(data, data.index(b" ", start) + 1, 3)
        small = [word for _, _, word in words]
        if words and is_surname(small[-1]) and not is_famous(small):
            yield as_found(words, 0.75, "name-family")
    for _, end in _NAMING_PATTERN.spans(data):
        words = read(data, end - 1, 4)
        small = [word for _, _, word in words]
        if (
            words
            and not is_famous(small)
            and not COMPANY.match(data, words[-1][1] + 1)
            and not _stands_for_words(data[slice(*words[0][:2])], small[0])
        ):
            yield as_found(words[:3], 0.75, "name-naming")
    for pattern in (_SPOKEN_BOTH_PATTERN, _SPOKEN_TITLE_PATTERN):
        for start, end in pattern.spans(data):
            yield from _spoken(data, start, end, both=pattern is _SPOKEN_BOTH_PATTERN)
    for start, end in _SPOKEN_PATTERN.spans(data):  # in small letters, as people chat
        said = data[start:end].decode("latin-1").split(" ")[-2:]
        spoken = [word for word in said if word.islower() and (is_given(word) or is_surname(word))]
        if spoken:
            begin = data.index(spoken[0].encode("latin-1"), start)
            yield Found(begin, end, "person", data[begin:end].decode("latin-1"), 0.8, "name-introduction")


def _spoken(data: bytes, start: int, end: int, *, both: bool) -> Iterator[Found]:
    """A surname that is listed, behind a title or a given name; and no letter goes on behind it."""
    said = data[start:end].decode("latin-1").split(" ")
    if not is_surname(said[-1]) or said[-1] in NO_NAMES or (end < len(data) and data[end] in ALNUM):
        return
    first = len(said) - 1
    while first > 0 and said[first - 1] in PARTICLES:
        first -= 1
    if both:
        first -= 1
        if first <= 0 or not is_given(said[first]) or said[first] in WORDS or said[-1] in COMMON:
            return
    name = " ".join(said[first:])
    yield Found(end - len(name), end, "person", name, 0.8, "name-introduction")


def _with_surname(data: bytes, words: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """`Nikola Costa`: a surname that means a thing, behind a given name."""
    following = WORD.match(data, words[0][1] + 1) if len(words) == 1 and is_given(words[0][2]) else None
    small = lowered(following[0]) if following else ""
    return [*words, (following.start(), following.end(), small)] if following and is_surname(small) else words


def _of_person(data: bytes, cue: int, words: list[tuple[int, int, str]]) -> bool:
    """`Contact Kwabena Asante`, and neither `data from Active Directory` nor `This is Speech Package for …`."""
    if any(data[start:end].isupper() and end - start > 1 for start, end, _ in words):
        return False
    if any(word in COMMON or word in ASKED_FOR for _, _, word in words):
        return False
    if _OF_THINGS.match(data, cue):
        return False
    return _OF_PERSONS.match(data, cue) is not None or (len(words) == 2 and _ends_clause(data, words[-1][1]))


def _stands_for_words(word: bytes, small: str) -> bool:
    """`namens POSIX`: letters for words, not a name in capitals."""
    return word.isupper() and 1 < len(word) < 6 and not is_given(small) and not is_surname(small)


def _ends_clause(data: bytes, at: int) -> bool:
    """`Mieter Tesfay Gebremariam, …`: two capitals between a role and a sign stand beside it as its name."""
    return data[at : at + 1] in {b",", b";", b"(", b")", b"\n", b"\r", b""} or data[at : at + 2] in {b" (", b". ", b"."}


def _western(data: bytes, words: list[tuple[int, int, str]]) -> bool:
    """A row of capitals in a language that does not capitalise nouns: no German article or ending around it."""
    around = data[max(0, words[0][0] - 200) : words[-1][1] + 200].lower()
    return not re.search(rb"\b(?:der|die|das|und|ist|nicht|mit|ein|den)\b", around) and len(words) <= 3


RULES = (
    Rule(
        "name-cued",
        ("person",),
        (TITLE, phrases.GREETING, phrases.FAREWELL_LINE, phrases.DISPLAYED_PROBE),
        _find_cued,
        over_lines=(phrases.FAREWELL,),
    ),
    Rule(
        "name-role",
        ("person",),
        (
            phrases.ROLE,
            phrases.INTRODUCTION,
            phrases.MENTION,
            phrases.NAMING,
            phrases.SPOKEN,
            phrases.SPOKEN_BOTH,
            phrases.SPOKEN_TITLE,
            phrases.FAMILY,
        ),
        _find_roles,
    ),
)
