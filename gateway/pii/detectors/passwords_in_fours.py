"""Passwords that programs give out in groups of four: `qgwx uozi wqlr qhil`, and no four short words."""

from __future__ import annotations

import re
from typing import Final

from gateway.pii.detectors.phrases import SAID_OF_ANYTHING, is_said
from gateway.pii.linear import compiled

_FOURS = re.compile(rb"(?<![A-Za-z\xc0-\xff\-'])(?=([a-z]{4}(?:[ ][a-z]{4}){3})(?![A-Za-z\xc0-\xff\-']))")
_FOUR_GROUPS = compiled(rb"[a-z]{4}(?:[ ][a-z]{4}){3}")
_HYPHENATED = re.compile(rb"[ :]{1,3}[\"'`]?([a-z]{4}(?:-[a-z]{4}){3})(?![A-Za-z\-])")
_OF_AN_APP = re.compile(rb"(?i)\bapp(?:s|lis?|lications?|likation|licazion[ei])?\b")
# Groups that no word of the four languages has: no vowel, a start that nobody speaks, a `q` without its `u`.
_UNSPOKEN = re.compile(
    rb"[^aeiouy]{4}|.{0,3}q[^u]|.{3}q"
    rb"|..(?!b[bs]|c[hkst]|d[dst]|f[fst]|g[ghns]|h[lmnrst]|k[kst]|l[bcdfgklmnpstvxz]|m[bmnpst]|n[acdgknstxz]|p[fhpst]"
    rb"|r[bcdfgklmnpqrstvxz]|s[chkmpst]|t[chstz]|w[klnst]|xt|zt)[^aeiouy]{2}"
    rb"|(?!b[lr]|c[hlrz]|d[rw]|f[lr]|g[hlnr]|k[hlnrw]|ll|mc|p[fhlnrst]|rh|s[cghklmnpqtvw]|t[hrsw]|v[lr]|w[hr]|z[w])"
    rb"[^aeiouy]{2}"
)
_DIRECTLY = re.compile(rb"[ :]{1,3}[\"'`]?")
_GOES_ON = re.compile(rb"[ ]?[a-z]")
_ABBREVIATED = frozenset(b"html http smtp https xlsx docx pptx mssql tcpip ldap".split())
_BEFORE, _REACH, _FEWEST = 32, 160, 2
# As it is printed below a router, `5678 8067 0560 0666`; as apps show what codes are made of, `ucw7 yeg2 blrc jud5`
GROUPS: Final = re.compile(
    rb"[0-9]{4}(?:[ ][0-9]{4}){3,5}(?![0-9])"
    rb"|(?=[A-Za-z ]{0,80}[2-7])"
    rb"(?:[a-z2-7]{4}(?:[ ][a-z2-7]{4}){3,15}|[A-Z2-7]{4}(?:[ ][A-Z2-7]{4}){3,15})(?![A-Za-z0-9])"
)


def in_fours(data: bytes, start: int, at: int) -> tuple[int, int] | None:
    """Where it stands in the line of the word for passwords from `start` to `at`, or directly behind with hyphens.

    Of groups drawn by lot two and more are unspoken, as good as ever; where an app is named, one is enough, and
    directly behind its password, at the end, none: some groups can be spoken, and one may be a word.
    """
    hyphenated = _HYPHENATED.match(data, at, at + _REACH)
    if hyphenated:
        return hyphenated.span(1)
    line = data.find(b"\n", at, at + _REACH)
    stop = line if line >= 0 else min(len(data), at + _REACH)
    if not _FOUR_GROUPS.occurs(data[at:stop]):  # asked first, since it takes a tenth of the time
        return None
    most, best = 0, None
    for found in _FOURS.finditer(data, at, stop):
        groups = found[1].split()
        words, unspoken = sum(map(_is_word, groups)), sum(map(_is_unspoken, groups))
        of_app = _OF_AN_APP.search(data, max(0, start - _BEFORE), found.start(1)) is not None
        directly = of_app and _DIRECTLY.fullmatch(data, at, found.start(1))
        if directly and words <= min(unspoken, 1) and not _GOES_ON.match(data, found.end(1)):
            return found.span(1)
        if words:
            continue
        if unspoken >= max(most, 1 if of_app else _FEWEST):  # the later, since words stand before it
            most, best = unspoken, found.span(1)
    return best


def _is_unspoken(group: bytes) -> bool:
    return _UNSPOKEN.match(group) is not None and group not in _ABBREVIATED


def _is_word(group: bytes) -> bool:
    word = group.decode("ascii")
    return word in SAID_OF_ANYTHING or is_said(word)
