"""What a translation could not carry, as values, from one table.

A dialect's package exports `CARRIES`, a column of the table: which features it takes as a target, and how well.
A feature that a column does not name meets the fate that its consequence demands:

- `meaning`: without it the answer would mean something else → the request is refused (400, field named);
- `price`: the answer is the same, the bill is not → dropped, declared in `x-gateway-dropped`, audited;
- `style`: tunes how the answer sounds → dropped, declared.

`x-gateway-strict: 1` refuses all three. Paths that decode did not claim are dropped and declared as `unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from gateway.core.edits import Path, dotted
from gateway.core.messages import Conversation, Dialect
from gateway.core.operations import EmbeddingsRequest
from gateway.errors import DialectCannotCarry

Consequence = Literal["meaning", "price", "style"]
Verdict = Literal["carries", "approximates"]
Action = Literal["approximated", "dropped"]

MAX_TOLD = 32
"""Losses named in a header; servers and clients bound header lines."""
MAX_TOLD_LENGTH = 512
"""Characters; a usage row holds no more, and must not end in the middle of a name."""

_ROOM_FOR_MORE = len(", and 1000000 more")


class Loss(msgspec.Struct, frozen=True):
    """`path` in the client's tree; `feature` from FEATURES, or `unknown`."""

    path: Path
    feature: str
    action: Action
    why: str


FEATURES: dict[str, Consequence] = {
    # --- what messages hold
    "system": "meaning",  # system or developer text before the first turn
    "system_mid_conversation": "meaning",  # such text between turns
    "participant_name": "style",  # OpenAI `name` of a message
    "image_data": "meaning",
    "image_url": "meaning",
    "image_file": "meaning",  # by a provider's file id
    "image_detail": "style",
    "audio_input": "meaning",
    "video_input": "meaning",
    "document_data": "meaning",  # PDF and the like, base64
    "document_url": "meaning",
    "document_file": "meaning",
    "document_text": "meaning",
    "tool_calls": "meaning",  # in the history
    "tool_arguments": "meaning",  # those of a call in the history, where they are no JSON object
    "tool_results": "meaning",
    "tool_result_media": "meaning",  # an image or document as a tool's result
    "tool_result_error": "style",  # the flag that a result is an error
    "reasoning_replay": "style",  # thinking echoed by the client
    "refusal_replay": "style",
    "cache_control": "price",
    "citations_request": "style",
    "citations_replay": "style",
    "assistant_prefill": "meaning",  # the last message is the assistant's, to be continued
    "opaque_part": "meaning",  # a part with no canonical form
    # --- settings
    "max_output_tokens": "price",
    "temperature": "style",
    "top_p": "style",
    "top_k": "style",
    "stop": "meaning",
    "seed": "style",
    "presence_penalty": "style",
    "frequency_penalty": "style",
    "candidates": "meaning",  # n > 1
    "logprobs": "meaning",
    "logit_bias": "style",
    "json_object": "meaning",
    "json_schema": "meaning",
    "enum_output": "meaning",  # one of a list of words as the whole answer (Gemini text/x.enum)
    "tools": "meaning",
    "tool_strict": "style",
    "tool_choice": "meaning",
    "tool_choice_named": "meaning",
    "tool_choice_allowed": "meaning",  # several named tools
    "parallel_tool_calls": "style",
    "custom_tool": "meaning",  # freeform input
    "custom_tool_grammar": "meaning",  # the input is held to a grammar
    "server_tool": "meaning",  # run by the provider
    "reasoning": "style",
    "user": "style",
    "metadata": "style",
    "service_tier": "price",
    "store": "style",
    "verbosity": "style",
    "prediction": "price",
    "output_modalities": "meaning",
    "audio_output": "meaning",
    "server_state": "meaning",  # previous_response_id, conversation, background, container, thread
    "cached_content": "meaning",
    "prompt_cache": "price",  # prompt_cache_key
    "prompt_cache_retention": "price",  # how long, and which prefixes
    "safety": "style",  # thresholds, scores, a safety prompt
    "guard": "meaning",  # a check that blocks: moderation, guardrails
    "truncation": "style",
    "include": "style",
    "context_management": "style",
    "compaction": "meaning",  # the answer is to be a summary of the conversation
    "media_resolution": "style",
    "betas": "style",
    "data_residency": "meaning",  # inference_geo and the like
    # --- embeddings
    "dimensions": "meaning",
    "number_type": "meaning",  # integers or bits rather than floats (Mistral output_dtype)
    "token_inputs": "meaning",  # ids of one model's tokens
    "task_type": "style",  # what the vectors are for (Gemini)
    "title": "style",
}

_WHY: dict[Consequence, str] = {
    "meaning": "it would change what the answer means",
    "price": "it would change the price",
    "style": "it tunes the answer",
}


def assess(
    conversation: Conversation | EmbeddingsRequest, dialect: Dialect, carries: Mapping[str, Verdict], *, strict: bool
) -> tuple[Loss, ...]:
    """The losses of sending `conversation` in `dialect`, whose column is `carries`.

    Raises DialectCannotCarry for a feature that must not be lost, or for any loss when `strict`.
    """
    losses: list[Loss] = []
    further: list[Loss] = []
    if isinstance(conversation, Conversation):
        _check_choice(conversation)
    for feature, path in conversation.features.items():
        verdict = carries.get(feature)
        if verdict == "carries":
            continue
        consequence = FEATURES[feature]
        if verdict == "approximates":
            loss = Loss(path, feature, "approximated", f"{dialect} has only something near it")
        elif consequence == "meaning":
            raise cannot_carry(dialect, path, f"{dotted(path)} ({feature})")
        else:
            loss = Loss(path, feature, "dropped", _WHY[consequence])
        losses.append(loss)
        further += elsewhere(conversation, loss)
    losses.extend(
        Loss(path, "unknown", "dropped", f"no counterpart in {dialect} is known") for path in conversation.unclaimed
    )
    losses += further
    if strict and (lost := [loss for loss in losses if loss.action == "dropped"]):
        raise DialectCannotCarry(
            f"x-gateway-strict refuses what translation would drop: {declared(lost)}", param=dotted(lost[0].path)
        )
    return tuple(losses)


def cannot_carry(dialect: Dialect, at: Path, called: str = "") -> DialectCannotCarry:
    """The refusal of what stands at `at`, without which the request would mean something else."""
    where = dotted(at)
    return DialectCannotCarry(
        f"{called or where or 'A part'} cannot be carried to a model that speaks {dialect}. "
        "Name a model of another provider, or leave the field out.",
        param=where or None,
    )


def _check_choice(conversation: Conversation) -> None:
    """A demand for a tool where none is offered has no place in what is written; all providers answer 400 to it."""
    choice = conversation.tool_choice
    if choice is None or choice.mode not in ("required", "named") or conversation.tools:
        return
    path = next((at for feature, at in conversation.features.items() if feature.startswith("tool_choice")), None)
    name = dotted(path or ("tool_choice",))
    raise DialectCannotCarry(
        f"{name} asks for a tool, and the request offers none. Offer tools, or leave the field out.", param=name
    )


def elsewhere(conversation: Conversation | EmbeddingsRequest, loss: Loss) -> list[Loss]:
    """The same of every other place at which the feature is used."""
    places = dict.fromkeys(conversation.further.get(loss.feature, ()))
    return [Loss(path, loss.feature, loss.action, loss.why) for path in places if path != loss.path]


def declared(losses: Sequence[Loss]) -> str | None:
    """The losses as the header `x-gateway-dropped` tells them: `top_k, messages[0].content[1] (approximated)`."""
    if not losses:
        return None
    told = ""
    names = list(dict.fromkeys(map(_name, losses)))  # one place may be lost in two respects
    for number, name in enumerate(names):
        more = f"{told}, {name}" if told else name
        if number == MAX_TOLD or len(more) > MAX_TOLD_LENGTH - _ROOM_FOR_MORE:
            left = len(names) - number
            return f"{told}, and {left} more" if told else f"{left} fields of long names"
        told = more
    return told


def _name(loss: Loss) -> str:
    """Paths hold names that the client chose, and this text goes into a header."""
    name = "".join(letter if " " <= letter <= "~" else "?" for letter in dotted(loss.path))
    return f"{name} (approximated)" if loss.action == "approximated" else name
