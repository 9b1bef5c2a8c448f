"""Calls of provider tools that were billed and that the answer does not report, for usage rows and the audit."""

from __future__ import annotations

import msgspec

from gateway.core.usage import Calls, Usage
from gateway.dialects.billed_calls import calls_allowed, presumed_calls
from gateway.exchange import Exchange


def with_presumed_calls(exchange: Exchange, usage: Usage, *, said: bool, whole: bool) -> Usage:
    """With the search of OpenAI's chat completions, and of a stream of Gemini's that broke off before its end, which
    alone tells what was asked, while its tokens show that it searched; and with what Gemini may have asked beside
    Google, also where it told of Google's searches. `said`: there was some text; `whole`: all of it.
    """
    if not said:
        return usage
    told, model = usage.calls, exchange.record.model or ""
    calls = presumed_calls(exchange.tree, model)
    if told is not None:
        if calls is None or not calls.connector or told.connector:
            return usage
        calls = told + calls
    elif calls is None and not whole and usage.tool_prompt_tokens:
        allowed = calls_allowed(exchange.tree, model)
        calls = Calls(web_search=1) if allowed is not None and allowed.web_search else None
    return usage if calls is None else msgspec.structs.replace(usage, calls=calls)
