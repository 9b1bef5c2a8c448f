"""Usage that no call can have had: what a broken server tells must not eat a team's budget.

Invariants
- Whatever a provider may really bill is believed: by its whole context read over and over (tools of its own, answers
  that it keeps, files by their ids), by pictures and documents, by answers of which most is hidden reasoning.
- What is not believed counts as not told: it is counted from the texts, and the row says that it is an estimate.
- Of a job, whose texts are gone by then, what was held for it is taken in its place (`core.jobs.UpperBound`). Of
  advice, whose texts nobody has, nothing is.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from gateway.core.jobs import Job
from gateway.core.usage import Usage
from gateway.dialects.batch_lines import MAX_LINES
from gateway.dialects.billed_calls import calls_allowed
from gateway.exchange import Exchange
from gateway.telemetry import logs

ALWAYS_BELIEVED: Final = 2**18
"""Tokens: so many one call may well have used, and a few dollars are no budget."""
LARGEST_CONTEXT: Final = 2_000_000
"""Tokens, of the models that vendors sell; a server of one's own with more says so (`context` of its target)."""
READINGS: Final = 16
"""How often a provider's own tools may have the context read in one call, and more."""
FACTOR: Final = 4
"""More tokens than bytes were sent, or than were allowed for the answer: by so much nobody counts differently."""
_MORE_THAN_TEXT: Final = (
    *(b"_id", b"Id", b"image", b"nline", b"file", b"audio", b"video", b"document", b"url", b"://"),
    *(b"conversation", b"cachedContent", b"container", b"item_reference", b"compaction"),
)
"""Where a body has one of these, even as a word, it may stand for more than its bytes."""
_NOTHING_READ: Final = dict.fromkeys(
    (
        *("input_tokens", "cached_tokens", "cache_write_tokens", "cache_write_1h_tokens"),
        *("input_audio_tokens", "tool_prompt_tokens"),
    ),
    0,
)
_NOTHING_SAID: Final = dict.fromkeys(
    ("output_tokens", "reasoning_tokens", "output_audio_tokens", "output_image_tokens"), 0
)


def believable_usage(exchange: Exchange, usage: Usage) -> Usage:
    """The same object where it can be; else without the side that cannot, marked as an estimate."""
    if usage.input_tokens <= ALWAYS_BELIEVED and usage.output_tokens <= ALWAYS_BELIEVED:
        return usage
    context = _context(exchange)
    most_read, most_said = _most_read(exchange, context), _most_said(exchange, context)
    return _without_what_cannot_be(usage, max(ALWAYS_BELIEVED, most_read), max(ALWAYS_BELIEVED, most_said))


def usage_so_far(exchange: Exchange) -> Usage:
    """What is believable of what the provider told last. `Account`, which puts it into the record, is settled late."""
    told = exchange.trail.told
    return believable_usage(exchange, exchange.record.usage if told is None else told.usage)


def believable_advice(used: Usage) -> Usage:
    """The same, of a model that was asked for advice while another answered."""
    return _without_what_cannot_be(used, READINGS * LARGEST_CONTEXT, LARGEST_CONTEXT)


def believable_in_job(job: Job, used: Usage, answers: int) -> Usage:
    """Of a batch, or of an answer made in the background, by what so many answers could come to at most. The same
    object where that can be; else with what was held in place of the side that cannot, marked as an estimate.
    """
    number = min(max(job.answers or answers, 1), MAX_LINES)
    if used.input_tokens > number * READINGS * LARGEST_CONTEXT:
        used = replace(used, **{**_NOTHING_READ, "input_tokens": job.input_tokens}, estimated=True)
    if used.output_tokens > number * LARGEST_CONTEXT:
        used = replace(used, **{**_NOTHING_SAID, "output_tokens": job.output_tokens}, estimated=True)
    return used


def tell_unbelievable(row_id: str, provider: str | None, model: str | None, told: Usage) -> None:
    """Operators, of what the row is without."""
    logs.warning(
        logs.USAGE_UNBELIEVABLE,
        request_id=row_id,
        provider=provider,
        model=model,
        input_tokens=told.input_tokens,
        output_tokens=told.output_tokens,
    )


def _without_what_cannot_be(used: Usage, most_read: int, most_said: int) -> Usage:
    if used.input_tokens > most_read:
        used = replace(used, **_NOTHING_READ, estimated=True)
    if used.output_tokens > most_said:
        used = replace(used, **_NOTHING_SAID, estimated=True)
    return used


def _context(exchange: Exchange) -> int:
    record = exchange.record
    told = [
        attempt.target.context or LARGEST_CONTEXT
        for attempt in exchange.attempts
        if (attempt.target.provider, attempt.target.model) == (record.provider, record.model)
    ]
    return max(told, default=LARGEST_CONTEXT)


def _most_read(exchange: Exchange, context: int) -> int:
    body = exchange.body
    says_it_all = not any(word in body for word in _MORE_THAN_TEXT)
    if says_it_all and calls_allowed(exchange.tree, exchange.record.model or "") is None:
        return FACTOR * len(body)
    return READINGS * context


def _most_said(exchange: Exchange, context: int) -> int:
    envelope = exchange.envelope
    allowed = envelope.max_output_tokens
    return (context if allowed is None else FACTOR * allowed) * max(envelope.candidates, 1)
