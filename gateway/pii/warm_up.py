"""Automata before their first request: RE2 makes their states while it reads, so a process that has read nothing yet
pays five times for each of its first thousand prompts. It reads texts of all kinds at its start instead.

Invariants
- The same texts each time, of this package alone; what is found in them is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Final

from gateway.core.privacy import Detector, Leaf
from gateway.pii.detectors.given_names import GIVEN
from gateway.pii.detectors.surnames import SURNAMES
from gateway.pii.warm_up_texts import SHAPES, TEXTS

TIMES: Final = 2
"""How often each text is filled."""
PAGES: Final = 100
"""How many pages of this package's own sources are read: program code, and English prose about it."""
PAGE: Final = 1_500

_APART: Final = 11
"""Every so many of the names that are known: neighbours of the alphabet begin alike."""
_DIGITS: Final = "41870529638215764930"
_LETTERS: Final = "k3Xq9Tz0aBm7VfW2uRc5Hn8Jd"

_GAP: Final = re.compile(r"\{([a-z]+)\}|[#§]")


def warm_up(detector: Detector) -> None:
    """Let it read; some tenths of a second. Raises whatever it raises."""
    for text in (*_filled(), *_pages()):
        detector.find([Leaf(text, passing=True)])


def _filled() -> Iterator[str]:
    shapes = {name: cycle(shapes) for name, shapes in SHAPES.items()}
    names = {"given": cycle(sorted(GIVEN)[::_APART]), "family": cycle(sorted(SURNAMES)[::_APART])}
    signs = {"#": cycle(_DIGITS), "§": cycle(_LETTERS)}

    def value(gap: re.Match[str]) -> str:
        name = gap[1]
        if name is None:
            return next(signs[gap[0]])
        if name in names:
            return next(names[name]).title()
        return _GAP.sub(value, next(shapes[name])) if name in shapes else gap[0]

    for _ in range(TIMES):
        for text in TEXTS.strip().split("\n\n"):
            yield _GAP.sub(value, text)


def _pages() -> Iterator[str]:
    """None where the sources were not installed."""
    files = sorted(Path(__file__).parents[1].glob("*/*.py"))
    for file in files[:: max(1, len(files) // PAGES)]:
        text = file.read_text(encoding="utf-8")
        middle = len(text) // 2
        yield text[max(0, middle - PAGE // 2) : middle + PAGE // 2]
