"""Births that are told in part or in other ways: a day without its year, a year alone, an age and its day,
children and their years, months in Roman figures.

`who turned 40 on March 3`, `classe 1979`, `Kinder: Mia (2015)`, `wird am 12. August 8`, `geb. 12. III. 1944`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from gateway.pii.detectors.date_forms import DATE_SOURCE, MONTHS, canonical_date
from gateway.pii.detectors.dates import BORN, KIN, find, words_before
from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_reading import LOWER, UPPER, is_given, lowered
from gateway.pii.detectors.name_records import AMBIGUOUS
from gateway.pii.detectors.public_figures import is_of_the_world
from gateway.pii.detectors.words import is_no_human
from gateway.pii.linear import Pattern, compiled
from gateway.pii.prefilter import Together
from gateway.pii.view import Found, Rule, View

_YEAR = rb"(?:19|20)[0-9]{2}"
_FULL = DATE_SOURCE.removeprefix(rb"(?i)")
_DAY = (
    rb"(?:"
    + _FULL
    + rb"|[0-3]?[0-9](?:\.|st|nd|rd|th|er|\xba|\xb0)?[ ](?:of |de |di )?"
    + MONTHS
    + rb"(?![a-z\xdf-\xff])"
    rb"|" + MONTHS + rb"[ ][0-3]?[0-9](?:st|nd|rd|th)?(?![0-9])|[0-3]?[0-9]\.[01]?[0-9]\.(?![0-9])"
    rb"|[0-3]?[0-9]/[0-3]?[0-9](?![0-9/]))"
)
_MONTH_YEAR = rb"(?:0?[1-9]|1[0-2])[ ]?[./][ ]?" + _YEAR
_AGE = rb"(?:1[01]|[1-9])?[0-9](?:th|st|nd|rd|\.|\xb0|e|\xe8me)?"
_NAMED = rb"(?-i:[" + UPPER + rb"][" + LOWER + rb"'\-]{1,20})"


class _Form(NamedTuple):
    """`cue`: what is looked for; `told`: from there on the whole, with the date as its group, and whoever it is of as
    `who`; `of_somebody`: that a human being is meant has to show by who stands before it.
    """

    cue: Pattern
    told: re.Pattern[bytes]
    of_somebody: bool


_cue = cache(compiled)


def _form(cue: bytes, told: bytes, *, of_somebody: bool = False) -> _Form:
    return _Form(_cue(rb"(?i)" + cue), re.compile(rb"(?i)" + told), of_somebody)


_REACHED = rb"\bturn(?:s|ed|ing)? [0-9]|\bwill (?:be|turn) [0-9]"
_FEASTED = rb"celebrat[a-z]+ [a-z]+(?:'s)? [0-9]+(?:th|st|nd|rd)"
_WIRD = rb"\b(?:wird|werde|wurde|werden|feier[ten]+) (?:am|diesen|n\xe4chsten) [0-9]"
_ANS = (
    rb"\b(?:aura|eu|f\xeat(?:e|era|er|ons|\xe9)|compi[a-z\xe0]+|festeggi[a-z]+) (?:ses |mes |gli "
    rb"|i suoi )?[0-9]+ an(?:s|ni)\b"
)
_BIRTHDAY = rb"birthday|\bb-?day\b|geburtstag|anniversaire|compleanno"
_YEARS = (
    rb"jahrgang|\bjg\b|\bclasse (?:19|20)|birth year|year of birth|geburtsjahr|ann\xe9e de naissance|anno di nascita"
    rb"|(?:birth|naissance|nascita|geburt)[ ]?: (?:19|20)|\bwurde (?:19|20)|\b(?:je suis|il est|elle est) de 19"
    rb"|\bsono del 19"
)
_AGED = (
    rb"[0-9]-?[ ]?(?:j\xe4hrige[rn]?|yo\b|y/o\b|yr[ -]old|year[ -]old|ans|anni|jahre)[^\n.;0-9()]*\([0-9]"
    rb"|\b(?:alter|age|\xe2ge|et\xe0)[ ]?:?[ ][0-9]+ ?\([0-9]"
)
_PERSONS = (
    rb"(?:patient(?:in|e|en)?|mann|frau|kund(?:e|in)|mitarbeiter(?:in)?|junge|m\xe4dchen|sch\xfcler(?:in)?"
    rb"|versicherte[rn]?|klient(?:in)?"
    rb"|fahrer(?:in)?|lenker(?:in)?|bewerber(?:in)?|rentner(?:in)?|man|woman|male|female|boy|girl|patiente?|homme"
    rb"|femme|paziente|uomo|donna)"
)
_CHILDREN = (
    rb"\b(?:kind(?:er)?|enfants?|figli[oae]?|kids?|child(?:ren)?|s\xf6hne|t\xf6chter|geschwister|siblings"
    rb"|fr\xe8res|sons|daughters)\b[^\n.;()]*\("
)
_ARRIVED = (
    rb"(?:" + KIN + rb"|twins|zwillinge|jumeaux|gemelli)[^\n.;0-9]*(?:arrived|kam|arriv\xe9e?s?"
    rb"|arrivat[oaie]) (?:on|am|le|il) [0-9a-z]"
)
_ODD = rb"(?:gebor[a-z]*|\bgeb\.|geburtsdatum|\bborn|\bn\xe9e?\b|\bnat[oa]\b|naissance|nascita|\bbirth|\bdob\b)"
_LINE_STAR = rb"\*[ ]?[0-9]+[.][0-9]+[.][0-9]+"
_BEHIND = (
    rb"(?:jour de (?:ma|sa|ta) naissance|giorno della (?:mia|sua) nascita|tag (?:meiner|seiner|ihrer) geburt"
    rb"|day (?:i|he|she) was born)"
)

_FORMS: tuple[_Form, ...] = (
    _form(
        _REACHED,
        rb"(?:turn(?:s|ed|ing)?|will (?:be|turn)) " + _AGE + rb"(?: years old)?[ ](?:(?:today|tomorrow|yesterday"
        rb"|next [a-z]+),? )?"
        rb"(?:on |this )(?:the )?(" + _DAY + rb")",
        of_somebody=True,
    ),
    _form(
        _FEASTED,
        rb"celebrat[a-z]+ (?:[a-z]+'s|his|her|my|their) " + _AGE + rb"(?: birthday)?[ ]on[ ](?:the )?(" + _DAY + rb")",
    ),
    _form(
        _WIRD,
        rb"(?:wird|werde|wurde|werden) (?:am|diesen|n\xe4chsten) (" + _DAY + rb")[ ](?:[0-9]{1,2}"
        rb"|1[01][0-9])(?:[ ]jahre(?: alt)?|-?j\xe4hrig)?"
        rb"(?=[ ]?[.,;!)\n]|$| und )",
        of_somebody=True,
    ),
    _form(
        _WIRD,
        rb"(?:wird|werde|werden|feier[ten]+) (?:am|diesen|n\xe4chsten) ("
        + _DAY
        + rb")[^\n.;0-9]{0,16}(?:[0-9]{1,3}\. geburtstag"
        rb"|(?:ein|zwei|drei|vier|f\xfcnf|sechs|sieben|acht|neun|zehn|elf|zw\xf6lf|achtzehn|zwanzig|drei(?:ss"
        rb"|\xdf)ig|vierzig|f\xfcnfzig|sechzig"
        rb"|siebzig|achtzig|neunzig|hundert)(?=[ ]?[.,;!)\n]|$| jahre))",
        of_somebody=True,
    ),
    _form(
        _ANS,
        rb"(?:aura|eu|f\xeat(?:e|era|er|ons|\xe9)|compi[a-z\xe0]+|festeggi[a-z]+) (?:ses |mes |gli "
        rb"|i suoi )?(?:1[01]|[1-9])?[0-9] an(?:s|ni)"
        rb"[ ,](?:[a-z]{3,10} )?(?:le|il|l'|ce|questo)[ ]?(" + _DAY + rb")",
        of_somebody=True,
    ),
    _form(
        _BIRTHDAY,
        rb"(?:birthday|b-?day)(?:'s| is| was| falls)?(?: on| =|:)? (?:the )?(" + _DAY + rb")(?! (?:party"
        rb"|celebration|sale))",
        of_somebody=True,
    ),
    _form(
        _BIRTHDAY,
        rb"geburtstag(?:[ ]?:| (?:von (?P<who>"
        + _NAMED
        + rb") )?(?:ist|war|am|f\xe4llt|hat (?:sie|er|"
        + _NAMED
        + rb")))(?: auf)?(?: am| der| den)? ("
        + _DAY
        + rb")",
        of_somebody=True,
    ),
    _form(
        _BIRTHDAY,
        rb"(?:anniversaire|compleanno)(?: d[ei] (?P<who>"
        + _NAMED
        + rb"))?(?:[ ]?:| (?:est|tombe|c'est|\xe8|cade|sar\xe0))(?: le| il)? ("
        + _DAY
        + rb")",
        of_somebody=True,
    ),
    _form(
        _YEARS,
        rb"(?:jahrgang|\bjg)\.?[ :]{1,2}(?:ist |war )?('?[3-9][0-9])(?![0-9.,\-/:%])(?!.{0,24}(?:wein"
        rb"|zeitschrift|zeitung|magazin|heft|band\b))",
    ),
    _form(rb"\b(?:19|20)[0-9]{2}er[ \-]jahrgang", rb"(" + _YEAR + rb")(?=er)"),
    _form(rb"(?:^|[,;:(.]|-)[ \n]?classe (?:19|20)", rb"[^a-z]{0,2}classe ((?:19[2-9]|20[01])[0-9])(?![0-9.\-/])"),
    _form(
        _YEARS,
        rb"(?:birth year|year of birth|geburtsjahr|ann\xe9e de naissance|anno di nascita|birth|naissance|nascita"
        rb"|geburt)"
        rb"(?:[ ]?[:=]| is| ist| est| \xe8)?[ ](" + _YEAR + rb")(?![0-9.\-/])",
    ),
    _form(_YEARS, rb"wurde (" + _YEAR + rb")(?: in (?-i:[A-Z][a-z\xdf-\xff]+))? geboren"),
    _form(_YEARS, rb"(?:je suis|il est|elle est) de (19[0-9]{2})(?=[ ]?[.,;!)\n]|$)"),
    _form(_YEARS, rb"sono del (19[0-9]{2})(?=[ ]?[.,;!)\n]|$)"),
    _form(
        _AGED,
        rb"(?:[0-9][^\n(]{0,40}"
        + _PERSONS
        + rb"[^\n(]{0,12}|[^\n(0-9]{1,8}[0-9]{1,3} ?|[0-9]{1,2} ?y[/or][^\n(]{0,16})\(("
        + _FULL
        + rb")\)",
    ),
    _form(_ARRIVED, rb"[^\n.;0-9]{1,60}?(?:on|am|le|il) (" + _FULL + rb")"),
    _form(_ODD, _ODD + rb"[^\n.;0-9]{0,24}?[ :](" + _MONTH_YEAR + rb")(?![0-9])"),
)
_CHILDREN_PATTERN = compiled(rb"(?i)" + _CHILDREN)
_CHILD = re.compile(
    rb"("
    + _NAMED
    + rb")[ ]\((?:b\.[ ]?|n\xe9e?[ ](?:en |le )?|geb\.[ ]?|\*[ ]?|nat[oa][ ](?:nel |il )?)?((?i:"
    + _FULL
    + rb")|"
    + _YEAR
    + rb")\)"
)
_LINE_STAR_PATTERN = compiled(rb"(?:^|\n)[ ]*" + _LINE_STAR)
_STARRED = re.compile(
    rb"\*[ ]?([0-3]?[0-9]\.[ ]?[01]?[0-9]\.[ ]?" + _YEAR + rb")[^\n]{0,4}[ ](?:in|\xe0|a)[ ](?:[A-Z\xc0-\xde])"
)
_SAID_BEHIND = compiled(rb"(?i)" + _BEHIND)
_BEHIND_PATTERN = compiled(rb"(?i)(?:" + _FULL + rb")[ ,(\-]{1,3}(?:(?:le|il|der|the|am) )?" + _BEHIND)
_TOGETHER = Together((*(form.cue for form in _FORMS), _CHILDREN_PATTERN, _LINE_STAR_PATTERN, _SAID_BEHIND))
_DATE = re.compile(rb"(?i)" + _FULL)
_REACH, _LIST, _SUBJECT = 140, 200, 48
_NAME = re.compile(_NAMED)
_SENTENCE = re.compile(rb"[.!?]\s|\n")
_WHO = re.compile(
    rb"(?i)\b(?:he|she|who|i|we|you|they|my|your|his|her|their|ich|er|sie|wir|mein|meine|sein|seine|ihr|ihre|elle|je|qui"
    rb"|nous|mon|ma|son|sa"
    rb"|lei|lui|io|on|mio|mia|suo|sua|herrn?|frau|mr|mrs|ms|mme|madame|monsieur|signora?|" + KIN + rb")\b"
)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    yield from find(view)
    occurring = _TOGETHER.occurring(data)
    for cue, told, of_somebody in _FORMS:
        if cue not in occurring:
            continue
        at = 0
        while True:
            start, _ = cue.first(data, at)
            if start < 0:
                break
            at = start + 1
            match = told.match(data, start, start + _REACH)
            if match is None:
                continue
            at = match.end()
            if is_no_human(data, start) or is_of_the_world(words_before(data, start)):
                continue
            if not of_somebody or _somebody(data, start, match):
                yield _found(data, *match.span(match.lastindex or 1))
    for start, end in _CHILDREN_PATTERN.spans(data) if _CHILDREN_PATTERN in occurring else ():
        for child in _CHILD.finditer(data, start, min(len(data), end + _LIST)):
            if is_given(lowered(child[1])):
                yield _found(data, *child.span(2))
    for start, _ in _LINE_STAR_PATTERN.spans(data) if _LINE_STAR_PATTERN in occurring else ():
        starred = _STARRED.search(data, start, start + _REACH)
        if starred:
            yield _found(data, *starred.span(1))
    for start, end in _BEHIND_PATTERN.spans(data) if _SAID_BEHIND in occurring else ():
        date = _DATE.search(data, start, end)
        if date:
            yield _found(data, *date.span())


def _somebody(data: bytes, start: int, match: re.Match[bytes]) -> bool:
    """Whether the one whose day it is is no town and no thing: told by a pronoun, by kin, by a given name."""
    who = match.groupdict().get("who")
    if who:
        return _is_somebody(lowered(who))
    before = _SENTENCE.split(data[max(0, start - _SUBJECT) : start])[-1]
    if not before.strip():
        return True
    return _WHO.search(before) is not None or any(_is_somebody(lowered(name[0])) for name in _NAME.finditer(before))


def _is_somebody(word: str) -> bool:
    word = word.removesuffix("'s")
    return is_given(word) and word not in AMBIGUOUS and word not in WORDS


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "date_of_birth", canonical_date(data[start:end]), 0.8, "birth-told")


RULES = (
    Rule(
        "birth",
        ("date_of_birth",),
        (
            BORN,
            rb"(?i)" + _REACHED,
            rb"(?i)" + _FEASTED.replace(rb"[0-9]+(?:th|st|nd|rd)", rb"[0-9]"),
            rb"(?i)" + _WIRD,
            rb"(?i)[0-9] an(?:s|ni)[ ,][^\n.;0-9]*[0-9]",
            rb"(?i)\bclasse (?:19|20)|\bwurde (?:19|20)|\b(?:je suis|il est|elle est) de 19|\bsono del 19",
            rb"(?i)er[ \-]jahrgang",
            rb"(?i)[0-9]-?[ ]?(?:j\xe4hrige[rn]?|yo\b|y/o\b|yr[ -]old|year[ -]old|ans|anni|jahre)[^\n.;0-9()]*\([0-9]",
            rb"(?i)\b(?:alter|age|\xe2ge|et\xe0)[ ]?:?[ ][0-9]+ ?\([0-9]",
            rb"(?i)" + _CHILDREN,
            rb"(?i)(?:" + _ARRIVED + rb"|" + _BEHIND + rb")",
            rb"(?:^|[^0-9./])[01]?[0-9][ ]?[./][ ]?(?:19|20)[0-9][0-9]",
            _LINE_STAR,
        ),
        _find,
    ),
)
