"""Blobs and files: Gemini's `inlineData` and `fileData`, and the gateway's Media."""

from __future__ import annotations

import base64
from typing import Any, Literal
from urllib.parse import urlsplit

from gateway.core.edits import Path, dotted
from gateway.core.messages import Media
from gateway.dialects.gemini.field_case import standard_base64
from gateway.errors import DialectCannotCarry

MediaKind = Literal["image", "audio", "document", "video"]

_FILE_STORES = ("https://generativelanguage.googleapis.com/", "gs://", "files/")

_TYPE_OF_ENDING = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "heic": "image/heic",
    "heif": "image/heif",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
    "csv": "text/csv",
    "json": "application/json",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
}
_KIND_OF_FAMILY: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}
_USUAL_TYPE: dict[MediaKind, str] = {
    "image": "image/jpeg",
    "audio": "audio/wav",
    "document": "application/pdf",
    "video": "video/mp4",
}


def kind_of(media_type: str | None, uri: str = "") -> MediaKind:
    """The kind that a media type says, or for a file without one its address."""
    if media_type is None:
        media_type = _TYPE_OF_ENDING.get(_ending(uri), "video/*" if _is_film_page(uri) else "")
    return _KIND_OF_FAMILY.get(media_type.partition("/")[0], "document")


def media_of_blob(data: str, media_type: str | None, name: str | None, at: Path = ()) -> Media:
    return Media(kind=kind_of(media_type), media_type=media_type, data=standard_base64(data), name=name, at=at)


def media_of_file(uri: str, media_type: str | None, name: str | None, at: Path = ()) -> Media:
    """A file of Google's own stores is a file id, anything else an address."""
    kind = kind_of(media_type, uri)
    if is_own_file(uri):
        return Media(kind=kind, media_type=media_type, file_id=uri, name=name, at=at)
    return Media(kind=kind, media_type=media_type, url=uri, name=name, at=at)


def is_own_file(uri: str) -> bool:
    return uri.startswith(_FILE_STORES)


def feature_of(media: Media) -> str:
    """The feature that a part of a message uses."""
    if media.kind == "audio":
        return "audio_input"
    if media.kind == "video":
        return "video_input"
    how = "data" if media.data is not None else "file" if media.file_id is not None else "url"
    return f"{media.kind}_{how}"


def media_part(media: Media) -> dict[str, Any]:
    """`inlineData` or `fileData`; raises DialectCannotCarry for another provider's file id.

    An address goes as `fileData.fileUri`, which newer models fetch themselves. Its media type is told where the
    client or the address tells it; without one Google derives it.
    """
    if media.text is not None:
        data = base64.b64encode(media.text.encode("utf-8", "replace")).decode("ascii")
        return {"inlineData": {"mimeType": media.media_type or "text/plain", "data": data}}
    if media.data is not None:
        return {"inlineData": {"mimeType": media.media_type or _USUAL_TYPE[media.kind], "data": media.data}}
    uri = media.url
    if uri is None:
        uri = media.file_id or ""
        if not is_own_file(uri):
            raise DialectCannotCarry(
                f"{dotted(media.at)} names a file of another provider, which a model that speaks gemini cannot read. "
                "Send the file's data.",
                param=dotted(media.at),
            )
    told: dict[str, Any] = {"fileUri": uri}
    media_type = media.media_type or _TYPE_OF_ENDING.get(_ending(uri))
    if media_type is not None:
        told["mimeType"] = media_type
    return {"fileData": told}


def _ending(uri: str) -> str:
    try:
        path = urlsplit(uri).path
    except ValueError:
        return ""
    return path.rpartition(".")[2].lower()


def _is_film_page(uri: str) -> bool:
    return uri.startswith(("https://www.youtube.com/", "https://youtube.com/", "https://youtu.be/"))
