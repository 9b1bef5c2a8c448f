"""What is wrong with a policy, where, and what was probably meant.

Promise: a broken folder is told about all its errors at once, each as `file:line:column: reason`, and none of them
quotes a secret.

Invariants
- Lines and columns count from 1, as editors do; columns count characters.
- A suggestion is one of the names that would have been right in that very place.
- Looking for suggestions stops after `MAX_SUGGESTIONS`: a file of garbage is refused as fast as a typo.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import msgspec

from gateway.policy.file_changes import file_state

MAX_SUGGESTIONS = 100

DependedFiles = tuple[tuple[str, int, int, int], ...]
"""Files, as `policy.file_changes` tells whether they change."""


class Mark(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A place in a file."""

    file: str
    line: int = 1
    column: int = 1


class PolicyError(msgspec.Struct, frozen=True, order=True, gc=False):
    """One thing to correct. `str` gives the form that editors and terminals make a link of."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class PolicyErrors(Exception):
    """The folder cannot be enforced as written. `errors` in the order of files and lines, at least one."""

    def __init__(self, errors: Iterable[PolicyError], depended_files: DependedFiles) -> None:
        self.errors = tuple(errors)
        self.depended_files = depended_files
        """The files beside the folder that were looked for."""
        super().__init__("\n".join(map(str, self.errors)))

    @property
    def counted(self) -> str:
        return "1 error" if len(self.errors) == 1 else f"{len(self.errors)} errors"


class Complaints:
    """Gathers errors, so that one mistake does not hide the next."""

    def __init__(self) -> None:
        self._errors: set[PolicyError] = set()
        self._suggestions = 0
        self._depended_files: dict[str, tuple[str, int, int, int]] = {}

    def depends_on(self, path: Path) -> None:
        """The policy depends on this file, which lies beside those of its folder. Said before it is read."""
        self._depended_files.setdefault(str(path), file_state(path))

    @property
    def depended_files(self) -> DependedFiles:
        """All that were looked for."""
        return tuple(sorted(self._depended_files.values()))

    def __len__(self) -> int:
        return len(self._errors)

    def add(self, mark: Mark, message: str) -> None:
        self._errors.add(PolicyError(mark.file, mark.line, mark.column, message))

    def add_unknown(self, mark: Mark, message: str, wrong: str, right: Iterable[str]) -> str | None:
        """`message`, and the nearest of the `right` names; all of them where they are few and none is near.

        Gives the name that was probably meant.
        """
        choices = sorted(set(right))
        near: list[str] = []
        if self._suggestions < MAX_SUGGESTIONS:
            self._suggestions += 1
            folded = {choice.casefold(): choice for choice in choices}
            near = [folded[name] for name in get_close_matches(wrong.casefold(), folded, n=1)]
        if near:
            message += f"; did you mean '{near[0]}'?"
        elif 0 < len(choices) <= 12:
            message += f"; it can be: {', '.join(choices)}"
        self.add(mark, message)
        return near[0] if near else None

    def sorted(self) -> list[PolicyError]:
        return sorted(self._errors)

    def raise_any(self) -> None:
        """Raises PolicyErrors where there is something to correct."""
        if self._errors:
            raise PolicyErrors(self.sorted(), self.depended_files)
