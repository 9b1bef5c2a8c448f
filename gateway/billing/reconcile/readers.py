"""Exports of providers, as lines of one shape.

Read are CSV and JSON, as consoles export them and as the usage and cost APIs answer: OpenAI's (organization usage and
costs), Anthropic's (usage report and cost report), Google's (Cloud Billing export) and Mistral's. Columns are known by
name, in any order and case; what is not needed is passed over.

Invariants
- A line has a model and a day (UTC); one that has neither tokens nor an amount is passed over.
- Input never contains cached tokens: OpenAI, Google, Mistral and xAI count them in, and it is taken out here.
- Anthropic's cost report is in cents, in its API and nowhere else.
- Commas are decimal where the file's numbers say so, as those that went through a spreadsheet in German or French. An
  amount that cannot be read, or in two ways (`1,500`) that nothing else tells apart, is an error, never a guess.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

import msgspec

from gateway.core.money import NANO
from gateway.core.policy import ProviderKind


class BilledLine(msgspec.Struct, kw_only=True):
    """What a provider says of a model on a day; None: it does not say. `nano` in nano-units of `currency`."""

    day: str
    model: str
    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    output: int | None = None
    nano: int | None = None
    currency: str = "USD"

    @property
    def tokens(self) -> tuple[int | None, ...]:
        return self.input, self.cache_read, self.cache_write, self.output


class NotAnExport(Exception):
    """The file cannot be read as one; the text says why."""


_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "day": (
        "start_time_iso", "usage_date_utc", "usage_date", "date_utc", "date", "day", "starting_at", "start_time",
        "usage_start_time", "timestamp", "created_at",
    ),
    "model": (
        "model", "model_version", "model_name", "model_id", "line_item", "description", "sku_description", "product",
    ),
    "input": ("uncached_input_tokens", "usage_input_tokens_no_cache", "input_tokens", "prompt_tokens",
              "n_context_tokens_total"),
    "cache_read": ("cache_read_input_tokens", "usage_input_tokens_cache_read", "input_cached_tokens", "cached_tokens"),
    "cache_write_5m": ("cache_creation_ephemeral_5m_input_tokens", "usage_input_tokens_cache_write_5m",
                       "cache_creation_input_tokens"),
    "cache_write_1h": ("cache_creation_ephemeral_1h_input_tokens", "usage_input_tokens_cache_write_1h"),
    "output": ("output_tokens", "usage_output_tokens", "completion_tokens", "n_generated_tokens_total"),
    "amount": ("amount_value", "amount", "cost_usd", "cost", "total_cost", "cost_in_usd", "price"),
    "currency": ("amount_currency", "currency", "cost_currency"),
}  # fmt: skip
"""What is wanted -> the columns that say it, the surest first."""

_COUNTED: Final = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
_CREDITS: Final = "credits"
"""What Google takes off a line's cost, in a list of its own."""
_CACHED_WITHIN: Final = frozenset({"openai", "gemini", "mistral", "xai"})
_DATED: Final = re.compile(r"-(?:20\d{2}-\d{2}-\d{2}|20\d{6})$")
_METER: Final = re.compile(r"[,|]\s*(?:cached |cache )?(?:input|output|read|write)\b.*$", re.IGNORECASE)
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
_NOTHING: Final = frozenset({"", "-", "–", "n/a", "na", "null", "none"})
_LOOSE: Final = re.compile(r"[^a-z0-9]+")


def read_export(data: bytes, kind: ProviderKind, decimals: Mark | None = None) -> list[BilledLine]:
    """The lines of an export; raises NotAnExport. `decimals` of a CSV; None: as the file's numbers say."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotAnExport("it is neither CSV nor JSON in UTF-8") from None
    api = text.lstrip().startswith(("{", "["))
    dialect = csv.excel if api else _sniffed(text)
    rows = list(_of_json(text) if api else _of_csv(text, dialect))
    comma = not api and (decimals or _mark_of(rows, dialect.delimiter)) == ","
    lines = [line for row in rows if (line := _line(row, kind, api=api, comma=comma)) is not None]
    if not lines:
        raise NotAnExport("no line of it has a model, a day, and tokens or an amount")
    return lines


def same_model(name: str) -> str:
    """A model's name without its snapshot's day and the folder before; `Claude Sonnet 4.5` is `claude-sonnet-4-5`."""
    plain = _DATED.sub("", name.rpartition("/")[2]).lower()
    return re.sub("[ .]", "-", plain) if plain.startswith("claude ") else plain


def _sniffed(text: str) -> Any:
    try:
        return csv.Sniffer().sniff(text[:4096], ",;\t")
    except csv.Error:
        return csv.excel


def _of_csv(text: str, dialect: Any) -> Iterator[dict[str, Any]]:
    try:
        for row in csv.DictReader(io.StringIO(text), dialect=dialect):
            yield {_name(key): value for key, value in row.items() if key}
    except csv.Error as error:
        raise NotAnExport(f"it is not CSV: {error}") from None


def _of_json(text: str) -> Iterator[dict[str, Any]]:
    try:
        yield from _rows(msgspec.json.decode(text), {})
    except msgspec.DecodeError:  # a line for each object, as BigQuery exports
        try:
            for line in filter(None, map(str.strip, text.splitlines())):
                yield from _rows(msgspec.json.decode(line), {})
        except msgspec.DecodeError as error:
            raise NotAnExport(f"it is not JSON: {error}") from None


def _rows(node: Any, around: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each object that tells what a model came to, or else each innermost one, with the plain values of what stands
    around it. Lists below what is a line already are its labels and tags.
    """
    if isinstance(node, list):
        for item in node:
            yield from _rows(item, around)
    elif isinstance(node, dict):
        own = _flat(node, "")
        plain = {**around, **own, _CREDITS: node.get(_CREDITS)}
        lists = [
            value for value in node.values() if isinstance(value, list) and any(isinstance(x, dict) for x in value)
        ]
        if not lists or _is_line(own):
            yield plain
            return
        for value in lists:
            yield from _rows(value, plain)


def _is_line(own: dict[str, Any]) -> bool:
    def has(*what: str) -> bool:
        return any(own.get(name) not in (None, "") for each in what for name in _NAMES[each])

    return has("model") and has("amount", "input", "output", "cache_read")


def _flat(node: dict[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.items():
        name = f"{prefix}{_name(key)}"
        if isinstance(value, dict):
            found |= _flat(value, f"{name}_")
        elif not isinstance(value, list):
            found[name] = value
    return found


def _name(text: str) -> str:
    return _LOOSE.sub("_", text.strip().lower()).strip("_")


def _of(row: dict[str, Any], what: str) -> Any:
    return next((row[name] for name in _NAMES[what] if row.get(name) not in (None, "")), None)


def _mark_of(rows: list[dict[str, Any]], delimiter: str) -> Mark:
    """Raises NotAnExport where numbers contradict each other, or could be read either way."""
    said: dict[Mark, str] = {}
    either: str | None = None
    for row in rows:
        for what in _COUNTED:
            _hear(said, _COUNTS_BY, _of(row, what))
        amount = _of(row, "amount")
        _hear(said, _SAYS, amount)
        text = _bare(amount)
        # Who parts columns by semicolons writes decimals with commas, or thousands with points.
        if _EITHER[","].search(text) or (delimiter == ";" and _EITHER["."].search(text)):
            either = either or text
    if len(said) > 1:
        raise NotAnExport(
            f"it has decimal points ({said['.'][:40]!r}) and decimal commas ({said[','][:40]!r}): say which are meant "
            "with --decimals, or export it again"
        )
    if not said and either is not None:
        raise NotAnExport(
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


def _line(row: dict[str, Any], kind: ProviderKind, *, api: bool, comma: bool) -> BilledLine | None:
    def of(what: str) -> Any:
        return _of(row, what)

    def whole(what: str) -> int | None:
        number = _amount(of(what), comma=comma)
        return int(number) if number is not None and number >= 0 else None

    day, model = _day(of("day")), of("model")
    if day is None or not isinstance(model, str):
        return None
    read, write = whole("cache_read"), _sum(whole("cache_write_5m"), whole("cache_write_1h"))
    fresh, output, amount = whole("input"), whole("output"), _amount(of("amount"), comma=comma)
    if amount is None and of("amount") is not None and str(of("amount")).strip().lower() not in _NOTHING:
        raise NotAnExport(f"of {model[:60]!r} on {day} it has an amount that is no number: {str(of('amount'))[:40]!r}")
    if fresh is not None and kind in _CACHED_WITHIN:
        fresh = max(fresh - (read or 0), 0)
    if amount is not None and kind == "anthropic" and api:
        amount /= 100
    if amount is not None and isinstance(row.get(_CREDITS), list):
        given = [_amount(credit.get("amount")) for credit in row[_CREDITS] if isinstance(credit, dict)]
        amount += sum(filter(None, given))  # they are negative
    if amount is None and all(count is None for count in (fresh, read, write, output)):
        return None
    currency = of("currency")
    return BilledLine(
        day=day,
        model=same_model(_METER.sub("", model).strip()),
        input=fresh,
        cache_read=read,
        cache_write=write,
        output=output,
        nano=None if amount is None else int((amount * NANO).to_integral_value()),
        currency=currency.upper() if isinstance(currency, str) else "USD",
    )


def _sum(one: int | None, two: int | None) -> int | None:
    return None if one is two is None else (one or 0) + (two or 0)


def _day(value: Any) -> str | None:
    if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdecimal()):
        number = float(value)
        return datetime.fromtimestamp(number, UTC).date().isoformat() if 1e9 <= number < 1e10 else None
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _amount(value: Any, *, comma: bool = False) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    text = _ORNAMENT.sub("", str(value))
    text = text.replace(".", "").replace(",", ".") if comma else re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 12 else None
