"""Putting a version into a policy folder: on trial, in force, or back again. What the commands do, as file operations.

Promise: a running gateway sees a whole version or none of it, and what a version replaces is kept until the next one.

Invariants
- Folders are made beside and renamed into place; while the folder's own files are replaced, `.applying` stands there.
- Only *.yaml is touched; certificates, confirmations and other people's files stay.
- A version is loaded before it is put anywhere: one that does not load goes nowhere.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gateway.core.policy import Policy
from gateway.policy.complaints import PolicyErrors
from gateway.policy.deletions import much_taken_away
from gateway.policy.load import CONFIRMATION, load_policy, policy_files
from gateway.policy.rollout import MODE_FILE, NEXT, SHADOW
from gateway.policy.source import APPLYING

PREVIOUS: Final = ".previous"


class TooMuch(Exception):
    """The version takes away more than a fifth of the teams or keys; the text says what."""


def put_on_trial(folder: Path, new: Path, share: int, environ: Mapping[str, str]) -> Policy:
    """`new` becomes the version on trial, for `share` percent of the keys, 0: as a shadow. Raises PolicyErrors."""
    policy = load_policy(new, environ)
    if new.resolve() == (folder / NEXT).resolve():  # it is there already: another share of the keys
        beside = folder / f"{NEXT}.{MODE_FILE}"
        beside.write_text(_mode(share))
        beside.replace(folder / NEXT / MODE_FILE)
        return policy
    beside = folder / f"{NEXT}.new"
    _copy(new, beside)
    (beside / MODE_FILE).write_text(_mode(share))
    _replace(folder / NEXT, beside)
    return policy


def put_in_force(folder: Path, new: Path, environ: Mapping[str, str], *, meant: bool) -> Policy:
    """`new` becomes the folder's own content; what was there, `.previous`. Raises PolicyErrors, TooMuch."""
    policy = load_policy(new, environ)
    if not meant:
        with contextlib.suppress(PolicyErrors):  # a folder that is broken has nothing to take away
            if taken := much_taken_away(load_policy(folder, environ), policy):
                raise TooMuch(taken)
    staged = folder / ".staged"
    _copy(new, staged)
    _exchange(folder, staged)
    if meant:
        (folder / f"{CONFIRMATION}{policy.version}").touch()
    end_trial(folder)
    return policy


def end_trial(folder: Path) -> bool:
    """Whether a version was on trial."""
    if not (folder / NEXT).is_dir():
        return False
    _replace(folder / NEXT, None)
    return True


def put_back(folder: Path, environ: Mapping[str, str]) -> Policy | None:
    """What was in force before comes back, None where there is none. Raises PolicyErrors."""
    if not (folder / PREVIOUS).is_dir():
        return None
    return put_in_force(folder, folder / PREVIOUS, environ, meant=True)


def _mode(share: int) -> str:
    return f"{share}%\n" if share else f"{SHADOW}\n"


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in policy_files(source):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())


def _replace(place: Path, beside: Path | None) -> None:
    """A folder in place of another, in two renames."""
    old = place.with_name(f"{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    if beside is not None:
        beside.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(folder: Path, staged: Path) -> None:
    """The staged files become the folder's, and the folder's become `.previous`."""
    kept = folder / f"{PREVIOUS}.new"
    _copy(folder, kept)
    with _applying(folder):
        for path in policy_files(folder):
            path.unlink()
        for path in policy_files(staged):
            place = folder / path.relative_to(staged)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(place)
        _replace(folder / PREVIOUS, kept)
    shutil.rmtree(staged, ignore_errors=True)


@contextlib.contextmanager
def _applying(folder: Path) -> Iterator[None]:
    marker = folder / APPLYING
    marker.touch()
    try:
        yield
    finally:
        marker.unlink(missing_ok=True)
