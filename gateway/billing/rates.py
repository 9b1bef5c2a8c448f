"""What a token of each kind costs, as integers, and what a call comes to.

Promise: the same usage at the same rates is the same amount on every machine: integers until the end, and one
rounding, half up, to the nano-unit.

Conventions, those of genai-prices and of `core.usage`: input counts everything that was read, cached and written
tokens included; output counts everything that was produced. A kind without a rate of its own is charged at the rate
of what contains it: cached and written tokens and audio as input, audio and pictures as output, the hour's cache as
the short one. What is billed by the call has a rate a call, by kind; a kind without one adds nothing, and is told
(`unpriced_calls`).
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.core.bills import Meters
from gateway.core.usage import CALL_KINDS, Calls, Usage

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
    output_image: int | None = None


class CallRates(msgspec.Struct, frozen=True, kw_only=True):
    """Nano-units of a currency a call, all ≥ 0, by the kinds of `core.usage.Calls`. None: that kind has no price."""

    web_search: int | None = None
    file_search: int | None = None
    code_session: int | None = None
    image: int | None = None
    map_search: int | None = None
    source: int | None = None
    connector: int | None = None
    audio_second: int | None = None


assert CallRates.__struct_fields__ == CALL_KINDS, "each kind has its rate"
NO_CALL_RATES: Final = CallRates()
FREE_CALLS: Final = CallRates(**dict.fromkeys(CALL_KINDS, 0))


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
    calls: CallRates = NO_CALL_RATES
    """Whatever the length of the context."""

    @property
    def free(self) -> bool:
        """Whether the model costs nothing, whatever it reads and writes. Calls of tools may cost all the same."""
        every = (self.base, *(tier.rates for tier in self.tiers))
        return not any(rate for rates in every for rate in msgspec.structs.astuple(rates))


def amount(schedule: Schedule, usage: Usage) -> int | None:
    """Nano-units of `schedule.currency`, or None where tokens were used that have no price."""
    metered = meters(schedule, usage)
    return None if metered is None else metered.total


def meters(schedule: Schedule, usage: Usage) -> Meters | None:
    """The amount, part by part; None where tokens were used that have no price.

    Counts that contradict each other (more cached than read) are charged kind by kind; none becomes negative.
    """
    rates = schedule.base
    for tier in schedule.tiers:
        if usage.input_tokens > tier.above:
            rates = tier.rates
            break
    plain = read = written = output = 0
    if usage.input_tokens:
        if rates.input is None:
            return None
        plain, read, written = _input(rates, rates.input, usage)
    if usage.output_tokens:
        if rates.output is None:
            return None
        rest = usage.output_tokens
        for told, rate in (
            (usage.output_audio_tokens, rates.output_audio),
            (usage.output_image_tokens, rates.output_image),
        ):
            if rate is not None and told:
                some = min(told, rest)
                rest -= some
                output += some * rate
        output += rest * rates.output
    # Running sums are rounded and the parts are their differences: so the parts add up to the one rounded total.
    upto_plain = _rounded(plain)
    upto_read = _rounded(plain + read) if read else upto_plain
    upto_written = _rounded(plain + read + written) if written else upto_read
    total = _rounded(plain + read + written + output)
    calls = 0 if usage.calls is None else _of_calls(schedule.calls, usage.calls)
    return Meters(upto_plain, upto_read - upto_plain, upto_written - upto_read, total - upto_written, calls)


def unpriced_calls(schedule: Schedule, usage: Usage) -> tuple[str, ...]:
    """The kinds of calls that were made and have no price."""
    calls, rates = usage.calls, schedule.calls
    if calls is None:
        return ()
    return tuple(kind for kind in CALL_KINDS if getattr(calls, kind) and getattr(rates, kind) is None)


def _of_calls(rates: CallRates, calls: Calls) -> int:
    each = zip(msgspec.structs.astuple(calls), msgspec.structs.astuple(rates), strict=True)
    return sum(count * rate for count, rate in each if rate is not None)


def _rounded(scaled: int) -> int:
    return (2 * scaled + PER) // (2 * PER)


def _input(rates: Rates, plain_rate: int, usage: Usage) -> tuple[int, int, int]:
    """(plain, read from a cache, written to one), in nano-units times PER.

    Cached and written tokens without a rate of their own are still told apart, at the plain rate.
    """
    plain = usage.input_tokens
    read = written = 0
    if usage.cached_tokens:
        plain -= usage.cached_tokens
        read = usage.cached_tokens * (plain_rate if rates.cached_input is None else rates.cached_input)
    if usage.cache_write_tokens:
        plain -= usage.cache_write_tokens
        short_rate = plain_rate if rates.cache_write is None else rates.cache_write
        long_rate = short_rate if rates.cache_write_1h is None else rates.cache_write_1h
        long = min(usage.cache_write_1h_tokens, usage.cache_write_tokens)
        written = (usage.cache_write_tokens - long) * short_rate + long * long_rate
    plain = max(plain, 0)
    audio_cost = 0
    if rates.input_audio is not None and usage.input_audio_tokens:
        # How much of the audio was cached only Gemini tells, and usage does not keep it: what is cached has been
        # charged as cached text, and the rest is taken for audio first.
        audio = min(usage.input_audio_tokens, plain)
        plain -= audio
        audio_cost = audio * rates.input_audio
    return audio_cost + plain * plain_rate, read, written
