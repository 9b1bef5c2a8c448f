"""How busy a local inference server is, and what models it has, by its own word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Engine = Literal["vllm", "llama_cpp", "ollama", "sglang", "triton"]

DRAINED: Final = "it is drained, by `drain: true`"
"""Why a provider is not called, in a sentence part, as `Policy.disabled` has it."""

ModelState = Literal["loaded", "loading", "idle"]
"""It answers at once · it is being loaded · it lies on the server's disk, and is loaded when somebody asks for it."""


class Models(msgspec.Struct, frozen=True):
    """What a server says of its models, by the names that requests call them.

    `any_name`: a name that is not among them is answered all the same, by the model that is there.
    """

    states: Mapping[str, ModelState]
    any_name: bool = False


class EngineLoad(msgspec.Struct, frozen=True):
    """`running` and `waiting` in requests; `cache_used` from 0 to 1, None where the engine does not tell.

    `models` None: it tells nothing, and is presumed to have what it is asked for. `share`: how much of what it would
    get it gets, from 0 to 1; less than 1 while it warms up.
    """

    running: int = 0
    waiting: int = 0
    cache_used: float | None = None
    models: Models | None = None
    share: float = 1.0


class WarmUp(msgspec.Struct, frozen=True, kw_only=True):
    """How a server that has started is brought to warmth; where nothing is said, it is warm at once.

    `over`: seconds in which its share grows to the full. `prompt`: what each of its models is asked first, for one
    token; None: nothing.
    """

    over: float = 30.0
    prompt: str | None = None


class ServerShown(msgspec.Struct, frozen=True, kw_only=True):
    """A local server as one replica of the gateway sees it.

    `state`: `ready`, `warming`, `not_ready`, `draining`, `empty` (drained, and nothing of ours is under way there) or
    `unwatched`. `under_way`: calls of this replica that have not ended. `models`: those that the policy asks it for;
    `unsaid` where the server tells nothing of them.
    """

    name: str
    state: Literal["ready", "warming", "not_ready", "draining", "empty", "unwatched"]
    under_way: int
    running: int | None = None
    waiting: int | None = None
    cache_used: float | None = None
    share: float = 1.0
    models: dict[str, Literal["loaded", "loading", "idle", "missing", "another", "unsaid"]] = {}
