"""Probabilities of an answer's tokens, as each dialect's official types demand them; Gemini's are in `gemini.logprobs`.

Inside they are OpenAI's list, `[{token, logprob, bytes, top_logprobs}]`, as far as the provider told it: Mistral leaves
`top_logprobs` out where nobody asked for alternatives, local servers `bytes`.
"""

from __future__ import annotations

from typing import Any, Final

UNTOLD_TOKEN_ID: Final = -1
"""Mistral's SDK leaves all probabilities out where one lacks `token_id`; no other provider tells any."""


def for_chat(told: list[Any] | None) -> list[dict[str, Any]] | None:
    """With `top_logprobs` always there; all else as it was told."""
    if told is None:
        return None
    return [{**one, "top_logprobs": _alternatives(one)} for one in told if type(one) is dict]


def for_responses(told: list[Any]) -> list[dict[str, Any]]:
    """With `bytes` and `top_logprobs` always there, and nothing else."""
    return [
        {**_bare(one), "top_logprobs": [_bare(other) for other in _alternatives(one)]}
        for one in told
        if type(one) is dict
    ]


def for_mistral(told: list[Any]) -> list[dict[str, Any]]:
    """With `bytes` and `token_id` always there."""
    return [
        {**_numbered(one), "top_logprobs": [_numbered(other) for other in _alternatives(one)]}
        for one in told
        if type(one) is dict
    ]


def _alternatives(one: dict[str, Any]) -> list[dict[str, Any]]:
    top = one.get("top_logprobs")
    return [other for other in top if type(other) is dict] if type(top) is list else []


def _bare(one: dict[str, Any]) -> dict[str, Any]:
    told = one.get("bytes")
    return {"token": one.get("token"), "bytes": told if type(told) is list else [], "logprob": one.get("logprob")}


def _numbered(one: dict[str, Any]) -> dict[str, Any]:
    token, told = one.get("token"), one.get("bytes")
    if type(told) is not list:
        told = list(token.encode("utf-8", "replace")) if type(token) is str else []
    return {"token_id": UNTOLD_TOKEN_ID, **one, "bytes": told}
