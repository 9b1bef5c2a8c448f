"""Putting a version into a policy folder: on trial, in force, or back again. What the commands do, as file operations.

Promise: a running gateway sees a whole version or none of it. What a version replaces is kept, the last ten, and going
back takes them one by one; what was gone back from is kept until the next time.

Invariants
- Folders are made beside their place and renamed into it; while the folder's files are replaced, it holds `.applying`.
- Only *.yaml is touched; certificates, confirmations and other people's files stay. So names of files in a version
  count from this folder, wherever the version comes from.
- A version is loaded before it is put anywhere, held to all that the gateway holds it to (`also`): one that does not
  load goes nowhere.
- One is put at a time: whoever comes meanwhile, from another process, too, waits.

What was in force lies in `.previous`, a folder for each, named by its place in time and its version.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from gateway.core.policy import Policy
from gateway.policy.complaints import PolicyErrors
from gateway.policy.deletions import much_taken_away
from gateway.policy.load import CONFIRMATION, Sense, check_nothing_else, check_read, load, policy_files
from gateway.policy.rollout import MODE_FILE, NEXT, SHADOW
from gateway.policy.source import APPLYING

PREVIOUS: Final = ".previous"
WITHDRAWN: Final = ".withdrawn"
"""What was gone back from last, or was replaced without ever having loaded."""
MOST_EARLIER: Final = 10
_EARLIER: Final = re.compile(r"([0-9]{6})-([0-9a-f]+)")


class ConfirmationNeeded(Exception):
    """The version takes away more than a fifth of the teams or keys; the text says what."""


class VersionMismatch(Exception):
    """What lies there is not the version that was meant; the text says which it is."""


def put_on_trial(
    folder: Path,
    new: Path,
    share: int,
    environ: Mapping[str, str],
    also: Sense = check_nothing_else,
    wanted: str | None = None,
) -> Policy:
    """`new` becomes the version on trial, for `share` percent of the keys, 0: as a shadow.

    Raises PolicyErrors; VersionMismatch, where it is not the version `wanted`.
    """
    with _alone(folder):
        policy = _wanted(load(new, environ, also, folder).policy, wanted)
        _put_on_trial(folder, new, share)
    return policy


def _wanted(policy: Policy, version: str | None) -> Policy:
    if version not in (None, policy.version):
        raise VersionMismatch(policy.version)
    return policy


def _put_on_trial(folder: Path, new: Path, share: int) -> None:
    if new.resolve() == (folder / NEXT).resolve():  # it is there already: another share of the keys
        staged = folder / f"{NEXT}.{MODE_FILE}"
        staged.write_text(_mode(share), encoding="utf-8")
        staged.replace(folder / NEXT / MODE_FILE)
        return
    staged = folder / f"{NEXT}.new"
    _copy(new, staged)
    (staged / MODE_FILE).write_text(_mode(share), encoding="utf-8")
    _replace(folder / NEXT, staged)


class EarlierVersion(NamedTuple):
    """A version that was in force. `number` grows with time."""

    number: int
    version: str
    place: Path


def put_in_force(
    folder: Path,
    new: Path,
    environ: Mapping[str, str],
    also: Sense = check_nothing_else,
    wanted: str | None = None,
    *,
    meant: bool,
) -> Policy:
    """`new` becomes the folder's own content; what was there, the newest of `.previous`.

    What does not load was never in force: nobody goes back to it, and it is kept as `.withdrawn`. Raises PolicyErrors,
    ConfirmationNeeded; VersionMismatch, where it is not the version `wanted`.
    """
    with _alone(folder):
        policy = _wanted(load(new, environ, also, folder).policy, wanted)
        _put_in_force(folder, new, policy, _loaded(folder, environ, also), meant=meant)
    return policy


def _put_in_force(folder: Path, new: Path, policy: Policy, before: Policy | None, *, meant: bool) -> None:
    if not meant and before is not None and (taken := much_taken_away(before, policy)):
        raise ConfirmationNeeded(taken)
    if before is None:
        _put(folder, new, policy, folder / WITHDRAWN, meant=meant)
    elif before.version == policy.version:
        _put(folder, new, policy, None, meant=meant)
    else:
        known = earlier_versions(folder)
        number = known[0].number + 1 if known else 1
        (folder / PREVIOUS).mkdir(exist_ok=True)
        _put(folder, new, policy, folder / PREVIOUS / f"{number:06}-{before.version}", meant=meant)
        for forgotten in earlier_versions(folder)[MOST_EARLIER:]:
            shutil.rmtree(forgotten.place, ignore_errors=True)


def earlier_versions(folder: Path) -> list[EarlierVersion]:
    """What can be gone back to, the latest first."""
    try:
        places = list((folder / PREVIOUS).iterdir())
    except OSError:
        return []
    named = [(_EARLIER.fullmatch(place.name), place) for place in places]
    return sorted((EarlierVersion(int(name[1]), name[2], place) for name, place in named if name), reverse=True)


def end_trial(folder: Path) -> bool:
    """Whether a version was on trial."""
    with _alone(folder):
        return _end_trial(folder)


def _end_trial(folder: Path) -> bool:
    if not (folder / NEXT).is_dir():
        return False
    _replace(folder / NEXT, None)
    return True


def next_back(folder: Path, environ: Mapping[str, str], also: Sense) -> EarlierVersion | None:
    """Where `put_back` goes: the latest that differs from what is there; None where there is nothing earlier."""
    now = _loaded(folder, environ, also)
    return next((each for each in earlier_versions(folder) if now is None or each.version != now.version), None)


def put_back(folder: Path, environ: Mapping[str, str], also: Sense = check_nothing_else) -> Policy | None:
    """The version before comes back, and next time the one before that; None where there is none. Raises PolicyErrors.

    What was there is kept as `.withdrawn`.
    """
    with _alone(folder):
        back = next_back(folder, environ, also)
        if back is None:
            return None
        policy = load(back.place, environ, also, folder).policy
        _put(folder, back.place, policy, folder / WITHDRAWN, meant=True)
        for each in earlier_versions(folder):
            if each.number >= back.number:
                shutil.rmtree(each.place, ignore_errors=True)
    return policy


def _loaded(folder: Path, environ: Mapping[str, str], also: Sense) -> Policy | None:
    """None where the folder does not load."""
    with contextlib.suppress(PolicyErrors):
        return load(folder, environ, also).policy
    return None


def _put(folder: Path, new: Path, policy: Policy, kept: Path | None, *, meant: bool) -> None:
    check_read(folder)
    staged = folder / ".staged"
    _copy(new, staged)
    _exchange(folder, staged, kept)
    if meant:
        (folder / f"{CONFIRMATION}{policy.version}").touch()
    _end_trial(folder)


def _mode(share: int) -> str:
    return f"{share}%\n" if share else f"{SHADOW}\n"


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in policy_files(source):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())


def _replace(place: Path, staged: Path | None) -> None:
    """A folder in place of another, in two renames."""
    old = place.with_name(f"{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    if staged is not None:
        staged.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(folder: Path, staged: Path, kept: Path | None) -> None:
    """The staged files become the folder's, and the folder's are kept."""
    replaced = folder / ".kept.new"
    if kept is not None:
        _copy(folder, replaced)
    with _applying(folder):
        for path in policy_files(folder):
            path.unlink()
        for path in policy_files(staged):
            place = folder / path.relative_to(staged)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(place)
        if kept is not None:
            _replace(kept, replaced)
    shutil.rmtree(staged, ignore_errors=True)


@contextlib.contextmanager
def _applying(folder: Path) -> Iterator[None]:
    marker = folder / APPLYING
    marker.touch()
    try:
        yield
    finally:
        marker.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else puts anything into this folder; waits for whoever does. The lock goes with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems of other machines lock no folders
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
