"""What models do to a token that they were told to copy, and what stands around the value then."""

from __future__ import annotations

import re
from collections.abc import Callable

TOKEN = re.compile(r"([A-Z]+[a-z]?)_([0-9a-z]{6})")

BENT: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "lower": lambda text: TOKEN.sub(lambda token: token[0].lower(), text),
    "upper": lambda text: TOKEN.sub(lambda token: token[0].upper(), text),
    "space": lambda text: TOKEN.sub(r"\1 \2", text),
    "bold": lambda text: TOKEN.sub(r"**\1_\2**", text),
    "possessive": lambda text: TOKEN.sub(r"\1_\2's", text),
    "no-break space": lambda text: TOKEN.sub("\\1\u00a0\\2", text),
    "bold inside": lambda text: TOKEN.sub(r"\1_**\2**", text),
    "new line inside": lambda text: TOKEN.sub("\\1_\n\\2", text),
    "entity": lambda text: TOKEN.sub(r"\1&#95;\2", text),
    "percent": lambda text: TOKEN.sub(r"\1%5F\2", text),
    "escaped": lambda text: TOKEN.sub(r"\1\\_\2", text),
    "escaped twice": lambda text: TOKEN.sub(r"\1\\\\_\2", text),
}
AROUND = {"bold": ("**", "**"), "bold inside": ("**", "**"), "possessive": ("", "'s")}
