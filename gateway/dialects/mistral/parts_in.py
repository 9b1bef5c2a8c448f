"""Parts of a message as Mistral's SDK writes them, read, where they differ from OpenAI's.

Source: the content chunks of the Mistral API reference: `thinking` (a list of chunks), `document_url`, `file`
(by id), `reference`, `input_audio` (base64 or a URL, bare).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.core.edits import Path
from gateway.core.messages import AnyPart, Media, Opaque, ProviderState, Reasoning
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.openai_chat.parts_in import PART_READERS as CHAT_PART_READERS
from gateway.dialects.openai_chat.parts_in import PartReader, located, standard_base64
from gateway.dialects.openai_chat.pieces import thoughts


def _read_thinking(claims: Claims, at: Path, ledger: Ledger) -> AnyPart:
    thinking = claims.any("thinking")
    signature = claims.text("signature")
    claims.flag("closed")
    ledger.note("reasoning_replay", at)
    text = thoughts(thinking)
    if text is None:
        ledger.note("opaque_part", at)
        return Opaque(dialect="mistral", value={"type": "thinking", "thinking": thinking}, at=at)
    provider_state = ProviderState("mistral", "signature", signature) if signature else None
    return Reasoning(text=text, provider_state=provider_state, at=at)


def _read_document_url(claims: Claims, at: Path, ledger: Ledger) -> Media:
    url = claims.text("document_url")
    if url is None:
        raise wrong(claims.at("document_url"), "must be a string")
    document = located("document", url, at, name=claims.text("document_name"))
    ledger.note("document_url" if document.data is None else "document_data", at)
    return document


def _read_file(claims: Claims, at: Path, ledger: Ledger) -> Media:
    file_id = claims.text("file_id")
    if file_id is None:
        return _chat_file(claims, at, ledger)
    ledger.note("document_file", at)
    return Media(kind="document", file_id=file_id, at=at)


def _chat_file(claims: Claims, at: Path, ledger: Ledger) -> Media:
    part = CHAT_PART_READERS["file"](claims, at, ledger)
    assert isinstance(part, Media)
    return part


def _read_audio(claims: Claims, at: Path, ledger: Ledger) -> AnyPart:
    sound = claims.any("input_audio")
    if type(sound) is not str:
        return CHAT_PART_READERS["input_audio"](claims, at, ledger)
    ledger.note("audio_input", at)
    if sound.startswith(("data:", "http://", "https://")):
        return located("audio", sound, at)
    return Media(kind="audio", data=standard_base64(sound), at=at)


PART_READERS: Final[Mapping[str, PartReader]] = {
    **CHAT_PART_READERS,
    "thinking": _read_thinking,
    "document_url": _read_document_url,
    "file": _read_file,
    "input_audio": _read_audio,
}
