r"""What may stand between a token's word and its tag: the one grammar of bent tokens.

A model that copies `PERSON_k7f3q2` writes the underscore as the text around it asks: with backslashes in Markdown and
in JSON, as `\u005f`, `&#95;`, `%5F` or `=5F`, as a blank, a hyphen or a sign that looks like one, a dot or another
sign that parts words, with a line's end beside it, with the marks of bold type in the middle.

Invariants
- Everything is bounded: with the word and the tag it is never longer than `LONGEST_SPELT_OUT`.
- `BEGUN` knows every beginning of what `SEPARATOR` and a tag can become.
"""

from __future__ import annotations

import re
from typing import Final, Literal

LONGEST_SPELT_OUT: Final = 64

UNDERSCORES: Final = "_\uff3f\u02cd\u2017\ufe4d\ufe4e\ufe4f"
_HYPHENS: Final = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_PARTING: Final = ".:/#=~"
_BLANKS: Final = " \t\u00a0\u00ad\u2007\u2009\u200a\u200b\u200c\u200d\u202f\u2060\u3000\ufeff"
_ENTITY: Final = r"&(?:amp;){0,2}"
_PERCENT: Final = r"%(?:25){0,2}"


def _spelt_out(signs: str) -> str:
    """JSON's escape of one of them, and HTML's by number."""
    escapes = "|".join(f"(?i:{ord(sign):04x})" for sign in signs)
    numbers = "|".join(f"{ord(sign)}|[xX](?i:{ord(sign):x})" for sign in signs)
    return rf"\\{{1,16}}u(?:{escapes})|{_ENTITY}#0{{0,3}}(?:{numbers});"


_UNDERSCORE: Final = (
    rf"(?:\\{{0,16}}[{UNDERSCORES}]){{1,2}}|{_spelt_out(UNDERSCORES)}|\\{{1,16}}x(?i:5f)"
    rf"|{_ENTITY}(?:lowbar|UnderBar);|{_PERCENT}5[fF]|=5[fF]"
)
_HYPHEN: Final = (
    rf"\\{{0,16}}[{re.escape(_HYPHENS)}]|{_spelt_out(_HYPHENS)}|{_ENTITY}(?:hyphen|[nm]?dash|minus);|{_PERCENT}2[dD]"
    rf"|[{_PARTING}]"
)
_BLANK: Final = (
    rf"[{_BLANKS}+]|{_spelt_out(_BLANKS)}|\\{{1,16}}(?:t|x20|x(?i:a0))"
    rf"|{_ENTITY}(?:nbsp|shy|thinsp);|{_PERCENT}(?:20|[cC]2{_PERCENT}[aA]0)"
)
_INDENT: Final = r"[ \t>]{0,8}"
_BREAK: Final = rf"\\{{0,16}}\r?\n{_INDENT}|(?:\\{{1,16}}r)?\\{{1,16}}n{_INDENT}|{_PERCENT}0[aA]|<w?br ?/?>"
_GAP: Final = rf"(?:{_BLANK}|{_BREAK})"

SEPARATOR: Final = re.compile(
    rf"(\*{{0,3}})(?:{_GAP}{{0,2}}(?:({_UNDERSCORE})|{_HYPHEN}){_GAP}{{0,2}}|{_GAP}{{1,2}})(\*{{0,3}})(?=[0-9A-Za-z])"
)
"""From the end of the word to the tag: (marks, the underscore where it is one, marks)."""

ANCHOR: Final = re.compile(
    rf"[{UNDERSCORES}{re.escape(_HYPHENS)}{_BLANKS}{_PARTING}+*\\&%<\r\n0-9](?<=[^\W\d_].)",
    re.DOTALL,
)
"""What a separator, or the first digit of a tag without one, begins with, behind a letter."""

LOOSE: Final = frozenset(_HYPHENS + _BLANKS + _PARTING + "+<\r\n") - {"="}
"""What a separator begins with that only counts behind an issued word."""

_STARTED: Final = (
    r"\\{1,16}(?:u[0-9a-fA-F]{0,4}|x[0-9a-fA-F]?|r\\{0,16})?|\r"
    r"|&(?:amp;){0,2}#?[0-9A-Za-z]{0,8}|%(?:[0-9a-fA-F]{1,6}%?[0-9a-fA-F]{0,5})?|=5?|<[wbr /]{0,5}"
)
_SIGN_STARTED: Final = rf"\.|[{re.escape(_HYPHENS)}]?\\{{1,16}}(?:u[0-9a-fA-F]{{0,3}})?|&[#0-9A-Za-z]{{0,7}}"
"""Of what may stand inside or behind a tag."""

_INNER: Final = (
    rf"(?:[{re.escape(_HYPHENS)}]?(?:\n|\\{{1,16}}n)|[{_BLANKS}{re.escape(_HYPHENS)}]|{_spelt_out(_BLANKS)})"
)

BEGUN: Final = re.compile(
    rf"(\*{{0,3}}(?:{_GAP}|({_UNDERSCORE})|{_HYPHEN}){{0,5}}\*{{0,3}})"
    rf"(?:({_STARTED})|([0-9A-Za-z]{{0,7}})(?:{_SIGN_STARTED}|{_INNER}([0-9A-Za-z]{{0,5}}))?)"
)
"""The beginning of a separator and a tag, to be matched up to the text's end: (separator, the underscore, what of an
escape has begun, the tag's beginning, what follows a gap inside it)."""

MAY_HOLD: Final = re.compile(rf"[{UNDERSCORES}\\&%*]")
"""What shows that an underscore may have begun."""

LETTERS_AND_BEGUN: Final = re.compile(rf"([^\W\d_]{{2,14}}){BEGUN.pattern}$")

SHORTENED: Final = re.compile(r"\u2026|\.\.|\\{1,16}u2026|&hellip;")
"""What says that the rest of a tag was left out on purpose."""

SIGN_BEGUN: Final = re.compile(rf"(?:{_SIGN_STARTED})?")
"""The beginning of that, or of a gap, to be matched up to the text's end."""

INTERRUPTED: Final = re.compile(rf"([0-9A-Za-z]{{1,5}}){_INNER}([0-9A-Za-z]{{0,5}})")
"""A tag with a gap in it."""

_ESCAPE: Final = re.compile(r"\\(?:[bfnrt]|u[0-9a-fA-F]{4})|%[0-9a-fA-F]{2}")
"""Of JSON, code or an address."""

ESCAPE_BEGUN: Final = re.compile(r"(?:\\(?:u[0-9a-fA-F]{0,3})?|%[0-9a-fA-F]?)$")
LONGEST_ESCAPE: Final = 6

Writing = Literal["", "html", "percent", "quoted-printable"]


def escape_into(text: str, begin: int, start: int, end: int) -> tuple[int, int]:
    """(start, end) of the escape to which the first of the letters from `start` to `end` belong: they are none of the
    word that follows. (`start`, `start`) if there is none.
    """
    for escape in _ESCAPE.finditer(text, max(begin, start - LONGEST_ESCAPE + 1), end):
        if escape.end() > start:
            return escape.span()
    return start, start


def writing_of(separator: str) -> tuple[Writing, int]:
    """How the text around is written, and how many times over, as the separator tells it."""
    if "&" in separator:
        return "html", 1 + separator.count("amp;")
    if "%" in separator:
        return "percent", 1 + separator.partition("%")[2].count("25", 0, 4)
    if "=5" in separator:
        return "quoted-printable", 1
    return "", 0
