"""What the members of one object tell of each other: `name` beside `vorname`, `first` beside `last`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.pii.detectors.name_reading import is_given, is_surname
from gateway.pii.detectors.words import COMMON, NO_NAMES, THINGS, is_nominal
from gateway.pii.label_groups import renamed, role_of
from gateway.pii.labels import kind_of

Names = tuple[str, ...]

_WORDS: Final = COMMON | NO_NAMES | THINGS


def surnames_told(paths: Sequence[Names], texts: Sequence[str]) -> list[Names]:
    """The same paths of names, but `name` beside a `vorname` of the same object is called a surname.

    So are `first` and `last` where both stand in one object, and it is somebody's: the ends of a list or of a range
    are called so, too. `texts` are what stands at the paths.
    """
    roles = _roles(paths)
    beside = {path[:-1] for path in paths if path and kind_of(path[-1]) == "name"}
    ends: dict[Names, dict[str, str]] = {}
    for path, text in zip(paths, texts, strict=True):
        if path and (end := path[-1].lower()) in {"first", "last"}:
            ends.setdefault(path[:-1], {})[end] = text
    both = {whole for whole, values in ends.items() if len(values) == 2}
    of_people = _of_people(both, paths) if both else set()
    both = {whole for whole in both if whole in of_people or not all(map(_is_ordinary, ends[whole].values()))}
    if not beside and not both and not roles:
        return list(paths)
    return [
        (*path[:-1], "surname")
        if path
        and (
            (path[-1].lower() in {"name", "nom"} and path[:-1] in beside)
            or (path[-1].lower() in {"first", "last"} and path[:-1] in both)
        )
        else (*path[:-1], renamed(path[-1], roles[path[:-1]]))
        if path and path[:-1] in roles
        else path
        for path in paths
    ]


def _roles(paths: Sequence[Names]) -> dict[Names, set[str]]:
    """What the labels of each object may be for each other, where they are several; but for `first` and `last`."""
    roles: dict[Names, set[str]] = {}
    for path in paths:
        if path and path[-1].lower() not in {"first", "last"} and (role := role_of(path[-1])):
            roles.setdefault(path[:-1], set()).add(role)
    return {whole: labels for whole, labels in roles.items() if len(labels) > 1}


def _of_people(objects: set[Names], paths: Sequence[Names]) -> set[Names]:
    """Those that are called somebody, or that tell more of somebody: `patient`, beside `birthDate`."""
    called = {whole for whole in objects if whole and kind_of(whole[-1])}
    return called | {path[:-1] for path in paths if path and path[:-1] in objects and kind_of(path[-1])}


def _is_ordinary(text: str) -> bool:
    """Whether no word of it is a name by the lists, or written like one that they do not know."""
    for word in text.split():
        small = word.lower()
        known = small in _WORDS or is_nominal(small)
        if not known and (is_given(small) or is_surname(small) or not word[0].islower()):
            return False
    return True
