"""Telephones in the fields of HL7 messages: what stands there has no word before it, and is told by its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.linear import compiled
from gateway.pii.view import DIGITS, Found, Rule, View

# Segment -> its fields of telephones: of the patient, of the next of kin, of whoever pays.
_FIELDS = {b"PID": (13, 14, 40), b"NK1": (5, 6, 7, 31), b"GT1": (6, 7, 18), b"IN1": (7,), b"ORC": (14, 23)}
_SEGMENT = rb"(?:^|[\n\r])(?:PID|NK1|GT1|IN1|ORC)\|[^\n\r]*"
_PATTERN = compiled(_SEGMENT)
_LONGEST = 200
_NUMBER = re.compile(rb"\+?[0-9(][0-9 ()./\-]{5,18}[0-9]")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _PATTERN.spans(data):
        begin = start + (data[start] in b"\n\r")
        fields = data[begin:end].split(b"|")
        wanted = _FIELDS[fields[0]]
        at = begin
        for number, field in enumerate(fields):
            if number in wanted and len(field) < _LONGEST:
                for match in _NUMBER.finditer(field):
                    digits = bytes(byte for byte in match[0] if byte in DIGITS).decode()
                    yield Found(at + match.start(), at + match.end(), "phone", digits, 0.75, "phone-segment")
            at += len(field) + 1


RULES = (Rule("phone-segment", ("phone",), (_SEGMENT,), _find, doubtful=True),)
