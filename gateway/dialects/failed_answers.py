"""An answer of which the provider itself says that it failed, for dialects without a word for that.

Gemini ends so where its model wrote a call that nobody can read (`MALFORMED_FUNCTION_CALL`), Mistral with `error`, vLLM
with `abort`. Chat completions and Messages know no such reason to end; `stop` would pass half an answer, or none, for a
whole one. So the answer is an error there: agents ask again, which most often helps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.core.answer import Candidate
from gateway.errors import UpstreamError

_WORD = re.compile(r"\w{1,64}")


def model_failed(raw_reason: str | None) -> UpstreamError:
    """The error to end with; `raw_reason` is the provider's word."""
    told = f": {raw_reason}" if raw_reason is not None and _WORD.fullmatch(raw_reason) else ""
    return UpstreamError(
        f"The provider says that its model could not complete the answer{told}. Try again, or name another model."
    )


def refuse_failed(candidates: Iterable[Candidate]) -> None:
    """Raise UpstreamError where each candidate failed."""
    failed = None
    for candidate in candidates:
        if candidate.reason != "error":
            return
        failed = failed or candidate
    if failed is not None:
        raise model_failed(failed.raw_reason)
