"""Tools that a provider runs itself and bills by the call: which a request lets it use, and how often at most.

Told by the body's own words, whatever dialect it is in: no two dialects call different things by one name. What an
answer used is read by each dialect's codec, in its own way (`core.usage.Calls`).

Sources: the APIs' references of their built-in tools, and what providers bill for: Anthropic searches (a program's
container is free beside the newer searches), OpenAI searches and containers, Google answers or searches by model
(`searches_by_answer`), xAI every call, Mistral connectors and the seconds of sound that it reads
(`prompt_audio_seconds`).
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.usage import CALL_KINDS, Calls, count
from gateway.dialects.claims import whole_number
from gateway.dialects.offered_tools import every_tool_offered

A_FEW: Final = 10
"""Calls of a tool in one answer, where its request sets no limit: more than most answers make."""
MOST: Final = 128
LIVE_SOURCES: Final = 20
"""What Live Search reads at most where nobody says otherwise."""
LONGEST_SOUND: Final = 2400
"""Seconds: of more Mistral's models do not answer questions."""
_BYTES_A_SECOND: Final = 500
"""Of sound that is packed tighter than speech stands; in base64 somewhat more."""

_TYPES: Final = (
    ("web_search", ("web_search", "x_search")),
    ("file_search", ("file_search", "collections_search", "document_library")),
    ("code_session", ("code_interpreter", "code_execution", "shell")),
    ("image", ("image_generation",)),
    ("connector", ("connector",)),
)
"""How the types of tools begin, for each kind of call."""
_BESIDE_GOOGLE: Final = (
    *("retrieval", "enterpriseWebSearch", "enterprise_web_search", "parallelAiSearch", "parallel_ai_search"),
    *("exaAiSearch", "exa_ai_search"),
)
"""Tools of Gemini's that ask somebody else, and of which its answers count nothing."""
_GEMINI: Final = {
    **dict.fromkeys(_BESIDE_GOOGLE, "connector"),
    **dict.fromkeys(
        ("googleSearch", "google_search", "googleSearchRetrieval", "google_search_retrieval"), "web_search"
    ),
    **dict.fromkeys(("googleMaps", "google_maps"), "map_search"),
}
"""What stands in a tool of Gemini's; its programs run for tokens alone."""
_ONE_A_REQUEST: Final = frozenset({"code_session", "map_search"})
"""A container is kept for the whole answer; maps are billed by the answer."""
_BROUGHT: Final = ("web_search_2026", "web_fetch_2026")
"""Searches of Anthropic's that sort what they found by programs: a container beside them is free."""


def kind_of_tool(name: str) -> str | None:
    """The kind of call that a tool of this type, or a call by this name, is billed as; None: by tokens alone."""
    for kind, beginnings in _TYPES:
        if name.startswith(beginnings):
            return kind
    return None


def searches_by_answer(model: str) -> bool:
    """Whether Google bills an answer that searched, however often: Gemini before 3. Later ones are billed a search."""
    return model.rpartition("/")[2].startswith(("gemini-1", "gemini-2"))


def calls_allowed(body: dict[str, Any], model: str) -> Calls | None:
    """At most so many calls of each kind, counted high; None where the body names no tool that is billed so."""
    tools, live = list(every_tool_offered(body)), body.get("search_parameters")
    searched = body.get("web_search_options")
    found: dict[str, int] = {}
    for tool in tools:
        if tool.get("type") != "function":
            _of_tool(tool, model, found)
    if found and (limit := whole_number(body.get("max_tool_calls"))) is not None:
        found = {kind: min(most, max(limit, 0)) for kind, most in found.items()}
    if "code_session" in found and _brings_programs(tools):
        del found["code_session"]
    if type(searched) is dict or always_searches(model):
        found["web_search"] = found.get("web_search", 0) + 1
    if type(live) is dict and live.get("mode") != "off":
        asked = whole_number(live.get("max_search_results"))
        found["source"] = LIVE_SOURCES if asked is None else min(max(asked, 0), MOST)
    if bills_sound_by_length(model) and (seconds := seconds_at_most(body)):
        found["audio_second"] = seconds
    return Calls(**found) if any(found.values()) else None


def bills_sound_by_length(model: str) -> bool:
    """As Mistral names its models that do: whoever else has them (`mistralai/voxtral-…`) bills tokens alone."""
    return model.startswith("voxtral")


def seconds_at_most(body: dict[str, Any]) -> int:
    """Of all sound in the messages, whichever dialect they are in."""
    seconds = 0
    for name, inside in (("messages", "content"), ("contents", "parts")):
        messages = body.get(name)
        for message in messages if type(messages) is list else ():
            parts = message.get(inside) if type(message) is dict else None
            for part in parts if type(parts) is list else ():
                seconds += _seconds_of(part) if type(part) is dict else 0
    return seconds


def _seconds_of(part: dict[str, Any]) -> int:
    match part:
        case {"input_audio": {"data": str(sound)}} | {"input_audio": str(sound)}:
            address = sound.startswith(("http:", "https:"))
            return LONGEST_SOUND if address else min(len(sound) // _BYTES_A_SECOND + 1, LONGEST_SOUND)
        case {"inlineData": {"mimeType": str(kind), "data": str(sound)}} if kind.startswith("audio/"):
            return min(len(sound) // _BYTES_A_SECOND + 1, LONGEST_SOUND)
        case _:
            return 0


def always_searches(model: str) -> bool:
    """Whether each of a model's answers begins with a search (OpenAI's, for chat completions)."""
    return model.startswith("gpt-") and ("-search-preview" in model or "-search-api" in model)


def calls_counted(usage: dict[str, Any]) -> Calls | None:
    """Of an object of usage that counts calls by the names of tools: xAI's, Mistral's, and that of Anthropic's and of
    whoever took its form. None where it counts none.
    """
    by_xai, by_mistral = usage.get("server_side_tool_usage_details"), usage.get("connectors")
    by_anthropic, sources = usage.get("server_tool_use"), count(usage.get("num_sources_used"))
    found: dict[str, int] = {"source": sources} if sources else {}
    if seconds := count(usage.get("prompt_audio_seconds")):
        found["audio_second"] = seconds
    for told in (by_xai, by_mistral, by_anthropic):
        unknown = "connector" if told is by_mistral else None  # others name what is billed by tokens alone, too
        for name, number in told.items() if type(told) is dict else ():
            kind = kind_of_tool(name.replace("document_search", "file_search")) or unknown
            if kind is not None and (some := count(number)):
                found[kind] = found.get(kind, 0) + some
    return Calls(**found) if found else None


def presumed_calls(body: dict[str, Any], model: str) -> Calls | None:
    """What an answer is billed for and does not tell: OpenAI's chat completions search once, and count it nowhere; nor
    does Gemini where it may have asked somebody beside Google.
    """
    if type(body.get("web_search_options")) is dict or always_searches(model):
        return Calls(web_search=1)
    for tool in every_tool_offered(body):
        if any(tool.get(name) is not None for name in _BESIDE_GOOGLE):
            return Calls(connector=1)
    return None


def _of_tool(tool: dict[str, Any], model: str, found: dict[str, int]) -> None:
    named, uses = tool.get("type"), whole_number(tool.get("max_uses"))
    if named == "shell" and not _in_a_container(tool):
        kinds: set[str | None] = set()
    elif type(named) is str:
        kinds = {kind_of_tool(named)}
    else:
        kinds = {kind for name, kind in _GEMINI.items() if tool.get(name) is not None}
        if "web_search" in kinds and searches_by_answer(model):
            uses = 1
    for kind in kinds - {None}:
        assert kind is not None
        most = 1 if kind in _ONE_A_REQUEST else A_FEW if uses is None else min(max(uses, 0), MOST)
        found[kind] = max(found.get(kind, 0), 1) if kind in _ONE_A_REQUEST else found.get(kind, 0) + most


def _in_a_container(tool: dict[str, Any]) -> bool:
    """Whether OpenAI's shell runs at OpenAI; else the client runs its commands."""
    environment = tool.get("environment")
    return type(environment) is dict and str(environment.get("type")).startswith("container")


def _brings_programs(tools: list[dict[str, Any]]) -> bool:
    return any(str(tool.get("type")).startswith(_BROUGHT) for tool in tools)


assert {kind for kind, _ in _TYPES} | set(_GEMINI.values()) | {"source", "audio_second"} == set(CALL_KINDS), (
    "each kind has its tools"
)
