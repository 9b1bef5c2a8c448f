"""Switzerland: AHV number, company number, card of the health insurance."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import ean, luhn
from stdnum.ch import uid

from gateway.pii.detectors.scanning import DIGITS, GAP, bare, judged
from gateway.pii.linear import compiled, mention
from gateway.pii.view import Found, Rule, View

_AHV = rb"7" + GAP + rb"{0,2}5" + GAP + rb"{0,2}6(?:" + GAP + rb"{0,2}[0-9OIl]){10}"
_AHV_PATTERN = compiled(_AHV)
_AHV_SHAPE = re.compile(rb"756[.\- ][0-9]{4}[.\- ][0-9]{4}[.\- ][0-9]{2}")
_AHV_WORDS = mention(rb"ahv|avs\b|sozialvers|assurance sociale|social|navs|versichertennummer|nss\b")
_UID = rb"(?i)CHE[ \-]{0,2}[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}"
_UID_PATTERN = compiled(_UID)
_HEALTH = rb"8" + GAP + rb"?0" + GAP + rb"?7" + GAP + rb"?5" + GAP + rb"?6(?:" + GAP + rb"?[0-9]){15}"
_HEALTH_PATTERN = compiled(_HEALTH)
_AS_DIGIT = str.maketrans("OIl", "011")


def _judge_ahv(view: View, start: int, end: int) -> Found | None:
    if not view.apart(start, end):
        return None
    digits = bare(view.data, start, end).translate(_AS_DIGIT)
    if ean.is_valid(digits):
        return Found(start, end, "ch_ahv", digits, 0.99, "ch-ahv")
    if _AHV_SHAPE.fullmatch(view.data, start, end) or (
        view.says(_AHV_WORDS) and view.finds(_AHV_WORDS, view.before(start))
    ):
        return Found(start, end, "ch_ahv", digits, 0.7, "ch-ahv-shape")
    return None


def _judge_uid(view: View, start: int, end: int) -> Found | None:
    if not view.apart(start, end):
        return None
    value = bare(view.data, start, end).upper()
    return Found(start, end, "ch_uid", value, 0.98 if uid.is_valid(value) else 0.6, "ch-uid")


def _judge_health(view: View, start: int, end: int) -> Found | None:
    if not view.apart(start, end):
        return None
    digits = bare(view.data, start, end)
    return Found(start, end, "ch_health_card", digits, 0.98 if luhn.is_valid(digits) else 0.7, "ch-health-card")


def _find_ahv(view: View) -> Iterator[Found]:
    return judged(_AHV_PATTERN, view, _judge_ahv)


def _find_uid(view: View) -> Iterator[Found]:
    return judged(_UID_PATTERN, view, _judge_uid)


def _find_health(view: View) -> Iterator[Found]:
    return judged(_HEALTH_PATTERN, view, _judge_health)


RULES = (
    Rule("ch-ahv", ("ch_ahv",), (DIGITS,), _find_ahv),
    Rule("ch-uid", ("ch_uid",), (DIGITS,), _find_uid),
    Rule("ch-health-card", ("ch_health_card",), (DIGITS,), _find_health),
)
