"""Models that a request names besides its own: whom its model may ask for advice, and who answers where it declines.

Source: `BetaAdvisorTool20260301Param` and `BetaFallbackParam` of the Messages API. What the provider chooses by itself
(`fallbacks: "default"`) has no name here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def named_models(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(place in the body, the provider's name of the model)."""
    for member, kind in (("fallbacks", ""), ("tools", "advisor")):
        listed = body.get(member)
        for number, one in enumerate(listed if type(listed) is list else ()):
            if (
                type(one) is dict
                and type(model := one.get("model")) is str
                and str(one.get("type", "")).startswith(kind)
            ):
                yield f"{member}.{number}.model", model
