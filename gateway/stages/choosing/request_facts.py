"""What conditions and capabilities ask of a request. Implements `routing.conditions.Facts`."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from gateway.core.messages import Conversation, Media, Message, Text, ToolResult
from gateway.core.reporting import zone
from gateway.core.routes import Feature, Language
from gateway.core.tags import parted
from gateway.errors import GatewayError
from gateway.exchange import Exchange
from gateway.routing.language import language_of

_KINDS: dict[str, Feature] = {"image": "images", "audio": "audio", "video": "files", "document": "files"}


class RequestFacts:
    """Of one request, each fact found out when it is first asked for."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.data_class = exchange.team.data_class
        self.size = len(exchange.body)
        self.stream = exchange.envelope.stream

    @property
    def personal_data(self) -> bool:
        redacted = getattr(self._exchange, "redacted", None)
        return redacted is not None and bool(redacted.found)

    @property
    def tags(self) -> dict[str, str]:
        return parted(self._exchange.record.tags)

    @property
    def minute(self) -> int:
        exchange = self._exchange
        local = datetime.fromtimestamp(exchange.record.at, zone(exchange.policy.reporting.timezone))
        return local.hour * 60 + local.minute

    @cached_property
    def language(self) -> Language | None:
        try:
            request = self._exchange.request
        except GatewayError:
            return None
        if not isinstance(request, Conversation):
            return language_of("\n".join(request.texts))
        said = (message for message in reversed(request.messages) if message.role == "user")
        texts = ("\n".join(part.text for part in message.parts if isinstance(part, Text)) for message in said)
        return language_of(next((text for text in texts if text), ""))

    @cached_property
    def features(self) -> frozenset[Feature]:
        try:
            request = self._exchange.request
        except GatewayError:  # Call says what is wrong with it
            return frozenset()
        if not isinstance(request, Conversation):
            return frozenset()
        found: set[Feature] = set()
        if request.tools:
            found.add("tools")
        if request.response_format is not None and request.response_format.schema is not None:
            found.add("schema")
        for message in request.messages:
            found |= _kinds(message)
        return frozenset(found)


def _kinds(message: Message) -> set[Feature]:
    parts = [inner for part in message.parts for inner in (part.parts if isinstance(part, ToolResult) else (part,))]
    return {_KINDS.get(part.kind, "files") for part in parts if isinstance(part, Media)}
