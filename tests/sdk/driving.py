"""What all Python drivers share: a job on standard input, what was seen on standard output, both JSON.

Runs in the environment of any SDK, hence on nothing but the standard library.

    {"url": …, "key": …, "options": [option, …], "cases": [{"id": …, "model": …, "prompt": …, …}, …]}   (see `asked`)
    {option: {id: seen}}

What was seen, in no SDK's words: `text`, `finish` (raw), `calls` [{name, arguments}], `pieces` of text in a stream,
`reasoning`, `reasoning_tokens`, `input_tokens`, `output_tokens`, `dropped` (the gateway's header), `then` (the turn
after the tool results), `error` {class, status, message, retry_after}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

Seen = dict[str, Any]


class Talk(Protocol):
    """One conversation by an SDK. Both methods fill in what they saw until they are through, or the SDK raises."""

    def ask(self, seen: Seen) -> None:
        """The first turn."""

    def answer_calls(self, seen: Seen) -> None:
        """The second: the calls' results, then the model again."""


Start = Callable[[str, str, dict[str, Any], str], Talk]
"""(url, key, case, option) -> a conversation."""


def drive(start: Start, describe: Callable[[Exception], Seen]) -> None:
    """Go through the job; `describe` tells status, message and retry_after of the SDK's own exceptions."""
    job = json.load(sys.stdin)
    json.dump({option: _driven(job, option, start, describe) for option in job["options"]}, sys.stdout)


def _driven(job: dict[str, Any], option: str, start: Start, describe: Callable[[Exception], Seen]) -> dict[str, Seen]:
    told = {}
    for case in job["cases"]:
        seen: Seen = {}
        try:
            talk = start(job["url"], case.get("key", job["key"]), case, option)
            talk.ask(seen)
            if case.get("results") and seen["calls"]:
                talk.answer_calls(seen.setdefault("then", {}))
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises is what was to be seen
            package = type(error).__module__.partition(".")[0]
            seen["error"] = {"class": f"{package}.{type(error).__name__}", "message": str(error), **describe(error)}
        told[case["id"]] = seen
    return told


def functions(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The case's tools, as OpenAI's and Mistral's chats take them."""
    return [
        {
            "type": "function",
            "function": {"name": tool["name"], "description": tool["description"], "parameters": tool["schema"]},
        }
        for tool in case["tools"]
    ]


def place_schema(case: dict[str, Any]) -> dict[str, Any]:
    """The wish for an answer in the case's schema, as both take it."""
    schema = {"name": "place", "schema": case["schema"], "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def dropped(headers: Mapping[str, str] | None) -> str | None:
    """What the gateway says it could not carry."""
    return (headers or {}).get("x-gateway-dropped")


def call(name: str, arguments: Any) -> Seen:
    """A call; `arguments` is an object, or its JSON text as the wire had it."""
    return {"name": name, "arguments": json.loads(arguments) if isinstance(arguments, str) else arguments}
