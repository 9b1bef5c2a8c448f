"""Numbers of an export, whose commas may stand before decimals or part thousands.

Commas are decimal where the file's numbers say so, as those that went through a spreadsheet in German or French. An
amount that can be read in two ways (`1,500`), where nothing else tells, is an error, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

Mark = Literal[".", ","]
"""What stands before the decimals."""


def _telling(at: str, beside: str) -> re.Pattern[str]:
    return re.compile(
        rf"{at}\d{{1,2}}(?:e|$)|{at}\d{{4,}}(?:e|$)|{at}\d{{3}}e|(?<![\d.,])0{at}\d|{beside}\d{{3}}{at}\d"
        rf"|\d{beside}\d{{3}}{beside}\d",
        re.IGNORECASE,
    )


_SAYS: Final[dict[Mark, re.Pattern[str]]] = {".": _telling(r"\.", ","), ",": _telling(",", r"\.")}
"""An amount that can be read in one way: with other decimals than three, or with thousands beside them."""
_COUNTS_BY: Final[dict[Mark, re.Pattern[str]]] = {
    ".": re.compile(r"\d,(?!000)\d{3}\b|\.0{1,2}$"),
    ",": re.compile(r"\d\.(?!000)\d{3}\b|,0{1,2}$"),
}
"""A count of tokens, which has no decimals but noughts."""
_EITHER: Final[dict[Mark, re.Pattern[str]]] = {
    ",": re.compile(r"^-?[1-9]\d{0,2},\d{3}$"),
    ".": re.compile(r"^-?[1-9]\d{0,2}\.\d{3}$"),
}
_ORNAMENT: Final = re.compile(r"[\s$€'\u2019]")


def mark_of(counts: Iterable[Any], amounts: Iterable[Any], delimiter: str) -> Mark:
    """What stands before the decimals in a CSV of these cells. Raises ValueError, whose text says what to do, where
    numbers contradict each other, or could be read either way.
    """
    said: dict[Mark, str] = {}
    either: str | None = None
    for count in counts:
        _hear(said, _COUNTS_BY, count)
    for amount in amounts:
        _hear(said, _SAYS, amount)
        text = _bare(amount)
        # Who parts columns by semicolons writes decimals with commas, or thousands with points.
        if _EITHER[","].search(text) or (delimiter == ";" and _EITHER["."].search(text)):
            either = either or text
    if len(said) > 1:
        raise ValueError(
            f"it has decimal points ({said['.'][:40]!r}) and decimal commas ({said[','][:40]!r}): say which are meant "
            "with --decimals, or export it again"
        )
    if not said and either is not None:
        raise ValueError(
            f"its amounts can be read in two ways: {either!r} is a thousand and more, or has three decimals, and no "
            "other number of it tells. Say --decimals point or --decimals comma"
        )
    return next(iter(said), ".")


def _hear(said: dict[Mark, str], patterns: dict[Mark, re.Pattern[str]], value: Any) -> None:
    text = _bare(value)
    for mark, pattern in patterns.items():
        if mark not in said and pattern.search(text):
            said[mark] = str(value).strip()


def _bare(value: Any) -> str:
    return _ORNAMENT.sub("", value) if isinstance(value, str) else ""


def number_of(value: Any, *, comma: bool = False) -> Decimal | None:
    """None: it is no number, or one that no bill has."""
    if value is None or isinstance(value, bool):
        return None
    text = _ORNAMENT.sub("", str(value))
    text = text.replace(".", "").replace(",", ".") if comma else re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 12 else None
