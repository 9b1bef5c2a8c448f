"""A probe: the least request that uses one field of a dialect, beside the same request without it.

A probe's name is the SDK's name of the field, as `group.field`, and after a slash what of it is meant where one field
can be used in several ways: `request.tool_choice/named`.
"""

from __future__ import annotations

from typing import Any

import msgspec

Tree = dict[str, Any]


class Probe(msgspec.Struct, frozen=True):
    """`tree` is valid and differs from `base` in the field alone."""

    name: str
    tree: Tree
    base: Tree

    @property
    def field(self) -> str:
        return self.name.partition("/")[0]

    def __repr__(self) -> str:
        return self.name


def members(base: Tree, **told: Any) -> list[Probe]:
    """A probe of each member of the request itself; `field__way` for a way of using it."""
    probes = []
    for spelled, value in told.items():
        field, _, way = spelled.partition("__")
        name = f"request.{field}/{way}" if way else f"request.{field}"
        probes.append(Probe(name, {**base, field: value}, base))
    return probes


class Schema(msgspec.Struct, frozen=True):
    """The names of an SDK's request types by group, and why some of them have no probe."""

    groups: dict[str, frozenset[str]]
    without_probe: dict[str, str]

    def unprobed(self, probes: list[Probe]) -> set[str]:
        probed = {probe.field for probe in probes}
        named = {f"{group}.{name}" for group, names in self.groups.items() for name in names}
        return named - probed - self.without_probe.keys()

    def gone(self) -> set[str]:
        """Names of `without_probe` that the SDK does not know (any more)."""
        named = {f"{group}.{name}" for group, names in self.groups.items() for name in names}
        return self.without_probe.keys() - named
