"""Files in a request: read where they hold text, and treated as the rules say where nobody can read them.

Promise: what a file is, its bytes say, and not its name or the label that the client put on it. What is called base64
and is none is a text like any other.

Invariants
- A text file is rewritten; a PDF or a Word document cannot be, so that one which holds personal data is refused.
- A file that cannot be read is unread: under `redact` it is refused.
- A file is opened by a thread, however small it is: it may take long.
- No bomb: sizes are checked before anything is unpacked, and entities are not resolved.
"""

from __future__ import annotations

import binascii
import logging
import re
import zipfile
from base64 import b64decode
from collections import Counter
from io import BytesIO
from typing import Final

from defusedxml.ElementTree import fromstring

from gateway.core.privacy_rules import RuleSet
from gateway.pii.leaves import Attachment, Site, Sites
from gateway.pii.text_encodings import text_of_bytes
from gateway.pii.token_ids import TokenIds, text_of

UNREADABLE: Final = "unreadable attachment"
"""What a file is called that nobody can read, where types of data are counted."""

MAX_PAGES: Final = 1000
MAX_UNPACKED: Final = 32 * 1024 * 1024

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings quote the file

_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=_\-\s]")
_WORD_PARTS: Final = re.compile(r"word/(document|footnotes|endnotes|comments|header[0-9]*|footer[0-9]*)\.xml")
_PROPERTIES: Final = "docProps/core.xml"
_PARAGRAPH: Final = re.compile(r"\}(p|tab|br|cr)$")
_MEDIA: Final = ("image/", "audio/", "video/")
_DOCUMENTS: Final = (b"%PDF", b"PK\x03\x04")


class _Unread(Exception):
    """Says nothing of the file."""


class Attachments:
    """The files of a request, their texts put among its sites; `local` and `blocked` say what the rest leads to."""

    def __init__(self, rules: RuleSet, sites: Sites) -> None:
        self._rules = rules
        self.local: Counter[str] = Counter()
        self.blocked: Counter[str] = Counter()
        for attachment in sites.attachments:
            if isinstance(attachment, TokenIds):
                self._token_ids(attachment, sites)
                continue
            data = _bytes_of(attachment)
            if data is None:
                sites.sites.append(Site(attachment.path, attachment.text, ()))
            elif (text := _plain_text(data)) is not None:
                self._document(attachment, text, sites, rewritable=True)
            elif data.startswith(_DOCUMENTS) or not attachment.media_type.startswith(_MEDIA):
                self._document(attachment, None, sites, rewritable=False, data=data)
            else:
                self._count("media", self._rules.media)

    def _document(
        self, attachment: Attachment, text: str | None, sites: Sites, *, rewritable: bool, data: bytes = b""
    ) -> None:
        action = self._rules.attachments
        if action != "redact":
            self._count("attachment", action)
            return
        try:
            text = _text_of(data) if text is None else text
        except _Unread:
            self._count(UNREADABLE, "block")
            return
        if not text.strip():
            self._count("media", self._rules.media)  # pages that are pictures
            return
        prefix = attachment.text[: attachment.start]
        kind = (
            Site(attachment.path, text, (), "text", prefix)
            if rewritable
            else Site(attachment.path, text, (), "document")
        )
        sites.sites.append(kind)

    def _token_ids(self, written: TokenIds, sites: Sites) -> None:
        text = text_of(written.ids)
        if text is None:
            unread = self._rules.attachments
            self._count(UNREADABLE, "block" if unread == "redact" else unread)
        else:
            sites.sites.append(Site(written.path, text, (), "ids"))

    def _count(self, what: str, action: str) -> None:
        if action == "block":
            self.blocked[what] += 1
        elif action == "route_local":
            self.local[what] += 1


def _bytes_of(attachment: Attachment) -> bytes | None:
    """None where it is no base64 at all."""
    encoded = attachment.text[attachment.start :]
    if not encoded or _NOT_BASE64.search(encoded) is not None:
        return None
    try:
        return b64decode(encoded.translate(_STANDARD) + "==")
    except (binascii.Error, ValueError):
        return None


_STANDARD: Final = str.maketrans({"-": "+", "_": "/", "=": None})


def _plain_text(data: bytes) -> str | None:
    return None if data.startswith(_DOCUMENTS) else text_of_bytes(data)


def _text_of(data: bytes) -> str:
    """The text of a PDF or a Word document; raises _Unread."""
    try:
        return _pdf(data) if data.startswith(b"%PDF") else _docx(data)
    except Exception:  # noqa: BLE001 - a hostile file can raise anything in there, and its words may quote the file
        raise _Unread from None


def _pdf(data: bytes) -> str:
    """The first pays for the library, in the thread that opens it: 7 MB that most processes never need."""
    import pypdf  # noqa: PLC0415

    reader = pypdf.PdfReader(BytesIO(data))
    if reader.is_encrypted or len(reader.pages) > MAX_PAGES:
        raise _Unread
    texts = [page.extract_text() for page in reader.pages]
    return "\n".join((*texts, *(str(value) for value in (reader.metadata or {}).values())))


def _docx(data: bytes) -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = [part for part in archive.infolist() if _WORD_PARTS.fullmatch(part.filename)]
        if not parts:
            raise _Unread
        parts += [part for part in archive.infolist() if part.filename == _PROPERTIES]
        if sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise _Unread
        return "\n".join(_xml_text(archive.read(part)) for part in parts)


def _xml_text(data: bytes) -> str:
    words: list[str] = []
    for element in fromstring(data).iter():
        if _PARAGRAPH.search(element.tag):
            words.append("\n")
        if element.text:
            words.append(element.text)
    return "".join(words)
