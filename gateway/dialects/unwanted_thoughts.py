"""Thoughts that the client said it does not want to see.

Models think that were told not to, and local servers show what they thought. Whoever says nothing is shown it: the
API of the newest Claude begins with a block of thinking there, too. Whoever says `disabled` reads the first block as
the answer, as the API has promised him. So the text of such thoughts is left out, and told as `answer.reasoning`.
Signatures stay, without which a conversation with tools could not go on; but for Claude's, which hold for the text.

Clients of OpenAI's dialects find thoughts in a place of their own, where they are in nobody's way: an effort of `none`
leaves them there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.core.events import BlockOpened, Delta, Event, Signed
from gateway.core.messages import Dialect
from gateway.dialects.losses import Loss


def wants_no_thoughts(client: Dialect, request: dict[str, Any]) -> bool:
    """Whether the client's own request says so. Notes between calls (`between_tools`) are wanted thoughts."""
    match client, request:
        case "anthropic", {"thinking": {"type": "disabled"} | {"display": "omitted"}}:
            return True
        case "mistral", {"reasoning_effort": "none"}:
            return True
        case "openai_chat", {"reasoning": {"exclude": True}}:  # as OpenRouter's clients ask
            return True
        case "gemini", {"generationConfig": dict(config)} | {"generation_config": dict(config)}:
            thinking = config.get("thinkingConfig", config.get("thinking_config"))
            return type(thinking) is dict and False in (
                thinking.get("includeThoughts"),
                thinking.get("include_thoughts"),
            )
        case _:
            return False


class UnwantedThoughts:
    """Of one answer."""

    __slots__ = ("_left_out", "losses")

    def __init__(self) -> None:
        self._left_out: dict[int, bool] = {}
        """Of each block of reasoning, whether it said something."""
        self.losses: list[Loss] = []
        """What was left out so far."""

    def without(self, events: Iterable[Event]) -> list[Event]:
        """The events but for what reasoning says."""
        return [event for event in events if not self._is_unwanted(event)]

    def _is_unwanted(self, event: Event) -> bool:
        match event:
            case BlockOpened(kind="reasoning"):
                self._left_out[event.block] = False
                return False
            case Delta() if event.block in self._left_out:
                if event.text:
                    self._left_out[event.block] = True
                    self.losses = [Loss(("answer", "reasoning"), "reasoning", "dropped", "the client wants none")]
                return True
            case Signed():
                return event.provider_state.dialect == "anthropic" and self._left_out.get(event.block, False)
            case _:
                return False
