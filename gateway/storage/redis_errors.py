"""What kind of error a reply of Redis is, in one word that quotes no value."""

from __future__ import annotations

import re
from typing import Final

from redis.exceptions import NoScriptError, ResponseError

from gateway.storage.redis_calls import DEFECT

_WITHIN_A_SCRIPT: Final = re.compile(r" -([A-Z]+) ")
"""Before its seventh release Redis puts the error of a script's command into the text of the script's own."""


def kind_of(error: ResponseError) -> str:
    if isinstance(error, NoScriptError):
        return "NOSCRIPT"
    text = str(error)
    within = _WITHIN_A_SCRIPT.search(text)
    word = text.partition(" ")[0] if within is None else within[1]
    return word if word.isascii() and word.isupper() and len(word) <= 32 else DEFECT
