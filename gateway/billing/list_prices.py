"""The seed of the price book: providers' public list prices, as genai-prices ships them.

Promise: a list price here is genai-prices' own, for the day and the service tier asked about, converted once to
integers of nano-dollars per million tokens, and a tenth more where its provider binds the region of computing. Nothing
is fetched.

Not priced, since usage does not count it: pictures, video and cached audio that are read, by their own rates, and
pages. A model with such prices only, or with a price of audio hours only, has none here. One whose entry is empty is
free of charge at its provider. Of what is billed by the call the list knows searches of the web, and of OpenAI's vector
stores, and what Mistral takes for an hour of sound; xAI's tools are priced here. Mistral's moderation is not on the
list, and what others say of its price differs: an override states it where a budget is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

import genai_prices
import msgspec
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from gateway.billing.rates import CallRates, Rates, Schedule, Tier
from gateway.core.money import NANO, Ratio, times
from gateway.core.policy import ProviderKind, ProviderPolicy
from gateway.core.usage import IN_THE_US

SOURCE: Final = f"genai-prices {genai_prices.__version__}"
CURRENCY: Final = "USD"
SECONDS_A_DAY: Final = 86400

LISTED: Final[dict[ProviderKind, str]] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
    "mistral": "mistral",
    "xai": "x-ai",
}
"""Provider kind -> genai-prices' provider. The kind decides, whatever stands behind the provider's address."""

_PRICE_KEYS: Final = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "input_audio": "input_audio_mtok",
    "output_audio": "output_audio_mtok",
    "output_image": "output_image_mtok",
}
_CALL_KEYS: Final = {"web_search": "web_searches_kcount", "file_search": "storage_searches_kcount"}
"""By the thousand."""
_AUDIO_KEY: Final = "input_audio_hours"
_CALLS_OF_XAI: Final = CallRates(web_search=5_000_000, code_session=5_000_000, file_search=2_500_000)
"""xAI's tools, which genai-prices does not have: docs.x.ai/developers/pricing, November 2026. Searches of the web agree
with `cost_in_usd_ticks` of answers."""
_BOUND: Final = 1000
"""Basis points: what is computed in one region alone is a tenth dearer, in tokens of every kind, by the providers'
documents of November 2026: Claude's `inference_geo: us` (models before Opus 4.6 take no such parameter, and
answer `not_available`), and what is asked at the addresses below. genai-prices says nothing of it; xAI's is not
confirmed by a second source. `prices.regional` of the policy says otherwise."""
_REGIONAL: Final[dict[ProviderKind, re.Pattern[str]]] = {
    "openai": re.compile(r"[a-z]{2}\.api\.openai\.com"),
    "mistral": re.compile(r"api\.(?:eu|us)\.mistral\.ai"),
    "xai": re.compile(r"us\.api\.x\.ai"),
}
"""Hosts of what computes in one region alone: developers.openai.com, data residency; docs.mistral.ai, regional
inference; docs.x.ai, regions."""
_NOT_DEARER_THERE: Final[dict[ProviderKind, re.Pattern[str]]] = {
    "openai": re.compile(
        r"(?:ft:)?(?:gpt-[34]|gpt-5(?:\.[0-3])?(?![.\d])|gpt-(?:audio|realtime|oss|image-1)|chatgpt-4|o\d|codex-mini"
        r"|computer-use|text-|omni-moderation|davinci|babbage)"
    ),
}
"""Models from before 5 March 2026, which cost the same everywhere; whoever is not among them is newer. The day is
OpenAI's word, the names are ours."""
_PLAIN_TIERS: Final = frozenset({"default", "standard", "auto", "on_demand"})


def load_list() -> None:
    """Parse the shipped list; later look-ups find it parsed."""
    get_snapshot().find_provider_model("gpt-5", None, LISTED["openai"], None)


def list_schedule(kind: ProviderKind, model: str, day: int, service_tier: str | None) -> Schedule | None:
    """List prices on that day (days since 1970, UTC); None where there is no list, or the model is not on it.

    A tier that the list does not know is charged as standard, and `source` says so.
    """
    provider_id = LISTED.get(kind)
    if provider_id is None:
        return None
    try:
        provider, found = get_snapshot().find_provider_model(model, None, provider_id, None)
    except LookupError:
        return None
    context = _context(kind, service_tier)
    if not any(own is found for own in provider.models):
        context = {}  # another provider's model, sold here: tiers are the seller's
    prices = found.get_prices(datetime.fromtimestamp(day * SECONDS_A_DAY, UTC), context)
    base, tiers = _compiled(prices)
    if base is None:
        return None
    source = _source(found, service_tier, context)
    return Schedule(currency=CURRENCY, source=source, base=base, tiers=tiers, calls=_call_rates(kind, prices))


def list_schedule_of(
    provider: ProviderPolicy, model: str, day: int, service_tier: str | None, surcharge: int | None = None
) -> Schedule | None:
    """The same, at the provider's address, where what is computed in one region alone is dearer: by `surcharge`, in
    basis points; None: as far as that is known here. What Claude computed in the United States alone costs more on top
    of any tier.
    """
    plain = None if service_tier is None else service_tier.removesuffix(IN_THE_US)
    schedule = list_schedule(provider.kind, model, day, plain)
    if provider.kind == "anthropic":
        more = 0 if plain == service_tier else _BOUND if surcharge is None else surcharge
        why = "in the US"
    else:
        more, why = _at_its_address(provider, model) if surcharge is None else surcharge, "regional address"
    return schedule if schedule is None or not more else _dearer(schedule, (10_000 + more, 10_000), why)


def _at_its_address(provider: ProviderPolicy, model: str) -> int:
    regional, same = _REGIONAL.get(provider.kind), _NOT_DEARER_THERE.get(provider.kind)
    if regional is None or regional.fullmatch(urlsplit(provider.base_url).hostname or "") is None:
        return 0
    return 0 if same is not None and same.match(model) else _BOUND


def _dearer(schedule: Schedule, ratio: Ratio, why: str) -> Schedule:
    return msgspec.structs.replace(
        schedule,
        source=f"{schedule.source}, {why}",
        base=_times(schedule.base, ratio),
        tiers=tuple(Tier(tier.above, _times(tier.rates, ratio)) for tier in schedule.tiers),
    )


def _times(rates: Rates, ratio: Ratio) -> Rates:
    """All kinds of tokens. Calls of tools are not dearer."""
    each = {name: getattr(rates, name) for name in Rates.__struct_fields__}
    return Rates(**{name: None if rate is None else times(rate, ratio) for name, rate in each.items()})


def _context(kind: ProviderKind, service_tier: str | None) -> dict[str, str]:
    if not service_tier:
        return {}
    tier = service_tier.lower()
    if tier == "batch":
        return {"processing": "batch"}
    return {"speed": tier} if kind == "anthropic" and tier == "fast" else {"service_tier": tier}


def _source(model: ModelInfo, service_tier: str | None, context: dict[str, str]) -> str:
    if not service_tier or service_tier.lower() in _PLAIN_TIERS:
        return SOURCE
    known = any(variant.when == context for variant in model.price_variants or ())
    return SOURCE if known else f"{SOURCE}, standard tier assumed"


def _compiled(prices: ModelPrice) -> tuple[Rates | None, tuple[Tier, ...]]:
    stored = {name: value for name, value in vars(prices).items() if value is not None}
    if not stored:
        return Rates(input=0, output=0), ()
    if stored.keys().isdisjoint(_PRICE_KEYS.values()):
        return None, ()
    starts = {tier.start for value in stored.values() if isinstance(value, TieredPrices) for tier in value.tiers}
    tiers = tuple(Tier(start, _rates(stored, start)) for start in sorted(starts, reverse=True))
    return _rates(stored, None), tiers


def _rates(stored: dict[str, Decimal | TieredPrices], start: int | None) -> Rates:
    """The rates of a call that reads just more than `start` tokens; None: of the shortest."""
    return Rates(**{name: _nano(stored[key], start) for name, key in _PRICE_KEYS.items() if key in stored})


def _call_rates(kind: ProviderKind, prices: ModelPrice) -> CallRates:
    if kind == "xai":
        return _CALLS_OF_XAI
    stored = {kind: getattr(prices, key, None) for kind, key in _CALL_KEYS.items()}
    rates = {kind: _nano(price / 1000, None) for kind, price in stored.items() if price is not None}
    if (hour := getattr(prices, _AUDIO_KEY, None)) is not None:
        rates["audio_second"] = round(hour * NANO / 3600)  # to a nano-dollar: no hour ends as a round second
    return CallRates(**rates)


def _nano(price: Decimal | TieredPrices, start: int | None) -> int:
    if isinstance(price, TieredPrices):
        reached = [tier.price for tier in price.tiers if start is not None and tier.start <= start]
        price = reached[-1] if reached else price.base
    nano = price * NANO
    assert nano == nano.to_integral_value(), "the list holds prices finer than a nano-dollar"
    return int(nano)
