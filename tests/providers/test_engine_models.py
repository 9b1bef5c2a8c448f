"""What engines say of their models, each in its own form."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.engines import Engine, Models, ModelState
from gateway.providers.engine_models import LISTS, LONGEST_NAME, MAX_MODELS, models_of

TAGS = {"models": [{"name": "llama3.3:latest", "model": "llama3.3:latest"}, {"name": "qwen3:8b"}]}
INDEX = [
    {"name": "llama", "version": "1", "state": "READY"},
    {"name": "llama", "version": "2", "state": "LOADING"},
    {"name": "next", "state": "LOADING"},
    {"name": "old", "state": "UNAVAILABLE", "reason": "unloaded"},
]
ROUTER = {
    "data": [
        {"id": "a", "status": {"value": "loaded"}},
        {"id": "b", "status": {"value": "loading"}},
        {"id": "c", "status": {"value": "unloaded"}},
        {"id": "d", "status": {"value": "unloaded", "failed": True, "exit_code": 1}},
        {"id": "e", "status": {"value": "sleeping"}},
    ]
}


def listed(*names: str) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


def told(any_name: bool = False, **states: ModelState) -> Models:
    return Models(states, any_name)


@pytest.mark.parametrize(
    ("engine", "answers", "models"),
    [
        ("vllm", [listed("llama", "llama-lora")], Models({"llama": "loaded", "llama-lora": "loaded"})),
        ("sglang", [listed("llama")], told(llama="loaded", any_name=True)),
        (
            "llama_cpp",
            [{"data": [{"id": "x.gguf", "aliases": ["llama"]}]}],
            Models({"x.gguf": "loaded", "llama": "loaded"}, any_name=True),
        ),
        ("llama_cpp", [ROUTER], told(a="loaded", b="loading", c="idle", e="idle")),
        (
            "ollama",
            [TAGS, {"models": [{"name": "qwen3:8b", "model": "qwen3:8b"}]}],
            Models({"llama3.3:latest": "idle", "llama3.3": "idle", "qwen3:8b": "loaded"}),
        ),
        ("ollama", [TAGS, None], Models(dict.fromkeys(("llama3.3:latest", "llama3.3", "qwen3:8b"), "loaded"))),
        ("ollama", [{"models": []}, {"models": []}], told()),
        ("triton", [INDEX, None], told(llama="loaded", next="loading")),
        ("triton", [None, listed("llama")], told(llama="loaded")),
    ],
)
def test_each_engines_own_lists_are_read(engine: Engine, answers: list[Any], models: Models) -> None:
    assert models_of(engine, [None if each is None else json.dumps(each).encode() for each in answers]) == models


@pytest.mark.parametrize("engine", get_args(Engine))
@pytest.mark.parametrize("answer", [None, b"", b"not json", b"null", b"{}", b'{"data": 5, "models": 5}', b"\xff"])
def test_what_cannot_be_read_tells_nothing(engine: Engine, answer: bytes | None) -> None:
    assert models_of(engine, [answer] * len(LISTS[engine])) is None


def test_an_empty_list_of_an_engine_that_always_has_one_model_tells_nothing() -> None:
    assert models_of("vllm", [json.dumps(listed()).encode()]) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(
            st.sampled_from(["data", "models", "id", "name", "model", "state", "status", "value", "aliases"]), below
        )
    ),
)


@given(st.sampled_from(get_args(Engine)), JSON, JSON)
def test_no_answer_breaks_the_reader(engine: Engine, first: Any, second: Any) -> None:
    answers = [json.dumps(each).encode() for each in (first, second)]
    models = models_of(engine, answers[: len(LISTS[engine])])
    assert models is None or set(models.states.values()) <= set(get_args(ModelState))


def test_what_is_kept_is_bounded() -> None:
    models = models_of(
        "vllm", [json.dumps(listed("x" * (LONGEST_NAME + 1), *map(str, range(2 * MAX_MODELS)))).encode()]
    )
    assert models is not None
    assert len(models.states) < MAX_MODELS
    assert max(map(len, models.states)) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("engine", "answer"),
    [
        ("llama_cpp", {"data": [{"id": "m", "aliases": [f"alias-{number}" for number in range(2 * MAX_MODELS)]}]}),
        ("ollama", {"models": [{"name": f"m{number}:latest"} for number in range(MAX_MODELS)]}),
    ],
)
def test_no_more_names_are_kept_than_are_promised(engine: Engine, answer: Any) -> None:
    found = models_of(engine, [json.dumps(answer).encode(), None])
    assert found is not None
    assert len(found.states) == MAX_MODELS
