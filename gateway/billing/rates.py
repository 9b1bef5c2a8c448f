"""What a token of each kind costs, as integers, and what a call comes to.

Promise: the same usage at the same rates is the same amount on every machine: integers until the end, and one
rounding, half up, to the nano-unit.

Conventions, those of genai-prices and of `core.usage`: input counts everything that was read, cached and written
tokens included; output counts everything that was produced. A kind without a rate of its own is charged at the rate
of what contains it: cached and written tokens and audio as input, the hour's cache as the short one.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.core.usage import Usage

PER: Final = 1_000_000
"""Rates are per this many tokens."""


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Nano-units of a currency per million tokens, all ≥ 0. `input` or `output` None: that side has no price."""

    input: int | None = None
    output: int | None = None
    cached_input: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    input_audio: int | None = None
    output_audio: int | None = None


class Tier(msgspec.Struct, frozen=True):
    """These rates hold for all tokens of a call that reads more than `above` tokens."""

    above: int
    rates: Rates


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """One model's prices for a day: `tiers` by length of context, the highest first."""

    currency: str
    source: str
    base: Rates
    tiers: tuple[Tier, ...] = ()


def amount(schedule: Schedule, usage: Usage) -> int | None:
    """Nano-units of `schedule.currency`, or None where tokens were used that have no price.

    Counts that contradict each other (more cached than read) are charged kind by kind; none becomes negative.
    """
    rates = schedule.base
    for tier in schedule.tiers:
        if usage.input_tokens > tier.above:
            rates = tier.rates
            break
    total = 0
    if usage.input_tokens:
        if rates.input is None:
            return None
        total += _input(rates, rates.input, usage)
    if usage.output_tokens:
        if rates.output is None:
            return None
        audio = 0
        if rates.output_audio is not None and usage.output_audio_tokens:
            audio = min(usage.output_audio_tokens, usage.output_tokens)
            total += audio * rates.output_audio
        total += (usage.output_tokens - audio) * rates.output
    return (2 * total + PER) // (2 * PER)


def _input(rates: Rates, plain_rate: int, usage: Usage) -> int:
    plain = usage.input_tokens
    total = 0
    if rates.cached_input is not None and usage.cached_tokens:
        plain -= usage.cached_tokens
        total += usage.cached_tokens * rates.cached_input
    if rates.cache_write is not None and usage.cache_write_tokens:
        plain -= usage.cache_write_tokens
        long = min(usage.cache_write_1h_tokens, usage.cache_write_tokens) if rates.cache_write_1h is not None else 0
        total += (usage.cache_write_tokens - long) * rates.cache_write
        if rates.cache_write_1h is not None:
            total += long * rates.cache_write_1h
    plain = max(plain, 0)
    if rates.input_audio is not None and usage.input_audio_tokens:
        # Nobody tells how much of the audio was cached; what is cached has been charged as such already.
        audio = min(usage.input_audio_tokens, plain)
        plain -= audio
        total += audio * rates.input_audio
    return total + plain * plain_rate
