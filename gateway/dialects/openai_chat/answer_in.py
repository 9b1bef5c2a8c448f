"""A body that came whole, read: one big delta a choice.

Invariants
- The same assembly as for streams, so that both tell the same answer.
- An error under status 200 is Failed; a body without choices is nonsense.
"""

from __future__ import annotations

import msgspec

from gateway.core.events import Ended, Event, Failed, OpaqueEvent, UsageReported
from gateway.core.messages import Dialect
from gateway.dialects.openai_chat.assembly import Assembler
from gateway.dialects.openai_chat.lenient import lenient_choices, nonsense, started
from gateway.dialects.openai_chat.refusals import read_error, tells_error
from gateway.dialects.openai_chat.usage import read_usage
from gateway.dialects.openai_chat.wire import decode_tree


def decode_answer(body: bytes, dialect: Dialect = "openai_chat") -> list[Event]:
    """The events of `body`; raises UpstreamNonsense."""
    try:
        tree = decode_tree(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise nonsense("the body is not JSON") from None
    if type(tree) is not dict:
        raise nonsense("the body is no object")
    if tells_error(tree):
        return [Failed(read_error(tree))]
    choices = lenient_choices(tree)
    if not choices:
        raise nonsense("it has no choices")
    start = started(tree)
    events: list[Event] = [start]
    assembler = Assembler(dialect, start)
    for choice in choices:
        assembler.take_lenient(choice, events)
    for left in assembler.choices.values():
        if not left.finished:
            assembler.finish(left, None, None, events)
    tier = tree.get("service_tier")
    usage = read_usage(tree.get("usage"), tier if type(tier) is str else None)
    if usage is not None:
        events.append(UsageReported(usage))
    extra = {name: tree[name] for name in ("citations", "moderation") if tree.get(name)}
    if extra:
        events.append(OpaqueEvent(dialect, {"body": extra}))
    events.append(Ended())
    return events
