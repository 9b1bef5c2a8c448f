"""What of an answer has no place in the client's dialect: told as a loss, like what of a request has none.

A model draws or speaks without being asked for it, and cites what its provider searched. Where the encoders of a
dialect have no form for that, they leave it out; this says so, by the same functions that give it its form.

Told as `answer.image`, `answer.audio`, `answer.citations`, `answer.logprobs`, `answer.candidates`, or by the provider's
own word for a kind of block or a member (`answer.container`). Thoughts are left out by the client's own wish
(`unwanted_thoughts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from gateway.core.events import BlockOpened, Cited, Event, LogprobsReported, OpaqueEvent
from gateway.core.messages import Dialect, Media
from gateway.dialects.gemini.parts_out import answered_media_part, citation_metadata
from gateway.dialects.losses import MAX_TOLD_LENGTH, Loss, declared
from gateway.dialects.mistral.answer_out import media_chunk
from gateway.dialects.openai_chat.annotations import annotation
from gateway.dialects.openai_chat.media_out import shown_media
from gateway.dialects.openai_responses import items_shown
from gateway.dialects.openai_responses.annotations import annotation as responses_annotation

MAY_BE_LEFT_OUT: Final = frozenset({BlockOpened, Cited, LogprobsReported, OpaqueEvent})
"""Kinds of the events that may tell of any."""
_ONE_CANDIDATE: Final = frozenset({"anthropic", "openai_responses"})
"""Dialects whose answers are the first candidate alone."""
_OF_CLAUDE: Final = ("stop_details", "container", "context_management")
_SOURCES: Final = ("citationMetadata", "groundingMetadata", "urlContextMetadata")
_WORD: Final = re.compile(r"[A-Za-z_]{1,48}")


def answer_losses(events: Iterable[Event], client: Dialect) -> list[Loss]:
    """The losses of telling these events to a client of this dialect, each kind once."""
    named = dict.fromkeys(name for event in events if (name := _name(event, client)) is not None)
    return [Loss(("answer", name), "unknown", "dropped", f"answers in {client} have no place for it") for name in named]


def also_declared(before: str | None, losses: Sequence[Loss]) -> str | None:
    """What `x-gateway-dropped` told of the request, and what is to be told of the answer."""
    told = [] if before is None else before.split(", ")
    more = [name for name in (declared(losses) or "").split(", ") if name and name not in told]
    together = ", ".join((*told, *more))
    return together if together and len(together) <= MAX_TOLD_LENGTH else before


def _name(event: Event, client: Dialect) -> str | None:
    if type(event) is Cited:
        return None if event.dialect == client or _has_citations(event, client) else "citations"
    if type(event) is OpaqueEvent:
        if event.dialect == client:
            return None
        if _speaks(event.value):
            return "audio"
        return "citations" if _names_sources(event.value) else _member_of_claude(event.value)
    if type(event) is LogprobsReported:
        return "logprobs" if client == "anthropic" and (event.content or event.refusal) else None
    if type(event) is not BlockOpened:
        return None
    if event.candidate > 0 and client in _ONE_CANDIDATE:
        return "candidates"
    if event.kind == "media" and event.media is not None:
        return None if _has_media(event.media, client) else event.media.kind
    if event.kind == "opaque":
        dialect, value = event.opaque
        return None if dialect == client else _word(value)
    return None


def _has_media(media: Media, client: Dialect) -> bool:
    match client:
        case "openai_chat":
            return bool(shown_media(media, ""))
        case "openai_responses":
            return items_shown.image("", media) is not None
        case "mistral":
            return media_chunk(media) is not None
        case "gemini":
            return answered_media_part(media) is not None
        case "anthropic":
            return False


def _has_citations(event: Cited, client: Dialect) -> bool:
    match client:
        case "openai_chat":
            return annotation(event.dialect, event.citation, 0, 0) is not None
        case "openai_responses":
            return responses_annotation(event.dialect, event.citation, 0) is not None
        case "gemini":
            return citation_metadata([(event.dialect, event.citation)]) is not None
        case "anthropic" | "mistral":
            return False


def _speaks(value: Any) -> bool:
    """Whether a member of a chat's message, kept as it came, is its sound."""
    return type(value) is dict and type(value.get("delta")) is dict and "audio" in value["delta"]


def _names_sources(value: Any) -> bool:
    """Whether members of an answer, kept as they came, say where it was found: Gemini's candidates', Grok's."""
    body, candidates = (value.get("body"), value.get("candidates")) if type(value) is dict else (None, None)
    if type(body) is dict:
        return bool(body.get("citations"))
    told = candidates if type(candidates) is list else ()
    return any(bool(one.get(name)) for one in told for name in _SOURCES if type(one) is dict)


def _member_of_claude(value: Any) -> str | None:
    """Which member of a message, kept as it came, somebody would miss: where files were made, why it was declined."""
    members = value.get("message") if type(value) is dict else None
    return next((name for name in _OF_CLAUDE if members.get(name)), None) if type(members) is dict else None


def _word(value: Any) -> str:
    """The provider's own word for a block: its type, or its first member, where that is a word."""
    told = (value.get("type") or next(iter(value), None)) if type(value) is dict else None
    return told if type(told) is str and _WORD.fullmatch(told) is not None else "block"
