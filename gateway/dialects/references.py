r"""Which stored objects a request names: what must be the caller's own before it leaves.

Invariants
- However a member's name is spelt in JSON (`file\u005fid`), it is found: the tree is walked wherever the bytes leave
  a doubt, and only there.
- What stands in a tool's arguments, in a schema or in metadata is data, and names nothing.
- What a provider told in an earlier answer (where a quote is from, what its search or its program found or wrote) is
  history: nothing is read by it, and a loop that sends it back may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from gateway.core.messages import Dialect
from gateway.core.objects import Reference
from gateway.dialects.offered_tools import every_tool_offered

_FILES: Final = re.compile(rb'"file_?[iI]ds?"')
_FILES_AND_STORES: Final = re.compile(rb'"(?:file_?[iI]ds?|vector_store_ids|collection_ids|library_ids)"')
"""One search with a plain beginning: a third of what a search for each of them costs."""
_NAMED: Final[dict[Dialect, re.Pattern[bytes]]] = {
    "openai_responses": _FILES_AND_STORES,
    "openai_chat": _FILES_AND_STORES,
    "mistral": _FILES_AND_STORES,
}
"""Of other dialects: `_FILES`."""
_BACKSLASH: Final = ord("\\")
_SPELT_OUT: Final = re.compile(rb"\\u00[4-7][0-9a-fA-F]")
"""A letter or underscore written as an escape, which no writer of JSON needs."""

_GEMINI: Final = (
    *(b"earchStoreNames", b"earch_store_names", b"cachedContent", b"cached_content"),
    *(b"fileUri", b"file_uri"),
)
"""What the names of members hold that name something kept at the provider."""

_STORE_MEMBERS: Final = frozenset(
    {"vector_store_ids", "collection_ids", "library_ids", "fileSearchStoreNames", "file_search_store_names"}
    | {"cachedContent", "cached_content"}
)
_FILE_MEMBERS: Final = frozenset(
    {"file_id", "fileId", "file_ids", "input_file_id", "training_file", "validation_file", "input_files"}
)
_FILE_URIS: Final = frozenset({"fileUri", "file_uri"})
_URI_MEMBERS: Final = frozenset({"fileUri", "file_uri", "fileName", "file_name"})
READ_WHOLE: Final = frozenset({"cachedContent", "cached_content"}) | _FILE_URIS
"""Members that may name what was made outside and is read from its first word to its last; other stores are searched.
"""
_TUNING: Final = frozenset({"filter", "ragRetrievalConfig", "rag_retrieval_config"})
"""Of a retrieval: how it searches, not where."""
_GEMINI_FILE: Final = re.compile(r"(?:https?://[^/]*googleapis\.com/v1\w*/)?files/([^/?#]+)", re.IGNORECASE)
_KEPT_BY_GOOGLE: Final = re.compile(
    r"(?!https?:)|https?:[/\\]*(?:[^/?#]*@)?[\w.-]*(?:generativelanguage|aiplatform)[\w.-]*\.google", re.IGNORECASE
)
"""What Google reads in our account's name (`gs://…`, its own APIs) rather than as anybody could from the web."""
_REACHED: Final = frozenset({"tunnel_id", "connector_id"})
"""Members of tools (`mcp`, Mistral's `connector`). OpenAI's connectors to services are everybody's, by fixed names, and
bring the caller's own authorization along."""
_DATA: Final = frozenset({"args", "arguments", "metadata", "parameters", "input_schema", "schema", "response"})
"""Members whose objects are the client's own data."""
_TOLD: Final = frozenset({"annotations", "citations"})
_RESULTS: Final = frozenset({"file_search_call", "code_execution_output", "bash_code_execution_output"})
"""Types of what tools that ran at the provider found or wrote."""


def names_files(body: bytes, dialect: Dialect) -> bool:
    """Whether the tree of this body must be walked for files and stores."""
    if _NAMED.get(dialect, _FILES).search(body) is not None:
        return True
    if dialect == "gemini" and any(body.find(name) >= 0 for name in _GEMINI):
        return True
    return _BACKSLASH in body and _SPELT_OUT.search(body) is not None


def stored_state(tree: dict[str, Any]) -> Iterator[Reference]:
    """Of a Responses request: the answer, the conversation, that it goes on from."""
    previous, conversation = tree.get("previous_response_id"), tree.get("conversation")
    if previous is not None:
        yield Reference("response", str(previous), "previous_response_id")
    if conversation is not None:
        named = conversation.get("id") if type(conversation) is dict else conversation
        yield Reference("conversation", str(named), "conversation")


def kept_threads(tree: dict[str, Any]) -> bool:
    """Whether a request of Messages, or one of a batch of them, is part of a conversation that the provider keeps."""
    if tree.get("thread") is not None:
        return True
    listed = tree.get("requests")
    lines = [line.get("params") for line in listed if type(line) is dict] if type(listed) is list else []
    return any(type(line) is dict and line.get("thread") is not None for line in lines)


def stored_prompt(tree: dict[str, Any]) -> Iterator[Reference]:
    """Of a Responses request: the template of the provider's that it begins with."""
    prompt = tree.get("prompt")
    if type(prompt) is dict:
        yield Reference("store", str(prompt.get("id")), "prompt")


def files_in(node: Any) -> Iterator[Reference]:
    """The files, and the stores, that a request names, wherever they stand."""
    if type(node) is list:
        for entry in node:
            yield from files_in(entry)
    elif type(node) is dict:
        if type(told := node.get("type")) is str and told in _RESULTS:
            return
        for name, value in node.items():
            if name in _FILE_MEMBERS or name in _STORE_MEMBERS:
                for named in value if type(value) is list else (value,):
                    if type(named) is str:
                        yield Reference("file" if name in _FILE_MEMBERS else "store", named, name)
            elif name in _URI_MEMBERS:
                if type(value) is str:
                    yield from _kept_by_google(value, name)
            elif name not in _DATA and name not in _TOLD and not (name == "input" and type(value) is dict):
                yield from files_in(value)


def reached_by_tools(tree: dict[str, Any]) -> Iterator[Reference]:
    """What tools reach that was set up outside (a tunnel, a connector, an index), and a voice of somebody's own."""
    for tool in every_tool_offered(tree):
        if tool.get("type") != "function":
            for name, inside in tool.items():
                if name in _REACHED and type(inside) is str and not inside.startswith("connector_"):
                    yield Reference("store", inside, f"tools.{name}")
                elif name == "retrieval":
                    yield from _every_text(inside, "tools.retrieval")
    audio = tree.get("audio")
    if type(audio) is dict and type(voice := audio.get("voice")) is dict:
        yield Reference("store", str(voice.get("id")), "audio.voice")


def _kept_by_google(uri: str, param: str) -> Iterator[Reference]:
    """Addresses of the web are nobody's."""
    if (found := _GEMINI_FILE.match(uri)) is not None:
        yield Reference("file", found[1], param)
    elif param in _FILE_URIS and uri and _KEPT_BY_GOOGLE.match(uri.strip()) is not None:
        yield Reference("store", uri, param)


def _every_text(node: Any, param: str) -> Iterator[Reference]:
    if type(node) is str:
        yield Reference("store", node, param)
    elif type(node) is dict:
        for name, inner in node.items():
            if name not in _TUNING:
                yield from _every_text(inner, param)
    elif type(node) is list:
        for inner in node:
            yield from _every_text(inner, param)
