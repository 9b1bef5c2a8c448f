"""Whether a request meets a condition of its alias.

Invariant: what costs something to know (the parts of a request, its minute of the day) is asked only by a condition
that names it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from gateway.core.routes import Condition, Feature, Language


class Facts(Protocol):
    """What can be asked of a request."""

    @property
    def data_class(self) -> str | None: ...

    @property
    def personal_data(self) -> bool:
        """Whether any was found in it."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    @property
    def features(self) -> Collection[Feature]: ...

    @property
    def stream(self) -> bool: ...

    @property
    def language(self) -> Language | None:
        """Of what the user said last; None where it is not clear."""
        ...

    @property
    def tags(self) -> dict[str, str]: ...

    @property
    def minute(self) -> int:
        """Of the day, in the reporting time zone."""
        ...


def met(condition: Condition, facts: Facts) -> bool:
    """Whether everything that the condition names holds."""
    return (
        (not condition.data_classes or facts.data_class in condition.data_classes)
        and (condition.personal_data is None or facts.personal_data is condition.personal_data)
        and (condition.larger_than is None or facts.size > condition.larger_than)
        and (condition.smaller_than is None or facts.size < condition.smaller_than)
        and (condition.stream is None or facts.stream is condition.stream)
        and (not condition.tags or all(facts.tags.get(name) == value for name, value in condition.tags))
        and (not condition.needs or condition.needs <= set(facts.features))
        and (not condition.lacks or condition.lacks.isdisjoint(facts.features))
        and (not condition.languages or facts.language in condition.languages)
        and (condition.hours is None or within(condition.hours, facts.minute))
    )


def within(hours: tuple[int, int], minute: int) -> bool:
    """Whether the minute lies in the span, which may go over midnight."""
    begin, end = hours
    return begin <= minute < end if begin < end else minute >= begin or minute < end
