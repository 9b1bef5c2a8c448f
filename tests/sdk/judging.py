"""What must come of each case: judges what a driver saw.

Invariants
- `carried`: the content that the provider gave is there, whole and typed, and the gateway declared no loss.
- `approximated`: the same, and the gateway declared in `x-gateway-dropped` what it could only come near to.
- `refused`: the gateway said 400 and named the field; nothing was asked of a provider.
- Anything else is an AssertionError.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import msgspec

from tests.sdk.asked import ARGUMENTS, CASES, CONTENT, RESULTS, Asked

Outcome = Literal["carried", "approximated", "refused", "beyond the model"]
"""The last: the real engine was reached, but its random model cannot do the thing: see images, write an object."""

ENDED = {"stop", "end_turn", "STOP", "completed"}
CALLED = {"tool_calls", "tool_use", "tool-calls", "STOP", "completed"}
CUT_SHORT = {"length", "max_tokens", "MAX_TOKENS", "incomplete"}
_WORDS = " ".join(f"word{number}" for number in range(20))
_BEYOND = ("image input is not supported", "No object generated")
"""llama.cpp without an image projector; the AI SDK, where it turned a schema into a tool that was not called."""


class Fails(msgspec.Struct, frozen=True):
    """The classes that the SDK's exception may have in each case of `ERRORS`."""

    classes: dict[str, tuple[str, ...]]


def judge(asked: Asked, case: str, seen: dict[str, Any], fails: Fails) -> Outcome:
    """The outcome; raises AssertionError where something is missing, or was lost without a word."""
    if case not in CONTENT:
        _judge_error(case, seen, fails)
        return "carried"
    if "error" in seen:
        return _judge_refusal(asked, seen)
    assert case in CASES
    if asked.real:
        _judge_shape(case, seen)
    else:
        _judge_content(case, seen)
    lost = [turn["dropped"] for turn in (seen, seen.get("then", {})) if turn.get("dropped")]
    return "approximated" if lost else "carried"


def _judge_content(case: str, seen: dict[str, Any]) -> None:
    text = seen["text"] or ""
    if "tools" in case:
        wanted = ["weather", "clock"] if case == "parallel tools" else ["weather"]
        assert [call["name"] for call in seen["calls"]] == wanted, seen
        assert seen["finish"] in CALLED, seen
        for call in seen["calls"]:
            assert call["arguments"] == (ARGUMENTS if case != "parallel tools" else {"city": "Bern", "days": 1}), seen
        then = seen["then"]
        for name in wanted:
            assert f"{name}: " in then["text"], seen
            assert RESULTS[name] in then["text"], seen
        assert then["finish"] in ENDED, seen
        assert not then["calls"], seen
        if "reasoning" in case:
            _judge_thought(seen)
        return
    assert seen["finish"] in ENDED, seen
    assert not seen["calls"], seen
    match case:
        case "plain":
            assert text == 'Simulated answer to "Hello out there". No model was asked.', seen
            _judge_usage(seen)
        case "stream" | "usage":
            assert text == _WORDS, seen
            assert seen["pieces"] >= 15, seen
            if case == "usage":
                _judge_usage(seen)
        case "image":
            assert "I see an image of 70 bytes (image/png)" in text, seen
        case "schema":
            assert json.loads(text) == {"city": "Bern", "days": 1}, seen
        case "reasoning":
            assert text == 'Simulated answer to "Think it over". No model was asked.', seen
            _judge_thought(seen)


def _judge_thought(seen: dict[str, Any]) -> None:
    """Thoughts are shown, or counted, or at least within the output tokens, which are more than the text's ten."""
    shown = (seen.get("reasoning") or "").startswith("The user asks")
    assert shown or (seen.get("reasoning_tokens") or 0) > 0 or seen["output_tokens"] > 15, seen


def _judge_shape(case: str, seen: dict[str, Any]) -> None:
    """For a model that talks nonsense: an honest end, and usage."""
    assert seen["finish"] in ENDED | CUT_SHORT, seen
    assert not seen["calls"], seen
    if case == "schema" and seen["finish"] in ENDED:
        answer = json.loads(seen["text"])
        assert answer.keys() == {"city", "days"}, seen
        assert (answer["city"], type(answer["days"])) == ("Bern", int), seen
    if "pieces" in seen:
        assert (seen["pieces"] > 0) == bool(seen["text"]), seen
    if case in ("plain", "usage"):
        _judge_usage(seen)


def _judge_usage(seen: dict[str, Any]) -> None:
    assert seen["input_tokens"] > 0, seen
    assert seen["output_tokens"] > 0, seen


def _judge_refusal(asked: Asked, seen: dict[str, Any]) -> Outcome:
    error = seen["error"]
    if asked.real and any(words in error["message"] for words in _BEYOND):
        return "beyond the model"
    assert error.get("status") == 400, seen
    assert "cannot be carried to a model that speaks" in error["message"], seen
    return "refused"


def _judge_error(case: str, seen: dict[str, Any], fails: Fails) -> None:
    assert "error" in seen, f"the SDK raised nothing: {seen}"
    error = seen["error"]
    assert error["class"] in fails.classes[case], seen
    if case == "cut":
        assert seen["pieces"] < 20, seen
        assert not seen.get("finish"), seen
        return
    assert error["status"] == int(case), seen
    if case == "429":
        assert error["retry_after"] == "7", seen
