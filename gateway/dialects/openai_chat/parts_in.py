"""Parts of a request's message, read: one reader a type, in a table that Mistral extends.

Source: the OpenAI API reference (`text`, `image_url`, `input_audio`, `file`, `refusal`), vLLM's multimodal inputs
(`video_url`, `audio_url`), OpenRouter's and LiteLLM's `cache_control`.

Invariants
- A data URL becomes base64 in the standard alphabet and a media type; any other URL stays a URL.
- A text says where its string stands, everything else where its part stands.
- A type that no reader knows is kept as Opaque and noted as such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from gateway.core.edits import Path
from gateway.core.messages import AnyPart, CacheMark, Dialect, Media, Opaque, Refusal, Text
from gateway.dialects.claims import Claims, Ledger, wrong

PartReader = Callable[[Claims, Path, Ledger], AnyPart]

_AUDIO_TYPES: Final = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_URL_SAFE: Final = str.maketrans("-_", "+/")


def read_part(value: Any, at: Path, ledger: Ledger, dialect: Dialect, readers: Mapping[str, PartReader]) -> AnyPart:
    """One entry of a content array."""
    if type(value) is str:
        return Text(text=value, at=at)
    claims = Claims(value, at, ledger)
    kind = claims.text("type")
    reader = readers.get(kind or "text")
    if reader is None or (kind is None and not claims.has("text")):
        ledger.note("opaque_part", at)
        return Opaque(dialect=dialect, value=value, at=at)
    part = reader(claims, at, ledger)
    claims.leave()
    return part


def cache_mark(claims: Claims) -> CacheMark | None:
    """Anthropic's mark as its imitators take it, and OpenAI's explicit breakpoint."""
    for name in ("cache_control", "prompt_cache_breakpoint"):
        mark = claims.inside(name, "cache_control")
        if mark is not None:
            mark.any("type")
            mark.any("mode")
            ttl = mark.text("ttl")
            mark.leave()
            return CacheMark(ttl)
    return None


def located(kind: Literal["image", "audio", "document", "video"], url: str, at: Path, **told: Any) -> Media:
    """Media behind a URL of any kind."""
    if url[:5].lower() == "data:":
        head, comma, data = url[5:].partition(",")
        media_type, *settings = head.split(";")
        if comma and "base64" in settings:
            return Media(kind=kind, media_type=media_type or None, data=standard_base64(data), at=at, **told)
    return Media(kind=kind, url=url, at=at, **told)


def standard_base64(data: str) -> str:
    """The standard alphabet, whichever came."""
    return data.translate(_URL_SAFE) if "-" in data or "_" in data else data


def _read_text(claims: Claims, _at: Path, _ledger: Ledger) -> Text:
    text = claims.text("text")
    if text is None:
        raise wrong(claims.at("text"), "must be a string")
    return Text(text=text, cache=cache_mark(claims), at=claims.at("text"))


def _read_refusal(claims: Claims, at: Path, ledger: Ledger) -> Refusal:
    ledger.note("refusal_replay", at)
    return Refusal(text=claims.text("refusal") or "", at=at)


def url_of(claims: Claims, name: str) -> tuple[str, str | None]:
    """(URL, detail) of `{"url", "detail"}`; some servers also take the URL alone."""
    value = claims.any(name)
    if type(value) is str:
        return value, None
    inside = claims.inside(name)
    url = None if inside is None else inside.text("url")
    if inside is None or url is None:
        raise wrong(claims.at(name), "must be an object with a url")
    detail = inside.text("detail")
    inside.leave()
    return url, detail


def read_image(claims: Claims, at: Path, ledger: Ledger) -> Media:
    url, detail = url_of(claims, "image_url")
    image = located("image", url, at, detail=detail, cache=cache_mark(claims))
    ledger.note("image_url" if image.data is None else "image_data", at)
    if detail not in {None, "auto"}:
        ledger.note("image_detail", at)
    return image


def _read_audio(claims: Claims, at: Path, ledger: Ledger) -> Media:
    ledger.note("audio_input", at)
    inside = claims.inside("input_audio")
    data = None if inside is None else inside.text("data")
    if inside is None or data is None:
        raise wrong(claims.at("input_audio"), "must be an object with data")
    encoding = inside.text("format") or "wav"
    inside.leave()
    return Media(
        kind="audio",
        data=standard_base64(data),
        media_type=_AUDIO_TYPES.get(encoding, f"audio/{encoding}"),
        cache=cache_mark(claims),
        at=at,
    )


def _read_audio_url(claims: Claims, at: Path, ledger: Ledger) -> Media:
    ledger.note("audio_input", at)
    return located("audio", url_of(claims, "audio_url")[0], at)


def _read_video_url(claims: Claims, at: Path, ledger: Ledger) -> Media:
    ledger.note("video_input", at)
    return located("video", url_of(claims, "video_url")[0], at)


def _read_file(claims: Claims, at: Path, ledger: Ledger) -> Media:
    inside = claims.inside("file")
    if inside is None:
        raise wrong(claims.at("file"), "must be an object")
    data, file_id, name = inside.text("file_data"), inside.text("file_id"), inside.text("filename")
    inside.leave()
    mark = cache_mark(claims)
    if file_id is not None:
        ledger.note("document_file", at)
        return Media(kind="document", file_id=file_id, name=name, cache=mark, at=at)
    if data is None:
        raise wrong(claims.at("file"), "must hold file_data or file_id")
    if data.startswith(("data:", "http://", "https://")):
        document = located("document", data, at, name=name, cache=mark)
    else:
        document = Media(
            kind="document", data=standard_base64(data), media_type="application/pdf", name=name, cache=mark, at=at
        )
    ledger.note("document_url" if document.data is None else "document_data", at)
    return document


PART_READERS: Final[Mapping[str, PartReader]] = {
    "text": _read_text,
    "input_text": _read_text,
    "output_text": _read_text,
    "image_url": read_image,
    "input_audio": _read_audio,
    "audio_url": _read_audio_url,
    "video_url": _read_video_url,
    "file": _read_file,
    "refusal": _read_refusal,
}
