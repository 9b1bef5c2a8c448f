"""The loss table held to the wire: every field of every SDK, into every other dialect.

What a column says of a feature is compared with what the encoder did: the body with and without the field, the losses
told, the refusal. And no field vanishes in silence, but those that `silent` explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from gateway.core.edits import dotted
from gateway.core.messages import DIALECTS, Dialect
from gateway.dialects.losses import FEATURES, Loss
from tests.dialects import loss_table
from tests.support.probes.crossing import OLDER, PROBES, SCHEMAS, TARGETS, Crossing, Target, crossed, strictly
from tests.support.probes.silent import SILENT

PAIRS = [(client, target) for client in DIALECTS for target in (*TARGETS, *OLDER) if target.dialect != client]

_SAMPLING = ("temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty", "logit_bias")
ENCODER_KNOWS_BETTER = {
    ("anthropic", "reasoning"): "effort and budget stand for each other, by the model's generation",
    ("anthropic", "json_schema"): "an open schema is closed, and bounds are told in words, as the API demands",
    ("anthropic", "system_mid_conversation"): "most models take system text at the beginning only",
    **{
        (dialect, "reasoning"): "a model that exists takes the nearest effort that it knows"
        for dialect in ("openai_chat", "openai_responses")
    },
    ("openai_chat", "parallel_tool_calls"): "the o-series refuses to hear of it",
    ("openai_responses", "parallel_tool_calls"): "the o-series refuses to hear of it",
    **{
        (dialect, setting): "models that think, or are new, take no sampling settings"
        for dialect in ("anthropic", "openai_chat", "openai_responses")
        for setting in _SAMPLING
    },
}
"""Where a column says `carries` and the encoder, which knows the model and the value, may tell less."""

NEAR_ENOUGH_UNASKED = {
    "json_object": "Claude has no such mode; the prompt asks for JSON in words, as OpenAI demands of it",
    "reasoning": "as much as the model likes is its default, and thoughts are shown as far as it shows any",
}
"""Where `approximates` may leave no trace in the body."""

OF_EMBEDDINGS = {"dimensions", "number_type", "task_type", "title", "token_inputs"}

pairs = pytest.mark.parametrize(("client", "target"), PAIRS, ids=[f"{client}-{target}" for client, target in PAIRS])


def wrong_ones(client: Dialect, target: Target, holds: Callable[[Crossing], bool]) -> list[Crossing]:
    return [one for one in crossings(client, target) if not holds(one)]


def every_crossing() -> Iterator[Crossing]:
    for client, target in PAIRS:
        yield from crossings(client, target)


@cache
def crossings(client: Dialect, target: Target) -> list[Crossing]:
    return [crossed(client, probe, target) for probe in PROBES[client]]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_field_of_the_sdk_has_a_probe(dialect: Dialect) -> None:
    schema = SCHEMAS[dialect]
    assert schema.unprobed(PROBES[dialect]) == set(), "new in the SDK: decide what becomes of them, and probe it"
    assert schema.gone() == set(), "no longer in the SDK"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_two_probes_have_one_name(dialect: Dialect) -> None:
    names = [probe.name for probe in PROBES[dialect]]
    assert sorted(set(names)) == sorted(names)


def test_every_feature_of_a_chat_is_probed() -> None:
    assert {feature for one in every_crossing() for feature in one.told} == FEATURES.keys() - OF_EMBEDDINGS


@pairs
def test_what_would_change_the_meaning_is_refused_by_name_and_nothing_else_is(client: Dialect, target: Target) -> None:
    def holds(one: Crossing) -> bool:
        if one.base_refused:
            return bool(one.refusal)
        refused = {at for fate, at in one.told.values() if fate == "refuses"}
        return one.refusal in refused if refused else one.refusal is None

    assert wrong_ones(client, target, holds) == []


@pairs
def test_the_losses_told_are_those_of_the_table(client: Dialect, target: Target) -> None:
    def holds(one: Crossing) -> bool:
        if one.refusal is not None:
            return True
        unknown = sorted(dotted(loss.path) for loss in one.losses if loss.feature == "unknown")
        return told_as_promised(one) and unknown == sorted(one.unknown)

    assert wrong_ones(client, target, holds) == []


ACTIONS = {"approximates": "approximated", "drops": "dropped"}


def told_as_promised(one: Crossing) -> bool:
    told = {loss.feature: loss for loss in one.losses if loss.feature != "unknown"}
    for feature, (fate, at) in one.told.items():
        loss: Loss | None = told.pop(feature, None)
        knows_better = (one.target.dialect, feature) in ENCODER_KNOWS_BETTER
        if fate == "carries":
            if loss is not None and not knows_better:
                return False
        elif loss is None or dotted(loss.path) != at or (loss.action != ACTIONS[fate] and not knows_better):
            return False
    return not told


@pairs
def test_what_is_carried_is_in_the_body_and_what_is_dropped_is_not(client: Dialect, target: Target) -> None:
    def holds(one: Crossing) -> bool:
        if one.refusal is not None:
            return True
        dropped = {loss.feature for loss in one.losses if loss.action == "dropped"}
        carried = {feature for feature, (fate, _) in one.told.items() if fate == "carries"} - dropped
        if carried:
            # A model that cannot think honours the wish not to.
            return one.changed or (target.name == "anthropic, no thinking" and carried == {"reasoning"})
        if one.expected <= {"drops"} and (one.told or one.unknown):
            return not one.changed
        return True

    assert wrong_ones(client, target, holds) == []


@pairs
def test_an_approximation_is_in_the_body_too(client: Dialect, target: Target) -> None:
    def holds(one: Crossing) -> bool:
        dropped = {loss.feature for loss in one.losses if loss.action == "dropped"}
        near = {feature for feature, (fate, _) in one.told.items() if fate == "approximates"} - dropped
        return one.refusal is not None or one.changed or near <= NEAR_ENOUGH_UNASKED.keys()

    assert wrong_ones(client, target, holds) == []


def test_the_list_of_approximations_without_a_trace_is_not_too_long() -> None:
    traceless = {
        feature
        for one in every_crossing()
        if one.refusal is None and not one.changed
        for feature, (fate, _) in one.told.items()
        if fate == "approximates"
        and not any(loss.feature == feature and loss.action == "dropped" for loss in one.losses)
    }
    assert traceless == NEAR_ENOUGH_UNASKED.keys()


@pairs
def test_strict_refuses_what_is_dropped_by_name_and_nothing_else(client: Dialect, target: Target) -> None:
    def holds(one: Crossing) -> bool:
        if one.refusal is not None:
            return True
        lost = {dotted(loss.path) for loss in (*one.losses, *one.base_losses) if loss.action == "dropped"}
        refused = strictly(one)
        return refused in lost if lost else refused is None

    assert wrong_ones(client, target, holds) == []


def test_nothing_vanishes_in_silence_but_what_is_explained() -> None:
    today = {target.name for target in TARGETS}
    silent = {(one.client, one.probe.name) for one in every_crossing() if one.silent and one.target.name in today}
    assert silent == SILENT.keys()


def test_what_may_vanish_in_silence_is_nowhere_told_or_refused() -> None:
    told = [
        one
        for one in every_crossing()
        if (one.client, one.probe.name) in SILENT and not one.base_refused and (one.losses or one.refusal is not None)
    ]
    assert told == []


def test_the_written_table_is_in_step() -> None:
    assert loss_table.PLACE.read_text(encoding="utf-8") == loss_table.written(), "python -m tests.dialects.loss_table"
