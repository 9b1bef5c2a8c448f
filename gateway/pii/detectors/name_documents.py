"""Names in names of files that a text mentions: `CV_Dubochet_Baptiste.pdf`, `Imboden Andrina Lohnausweis.docx`.

What a request attaches is read by `gateway.pii.file_names`; in prose and paths no member says that a file is meant,
only its ending does. Whose document it is stands there as a known given name and, before or behind it, a word that no
kind of document is called.

Invariants
- Linear: before an ending no more than `_REACH` characters of its line are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_reading import LOWER, UPPER, is_given, is_surname, lowered
from gateway.pii.detectors.public_figures import is_famous
from gateway.pii.detectors.words import COMMON, NO_NAMES, THINGS, is_nominal, word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

ENDING = (
    rb"(?i:[0-9a-z\xdf-\xff)]\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|rtf|txt|msg|eml|p7m|pages|zip|jpe?g|png|heic|tiff?)\b)"
)
_PATTERN = compiled(ENDING)
_PICTURE = re.compile(rb"(?i)\.(?:jpe?g|png|heic|tiff?)$")
_REACH = 120
# What a file's name ends before, in prose and in paths.
_STEM = re.compile(rb"[^\n\t\"'`,;:<>|()\[\]{}/\\]*$")
_OF_FOLDER = rb"[^\n\t\"'`,;:<>|()\[\]{}/\\ ]{2,40}"
_FOLDER = re.compile(rb"[/\\](" + _OF_FOLDER + rb"(?:[ ]" + _OF_FOLDER + rb")?)(?=[/\\])")
_WORD = re.compile(rb"[" + UPPER + LOWER + rb"]+(?:'[" + UPPER + LOWER + rb"]+)?")
_BETWEEN = frozenset((b"_", b"-", b".", b" "))
_SHORTEST = 3
# What documents are called, and what is said of their state.
_DOCUMENTS = word_set(
    """
    lohnausweis lohnabrechnung lohnblatt arbeitsvertrag vertrag mietvertrag kündigung zeugnis arztzeugnis
    arbeitszeugnis zwischenzeugnis bewerbung lebenslauf motivationsschreiben foto passfoto passkopie ausweis
    ausweiskopie attest bericht rechnung offerte angebot protokoll gespräch mitarbeitergespräch akte dossier
    personalakte brief antrag formular steuererklärung police vollmacht testament rezept befund austrittsbericht
    krankmeldung spesen abrechnung gehalt unterschrieben unterzeichnet definitiv entwurf kopie neu alt anhang
    beilage scan ordner personal cv resume curriculum vitae contract payslip letter certificate reference sick note
    notes report invoice photo passport guide manual handbuch anleitung manuel manuale agreement offer review
    appraisal application form statement will tax claim policy signed final draft copy new old version scanned
    attached employee staff people contrat lettre attestation bulletin salaire certificat facture motivation congé
    arrêt maladie fiche paie rapport entretien demande relevé signé copie brouillon passeport diplôme contratto
    lettera busta paga certificato medico fattura colloquio relazione domanda modulo firmato copia bozza passaporto
    diploma permesso dichiarazione ricevuta san santa saint sankt hotel villa
    """
)


class _Word(NamedTuple):
    start: int
    end: int
    small: str
    large: bool


def _find(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for start, end in _PATTERN.spans(data):
        reach = max(done, start - _REACH)
        since = max(reach, data.rfind(b"\n", reach, start) + 1)
        stem_end = data.rindex(b".", start, end)
        for folder in _FOLDER.finditer(data, since, start):
            words = _words(data, *folder.span(1))
            if len(words) == 2:  # a folder of somebody's is called by both names
                yield from _named(data, words, known=False)
        stem = _STEM.search(data, since, stem_end)
        if stem:
            words = _words(data, *stem.span())
            picture = _PICTURE.search(data, start, end) is not None
            yield from _named(data, words, known=picture and not any(word.small in _DOCUMENTS for word in words))
        done = end


def _words(data: bytes, start: int, end: int) -> list[_Word]:
    return [
        _Word(*word.span(), lowered(word[0]), word[0][:1].decode("latin-1").isupper())
        for word in _WORD.finditer(data, start, end)
    ]


def _named(data: bytes, words: Sequence[_Word], *, known: bool) -> Iterator[Found]:
    """`known`: only with a surname of the lists, as of places and things there are pictures, too."""
    done = -1
    for place, word in enumerate(words):
        if place <= done or not is_given(word.small) or word.small in WORDS or word.small in _DOCUMENTS:
            continue
        beside = [
            other
            for other in (place - 1, place + 1)
            if done < other < len(words)
            and _are_joined(data, words, place, other)
            and _may_be_surname(words[other], known)
        ]
        listed = [other for other in beside if is_surname(words[other].small)]
        row = sorted([place, *(listed[:1] or beside)])
        row += _second_half(data, words, place, row)
        row.sort()
        first, last = words[row[0]], words[row[-1]]
        if beside and not is_famous([words[each].small for each in row]):
            surface = data[first.start : last.end].decode("latin-1").lower().replace("_", " ")
            yield Found(first.start, last.end, "person", surface, 0.75, "name-document")
            done = row[-1]


def _second_half(data: bytes, words: Sequence[_Word], given: int, row: list[int]) -> list[int]:
    """What a hyphen joins to the surname: `ELLSWORTH-PIKE_Siobhan`."""
    halves = []
    for at, beyond in ((row[0], row[0] - 1), (row[-1], row[-1] + 1)):
        if at != given and 0 <= beyond < len(words) and _may_be_surname(words[beyond], known=False):
            first, second = sorted((at, beyond))
            if data[words[first].end : words[second].start] == b"-":
                halves.append(beyond)
    return halves


def _are_joined(data: bytes, words: Sequence[_Word], one: int, other: int) -> bool:
    first, second = sorted((one, other))
    return data[words[first].end : words[second].start] in _BETWEEN


def _may_be_surname(word: _Word, known: bool) -> bool:
    small = word.small
    if len(small) < _SHORTEST or small in _DOCUMENTS or small in NO_NAMES or small in THINGS or small in COMMON:
        return False
    return is_surname(small) or (word.large and not known and not is_nominal(small))


RULES = (Rule("name-document", ("person",), (ENDING,), _find),)
"""Asked where a file is named as documents are."""
