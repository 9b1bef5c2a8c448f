"""What a request may come to before anybody has counted it: for many at once, from their bodies alone.

Promise: never less than what a provider bills, but for pictures beyond the providers' own formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from gateway.core.jobs import UpperBound
from gateway.core.usage import NO_CALLS
from gateway.dialects.billed_calls import calls_allowed, seconds_at_most
from gateway.dialects.claims import whole_number

MOST_OUTPUT: Final = 8192
"""Tokens that an answer may have where its request sets no limit."""
BYTES_A_TOKEN: Final = 3
"""Of a body: markup, escapes and languages of long characters all come to more."""
SOME: Final = 16
"""Tokens that stand around the shortest request."""
PLAIN_BYTES: Final = 64 * 1024
"""A longer body may be mostly pictures, which are not billed by their bytes."""
A_PICTURE: Final = 3000
"""Tokens, with some to spare, at the providers' formulas."""

_LIMITS: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens", "maxOutputTokens")
_COUNTS: Final = ("n", "best_of", "candidateCount")
"""Answers that are made, and billed, of one request; `best_of` shows a part of them."""
_DATA: Final = 4096
"""Characters without a blank, from which a text is taken for a file in base64."""
_MOST: Final = 2**31
_MOST_ANSWERS: Final = 128


def read_at_most(body: bytes) -> int:
    """Tokens that a request of these bytes is billed as input, counted high and in microseconds: nothing is decoded."""
    if len(body) <= PLAIN_BYTES:
        return len(body) // BYTES_A_TOKEN + SOME
    pictures = pictures_in(body)
    return (min(len(body), PLAIN_BYTES) if pictures else len(body)) // BYTES_A_TOKEN + pictures * A_PICTURE


def prompts_in(body: dict[str, Any]) -> int:
    """Of a legacy completion, which answers each prompt of a list; a list of numbers is one prompt in tokens."""
    prompt = body.get("prompt")
    return len(prompt) if type(prompt) is list and prompt and type(prompt[0]) is not int else 1


def pictures_in(body: bytes) -> int:
    return body.count(b'"image') + body.count(b"inlineData") + body.count(b"inline_data")


def bound_of(body: dict[str, Any], length: int, *, says_nothing: bool = False) -> UpperBound:
    """Of one request, `length` bytes long; `says_nothing`: its answer is no text.

    A request that names no model is asked of its job's: it has the seconds of its sound, for those that bill these.
    """
    settings = body.get("generationConfig")
    places = (body, settings) if type(settings) is dict else (body,)
    each = max((_whole(place.get(name), _MOST_ANSWERS) for place in places for name in _COUNTS), default=0) or 1
    answers = each * prompts_in(body)
    told = [most for place in places for name in _LIMITS if (most := _whole(place.get(name), _MOST))]
    said = 0 if says_nothing else (max(told) if told else MOST_OUTPUT) * answers
    model = str(body.get("model") or "")
    calls = calls_allowed(body, model) or NO_CALLS
    if not model and (seconds := seconds_at_most(body)):
        calls = msgspec.structs.replace(calls, audio_second=seconds)
    return UpperBound(answers, _read(body, length), said, calls)


def _read(body: dict[str, Any], length: int) -> int:
    if length <= PLAIN_BYTES:
        return length // BYTES_A_TOKEN + SOME
    written = pictures = 0
    for text in _texts(body):
        if len(text) >= _DATA and " " not in text:
            pictures += 1
        else:
            written += len(text.encode("utf-8", "replace"))
    return written // BYTES_A_TOKEN + SOME + pictures * A_PICTURE


def _texts(tree: Any) -> Iterator[str]:
    """Every string in the tree, and every name."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if type(each) is str:
            yield each
        elif type(each) is dict:
            yield from each
            waiting.extend(each.values())
        elif type(each) is list:
            waiting.extend(each)


def _whole(value: Any, most: int) -> int:
    return min(max(whole_number(value) or 0, 0), most)
