"""What kind of error a reply of Redis is, in one word that quotes no value."""

from __future__ import annotations

import re
from typing import Final

from redis.exceptions import ResponseError

from gateway.storage.redis_calls import DEFECT

_WITHIN_A_SCRIPT: Final = re.compile(r" -([A-Z]+) ")
"""Before its seventh release Redis puts the error of a script's command into the text of the script's own."""


def kind_of(error: ResponseError) -> str:
    text = str(error)
    within = _WITHIN_A_SCRIPT.search(text)
    # Of the kinds that it knows, the library takes the word out of the text.
    word = within[1] if within is not None else error.status_code or text.partition(" ")[0]
    return word if word.isascii() and word.isupper() and len(word) <= 32 else DEFECT
