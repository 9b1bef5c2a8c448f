"""`multipart/form-data` read and written: how files are uploaded.

Invariants
- What is malformed is refused, never guessed at; at most MAX_FIELDS fields, of MAX_FIELD_BYTES each, and one file.
- A file's name is a label: folders, quotes and control characters are gone from it, and it never becomes a path.
- No message quotes a field or a file.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

import msgspec

from gateway.errors import BadParameter, MalformedBody

MAX_FIELDS: Final = 32
MAX_FIELD_BYTES: Final = 4096
MAX_NAME: Final = 128

_BOUNDARY: Final = re.compile(r'multipart/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_DISPOSITION: Final = re.compile(r'\b(name|filename)="((?:[^"\\]|\\.)*)"')
_TYPE: Final = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)


class Upload(msgspec.Struct, kw_only=True):
    """A file on its way to a provider. A stage may replace `name` and `content` before it leaves, and nothing else."""

    fields: tuple[tuple[str, str], ...]
    name: str
    media_type: str
    content: bytes

    def field(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key == name), None)

    def __repr__(self) -> str:
        return f"<Upload of {len(self.content)} bytes>"


def read_form(content_type: str, body: bytes) -> Upload:
    """The one file of a form, and its fields; raises MalformedBody, BadParameter."""
    found = _BOUNDARY.match(content_type)
    if found is None:
        raise MalformedBody("Send a file as multipart/form-data with a boundary.")
    mark = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    if not body.startswith(mark):
        raise MalformedBody("The form does not begin with its boundary.")
    fields: list[tuple[str, str]] = []
    upload: tuple[str, str, bytes] | None = None
    at = len(mark)
    while body[at : at + 2] != b"--":
        at, head, content = _part(body, at, mark)
        named = dict(_DISPOSITION.findall(head.get("content-disposition", "")))
        name = named.get("name", "")
        if not 0 < len(name) <= MAX_NAME:
            raise MalformedBody("A part of the form has no name.")
        if "filename" in named or name == "file":
            if name != "file" or upload is not None:
                raise BadParameter("A form holds one file, named 'file'.", param="file")
            upload = named.get("filename", ""), head.get("content-type", ""), content
        elif len(fields) == MAX_FIELDS or len(content) > MAX_FIELD_BYTES:
            raise BadParameter(f"A form holds at most {MAX_FIELDS} fields of {MAX_FIELD_BYTES} bytes.")
        else:
            fields.append((name, _text(content)))
    if upload is None:
        raise BadParameter("The form holds no file.", param="file")
    filename, media_type, content = upload
    media_type = media_type.partition(";")[0].strip()
    return Upload(
        fields=tuple(fields),
        name=plain_name(filename),
        media_type=media_type if _TYPE.fullmatch(media_type) else "application/octet-stream",
        content=content,
    )


def write_form(upload: Upload) -> tuple[str, bytes]:
    """(content type, body). The boundary is a digest of the content, which therefore cannot hold it."""
    boundary = "form-" + hashlib.sha256(upload.content).hexdigest()
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_label(name)}"\r\n\r\n{value}\r\n'
        for name, value in upload.fields
    ]
    lines.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{upload.name}"\r\n'
        f"Content-Type: {upload.media_type}\r\n\r\n"
    )
    body = b"".join(("".join(lines).encode("utf-8"), upload.content, f"\r\n--{boundary}--\r\n".encode()))
    return f"multipart/form-data; boundary={boundary}", body


def plain_name(name: str) -> str:
    """What is left of a file's name without folders and what could end a header."""
    return _label(re.split(r"[/\\]", name)[-1])[:MAX_NAME].lstrip(".") or "file"


def _label(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() and letter not in '"\\')


def _part(body: bytes, at: int, mark: bytes) -> tuple[int, dict[str, str], bytes]:
    """(where the next begins, headers, content) of the part behind a boundary."""
    if body[at : at + 2] != b"\r\n":
        raise MalformedBody("A boundary of the form does not end its line.")
    blank = body.find(b"\r\n\r\n", at)
    end = body.find(b"\r\n" + mark, at)
    if blank == -1 or end < blank or blank - at > MAX_FIELD_BYTES:
        raise MalformedBody("A part of the form is cut, or has too long a head.")
    head = {}
    for line in body[at + 2 : blank].split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if not colon:
            raise MalformedBody("A part of the form has a broken head.")
        head[name.strip().lower().decode("latin-1")] = value.strip().decode("utf-8", "replace")
    return end + 2 + len(mark), head, body[blank + 4 : end]


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedBody("A field of the form is not UTF-8.") from None
    if "\n" in text or "\r" in text:
        raise MalformedBody("A field of the form has more than one line.")
    return text
