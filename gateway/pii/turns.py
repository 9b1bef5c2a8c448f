"""Which turns of a conversation go on with a number that a turn before them has begun.

Somebody who dictates a card number sends it in pieces, with a "go on" between them. So the last turn of a speaker and
the next one are read as one text where the seam lies between two digits, over a short reply at most.

Invariants
- Only the ends and beginnings of what one speaker said; nothing of a tool's, whose results are texts of their own.
- Letters are never joined: two turns that end and begin with words are two sentences far more often than one name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from gateway.core.edits import Path

LONGEST_REPLY: Final = 80
"""Characters that another one may say in between: asked to go on, nobody is told more."""

_SIGNS: Final = frozenset(".-/")
"""What stands within numbers."""


class _Turn(NamedTuple):
    """What a speaker said last: where its end stands, and the run of texts that it ends, if it is but one text."""

    end: Path
    text: str
    run: list[Path] | None


class Turns:
    """The turns of one list, whose path this is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: dict[str, _Turn] = {}
        self._since: dict[str, int] = {}
        """For each speaker the characters that others have said since."""
        self._runs: list[list[Path]] = []

    def add(self, number: int, entry: dict[str, Any]) -> None:
        speaker = entry["role"]
        texts = list(_texts(entry))
        if type(speaker) is not str or speaker == "tool" or not texts:
            self._last.clear()
            return
        before = self._last.get(speaker) if self._since.get(speaker, 0) <= LONGEST_REPLY else None
        length = sum(len(text) for _, text in texts)
        self._since = {other: said + length for other, said in self._since.items()} | {speaker: 0}
        begin, end = ((*self._path, number, *texts[at][0]) for at in (0, -1))
        run = None
        if before is not None and _goes_on(before.text, texts[0][1]):
            run = before.run
            if run is None:
                run = [before.end]
                self._runs.append(run)
            run.append(begin)
        self._last[speaker] = _Turn(end, texts[-1][1], run if len(texts) == 1 else None)

    def runs(self) -> list[list[Path]]:
        """Where the texts stand that go on with each other."""
        return self._runs


def runs_of(path: Path, turns: list[tuple[int, dict[str, Any]]]) -> list[list[Path]]:
    """Where the texts stand that go on with each other, of the turns of the list at `path`, each with its number.

    Most conversations have none that begins as the rest of a number does: seen before anything is kept of them.
    """
    if not any(_begins_within(entry) for _, entry in turns[1:]):
        return []
    told = Turns(path)
    for number, entry in turns:
        told.add(number, entry)
    return told.runs()


def _begins_within(entry: dict[str, Any]) -> bool:
    content = entry.get("content")
    text = content if type(content) is str else next((text for _, text in _texts(entry)), "")
    first = text[:2].lstrip(" ")[:1]
    return first.isdigit() or first in _SIGNS


def _texts(entry: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for name in ("content", "parts"):
        content = entry.get(name)
        if type(content) is str:
            yield (name,), content
        elif type(content) is list:
            for number, part in enumerate(content):
                if type(part) is dict and type(part.get("text")) is str:
                    yield (name, number, "text"), part["text"]


def _goes_on(one: str, other: str) -> bool:
    """Whether a text was cut in two amid a number, and the other one goes on with it."""
    last, first = one[-2:].rstrip(" ")[-1:], other[:2].lstrip(" ")[:1]
    if first.isdigit():
        return last.isdigit() or last in _SIGNS
    return last.isdigit() and first in _SIGNS  # a letter begins another word
