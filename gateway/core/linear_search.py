"""RE2 on Latin-1 text, a byte a character: what searches in linear time, whatever the expression and the text.

The one place that reaches behind its wrapper: a match object costs more than the search, and tells no more than its
span. So callers get RE2's own automata.

- Of an expression: `.Match(ANYWHERE, data, start, end)[0]` is the span of the first match, (-1, -1) where there is
  none. HERE: only of one that begins at `start`.
- Of several: `.Match(data)` gives the indices of those that occur, in no order; nothing at all where it gave up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import re2

ANYWHERE: Final = re2._re2.RE2.Anchor.UNANCHORED  # noqa: SLF001
HERE: Final = re2._re2.RE2.Anchor.ANCHOR_START  # noqa: SLF001


def automaton(source: bytes, *, memory: int | None = None, dot_is_newline_too: bool = False) -> Any:
    """Of one expression. `memory` in bytes, where RE2's own 8 MiB are not it. Raises `re2.error`."""
    chosen = options(memory)
    chosen.dot_nl = dot_is_newline_too
    return re2.compile(source, chosen)._regexp  # noqa: SLF001


def automaton_of_all(sources: Iterable[bytes], *, memory: int | None) -> Any:
    """Of several at once. Raises `re2.error`."""
    made = re2.Set.SearchSet(options(memory))
    for source in sources:
        made.Add(source)
    made.Compile()
    return made._set  # noqa: SLF001


def options(memory: int | None) -> re2.Options:
    chosen = re2.Options()
    chosen.encoding = re2.Options.Encoding.LATIN1
    chosen.log_errors = False
    if memory is not None:
        chosen.max_mem = memory
    return chosen
