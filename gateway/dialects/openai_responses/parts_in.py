"""Content parts of input items, read.

Source: the OpenAI API reference, "create a model response": `input_text`, `input_image`, `input_file`, and what an
echoed answer holds: `output_text`, `refusal`. `input_audio` stands in the SDK's types.

Invariants
- As in `openai_chat.parts_in`: data URLs become standard base64, a text says where its string stands, a type that no
  reader knows is kept as Opaque and noted as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.core.edits import Path
from gateway.core.messages import AnyPart, Media, Text
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.openai_chat.parts_in import (
    PART_READERS,
    PartReader,
    cache_mark,
    located,
    read_part,
    standard_base64,
    url_of,
)


def read_content(content: Any, at: Path, ledger: Ledger) -> list[AnyPart]:
    """A text, or an array of parts. Raises BadParameter."""
    if content is None:
        return []
    if type(content) is str:
        return [Text(text=content, at=at)]
    if type(content) is not list:
        raise wrong(at, "must be a text or an array")
    return [read_part(part, (*at, number), ledger, "openai_responses", _READERS) for number, part in enumerate(content)]


def _read_output_text(claims: Claims, _at: Path, ledger: Ledger) -> Text:
    text = claims.text("text")
    if text is None:
        raise wrong(claims.at("text"), "must be a string")
    claims.any("logprobs")  # an echo: they say nothing to the model
    annotations = claims.items("annotations") or []
    if annotations:
        ledger.note("citations_replay", claims.at("annotations"))
    return Text(
        text=text,
        citations=tuple(("openai_responses", annotation) for annotation in annotations),
        cache=cache_mark(claims),
        at=claims.at("text"),
    )


def _read_image(claims: Claims, at: Path, ledger: Ledger) -> Media:
    detail = claims.text("detail")
    detail = None if detail == "auto" else detail  # the default, which encoders write anyway
    file_id = claims.text("file_id")
    mark = cache_mark(claims)
    if detail is not None:
        ledger.note("image_detail", at)
    if claims.has("image_url"):
        image = located("image", url_of(claims, "image_url")[0], at, detail=detail, cache=mark)
        ledger.note("image_url" if image.data is None else "image_data", at)
        _leave_other_sources(claims, ledger, "file_id")
        return image
    claims.any("image_url")
    if file_id is None:
        raise wrong(at, "must hold image_url or file_id")
    ledger.note("image_file", at)
    return Media(kind="image", file_id=file_id, detail=detail, cache=mark, at=at)


def _read_file(claims: Claims, at: Path, ledger: Ledger) -> Media:
    data, url, file_id = claims.text("file_data"), claims.text("file_url"), claims.text("file_id")
    name = claims.text("filename")
    mark = cache_mark(claims)
    if claims.text("detail") not in {None, "auto"}:
        ledger.unclaimed.append(claims.at("detail"))
    if data is not None:
        if data[:5].lower() == "data:":
            document = located("document", data, at, name=name, cache=mark)
        else:
            base64 = standard_base64(data)
            document = Media(kind="document", data=base64, media_type="application/pdf", name=name, cache=mark, at=at)
        ledger.note("document_data" if document.data is not None else "document_url", at)
        _leave_other_sources(claims, ledger, "file_url", "file_id")
        return document
    if url is not None:
        ledger.note("document_url", at)
        _leave_other_sources(claims, ledger, "file_id")
        return located("document", url, at, name=name, cache=mark)
    if file_id is None:
        raise wrong(at, "must hold file_data, file_url or file_id")
    ledger.note("document_file", at)
    return Media(kind="document", file_id=file_id, name=name, cache=mark, at=at)


def _leave_other_sources(claims: Claims, ledger: Ledger, *names: str) -> None:
    """One source of a part is carried; that there were others is told."""
    ledger.unclaimed += [claims.at(name) for name in names if claims.has(name)]


_READERS: Final[Mapping[str, PartReader]] = {
    "text": PART_READERS["text"],
    "input_text": PART_READERS["text"],
    "output_text": _read_output_text,
    "refusal": PART_READERS["refusal"],
    "input_image": _read_image,
    "input_file": _read_file,
    "input_audio": PART_READERS["input_audio"],
}
