"""`prompts`: templates by name and version, with examples, rules of style and typed variables."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, get_args

from gateway.core.edits import Path
from gateway.core.prompts import PLACE, Example, Prompt, Variable, VariableKind
from gateway.policy.read import Reading
from gateway.policy.shapes import NAME, Choice, Integer, Key, ListOf, NamedTables, Prose, Table, Text

Tree = dict[str, Any]

VARIABLE_NAME: Final = Text(64, r"[a-z][a-z0-9_]*", "lower-case letters, digits and _ with a letter first")
VERSION_NAME: Final = Text(32, r"[A-Za-z0-9][A-Za-z0-9._-]*", "letters, digits and . _ - with a letter or digit first")
REFERENCE: Final = Text(97, rf"{NAME.pattern}(@{VERSION_NAME.pattern})?", "a prompt's name, or name@version")

VARIABLE: Final = Table(
    {
        "type": Key(Choice(get_args(VariableKind)), "text, number, choice or flag (true, false)", required=True),
        "longest": Key(Integer(1, 100_000), "type text: the most characters; left out: 2000"),
        "values": Key(ListOf(Text(), 1), "type choice: what it can be"),
        "default": Key(Prose(100_000), "its value where none is given; left out: it must be given"),
    }
)
EXAMPLE: Final = Table(
    {
        "user": Key(Prose(100_000), "what is asked", required=True),
        "assistant": Key(Prose(100_000), "how it is answered", required=True),
    }
)
VERSION: Final = Table(
    {
        "system": Key(Prose(100_000), "what the model is told first; {{name}} stands for a variable"),
        "style": Key(ListOf(Prose(2000), 1), "rules of style, a sentence each"),
        "examples": Key(ListOf(EXAMPLE, 1), "questions and answers that show what is wanted"),
        "variables": Key(NamedTables("variable", VARIABLE, VARIABLE_NAME), "what `{{name}}` may stand for"),
    }
)
PROMPT: Final = Table(
    {
        "current": Key(VERSION_NAME, "the version that the name alone means; may be left out where there is one"),
        "versions": Key(NamedTables("version", VERSION, VERSION_NAME), "what it says, by version", required=True),
    }
)


def check_prompts(reading: Reading) -> None:
    for name, prompt in (reading.tree.get("prompts") or {}).items():
        path: Path = ("prompts", name)
        versions: Tree = prompt.get("versions") or {}
        current = prompt.get("current")
        if current is not None and current not in versions:
            mark = reading.mark((*path, "current"))
            reading.complaints.add_unknown(mark, f"there is no version '{current}'", current, versions)
        if len(versions) > 1 and not reading.wrote(path, "current"):
            reading.complaints.add(reading.mark(path), f"'current' is missing: {PROMPT.keys['current'].help}")
        for number, version in versions.items():
            _check_version(reading, (*path, "versions", number), version)
    for name, alias in (reading.tree.get("models") or {}).items():
        check_reference(reading, ("models", name, "prompt"), alias.get("prompt"))


def check_reference(reading: Reading, path: Path, reference: str | None) -> None:
    """A name, or name@version, of a prompt that exists."""
    known = _references(reading.tree)
    if reference is not None and reference not in known:
        reading.complaints.add_unknown(reading.mark(path), f"there is no prompt '{reference}'", reference, known)


def _references(tree: Tree) -> list[str]:
    found: list[str] = []
    for name, prompt in (tree.get("prompts") or {}).items():
        found += [name, *(f"{name}@{version}" for version in prompt.get("versions") or {})]
    return found


def _check_version(reading: Reading, path: Path, version: Tree) -> None:
    variables: Tree = version.get("variables") or {}
    if not version.keys() & {"system", "style", "examples"}:
        reading.complaints.add(reading.mark(path), "a version needs at least one of 'system', 'style', 'examples'")
    for name, variable in variables.items():
        at = (*path, "variables", name)
        for key, kind in (("values", "choice"), ("longest", "text")):
            if key in variable and variable.get("type", kind) != kind:
                reading.complaints.add(reading.mark((*at, key)), f"'{key}' goes with type '{kind}' only")
        if variable.get("type") == "choice" and not reading.wrote(at, "values"):
            reading.complaints.add(reading.mark(at), "type 'choice' needs 'values'")
        default = variable.get("default")
        if default is not None and "type" in variable and (told := _variable(variable).obstacle(default)):
            reading.complaints.add(reading.mark((*at, "default")), f"'default' must be {told}")
    for place, text in _texts(path, version):
        for found in PLACE.finditer(text):
            near = get_close_matches(found[1], variables, 1)
            if found[1] not in variables and near:
                reading.complaints.add(
                    reading.mark(place), f"'{found[0]}' stands for no variable; did you mean '{{{{{near[0]}}}}}'?"
                )


def _texts(path: Path, version: Tree) -> Iterator[tuple[Path, str]]:
    if version.get("system"):
        yield (*path, "system"), version["system"]
    for number, rule in enumerate(version.get("style") or []):
        yield (*path, "style", number), rule or ""
    for number, example in enumerate(version.get("examples") or []):
        for role, text in (example or {}).items():
            yield (*path, "examples", number, role), text


def _variable(tree: Tree) -> Variable:
    values = {name: tree[name] for name in ("longest", "default") if name in tree}
    return Variable(kind=tree["type"], values=tuple(tree.get("values") or ()), **values)


def build_prompts(tree: Tree) -> dict[str, Prompt]:
    """By `name@version`, and the current version of each by its name alone, too."""
    built: dict[str, Prompt] = {}
    for name, prompt in (tree.get("prompts") or {}).items():
        for number, version in prompt["versions"].items():
            built[f"{name}@{number}"] = Prompt(
                name=name,
                version=number,
                system=version.get("system", "").strip(),
                style=tuple(rule.strip() for rule in version.get("style") or ()),
                examples=tuple(Example(**example) for example in version.get("examples") or ()),
                variables={below: _variable(variable) for below, variable in (version.get("variables") or {}).items()},
            )
        current = prompt.get("current") or next(iter(prompt["versions"]), None)
        if current is not None:
            built[name] = built[f"{name}@{current}"]
    return built
