"""Values on the command line: a text in, the value out, or a complaint that says what to write instead."""

from __future__ import annotations

import time
from argparse import ArgumentTypeError
from datetime import UTC, date, datetime
from typing import Final

from gateway.core.networks import canonical
from gateway.core.routes import FEATURES
from gateway.core.virtual_key import DIGITS, ID_LENGTH, parse
from gateway.errors import NotAuthenticated
from gateway.policy.units import parse_duration, parse_size

LONGEST_LABEL: Final = 255
LONGEST_EXPIRY: Final = 10 * 366 * 86_400.0
LONGEST_GRACE: Final = 86_400.0


def label(text: str) -> str:
    """A name as people give it: of a team, a user, a key."""
    if not text.strip() or len(text) > LONGEST_LABEL or not text.isprintable():
        raise ArgumentTypeError(f"must be 1 to {LONGEST_LABEL} printable characters")
    return text


def expiry(text: str) -> float | None:
    """Seconds from now; None: never."""
    if text == "never":
        return None
    seconds = _duration(text)
    if not 0 < seconds <= LONGEST_EXPIRY:
        raise ArgumentTypeError("must be more than 0 and at most ten years, or 'never'")
    return seconds


def grace(text: str) -> float:
    """Seconds for which a rotated secret lives on."""
    seconds = _duration(text)
    if seconds > LONGEST_GRACE:
        raise ArgumentTypeError("must be at most 24h: two secrets for longer are two keys")
    return seconds


def models(text: str) -> tuple[str, ...]:
    """Patterns of models, comma-separated."""
    patterns = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not patterns or any(len(pattern) > LONGEST_LABEL or not pattern.isprintable() for pattern in patterns):
        raise ArgumentTypeError("must be names of models or patterns, with commas between them: fast-chat,claude/*")
    return patterns


def networks(text: str) -> tuple[str, ...]:
    """Addresses and networks, comma-separated."""
    try:
        return tuple(dict.fromkeys(canonical(part.strip()) for part in text.split(",")))
    except ValueError:
        raise ArgumentTypeError(
            "must be addresses or networks, with commas between them: 10.0.0.0/8,2001:db8::/32"
        ) from None


def period(text: str) -> float:
    """Seconds back from now."""
    seconds = _duration(text)
    if not 0 < seconds <= LONGEST_EXPIRY:
        raise ArgumentTypeError("must be more than 0 and at most ten years")
    return seconds


def percent(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100):
        raise ArgumentTypeError("must be 1 to 100")
    return int(text)


def key_id(text: str) -> str:
    """The id of a key, from the id itself or from the whole key, as found where it should not be."""
    if len(text) == ID_LENGTH and all(character in DIGITS for character in text):
        return text
    try:
        return parse(text).id
    except NotAuthenticated:
        raise ArgumentTypeError(f"must be a key's id, {ID_LENGTH} letters and digits (gateway keys list)") from None


def at_most(text: str) -> int:
    """How many are shown."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1):
        raise ArgumentTypeError("must be a whole number, 1 or more")
    return int(text)


def place(text: str) -> int:
    """Of a record in the audit's log."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ArgumentTypeError("must be a record's place, a whole number (gateway audit search)")
    return int(text)


def port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise ArgumentTypeError("must be 0 (any that is free) to 65535")
    return int(text)


def workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 512):
        raise ArgumentTypeError("must be 1 to 512")
    return int(text)


def size(text: str) -> int:
    """Bytes, from a number with or without a unit."""
    try:
        return int(text) if text.isdecimal() else parse_size(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def needs(text: str) -> tuple[str, ...]:
    """What a request asks of a model, comma-separated."""
    found = tuple(part.strip() for part in text.split(","))
    if not set(found) <= set(FEATURES):
        raise ArgumentTypeError(f"must be of {', '.join(FEATURES)}, with commas between them")
    return found


def tags(text: str) -> tuple[tuple[str, str], ...]:
    """Tags, comma-separated."""
    pairs = tuple((name.strip(), value.strip()) for name, _, value in (tag.partition("=") for tag in text.split(",")))
    if not all(name and value for name, value in pairs):
        raise ArgumentTypeError("must be name=value, with commas between them")
    return pairs


def minute(text: str) -> int:
    """Of the day, from HH:MM."""
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise ArgumentTypeError("must be a time of day, as in 18:30")
    return int(hours) * 60 + int(minutes)


def _duration(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def moment(text: str) -> float:
    """Unix seconds of a day in UTC, `2026-11-25`, or of a time ago, `7d`."""
    if text.count("-") == 2:
        found = datetime.fromisoformat(day(text)).replace(tzinfo=UTC).timestamp()
    else:
        try:
            found = time.time() - _duration(text)
        except ArgumentTypeError:
            raise ArgumentTypeError("must be a time ago, as 7d or 30min, or a day, as 2026-11-25") from None
    if found < 0:
        raise ArgumentTypeError("must not be before 1970")
    return found


def day(text: str) -> str:
    """A day, as `2026-11-25`."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ArgumentTypeError("must be a day, as 2026-11-25") from None
