"""What the members of one object tell of each other: `name` beside `vorname`, `first` beside `last`."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.pii.labels import kind_of


def surnames_told(paths: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The same paths of names, but `name` beside a `vorname` of the same object is called a surname.

    So are `first` and `last` where both stand in one object.
    """
    beside = {path[:-1] for path in paths if path and kind_of(path[-1]) == "name"}
    ends = [{path[:-1] for path in paths if path and path[-1].lower() == end} for end in ("first", "last")]
    both = ends[0] & ends[1]
    if not beside and not both:
        return list(paths)
    return [
        (*path[:-1], "surname")
        if path
        and (
            (path[-1].lower() in {"name", "nom"} and path[:-1] in beside)
            or (path[-1].lower() in {"first", "last"} and path[:-1] in both)
        )
        else path
        for path in paths
    ]
