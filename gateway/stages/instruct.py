"""Instruct: the prompt template that a model's name or the client asks for, put before the request's own words.

Which one: the alias's `prompt`, or the header `x-gateway-prompt: NAME` or `NAME@VERSION` where the alias has none.
Its variables: members `prompt.NAME` of the body's `metadata`, which do not leave the house, and the header
`x-gateway-prompt-variables: NAME=VALUE&…`, percent-encoded UTF-8; a `%` that begins no escape is refused, not guessed
at. Only chat has a place for it: counts of tokens are without it, and whatever else asks for one is refused.

Invariants
- A request without a template pays a look at two fields.
- A variable that is missing, unknown or of another type is refused by name, and no value is quoted.
- Above Redact: templates and values carry personal data, too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from gateway.background_work import run_yielding, yield_interpreter
from gateway.core.prompts import Prompt, rendered
from gateway.core.safe_echo import plain, shown
from gateway.core.tree import LARGE_BODY_BYTES, parse_object
from gateway.dialects.instructing import instructed, without_metadata
from gateway.errors import BadParameter, NotPermitted
from gateway.exchange import Exchange
from gateway.stages.stage import Stage
from gateway.stages.understand import Understand

HEADER: Final = "x-gateway-prompt"
VARIABLES: Final = "x-gateway-prompt-variables"
PREFIX: Final = "prompt."
"""Of the members of `metadata` that are variables."""
BAD_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})")
MOST_VARIABLES: Final = 200
UNTOUCHED: Final = frozenset({"count_tokens", "list_models", "get_model", "me"})


class Instruct(Stage):
    """Puts the template into `exchange.body` and `exchange.tree`, and its name into the record."""

    after = (Understand,)  # the model is named in the body, and the body is what it goes into

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        alias = exchange.policy.models.get(exchange.envelope.model)
        of_alias = None if alias is None else alias.prompt
        asked = exchange.inbound.headers.get(HEADER)
        return None if of_alias is None and asked is None else self._write(exchange, of_alias, asked)

    async def _write(self, exchange: Exchange, of_alias: str | None, asked: str | None) -> None:
        operation = exchange.inbound.operation.name
        if operation != "chat":
            if operation in UNTOUCHED or exchange.inbound.call is not None:
                return
            raise BadParameter(f"A prompt template goes with chat only, and this is {operation}.", param="model")
        prompt = _chosen(exchange, of_alias, asked)
        values = _values(prompt, _given(exchange))
        if len(exchange.body) <= LARGE_BODY_BYTES:
            body = _written(exchange, prompt, values)
            exchange.rewrite(body, parse_object(body))
        else:
            body = await asyncio.to_thread(_written, exchange, prompt, values)
            exchange.rewrite(
                body, await asyncio.to_thread(run_yielding, partial(parse_object, body, yield_interpreter))
            )
        exchange.record.prompt = prompt.called


def _chosen(exchange: Exchange, of_alias: str | None, asked: str | None) -> Prompt:
    prompts, team = exchange.policy.prompts, exchange.team
    if of_alias is not None:
        prompt = prompts[of_alias]
        if asked is not None and prompts.get(asked) is not prompt:
            raise BadParameter(
                f"The model {exchange.envelope.model!r} has a prompt of its own: leave {HEADER} out.", param=HEADER
            )
        return prompt
    found = prompts.get(asked or "")
    if found is None:
        wanted = shown(asked or "", "of this name")
        raise BadParameter(f"The policies have no prompt {wanted}: name another, or leave {HEADER} out.", param=HEADER)
    if team.prompts is not None and found.name not in team.prompts:
        raise NotPermitted(
            f"Team {team.name!r} may not use the prompt {found.name!r} with this key. Name another, or none."
        )
    return found


def _given(exchange: Exchange) -> dict[str, str]:
    """The variables as the client wrote them: those of the header win."""
    given: dict[str, str] = {}
    metadata = exchange.tree.get("metadata")
    if type(metadata) is dict:
        for name, value in metadata.items():
            if name.startswith(PREFIX):
                if type(value) not in {str, int, float, bool}:
                    raise BadParameter(
                        "A variable of a prompt must be a text, a number, true or false.", param="metadata"
                    )
                given[name.removeprefix(PREFIX)] = str(value).lower() if type(value) is bool else str(value)
    if (header := exchange.inbound.headers.get(VARIABLES)) is not None:
        if BAD_ESCAPE.search(header):
            raise BadParameter(
                f"In {VARIABLES}, '%' must begin an escape of two hexadecimal digits: send a percent sign as '%25'.",
                param=VARIABLES,
            )
        try:
            pairs = _pairs(header)
        except ValueError:
            raise BadParameter(f"{VARIABLES} must be NAME=VALUE&…, percent-encoded UTF-8.", param=VARIABLES) from None
        named: set[str] = set()
        for name, value in pairs:
            if name in named:
                raise BadParameter(f"{VARIABLES} names {shown(name, 'a variable')} twice.", param=VARIABLES)
            named.add(name)
            given[name] = value
    return given


def _pairs(text: str) -> list[tuple[str, str]]:
    """Raises ValueError."""
    return parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_VARIABLES)


def _values(prompt: Prompt, given: dict[str, str]) -> dict[str, str]:
    """A value for every variable of the prompt; raises BadParameter."""
    for name in given:
        if name not in prompt.variables:
            raise BadParameter(
                f"The prompt {prompt.called!r} has no variable {shown(name, 'of this name')}; "
                f"it has: {', '.join(prompt.variables) or 'none'}.",
                param=f"{PREFIX}{name}" if plain(name) else "metadata",
            )
    values: dict[str, str] = {}
    for name, variable in prompt.variables.items():
        value = given.get(name, variable.default)
        if value is None:
            raise BadParameter(
                f"The prompt {prompt.called!r} needs the variable {name!r}: send it in metadata as '{PREFIX}{name}', "
                f"or in {VARIABLES}.",
                param=f"{PREFIX}{name}",
            )
        if told := variable.obstacle(value):
            raise BadParameter(f"The variable {name!r} must be {told}.", param=f"{PREFIX}{name}")
        values[name] = value
    return values


def _written(exchange: Exchange, prompt: Prompt, values: dict[str, str]) -> bytes:
    body, metadata = exchange.body, exchange.tree.get("metadata")
    if type(metadata) is dict and any(name.startswith(PREFIX) for name in metadata):
        body = without_metadata(body, lambda name: name.startswith(PREFIX))
    return instructed(exchange.reader.dialect, body, rendered(prompt, values))
