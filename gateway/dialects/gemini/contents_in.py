"""Gemini's `systemInstruction` and `contents` as messages.

Invariants
- A content of role `user` with function responses becomes a message of role `tool`, and one of role `user` for the
  rest, in the order in which they stand.
- Neighbouring contents of role `model` are one message: clients that keep a stream keep one content a chunk.
- Calls without an id get one by order; a response without an id answers the first open call of its name.
- Unsigned thoughts right before a thought that bears another dialect's provider state are its text, as streamed.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.edits import Path
from gateway.core.messages import AnyPart, Message, Opaque, ProviderState, Reasoning, Text, ToolCall, ToolResult
from gateway.dialects.claims import Ledger, wrong
from gateway.dialects.gemini.call_ids import invented_in_history, is_invented
from gateway.dialects.gemini.field_case import Members
from gateway.dialects.gemini.media import feature_of, media_of_blob, media_of_file
from gateway.dialects.gemini.signatures import Signature, opened
from gateway.dialects.state_in_ids import MARK, unseal

_encode = msgspec.json.Encoder().encode


class ContentsReader:
    """Reads the contents of one request, in order; `messages` is what came of them."""

    def __init__(self, ledger: Ledger) -> None:
        self.messages: list[Message] = []
        self._ledger = ledger
        self._calls = 0
        self._open_calls: dict[str, str] = {}
        """Id and name of the calls that no response has answered yet, in their order."""

    def system(self, value: Any, at: Path) -> None:
        """A content, or as the API also takes it, a text."""
        if type(value) is str:
            self._ledger.note("system", at)
            self.messages.append(Message(role="system", parts=(Text(text=value, at=at),), at=at))
            return
        content = Members(value, at, self._ledger)
        content.any("role")
        parts = _said(self._parts(content))
        content.leave()
        if parts:
            self._ledger.note("system", at)
            self.messages.append(Message(role="system", parts=tuple(parts), at=at))

    def content(self, value: Any, at: Path) -> None:
        content = Members(value, at, self._ledger)
        role = content.text("role") or "user"
        if role not in {"user", "model", "function"}:
            raise wrong(content.at("role"), "must be user or model")
        parts = self._parts(content)
        content.leave()
        if role == "model":
            self._answer(_joined_thoughts(_said(parts)), at)
            return
        run: list[AnyPart] = []
        for part in _said(parts) or parts:
            if run and isinstance(part, ToolResult) is not isinstance(run[-1], ToolResult):
                self._turn(run, at)
                run = []
            run.append(part)
        self._turn(run, at)

    def finish(self) -> None:
        """Notes what only the whole tells."""
        if self.messages and self.messages[-1].role == "assistant":
            self._ledger.note("assistant_prefill", self.messages[-1].at)

    def _turn(self, parts: list[AnyPart], at: Path) -> None:
        if not parts:
            return
        if isinstance(parts[0], ToolResult):
            self._ledger.note("tool_results", parts[0].at)
            self.messages.append(Message(role="tool", parts=tuple(parts), at=at))
        else:
            self.messages.append(Message(role="user", parts=tuple(parts), at=at))

    def _answer(self, parts: list[AnyPart], at: Path) -> None:
        before = self.messages[-1] if self.messages else None
        if before is not None and before.role == "assistant":
            joined = _joined_thoughts([*before.parts, *parts])
            self.messages[-1] = Message(role="assistant", parts=tuple(joined), at=before.at)
        elif parts:
            self.messages.append(Message(role="assistant", parts=tuple(parts), at=at))

    def _parts(self, content: Members) -> list[AnyPart]:
        parts: list[AnyPart] = []
        for at, value in content.several("parts"):
            if type(value) is str:
                parts.append(Text(text=value, at=at))
            else:
                self._part(Members(value, at, self._ledger), value, parts)
        return parts

    def _part(self, part: Members, value: dict[str, Any], parts: list[AnyPart]) -> None:
        signature = Signature()
        if part.has("thoughtSignature"):
            signature = opened(part.text("thoughtSignature") or "")
            if signature.provider_state is not None or signature.reasoning:
                self._ledger.note("reasoning_replay", part.at("thoughtSignature"))
        if part.has("mediaResolution"):
            part.any("mediaResolution", "media_resolution")
        if part.has("functionCall"):
            self._call(part, signature, parts)
        elif part.has("functionResponse"):
            parts.append(self._result(part))
        elif part.has("inlineData") and part.any("thought") is not True:
            parts.append(self._blob(part))
        elif part.has("fileData"):
            parts.append(self._file(part))
        elif part.has("text"):
            parts.append(self._words(part, part.text("text") or "", signature))
        else:
            thought = part.any("thought")
            if part.rest():
                self._ledger.note("opaque_part", part.path)
                parts.append(Opaque(dialect="gemini", value=value, at=part.path))
            elif signature.provider_state is not None and thought:
                parts.append(Reasoning(provider_state=signature.provider_state, id=signature.id, at=part.path))
            elif signature.provider_state is not None:
                parts.append(Text(text="", provider_state=signature.provider_state, at=part.path))
        part.leave()

    def _words(self, part: Members, text: str, signature: Signature) -> Text | Reasoning:
        if part.flag("thought"):
            if signature.provider_state is None and not signature.reasoning:  # else it is on the books by its signature
                self._ledger.note("reasoning_replay", part.path)
            return Reasoning(text=text, provider_state=signature.provider_state, id=signature.id, at=part.at("text"))
        return Text(text=text, provider_state=signature.provider_state, at=part.at("text"))

    def _call(self, part: Members, signature: Signature, parts: list[AnyPart]) -> None:
        call = part.inside("functionCall")
        assert call is not None
        name = call.text("name")
        if not name:
            raise wrong(call.at("name"), "must be the function's name")
        args = call.object("args")
        made_up = invented_in_history(self._calls)
        shown_id = call.text("id") or made_up
        call.leave()
        self._calls += 1
        provider_state, reasoning = signature.provider_state, signature.reasoning
        if MARK in shown_id:
            sealed = unseal(shown_id)
            shown_id, provider_state = sealed.id or made_up, provider_state or sealed.provider_state
            reasoning = reasoning or sealed.reasoning
        parts.extend(reasoning)
        self._open_calls[shown_id] = name
        self._ledger.note("tool_calls", part.path)
        parts.append(
            ToolCall(
                id=shown_id,
                name=name,
                arguments=_encode(args or {}).decode("utf-8"),
                provider_state=provider_state,
                at=part.at("functionCall"),
            )
        )

    def _result(self, part: Members) -> ToolResult:
        result = part.inside("functionResponse")
        assert result is not None
        name = result.text("name")
        call_id = self._answered(result.text("id"), name)
        response = result.object("response")
        parts: list[Any] = []
        is_error = False
        if response is not None:
            text, at, is_error = _response_text(response, result.at("response"))
            parts.append(Text(text=text, at=at))
            if is_error:
                self._ledger.note("tool_result_error", at)
        for at, value in result.several("parts"):
            inner = Members(value, at, self._ledger)
            self._ledger.note("tool_result_media", at)
            if inner.has("inlineData"):
                parts.append(self._blob(inner))
            elif inner.has("fileData"):
                parts.append(self._file(inner))
            elif inner.rest():
                self._ledger.note("opaque_part", at)
                parts.append(Opaque(dialect="gemini", value=value, at=at))
            inner.leave()
        result.leave()
        return ToolResult(call_id=call_id, name=name, parts=tuple(parts), is_error=is_error, at=part.path)

    def _answered(self, shown_id: str | None, name: str | None) -> str:
        """The id of the call that a response answers, which is open no more."""
        call_id = shown_id
        if call_id is not None and MARK in call_id:
            call_id = unseal(call_id).id
        if call_id is None or call_id not in self._open_calls:
            fitting = [one for one, called in self._open_calls.items() if name is None or called == name]
            if call_id is not None:
                fitting = [one for one in fitting if is_invented(one)]
            if fitting:
                call_id = fitting[0]
            elif call_id is None:
                call_id = next(iter(self._open_calls), None) or invented_in_history(self._calls)
        self._open_calls.pop(call_id, None)
        return call_id

    def _blob(self, part: Members) -> Any:
        blob = part.inside("inlineData")
        assert blob is not None
        data = blob.text("data")
        if data is None:
            raise wrong(blob.at("data"), "must be base64")
        media = media_of_blob(data, blob.text("mimeType"), blob.text("displayName"), part.path)
        blob.leave()
        self._ledger.note(feature_of(media), part.path)
        return media

    def _file(self, part: Members) -> Any:
        file = part.inside("fileData")
        assert file is not None
        uri = file.text("fileUri")
        if not uri:
            raise wrong(file.at("fileUri"), "must be the file's address")
        media = media_of_file(uri, file.text("mimeType"), file.text("displayName"), part.path)
        file.leave()
        self._ledger.note(feature_of(media), part.path)
        return media


def _response_text(response: dict[str, Any], at: Path) -> tuple[str, Path, bool]:
    """(text, path, whether it tells an error). A lone `output`, `result` or `error` is the result itself."""
    if len(response) == 1:
        (key,) = response
        if key in {"output", "result", "error"}:
            value = response[key]
            text = value if type(value) is str else _encode(value).decode("utf-8")
            return text, (*at, key), key == "error"
    return _encode(response).decode("utf-8"), at, False


def _said(parts: list[AnyPart]) -> list[AnyPart]:
    """Without empty texts, which SDKs leave behind and other providers refuse."""
    return [part for part in parts if not isinstance(part, Text | Reasoning) or part.text or part.provider_state]


def _joined_thoughts(parts: list[AnyPart]) -> list[AnyPart]:
    """Each thought of another dialect once and whole, from its pieces or from the call that carries it."""
    made: list[AnyPart] = []
    seen: set[ProviderState] = set()
    for part in parts:
        if not isinstance(part, Reasoning) or part.provider_state is None or part.provider_state.dialect == "gemini":
            made.append(part)
            continue
        if part.provider_state in seen:
            continue
        seen.add(part.provider_state)
        pieces, at = "", part.at
        while made and isinstance(before := made[-1], Reasoning) and before.provider_state is None:
            pieces, at = before.text + pieces, before.at
            made.pop()
        text = part.text if part.text == pieces else pieces + part.text
        made.append(Reasoning(text=text, provider_state=part.provider_state, id=part.id, at=at))
    return made
