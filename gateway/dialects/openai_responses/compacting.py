"""`POST /v1/responses/compact`: a conversation made shorter by the provider, which alone can read the result. Relayed.

Source: the types of openai 3.54.
"""

from __future__ import annotations

from typing import Any

from gateway.core.events import Ended, Event, Started, UsageReported
from gateway.dialects.codec import Envelope
from gateway.dialects.openai_responses.usage import read_usage
from gateway.dialects.relayed import RelayedProvider, checked_model
from gateway.dialects.unstreamed import answer_object, nonsense
from gateway.errors import BadParameter


def read_envelope(tree: dict[str, Any]) -> Envelope:
    """Raises BadParameter."""
    model = checked_model(tree)
    given = tree.get("input")
    if given is None and tree.get("previous_response_id") is None:
        raise BadParameter("input must be a text or an array of items.", param="input")
    if given is not None and type(given) not in {str, list}:
        raise BadParameter("input must be a text or an array of items.", param="input")
    return Envelope(model=model)


class CompactProvider(RelayedProvider):
    """`gateway.dialects.codec.ProviderCodec`."""

    def decode_answer(self, body: bytes) -> list[Event]:
        tree = answer_object(body)
        if type(tree.get("output")) is not list:
            raise nonsense("it has no output")
        usage = read_usage(tree)
        return [Started(), *([] if usage is None else [UsageReported(usage)]), Ended()]
