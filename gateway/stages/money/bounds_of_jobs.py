"""What a job may come to at most, by what its request says."""

from __future__ import annotations

from msgspec.structs import replace

from gateway.core.jobs import UpperBound
from gateway.core.objects import EarlierAnswers, read_in_all
from gateway.core.policy import Target
from gateway.core.usage import NO_CALLS, read_calls
from gateway.dialects.billed_calls import bills_sound_by_length, calls_allowed
from gateway.dialects.bounds import read_at_most
from gateway.dialects.longest_answers import longest_answer
from gateway.dialects.objects import bound_inline
from gateway.exchange import Exchange


def said_in_background(exchange: Exchange, target: Target) -> int:
    """Tokens that an answer may come to that goes on though nobody listens: the client's limit, else its model's."""
    return exchange.envelope.max_output_tokens or longest_answer(target.model, target.context)


def bound_of_answer(exchange: Exchange, target: Target) -> UpperBound:
    """Of an answer that is made in the background."""
    calls = calls_allowed(exchange.tree, target.model) or NO_CALLS
    return UpperBound(1, read_at_most(exchange.body), said_in_background(exchange, target), calls)


async def bound_with_kept(exchange: Exchange, target: Target, earlier: EarlierAnswers, presumed: int) -> UpperBound:
    """The same, with what the request names instead of sending it, which is presumed to come to `presumed` in all."""
    bound = bound_of_answer(exchange, target)
    return replace(bound, input_tokens=await read_in_all(earlier, exchange.owned_objects, presumed, bound.input_tokens))


def bound_of_batch(exchange: Exchange, model: str) -> UpperBound | None:
    """Of the batch's own requests and of its files, for `model`, which they may not name; None where one of these was
    never read for that.
    """
    bound = bound_inline(exchange.tree)
    for file in exchange.owned_objects:
        if file.kind == "file" and file.model is not None:
            if file.asked_answers is None or file.asked_input is None or file.asked_output is None:
                return None
            calls = read_calls(file.asked_calls) or NO_CALLS
            bound = (bound or UpperBound()) + UpperBound(file.asked_answers, file.asked_input, file.asked_output, calls)
    bound = bound or UpperBound()
    if bound.calls.audio_second and not bills_sound_by_length(model):
        bound = replace(bound, calls=replace(bound.calls, audio_second=0))
    return bound
