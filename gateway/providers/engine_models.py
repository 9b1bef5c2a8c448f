"""Which models a local inference server has, read from its own lists.

Source of the paths and forms: vLLM 0.32 and SGLang 0.5.23 (`/v1/models`), llama.cpp 11549 (the same; as a router of
several models with a `status` each), Ollama 0.40 (`/api/tags` is its disk, `/api/ps` its memory), Triton 2.7x (the
repository's index of KServe's protocol, or its OpenAI frontend's `/v1/models`).

Invariants
- What cannot be read tells nothing: no list refuses a server that would have answered.
- At most MAX_MODELS names are kept, none longer than LONGEST_NAME.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from gateway.core.engines import Engine, Models, ModelState

MAX_MODELS: Final = 4096
LONGEST_NAME: Final = 256

Question = tuple[str, str]
"""(method, path below the server's root)."""

LISTS: Final[Mapping[Engine, tuple[Question, ...]]] = {
    "vllm": (("GET", "/v1/models"),),
    "sglang": (("GET", "/v1/models"),),
    "llama_cpp": (("GET", "/v1/models"),),
    "ollama": (("GET", "/api/tags"), ("GET", "/api/ps")),
    "triton": (("POST", "/v2/repository/index"), ("GET", "/v1/models")),
}

_ROUTER: Final[Mapping[str, ModelState]] = {
    "loaded": "loaded",
    "loading": "loading",
    "unloaded": "idle",
    "sleeping": "idle",
}
"""llama.cpp's words for the models of a router."""


def models_of(engine: Engine, answers: Sequence[bytes | None]) -> Models | None:
    """What the server has. `answers`: a body for each of `LISTS[engine]`, None where it was refused.

    None where that tells nothing.
    """
    trees = [_tree(answer) for answer in answers]
    match engine:
        case "ollama":
            return _of_ollama(trees[0], trees[1])
        case "triton":
            return _of_triton(trees[0]) or _listed(trees[1], any_name=False)
        case "llama_cpp":
            return _of_llama(trees[0])
        case _:
            return _listed(trees[0], any_name=engine == "sglang")


def _of_ollama(disk: Any, memory: Any) -> Models | None:
    """A name without a tag means `latest`."""
    if not _has_list(disk, "models"):
        return None
    loaded = {name for record in _records(memory, "models") for name in _named(record, "model", "name")}
    told = _has_list(memory, "models")
    states: dict[str, ModelState] = {}
    for record in _records(disk, "models"):
        for name in _named(record, "model", "name"):
            state: ModelState = "loaded" if not told or name in loaded else "idle"
            states[name] = states[name.removesuffix(":latest")] = state
    return _kept(states, any_name=False)


def _of_triton(index: Any) -> Models | None:
    """A model is there when one of its versions is."""
    if not isinstance(index, list):
        return None
    states: dict[str, ModelState] = {}
    for record in index[:MAX_MODELS]:
        if not isinstance(record, dict) or not isinstance(name := record.get("name"), str):
            continue
        if record.get("state") == "READY":
            states[name] = "loaded"
        elif record.get("state") == "LOADING":
            states.setdefault(name, "loading")
    return _kept(states, any_name=False)


def _of_llama(tree: Any) -> Models | None:
    """A server of one model answers every name with it; a router loads what it is asked for."""
    states: dict[str, ModelState] = {}
    routes = False
    for record in _records(tree, "data"):
        state: ModelState = "loaded"
        if isinstance(status := record.get("status"), dict):
            routes = True
            if status.get("failed") or (said := _ROUTER.get(str(status.get("value")))) is None:
                continue
            state = said
        aliases = record.get("aliases")
        for name in (*_named(record, "id"), *(aliases if isinstance(aliases, list) else ())):
            if isinstance(name, str):
                states[name] = state
    return _kept(states, any_name=not routes) if states or routes else None


def _listed(tree: Any, *, any_name: bool) -> Models | None:
    """An empty list is that of a server that does not say: one without any model would serve nothing."""
    if not any(True for _ in _records(tree, "data")):
        return None
    return _kept({name: "loaded" for record in _records(tree, "data") for name in _named(record, "id")}, any_name)


def _kept(states: Mapping[str, ModelState], any_name: bool) -> Models:
    short = ((name, state) for name, state in states.items() if len(name) <= LONGEST_NAME)
    return Models(dict(islice(short, MAX_MODELS)), any_name)


def _has_list(tree: Any, key: str) -> bool:
    return isinstance(tree, dict) and isinstance(tree.get(key), list)


def _records(tree: Any, key: str) -> Iterator[dict[str, Any]]:
    if _has_list(tree, key):
        yield from (record for record in tree[key][:MAX_MODELS] if isinstance(record, dict))


def _named(record: dict[str, Any], *keys: str) -> Iterator[str]:
    yield from (name for key in keys if isinstance(name := record.get(key), str))


def _tree(answer: bytes | None) -> Any:
    if answer is None:
        return None
    try:
        return msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
