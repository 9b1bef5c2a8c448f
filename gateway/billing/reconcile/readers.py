"""Exports of providers, as lines of one shape.

Read are CSV and JSON, as consoles export them and as the usage and cost APIs answer: OpenAI's (organization usage and
costs), Anthropic's (usage report and cost report), Google's (Cloud Billing export) and Mistral's. Columns are known by
name, in any order and case; what is not needed is passed over.

Invariants
- A line has a day (UTC) and a model; one that has neither tokens nor an amount is passed over. One with an amount and
  no model stands under what kind of cost it says to be, for nothing that is billed may be left out.
- Input never contains cached tokens: OpenAI, Google, Mistral and xAI count them in, and it is taken out here.
- Anthropic's cost report is in cents, in its API and nowhere else.
- An amount that cannot be read, or in two ways (`decimals`), is an error, never a guess; so is one page of several.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gateway.billing.reconcile.decimals import Mark, mark_of, number_of
from gateway.core.currencies import CURRENCIES
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
        "usage_start_time", "usage_start_date", "timestamp", "created_at",
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
NAMELESS: Final = "(no model)"
"""What a line with an amount and no model stands under: it is on the bill."""
_GEMINI: Final = re.compile(r"\bgemini \d+(?:\.\d+)? (?:pro|ultra|flash(?: lite| image)?)\b")
_COST_IN: Final = re.compile(rf"(?:unrounded_)?cost_({'|'.join(CURRENCIES).lower()})")
_DATED: Final = re.compile(r"-(?:20\d{2}-\d{2}-\d{2}|20\d{6})$")
_METER: Final = re.compile(r"[,|]\s*(?:cached |cache )?(?:input|output|read|write)\b.*$", re.IGNORECASE)
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
    if not api and decimals is None:
        counts = (_of(row, what) for row in rows for what in _COUNTED)
        try:
            decimals = mark_of(counts, (_amount_of(row)[0] for row in rows), dialect.delimiter)
        except ValueError as why:
            raise NotAnExport(f"{why}") from None
    comma = not api and decimals == ","
    lines = [line for row in rows if (line := _line(row, kind, api=api, comma=comma)) is not None]
    if not lines:
        raise NotAnExport("no line of it has a model, a day, and tokens or an amount")
    if all(line.model == NAMELESS for line in lines):
        raise NotAnExport("its lines name no model: export it by model (costs of OpenAI: by line item)")
    return lines


def same_model(name: str) -> str:
    """A model's name without its snapshot's day and the folder before; `Claude Sonnet 4.5` is `claude-sonnet-4-5`.

    Google Cloud says it within a sentence: `Generate content output token count gemini 2.5 flash lite`.
    """
    plain = _DATED.sub("", name.rpartition("/")[2]).lower()
    if (said := _GEMINI.search(plain)) is not None:
        return re.sub(" +", "-", said[0])
    return re.sub("[ .]", "-", plain) if plain.startswith("claude ") else plain


def _sniffed(text: str) -> Any:
    try:
        return csv.Sniffer().sniff(text[:4096], ",;\t")
    except csv.Error:
        return csv.excel


def _of_csv(text: str, dialect: Any) -> Iterator[dict[str, Any]]:
    """Google Cloud's invoice stands above its table: the header is the first line with names of columns in it."""
    try:
        lines = list(csv.reader(io.StringIO(text), dialect=dialect))
        named = [[_name(cell) for cell in line] for line in lines]
        top = next((place for place, names in enumerate(named) if _is_header(names)), 0)
        for line in filter(None, lines[top + 1 :]):
            yield {name: value for name, value in zip(named[top], line, strict=False) if name}
    except csv.Error as error:
        raise NotAnExport(f"it is not CSV: {error}") from None


def _is_header(names: list[str]) -> bool:
    return all(any(name in names for name in _NAMES[what]) for what in ("day", "model"))


def _of_json(text: str) -> Iterator[dict[str, Any]]:
    try:
        whole = msgspec.json.decode(text)
    except msgspec.DecodeError:  # a line for each object, as BigQuery exports
        try:
            whole = [msgspec.json.decode(line) for line in filter(None, map(str.strip, text.splitlines()))]
        except msgspec.DecodeError as error:
            raise NotAnExport(f"it is not JSON: {error}") from None
    last = whole[-1] if isinstance(whole, list) and whole else whole
    if isinstance(last, dict) and last.get("has_more") is True:
        raise NotAnExport(
            "it goes on (`has_more`): ask with `page` for the next pages, and put them all into the file, one a line"
        )
    yield from _rows(whole, {})


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


def _line(row: dict[str, Any], kind: ProviderKind, *, api: bool, comma: bool) -> BilledLine | None:
    def of(what: str) -> Any:
        return _of(row, what)

    def whole(what: str) -> int | None:
        number = number_of(of(what), comma=comma)
        return int(number) if number is not None and number >= 0 else None

    day, model = _day(of("day")), of("model")
    if day is None:
        return None
    if not isinstance(model, str):  # searches and sessions of tools, in Anthropic's costs
        model = row.get("cost_type") or NAMELESS
    read, write = whole("cache_read"), _sum(whole("cache_write_5m"), whole("cache_write_1h"))
    written, currency = _amount_of(row)
    fresh, output, amount = whole("input"), whole("output"), number_of(written, comma=comma)
    if amount is None and written is not None and str(written).strip().lower() not in _NOTHING:
        raise NotAnExport(f"of {model[:60]!r} on {day} it has an amount that is no number: {str(written)[:40]!r}")
    if fresh is not None and kind in _CACHED_WITHIN:
        fresh = max(fresh - (read or 0), 0)
    if amount is not None and kind == "anthropic" and api:
        amount /= 100
    if amount is not None and isinstance(row.get(_CREDITS), list):
        given = [number_of(credit.get("amount")) for credit in row[_CREDITS] if isinstance(credit, dict)]
        amount += sum(filter(None, given))  # they are negative
    if amount is None and all(count is None for count in (fresh, read, write, output)):
        return None
    if not amount and model == NAMELESS:
        return None
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


def _amount_of(row: dict[str, Any]) -> tuple[Any, Any]:
    """What is written as amount, and as its currency; Google Cloud has that in the column's name, `Cost (CHF)`."""
    if (plain := _of(row, "amount")) is not None:
        return plain, _of(row, "currency")
    within = [(name, found[1]) for name in row if (found := _COST_IN.fullmatch(name)) and row[name] not in (None, "")]
    return (row[within[0][0]], within[0][1]) if within else (None, None)


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
