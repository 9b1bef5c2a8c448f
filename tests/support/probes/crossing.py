"""Probes sent across: from a client's dialect into every other, with what the loss table says of it beside what came.

A request that stays within its dialect goes out as the client's own bytes, so only pairs of two dialects are here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import msgspec

from gateway.core.edits import dotted
from gateway.core.messages import DIALECTS, Conversation, Dialect
from gateway.dialects.anthropic.columns import column as anthropic_column
from gateway.dialects.codec import ProviderCodec
from gateway.dialects.gemini.columns import column_for
from gateway.dialects.losses import FEATURES, Loss, Verdict
from gateway.dialects.mistral.columns import column as mistral_column
from gateway.dialects.openai_chat.columns import column as chat_column
from gateway.dialects.openai_chat.flavours import HOSTED, LOCAL
from gateway.dialects.openai_chat.request_out import TIERS
from gateway.dialects.openai_responses.columns import column as responses_column
from gateway.dialects.registry import CLIENT_CODECS, LOCAL_PROVIDER_CODECS, PROVIDER_CODECS
from gateway.errors import DialectCannotCarry
from tests.support.probes import anthropic, gemini, mistral, openai_chat, openai_responses
from tests.support.probes.probe import Probe, Schema, Tree

Fate = Literal["carries", "approximates", "drops", "refuses"]

PROBES: dict[Dialect, list[Probe]] = {
    "openai_chat": openai_chat.PROBES,
    "openai_responses": openai_responses.PROBES,
    "anthropic": anthropic.PROBES,
    "gemini": gemini.PROBES,
    "mistral": mistral.PROBES,
}
SCHEMAS: dict[Dialect, Schema] = {
    "openai_chat": openai_chat.SCHEMA_OF_SDK,
    "openai_responses": openai_responses.SCHEMA_OF_SDK,
    "anthropic": anthropic.SCHEMA_OF_SDK,
    "gemini": gemini.SCHEMA_OF_SDK,
    "mistral": mistral.SCHEMA_OF_SDK,
}


class Target(msgspec.Struct, frozen=True):
    """A kind of provider: its codec, a model of it, and its column of the table for a conversation."""

    name: str
    dialect: Dialect
    codec: ProviderCodec
    model: str
    column: Callable[[Conversation], Mapping[str, Verdict]]

    def __repr__(self) -> str:
        return self.name


def _hosted(conversation: Conversation) -> Mapping[str, Verdict]:
    return chat_column(
        conversation,
        HOSTED.carries,
        "openai_chat",
        service_tiers=TIERS,
        efforts=HOSTED.efforts,
        longest_user=HOSTED.longest_user,
    )


def _local(conversation: Conversation) -> Mapping[str, Verdict]:
    return chat_column(
        conversation,
        LOCAL.carries,
        "openai_chat",
        service_tiers=TIERS,
        efforts=LOCAL.efforts,
        strict_subset=False,
    )


def _claude(model: str) -> Callable[[Conversation], Mapping[str, Verdict]]:
    return lambda conversation: anthropic_column(conversation, model)


def _gemini(model: str) -> Callable[[Conversation], Mapping[str, Verdict]]:
    return lambda conversation: column_for(conversation, model)


def _thinking(
    column: Callable[[Conversation], Mapping[str, Verdict]],
) -> Callable[[Conversation], Mapping[str, Verdict]]:
    """For models that always think."""
    return lambda conversation: {
        feature: verdict for feature, verdict in column(conversation).items() if feature != "logprobs"
    }


TARGETS: tuple[Target, ...] = (
    Target("openai_chat", "openai_chat", PROVIDER_CODECS["openai_chat"], "gpt-5.5", _hosted),
    Target("local", "openai_chat", LOCAL_PROVIDER_CODECS["openai_chat"], "qwen3", _local),
    Target("openai_responses", "openai_responses", PROVIDER_CODECS["openai_responses"], "gpt-5.5", responses_column),
    Target("anthropic", "anthropic", PROVIDER_CODECS["anthropic"], "claude-opus-5", _claude("claude-opus-5")),
    Target("gemini", "gemini", PROVIDER_CODECS["gemini"], "gemini-3-pro", _gemini("gemini-3-pro")),
    Target("mistral", "mistral", PROVIDER_CODECS["mistral"], "mistral-large-latest", mistral_column),
)

OLDER: tuple[Target, ...] = (
    Target("openai_chat, thinking", "openai_chat", PROVIDER_CODECS["openai_chat"], "gpt-5-mini", _thinking(_hosted)),
    Target(
        "openai_responses, thinking",
        "openai_responses",
        PROVIDER_CODECS["openai_responses"],
        "o3",
        _thinking(responses_column),
    ),
    Target(
        "anthropic, sampled", "anthropic", PROVIDER_CODECS["anthropic"], "claude-opus-4-6", _claude("claude-opus-4-6")
    ),
    Target(
        "anthropic, budgets",
        "anthropic",
        PROVIDER_CODECS["anthropic"],
        "claude-sonnet-4-5",
        _claude("claude-sonnet-4-5"),
    ),
    Target(
        "anthropic, no thinking",
        "anthropic",
        PROVIDER_CODECS["anthropic"],
        "claude-3-5-haiku",
        _claude("claude-3-5-haiku"),
    ),
    Target("gemini, budgets", "gemini", PROVIDER_CODECS["gemini"], "gemini-2.5-flash", _gemini("gemini-2.5-flash")),
    Target("gemini, penalties", "gemini", PROVIDER_CODECS["gemini"], "gemini-2.0-flash", _gemini("gemini-2.0-flash")),
)
"""Models that take a wish to think otherwise."""


class Crossing(msgspec.Struct, frozen=True):
    """One probe at one target.

    `told`: what the table says of each feature that the probe adds, with its path. `unknown`: the paths that decoding
    did not understand. `refusal`: the field that the refusal named, or None; then `losses` and `changed` say what
    encoding told, and whether the body differs from that of the request without the field.
    """

    client: Dialect
    probe: Probe
    target: Target
    told: dict[str, tuple[Fate, str]]
    unknown: tuple[str, ...]
    refusal: str | None = None
    losses: tuple[Loss, ...] = ()
    changed: bool = False
    base_losses: tuple[Loss, ...] = ()
    base_refused: bool = False
    """The request is refused there also without the field."""

    @property
    def expected(self) -> set[Fate]:
        return {fate for fate, _ in self.told.values()}

    @property
    def silent(self) -> bool:
        return self.refusal is None and not self.losses and not self.changed

    def __repr__(self) -> str:
        return f"{self.client} {self.probe.name} to {self.target.name}"


def decoded(client: Dialect, tree: Tree) -> Conversation:
    codec = CLIENT_CODECS[client]
    path_model = "m" if client == "gemini" else None
    conversation = codec.decode_request(tree, codec.envelope(tree, path_model, False))
    assert isinstance(conversation, Conversation)
    return conversation


def crossed(client: Dialect, probe: Probe, target: Target) -> Crossing:
    conversation, plain = decoded(client, probe.tree), decoded(client, probe.base)
    column = target.column(conversation)
    told: dict[str, tuple[Fate, str]] = {
        feature: (_fate(feature, column), dotted(at))
        for feature, at in conversation.features.items()
        if feature not in plain.features
    }
    unknown = tuple(dotted(at) for at in conversation.unclaimed if at not in plain.unclaimed)
    try:
        before = target.codec.encode_request(plain, target.model, False)
    except DialectCannotCarry as refused:
        return Crossing(client, probe, target, told, unknown, refused.param or "", base_refused=True)
    try:
        encoded = target.codec.encode_request(conversation, target.model, False)
    except DialectCannotCarry as refused:
        return Crossing(client, probe, target, told, unknown, refused.param or "")
    losses = tuple(loss for loss in encoded.losses if loss not in before.losses)
    return Crossing(client, probe, target, told, unknown, None, losses, encoded.body != before.body, before.losses)


def crossings(targets: tuple[Target, ...] = TARGETS) -> Iterator[Crossing]:
    for client in DIALECTS:
        for target in targets:
            if target.dialect != client:
                for probe in PROBES[client]:
                    yield crossed(client, probe, target)


def strictly(crossing: Crossing) -> str | None:
    """The field that `x-gateway-strict` refuses by name, or None where it lets the request pass."""
    target = crossing.target
    try:
        target.codec.encode_request(decoded(crossing.client, crossing.probe.tree), target.model, True)
    except DialectCannotCarry as refused:
        return refused.param or ""
    return None


def _fate(feature: str, column: Mapping[str, Verdict]) -> Fate:
    verdict = column.get(feature)
    if verdict is not None:
        return verdict
    return "refuses" if FEATURES[feature] == "meaning" else "drops"
