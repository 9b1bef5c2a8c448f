"""Models that a request names besides its own: whom its model may ask for advice, and who answers where it declines.

Source: `BetaAdvisorTool20260301Param` and `BetaFallbackParam` of the Messages API. What the provider chooses by itself
(`fallbacks: "default"`) has no name here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

A_FEW: Final = 3
"""Times that an adviser is asked, where the request sets no limit: more than most answers do."""
MOST: Final = 32


class NamedModel(NamedTuple):
    """`place` in the body; `model` by the provider's name. `uses`: how often it may give advice; 0: it answers in place
    of the request's own.
    """

    place: str
    model: str
    uses: int


def named_models(body: dict[str, Any]) -> Iterator[NamedModel]:
    """In the order of the body's lists."""
    for number, one in _objects(body.get("fallbacks")):
        if type(model := one.get("model")) is str:
            yield NamedModel(f"fallbacks.{number}.model", model, 0)
    for number, one in _objects(body.get("tools")):
        if str(one.get("type", "")).startswith("advisor") and type(model := one.get("model")) is str:
            limit = one.get("max_uses")
            yield NamedModel(f"tools.{number}.model", model, min(max(limit, 1), MOST) if type(limit) is int else A_FEW)


def _objects(listed: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, one in enumerate(listed if type(listed) is list else ()):
        if type(one) is dict:
            yield number, one
