"""Who holds a key, as one row of the table had it, and for how long a secret of it is good."""

from __future__ import annotations

import hmac
from typing import Final

import msgspec

from gateway.core.identity import Principal
from gateway.errors import NotAuthenticated
from gateway.storage.keys import KeyRecord

FOR_EVER: Final = float("inf")


class Held(msgspec.Struct, gc=False):
    """A key as one row had it."""

    principal: Principal
    record: KeyRecord
    used_at: float = 0.0
    """When it was last used, where that is to be noted yet."""
    replaced: bool = False
    """Whether there is a newer row."""


class VerifiedSecret(msgspec.Struct, frozen=True, gc=False):
    """Whose secret a text was found to be. `hashed`: what the database holds of it; `until`: Unix seconds up to which
    it is good without another look, as far as the row tells.
    """

    held: Held
    hashed: bytes
    until: float


def good_until(record: KeyRecord, presented: bytes, now: float) -> float:
    """Unix seconds up to which this secret of the key's is good; raises NotAuthenticated where it is not."""
    match record.state(now):
        case "revoked":
            raise NotAuthenticated(f"The API key {record.id} was revoked. Ask for a new one.")
        case "expired":
            raise NotAuthenticated(f"The API key {record.id} has expired. Ask for a new one.")
        case "live":
            pass
    until = FOR_EVER if record.expires_at is None else record.expires_at
    if record.previous_hash is None or hmac.compare_digest(presented, record.secret_hash):
        return until
    if record.previous_until is None or record.previous_until <= now:
        raise NotAuthenticated(f"The API key {record.id} was replaced by a newer one: use that.")
    return min(until, record.previous_until)


def principal_of(record: KeyRecord) -> Principal:
    return Principal(
        key_id=record.id,
        team=record.team,
        name=record.name,
        user=record.user,
        models=record.models,
        networks=record.networks,
    )
