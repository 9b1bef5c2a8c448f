"""The pieces that an answer to a Gemini client is made of, for a whole body and for a stream alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.core.events import OpaqueEvent
from gateway.core.messages import Media, ProviderState, Reasoning
from gateway.core.usage import Usage
from gateway.dialects.adapting import arguments_object
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.gemini.call_ids import is_invented
from gateway.dialects.gemini.media import is_own_file, media_part
from gateway.dialects.gemini.signatures import signature_text
from gateway.dialects.gemini.usage import usage_out
from gateway.dialects.state_in_ids import seal

Json = dict[str, Any]


def words_part(text: str, thought: bool) -> Json:
    return {"text": text, "thought": True} if thought else {"text": text}


def call_part(
    call_id: str,
    name: str,
    arguments: str,
    custom: bool,
    provider_state: ProviderState | None,
    reasoning: Sequence[Reasoning],
) -> Json:
    """A whole function call. `reasoning`: what stood before it, which its signature carries for its own dialect.

    The id carries another dialect's state as well: there are clients that send back no more than id, name and args.
    """
    call: Json = {}
    foreign = provider_state if provider_state is not None and provider_state.dialect != "gemini" else None
    thoughts = tuple(
        one for one in reasoning if one.provider_state is not None and one.provider_state.dialect != "gemini"
    )
    shown_id = seal("" if is_invented(call_id) else call_id, foreign, thoughts)
    if shown_id:
        call["id"] = shown_id
    call["name"] = name
    call["args"] = {"input": arguments} if custom else arguments_object(arguments)
    part: Json = {"functionCall": call}
    signature = signature_text(provider_state, reasoning)
    if signature is not None:
        part["thoughtSignature"] = signature
    return part


def answered_media_part(media: Media) -> Json | None:
    """None for a file that only its own provider can read."""
    if media.file_id is not None and not is_own_file(media.file_id):
        return None
    return media_part(media)


def citation_metadata(citations: Iterable[Any]) -> Json | None:
    """`citationMetadata` of the (dialect, citation) pairs that name an address, as the Gemini API writes it.

    Vertex says `citations`; an SDK that was made for a key reads nothing but `citationSources`.
    """
    told: list[Json] = []
    for _, citation in citations:
        if type(citation) is not dict or type(citation.get("url")) is not str:
            continue
        one: Json = {"uri": citation["url"]}
        for ours, theirs in (("title", "title"), ("start_index", "startIndex"), ("end_index", "endIndex")):
            if citation.get(ours) is not None:
                one[theirs] = citation[ours]
        told.append(one)
    return {"citationSources": told} if told else None


class Extras:
    """What Gemini's own OpaqueEvents add to a response and to its candidates."""

    def __init__(self) -> None:
        self.response: Json = {}
        self.candidates: dict[int, Json] = {}

    def add(self, event: OpaqueEvent) -> None:
        if event.dialect != "gemini" or type(event.value) is not dict:
            return
        for name, value in event.value.items():
            if name != "candidates":
                self.response[name] = value
                continue
            for candidate in value:
                index = candidate.get("index", 0)
                self.candidates.setdefault(index, {}).update(
                    {key: inner for key, inner in candidate.items() if key != "index"}
                )

    @property
    def blocked(self) -> bool:
        """Whether the prompt was refused by a filter, so that no candidate belongs to the answer."""
        feedback = self.response.get("promptFeedback")
        return type(feedback) is dict and feedback.get("blockReason") is not None

    def take(self) -> tuple[Json, dict[int, Json]]:
        taken = self.response, self.candidates
        self.response, self.candidates = {}, {}
        return taken


def candidate_object(index: int, parts: list[Json], word: str | None, more: Json) -> Json:
    made: Json = {"content": {"parts": parts, "role": "model"}}
    if word is not None:
        made["finishReason"] = word
    made["index"] = index
    made.update(more)
    return made


def response_object(
    candidates: list[Json],
    usage: Usage | None,
    answer_id: str | None,
    model: str | None,
    facts: AnswerFacts,
    more: Json,
) -> Json:
    made: Json = {}
    if candidates:
        made["candidates"] = candidates
    made.update(more)
    if usage is not None:
        made["usageMetadata"] = usage_out(usage)
    made["modelVersion"] = model or facts.model
    made["responseId"] = answer_id or facts.fallback_id
    return made
