"""The forms that a value in a policy can have: what `policy.schema` and its parts are written in.

Each shape says how a value is written and what it becomes (`policy.read` converts).
"""

from __future__ import annotations

import msgspec


class Text(msgspec.Struct, frozen=True):
    """Printable text of 1 to `longest` characters. `pattern`: an expression for all of it, `description` in words."""

    longest: int = 200
    pattern: str | None = None
    description: str = ""


class Prose(msgspec.Struct, frozen=True):
    """Text of any length up to `longest`, in lines; `${…}` in it is text like the rest."""

    longest: int


class Choice(msgspec.Struct, frozen=True):
    values: tuple[str, ...]


class Integer(msgspec.Struct, frozen=True):
    """A whole number from `least` to `most`."""

    least: int
    most: int


class Duration(msgspec.Struct, frozen=True):
    """A time with its unit; `least` and `most` in seconds."""

    least: float
    most: float


class Size(msgspec.Struct, frozen=True):
    """Bytes with their unit, `64 KiB`; `least` and `most` in bytes."""

    least: int
    most: int


class Boolean(msgspec.Struct, frozen=True):
    """`true` or `false`."""


class Amount(msgspec.Struct, frozen=True):
    """Money, `500 CHF`."""


class Currency(msgspec.Struct, frozen=True):
    """`CHF`: one of `core.currencies`."""


class TokenPrice(msgspec.Struct, frozen=True):
    """Money per million tokens: `0.25 USD/Mtok`."""


class CallAmount(msgspec.Struct, frozen=True):
    """Money a call: `10 USD/kcall`, `0.03 USD/call`."""


class Percent(msgspec.Struct, frozen=True):
    """Up to 100, `7.5%`, with at most two decimals; becomes a Decimal."""


class TokenCount(msgspec.Struct, frozen=True):
    """`500 Mtok`; becomes tokens."""


class Rate(msgspec.Struct, frozen=True):
    """A positive number without a unit, `0.80`, with at most twelve decimals; becomes a Decimal."""


class Day(msgspec.Struct, frozen=True):
    """A day, `2026-10-01`, in UTC."""


class Address(msgspec.Struct, frozen=True):
    """An http(s) URL without credentials, query and fragment; a final slash is dropped."""


class SecretText(msgspec.Struct, frozen=True):
    """A credential: `${NAME}`, `${NAME_FILE}`, or the text itself."""


class FileName(msgspec.Struct, frozen=True):
    """The name of a file, relative to the policy folder, or `${NAME}`."""


class ListOf(msgspec.Struct, frozen=True):
    item: Shape
    least: int = 0


class Table(msgspec.Struct, frozen=True):
    keys: dict[str, Key]


class NamedTables(msgspec.Struct, frozen=True):
    """Names that the policy's author chooses, each with a table. `what` names one of them in messages."""

    what: str
    item: Table
    name: Text


class WordOrTable(msgspec.Struct, frozen=True):
    """One word, or a mapping that says more."""

    scalar: Choice | Text
    table: Table


class Key(msgspec.Struct, frozen=True):
    shape: Shape
    help: str
    required: bool = False


Shape = (
    Text
    | Prose
    | Choice
    | Integer
    | Duration
    | Size
    | Boolean
    | Amount
    | Currency
    | TokenPrice
    | CallAmount
    | Rate
    | Percent
    | TokenCount
    | Day
    | Address
    | SecretText
    | FileName
    | ListOf
    | Table
    | NamedTables
    | WordOrTable
)

NAME = Text(64, r"[A-Za-z0-9][A-Za-z0-9._:-]*", "letters from a to z, digits and . _ : - with a letter or digit first")
REGION = Text(40, r"[a-z0-9][a-z0-9_-]*", "lower-case letters, digits, _ and -")
MODEL = Text(200, r"\S+", "no spaces")
