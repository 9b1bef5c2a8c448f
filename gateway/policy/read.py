"""From a document and the schema to plain values, every mistake on the way noted.

Promise: a value comes out only if it has the form that the schema asks for; what has not is left out and complained
about at its own place, so that reading goes on.

`Reading.tree` holds dicts, lists and converted values: seconds as float, bytes as int, amounts and token prices as
Money, rates and percentages as Decimal, days as ISO text, secrets and file names as `Reference` or text.
`Reading.mark(path)` says where any was written.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.core.edits import Path
from gateway.policy import shapes
from gateway.policy.complaints import Complaints, Mark
from gateway.policy.documents import Items, Members, Node, Scalar
from gateway.policy.foreign_names import our_name_for
from gateway.policy.units import (
    parse_call_price,
    parse_currency,
    parse_duration,
    parse_money,
    parse_percent,
    parse_rate,
    parse_size,
    parse_token_price,
    parse_tokens,
    shown_duration,
)

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
LONGEST_LABEL = 63
"""Of a host's name (RFC 1035, section 2.3.4)."""


class Reference(msgspec.Struct, frozen=True):
    """`${name}`: the value stands in the environment."""

    name: str


class Reading:
    """One folder's values, and where each was written."""

    def __init__(self, complaints: Complaints) -> None:
        self.tree: dict[str, Any] = {}
        self.complaints = complaints
        self._marks: dict[Path, Mark] = {}

    def mark(self, path: Path) -> Mark:
        """Where the value at `path` stands, or the nearest thing around it that is known."""
        while path and path not in self._marks:
            path = path[:-1]
        return self._marks.get(path) or Mark("")

    def wrote(self, path: Path, name: str | int) -> bool:
        """Whether the table at `path` has a key `name`, even if its value was refused."""
        return (*path, name) in self._marks

    @property
    def mappings(self) -> Iterator[dict[Any, Any]]:
        """The large ones: what is freed in steps when the reading is needed no more."""
        yield self._marks
        yield from (part for part in self.tree.values() if isinstance(part, dict))

    def complain_twice(self, path: Path, values: list[Any]) -> None:
        """A list's values, of which none may stand there twice."""
        seen: set[Hashable] = set()
        for number, value in enumerate(values):
            if value is not None and value in seen:
                self.complaints.add(self.mark((*path, number)), f"'{value}' is listed twice")
            seen.add(value)

    def read(self, document: Members, table: shapes.Table) -> None:
        self.tree = self._table(document, table, ())

    def _table(self, node: Members, table: shapes.Table, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        meant: set[str] = set()
        for name, (key, value) in node.members.items():
            known = table.keys.get(name)
            if known is None:
                message = f"unknown key '{_shown(name)}'"
                if (elsewhere := our_name_for(name, table.keys)) is not None:
                    self.complaints.add(key.mark, message + elsewhere)
                    continue
                near = self.complaints.add_unknown(key.mark, message, name, table.keys)
                if near is not None:  # written, if with a slip: it is not called missing, too
                    meant.add(near)
                    self._marks.setdefault((*path, near), key.mark)
            else:
                below = (*path, name)
                self._marks[below] = value.mark if isinstance(value, Scalar) else key.mark
                if (read := self._value(value, known.shape, below, name)) is not None:
                    values[name] = read
        for name, known in table.keys.items():
            if known.required and name not in node.members and name not in meant:
                self.complaints.add(self._marks.get(path, node.mark), f"'{name}' is missing: {known.help}")
        return values

    def _named_tables(self, node: Members, named: shapes.NamedTables, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, (key, value) in node.members.items():
            below = (*path, name)
            self._marks[below] = key.mark
            if self._text(key, named.name, f"the name of a {named.what}") is None:
                continue
            if not isinstance(value, Members):
                self.complaints.add(value.mark, f"the {named.what} '{name}' must be a mapping with keys of its own")
                continue
            values[name] = self._table(value, named.item, below)
        return values

    def _list(self, node: Items, shape: shapes.ListOf, path: Path, name: str) -> list[Any]:
        values: list[Any] = []
        if len(node.items) < shape.least:
            self.complaints.add(node.mark, f"'{name}' must not be empty")
        for number, item in enumerate(node.items):
            below = (*path, number)
            self._marks[below] = item.mark
            read = self._value(item, shape.item, below, name)
            values.append(read)  # None keeps the numbers of the later ones in step with their marks
        return values

    def _value(self, node: Node, shape: shapes.Shape, path: Path, name: str) -> Any:
        match shape:
            case shapes.Table() | shapes.NamedTables():
                if isinstance(node, Members):
                    return (
                        self._table(node, shape, path)
                        if isinstance(shape, shapes.Table)
                        else self._named_tables(node, shape, path)
                    )
                if not (isinstance(node, Scalar) and node.absent and isinstance(shape, shapes.NamedTables)):
                    self.complaints.add(node.mark, f"'{name}' must be a mapping, as in '{name}: {{…}}'")
                return None
            case shapes.WordOrTable(scalar=shapes.Choice(values=words)) if (
                isinstance(node, Scalar) and not node.absent and node.text not in words
            ):
                forms = ", ".join((*words, *(f"{{{key}: …}}" for key in shape.table.keys)))
                self.complaints.add(node.mark, f"'{name}' cannot be '{_shown(node.text)}'; it can be: {forms}")
                return None
            case shapes.WordOrTable():
                return self._value(node, shape.table if isinstance(node, Members) else shape.scalar, path, name)
            case shapes.ListOf():
                if isinstance(node, Items):
                    return self._list(node, shape, path, name)
                self.complaints.add(node.mark, f"'{name}' must be a list, as in '{name}: […]'")
                return None
            case _:
                if isinstance(node, Scalar) and not node.absent:
                    return self._scalar(node, shape, name)
                absent = isinstance(node, Scalar)
                self.complaints.add(node.mark, f"'{name}' has no value" if absent else f"'{name}' must be one value")
                return None

    def _scalar(self, node: Scalar, shape: shapes.Shape, name: str) -> Any:
        reference = REFERENCE.fullmatch(node.text)
        if isinstance(shape, shapes.SecretText | shapes.FileName):
            if reference:
                return Reference(reference[1])
            if "${" in node.text:
                self.complaints.add(node.mark, f"'{name}' must be one '${{NAME}}', whole, with no text around it")
                return None
            return self._text(node, shapes.Text(4096), f"'{name}'")
        if isinstance(shape, shapes.Prose):
            return self._prose(node, shape, name)
        if "${" in node.text:
            self.complaints.add(node.mark, f"'{name}' cannot come from the environment: only keys and file names can")
            return None
        match shape:
            case shapes.Choice():
                if node.text in shape.values:
                    return node.text
                self.complaints.add_unknown(
                    node.mark, f"'{name}' cannot be '{_shown(node.text)}'", node.text, shape.values
                )
                return None
            case shapes.Text():
                return self._text(node, shape, f"'{name}'")
            case _:
                try:
                    return _converted(node.text, shape)
                except ValueError as error:
                    self.complaints.add(node.mark, f"'{name}': {error}")
                    return None

    def _prose(self, node: Scalar, shape: shapes.Prose, name: str) -> str | None:
        text = node.text
        plain = text.replace("\n", "").replace("\t", "")
        if not text.strip() or len(text) > shape.longest or not plain.isprintable():
            self.complaints.add(node.mark, f"'{name}' must be 1 to {shape.longest} printable characters")
            return None
        return text

    def _text(self, node: Scalar, shape: shapes.Text, called: str) -> str | None:
        text = node.text
        if not text.isprintable() or not 0 < len(text) <= shape.longest:
            self.complaints.add(node.mark, f"{called} must be 1 to {shape.longest} printable characters")
            return None
        if shape.pattern is not None and not re.fullmatch(shape.pattern, text):
            self.complaints.add(node.mark, f"{called} takes {shape.description}")
            return None
        return text


def _converted(text: str, shape: shapes.Shape) -> Any:
    """The value that `text` stands for; raises ValueError with a sentence."""
    match shape:
        case shapes.Integer(least=least, most=most):
            if not re.fullmatch(r"[0-9]{1,15}", text) or not least <= int(text) <= most:
                raise ValueError(f"write a whole number from {least} to {most}, in digits alone")
            return int(text)
        case shapes.Duration(least=least, most=most):
            seconds = parse_duration(text)
            if not least <= seconds <= most:
                raise ValueError(f"must be from {shown_duration(least)} to {shown_duration(most)}")
            return seconds
        case shapes.Size(least=least, most=most):
            size = parse_size(text)
            if not least <= size <= most:
                raise ValueError(f"must be from {least} to {most} bytes")
            return size
        case shapes.Boolean():
            if text not in {"true", "false"}:
                raise ValueError("write true or false")
            return text == "true"
        case shapes.Amount():
            return parse_money(text)
        case shapes.Currency():
            return parse_currency(text)
        case shapes.TokenPrice():
            return parse_token_price(text)
        case shapes.CallAmount():
            return parse_call_price(text)
        case shapes.Rate():
            return parse_rate(text)
        case shapes.Percent():
            return parse_percent(text)
        case shapes.TokenCount():
            return parse_tokens(text)
        case shapes.Day():
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError("write a day as in '2026-10-01'")
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                raise ValueError("there is no such day") from None
        case shapes.Address():
            return _address(text)
        case _:
            raise AssertionError(shape)


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("this is not a URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not re.fullmatch(r"[!-~]+", text):
        raise ValueError("write a URL that begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must not hold credentials; the place for them is 'api_key'")
    if "?" in text or "#" in text:
        raise ValueError("a base URL has no query and no fragment")
    if port == 0:
        raise ValueError("port 0 cannot be called")
    labels = parts.hostname.removesuffix(".").split(".")
    if ":" not in parts.hostname and not all(0 < len(label) <= LONGEST_LABEL for label in labels):
        raise ValueError("no host can have this name: between two dots stand 1 to 63 letters")
    return text.rstrip("/")


def _shown(text: str) -> str:
    """What someone typed, short enough for one line."""
    return "".join(letter if letter.isprintable() else "�" for letter in text[:40]) + ("…" if len(text) > 40 else "")
