"""Files on their way to a provider: requests line by line, and documents as attachments are.

Invariants
- A line in which nothing is replaced stays as it came, byte for byte.
- One value has one word in the whole file.
- The file's name keeps its ending, by which providers know what a file is.
- The form's other fields cannot be changed: what stands there refuses the file.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final

import msgspec

from gateway.core.edits import apply_edits
from gateway.core.multipart import Upload
from gateway.core.redacted import Redacted
from gateway.pii.file_names import ENDING
from gateway.pii.leaves import Attachment, Site, Sites, sites_of, sites_of_data, steering_kind
from gateway.pii.members import REQUESTS

Redactor = Callable[[Sites], Redacted]

_AT: Final = ("file",)
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def redact_upload(upload: Upload, redact: Redactor) -> tuple[str, bytes, list[Redacted]]:
    """The name and the content to send, and what became of each part; raises PersonalDataRefused."""
    named = Sites()
    name, ending = _parted(upload.name)
    named.sites += [Site(("file", "filename"), name, ("filename",))]
    for field, value in upload.fields:
        named.sites += [Site((field,), told, (), steering_kind(told)) for told in (field, value)]
    parts = [redact(named)]
    for edit in parts[0].to_cloud:
        name = edit.value
    name += ending
    lines = _lines(upload.content)
    if lines is None:
        told = Sites()
        told.attachments.append(Attachment(_AT, b64encode(upload.content).decode(), 0, upload.media_type.lower()))
        document = redact(told)
        content = upload.content
        for edit in document.to_cloud:
            content = b64decode(edit.value)
        return name, content, [*parts, document]
    written = []
    for line, tree in lines:
        if tree is None:
            written.append(line)
            continue
        treated = redact(sites_of_data(tree) if REQUESTS.isdisjoint(tree) else sites_of(tree))
        parts.append(treated)
        written.append(apply_edits(line, treated.to_cloud) if treated.to_cloud else line)
    return name, b"\n".join(written), parts


def _parted(name: str) -> tuple[str, str]:
    """What a file is called, and its ending; that of a bare e-mail address is none."""
    ending = ENDING.search(name)
    stem = name if ending is None else name[: ending.start()]
    if "@" in stem and "." not in stem.rpartition("@")[2]:
        stem = name
    return stem, name[len(stem) :]


def _lines(content: bytes) -> list[tuple[bytes, dict[str, Any] | None]] | None:
    """Every line with its object; an empty line has none. None where the file is not one of JSON objects."""
    if content.lstrip()[:1] != b"{":
        return None
    try:
        return [(line, _decode(line) if line.strip() else None) for line in content.split(b"\n")]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
