"""Files, batches, jobs and stored answers of the simulated providers, kept in memory.

A batch is under way when it is made, and has ended when it is next asked for; its requests are answered as if each had
been sent alone. Objects belong to whoever has a key of the provider, as at the real ones: who may see which is the
gateway's business.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from gateway.core.multipart import Upload, read_form
from gateway.errors import BadRequest
from gateway.providers.simulated.ask import Refusal, invalid
from gateway.providers.simulated.file_shapes import CREATED, shown_file
from gateway.providers.simulated.refusals import Surface
from gateway.providers.simulated.replies import JSON, Reply, Request, header_lines

_PATH: Final = re.compile(
    r"/(openai|anthropic|mistral|gemini|xai)/v1(?:beta)?"
    r"/(files|batches|messages/batches|batch/jobs|fine_tuning/jobs|responses)(?:/([\w-]+))?(?:[/:](\w+))?"
)
_MADE_BELOW_MODEL: Final = re.compile(r"/gemini/v1(?:beta)?/(models/[^:]+):batchGenerateContent")
_encode = msgspec.json.encode
_decode = msgspec.json.decode

Ask = Callable[[str, bytes], tuple[int, Any]]
"""(path, body) -> (status, answer): how a provider answers one request."""


class Kept(msgspec.Struct):
    """One object: what is shown of it, the content of a file, and what a batch becomes once it has ended."""

    shown: dict[str, Any]
    content: bytes = b""
    ended: dict[str, Any] = {}
    results: bytes = b""


class SimulatedObjects:
    """Of one server."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._kept: dict[tuple[str, str, str], Kept] = {}
        self._numbers = itertools.count(1)

    def remember_answer(self, surface: Surface, body: bytes) -> None:
        """A whole answer of the Responses API can be asked for again."""
        shown = _decode(body)
        self._kept[surface, "responses", shown["id"]] = Kept(shown)

    def reply(self, request: Request) -> Reply | None:
        """The answer to a request about objects; None where it is about none. Raises Refusal."""
        if request.method == "POST" and (below := _MADE_BELOW_MODEL.fullmatch(request.path)):
            return _json(self._make_gemini_batch(below[1], _object(request.body)))
        found = _PATH.fullmatch(request.path)
        if found is None or (found[2] == "responses" and (found[3] in {None, "input_tokens", "compact"})):
            return None
        surface, collection, name, verb = found.groups()
        if name is None:
            if request.method == "POST":
                return _json(self._make(surface, collection, request))
            shown = [kept.shown for (of, kind, _), kept in self._kept.items() if (of, kind) == (surface, collection)]
            return _json({"object": "list", "data": shown, "has_more": False, "total": len(shown)})
        kept = self._kept.get((surface, collection, name))
        if kept is None:
            raise Refusal(404, "not_found", f"No such {collection}: {name}.")
        if request.method == "DELETE":
            del self._kept[surface, collection, name]
            return _json({"id": name, "object": "file", "deleted": True, "type": "message_batch_deleted"})
        return self._of_one(kept, verb)

    def _of_one(self, kept: Kept, verb: str | None) -> Reply:
        match verb:
            case None:
                kept.shown, kept.ended = {**kept.shown, **kept.ended}, {}
                return _json(kept.shown)
            case "content":
                return Reply(headers=header_lines(b"application/octet-stream"), body=kept.content)
            case "results":
                return Reply(headers=header_lines(b"application/x-jsonl"), body=kept.results)
            case "cancel" | "pause" | "resume":
                word = {"cancel": "cancelled", "pause": "paused", "resume": "running"}[verb]
                if "processing_status" in kept.shown:
                    kept.shown = {**kept.shown, "processing_status": "canceling"}
                elif "status" in kept.shown:
                    kept.shown = {**kept.shown, "status": "CANCELLED" if "input_files" in kept.shown else word}
                kept.ended = {}
                return _json(kept.shown if "name" not in kept.shown else {})
            case _:
                return _json({"object": "list", "data": [], "has_more": False, "first_id": None, "last_id": None})

    # ------------------------------------------------------------------ making
    def _make(self, surface: str, collection: str, request: Request) -> dict[str, Any]:
        if collection == "files":
            try:
                upload = read_form(request.headers.get("content-type", ""), request.body)
            except BadRequest as error:
                raise invalid(error.message) from None
            return self._keep_file(surface, upload)
        body = _object(request.body)
        match surface, collection:
            case "openai", "batches":
                return self._make_openai_batch(body)
            case "openai", "fine_tuning/jobs":
                return self._make_job(body)
            case "anthropic", "messages/batches":
                return self._make_anthropic_batch(body)
            case "mistral", "batch/jobs":
                return self._make_mistral_batch(body)
            case _:
                raise Refusal(404, "not_found", "There is no such collection here.")

    def _keep(self, surface: str, collection: str, kept: Kept, object_id: str) -> dict[str, Any]:
        self._kept[surface, collection, object_id] = kept
        return kept.shown

    def _keep_file(self, surface: str, upload: Upload) -> dict[str, Any]:
        number = next(self._numbers)
        shown = shown_file(surface, number, upload)
        return self._keep(surface, "files", Kept(shown, upload.content), shown["id"])

    def _file(self, surface: str, object_id: Any) -> bytes:
        kept = self._kept.get((surface, "files", str(object_id)))
        if kept is None:
            raise invalid(f"File {object_id} does not exist.", param="input_file_id")
        return kept.content

    def _results(self, surface: str, content: bytes, model: str | None = None) -> tuple[bytes, int]:
        """Each line answered, in the shape that OpenAI and Mistral share; and how many lines."""
        answered = []
        for number, line in enumerate(filter(None, content.split(b"\n"))):
            asked = _object(line)
            body = asked["body"] if model is None else {"model": model, **asked["body"]}
            status, answer = self._ask(f"/{surface}{asked.get('url', '/v1/chat/completions')}", _encode(body))
            response = {"status_code": status, "request_id": f"r{number}", "body": answer}
            answered.append({"id": f"l{number}", "custom_id": asked["custom_id"], "response": response, "error": None})
        return b"\n".join(map(_encode, answered)), len(answered)

    def _output_file(self, surface: str, content: bytes) -> str:
        upload = Upload(fields=(("purpose", "batch_output"),), name="output.jsonl", media_type="x/y", content=content)
        if surface == "mistral":
            upload.fields = (("purpose", "batch"),)
        return str(self._keep_file(surface, upload)["id"])

    def _make_openai_batch(self, body: dict[str, Any]) -> dict[str, Any]:
        results, count = self._results("openai", self._file("openai", body.get("input_file_id")))
        shown = {
            "id": f"batch_sim{next(self._numbers):020d}",
            "object": "batch",
            "endpoint": body.get("endpoint"),
            "input_file_id": body["input_file_id"],
            "completion_window": body.get("completion_window", "24h"),
            "status": "validating",
            "created_at": CREATED,
            "metadata": body.get("metadata"),
        }
        counts = {"total": count, "completed": count, "failed": 0}
        ended = {
            "status": "completed",
            "output_file_id": self._output_file("openai", results),
            "request_counts": counts,
        }
        return self._keep("openai", "batches", Kept(shown, ended=ended), shown["id"])

    def _make_mistral_batch(self, body: dict[str, Any]) -> dict[str, Any]:
        (name,) = body["input_files"]
        results, count = self._results("mistral", self._file("mistral", name), body.get("model"))
        number = next(self._numbers)
        shown = {
            "id": f"00000000-0000-4000-a000-{number:012x}",
            "object": "batch",
            "input_files": [name],
            "endpoint": body["endpoint"],
            "model": body.get("model"),
            "errors": [],
            "status": "QUEUED",
            "created_at": CREATED,
            "total_requests": count,
            "completed_requests": 0,
            "succeeded_requests": 0,
            "failed_requests": 0,
        }
        output = self._output_file("mistral", results)
        ended = {"status": "SUCCESS", "output_file": output, "completed_requests": count, "succeeded_requests": count}
        return self._keep("mistral", "batch/jobs", Kept(shown, ended=ended), shown["id"])

    def _make_anthropic_batch(self, body: dict[str, Any]) -> dict[str, Any]:
        lines = []
        for asked in body["requests"]:
            _, message = self._ask("/anthropic/v1/messages", _encode(asked["params"]))
            result = {"type": "succeeded", "message": message}
            lines.append(_encode({"custom_id": asked["custom_id"], "result": result}))
        name, count = f"msgbatch_sim{next(self._numbers):020d}", len(lines)
        nothing = {"canceled": 0, "errored": 0, "expired": 0}
        shown = {
            "id": name,
            "type": "message_batch",
            "processing_status": "in_progress",
            "request_counts": {"processing": count, "succeeded": 0, **nothing},
            "created_at": "2026-11-01T00:00:00Z",
            "expires_at": "2026-11-02T00:00:00Z",
            "ended_at": None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": None,
        }
        ended = {
            "processing_status": "ended",
            "request_counts": {"processing": 0, "succeeded": count, **nothing},
            "ended_at": "2026-11-01T00:01:00Z",
            "results_url": f"https://api.anthropic.com/v1/messages/batches/{name}/results",
        }
        return self._keep("anthropic", "messages/batches", Kept(shown, ended=ended, results=b"\n".join(lines)), name)

    def _make_gemini_batch(self, model: str, body: dict[str, Any]) -> dict[str, Any]:
        batch = body.get("batch") or {}
        requests = ((batch.get("inputConfig") or {}).get("requests") or {}).get("requests")
        if not isinstance(requests, list):
            raise invalid("* GenerateContentBatch.input_config: requests are required")
        answers = [
            {"response": self._ask(f"/gemini/v1beta/{model}:generateContent", _encode(asked["request"]))[1]}
            for asked in requests
        ]
        name = f"sim{next(self._numbers):020d}"
        metadata = {"model": model, "displayName": batch.get("displayName", ""), "state": "BATCH_STATE_PENDING"}
        shown = {"name": f"batches/{name}", "metadata": metadata}
        output = {"inlinedResponses": {"inlinedResponses": answers}}
        ended = {
            "metadata": {**metadata, "state": "BATCH_STATE_SUCCEEDED", "output": output},
            "done": True,
            "response": output,
        }
        return self._keep("gemini", "batches", Kept(shown, ended=ended), name)

    def _make_job(self, body: dict[str, Any]) -> dict[str, Any]:
        self._file("openai", body.get("training_file"))
        name = f"ftjob-sim{next(self._numbers):020d}"
        shown = {
            "id": name,
            "object": "fine_tuning.job",
            "created_at": CREATED,
            "error": None,
            "fine_tuned_model": None,
            "finished_at": None,
            "hyperparameters": {},
            "model": body["model"],
            "organization_id": "org-sim",
            "result_files": [],
            "seed": 1,
            "status": "queued",
            "trained_tokens": None,
            "training_file": body["training_file"],
            "validation_file": body.get("validation_file"),
        }
        ended = {"status": "succeeded", "fine_tuned_model": f"ft:{body['model']}:sim::1", "trained_tokens": 100}
        return self._keep("openai", "fine_tuning/jobs", Kept(shown, ended=ended), name)


def _json(tree: Any) -> Reply:
    return Reply(headers=header_lines(JSON), body=_encode(tree))


def _object(body: bytes) -> dict[str, Any]:
    try:
        tree = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise invalid("The body is not valid JSON.") from None
    if not isinstance(tree, dict):
        raise invalid("The body must be a JSON object.")
    return tree
