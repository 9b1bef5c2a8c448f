"""How each dialect speaks of objects: where they live, how they are listed, and what an answer tells of them.

Sources: the types and paths of openai 3.54, anthropic 2.12, mistralai 3.7 and google-genai 3.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from gateway.core.edits import Path
from gateway.core.jobs import UpperBound
from gateway.core.messages import Dialect
from gateway.core.objects import ObjectCall, ObjectKind, Window, family, is_object_id
from gateway.core.usage import Usage, count
from gateway.dialects.batch_lines import counted, total, usage_in_answer
from gateway.dialects.bounds import bound_of
from gateway.dialects.openai_responses.usage import read_usage
from gateway.dialects.unstreamed import nonsense
from gateway.errors import BadParameter

DEFAULT_PAGE: Final = 20
MAX_PAGE: Final = 100
MAX_OFFSET: Final = 1_000_000

_COLLECTIONS: Final[dict[tuple[Dialect, ObjectKind], str]] = {
    ("openai_chat", "file"): "/files",
    ("openai_chat", "batch"): "/batches",
    ("openai_chat", "fine_tuning_job"): "/fine_tuning/jobs",
    ("openai_chat", "response"): "/responses",
    ("anthropic", "file"): "/files",
    ("anthropic", "batch"): "/messages/batches",
    ("mistral", "file"): "/files",
    ("mistral", "batch"): "/batch/jobs",
    ("gemini", "batch"): "/batches",
}
_POSTED: Final = frozenset({"create", "cancel", "pause", "resume"})
_RESULT_FILES: Final = ("output_file_id", "error_file_id", "output_file", "error_file")
_PASSED_QUERY: Final = frozenset({"include", "include[]", "after", "limit", "order"})
"""Parameters that go along with a question about one object: its events, its input items."""

_BODIES: Final = ("params", "body", "request")
"""Where each of a batch's requests has its body: Anthropic's, Mistral's, Gemini's."""
_ENDED: Final = frozenset(
    {"completed", "failed", "expired", "cancelled", "incomplete", "success", "timeout_exceeded", "ended"}
    | {f"batch_state_{word}" for word in ("succeeded", "failed", "cancelled", "expired")}
)
"""Words of all dialects, in small letters."""
_INLINE: Final = (("batch",), ("inputConfig", "input_config"), ("requests",), ("requests",))
"""Where Gemini's batches hold their requests, in both of its spellings."""

encode_json = msgspec.json.Encoder().encode


def method_of(call: ObjectCall) -> str:
    return "POST" if call.verb in _POSTED else "DELETE" if call.verb == "delete" else "GET"


def path_of(dialect: Dialect, call: ObjectCall, object_id: str | None = None) -> str:
    """The path of a call below a provider's base. Every id in it is an object's id. A batch of Gemini's is made below
    its model, not here.
    """
    collection = _COLLECTIONS[family(dialect), call.kind]
    named = object_id or call.id
    if named is None:
        return collection
    assert is_object_id(named), "checked by the route, and by what was held"
    if call.verb in {"get", "delete", "list"}:
        return f"{collection}/{named}"
    if dialect == "gemini":
        return f"{collection}/{named}:{call.verb}"
    if dialect == "anthropic" and call.kind == "batch" and call.verb == "content":
        return f"{collection}/{named}/results"
    return f"{collection}/{named}/{call.verb}"


def passed_query(query: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name in _PASSED_QUERY}


def window(dialect: Dialect, query: dict[str, str]) -> Window:
    """Which part of a list is asked for; raises BadParameter. Lists run from the newest."""
    if query.get("order", "desc") != "desc" or "before_id" in query or "before" in query:
        raise BadParameter("Lists of objects run from the newest here: leave out order and before.", param="order")
    match dialect:
        case "anthropic":
            return Window(limit=_size(query, "limit"), after=_cursor(query, "after_id"))
        case "gemini":
            return Window(limit=_size(query, "pageSize"), after=_cursor(query, "pageToken"))
        case "mistral":
            size = _size(query, "page_size")
            return Window(limit=size, offset=min(MAX_OFFSET, _number(query, "page", 0) * size))
        case "openai_chat" | "openai_responses":
            return Window(limit=_size(query, "limit"), after=_cursor(query, "after"))


def listed(dialect: Dialect, shown: Sequence[Any], last: str | None, *, more: bool, all_: int) -> bytes:
    """A page of a list: the objects as their provider shows them. `last`: the id behind which the next page begins."""
    match dialect:
        case "gemini":
            return encode_json({"operations": shown, **({"nextPageToken": last} if more else {})})
        case "mistral":
            return encode_json({"object": "list", "data": shown, "total": all_})
        case _:
            ids = {"first_id": _id_of(shown[0]) if shown else None, "last_id": last}
            listing = {"data": shown, "has_more": more, **ids}
            return encode_json(listing if dialect == "anthropic" else {"object": "list", **listing})


def id_of(dialect: Dialect, tree: Any) -> str:
    """The id of an object just made; raises UpstreamNonsense where it is none."""
    told = _id_of(tree)
    if dialect == "gemini" and type(told) is str:
        told = told.removeprefix("batches/")
    if not is_object_id(told):
        raise nonsense("it tells no id that an object can have")
    assert isinstance(told, str)
    return told


def files_written(tree: Any) -> Iterator[str]:
    """Ids of the files that a batch or a job says it wrote."""
    if type(tree) is not dict:
        return
    results = tree.get("result_files")
    for told in (*map(tree.get, _RESULT_FILES), *(results if type(results) is list else ())):
        if is_object_id(told):
            yield str(told)


def shown_batch(dialect: Dialect, tree: dict[str, Any]) -> dict[str, Any]:
    """A batch with its results here, below the client's own base URL: no address of the provider is handed out."""
    if dialect == "anthropic" and type(tree.get("results_url")) is str:
        return {**tree, "results_url": f"/v1/messages/batches/{tree.get('id')}/results"}
    return tree


def bound_inline(tree: dict[str, Any]) -> UpperBound | None:
    """What the requests in a batch's own body may come to; None where they are elsewhere."""
    bound = None
    for _, entry in _requests(tree):
        body = next((inner for name in _BODIES if type(inner := _at(entry, (name,))) is dict), {})
        bound = (bound or UpperBound()) + bound_of(body, len(encode_json(body)))
    return bound


def requests_in(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The bodies of the requests in a batch's own body."""
    for _, entry in _requests(tree):
        yield from (body for name in _BODIES if type(body := _at(entry, (name,))) is dict)


def _requests(tree: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Each entry of a batch's own body, and where; a single one may stand for a list of one at Gemini."""
    at: Path = ()
    node: Any = tree
    for spellings in _INLINE:
        step = next((name for name in spellings if type(node) is dict and name in node), spellings[0])
        at, node = (*at, step), _at(node, (step,))
    if type(node) is dict:
        yield at, node
    for place, requests in ((("requests",), tree.get("requests")), (at, node)):
        for number, entry in enumerate(requests if type(requests) is list else ()):
            yield (*place, number), entry


def has_ended(tree: Any) -> bool:
    """Whether a batch, or an answer made in the background, says that nothing more will come of it."""
    if type(tree) is not dict:
        return False
    state = (tree.get("metadata") or {}).get("state") if type(tree.get("metadata")) is dict else None
    told = {tree.get("status"), tree.get("processing_status"), state}
    return tree.get("done") is True or any(type(word) is str and word.lower() in _ENDED for word in told)


def used_by_batch(tree: Any) -> tuple[Usage, int] | None:
    """What a batch that has ended says it used, by itself or in the answers it shows, and in how many answers; None
    where it says nothing.
    """
    if type(tree) is not dict:
        return None
    if counted(tree.get("usage")) and tree.get("status") in ("completed", "expired", "cancelled", "failed"):
        told = usage_in_answer(tree)
        counts = tree.get("request_counts")
        number = count(counts.get("completed")) if type(counts) is dict else 0
        return None if told is None else (total(iter([told])), number)
    answers = tree.get("outputs")
    done = tree.get("response") or (tree.get("metadata") or {}).get("output") if tree.get("name") else None
    if type(done) is dict:
        inlined = done.get("inlinedResponses")
        answers = inlined.get("inlinedResponses") if type(inlined) is dict else inlined
    if type(answers) is not list:
        return None
    told_each = [told for entry in answers if (told := usage_in_answer(_answer_in(entry))) is not None]
    used = total(iter(told_each))
    return (used, len(told_each)) if used.total_tokens else None


def used_by_object(kind: ObjectKind, tree: Any) -> tuple[Usage, int] | None:
    """What a batch or an answer made in the background used, now that it has ended, and in how many answers."""
    if kind == "batch":
        return used_by_batch(tree)
    used = used_by_answer(tree) if type(tree) is dict else None
    return None if used is None else (used, 1)


def results_of(dialect: Dialect, object_id: str, tree: Any) -> ObjectCall | None:
    """Where the results of a batch that has ended are, which tell what it used; None where there are none."""
    if dialect == "anthropic":
        return ObjectCall("batch", "content", object_id) if tree.get("results_url") else None
    file = tree.get("output_file_id") or tree.get("output_file")
    return ObjectCall("file", "content", file) if type(file) is str and is_object_id(file) else None


def used_by_answer(tree: dict[str, Any]) -> Usage | None:
    """What a stored answer says it used, once it has ended."""
    if tree.get("status") in ("queued", "in_progress"):
        return None
    used = read_usage(tree)
    return used if used is not None and used.total_tokens else None


def batched_models(tree: dict[str, Any]) -> dict[str, list[tuple[str | int, ...]]]:
    """The models that a request for a batch or a job names, and where; raises BadParameter for an agent."""
    found: dict[str, list[tuple[str | int, ...]]] = {}
    if type(tree.get("model")) is str:
        found.setdefault(tree["model"], []).append(("model",))
    for at, entry in _requests(tree):
        for inner in _BODIES:
            named = _at(entry, (inner, "model"))
            if type(named) is str:
                found.setdefault(named.removeprefix("models/"), []).append((*at, inner, "model"))
        if _at(entry, ("body", "agent_id")) is not None:
            raise _agent()
    if tree.get("agent_id") is not None:
        raise _agent()
    return found


def _agent() -> BadParameter:
    return BadParameter("Name a model: an agent of the provider may ask any.", param="agent_id")


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    """What stands there; None where the way ends before."""
    for step in path:
        tree = tree.get(step) if type(tree) is dict else None
    return tree


def _answer_in(entry: Any) -> Any:
    match entry:
        case {"response": {"body": answer}} | {"response": answer}:
            return answer
        case _:
            return entry


def _id_of(tree: Any) -> Any:
    return tree.get("id") or tree.get("name") if type(tree) is dict else None


def _size(query: dict[str, str], name: str) -> int:
    return max(1, min(MAX_PAGE, _number(query, name, DEFAULT_PAGE)))


def _number(query: dict[str, str], name: str, otherwise: int) -> int:
    text = query.get(name)
    if text is None:
        return otherwise
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadParameter(f"{name} must be a whole number.", param=name)
    return int(text)


def _cursor(query: dict[str, str], name: str) -> str | None:
    told = query.get(name)
    if not told:
        return None
    if not is_object_id(told):
        raise BadParameter(f"{name} must be the id of an object.", param=name)
    return told
