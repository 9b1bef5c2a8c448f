"""A folder of YAML to one `Policy`, or all that is wrong with it.

Promise: what `load_policy` returns is enforced as written; a folder with any mistake gives no policy at all.

Invariants
- All `*.yaml` below the folder count, in the order of their names; files and folders that begin with a dot do not
  (editors' and mounted volumes' own), nor does a file system's `lost+found`. A `*.yml` or `*.YAML` is an error, and
  so is a folder that may not be read, so that no file lies there unread.
- Files are merged by top-level key; a name defined twice is an error that tells the other place.
- A hosted provider without its key is disabled, with a reason, and everything else works.
- `Policy.version` depends on what is enforced, keys aside, and on nothing else: not on comments or file names.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.background_work import free_mappings, yielding
from gateway.core.policy import Policy
from gateway.policy import schema
from gateway.policy.build import build_policy
from gateway.policy.checks import check_sense
from gateway.policy.compact import lay_together
from gateway.policy.complaints import Complaints, DependedFiles, Mark, PolicyErrors
from gateway.policy.content import packed, unpacked
from gateway.policy.documents import MAX_BYTES, Members, Node, Scalar, read_document
from gateway.policy.read import Reading

CONFIRMATION: Final = "confirm-"
LOST_AND_FOUND: Final = "lost+found"
"""In the root of a volume, and its administrator's alone."""
UNREAD: Final = "this folder cannot be read: the gateway's account may not"
_ENDINGS: Final = frozenset({".yaml", ".yml"})


Sense = Callable[[Reading], None]
"""Adds to the reading's complaints."""


def check_nothing_else(reading: Reading) -> None:
    """Where nobody asks for more than this package knows."""


class Loaded:
    """A policy, what it was read from, and where each of its values was written."""

    __slots__ = ("_reading", "content", "depended_files", "policy")

    def __init__(self, policy: Policy, content: bytes, reading: Reading) -> None:
        self.policy = policy
        self.content = content
        """As `policy.content` packs it."""
        self._reading: Reading | None = reading
        self.depended_files: DependedFiles = reading.complaints.depended_files
        """The files beside the folder that it depends on: certificates, credentials."""

    @contextmanager
    def reading(self, team: str | None = None) -> Iterator[Reading]:
        """What was written, and where; read once more where it was given up, of the teams only `team`. Blocks."""
        if self._reading is not None:
            yield self._reading
            return
        again = Reading(Complaints())
        with yielding():
            document = unpacked(self.content, team)
            again.read(document, schema.POLICY)
            try:
                yield again
            finally:
                free_mappings(again.mappings)
                _free_documents([document])

    def give_up_reading(self) -> None:
        """For a policy that stays, of which nobody holds a part yet: what it was read from takes six times as much.

        To be called in `background_work.loading`.
        """
        reading, self._reading = self._reading, None
        if reading is not None:
            free_mappings(reading.mappings)
        lay_together(self.policy.teams)


def load_policy(folder: Path, environ: Mapping[str, str]) -> Policy:
    """The policy of the folder; raises PolicyErrors with everything that is wrong."""
    return load(folder, environ).policy


def load(
    folder: Path, environ: Mapping[str, str], also: Sense = check_nothing_else, files_in: Path | None = None
) -> Loaded:
    """The policy of the folder with its places; raises PolicyErrors with everything that is wrong.

    `also` is a check of what this package knows nothing of. `files_in`: the folder that names of files count from,
    where that is another: a version on its way into a folder leaves certificates where they are.
    """
    complaints = Complaints()
    documents: list[Members] = []
    unread, read_in_part = False, 0
    for path, data in _files(folder, complaints):
        before = len(complaints)
        if (document := read_document(path, data, complaints)) is not None:
            documents.append(document)
            read_in_part += len(complaints) - before
        elif len(complaints) > before:
            unread = True
    unread = unread or len(complaints) > read_in_part  # of a file that cannot be opened, or has another ending
    if unread:  # what it defines would be called missing or unknown
        with _read_as_one(documents, folder, complaints) as (document, reading):
            reading.read(document, schema.PART)
            complaints.raise_any()
    return _loaded(documents, files_in or folder, environ, complaints, called=folder, also=also)


def load_documents(documents: list[Members], folder: Path, environ: Mapping[str, str]) -> Loaded:
    """The policy of what was read before; files are looked for from `folder`. Raises PolicyErrors."""
    return _loaded(documents, folder, environ, Complaints())


def policy_of_text(name: str, text: str, environ: Mapping[str, str]) -> Policy:
    """The policy of one file that exists as text only; `name` is shown in errors. Raises PolicyErrors."""
    return load_text(name, text, environ).policy


def load_text(name: str, text: str, environ: Mapping[str, str]) -> Loaded:
    """As `policy_of_text`, with its places."""
    complaints = Complaints()
    document = read_document(name, text.encode(), complaints)
    return _loaded([document] if document else [], Path(), environ, complaints, called=Path(name))


def _files(folder: Path, complaints: Complaints) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file that can be read; of one that is too large, just enough to tell."""
    if not folder.is_dir():
        complaints.add(Mark(str(folder)), "there is no such folder")
        complaints.raise_any()
    for path in policy_files(folder):
        if _is_unread(path):
            complaints.add(Mark(str(path)), UNREAD)
            continue
        if path.suffix != ".yaml":
            complaints.add(Mark(str(path)), f"only *.yaml is read: name it {path.stem}.yaml")
            continue
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            complaints.add(Mark(str(path)), f"this cannot be read: {error.strerror}")
            continue
        yield str(path), data


def confirmations(folder: Path) -> list[Path]:
    """The files that confirm a version which takes much away: `confirm-VERSION`, empty, in the folder itself."""
    return sorted(folder.glob(f"{CONFIRMATION}*"))


def policy_files(folder: Path) -> list[Path]:
    """The regular files below `folder` that count, or would with another ending, and the folders that may not be read;
    sorted, each once, whatever leads to it.

    A mounted volume has a link in place of each folder in it.
    """
    found: list[Path] = []
    seen: set[tuple[int, int]] = set()
    _is_new(folder, seen)

    def unread(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # that is gone since it was listed
            found.append(Path(error.filename))

    for place, folders, files in os.walk(folder, onerror=unread, followlinks=True):
        if not os.access(place, os.X_OK):
            found.append(Path(place))
            folders.clear()
            continue
        own = [name for name in sorted(folders) if not name.startswith(".") and name != LOST_AND_FOUND]
        folders[:] = [name for name in own if _is_new(Path(place, name), seen)]
        for name in files:
            path = Path(place, name)
            if not name.startswith(".") and path.suffix.lower() in _ENDINGS and _is_regular(path):
                found.append(path)
    return sorted(found)


def check_read(folder: Path) -> None:
    """Raises PolicyErrors where a folder below it may not be read: nobody could put a version in its place."""
    complaints = Complaints()
    for path in filter(_is_unread, policy_files(folder)):
        complaints.add(Mark(str(path)), UNREAD)
    complaints.raise_any()


def _is_unread(path: Path) -> bool:
    """Whether it is one of the folders among `policy_files`."""
    return path.suffix.lower() not in _ENDINGS or os.path.isdir(path)  # noqa: PTH112 - as Path.is_dir may raise


def _is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether the folder was not come to by another way; a link may lead to one that it lies in."""
    try:
        found = folder.stat()
    except OSError:
        return False
    here = found.st_dev, found.st_ino
    is_new = here not in seen
    seen.add(here)
    return is_new


def _is_regular(path: Path) -> bool:
    """Whether opening it cannot block; a dangling link counts, to be complained about."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _merged(documents: list[Members], folder: Path, complaints: Complaints) -> Members:
    """One mapping of all files. Mappings below a top-level key are joined, everything else may stand once."""
    merged: dict[str, tuple[Scalar, Node]] = {}
    for document in documents:
        for name, (key, value) in document.members.items():
            if name not in merged or _is_empty(merged[name][1]):
                merged[name] = (key, value)
                continue
            first_key, first = merged[name]
            if isinstance(first, Members) and isinstance(value, Members):
                joined = dict(first.members)
                for below, entry in value.members.items():
                    if below in joined:
                        _complain_twice(entry[0], joined[below][0], complaints)
                    joined.setdefault(below, entry)
                merged[name] = (first_key, Members(first.mark, joined))
            elif not (_is_empty(value) or _is_same(first, value)):
                _complain_twice(key, first_key, complaints)
    return Members(Mark(str(folder)), merged)


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.absent


def _is_same(first: Node, second: Node) -> bool:
    """Two files may both say `version: 1`."""
    return isinstance(first, Scalar) and isinstance(second, Scalar) and first.text == second.text


def _complain_twice(second: Scalar, first: Scalar, complaints: Complaints) -> None:
    complaints.add(
        second.mark, f"'{second.text}' is defined twice; the first stands at {first.mark.file}:{first.mark.line}"
    )


def _loaded(
    documents: list[Members],
    folder: Path,
    environ: Mapping[str, str],
    complaints: Complaints,
    called: Path | None = None,
    also: Sense = check_nothing_else,
) -> Loaded:
    if not documents and not complaints:
        complaints.add(Mark(str(called or folder)), "there is no policy here: no *.yaml with anything in it")
        complaints.raise_any()
    with _read_as_one(documents, called or folder, complaints) as (document, reading):
        reading.read(document, schema.POLICY)
        check_sense(reading)
        also(reading)
        return Loaded(build_policy(reading, folder, environ), packed(document), reading)


@contextmanager
def _read_as_one(documents: list[Members], folder: Path, complaints: Complaints) -> Iterator[tuple[Members, Reading]]:
    """All files as one document, and what it will be read by. What nobody needs afterwards is freed in steps."""
    document = _merged(documents, folder, complaints)
    reading = Reading(complaints)
    try:
        yield document, reading
    except PolicyErrors:
        free_mappings(reading.mappings)
        raise
    finally:
        _free_documents([*documents, document])


def _free_documents(documents: Sequence[Members]) -> None:
    parts = [part for each in documents for _, part in each.members.values()]
    free_mappings(part.members for part in parts if isinstance(part, Members))
