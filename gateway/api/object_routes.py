"""Paths of objects: files, batches, jobs, stored responses, in each dialect.

Invariant: an id is checked before anything is asked with it; a path whose id cannot be one is 404, as a foreign one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectCall, ObjectKind, Verb, is_object_id
from gateway.core.operations import Route as Operation
from gateway.errors import MethodNotAllowed, NotFound

_COLLECTIONS: Final[dict[tuple[Dialect, str], tuple[ObjectKind, Operation]]] = {
    ("openai_chat", "files"): ("file", "files"),
    ("openai_chat", "batches"): ("batch", "batches"),
    ("openai_chat", "fine_tuning/jobs"): ("fine_tuning_job", "fine_tuning"),
    ("openai_chat", "responses"): ("response", "responses"),
    ("anthropic", "files"): ("file", "files"),
    ("anthropic", "messages/batches"): ("batch", "batches"),
    ("mistral", "files"): ("file", "files"),
    ("mistral", "batch/jobs"): ("batch", "batches"),
    ("gemini", "batches"): ("batch", "batches"),
}
"""(surface, collection) -> what is in it, and the operation that usage rows name."""

_VERBS: Final[dict[tuple[Dialect, ObjectKind], dict[str, tuple[str, Verb]]]] = {
    ("openai_chat", "file"): {"/content": ("GET", "content")},
    ("openai_chat", "batch"): {"/cancel": ("POST", "cancel")},
    ("openai_chat", "fine_tuning_job"): {
        "/cancel": ("POST", "cancel"),
        "/pause": ("POST", "pause"),
        "/resume": ("POST", "resume"),
        "/events": ("GET", "events"),
        "/checkpoints": ("GET", "checkpoints"),
    },
    ("openai_chat", "response"): {"/cancel": ("POST", "cancel"), "/input_items": ("GET", "input_items")},
    ("anthropic", "file"): {"/content": ("GET", "content")},
    ("anthropic", "batch"): {"/cancel": ("POST", "cancel"), "/results": ("GET", "content")},
    ("mistral", "file"): {"/content": ("GET", "content")},
    ("mistral", "batch"): {"/cancel": ("POST", "cancel")},
    ("gemini", "batch"): {":cancel": ("POST", "cancel")},
}
"""What can be asked of one object beside GET and DELETE, by what stands behind its id."""

_UNDELETABLE: Final[frozenset[tuple[Dialect, ObjectKind]]] = frozenset(
    {("openai_chat", "batch"), ("openai_chat", "fine_tuning_job")}
)

_COLLECTION: Final = r"(?:/v1)?/v1(?:beta)?/(files|batches|fine_tuning/jobs|responses|messages/batches|batch/jobs)"
_PATH: Final = re.compile(_COLLECTION + r"(?:/([^/:]{0,256})([/:][a-z_]{1,32})?)?/?")
_BELOW: Final = re.compile(_COLLECTION + r"/(.+)", re.DOTALL)
_NO_ID: Final = "No object can have this id. Send it as it was given."
_RESERVED: Final = frozenset({"input_tokens", "compact"})
"""Behind `/responses`: operations, not ids."""

Found = tuple[Dialect, Operation, ObjectCall]


def match_object(method: str, dialect: Dialect, below: str) -> Found | None:
    """What a path asks of an object; None where it is no object's path. Raises NotFound, MethodNotAllowed."""
    found = _PATH.fullmatch(below)
    if found is None:
        _refuse_what_names_no_object(dialect, below)
        return None
    collection, object_id, behind = found.groups()
    known = _COLLECTIONS.get((dialect, collection))
    if known is None or object_id in _RESERVED or (not object_id and collection == "responses"):
        return None
    kind, operation = known
    own: Dialect = "openai_responses" if kind == "response" else dialect
    if not object_id:
        verbs: dict[str, Verb] = {"POST": "create", "GET": "list"}
        if dialect == "gemini":
            del verbs["POST"]  # batches are created below their model
    elif behind is not None:
        asked = _VERBS[dialect, kind].get(behind)
        if asked is None:
            return None
        verbs = {asked[0]: asked[1]}
    else:
        verbs = {"GET": "get"} if (dialect, kind) in _UNDELETABLE else {"GET": "get", "DELETE": "delete"}
    verb = verbs.get(method)
    if verb is None:
        raise not_allowed(method, verbs)
    if object_id and not is_object_id(object_id):
        raise NotFound(_NO_ID)
    return own, operation, ObjectCall(kind, verb, object_id or None)


def _refuse_what_names_no_object(dialect: Dialect, below: str) -> None:
    """Of a path with more behind its id than any verb: a part that ids and verbs have no signs for is an id that cannot
    be one (a slash in it was percent-encoded). Raises NotFound.
    """
    found = _BELOW.fullmatch(below)
    if found is None or (dialect, found[1]) not in _COLLECTIONS:
        return
    if not all(map(is_object_id, re.split("[/:]", found[2].removesuffix("/")))):
        raise NotFound(_NO_ID)


def not_allowed(method: str, allowed: Iterable[str]) -> MethodNotAllowed:
    """The refusal of `method` where the others are served."""
    error = MethodNotAllowed(f"Use {' or '.join(allowed)} here, not {method[:16]}.")
    error.allow = ", ".join(allowed)
    return error
