"""`x-gateway-tags`: what a call is for, in the names that its team's policy allows.

Promise: what is stored is short, printable, and of allowed names only; a tag that would land nowhere is refused
rather than dropped, since its cost would be looked for in vain.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from gateway.errors import BadParameter

HEADER: Final = "x-gateway-tags"
LONGEST: Final = 512
PROJECT: Final = "project"
"""The tag that is a column of its own."""

_tag = re.compile(r"([a-z][a-z0-9_.-]{0,63})=([A-Za-z0-9][A-Za-z0-9 ._:/-]{0,63})", re.ASCII)


def read_tags(text: str, allowed: Collection[str]) -> dict[str, str]:
    """Name -> value, sorted by name; raises BadParameter."""
    if len(text) > LONGEST:
        raise BadParameter(f"{HEADER} takes at most {LONGEST} characters.", param=HEADER)
    tags: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _tag.fullmatch(part)
        if found is None:
            raise BadParameter(
                f"{HEADER} takes name=value, with commas between: names in small letters, values of at most 64 "
                "letters, digits, spaces and . _ : / -, with a letter or digit first",
                param=HEADER,
            )
        name, value = found.groups()
        if name not in allowed:
            known = f"it allows {', '.join(sorted(allowed))}" if allowed else "it allows none"
            raise BadParameter(f"The team's policy does not allow the tag {name!r}: {known}.", param=HEADER)
        if name in tags:
            raise BadParameter(f"{HEADER} names {name!r} twice.", param=HEADER)
        tags[name] = value
    return dict(sorted(tags.items()))


def is_tag_name(text: str) -> bool:
    return _tag.fullmatch(f"{text}=x") is not None


def written(tags: dict[str, str]) -> str | None:
    """As usage rows keep them; None: no tags."""
    return ",".join(f"{name}={value}" for name, value in tags.items()) or None


def parted(text: str | None) -> dict[str, str]:
    """The inverse of `written`."""
    return dict(part.split("=", 1) for part in text.split(",")) if text else {}
