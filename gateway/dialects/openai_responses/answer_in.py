"""A body that came whole, read.

Invariants
- The same blocks as in a stream, so that both tell the same answer.
- A failed response, and an error under status 200, is Failed; a body without output is nonsense.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.events import Ended, Event, Failed, Started, UsageReported
from gateway.core.usage import NO_CALLS, Calls, count
from gateway.dialects.openai_chat.refusals import read_error
from gateway.dialects.openai_responses.blocks_in import OutputReader
from gateway.dialects.openai_responses.encryption import Issuer
from gateway.dialects.openai_responses.endings import failed, finished
from gateway.dialects.openai_responses.usage import read_usage
from gateway.dialects.openai_responses.wire import decode_tree, nonsense, objects, text_of


def decode_answer(body: bytes, issuer: Issuer) -> list[Event]:
    """The events of `body`, which `issuer` answered; raises UpstreamNonsense."""
    try:
        tree = decode_tree(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise nonsense("the body is not JSON") from None
    if type(tree) is not dict:
        raise nonsense("the body is no object")
    if tree.get("status") == "failed":
        return [*accounted(tree), failed(tree.get("error"), native=True)]
    if tree.get("error") and "output" not in tree:
        return [Failed(read_error(tree))]
    if "output" not in tree:
        raise nonsense("it has no output")
    reader = OutputReader(issuer)
    reader.start = started(tree)
    events: list[Event] = [reader.start]
    for index, item in enumerate(objects(tree["output"], "output")):
        reader.done(index, item, events)
    events += accounted(tree)
    events.append(finished(tree, called=reader.called, refused=reader.refused))
    events.append(Ended())
    return events


def started(response: dict[str, Any]) -> Started:
    """Who answers, as far as `response` says so."""
    created = count(response.get("created_at"))
    return Started(text_of(response.get("id")), text_of(response.get("model")), created or None)


def accounted(response: dict[str, Any], seen: Calls = NO_CALLS) -> list[Event]:
    usage = read_usage(response, seen)
    return [] if usage is None else [UsageReported(usage)]
