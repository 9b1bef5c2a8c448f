"""What every SDK asks of every provider: one table of cases, sent to the drivers as JSON.

A driver knows only how its SDK says a thing; what is asked stands here, what must come of it in `judging`.

    prompt      the user's text; it steers the simulated providers (`gateway.providers.simulated.answering`)
    stream      asked as a stream                    usage       … and for usage within it
    tools       the tools offered                    results     tool name -> what it answers to its call
    image       a PNG, base64                        schema      JSON Schema of the answer
    reasoning   whether the model shall think        key         in place of the right key
"""

from __future__ import annotations

from typing import Any

import msgspec

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""One pixel."""

PLACE: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Bern"]}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
TOOLS = [
    {"name": "weather", "description": "The weather to come.", "schema": PLACE},
    {"name": "clock", "description": "The time of day.", "schema": PLACE},
]
RESULTS = {"weather": "rain at 7 degrees", "clock": "half past noon"}
ARGUMENTS = {"city": "Bern", "days": 4}
ONE_CALL = 'use tool weather with {"city": "Bern", "days": 4}'

CONTENT: dict[str, dict[str, Any]] = {
    "plain": {"prompt": "Hello out there"},
    "stream": {"prompt": "stream 20 chunks", "stream": True},
    "usage": {"prompt": "stream 20 chunks", "stream": True, "usage": True},
    "tools": {"prompt": ONE_CALL, "tools": TOOLS, "results": RESULTS},
    "streamed tools": {"prompt": ONE_CALL, "tools": TOOLS, "results": RESULTS, "stream": True},
    "parallel tools": {"prompt": "use tools weather and clock", "tools": TOOLS, "results": RESULTS},
    "image": {"prompt": "What is this?", "image": PNG},
    "schema": {"prompt": "Where to, and for how long?", "schema": PLACE},
    "reasoning": {"prompt": "Think it over", "reasoning": True},
    "reasoning and tools": {"prompt": ONE_CALL, "tools": TOOLS, "results": RESULTS, "reasoning": True},
}
"""Cases whose answer has content."""

FAULTS = {"429": "+status=429+retry-after=7", "500": "+status=500", "cut": "+cut-after=3"}
"""What follows the model's name, so that the simulated provider fails."""

ERRORS: dict[str, dict[str, Any]] = {
    "401": {"prompt": "Hello", "key": "gwk_dev_of-nobody"},
    "404": {"prompt": "Hello"},
    "429": {"prompt": "Hello"},
    "500": {"prompt": "Hello"},
    "cut": {"prompt": "stream 20 chunks", "stream": True},
}
"""Cases that must end in the SDK's own exception."""

CASES = (*CONTENT, *ERRORS)

MANY_TOKENS = 2000
FEW_TOKENS = 50
REAL_TOKENS = {"schema": 200, "reasoning": MANY_TOKENS, "reasoning and tools": MANY_TOKENS}
"""What a real engine may say where FEW_TOKENS of nonsense are not enough: a whole object, more than is for thinking."""


class Asked(msgspec.Struct, frozen=True):
    """A provider of the tests' policy (`tests.support.running.policy_for`) and a model of it."""

    provider: str
    model: str
    title: str
    real: bool = False
    """A real engine: its model talks nonsense and fails on no one's wish, so only shapes can be asserted."""

    @property
    def cases(self) -> tuple[str, ...]:
        return tuple(CONTENT) if self.real else CASES

    def case(self, name: str) -> dict[str, Any]:
        """The case as drivers get it."""
        model = "nobody/has-this" if name == "404" else f"{self.provider}/{self.model}{FAULTS.get(name, '')}"
        limit = REAL_TOKENS.get(name, FEW_TOKENS) if self.real else MANY_TOKENS
        wanted = (CONTENT | ERRORS)[name]
        return {"id": f"{self.provider}: {name}", "model": model, "max_tokens": limit, **wanted}


PROVIDERS = (
    Asked("openai", "gpt-5-mini", "OpenAI"),
    Asked("claude", "claude-sonnet-4-5", "Claude"),
    Asked("gemini", "gemini-2.5-flash", "Gemini"),
    Asked("mistral", "mistral-large-latest", "Mistral"),
    Asked("grok", "grok-4", "Grok"),
    Asked("sim", "qwen3", "local"),
    Asked("gpu", "random-bytes", "llama.cpp", real=True),
)
