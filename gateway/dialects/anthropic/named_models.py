"""Models that a request names besides its own: whom its model may ask for advice, and who answers where it declines.

Source: `BetaAdvisorTool20260301Param` and `BetaFallbackParam` of the Messages API. What the provider chooses by itself
(`fallbacks: "default"`) has no name here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from gateway.dialects.claims import whole_number

A_FEW: Final = 3
"""Times that an adviser is asked, where the request sets no limit: more than most answers do."""
MOST: Final = 32


class NamedModel(NamedTuple):
    """`place` in the body; `model` by the provider's name. `uses`: how often it may give advice; 0: it answers in place
    of the request's own. `max_tokens`: of each of its answers; None: an answer in place of the request's own may be as
    long as that, and nobody limits advice. `fast`: whether it answers at the dearer speed, though the request does not.
    """

    place: str
    model: str
    uses: int
    max_tokens: int | None
    fast: bool = False


def named_models(body: dict[str, Any]) -> Iterator[NamedModel]:
    """In the order of the body's lists."""
    for number, one in _objects(body.get("fallbacks")):
        if type(model := one.get("model")) is str:
            fast = one.get("speed") == "fast"
            yield NamedModel(f"fallbacks.{number}.model", model, 0, _limit(one), fast)
    for number, one in _objects(body.get("tools")):
        if str(one.get("type", "")).startswith("advisor") and type(model := one.get("model")) is str:
            limit = whole_number(one.get("max_uses"))
            uses = A_FEW if limit is None else min(max(limit, 1), MOST)
            yield NamedModel(f"tools.{number}.model", model, uses, _limit(one))


def _limit(one: dict[str, Any]) -> int | None:
    limit = whole_number(one.get("max_tokens"))
    return limit if limit is not None and limit > 0 else None


def _objects(listed: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, one in enumerate(listed if type(listed) is list else ()):
        if type(one) is dict:
            yield number, one
