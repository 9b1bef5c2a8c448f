"""What a verification takes in and what it says."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from gateway.audit.chain import Frontier
from gateway.audit.checkpoint import Head, VerifyKey
from gateway.audit.record import Header, Kind, Record

Finding = Literal[
    "edit",  # a record says something else than it did
    "delete",  # a record, its content or a checkpoint is missing
    "reorder",  # records or checkpoints have changed places
    "insert",  # a record that was never recorded
    "duplicate",  # a record a second time
    "truncate",  # the end is missing: fewer records than were vouched for
    "fork",  # two histories, both signed
    "bad signature",  # a checkpoint that the log's key did not sign
    "gap",  # the log is as it was signed, and a writer's numbers leave some out
]

WHOLE, TAMPERED, UNKNOWN = 0, 1, 2
"""Exit codes."""


class Placed(msgspec.Struct, frozen=True):
    """A record as it stands in the log. `columns`: what the table tells beside it, where it comes from a table."""

    index: int
    record: Record
    leaf: bytes
    mac: bytes
    columns: tuple[int, Kind, str, str, str, str] | None = None

    def agrees_with(self, header: Header) -> bool:
        told = (header.at, header.kind, header.team, header.person, header.key, header.request)
        return self.columns is None or self.columns == told


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """What the verifier believes beforehand.

    `place_key` is the gateway's own: with it the first bad record is named, without it the first that no good
    checkpoint covers. `heads`: what witnesses and anchors kept.
    """

    verify_key: VerifyKey
    place_key: bytes | None = None
    heads: tuple[Head, ...] = ()
    tree: Frontier | None = None
    """What the log's own state says, where it is at hand."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`first_bad` is the place of the first record that is not as it was; `until` the last that may be meant."""

    state: Literal["whole", "tampered", "unknown"]
    records: int
    root: str
    checkpoints: int
    kind: Finding | None = None
    first_bad: int | None = None
    until: int | None = None
    detail: str = ""
    shredded_by_policy: int = 0
    """Records whose content is gone, with a record that says so."""
    open_writers: int = 0
    """Processes that run, or ended without a word and left nothing that another had to bring to the log."""

    @property
    def exit_code(self) -> int:
        return {"whole": WHOLE, "tampered": TAMPERED, "unknown": UNKNOWN}[self.state]


KEYS_LISTED: Final = "keys"
PERSONS_LISTED: Final = "persons"
"""Members of `about` in the records that say what was destroyed: ids in hexadecimal digits, separated by blanks."""
