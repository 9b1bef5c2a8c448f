"""How dates are written: in figures, with months in words or Roman figures, in German, French, Italian and English."""

from __future__ import annotations

import re

MONTHS = (
    rb"(?:jan(?:uar|uary|vier|v\.?|\.)?|j[\xe4\xc4]n(?:ner|\.)?|gen(?:naio|\.)?|feb(?:ruar|ruary|braio|\.)?|f[\xe9\xc9]v(?:rier|r\.?|\.)?"
    rb"|m[\xe4\xc4]r(?:z|\.)?|mar(?:ch|s|zo|\.)?"
    rb"|apr(?:il|ile|\.)?|avr(?:il|\.)?|ma[iy]|mag(?:gio|\.)?|jun(?:i|e|\.)?|juin|giu(?:gno|\.)?|jul(?:i|y|\.)?"
    rb"|juil(?:let|\.)?|lug(?:lio|\.)?"
    rb"|aug(?:ust|\.)?|ao[\xfb\xdb]t|aout|ago(?:sto|\.)?|sep(?:tember|tembre|t\.?|\.)?|set(?:tembre|t\.?|\.)?|okt(?:ober"
    rb"|\.)?|oct(?:ober|obre|\.)?"
    rb"|ott(?:obre|\.)?|nov(?:ember|embre|\.)?|de[zc](?:ember|\.)?|d[\xe9\xc9]c(?:embre|\.)?|dic(?:embre|\.)?)"
)
_YEAR = rb"(?:19|20)[0-9]{2}"
_ROMAN = rb"(?-i:I{1,3}|IV|VI{0,3}|IX|XI{0,2})"  # `5. IX. 1991`, as physicians and registries write
DATE_SOURCE = (
    rb"(?i)(?:[0-3]?[0-9][ ]?[./\-][ ]?[01]?[0-9][ ]?[./\-][ ]?(?:" + _YEAR + rb"|[0-9]{2})"
    rb"|[01]?[0-9][/\-.][0-3]?[0-9][/\-.](?:" + _YEAR + rb"|[0-9]{2})"
    rb"|" + _YEAR + rb"[./\-][01]?[0-9][./\-][0-3]?[0-9]"
    rb"|[0-3]?[0-9](?:\.?[ ]?|[/\-])"
    + _ROMAN
    + rb"(?:\.?[ ]?|[/\-])"
    + _YEAR
    + rb"|[0-3]?[0-9](?:\.|st|nd|rd|th|er|te[nrs]?|\xba|\xb0)?(?:[ \t._\-/]{0,3}|[ ]?\r?\n[ >]{0,2})"
    rb"(?:(?:day[ _])?(?:of|de|di)[ _])?"
    + MONTHS
    + rb",?(?:(?:[ \t_\-/]{0,3}|[ ]?\r?\n[ >]{0,2}|\.[ ]?|[ ](?:del|de|of)[ ])"
    + _YEAR
    + rb"|[ \-]?[ ]?'?[0-9]{2})"
    rb"|"
    + MONTHS
    + rb"(?:[ \t]{1,2}|[/\-._])?[0-3]?[0-9](?:st|nd|rd|th)?(?:,?[ \t\-]{1,2}|[/\-._,])"
    + _YEAR
    + rb"|(?:19|20)[0-9]{6}"
    rb"|[0-3][0-9][ ][01][0-9][ ]" + _YEAR + rb"|[0-3][ ][0-9][ ][./\-][ ][01][ ][0-9][ ][./\-](?:[ ][0-9]){2,4})"
)
_DAY_OF_MONTH = (
    rb"(?i)(?:jan|j[\xe4\xc4]n|gen|feb|f[\xe9\xc9]v|m[\xe4\xc4]r|mar|apr|avr|ma[iy]|mag|jun|juin|giu|jul|juil|lug|aug|ao[u\xfb\xdb]|ago|sep|set"
    rb"|okt|oct|ott|nov|de[zc]|d[\xe9\xc9]c|dic)[a-z\xdf-\xff.]*[ \t,./_\-]*(?:del |de |of )?'?[0-9]"
)
A_DATE = (
    rb"[0-9][ ]?[./\-][ ]?[0-9]+[ ]?[./\-][ ]?[0-9]",
    _DAY_OF_MONTH,
    rb"(?:19|20)[0-9]{6}",
    rb"[0-9](?:\.?[ ]?|[/\-])[IVX]+(?:\.?[ ]?|[/\-])(?:19|20)",
    rb"[0-3][0-9][ ][01][0-9][ ](?:19|20)[0-9]{2}",
    rb"[0-3][ ][0-9][ ][./\-][ ][01][ ]",
)
"""One of these occurs wherever a date does."""
# The sign with which one begins is looked at first: else each place tries all forms and months.
DATE = re.compile(rb"(?i)(?=[0-9jfmasondgl])" + DATE_SOURCE.removeprefix(rb"(?i)") + rb"(?![0-9])")
_DIGIT = re.compile(rb"[0-9]")
_LONGEST_MONTH = 16  # characters before its day, with what stands between


def canonical_date(raw: bytes) -> str:
    return b"".join(raw.lower().split()).decode("latin-1")


def first_date(data: bytes, at: int, until: int) -> re.Match[bytes] | None:
    """As `DATE.search`, which takes long for each place without a date: before its first digit a date has no more than
    the name of a month.
    """
    digit = _DIGIT.search(data, at, until)
    return DATE.search(data, max(at, digit.start() - _LONGEST_MONTH), until) if digit else None


def last_date(data: bytes, at: int, until: int) -> re.Match[bytes] | None:
    digit = _DIGIT.search(data, at, until)
    if digit is None:
        return None
    return next(reversed([*DATE.finditer(data, max(at, digit.start() - _LONGEST_MONTH), until)]), None)
