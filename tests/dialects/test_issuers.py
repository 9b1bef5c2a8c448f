"""What only its issuer can read is carried to its issuer alone, and only where there is something to carry."""

from __future__ import annotations

import pytest

from gateway.core.messages import (
    Conversation,
    Dialect,
    Message,
    Opaque,
    Part,
    ProviderState,
    Reasoning,
    ServerTool,
    Text,
    ToolCall,
    ToolResult,
)
from gateway.dialects.issuers import carried_whole

SIGNED = ProviderState("anthropic", "signature", "s")
CITED = Text(text="a", citations=(("anthropic", {}),))
OPAQUE = Opaque(dialect="anthropic", value={})
SEARCH = ServerTool(dialect="anthropic", type="web_search", value={})


def holding(*parts: Part, tools: tuple[ServerTool, ...] = ()) -> Conversation:
    message = Message(role="assistant", parts=parts)  # type: ignore[arg-type]
    return Conversation(model="m", messages=(message,), tools=tools)


def test_nothing_is_carried_where_nothing_is() -> None:
    assert carried_whole(holding(Text(text="a")), "anthropic") == set()


@pytest.mark.parametrize(
    ("part", "feature"),
    [
        (Reasoning(text="a", provider_state=SIGNED), "reasoning_replay"),
        (Text(text="a", provider_state=SIGNED), "reasoning_replay"),
        (ToolCall(id="c", name="f", arguments="{}", provider_state=SIGNED), "reasoning_replay"),
        (CITED, "citations_replay"),
        (OPAQUE, "opaque_part"),
        (ToolResult(call_id="c", parts=(OPAQUE,)), "opaque_part"),
    ],
    ids=repr,
)
@pytest.mark.parametrize(("target", "carried"), [("anthropic", True), ("gemini", False)])
def test_each_goes_to_its_issuer_alone(part: Part, feature: str, target: Dialect, carried: bool) -> None:
    assert carried_whole(holding(part), target) == ({feature} if carried else set())


def test_a_tool_of_the_provider_goes_to_its_issuer_alone() -> None:
    assert carried_whole(holding(tools=(SEARCH,)), "anthropic") == {"server_tool"}
    assert carried_whole(holding(tools=(SEARCH,)), "openai_responses") == set()


@pytest.mark.parametrize(
    "other",
    [
        Reasoning(text="unsigned"),
        Reasoning(text="a", provider_state=ProviderState("gemini", "thoughtSignature", "t")),
    ],
    ids=["unsigned", "another's"],
)
def test_all_or_not_at_all(other: Reasoning) -> None:
    assert carried_whole(holding(Reasoning(text="a", provider_state=SIGNED), other), "anthropic") == set()
