"""Files of requests and of their answers, a JSON object a line: what a batch asks, and what it used.

Invariants
- No line goes to a provider unread: one that is no object, or asks another endpoint than those that are governed here,
  is refused with its number, and never quoted.
- All lines name one model. What a batch used can then be priced, and who answers is known before it runs.
- A line whose model keeps its name stays as it came, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from gateway.core.edits import Edit, apply_edits
from gateway.core.jobs import UpperBound
from gateway.core.objects import Reference
from gateway.core.tree import parse_object
from gateway.core.usage import IN_THE_US, NO_CALLS, Usage, calls_or_none, count
from gateway.dialects.anthropic.usage import calls_seen, canonical
from gateway.dialects.bounds import bound_of
from gateway.dialects.containers import containers_named, containers_of
from gateway.dialects.gemini.grounding import calls_grounded
from gateway.dialects.gemini.usage import usage_in
from gateway.dialects.openai_chat.usage import read_usage as chat_usage
from gateway.dialects.openai_responses.usage import read_usage as responses_usage
from gateway.dialects.references import files_in, reached_by_tools, stored_prompt
from gateway.dialects.stored_parts import parts_named, pointers
from gateway.errors import BadParameter, MalformedBody, UpstreamNonsense

GOVERNED: Final = frozenset(
    {"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions", "/v1/moderations"}
)
SILENT: Final = frozenset({"/v1/embeddings", "/v1/moderations"})
"""Where an answer is no text, and nothing that is said is billed."""
MAX_LINES: Final = 200_000
LONGEST_LINE: Final = 16 * 1024 * 1024
"""Bytes of one answer in a file of results."""
_CONTAINER: Final = b'"container'
_decode = msgspec.json.Decoder().decode


class LinesSummary(msgspec.Struct, frozen=True):
    """What the lines of a file name. `model` None where no line names one (Mistral names it in the job)."""

    model: str | None
    files: tuple[Reference, ...]
    bound: UpperBound = UpperBound()


def lines_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line) of every line that is not empty; a stage that treats uploads reads them so."""
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            yield number, line


def summarise_lines(content: bytes) -> LinesSummary:
    """Check every line; raises BadParameter naming the line."""
    models: dict[str, None] = {}
    files: dict[Reference, None] = {}
    bound = UpperBound()
    for number, line in lines_of(content):
        if number > MAX_LINES:
            raise BadParameter(f"A file holds at most {MAX_LINES} requests.", param="file")
        tree = _request(number, line)
        url, body = tree.get("url"), tree.get("body")
        if type(body) is not dict:
            raise BadParameter(f"Line {number} has no body.", param="file")
        if body.get("agent_id") is not None:
            raise BadParameter(f"Line {number} names an agent, which may ask any model. Name a model.", param="file")
        if url is not None and url not in GOVERNED:
            raise BadParameter(f"Line {number}: its url is none of {', '.join(sorted(GOVERNED))}.", param="file")
        if body.get("previous_response_id") is not None or body.get("conversation") is not None:
            raise BadParameter(f"Line {number} goes on from a stored answer, which a batch cannot.", param="file")
        if (model := body.get("model")) is not None:
            models[str(model)] = None
        if len(models) > 1:
            raise BadParameter(f"Line {number} names a second model. Send one file for each model.", param="file")
        files.update(dict.fromkeys((*files_in(body), *stored_prompt(body))))
        files.update(dict.fromkeys((*containers_named(body, "openai_responses"), *reached_by_tools(body))))
        files.update(dict.fromkeys((*parts_named(body, "openai_responses"), *parts_named(body, "openai_chat"))))
        beside = {pointer.id for pointer in pointers(body, "openai_responses")}
        files.update({Reference("item", each, "input", beside=True): None for each in beside})
        bound += bound_of(body, len(line), says_nothing=url in SILENT)
    return LinesSummary(next(iter(models), None), tuple(files), bound)


def with_model(content: bytes, model: str) -> bytes:
    """The lines, asked of `model` where they name one."""
    written = []
    for _, line in lines_of(content):
        named = _decode(line)["body"].get("model")
        edits = () if named is None or named == model else (Edit(("body", "model"), model, "retarget"),)
        written.append(apply_edits(line, edits))
    return b"\n".join(written) + b"\n"


class Results:
    """A file of results as it comes, of any length: what the answers in it used, how many there are, and in which
    containers their programs ran.
    """

    def __init__(self) -> None:
        self.used = Usage(service_tier="batch")
        self.answers = 0
        self.containers: set[str] = set()
        self._begun = b""

    def add(self, piece: bytes) -> None:
        """The next bytes; the last line ends with a line feed, too. Raises UpstreamNonsense for too long a line."""
        lines, _, self._begun = (self._begun + piece).rpartition(b"\n")
        if len(self._begun) > LONGEST_LINE:
            raise UpstreamNonsense("A line of the provider's results is longer than the gateway takes.")
        self.read(lines)

    def read(self, lines: bytes) -> None:
        """Whole lines."""
        used, answers = used_by_lines(lines)
        self.used = total(iter((self.used, used)))
        self.answers += answers
        if _CONTAINER in lines:
            for _, line in lines_of(lines):
                if _CONTAINER in line:
                    self.containers.update(containers_of(_answer_in(line)))


def used_by_lines(content: bytes) -> tuple[Usage, int]:
    """(what the answers in a file of results used, how many there are); lines that tell nothing count nothing."""
    each = [used for _, line in lines_of(content) if (used := _used_by_line(line)) is not None]
    return total(iter(each)), len(each)


def total(each: Iterator[Usage]) -> Usage:
    """The sum, at a batch's price: at that of the United States where any of it was computed there alone, since a batch
    is one row, and who asks that of one answer commonly asks it of all.
    """
    summed, calls, tier = Usage(), NO_CALLS, "batch"
    for used in each:
        if used.calls is not None:
            calls += used.calls
        if used.service_tier != used.tier_alone:
            tier = f"batch{IN_THE_US}"
        summed = summed.with_tokens_of(used)
    return msgspec.structs.replace(summed, service_tier=tier, calls=calls_or_none(calls))


def usage_in_answer(tree: Any) -> Usage | None:
    """The usage of one answer, whichever dialect it is in; None where it tells none."""
    if type(tree) is not dict:
        return None
    gemini, told = tree.get("usageMetadata"), tree.get("usage")
    if type(gemini) is dict:
        return usage_in(gemini, calls_grounded(tree))
    if type(told) is not dict:
        return None
    if "prompt_tokens" in told or ("total_tokens" in told and "input_tokens" not in told):
        return chat_usage(told)
    if tree.get("type") == "message":
        return canonical(told, calls_seen(tree.get("content")))
    used = responses_usage(tree)
    return None if used is None else msgspec.structs.replace(used, service_tier=None)


def usage_in_any_body(body: bytes) -> Usage | None:
    """The usage of a body that may be no answer of any dialect; None where it tells none."""
    try:
        return usage_in_answer(_decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _used_by_line(line: bytes) -> Usage | None:
    return usage_in_answer(_answer_in(line))


def _answer_in(line: bytes) -> Any:
    """None where there is none."""
    try:
        tree = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    match tree:
        case {"response": {"body": answer}} | {"result": {"message": answer}} | {"response": answer}:
            return answer
        case _:
            return None


def _request(number: int, line: bytes) -> dict[str, Any]:
    try:
        return parse_object(line)
    except MalformedBody as error:
        raise BadParameter(f"Line {number} of the file: {error.message}", param="file") from None


def counted(tree: Any) -> int:
    """Tokens in all, of a usage object of any dialect; 0 where it is none."""
    return count(tree.get("total_tokens")) if type(tree) is dict else 0
