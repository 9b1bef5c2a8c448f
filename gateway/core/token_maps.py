"""What the tokens in a provider's own state stand for: stored answers, conversations, batches, files.

A conversation that the client sends again brings its values with it. Where the provider keeps the state, the values
must be kept here, or the next answer could not be restored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

TokenValues = dict[str, dict[str, str]]
"""Tag -> the token's text before the underscore, in capitals -> value (`pii.tokens.Issued.values`)."""


class TokenMaps(Protocol):
    """Sealed, per team and object. Every method raises Overloaded where the store cannot be asked."""

    async def keep(self, team: str, object_ids: Iterable[str], values: TokenValues, until: float) -> None:
        """Keep `values` under each of these ids, beside what is there, until a time in Unix seconds."""
        ...

    async def find(self, team: str, object_ids: Iterable[str]) -> TokenValues:
        """What is kept under these ids, put together; empty where nothing is."""
        ...

    async def forget(self, team: str, object_id: str) -> None:
        """The object is gone."""
        ...


def merged(into: TokenValues, more: TokenValues) -> TokenValues:
    """Both; where they differ, the first counts."""
    together = {tag: dict(forms) for tag, forms in into.items()}
    for tag, forms in more.items():
        known = together.setdefault(tag, {})
        for head, value in forms.items():
            known.setdefault(head, value)
    return together
