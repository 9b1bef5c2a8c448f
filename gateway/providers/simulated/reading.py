"""A JSON tree, read as strictly as a provider's validator does."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from gateway.providers.simulated import words
from gateway.providers.simulated.ask import Ask, invalid

_URL_TOKENS = 85
"""Prompt tokens of an image that came as an address; one that came as bytes costs one more for each 512 bytes."""


def text_of(content: Any) -> str:
    """The text of a content field: a string, or the `text` of each part of a list."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(text for text in texts if isinstance(text, str))
    return ""


def image_at(url: Any) -> str:
    """How an image or file is acknowledged: `image of 67 bytes (image/png)`, or `image at an address`."""
    if isinstance(url, dict):
        url = url.get("url")
    if not isinstance(url, str):
        return "image without an address"
    if not url.startswith("data:"):
        return "image at an address"
    head, _, data = url.partition(",")
    return image_of(head.removeprefix("data:").removesuffix(";base64"), data)


def image_of(media_type: Any, data: Any, kind: str = "image") -> str:
    """`image of N bytes (TYPE)`; raises Refusal where the data is not base64."""
    try:
        size = len(base64.b64decode(str(data), validate=True))
    except (binascii.Error, ValueError):
        raise invalid(f"The {kind} is not valid base64.", code="invalid_base64") from None
    return f"{kind} of {size} bytes ({media_type})"


def image_tokens(images: list[str]) -> int:
    """Prompt tokens of acknowledged images."""
    total = 0
    for image in images:
        _, _, rest = image.partition(" of ")
        size = rest.partition(" ")[0]
        total += _URL_TOKENS + (int(size) // 512 if size.isdigit() else 0)
    return total


def number(body: dict[str, Any], name: str, low: float, high: float) -> None:
    """Refuses `body[name]` unless it is absent, null or a number within the bounds."""
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"Invalid type for '{name}': expected a number.", param=name, code="invalid_type")
    if not low <= value <= high:
        code = "decimal_above_max_value" if value > high else "decimal_below_min_value"
        raise invalid(f"Invalid '{name}': expected a value from {low} to {high}.", param=name, code=code)


def string_list(value: Any) -> list[str]:
    """A stop field: null, a string, or a list of strings."""
    if isinstance(value, str):
        return [value]
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def prompt_tokens(ask: Ask, texts: list[str]) -> int:
    """Four tokens for each message's frame, its words, its images, and the tools' names and schemas."""
    tools = sum(8 + words.count(str(tool.schema)) for tool in ask.tools.values())
    return 3 + sum(4 + words.count(text) for text in texts if text) + image_tokens(ask.images) + tools
