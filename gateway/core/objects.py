"""Objects that providers keep for us: files, batches, jobs, stored responses, their items, containers; and who holds
which.

Promise: an object belongs to the team whose call made it. To every other team it does not exist, and its id never
reaches a provider in their name.

Invariants
- An id that enters an upstream URL is letters, digits, `_` and `-`, at most 128 of them.
- What is kept here of an object is its id, holder and kind: neither its name nor what is in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final, Literal, Protocol

import msgspec

from gateway.core.messages import Dialect

ObjectKind = Literal["file", "batch", "fine_tuning_job", "response", "conversation", "container", "item", "model"]
"""`item`: a part of an answer that can be named instead of being sent (an output item, what a model spoke).
`model`: one that a job tuned, under its `model_id`."""
Verb = Literal[
    "create", "list", "get", "delete", "cancel", "content", "pause", "resume", "events", "checkpoints", "input_items"
]

_TUNED: Final = ("ft:", "tunedmodels/")
"""How providers name what their customers tuned (OpenAI's and Mistral's, Google's)."""
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


def is_object_id(text: object) -> bool:
    """Whether this may be an object's id, and stand in a URL."""
    return type(text) is str and _ID.fullmatch(text) is not None


def is_tuned(model: str) -> bool:
    """Whether a provider's name of a model says that it was tuned for somebody."""
    return model.strip().lower().startswith(_TUNED)


def model_id(name: str) -> str:
    """The id under which a tuned model is held: its name has signs that ids do not."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


class ObjectCall(msgspec.Struct, frozen=True):
    """What a path asks of an object, or of all of a kind."""

    kind: ObjectKind
    verb: Verb
    id: str | None = None


class Reference(msgspec.Struct, frozen=True):
    """An object that a request names. `store`: one that was made outside, which only policy knows. `beside`: what it
    is stands in the request, too, so that only another team's is refused.
    """

    kind: ObjectKind | Literal["store"]
    id: str
    param: str
    beside: bool = False


class OwnedObject(msgspec.Struct, frozen=True, kw_only=True):
    """One object. `dialect`: openai_chat for both of OpenAI's. `created_at` in Unix seconds."""

    id: str
    provider: str
    dialect: Dialect
    kind: ObjectKind
    team: str
    created_at: float
    model: str | None = None
    """Of a batch, who answers. Of a file of requests, who is asked: empty where its lines name nobody, None where they
    were never read."""
    model_asked: str | None = None
    """By which name: the model's limits are those of that name."""
    parent: str | None = None
    """Of a file with results: the batch that wrote it."""
    usage_recorded_at: float | None = None
    """Since when what it used is in a usage row, or will be in its job's; None where nobody keeps a book of it."""
    asked_answers: int | None = None
    asked_input: int | None = None
    asked_output: int | None = None
    asked_calls: str | None = None
    """Of a file of requests, what they may come to; None where it was never read for that."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list: behind the object `after`, or behind so many."""

    limit: int
    after: str | None = None
    offset: int = 0


class ObjectPage(msgspec.Struct, frozen=True):
    """Newest first; `more` behind them, `total` in all."""

    objects: tuple[OwnedObject, ...]
    more: bool
    total: int


class ObjectRegister(Protocol):
    """Who holds what. Every method raises Overloaded where the register cannot be asked."""

    async def hold(self, owned_objects: Sequence[OwnedObject]) -> None:
        """Write down who holds these; what is held already stays with its holder."""
        ...

    async def find(self, team: str, dialect: Dialect, kind: ObjectKind, object_id: str) -> OwnedObject | None:
        """The team's own object of this id."""
        ...

    async def held(self, team: str, dialect: Dialect, kind: ObjectKind, ids: Collection[str]) -> dict[str, OwnedObject]:
        """Those of `ids` that are the team's own, by id."""
        ...

    async def foreign(self, team: str, dialect: Dialect, kind: ObjectKind, ids: Collection[str]) -> set[str]:
        """Those of `ids` that are another team's."""
        ...

    async def page(self, team: str, dialect: Dialect, kind: ObjectKind, window: Window) -> ObjectPage:
        """The team's own objects of this kind."""
        ...

    async def forget(self, owned: OwnedObject) -> None:
        """The object is gone."""
        ...


class EarlierAnswers(Protocol):
    async def came_to(self, named: Sequence[OwnedObject]) -> tuple[int, bool]:
        """Tokens that are read where a request names these, by the usage of the answers that they are or are parts of;
        and whether that is all: nothing is known of a file, of a conversation's name, of a
        container alone, or while the database is away.
        """
        ...


async def read_in_all(earlier: EarlierAnswers, named: Sequence[OwnedObject], presumed: int, sent: int) -> int:
    """Tokens of input, where `sent` of them came with a request that names these: by what the named came to, else what
    such requests are presumed to come to in all.
    """
    kept, whole = await earlier.came_to(named) if named else (0, False)
    return sent + kept if whole else max(sent + kept, presumed)


def family(dialect: Dialect) -> Dialect:
    """The dialect under which objects are held: OpenAI's two share theirs."""
    return "openai_chat" if dialect == "openai_responses" else dialect
