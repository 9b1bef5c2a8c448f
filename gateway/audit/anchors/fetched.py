"""Checkpoints fetched back from anchors: objects of S3, lines of syslog or of the gateway's own log, saved mails.

Invariants
- What bears a note has to bear it whole and signed: one that was changed is an error, not passed over.
- Files are read as text, whatever program has written them; a note stands in them as it is, or as a string of JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.audit.checkpoint import ORIGIN, BadCheckpoint, Head, VerifyKey

_AS_IT_IS: Final = re.compile(rf"^{re.escape(ORIGIN)}\n(?:[^\n]+\n){{2,8}}\n(?:— [^\n]+\n)+", re.MULTILINE)
_IN_JSON: Final = re.compile(rf'"note": ?("{re.escape(ORIGIN)}\\n(?:[^"\\]|\\.)*")')


def read_fetched(path: Path, key: VerifyKey) -> list[Head]:
    """All heads in a file, or in all files below a folder, each once.

    Raises BadCheckpoint where one is not of the log's key, ValueError where there is none, OSError.
    """
    heads: dict[Head, None] = {}
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    for file in files:
        for note in _notes(file.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")):
            try:
                heads[key.read(note)] = None
            except BadCheckpoint as error:
                raise BadCheckpoint(f"{file}: {error}") from None
    if not heads:
        raise ValueError(f"there is no checkpoint in {path}")
    return list(heads)


def _notes(text: str) -> Iterator[str]:
    yield from _AS_IT_IS.findall(text)
    for quoted in _IN_JSON.findall(text):
        yield json.loads(quoted)
