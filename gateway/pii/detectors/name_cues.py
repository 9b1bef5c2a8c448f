"""Names of persons by what stands before them: titles, greetings, farewells, roles, introductions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_reading import (
    COMPANY,
    TITLE,
    UPPER,
    WORD,
    as_found,
    is_given,
    is_surname,
    lowered,
    read,
)
from gateway.pii.detectors.words import FAMOUS, THINGS
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_GREETING = (
    rb"\b(?:Liebe[rs]?|Hallo|Hi|Hey|Hello|Dear|Cher|Ch\xe8re|Salut|Bonjour|Bonsoir|Ciao|Car[oa]|Gentile|Gr\xfcezi"
    rb"|Hoi|Moin|Servus|Salve|Buongiorno"
    rb"|Geehrte[rs]?|Egregi[oa]|Stimat[oa]|Guten (?:Tag|Morgen|Abend)|Good (?:morning|afternoon|evening)"
    rb"|Werte[rs]?)[ ]{1,2}[" + UPPER + rb"]"
)
_FAREWELL = (
    rb"(?i)\b(?:gr(?:\xfc|ue)(?:ss|\xdf)en?|gru(?:ss|\xdf)|gr\xfcessli|mfg|lg|hg|regards|sincerely|faithfully|truly"
    rb"|cheers|cordialement|salutations|bien \xe0 (?:vous|toi)"
    rb"|amiti\xe9s|\xe0 bient\xf4t|saluti|cordialmente|un abbraccio|best|best wishes|all the best|many thanks"
    rb"|thanks|thank you|thx|danke|merci|grazie"
    rb"|vielen dank|besten dank|hochachtungsvoll|take care|warmly|respectfully|sinc\xe8rement"
    rb"|distinti)[ ]?[,.!]?[ ]?(?:\r?\n[ \t>]{0,4}){1,3}(?-i:[" + UPPER + rb"])"
)
_ROLE = (
    rb"(?i)\b(?:mitarbeiter(?:in)?|kolleg(?:e|en|in)|kund(?:e|en|in)|klient(?:in|en)?|patient(?:in|en|e)?"
    rb"|chef(?:in)?|gesch\xe4ftsf\xfchrer(?:in)?|nachbar(?:in|n)?|mandant(?:in|en)?"
    rb"|bewerber(?:in)?|mieter(?:in|s)?|anwalt|anw\xe4ltin|arzt|\xe4rztin|lehrer(?:in)?|sch\xfcler(?:in)?"
    rb"|kandidat(?:in|en)?|versicherte[rn]?|zeug(?:e|en|in)|ehemann|ehefrau|gattin|gatte"
    rb"|sohn|tochter|bruder|schwester|mutter|vater|freund(?:in)?|projektleiter(?:in)?|sachbearbeiter(?:in)?"
    rb"|vorgesetzte[rn]?|ansprechpartner(?:in)?|assistent(?:in)?|praktikant(?:in)?|lernende[rn]?"
    rb"|employee|colleague|customer|client|manager|ceo|cfo|cto|director|neighbou?r|tenant|landlord|lawyer|attorney"
    rb"|doctor|teacher|student|candidate|applicant|witness|husband|wife|son|daughter"
    rb"|brother|sister|mother|father|friend|boss|engineer|nurse|assistant|intern|contractor|plaintiff|defendant"
    rb"|claimant|author|founder|chairman|chairwoman|secretary|recruiter|contact"
    rb"|collaborat(?:eur|rice|ore)|coll\xe8gue|cliente?|directeur|directrice|locataire|avocate?|m\xe9decin"
    rb"|professeure?|\xe9tudiante?|candidate?|assur\xe9e?|t\xe9moin|mari|\xe9pouse|\xe9poux|fils|fille"
    rb"|fr\xe8re|s\xf8ur|soeur|m\xe8re|p\xe8re|amie?|voisine?|employ\xe9e?|salari\xe9e?|stagiaire|responsable"
    rb"|g\xe9rante?|comptable"
    rb"|collega|dipendente|direttore|direttrice|inquilin[oa]|avvocat[oa]|medico|professor(?:e|essa)"
    rb"|studente(?:ssa)?|candidat[oa]|assicurat[oa]|testimone|marito|moglie|figli[oa]"
    rb"|fratello|sorella|madre|padre|amic[oa]|vicin[oa]|responsabile|titolare|paziente|tirocinante"
    rb"|capo)[ :,]{1,2}(?-i:[" + UPPER + rb"])"
)
_INTRODUCTION = (
    rb"(?i)\b(?:my name is|i am|i'm|this is|name's|called|named|known as|contact|ask for|speak (?:to|with)"
    rb"|reach out to|meet with|call|cc|from|signed by|written by|reported by"
    rb"|ich hei(?:ss|\xdf)e|mein name ist|ich bin|hier ist|genannt|namens|gezeichnet|gez\.|i\. ?a\.|i\. ?v\.|ppa\."
    rb"|vertreten durch|betreut von|unterzeichnet von|erstellt von"
    rb"|je m'appelle|je suis|mon nom est|appel\xe9e?|nomm\xe9e?|dit|c'est|repr\xe9sent\xe9e? par|sign\xe9 par"
    rb"|mi chiamo|sono|il mio nome \xe8|chiamat[oa]|di nome|rappresentat[oa] da|firmato da|a nome di|au nom de"
    rb"|on behalf of|im namen von|zugunsten von|in favou?r of|z\. ?h\.|z\. ?hd\.|attn\.?:?|c/o"
    rb"|p\.a\.|att\.)[ :]{1,2}(?-i:[" + UPPER + rb"])"
)
_SPOKEN = (
    rb"(?i)\b(?:my name is|ich hei(?:ss|\xdf)e|mein name ist|je m'appelle|mi chiamo|mon nom est"
    rb"|il mio nome \xe8)[ ]{1,2}[a-z\xdf-\xff]{2,20}(?:[ ][a-z\xdf-\xff]{2,20})?"
)
_TITLE_PATTERN, _GREETING_PATTERN, _FAREWELL_PATTERN = compiled(TITLE), compiled(_GREETING), compiled(_FAREWELL)
_ROLE_PATTERN, _INTRODUCTION_PATTERN, _SPOKEN_PATTERN = compiled(_ROLE), compiled(_INTRODUCTION), compiled(_SPOKEN)


def _find_cued(view: View) -> Iterator[Found]:
    data = view.data
    for _, end in _TITLE_PATTERN.spans(data):
        words = _titled(data, end - 1)
        if words:
            yield as_found(words, 0.9, "name-title")
    for _, end in _GREETING_PATTERN.spans(data):
        words = read(data, end - 1, 3)
        if words and not (len(words) == 1 and words[0][2] in THINGS):
            behind = data[words[-1][1] : words[-1][1] + 1]
            if (is_given(words[0][2]) and words[0][2] not in FAMOUS) or (
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


def _titled(data: bytes, start: int) -> list[tuple[int, int, str]]:
    """Behind a title: a surname, or a given name and a surname."""
    words = read(data, start, 4)
    if not words:
        return []
    following = WORD.match(data, words[-1][1] + 1)
    if following and lowered(following[0]) in THINGS and len(words) == 1:
        return []
    if len(words) > 2 and not is_given(words[0][2]):
        words = words[:2]
    return words


def _find_roles(view: View) -> Iterator[Found]:
    data = view.data
    for pattern, rule in ((_ROLE_PATTERN, "name-role"), (_INTRODUCTION_PATTERN, "name-introduction")):
        for _, end in pattern.spans(data):
            words = read(data, end - 1, 4)
            if len(words) > 1 and not any(word in FAMOUS for _, _, word in words):
                if is_given(words[0][2]) or is_surname(words[-1][2]):
                    yield as_found(words, 0.85, rule)
                elif _western(data, words) and rule == "name-introduction":
                    yield as_found(words[:3], 0.6, rule)
            elif words and is_given(words[0][2]) and words[0][2] not in WORDS:
                yield as_found(words, 0.65, rule)
    for start, end in _SPOKEN_PATTERN.spans(data):  # in small letters, as people chat
        said = data[start:end].decode("latin-1").split(" ")[-2:]
        spoken = [word for word in said if word.islower() and (is_given(word) or is_surname(word))]
        if spoken:
            begin = data.index(spoken[0].encode("latin-1"), start)
            yield Found(begin, end, "person", data[begin:end].decode("latin-1"), 0.8, "name-introduction")


def _western(data: bytes, words: list[tuple[int, int, str]]) -> bool:
    """A row of capitals in a language that does not capitalise nouns: no German article or ending around it."""
    around = data[max(0, words[0][0] - 200) : words[-1][1] + 200].lower()
    return not re.search(rb"\b(?:der|die|das|und|ist|nicht|mit|ein|den)\b", around) and len(words) <= 3


RULES = (
    Rule("name-cued", ("person",), (TITLE, _GREETING, _FAREWELL), _find_cued),
    Rule("name-role", ("person",), (_ROLE, _INTRODUCTION, _SPOKEN), _find_roles),
)
