"""Prompt templates as values: what a request is given before anything else, and how variables fill it.

Promise: `{{name}}` of a variable that the template declares becomes its value, once; everything else, in the template
and in the value, stays the text that it is. There is no logic to inject into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

VariableKind = Literal["text", "number", "choice", "flag"]

PLACE: Final = re.compile(r"\{\{([a-z][a-z0-9_]{0,63})\}\}")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Characters that are no text: all controls but tabs and ends of lines."""
NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """`longest` characters of a text; `values` of a choice. Without `default` it must be given."""

    kind: VariableKind = "text"
    longest: int = 2000
    values: tuple[str, ...] = ()
    default: str | None = None

    def obstacle(self, value: str) -> str | None:
        """What is wrong with a value, in words that do not quote it; None where it fits."""
        match self.kind:
            case "text":
                if CONTROL.search(value):
                    return "text without control characters other than tabs and ends of lines"
                return None if len(value) <= self.longest else f"at most {self.longest} characters"
            case "number":
                return None if NUMBER.fullmatch(value) else "a number such as 12 or 0.5"
            case "choice":
                return None if value in self.values else f"one of: {', '.join(self.values)}"
            case "flag":
                return None if value in {"true", "false"} else "true or false"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange of words that shows what is wanted."""

    user: str
    assistant: str


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a template. `style`: rules, a sentence each."""

    name: str
    version: str
    system: str = ""
    style: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    variables: dict[str, Variable] = {}

    @property
    def called(self) -> str:
        return f"{self.name}@{self.version}"


class Rendered(msgspec.Struct, frozen=True):
    """A template with its values in place."""

    system: str
    examples: tuple[Example, ...]

    def __repr__(self) -> str:
        return f"<Rendered of {len(self.examples)} examples>"


def rendered(prompt: Prompt, values: Mapping[str, str]) -> Rendered:
    """The template with `values`, which hold every declared variable."""

    def fill(text: str) -> str:
        return PLACE.sub(lambda place: values.get(place[1], place[0]), text) if values else text

    rules = "\n".join(f"- {fill(rule)}" for rule in prompt.style)
    system = "\n\n".join(part for part in (fill(prompt.system), rules) if part)
    examples = tuple(Example(user=fill(shown.user), assistant=fill(shown.assistant)) for shown in prompt.examples)
    return Rendered(system, examples)
