"""Births whose day is written out, as notaries do: `née le premier avril mil neuf cent quatre-vingt-deux`.

The day, the year or both stand in words, in German, French, Italian or English; a word says that somebody was born.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.date_forms import canonical_date
from gateway.pii.detectors.dates import words_before
from gateway.pii.detectors.public_figures import is_of_the_world
from gateway.pii.detectors.words import is_no_human
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_BORN = (
    rb"(?:geboren|geburtsdatum|geburtstag|geb\.|born|birth|naissance|nascita"
    rb"|n\xe9e?s?[ ](?:[a-z\xe0 ]+ )?le|n\xe9e?s?[ ]en|n\xe9\(e\)|nat[oaie][ ])"
)
_MONTH = (
    rb"(?:j(?:anuar|\xe4nner)|februar|m[\xe4\xc4]rz|april|mai|juni|juli|august|september|oktober|november|dezember"
    rb"|janvier|f[\xe9\xc9]vrier|mars|avril|juin|juillet|ao[\xfb\xdb]t|septembre|octobre|novembre|d[\xe9\xc9]cembre"
    rb"|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|dicembre"
    rb"|january|february|march|may|june|july|october|december)"
)
_FRENCH = (
    rb"(?:trente|quarante|cinquante|soixante|septante|huitante|octante|nonante|une?|deux|trois|quatre|cinq|six|sept|huit"
    rb"|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|cents?|et)"
)
_ENGLISH = (
    rb"(?:(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|eleven|twelve"
    rb"|one|two|three|four|five|six|seven|eight|nine|ten|oh|and)"
)
_YEAR_IN_WORDS = (
    rb"(?:neunzehnhundert[a-z\xdf-\xff]*|zweitausend[a-z\xdf-\xff]*"
    rb"|(?:mil(?:le)?[ \-]neuf[ \-]cents?|deux[ \-]mil(?:le)?)(?:[ \-]" + _FRENCH + rb")*"
    rb"|(?:mille[ ]?novecento|duemila)[a-z\xe0-\xff]*"
    rb"|(?:nineteen|two[ ]thousand|twenty)(?:[ \-]" + _ENGLISH + rb")*)"
)
_GERMAN = (
    rb"[a-z\xdf-\xff]*(?:er|zwei|drit|vier|f\xfcnf|fuenf|sechs?|sieb(?:en)?|ach|neun|zehn|elf|zw\xf6lf|zwoelf|zig"
    rb"|\xdfig|ssig)s?te[nr]?"
)
_DAY_IN_WORDS = (
    rb"(?:" + _GERMAN + rb"|(?:premier|" + _FRENCH + rb")(?:[ \-]" + _FRENCH + rb"){0,3}"
    rb"|primo|uno|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|(?:un|do|tre|quattor|quin|se)dici|dicia[a-z]+"
    rb"|diciotto|vent[a-z\xe0-\xff]+|trent[a-z]+"
    rb"|(?:the[ ])?(?:(?:twenty|thirty)[ \-])?(?:first|second|third|(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf)th"
    rb"|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth))"
)
_NUMBER, _YEAR = rb"[0-3]?[0-9](?:\.|st|nd|rd|th|er|\xba|\xb0)?", rb"(?:19|20)[0-9]{2}"
_OF = rb"[ ](?:day[ ])?(?:of[ ]|de[ ]|di[ ]|d')?"
_IN = rb"(?:[ ](?:of|del|dell'anno|de l'an))?,?[ ]"
_DATE = (
    rb"(?:" + _DAY_IN_WORDS + _OF + _MONTH + _IN + rb"(?:" + _YEAR_IN_WORDS + rb"|" + _YEAR + rb")"
    rb"|" + _NUMBER + _OF + _MONTH + _IN + _YEAR_IN_WORDS + rb"|" + _MONTH + rb"[ ](?:" + _DAY_IN_WORDS + rb",?[ ](?:"
    rb"" + _YEAR_IN_WORDS + rb"|" + _YEAR + rb")|" + _NUMBER + rb",?[ ]" + _YEAR_IN_WORDS + rb"))"
)
_BETWEEN = rb"[^0-9\n;]{0,48}?[ :,(]"
_BEHIND_BORN = rb"(?i)" + _BORN + _BETWEEN
# `am dritten Mai 1989 in Chur geboren`: German says it at the end of the clause.
_BEFORE_BORN = rb"(?:[ ](?:in|zu)[ ][^ \n]{2,24})?[ ]geboren"
_BEHIND_PATTERN = compiled(_BEHIND_BORN + _DATE)
_BEFORE_PATTERN = compiled(rb"(?i)" + _DATE + _BEFORE_BORN)
_BEHIND = re.compile(_BEHIND_BORN + rb"(" + _DATE + rb")")
_BEFORE = re.compile(rb"(?i)(" + _DATE + rb")" + _BEFORE_BORN)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for pattern, again in ((_BEHIND_PATTERN, _BEHIND), (_BEFORE_PATTERN, _BEFORE)):
        for start, end in pattern.spans(data):
            told = again.match(data, start, end)
            if told is None or data[told.start(1) - 1] in ALNUM:
                continue
            if not is_no_human(data, start) and not is_of_the_world(words_before(data, start)):
                begin, stop = told.span(1)
                yield Found(begin, stop, "date_of_birth", canonical_date(data[begin:stop]), 0.8, "birth-in-words")


RULES = (
    Rule(
        "birth-in-words",
        ("date_of_birth",),
        (
            rb"(?i)" + _DAY_IN_WORDS + _OF + _MONTH + _IN + rb"[a-z0-9]",
            rb"(?i)" + _MONTH + _IN + _YEAR_IN_WORDS,
            rb"(?i)" + _MONTH + rb"[ ](?:" + _DAY_IN_WORDS + rb"|" + _NUMBER + rb"),?[ ][a-z0-9]",
        ),
        _find,
        leads=(rb"(?i)(?:gebor|geburts|geb\.|born|birth|n\xe9e?s?[ (]|naissance|nascita|nat[oaie] )",),
    ),
)
