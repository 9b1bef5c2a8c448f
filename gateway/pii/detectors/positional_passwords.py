"""Passwords among the values of a test, where only the place tells: the names stand above or below them, in the same
order.

`parametrize("user,password", [("anna", "…")])`; `[InlineData("anna", "…")]`, below it `(string user, string password)`.

Invariants
- Rows are read for `_REACH` bytes from their names, and at most `_MOST` of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import plausible_secret
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_A_PASSWORD = rb"(?:[a-z]+_?)?(?:password|passwort|passwd|passphrase|pwd|secret|token|api_?key|pass)"
# `parametrize("user,password", [`, `parametrize(("user", "password"), [`
_NAMED_ABOVE = (
    rb"(?i)parametrize\(\s*(?:argnames\s*=\s*)?[(\[]?[\"'](?:[a-z_0-9]+[\"']?,[ ]?[\"']?)*"
    + _A_PASSWORD
    + rb"\b[^\n\[]*,"
)
_ABOVE_PATTERN = compiled(_NAMED_ABOVE)
# `[InlineData("anna", "…")]`, `[TestCase(…)]`, `@CsvSource`
_NAMED_BELOW = rb"(?i)\[(?:inlinedata|testcase|datarow|arguments)\([^\n]*[\"']"
_BELOW_PATTERN = compiled(_NAMED_BELOW)
_SIGNATURE = re.compile(rb"[A-Za-z_][A-Za-z0-9_<>]*[ ]+[A-Za-z_][A-Za-z0-9_]*\(([^()\n]{1,240})\)")
_ROWS = re.compile(rb"\[(?:InlineData|TestCase|DataRow|Arguments)\(([^\n]{1,400}?)\)\]")
_TUPLES = re.compile(rb"[(\[]([^()\[\]\n]{1,400})[)\]]")
_VALUE = re.compile(rb"[ \t]*(?:[brufBRUF@]{0,2}\"([^\"\n]*)\"|[brufBRUF@]{0,2}'([^'\n]*)'|[^,\"'\n]+)[ \t]*(?:,|$)")
_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_IS_ONE = re.compile(rb"(?i)" + _A_PASSWORD)
# What a lexer is tested with: `("1.5e3", "FLOAT")`
_A_NUMBER = re.compile(rb"[0-9]{1,3}\.[0-9]{1,3}(?:[eE][+\-]?[0-9]{1,3})?")
_REACH, _MOST = 2400, 64


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _ABOVE_PATTERN.spans(data):
        names = _NAME.findall(data[data.index(b"(", start) : end].replace(b"argnames", b""))
        for row in [*_TUPLES.finditer(data, end, min(len(data), end + _REACH))][:_MOST]:
            yield from _of_row(data, row, names)
    done = 0
    for start, _ in _BELOW_PATTERN.spans(data):
        if start < done:
            continue
        until = min(len(data), start + _REACH)
        signature = _SIGNATURE.search(data, data.find(b")]\n", start, until) + 1, until)
        if signature is None or signature.start() <= start:
            continue
        done = signature.end()
        names = [_NAME.findall(parameter)[-1] for parameter in signature[1].split(b",") if _NAME.search(parameter)]
        for row in [*_ROWS.finditer(data, start, signature.start())][:_MOST]:
            yield from _of_row(data, row, names)


def _of_row(data: bytes, row: re.Match[bytes], names: list[bytes]) -> Iterator[Found]:
    """The values in `row` whose names, in the same place, are of passwords."""
    values = list(_VALUE.finditer(data, *row.span(1)))
    for name, value in zip(names, values, strict=False):
        group = value.lastindex
        if group is None or not _IS_ONE.fullmatch(name):
            continue
        length = plausible_secret(value[group], structural=True)
        if length and not value[group].isalpha() and not _A_NUMBER.fullmatch(value[group]):
            start = value.start(group)
            text = data[start : start + length].decode("latin-1")
            yield Found(start, start + length, "secret", text, 0.88, "secret-positional")


RULES = (Rule("secret-positional", ("secret",), (_NAMED_ABOVE, _NAMED_BELOW), _find, doubtful=True),)
