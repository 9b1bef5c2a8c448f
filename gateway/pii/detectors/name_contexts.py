"""Names of persons by what stands behind and around them: verbs of speech, a possessive, a letterhead, a known surname.

Nobody can list all given names; but `… Johnson said` and a line of two capitals above a street are a person's in any
country. German is excluded where its nouns would look the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import GIVEN
from gateway.pii.detectors.name_neighbours import OWNED
from gateway.pii.detectors.name_reading import (
    LISTED_COMMON,
    NO_LETTER,
    OF_A_TRADE,
    TWO_CAPITALS,
    as_found,
    is_common,
    is_given,
    is_surname,
    read,
)
from gateway.pii.detectors.public_figures import is_famous, is_past
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import ASKED_FOR, COMMON, NO_NAMES, THINGS, is_nominal
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_VERBS = (
    "said|says|told|asked|asks|wrote|writes|replied|answered|called|calls|thinks|lives|lived|works|worked|joined"
    "|resigned|complained|emailed|phoned|listed|agreed|signed|cannot|goes|went|wants|needs|lost|paid|pays|ordered"
    "|moved|married|reports|wohnt|arbeitet|meint|meinte|sagt|sagte|schreibt|schrieb|fragt|fragte|bittet|ruft|rief"
    "|kündigt|klagt|beschwert|verlangt|a dit|dit que|habite|travaille|demande|écrit|affirme|a appelé|a écrit|souhaite"
    "|se plaint|a signé|paie|ha detto|dice|abita|lavora|chiede|scrive|afferma|ha chiamato|ha scritto|vorrebbe"
    "|si lamenta|ha firmato|paga"
)
_SPEAKS = shape(rf"<CAP>[ ](?:<CAP>[ ]){{1,2}}(?:{_VERBS})\b")
_OWNS = shape(r"<CAP>[ ](?:<CAP>[ ])?[<U>][<U><L>\-]+(?:'[<U>][<U><L>]+)?'s[ ][<L>]")
_LETTERHEAD = shape(r"(?:^|\n)[ \t>]{0,4}<CAP>(?:[ ]<CAP>){1,3}[ ]?\r?\n[^\n]{0,50}(?:[0-9]|@)")
_BEFORE_SURNAME = shape(r"<CAP>[ ](?:[<U>]\.[ ])?<CAP>")
_SURNAMED = shape(r"<CAP>[ ](?:[<U>]\.[ ])?") + rb"(?:" + LISTED_COMMON + shape(r"|[<U>][<U><L>'\-]*-(?i:")
_SURNAMED += LISTED_COMMON + rb"))" + NO_LETTER
_OWNED = re.compile(rb"'s (?:(?:new|old|home|private|work|own|first|last) )?(?:" + OWNED.encode() + rb")\b")
_SPEAKS_PATTERN, _OWNS_PATTERN, _LETTERHEAD_PATTERN = compiled(_SPEAKS), compiled(_OWNS), compiled(_LETTERHEAD)
_BEFORE_SURNAME_PATTERN = compiled(_BEFORE_SURNAME)
_GERMAN = compiled(rb"\b(?:der|die|das|und|ist|nicht|mit|ein|den|wird|werden|wurde|kann|dieser?|f\xfcr|oder|zur|zum)\b")

# `Scharnier Blum 110°;24;6.40`: a quantity in the next cell, and its price.
_COUNTED = re.compile(rb"[^;|\t\n]{0,8}[;|\t][ ]?[0-9]{1,6}[ ]?[;|\t][ ]?[0-9]+[.,][0-9]{2}\b")

_OF_NOBODY = THINGS | COMMON | ASKED_FOR


def _person(words: list[tuple[int, int, str]]) -> bool:
    small = [word for _, _, word in words]
    return len(small) > 1 and _OF_NOBODY.isdisjoint(small) and not is_famous(small)


def _is_head(data: bytes, words: list[tuple[int, int, str]]) -> bool:
    """A manual's `SEE ALSO`, whose text is set in."""
    end = words[-1][1]
    text = data.find(b"\n", end) + 1
    return data[words[0][0] : end].isupper() and data[text : text + 1] in (b" ", b"\t")


def _find(view: View) -> Iterator[Found]:
    found = list(_in_context(view))
    return iter(() if found and is_past(view) else found)


def _in_context(view: View) -> Iterator[Found]:
    data = view.data
    for pattern, rule in (
        (_SPEAKS_PATTERN, "name-speaks"),
        (_OWNS_PATTERN, "name-owns"),
        (_LETTERHEAD_PATTERN, "name-letterhead"),
    ):
        for begin, _ in pattern.spans(data):
            start = begin
            while data[start] in b"\n \t>":
                start += 1
            words = read(data, start, 4)
            if rule == "name-letterhead" and (
                not words
                or data[words[-1][1] : words[-1][1] + 2].strip(b" \r")[:1] != b"\n"
                or (_is_head(data, words) and not _known(words))
            ):
                continue
            if rule == "name-speaks" and any(data[at:stop].isupper() for at, stop, _ in words) and not _known(words):
                continue  # `Zero LLM calls`
            if _person(words) and (rule != "name-owns" or _known(words) or _OWNED.match(data, words[-1][1])):
                yield as_found(words, 0.6, rule)
    german = _GERMAN.occurs(view.lower[:2000])
    for start, end in _BEFORE_SURNAME_PATTERN.spans(data):
        last = data[data.rindex(b" ", start, end) + 1 : end].decode("latin-1").lower()
        if (
            not is_common(last)
            or last.startswith(("saint-", "sainte-", "sankt-", "st-"))
            or (start and data[start - 1] in ALNUM)
            or _ARTICLE.match(data, start)
        ):
            continue
        words = read(data, start, 3)
        if _person(words) and words[-1][1] >= end and is_common(words[-1][2]) and not is_given(words[0][2]):
            if OF_A_TRADE.match(data, words[-1][1]) or _COUNTED.match(data, words[-1][1]):
                continue
            if words[-1][2] in GIVEN or (german and not _foreign(words[0][2])):
                continue
            yield as_found(words, 0.6, "name-surname")


_ARTICLE = re.compile(rb"[LD]'[a-z\xe0-\xff]")
"""`L'avenue Louis-Ruchonnet`, and no `L'Eplattenier`."""


def _known(words: list[tuple[int, int, str]]) -> bool:
    """`Sandra Tuor's chair`, and not `Rocket League's rules`: one of the words is on a list."""
    return is_given(words[0][2]) or is_surname(words[-1][2])


def _foreign(word: str) -> bool:
    """No German noun ends like this."""
    return word.endswith(("a", "o", "i", "y", "ian", "us", "ie")) and word not in NO_NAMES and not is_nominal(word)


RULES = (
    Rule(
        "name-context",
        ("person",),
        (_SPEAKS, _OWNS, _SURNAMED),
        _find,
        over_lines=(_LETTERHEAD,),
        leads=(TWO_CAPITALS,),
    ),
)
