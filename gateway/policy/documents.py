"""YAML as text with places: a small, strict reading of one file.

Promise: what this accepts means the same to every reader, human or machine, and every value knows its line.

Invariants
- Values are text; the schema decides what the text says. So `region: no` is no boolean and `cost_center: 0471`
  keeps its zero.
- Anchors, aliases, tags, merge keys, duplicate keys, several documents in a file, files over 1 MiB and nesting
  over 32 levels are refused: each either hides what a policy says or makes reading it expensive.
- `${NAME}` may stand bare inside `{…}`, where plain YAML would take its braces for a mapping.
- No recursion follows the depth of the input, and no error quotes a value.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
import yaml

from gateway.policy.complaints import Complaints, Mark

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: stand for the braces of ${NAME} while YAML is parsed
_reference = re.compile(r"\$\{([^{}\s]*)\}")
_masked = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


class Scalar(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """`plain`: written without quotes, so that `~`, `null` and nothing at all mean: no value."""

    mark: Mark
    text: str
    plain: bool

    @property
    def absent(self) -> bool:
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}

    def __repr__(self) -> str:
        return f"<Scalar at {self.mark.line}:{self.mark.column}>"


class Items(msgspec.Struct, frozen=True, tag=True, array_like=True):
    mark: Mark
    items: list[Node]


class Members(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """`members`: name -> (its key, its value), in the order of the file."""

    mark: Mark
    members: dict[str, tuple[Scalar, Node]]


Node = Scalar | Items | Members


_BRACES: Final = "; a 'key: value' that is itself a value stands in braces, as in 'when_spent: {downgrade: MODEL}'"
_HINTS: Final = {
    "mapping values are not allowed in this context": _BRACES,
    "did not find expected ',' or '}'": _BRACES,
}
"""What libyaml and PyYAML say where a mapping on one line lacks its braces -> what to write."""
_BLANKS: Final = {"\t": "a tab", "\u00a0": "a no-break space"}
_line_end = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_NO_COLON: Final = "a colon and a blank are missing after the key in this line: write 'key: value', or 'key:'"
_IS_KEY: Final = re.compile(r":(\s|$)")


class _Refused(Exception):
    """The file cannot be read past `mark`."""

    def __init__(self, mark: Mark, reason: str) -> None:
        super().__init__(reason)
        self.mark = mark
        self.reason = reason


def read_document(file: str, data: bytes, complaints: Complaints) -> Members | None:
    """The mapping that the file holds; None where it is empty or refused. `file` is the name shown in errors."""
    text = ""
    try:
        text = _text(file, data)
        node = _tree(file, text, complaints)
    except _Refused as refused:
        complaints.add(refused.mark, refused.reason)
        return None
    except yaml.MarkedYAMLError as error:
        mark, problem = _misread(file, text, error)
        complaints.add(mark, f"this is not valid YAML: {problem}")
        return None
    except yaml.YAMLError:
        complaints.add(Mark(file), "this is not valid YAML: it holds characters that YAML does not allow")
        return None
    if node is None or (isinstance(node, Scalar) and node.absent):
        return None
    if not isinstance(node, Members):
        complaints.add(node.mark, "a policy file must be a mapping with keys such as 'providers' and 'teams'")
        return None
    return node


def _misread(file: str, text: str, error: yaml.MarkedYAMLError) -> tuple[Mark, str]:
    """Where the parser lost the thread, and what is probably wrong there."""
    if error.context_mark is not None and error.context == "while scanning a quoted scalar":
        return _mark(file, error.context_mark), "the quotation mark here is not closed"
    at = error.problem_mark or error.context_mark
    mark = _mark(file, at)
    lines = _line_end.split(text, mark.line)
    for number in (mark.line - 1, mark.line):  # what a line before is taken for shows at the next
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        for column, blank in enumerate(line[: len(line) - len(line.lstrip())], 1):
            if blank in _BLANKS:
                return Mark(file, number, column), f"this line is indented by {_BLANKS[blank]}: write spaces"
    if (key := _without_colon(file, lines, mark, error)) is not None:
        return key, _NO_COLON
    problem = error.problem or "it cannot be parsed"
    return mark, f"{problem}{_HINTS.get(problem, '')}"


def _without_colon(file: str, lines: list[str], mark: Mark, error: yaml.MarkedYAMLError) -> Mark | None:
    """The line that is none for want of a colon: the parser takes it for a text, and stumbles over what follows."""
    if error.problem == "could not find expected ':'" and error.context == "while scanning a simple key":
        return _mark(file, error.context_mark)
    if error.problem != "mapping values are not allowed in this context":
        return None
    said = [number for number in range(1, mark.line) if lines[number - 1].split("#")[0].strip()]
    if not said or (len(said) > 1 and not lines[said[-2] - 1].split(" #")[0].rstrip().endswith(":")):
        return None  # a text that goes on from the line before
    line = lines[said[-1] - 1]
    if _IS_KEY.search(line) or line.lstrip()[:1] in ("-", "'", '"', "[", "{"):
        return None
    return Mark(file, said[-1], len(line) - len(line.lstrip()) + 1)


def _text(file: str, data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _Refused(Mark(file), "the file is larger than 1 MiB; split it into several")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise _Refused(Mark(file, line, column), "this is not valid UTF-8") from None
    if _OPEN in text or _CLOSE in text:
        raise _Refused(Mark(file), "the file holds private-use characters (U+E000, U+E001)")
    return _reference.sub(rf"${_OPEN}\1{_CLOSE}", text)


def _unmasked(text: str) -> str:
    return _masked.sub(r"{\1}", text) if _OPEN in text else text


def _mark(file: str, at: Any) -> Mark:
    """A place as PyYAML gives it, counted from 0, or the file's start where it gives none."""
    return Mark(file, at.line + 1, at.column + 1) if at is not None else Mark(file)


class _Open:
    """A list or mapping that is still being read."""

    __slots__ = ("items", "key", "mark", "members")

    def __init__(self, mark: Mark, *, mapping: bool) -> None:
        self.mark = mark
        self.items: list[Node] = []
        self.members: dict[str, tuple[Scalar, Node]] | None = {} if mapping else None
        self.key: Scalar | None = None

    def finished(self) -> Node:
        return Items(self.mark, self.items) if self.members is None else Members(self.mark, self.members)

    def take(self, node: Node, complaints: Complaints) -> None:
        if self.members is None:
            self.items.append(node)
        elif self.key is None:
            if not isinstance(node, Scalar):
                raise _Refused(node.mark, "a key must be a name")
            self.key = node
        else:
            key, self.key = self.key, None
            if key.text in self.members:
                first = self.members[key.text][0].mark
                complaints.add(key.mark, f"'{key.text}' is defined twice; the first stands in line {first.line}")
            else:
                self.members[key.text] = (key, node)


def _tree(file: str, text: str, complaints: Complaints) -> Node | None:
    stack: list[_Open] = []
    root: Node | None = None
    documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark = _mark(file, event.start_mark)
        match event:
            case yaml.AliasEvent():
                raise _Refused(mark, "aliases (*name) are not allowed: write it out")
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise _Refused(mark, "one document a file; take the '---' out")
                continue
            case yaml.ScalarEvent() | yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                if event.anchor is not None:
                    raise _Refused(mark, "anchors (&name) are not allowed: write it out where it is used")
                if event.tag is not None:
                    raise _Refused(mark, "tags (!name) are not allowed")
                if not isinstance(event, yaml.ScalarEvent):
                    if len(stack) >= MAX_DEPTH:
                        raise _Refused(mark, f"this nests deeper than {MAX_DEPTH} levels")
                    stack.append(_Open(mark, mapping=isinstance(event, yaml.MappingStartEvent)))
                    continue
                node: Node = Scalar(mark, _unmasked(event.value), not event.style)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                node = stack.pop().finished()
            case _:
                continue
        if stack:
            stack[-1].take(node, complaints)
        else:
            root = node
    return root
