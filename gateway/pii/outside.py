"""Detectors in other processes: Presidio, or a model on a GPU that answers in its form.

`POST url {"text": …, "language": …}` is answered by `[{"entity_type": …, "start": …, "end": …, "score": …}]`, with
offsets in characters. What they find joins what the rules find. They are asked in the thread that searches the request.

Invariants
- One that is late, refuses, or answers in another form fails the search: nothing is taken for clean.
- Texts go there as detectors read them, decoded; no error quotes one, or an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.core.privacy import DATA_TYPES
from gateway.core.privacy_rules import OutsideDetector
from gateway.pii.view import Found

MOST_ANSWERED = 16 << 20

# Presidio's names where ours are others.
_TYPES = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "IBAN_CODE": "iban", "IT_FISCAL_CODE": "it_cf",
    "ES_NIE": "es_nif",
    "US_PASSPORT": "passport", "UK_PASSPORT": "passport", "IT_PASSPORT": "passport", "DE_PASSPORT": "passport",
    "STREET_ADDRESS": "address", "DE_TAX_ID": "de_tax_id", "DE_SOCIAL_SECURITY": "de_svnr", "API_KEY": "secret",
    "PASSWORD": "secret", "FIRST_NAME": "person", "LAST_NAME": "person",
}  # fmt: skip


class OutsideFailed(Exception):
    """It did not answer in time, or not in the form agreed on."""


class _Entity(msgspec.Struct):
    entity_type: str
    start: int
    end: int
    score: float = 0.85


_ANSWER = msgspec.json.Decoder(list[_Entity])


class Outside:
    """A `NamesModel` of the engine that finds any type."""

    def __init__(self, spec: OutsideDetector) -> None:
        self._spec = spec
        address = urlsplit(spec.url)
        self._kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        self._host = address.netloc
        self._path = (address.path or "/") + (f"?{address.query}" if address.query else "")

    def names(self, texts: Sequence[bytes]) -> list[list[Found]]:
        """For each folded text what the other process finds in it."""
        connection = self._kind(self._host, timeout=self._spec.timeout)
        try:
            return [self._ask(connection, data.decode("latin-1")) if data.strip() else [] for data in texts]
        except (OSError, HTTPException, msgspec.MsgspecError):
            raise OutsideFailed(self._spec.name) from None
        finally:
            connection.close()

    def _ask(self, connection: Any, text: str) -> list[Found]:
        body = msgspec.json.encode({"text": text, "language": self._spec.language})
        connection.request("POST", self._path, body, {"content-type": "application/json", "accept": "application/json"})
        answer = connection.getresponse()
        content = answer.read(MOST_ANSWERED + 1)
        if answer.status != 200 or len(content) > MOST_ANSWERED:
            raise OutsideFailed(self._spec.name)
        found: list[Found] = []
        for entity in _ANSWER.decode(content):
            if not 0 <= entity.start < entity.end <= len(text):
                raise OutsideFailed(self._spec.name)
            type_ = _TYPES.get(entity.entity_type, entity.entity_type.lower())
            if type_ in DATA_TYPES and entity.score >= self._spec.least:
                surface = " ".join(text[entity.start : entity.end].lower().split())
                found.append(
                    Found(entity.start, entity.end, type_, surface, entity.score, f"outside-{self._spec.name}")
                )
        return found
