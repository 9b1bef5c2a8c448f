"""Tools in namespaces (`crm.lookup`), for models whose API knows none: each goes by one name, `crm__lookup`.

Codex groups its tools so. The call that comes back is shown to the client in its namespace again; which names are
joined is read off the client's own request, so nothing is kept here.

Invariants
- A joined name is one that every provider takes: at most 64 characters. Equal names are joined equally.
- A name that the request did not put into a namespace is never taken apart, whatever it looks like.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.dialects.offered_tools import tools_offered
from gateway.dialects.state_in_ids import short_id

BETWEEN: Final = "__"
LONGEST_NAME: Final = 64
_DIGITS: Final = 9


def joined(namespace: str, name: str) -> str:
    """The one name of a tool in a namespace."""
    whole = f"{namespace}{BETWEEN}{name}"
    if len(whole) <= LONGEST_NAME:
        return whole
    # The digest keeps apart what the cut makes alike.
    return f"{whole[: LONGEST_NAME - _DIGITS - 1]}_{short_id(whole, _DIGITS)}"


def namespaces_in(tree: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Of a client's request: joined name -> (namespace, name). Trusts no type in it."""
    found: dict[str, tuple[str, str]] = {}
    for group in tools_offered(tree):
        match group:
            case {"type": "namespace", "name": str(namespace), "tools": list(members)}:
                for member in members:
                    if type(member) is dict and type(name := member.get("name")) is str:
                        found[joined(namespace, name)] = namespace, name
            case _:
                pass
    return found


def freeform_names(tree: dict[str, Any]) -> frozenset[str]:
    """Of a client's request: the tools that it offers as `custom`, by the names that providers know."""
    found: list[str] = []
    for tool in tools_offered(tree):
        match tool:
            case {"type": "custom", "name": str(name)}:
                found.append(name)
            case {"type": "namespace", "name": str(namespace), "tools": list(members)}:
                for member in members:
                    match member:
                        case {"type": "custom", "name": str(name)}:
                            found.append(joined(namespace, name))
                        case _:
                            pass
            case _:
                pass
    return frozenset(found)
