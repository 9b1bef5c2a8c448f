"""How a response ends: its status and details, and the canonical reasons, both ways.

completed                                    stop, tool_use, refusal (the content tells)
incomplete  incomplete_details.reason        content_filter; of all others length, which says that more was to come
failed      error {code, message}            Failed
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from gateway.core.events import Failed, Finished
from gateway.dialects.openai_chat.refusals import in_its_words, read_error
from gateway.errors import GatewayError, UpstreamRefused

Status = Literal["completed", "incomplete", "failed"]

# Codes of `response.error` that blame the request; the API gives them no type and no status.
_BLAMED: Final = (
    "invalid_",
    "image_",
    "empty_image",
    "failed_to_download",
    "unsupported_image",
    "bio_policy",
    "misalignment",
    "data_residency",
)


class Ending(msgspec.Struct, frozen=True):
    """`reason` stands in incomplete_details."""

    status: Status
    reason: str | None = None


def finished(response: dict[str, Any], *, called: bool, refused: bool) -> Finished:
    """What a response that did not fail says about its end."""
    status, details = response.get("status"), response.get("incomplete_details")
    if status == "incomplete":
        told = details.get("reason") if type(details) is dict else None
        raw = told if type(told) is str else status
        return Finished("content_filter" if raw == "content_filter" else "length", raw)
    if status not in (None, "completed"):
        return Finished("other", status if type(status) is str else None)  # queued, in_progress, cancelled
    return Finished("tool_use" if called else "refusal" if refused else "stop", "completed")


def failure(error: Any) -> UpstreamRefused:
    """The error of a failed response, or of an `error` event."""
    inner: dict[str, Any] = dict(error) if type(error) is dict else {"message": error}
    code = inner.get("code")
    if type(code) is str and code.startswith(_BLAMED) and type(inner.get("type")) is not str:
        inner["type"] = "invalid_request_error"
    return read_error({"error": inner})


def failed(error: Any, *, native: bool) -> Failed:
    """The end that `error` tells. `native`: its frame may be relayed, unless it quotes the gateway's account."""
    made = failure(error)
    return Failed(made, native and in_its_words(made, error if type(error) is dict else {"message": error}))


def ending(end: Finished, *, refused: bool) -> Ending:
    """`refused`: the answer holds a refusal, which says all there is to say."""
    match end.reason:
        case "length":
            return Ending("incomplete", "max_output_tokens")
        case "content_filter":
            return Ending("incomplete", "content_filter")
        case "refusal" if not refused:
            return Ending("incomplete", "content_filter")
        case "error":
            return Ending("failed")
        case "stop" | "stop_sequence" | "tool_use" | "refusal" | "pause" | "other":
            return Ending("completed")


_CODES: Final = frozenset(
    (
        "server_error",
        "rate_limit_exceeded",
        "invalid_prompt",
        "data_residency_mismatch",
        "bio_policy",
        "misalignment_policy_violation",
        "vector_store_timeout",
        "invalid_image",
        "invalid_image_format",
        "invalid_base64_image",
        "invalid_image_url",
        "image_too_large",
        "image_too_small",
        "image_parse_error",
        "image_content_policy_violation",
        "invalid_image_mode",
        "image_file_too_large",
        "unsupported_image_media_type",
        "empty_image_file",
        "failed_to_download_image",
        "image_file_not_found",
    )
)
"""The words that the SDK's type allows in `error.code` of a response."""


def failed_code(error: GatewayError) -> str:
    """`invalid_prompt` is the word that agents do not try again after; `server_error` the one they do."""
    if error.code in _CODES:
        return error.code
    match error.kind:
        case "rate_limit":
            return "rate_limit_exceeded"
        case "overloaded" | "timeout" | "api":
            return "server_error"
        case _:
            return "invalid_prompt"
