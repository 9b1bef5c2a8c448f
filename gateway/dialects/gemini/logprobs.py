"""Token probabilities: Gemini's `logprobsResult` and OpenAI's list, which the gateway uses inside."""

from __future__ import annotations

from typing import Any


def logprobs_in(result: Any) -> list[Any] | None:
    """`logprobsResult` as [{token, logprob, bytes, top_logprobs}], or None where it holds none."""
    if type(result) is not dict or type(result.get("chosenCandidates")) is not list:
        return None
    tops = result.get("topCandidates")
    tops = tops if type(tops) is list else []
    made: list[Any] = []
    for number, chosen in enumerate(result["chosenCandidates"]):
        if type(chosen) is not dict:
            continue
        top = tops[number] if number < len(tops) else None
        others = top.get("candidates") if type(top) is dict else None
        made.append(
            {
                **_entry(chosen),
                "top_logprobs": [_entry(other) for other in others or () if type(other) is dict]
                if type(others) is list
                else [],
            }
        )
    return made or None


def logprobs_out(content: list[Any]) -> dict[str, Any]:
    """OpenAI's list as `logprobsResult`."""
    chosen: list[Any] = []
    tops: list[Any] = []
    for entry in content:
        if type(entry) is not dict:
            continue
        chosen.append({"token": entry.get("token"), "logProbability": entry.get("logprob")})
        tops.append(
            {
                "candidates": [
                    {"token": other.get("token"), "logProbability": other.get("logprob")}
                    for other in entry.get("top_logprobs") or ()
                    if type(other) is dict
                ]
            }
        )
    return {"chosenCandidates": chosen, "topCandidates": tops}


def _entry(candidate: dict[str, Any]) -> dict[str, Any]:
    token = candidate.get("token")
    token = token if type(token) is str else ""
    value = candidate.get("logProbability")
    return {
        "token": token,
        "logprob": value if type(value) in {int, float} else 0.0,
        "bytes": list(token.encode("utf-8", "replace")),
    }
