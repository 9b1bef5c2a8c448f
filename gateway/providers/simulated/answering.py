"""What the imitated model answers: a function of what was asked.

The last user text steers it:
- `use tool NAME`, `use tools A and B` (also the same one twice), `… with {"a": 1}`: calls them, if offered;
- `say WORDS` at its start: answers WORDS;
- `stream 60 chunks`: an answer of 60 tokens;
- `refuse to answer`: declines, the way the dialect says so;
- else a sentence that quotes its first words, and names images by kind and size.
After tool results it quotes them. A response schema is answered with JSON that satisfies it.

Invariants
- Reasoning is spent first from the token limit, as everywhere; a limit reached is finish `length`.
- Equal requests give equal answers, ids of calls included.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from gateway.providers.simulated import words
from gateway.providers.simulated.ask import Ask, Call, Tool
from gateway.providers.simulated.schema_sample import sample
from gateway.providers.simulated.signatures import short_digest

Finish = Literal["stop", "stop_sequence", "length", "tool_use", "refusal"]

CACHE_THRESHOLD = 1024
"""Tokens; shorter prompts are not cached, as with the real ones."""

_USE_TOOLS = re.compile(r"use tools? ([\w.:-]+(?:(?:, | and )[\w.:-]+)*)(?: with (\{.*\}))?", re.IGNORECASE | re.DOTALL)
_CHUNKS = re.compile(r"stream (\d{1,6}) chunks", re.IGNORECASE)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_REFUSAL = "I will not answer that."


class Answer(msgspec.Struct, kw_only=True):
    """`text` is a list of tokens for each choice. `stop` is the stop sequence that ended it. Counts are tokens."""

    reasoning: list[str] = []
    text: list[list[str]] = msgspec.field(default_factory=lambda: [[]])
    calls: list[Call] = []
    finish: Finish = "stop"
    stop: str | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    """Of all choices, without reasoning."""

    @property
    def reasoning_tokens(self) -> int:
        return len(self.reasoning)


def answer(ask: Ask, cache_step: int = 128) -> Answer:
    """The answer; prompts from CACHE_THRESHOLD tokens on count as cached, in whole `cache_step`s."""
    made = Answer(prompt_tokens=ask.prompt_tokens)
    if ask.prompt_tokens >= CACHE_THRESHOLD:
        made.cached_tokens = (ask.prompt_tokens - 1) // cache_step * cache_step
    if ask.thinks:
        made.reasoning = _thoughts(ask)
    made.calls = _calls(ask)
    if made.calls:
        made.finish = "tool_use"
    else:
        _write(ask, made)
    room = None if ask.max_tokens is None else max(ask.max_tokens - len(made.reasoning), 0)
    if ask.max_tokens is not None and len(made.reasoning) > ask.max_tokens:
        made.reasoning = made.reasoning[: ask.max_tokens]
    if room is not None:
        _shorten(made, room)
    made.output_tokens = sum(map(len, made.text)) + sum(4 + words.count(call.arguments) for call in made.calls)
    return made


def _thoughts(ask: Ask) -> list[str]:
    thought = words.split(f"The user asks: {words.first_words(ask.user_text, 8)}. I think about it, then answer.")
    return thought if ask.thinking_limit is None else thought[: ask.thinking_limit]


def _calls(ask: Ask) -> list[Call]:
    if not ask.tools or not ask.allow_tools:
        return []
    names: list[str] = []
    arguments: str | None = None
    if found := _USE_TOOLS.search(ask.user_text):
        names = [name for name in re.split(r", | and ", found[1].rstrip(".:")) if name in ask.tools]
        arguments = found[2]
    if ask.forced is not None:
        if ask.forced == "*":
            names = names or [next(iter(ask.tools))]
        else:
            names = [name for name in names if name == ask.forced] or [ask.forced]
    elif ask.tool_results:
        return []
    if ask.one_call:
        names = names[:1]
    return [_call(ask, ask.tools[name], number, arguments) for number, name in enumerate(names) if name in ask.tools]


def _call(ask: Ask, tool: Tool, number: int, arguments: str | None) -> Call:
    digest = int(short_digest(ask.model, ask.user_text, str(ask.prompt_tokens), tool.name, str(number)), 16)
    identifier = "".join(_ALPHABET[digest // 62**place % 62] for place in range(21))
    if tool.custom:
        return Call(identifier, tool.name, words.first_words(ask.user_text, 8), custom=True)
    if arguments is None:
        hint = words.first_words(ask.user_text, 3) or "sample"
        arguments = msgspec.json.encode(sample(tool.schema or {"type": "object"}, hint)).decode()
    return Call(identifier, tool.name, arguments)


def _write(ask: Ask, made: Answer) -> None:
    if ask.text is None and "refuse to answer" in ask.user_text.lower():
        made.finish = "refusal"
        made.text = [words.split(_REFUSAL)]
        return
    text = _text(ask)
    made.text = []
    for choice in range(ask.choices):
        said = text if choice == 0 else f"{text} (choice {choice + 1})"
        for stop in ask.stops:
            if stop and (at := said.find(stop)) >= 0:
                said = said[:at]
                made.finish, made.stop = "stop_sequence", stop
        made.text.append(words.split(said))


def _text(ask: Ask) -> str:
    if ask.text is not None:
        return ask.text
    if ask.schema is not None:
        value = sample(ask.schema, "sample") if ask.schema else {"answer": words.first_words(ask.user_text, 8)}
        return msgspec.json.encode(value).decode()
    chunks = ask.chunks
    if chunks is None and (found := _CHUNKS.search(ask.user_text)):
        chunks = int(found[1])
    if chunks is not None:
        return " ".join(f"word{number}" for number in range(chunks))
    if ask.tool_results:
        quoted = "; ".join(f"{result.name}: {result.text}" for result in ask.tool_results)
        return f"The tools answered {quoted}"
    if ask.user_text[:4].lower() == "say ":
        return ask.user_text[4:]
    seen = "".join(f" I see an {image}." for image in ask.images)
    return f'Simulated answer to "{words.first_words(ask.user_text, 8)}".{seen} No model was asked.'


def _shorten(made: Answer, room: int) -> None:
    """Keep to the token limit; a call that does not fit is cut away, never sent with half its arguments."""
    if made.calls:
        kept: list[Call] = []
        for call in made.calls:
            room -= 4 + words.count(call.arguments)
            if room < 0:
                made.finish = "length"
                break
            kept.append(call)
        made.calls = kept
        return
    for number, tokens in enumerate(made.text):
        if len(tokens) > room:
            made.text[number] = tokens[:room]
            made.finish, made.stop = "length", None
