"""What a client gives Claude to answer from, and to cite: images, documents, results of its own search.

Sources: the blocks `image`, `document` and `search_result` of the Messages API.

Invariants
- A source without a canonical form (images among a document's blocks, a kind of a later day) is None, never a part of
  itself.
- The texts of blocks stay apart by an empty line; a search result begins with its title and where it is from.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from gateway.core.edits import Path
from gateway.core.messages import CacheMark, Media
from gateway.dialects.claims import Claims, Ledger, wrong

_PLAIN = "text/plain"


def media_of(block: dict[str, Any], at: Path) -> Media | None:
    """An image or document; raises BadParameter for a source that is no object."""
    source = block.get("source")
    if type(source) is not dict:
        raise wrong((*at, "source"), "must be an object")
    kind: Literal["image", "document"] = "image" if block.get("type") == "image" else "document"
    match source:
        case {"type": "base64", "data": str(data), "media_type": str(media_type)}:
            return Media(kind=kind, data=data, media_type=media_type, at=at)
        case {"type": "url", "url": str(url)}:
            return Media(kind=kind, url=url, at=at)
        case {"type": "file", "file_id": str(file_id)}:
            return Media(kind=kind, file_id=file_id, at=at)
        case {"type": "text", "data": str(text)} if kind == "document":
            return Media(kind=kind, text=text, media_type=_PLAIN, at=at)
        case {"type": "content", "content": content} if kind == "document":
            joined = _joined(content)
            return None if joined is None else Media(kind=kind, text=joined, media_type=_PLAIN, at=at)
        case _:
            return None


def claimed_media(media: Media, claims: Claims, cache: CacheMark | None, ledger: Ledger) -> Media:
    """With what stands beside its source."""
    claims.any("source")
    form = "data" if media.data is not None else "url" if media.url is not None else "file"
    ledger.note(f"{media.kind}_{'text' if media.text is not None else form}", media.at)
    name, cite = None, False
    if media.kind == "document":
        name = claims.text("title")
        cite = _to_be_cited(claims, ledger)
    claims.leave()
    return msgspec.structs.replace(media, cache=cache, name=name, cite=cite)


def search_result(
    block: dict[str, Any], claims: Claims, cache: CacheMark | None, at: Path, ledger: Ledger
) -> Media | None:
    """A result as a document of plain text."""
    text = _joined(block.get("content"))
    if text is None:
        return None
    claims.any("content")
    head = "\n".join(filter(None, (claims.text("title"), claims.text("source"))))
    ledger.note("document_text", at)
    cite = _to_be_cited(claims, ledger)
    claims.leave()
    text = f"{head}\n\n{text}" if head else text
    return Media(kind="document", text=text, media_type=_PLAIN, cache=cache, cite=cite, at=at)


def _to_be_cited(claims: Claims, ledger: Ledger) -> bool:
    citations = claims.inside("citations")
    if citations is None:
        return False
    cite = citations.flag("enabled") or False
    citations.leave()
    if cite:
        ledger.note("citations_request", claims.at("citations"))
    return cite


def _joined(content: Any) -> str | None:
    """A text, or the texts of blocks that say nothing else; None for all others."""
    if type(content) is str:
        return content
    if type(content) is not list:
        return None
    texts: list[str] = []
    for block in content:
        match block:
            case {"type": "text", "text": str(text)} if len(block) == 2:
                texts.append(text)
            case _:
                return None
    return "\n\n".join(texts)
